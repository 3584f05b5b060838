package hub

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// fit, advance and termAt against the obvious loops.
func TestViewAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(1, 20), 1, 30).Draw(t, "sizes")
		v := view{first: rapid.Uint64Range(1, 1000).Draw(t, "first"), term: 7}
		at := 0
		for i, n := range sizes {
			at += n
			v.ends = append(v.ends, uint32(at))
			if rapid.IntRange(0, 9).Draw(t, "starts") == 0 {
				v.terms = append(v.terms, store.TermStart{Term: holdfast.Term(100 + i), First: v.first + uint64(i)})
			}
		}
		v.buf = make([]byte, at)
		i := rapid.IntRange(0, len(sizes)-1).Draw(t, "i")
		records, bytes := rapid.IntRange(1, 40).Draw(t, "records"), rapid.IntRange(1, 400).Draw(t, "bytes")

		want, sum := 1, sizes[i]
		for i+want < len(sizes) && want < records && sum+sizes[i+want] <= bytes {
			sum += sizes[i+want]
			want++
		}
		if got := v.fit(i, records, bytes); got != want {
			t.Fatalf("fit(%d, %d, %d) of %v = %d, want %d", i, records, bytes, sizes, got, want)
		}
		if got := len(v.cut(i, want)); got != sum {
			t.Fatalf("cut: %d bytes, want %d", got, sum)
		}

		// A range cut off anywhere leaves a record and a part of it.
		out := rapid.IntRange(0, sum).Draw(t, "out")
		st := stall{next: v.first + uint64(i), last: v.first + uint64(i+want-1)}
		first := rapid.IntRange(0, out).Draw(t, "first part") // in two writes
		st.advance(&v, first)
		if st.next <= st.last {
			st.advance(&v, out-first)
		} else if out != first {
			t.Fatalf("%d of %d bytes are all", first, sum)
		}
		k, left := i, out
		for k < i+want && left >= sizes[k] {
			left -= sizes[k]
			k++
		}
		if st.next != v.first+uint64(k) || st.skip != left {
			t.Fatalf("advance by %d: record %d and %d bytes, want %d and %d", out, st.next, st.skip, v.first+uint64(k), left)
		}

		o := v.first + uint64(i)
		term, starts := v.term, false
		for _, s := range v.terms {
			if s.First <= o {
				term = s.Term
			}
			starts = starts || s.First == o
		}
		if v.termAt(o) != term || v.startsTerm(o) != starts {
			t.Fatalf("termAt(%d) = %v, %v", o, v.termAt(o), v.startsTerm(o))
		}
		if v.has(v.first-1) || v.has(v.last()+1) || !v.has(o) {
			t.Fatal("has")
		}
	})
}

// The cache finds what it holds, holds no more than its limit, and never lets a pinned page go.
func TestCacheAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c cache
		c.init(rapid.IntRange(1000, 20000).Draw(t, "limit"))
		channels := []*channel{{name: "a"}, {name: "b"}}
		var pinned []*page
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			ch := channels[rapid.IntRange(0, 1).Draw(t, "channel")]
			offset := rapid.Uint64Range(1, 60).Draw(t, "offset")
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				p := newPage(ch, ch.epoch, 0, &holdfast.Record{Offset: offset}, rapid.IntRange(10, 3000).Draw(t, "size"), 50)
				for range rapid.IntRange(1, 12).Draw(t, "records") {
					p.ends = append(p.ends, 0)
				}
				c.offer(p)
			case 2:
				p := newPage(ch, ch.epoch, 0, &holdfast.Record{Offset: offset}, 100, 50)
				p.ends = append(p.ends, 0)
				if c.used == 0 || c.makeRoom(p.cost()) {
					c.put(p)
					pinned = append(pinned, p)
				}
			case 3:
				if len(pinned) > 0 {
					c.unpin(pinned[0])
					pinned = pinned[1:]
				}
			case 4:
				if rapid.IntRange(0, 9).Draw(t, "drop") == 0 {
					ch.epoch++
					c.drop(ch, ch.epoch-1, false)
				}
			}
			v := c.find(cacheKey{ch, ch.epoch, 0}, offset)
			if len(v.ends) > 0 && !v.has(offset) {
				t.Fatalf("find(%d) gave a page from %d with %d records", offset, v.first, len(v.ends))
			}
			check(t, &c, pinned)
		}
	})
}

func check(t *rapid.T, c *cache, pinned []*page) {
	used, pages, listed := 0, 0, 0
	for p := c.lru.next; p != &c.lru; p = p.next {
		used += p.size
		pages++
	}
	for key, list := range c.lists {
		listed += len(list)
		for i, p := range list {
			if p.key() != key || i > 0 && list[i-1].first > p.first {
				t.Fatal("a list is out of order")
			}
		}
	}
	if used != c.used || listed != pages || used > c.limit && pages > 1 {
		t.Fatalf("%d bytes in %d pages (%d listed), counted as %d, limit %d", used, pages, listed, c.used, c.limit)
	}
	for _, p := range pinned {
		if p.next == nil {
			t.Fatal("a pinned page is gone")
		}
	}
}

func TestFIFO(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f fifo[int]
		var model []int
		for i := range rapid.IntRange(0, 500).Draw(t, "steps") {
			if rapid.IntRange(0, 2).Draw(t, "what") > 0 || len(model) == 0 {
				f.push(i)
				model = append(model, i)
			} else if got := f.pop(); got != model[0] {
				t.Fatalf("pop: %d, want %d", got, model[0])
			} else {
				model = model[1:]
			}
			if f.len() != len(model) {
				t.Fatalf("len: %d, want %d", f.len(), len(model))
			}
		}
	})
}

// Pages that nobody reads from leave the cache after a while; one that is read from stays.
func TestPagesAge(t *testing.T) {
	var c cache
	c.init(1 << 20)
	ch := &channel{name: "a"}
	for _, first := range []uint64{1, 2} {
		p := newPage(ch, 0, 0, &holdfast.Record{Offset: first, Term: 1}, 128, 64)
		p.ends = append(p.ends, 0)
		c.offer(p)
	}
	for range keepPages {
		c.age()
	}
	key := cacheKey{ch, 0, 0}
	if v := c.find(key, 2); !v.has(2) {
		t.Fatal("the page was dropped too soon")
	}
	c.age()
	if v := c.find(key, 1); v.has(1) {
		t.Error("a page that nobody read from is still there")
	}
	if v := c.find(key, 2); !v.has(2) {
		t.Error("a page that was read from is gone")
	}
}
