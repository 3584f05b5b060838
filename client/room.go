package client

import "slices"

// room is a bound on records and bytes for which callers wait in line. Its owner locks.
type room struct {
	maxRecords, maxBytes int
	records, bytes       int
	line                 []*place
}

// place in the line.
type place struct {
	size    int
	granted chan struct{}
}

// free reports whether there is room and nobody waits for it. One record is always taken.
func (r *room) free(size int) bool { return len(r.line) == 0 && r.fits(size) }

func (r *room) fits(size int) bool {
	return r.records == 0 || r.records < r.maxRecords && r.bytes+size <= r.maxBytes
}

// willFit reports whether there is room for everybody who waits, and one more, once so much has left.
func (r *room) willFit(size, leaving, leavingBytes int) bool {
	records, bytes := r.records-leaving, r.bytes-leavingBytes
	for _, w := range r.line {
		records, bytes = records+1, bytes+w.size
	}
	return records == 0 || records < r.maxRecords && bytes+size <= r.maxBytes
}

func (r *room) take(size int) {
	r.records++
	r.bytes += size
}

func (r *room) give(size int) {
	r.records--
	r.bytes -= size
	r.grant()
}

func (r *room) grant() {
	for len(r.line) > 0 && r.fits(r.line[0].size) {
		w := r.line[0]
		r.line = r.line[1:]
		r.take(w.size)
		close(w.granted)
	}
	if len(r.line) == 0 {
		r.line = nil
	}
}

func (r *room) wait(size int) *place {
	w := &place{size: size, granted: make(chan struct{})}
	r.line = append(r.line, w)
	return w
}

// leave gives the place up, and the room if it was granted meanwhile.
func (r *room) leave(w *place) {
	if i := slices.Index(r.line, w); i >= 0 {
		r.line = slices.Delete(r.line, i, i+1)
		r.grant()
		return
	}
	r.give(w.size)
}
