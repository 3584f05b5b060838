package store

import (
	"github.com/holdfast-ws/holdfast"
)

// Resumption is where a subscriber goes on, and what it is told first.
type Resumption struct {
	// After is the position after which its records follow.
	After holdfast.Position
	// Forked is set if the subscriber's history from Fork.From on is not this log's: those records, up to
	// Fork.To (its own last offset), are gone, and the offsets from Fork.From on carry other records or none.
	Forked bool
	Fork   Range
	// Trimmed is the range that the log had and retention removed before the subscriber saw it; empty
	// (Trimmed.To < Trimmed.From) if there is none.
	Trimmed Range
}

// Range of offsets, both ends included; empty if To < From.
type Range struct{ From, To uint64 }

// Empty reports whether there is nothing in it.
func (r Range) Empty() bool { return r.To < r.From }

// Resume finds where a subscriber with that position, and the terms that it saw before (oldest first, the
// position's own term not among them), goes on in a log. It is promise 4 as a function: nothing is skipped
// without being named. Two histories are the same up to the end of the latest term that both know.
func (s *State) Resume(p holdfast.Position, earlier []holdfast.TermEnd) Resumption {
	common := uint64(0)
	if p.Offset > 0 {
		common = s.common(p, earlier)
	}
	var r Resumption
	if common < p.Offset {
		r.Forked = true
		r.Fork = Range{From: common + 1, To: p.Offset}
	}
	after := common
	r.Trimmed = Range{From: 1, To: 0}
	if after < s.Floor {
		r.Trimmed = Range{From: after + 1, To: s.Floor}
		after = s.Floor
	}
	r.After = holdfast.Position{Term: s.TermAt(after), Offset: after}
	if after == 0 {
		r.After.Term = 0
	}
	return r
}

// common returns the last offset up to which the subscriber's history and the log are the same.
func (s *State) common(p holdfast.Position, earlier []holdfast.TermEnd) uint64 {
	end := func(i int) uint64 {
		if i+1 < len(s.Terms) {
			return s.Terms[i+1].First - 1
		}
		return s.Head
	}
	find := func(t holdfast.Term, last uint64) (uint64, bool) {
		for i := len(s.Terms) - 1; i >= 0; i-- {
			if s.Terms[i].Term == t {
				return min(last, end(i)), true
			}
		}
		return 0, false
	}
	if c, ok := find(p.Term, p.Offset); ok {
		return c
	}
	for i := len(earlier) - 1; i >= 0; i-- {
		if c, ok := find(earlier[i].Term, earlier[i].Last); ok {
			return c
		}
	}
	return 0
}
