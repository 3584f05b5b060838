package disk

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast/store"
)

const (
	crowd    = 20  // publishers of one channel
	inFlight = 256 // what each of them may have on its way
)

// resend is what the crowd has published as numbers from to through, in turn.
func resend(from, through uint64) []store.Draft {
	var ds []store.Draft
	for n := from; n <= through; n++ {
		for p := range crowd {
			d := store.Draft{Channel: "chat:a", Publisher: "ann", Number: n, Data: []byte("a line of text")}
			d.Producer[0] = byte(p + 1)
			d.Hash = store.ContentHash(d.Type, d.Headers, d.Data)
			ds = append(ds, d)
		}
	}
	return ds
}

func appendAll(tb testing.TB, s *Store, ds []store.Draft, want store.Outcome) {
	tb.Helper()
	const batch = 100
	for len(ds) > 0 {
		n := min(batch, len(ds))
		res := make([]store.Result, n)
		if err := s.Append(ds[:n], res); err != nil {
			tb.Fatal(err)
		}
		for i := range res {
			if res[i].Outcome != want {
				tb.Fatalf("number %d: %+v, want %v", ds[i].Number, res[i], want)
			}
		}
		ds = ds[n:]
	}
}

// TestManyDuplicates: when all publishers of a busy channel are cut at once, what they send again costs no
// reading, and after a restart each block is read once.
func TestManyDuplicates(t *testing.T) {
	const numbers = 2000
	o := Options{FS: vfs.NewMem()}
	s, err := Open("data", o)
	if err != nil {
		t.Fatal(err)
	}
	appendAll(t, s, resend(1, numbers), store.Stored)
	again := resend(numbers-inFlight+1, numbers)
	appendAll(t, s, again, store.Duplicate)
	if s.w.nodes.loads != 0 {
		t.Errorf("%d blocks read for duplicates of what was just written", s.w.nodes.loads)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	if s, err = Open("data", o); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const blocks = numbers * crowd / 100
	for range 3 {
		appendAll(t, s, again, store.Duplicate)
	}
	if n := s.w.nodes.loads; n == 0 || n > blocks {
		t.Errorf("%d blocks read for duplicates after a restart, of %d", n, blocks)
	}
}

// BenchmarkDuplicate answers what 20 publishers of one channel send again after they were cut.
func BenchmarkDuplicate(b *testing.B) {
	s, err := Open(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	const numbers = 5000
	appendAll(b, s, resend(1, numbers), store.Stored)
	again := resend(numbers-inFlight+1, numbers)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		k := i * 100 % len(again)
		appendAll(b, s, again[k:min(k+100, len(again))], store.Duplicate)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/duplicate")
}
