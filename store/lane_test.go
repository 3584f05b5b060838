package store_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// nodes are the records of one channel, in which several lanes take turns.
type nodes struct {
	all   []store.Node
	floor uint64
	steps int
}

func (n *nodes) Node(offset uint64) (store.Node, bool, error) {
	n.steps++
	if offset <= n.floor {
		return store.Node{}, false, nil
	}
	return n.all[offset-1], true, nil
}

// TestFind compares Find with a search through all records.
func TestFind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := &nodes{}
		var lanes [3]store.Lane
		offsets := [3]map[uint64]uint64{{}, {}, {}}
		for range rapid.IntRange(1, 400).Draw(t, "records") {
			l := rapid.IntRange(0, 2).Draw(t, "lane")
			lane := &lanes[l]
			lane.Last += 1 + uint64(rapid.SampledFrom([]int{0, 0, 0, 0, 1, 70, 5000}).Draw(t, "skipped"))
			offset := uint64(len(n.all) + 1)
			n.all = append(n.all, lane.Link(lane.Last, offset, lane.Last*7))
			offsets[l][lane.Last] = offset
		}
		n.floor = uint64(rapid.IntRange(0, len(n.all)).Draw(t, "floor"))
		for l := range lanes {
			var before, after uint64
			number := rapid.Uint64Range(0, lanes[l].Last).Draw(t, "number")
			for k := range offsets[l] {
				if k <= number {
					before = max(before, k)
				} else if after == 0 || k < after {
					after = k
				}
			}
			gone := func(k uint64) bool { return k > 0 && offsets[l][k] <= n.floor }
			want, wantOffset := store.FoundSkipped, uint64(0)
			switch {
			case after == 0 && before < number:
			case gone(before) || gone(after):
				want = store.FoundGone
			case before == number && number > 0:
				want, wantOffset = store.FoundRecord, offsets[l][number]
			}
			offset, hash, found, err := lanes[l].Find(number, n)
			if err != nil || found != want || offset != wantOffset || found == store.FoundRecord && hash != number*7 {
				t.Fatalf("number %d: %d %d %d, %v; want %d at %d", number, offset, hash, found, err, want, wantOffset)
			}
		}
	})
}

// TestFindIsShort looks for every number of a long lane that shares its channel with others.
func TestFindIsShort(t *testing.T) {
	const records, most = 300_000, 260
	n := &nodes{}
	var lane, other store.Lane
	for i := uint64(1); i <= records; i++ {
		n.all = append(n.all, lane.Link(i, uint64(len(n.all)+1), i))
		lane.Last = i
		n.all = append(n.all, other.Link(i, uint64(len(n.all)+1), i))
	}
	worst := 0
	for i := uint64(1); i <= records; i += 97 {
		n.steps = 0
		if offset, _, found, err := lane.Find(i, n); err != nil || found != store.FoundRecord || offset != 2*i-1 {
			t.Fatalf("number %d: %d %d %v", i, offset, found, err)
		}
		worst = max(worst, n.steps)
	}
	if worst > most {
		t.Errorf("it took up to %d steps", worst)
	}
}

type broken struct{}

func (broken) Node(uint64) (store.Node, bool, error) {
	return store.Node{}, false, errors.New("cannot read")
}

// TestDecideFails: what cannot be decided changes nothing.
func TestDecideFails(t *testing.T) {
	r := &store.Rules{Now: time.UnixMilli(1000), MaxLanes: 1, DedupeWindow: time.Hour}
	var l store.Lane
	d := store.Draft{Producer: holdfast.ProducerID{1}, Number: 1, Hash: 1}
	if res, changed, err := l.Decide(&d, r, broken{}); err != nil || !changed || res.Outcome != store.Stored {
		t.Fatalf("%+v %v %v", res, changed, err)
	}
	l.Link(1, 1, 1)
	before := l
	if _, changed, err := l.Decide(&d, r, broken{}); err == nil || changed || l != before {
		t.Fatalf("changed %v, %v", changed, err)
	}
}

// TestRoom: what a full disk still takes.
func TestRoom(t *testing.T) {
	p := holdfast.ProducerID{1}
	for _, c := range []struct {
		name string
		room store.Room
		d    store.Draft
		want store.Outcome
	}{
		{"a record", store.RoomForAll, store.Draft{Number: 1}, store.Stored},
		{"a record, nearly full", store.RoomToResolve, store.Draft{Number: 1}, store.Deferred},
		{"a refusal, nearly full", store.RoomToResolve, store.Draft{Number: 1, Verdict: store.Refuse, Code: holdfast.CodeForbidden}, store.Refused},
		{"a skip, nearly full", store.RoomToResolve, store.Draft{Kind: store.Skip, From: 1, Number: 1}, store.Skipped},
		{"a refusal, full", store.NoRoom, store.Draft{Number: 1, Verdict: store.Refuse, Code: holdfast.CodeForbidden}, store.Deferred},
		{"a skip, full", store.NoRoom, store.Draft{Kind: store.Skip, From: 1, Number: 1}, store.Deferred},
		{"a hole, full", store.NoRoom, store.Draft{Number: 2, Sent: store.FirstSent{At: time.UnixMilli(1), Memory: 3}}, store.Hole},
	} {
		var l store.Lane
		c.d.Producer = p
		r := &store.Rules{Now: time.UnixMilli(1000), Memory: 3, DedupeWindow: time.Hour, MaxLanes: 1, Room: c.room}
		res, changed, err := l.Decide(&c.d, r, broken{})
		if err != nil || res.Outcome != c.want || changed != (c.want == store.Stored || c.want == store.Refused || c.want == store.Skipped) {
			t.Errorf("%s: %+v, %v, %v", c.name, res, changed, err)
		}
		if c.want == store.Deferred && res.Code != holdfast.CodeStoreFull {
			t.Errorf("%s: deferred with %v", c.name, res.Code)
		}
	}
}
