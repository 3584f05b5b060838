package block

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// sample makes a block with records of all shapes.
func sample(n int) *Block {
	b := &Block{}
	b.Reset(100, 5000, 1_700_000_000_000)
	for i := range n {
		d := store.Draft{Type: holdfast.ContentType(i % 3), Data: bytes.Repeat([]byte{byte(i)}, i), Publisher: fmt.Sprint("u", i%13)}
		if i%4 == 0 {
			d.Headers = []holdfast.Header{{Name: "k", Value: fmt.Sprint(i)}, {Name: "", Value: ""}}
		}
		var node *store.Node
		if i%3 > 0 {
			d.Producer[0], d.Number = byte(i%5), uint64(i)
			node = &store.Node{Number: d.Number, Hash: uint64(i) << 40, Level: i % 4}
			for k := range node.Level + 1 {
				node.Links[k] = uint64(i * k)
			}
		}
		b.Append(&d, node, 1_700_000_000_000+int64(i/7))
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	key := []byte("key")
	for _, n := range []int{1, 2, 50} {
		want := sample(n)
		v := want.AppendTo(nil, key)
		if len(v) > want.MaxEncoded() {
			t.Errorf("%d bytes, at most %d were promised", len(v), want.MaxEncoded())
		}
		var got Block
		if err := got.Parse(key, v, 100); err != nil {
			t.Fatal(err)
		}
		terms := []store.TermStart{{Term: 1, First: 1}, {Term: 2, First: 101}, {Term: 3, First: 130}}
		snap := want.Snapshot()
		for _, b := range []*Block{want, &got, &snap} {
			if b.First != 100 || b.Len() != n || b.Last() != 99+uint64(n) || b.Start != 5000 || b.Size() != want.Size() || b.LastTime() != want.ms {
				t.Fatalf("the block has changed: %+v", b)
			}
			wantRecs, _ := want.Records(nil, "c", terms, 100, want.Last(), &store.Limit{})
			recs, more := b.Records(nil, "c", terms, 100, b.Last(), &store.Limit{})
			if !reflect.DeepEqual(recs, wantRecs) || !more {
				t.Fatalf("records differ")
			}
			for o := b.First; o <= b.Last(); o++ {
				i := int(o - 100)
				r := recs[i]
				if r.Offset != o || len(r.Data) != i || r.Publisher != fmt.Sprint("u", i%13) || r.Term != termAt(terms, o) || r.Time.UnixMilli() != b.TimeOf(o) {
					t.Fatalf("record %d: %+v", o, r)
				}
				if i%4 == 0 && (len(r.Headers) != 2 || r.Header("k") != fmt.Sprint(i)) {
					t.Fatalf("record %d has headers %v", o, r.Headers)
				}
				if b.Node(o) != want.Node(o) {
					t.Fatalf("node of %d: %+v, want %+v", o, b.Node(o), want.Node(o))
				}
			}
		}
	}
}

func termAt(terms []store.TermStart, o uint64) holdfast.Term {
	st := store.State{Terms: terms}
	return st.TermAt(o)
}

func TestDamaged(t *testing.T) {
	key := []byte("key")
	v := sample(20).AppendTo(nil, key)
	var b Block
	for i := range v {
		bad := bytes.Clone(v)
		bad[i] ^= 0x21
		if err := b.Parse(key, bad, 100); !errors.Is(err, ErrDamaged) && !(i == 0 && errors.Is(err, ErrNewer)) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if err := b.Parse(key, v[:i], 100); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut off at %d: %v", i, err)
		}
	}
	if err := b.Parse([]byte("other"), v, 100); !errors.Is(err, ErrDamaged) {
		t.Errorf("under another key: %v", err)
	}
	v[0] = version + 1
	if err := b.Parse(key, v, 100); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer version: %v", err)
	}
}

// TestCuts compares Cut and OlderThan with a walk over the records.
func TestCuts(t *testing.T) {
	b := sample(60)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(-1, b.Size()+5).Draw(t, "bytes")
		want, sum := b.First-1, 0
		for o := b.First; o <= b.Last() && sum < n; o++ {
			sum += b.SizeOf(o)
			want = o
		}
		if got := b.Cut(n); got != want {
			t.Fatalf("Cut(%d) = %d, want %d", n, got, want)
		}
		if want < b.Last() && n > 0 && b.Before(want+1) != sum {
			t.Fatalf("Before(%d) = %d, want %d", want+1, b.Before(want+1), sum)
		}
		ms := b.Time + int64(rapid.IntRange(-1, 12).Draw(t, "ms"))
		old := b.First - 1
		for o := b.First; o <= b.Last() && b.TimeOf(o) < ms; o++ {
			old = o
		}
		if got := b.OlderThan(ms); got != old {
			t.Fatalf("OlderThan(%d) = %d, want %d", ms, got, old)
		}
	})
}

// FuzzParse feeds Parse anything, with a checksum that fits: no panic, and whatever it takes can be read, and
// stays what it is when it is written again.
func FuzzParse(f *testing.F) {
	key := []byte("key")
	for _, n := range []int{1, 5, 20} {
		f.Add(sample(n).AppendTo(nil, key), uint64(100))
	}
	f.Fuzz(func(t *testing.T, v []byte, first uint64) {
		var b Block
		b.Parse(key, v, first)
		if len(v) < headSize {
			return
		}
		v = bytes.Clone(v)
		v[0] = version
		binary.LittleEndian.PutUint64(v[1:], Sum(key, v[headSize:]))
		if b.Parse(key, v, first) != nil {
			return
		}
		recs, _ := b.Records(nil, "c", nil, b.First, b.Last(), &store.Limit{})
		if len(recs) != b.Len() {
			t.Fatalf("%d records of %d", len(recs), b.Len())
		}
		for o := b.First; o != b.Last()+1; o++ {
			for _, l := range b.Node(o).Links {
				if l >= o {
					t.Fatalf("the node of %d points to %d", o, l)
				}
			}
			b.TimeOf(o)
		}
		var again Block
		if err := again.Parse(key, b.AppendTo(nil, key), first); err != nil {
			t.Fatal(err)
		}
		twice, _ := again.Records(nil, "c", nil, again.First, again.Last(), &store.Limit{})
		if !reflect.DeepEqual(recs, twice) {
			t.Fatal("written again it is another block")
		}
	})
}
