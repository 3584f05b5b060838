package hub

import (
	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

const (
	firstPage  = 1 << 10 // size of a quiet channel's first page
	pageGrowth = 4
	pageCost   = 160 // of the struct and its place in the cache
)

// page holds the frames of consecutive records of one (channel, codec), back to back. A tail page grows: what was
// shown of it never moves, and its fields change only under channel.mu. A page in the cache does not change.
type page struct {
	first uint64
	term  holdfast.Term // of the first record
	buf   []byte        // fixed capacity
	ends  []uint32      // where each record ends in buf
	terms []store.TermStart

	ch    *channel
	epoch uint32 // of the channel
	codec uint8

	// Guarded by cache.mu.
	pins       int32
	age        uint8 // looks of age since it was last read from
	size       int
	prev, next *page
}

// newPage makes a page that starts with r.
func newPage(ch *channel, epoch uint32, codec int, r *holdfast.Record, size, frame int) *page {
	p := &page{ch: ch, epoch: epoch, codec: uint8(codec), first: r.Offset, term: r.Term, buf: make([]byte, 0, size)}
	p.ends = make([]uint32, 0, min(4096, max(4, size/max(frame, 16))))
	p.size = p.cost()
	return p
}

func (p *page) cost() int { return pageCost + cap(p.buf) + 4*cap(p.ends) + 16*cap(p.terms) }

func (p *page) view() view {
	return view{first: p.first, term: p.term, buf: p.buf, ends: p.ends, terms: p.terms}
}

// view is what is shown of a page at one moment. The zero view holds nothing.
type view struct {
	first uint64
	term  holdfast.Term
	buf   []byte
	ends  []uint32
	terms []store.TermStart
}

// has reports whether the record at offset is in it.
func (v *view) has(offset uint64) bool { return offset-v.first < uint64(len(v.ends)) }

// last returns the offset of the last record; only for a view that is not empty.
func (v *view) last() uint64 { return v.first + uint64(len(v.ends)) - 1 }

// start returns where the i-th record starts in buf.
func (v *view) start(i int) int {
	if i == 0 {
		return 0
	}
	return int(v.ends[i-1])
}

// fit returns how many records from the i-th on are within both limits, but at least one.
func (v *view) fit(i, records, bytes int) int {
	n := min(len(v.ends)-i, records)
	limit := v.start(i) + bytes
	if int(v.ends[i+n-1]) <= limit {
		return n
	}
	lo, hi := 1, n // the answer is in [lo, hi)
	for lo < hi {
		if mid := (lo + hi) / 2; int(v.ends[i+mid]) <= limit {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// termAt returns the term of the record at offset, which is in the view.
func (v *view) termAt(offset uint64) holdfast.Term {
	for i := len(v.terms) - 1; i >= 0; i-- {
		if v.terms[i].First <= offset {
			return v.terms[i].Term
		}
	}
	return v.term
}

// startsTerm reports whether the record at offset is known to start a term.
func (v *view) startsTerm(offset uint64) bool {
	for i := range v.terms {
		if v.terms[i].First == offset {
			return true
		}
	}
	return false
}

// cut returns the frames of the n records from the i-th on.
func (v *view) cut(i, n int) []byte { return v.buf[v.start(i):v.ends[i+n-1]] }
