package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// TestLogGroups: Append returns each stored record once, grouped by channel, as Read does later.
func TestLogGroups(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := store.NewLog(memory.New(memory.Options{}))
		defer l.Close()
		ctx := context.Background()
		heads := map[string]uint64{}
		for range rapid.IntRange(1, 10).Draw(t, "batches") {
			ds := make([]store.Draft, rapid.IntRange(0, 12).Draw(t, "drafts"))
			var order []string
			want := map[string][]string{}
			for i := range ds {
				d := store.Draft{Channel: fmt.Sprint("c", rapid.IntRange(0, 3).Draw(t, "channel")), Data: fmt.Append(nil, i)}
				if rapid.IntRange(0, 3).Draw(t, "refuse") == 0 {
					d.Verdict = store.Refuse
				} else {
					if want[d.Channel] == nil {
						order = append(order, d.Channel)
					}
					want[d.Channel] = append(want[d.Channel], string(d.Data))
				}
				ds[i] = d
			}
			groups, err := l.Append(ds, make([]store.Result, len(ds)))
			if err != nil || len(groups) != len(order) {
				t.Fatalf("%d groups, want %d; %v", len(groups), len(order), err)
			}
			for i := range groups {
				g := &groups[i]
				recs := g.Records()
				if g.Channel() != order[i] || len(recs) != len(want[g.Channel()]) {
					t.Fatalf("group %d is %s with %d records", i, g.Channel(), len(recs))
				}
				read, err := l.Read(ctx, g.Channel(), heads[g.Channel()], store.Limit{})
				if err != nil || len(read.Records()) != len(recs) {
					t.Fatalf("read %d records, %v", len(read.Records()), err)
				}
				for k := range recs {
					heads[g.Channel()]++
					got := read.Records()[k]
					if recs[k].Offset != heads[g.Channel()] || string(recs[k].Data) != want[g.Channel()][k] || recs[k].Term != l.Info().Term {
						t.Fatalf("record %+v", recs[k])
					}
					if got.Offset != recs[k].Offset || !got.Time.Equal(recs[k].Time) || string(got.Data) != string(recs[k].Data) || got.Term != recs[k].Term {
						t.Fatalf("read %+v, was %+v", got, recs[k])
					}
					if first := recs[k].Offset == 1; g.StartsTerm(k) != first || read.StartsTerm(k) != first {
						t.Fatalf("record %d: starts a term %v, read %v", recs[k].Offset, g.StartsTerm(k), read.StartsTerm(k))
					}
				}
			}
		}
	})
}

// failing is a backend whose Append fails after it has filled in results.
type failing struct{ store.Backend }

func (failing) Append(ds []store.Draft, res []store.Result) error {
	for i := range res {
		res[i] = store.Result{Outcome: store.Stored, Offset: uint64(i + 1), Term: 1}
	}
	return errors.New("doubt")
}

// TestLogDoubt: a failed Append commits nothing.
func TestLogDoubt(t *testing.T) {
	l := store.NewLog(failing{memory.New(memory.Options{})})
	defer l.Close()
	got, err := l.Append([]store.Draft{{Channel: "c"}}, make([]store.Result, 1))
	if err == nil || len(got) != 0 {
		t.Fatalf("%d groups, %v", len(got), err)
	}
	var zero store.Committed
	if len(zero.Records()) != 0 {
		t.Fatal("the zero Committed has records")
	}
}

func TestContentHash(t *testing.T) {
	h := func(name, value string) []holdfast.Header { return []holdfast.Header{{Name: name, Value: value}} }
	seen := map[uint64]int{}
	for i, c := range []struct {
		t    holdfast.ContentType
		hs   []holdfast.Header
		data string
	}{
		{holdfast.Binary, nil, "a"}, {holdfast.Text, nil, "a"}, {holdfast.JSON, nil, "a"}, {holdfast.Text, nil, "b"}, {holdfast.Text, nil, ""},
		{holdfast.Binary, h("a", "b"), "a"}, {holdfast.Binary, h("ab", ""), "a"}, {holdfast.Binary, h("", "ab"), "a"},
		{holdfast.Binary, append(h("a", ""), h("b", "")...), "a"}, {holdfast.Binary, append(h("b", ""), h("a", "")...), "a"},
		{holdfast.Text, h("a", "b"), "a"}, {holdfast.Text, h("a", "b"), ""},
	} {
		sum := store.ContentHash(c.t, c.hs, []byte(c.data))
		if j, ok := seen[sum]; ok {
			t.Errorf("contents %d and %d have the same hash", i, j)
		}
		seen[sum] = i
		if sum != store.ContentHash(c.t, c.hs, []byte(c.data)) {
			t.Errorf("content %d has two hashes", i)
		}
	}
}
