package store_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

func TestResume(t *testing.T) {
	// the log was in term 1 up to offset 10, in term 2 up to 20, and is in term 3 since
	log := store.State{Floor: 5, Head: 30, Terms: []store.TermStart{{Term: 1, First: 1}, {Term: 2, First: 11}, {Term: 3, First: 21}}}
	none := store.Range{From: 1, To: 0}
	pos := func(t holdfast.Term, o uint64) holdfast.Position { return holdfast.Position{Term: t, Offset: o} }
	for _, c := range []struct {
		name    string
		state   store.State
		p       holdfast.Position
		earlier []holdfast.TermEnd
		want    store.Resumption
	}{
		{name: "in the last term", p: pos(3, 25), want: store.Resumption{After: pos(3, 25), Trimmed: none}},
		{name: "at the head", p: pos(3, 30), want: store.Resumption{After: pos(3, 30), Trimmed: none}},
		{name: "at the end of an old term", p: pos(2, 20), want: store.Resumption{After: pos(2, 20), Trimmed: none}},
		{name: "ahead in an old term", p: pos(2, 23), want: store.Resumption{
			After: pos(2, 20), Forked: true, Fork: store.Range{From: 21, To: 23}, Trimmed: none}},
		{name: "ahead of the head", p: pos(3, 33), want: store.Resumption{
			After: pos(3, 30), Forked: true, Fork: store.Range{From: 31, To: 33}, Trimmed: none}},
		{name: "below the floor", p: pos(1, 3), want: store.Resumption{After: pos(1, 5), Trimmed: store.Range{From: 4, To: 5}}},
		{name: "nothing seen", want: store.Resumption{After: pos(1, 5), Trimmed: store.Range{From: 1, To: 5}}},
		{name: "an unknown term after a known one", p: pos(9, 18), earlier: []holdfast.TermEnd{{Term: 1, Last: 10}, {Term: 2, Last: 15}}, want: store.Resumption{
			After: pos(2, 15), Forked: true, Fork: store.Range{From: 16, To: 18}, Trimmed: none}},
		{name: "another log altogether", p: pos(9, 7), want: store.Resumption{
			After: pos(1, 5), Forked: true, Fork: store.Range{From: 1, To: 7}, Trimmed: store.Range{From: 1, To: 5}}},
		{name: "an empty log, nothing seen", state: store.State{Head: 0, Terms: []store.TermStart{}}, want: store.Resumption{Trimmed: none}},
		{name: "an empty log, something seen", state: store.State{Head: 0, Terms: []store.TermStart{}}, p: pos(3, 4), want: store.Resumption{
			Forked: true, Fork: store.Range{From: 1, To: 4}, Trimmed: none}},
	} {
		st := log
		if c.state.Terms != nil {
			st = c.state
		}
		if got := st.Resume(c.p, c.earlier); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// entry is a record for the model: no two that were written at different times are equal.
type entry struct {
	term holdfast.Term
	id   int
}

// world is a log that is written, restored from copies, lost and trimmed, and a subscriber that sometimes reads.
type world struct {
	log    []entry
	floor  uint64
	copies [][]entry
	term   holdfast.Term
	ids    int
	seen   []entry // what the subscriber's history is, as far as it knows; offsets that it was told of as gone are as in the log
}

func (w *world) state() store.State {
	st := store.State{Floor: w.floor, Head: uint64(len(w.log))}
	for i, e := range w.log {
		if i == 0 || e.term != w.log[i-1].term {
			st.Terms = append(st.Terms, store.TermStart{Term: e.term, First: uint64(i + 1)})
		}
	}
	return st
}

// position returns what the subscriber remembers.
func (w *world) position() (p holdfast.Position, earlier []holdfast.TermEnd) {
	n := len(w.seen)
	if n == 0 {
		return p, nil
	}
	for i := range n - 1 {
		if w.seen[i].term != w.seen[i+1].term {
			earlier = append(earlier, holdfast.TermEnd{Term: w.seen[i].term, Last: uint64(i + 1)})
		}
	}
	return holdfast.Position{Term: w.seen[n-1].term, Offset: uint64(n)}, earlier
}

// common is how long the two histories are the same.
func (w *world) common() uint64 {
	n := 0
	for n < len(w.log) && n < len(w.seen) && w.log[n] == w.seen[n] {
		n++
	}
	return uint64(n)
}

// TestResumeModel compares Resume with the histories themselves, through forks of all kinds.
func TestResumeModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{term: 1}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0, 1, 2:
				for range rapid.IntRange(1, 5).Draw(t, "records") {
					w.ids++
					w.log = append(w.log, entry{w.term, w.ids})
				}
			case 3:
				w.term++ // opened again
			case 4:
				w.copies = append(w.copies, slices.Clone(w.log))
			case 5:
				if n := len(w.copies); n > 0 {
					w.log = slices.Clone(w.copies[rapid.IntRange(0, n-1).Draw(t, "copy")])
					w.floor = min(w.floor, uint64(len(w.log)))
					w.term++
				}
			case 6:
				if rapid.IntRange(0, 4).Draw(t, "lose") == 0 {
					w.log, w.floor = nil, 0
					w.term++
				}
			case 7:
				w.floor = uint64(rapid.IntRange(int(w.floor), len(w.log)).Draw(t, "floor"))
			default:
				w.resume(t)
			}
		}
		w.resume(t)
	})
}

// resume checks one Resume, and lets the subscriber read some of what follows.
func (w *world) resume(t *rapid.T) {
	st := w.state()
	p, earlier := w.position()
	r := st.Resume(p, earlier)
	common := w.common()
	if forked := common < p.Offset; r.Forked != forked || forked && r.Fork != (store.Range{From: common + 1, To: p.Offset}) {
		t.Fatalf("common %d of %d: %+v", common, p.Offset, r)
	}
	after := max(common, w.floor)
	if r.After.Offset != after || after > 0 && r.After.Term != w.log[after-1].term || after == 0 && r.After.Term != 0 {
		t.Fatalf("goes on after %v, want %d", r.After, after)
	}
	if trimmed := (store.Range{From: common + 1, To: w.floor}); r.Trimmed.Empty() != trimmed.Empty() || !trimmed.Empty() && r.Trimmed != trimmed {
		t.Fatalf("trimmed %+v, want %+v", r.Trimmed, trimmed)
	}
	to := rapid.IntRange(int(after), len(w.log)).Draw(t, "read")
	w.seen = slices.Clone(w.log[:to])
}
