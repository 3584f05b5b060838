package linear

import (
	"fmt"
	"maps"
	"strings"

	"github.com/anishathalye/porcupine"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// state is one channel: a log and its lanes. It is never changed, only replaced.
type state struct {
	log   []record
	lanes map[holdfast.ProducerID]lane
}

type lane struct {
	last      uint64
	sealed    bool
	successor holdfast.ProducerID
}

// model says what calls may return. Nothing is trimmed, no memory passes away and nothing is deferred in such a history. Where
// an append was cut off, both are possible: that it happened, and that it did not.
var model = (&porcupine.NondeterministicModel{
	Init: func() []any { return []any{state{}} },
	Step: func(s, in, out any) []any { return step(s.(state), in.(input), out.(output)) },
	Equal: func(a, b any) bool {
		x, y := a.(state), b.(state)
		return len(x.log) == len(y.log) && maps.Equal(x.lanes, y.lanes) && sameLog(x.log, y.log)
	},
	DescribeOperation: func(in, out any) string { return describe(in.(input), out.(output)) },
}).ToModel()

// describe tells a call in a line: "append a:3 a:4 = 1@7(0) 6@0(2)", producers by their first byte, and outcomes as
// store numbers them, with the offset and the number that is expected.
func describe(in input, out output) string {
	var b strings.Builder
	switch in.kind {
	case stateCall:
		return fmt.Sprintf("head = %d", out.head)
	case readCall:
		fmt.Fprintf(&b, "read after %d, at most %d =", in.after, in.limit)
		for _, r := range out.records {
			fmt.Fprintf(&b, " %d:%x:%d", r.offset, r.producer[0], r.number)
		}
		return b.String()
	}
	b.WriteString("append")
	for _, d := range in.drafts {
		what := ""
		if d.kind == store.Skip {
			what = fmt.Sprintf("skip:%d-", d.from)
		}
		fmt.Fprintf(&b, " %x:%s%d", d.producer[0], what, d.number)
	}
	b.WriteString(" =")
	if out.unknown {
		b.WriteString(" cut off")
	}
	for _, r := range out.results {
		fmt.Fprintf(&b, " %d@%d(%d)", r.outcome, r.offset, r.expected)
	}
	return b.String()
}

func sameLog(a, b []record) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func step(s state, in input, out output) []any {
	switch in.kind {
	case readCall:
		if looks(s, in, out) {
			return []any{s}
		}
		return nil
	case stateCall:
		if out.head == uint64(len(s.log)) {
			return []any{s}
		}
		return nil
	}
	next, results := s.append(in.drafts)
	if out.unknown {
		return []any{s, next}
	}
	for i := range results {
		if results[i] != out.results[i] {
			return nil
		}
	}
	return []any{next}
}

// looks reports whether a read of s may return out.
func looks(s state, in input, out output) bool {
	want := s.log[min(int(in.after), len(s.log)):]
	if in.limit > 0 {
		want = want[:min(in.limit, len(want))]
	}
	return len(out.records) == len(want) && sameLog(want, out.records)
}

// append does to the channel what a batch of drafts does, all at once.
func (s state) append(ds []draft) (state, []result) {
	next := state{log: s.log[:len(s.log):len(s.log)], lanes: maps.Clone(s.lanes)}
	if next.lanes == nil {
		next.lanes = map[holdfast.ProducerID]lane{}
	}
	var results []result
	for _, d := range ds {
		results = append(results, next.draft(d))
	}
	return next, results
}

func (s *state) draft(d draft) result {
	l, known := s.lanes[d.producer]
	if d.kind == store.Skip {
		return s.skip(d, l, known)
	}
	switch {
	case d.number <= l.last:
		return s.duplicate(d)
	case l.sealed:
		return result{outcome: store.Conflict}
	case !known && d.number > 1:
		return result{outcome: store.ProducerUnknown, expected: 1}
	case d.number > l.last+1:
		return result{outcome: store.Hole, expected: l.last + 1}
	}
	l.last = d.number
	s.lanes[d.producer] = l
	if d.verdict == store.Refuse {
		return result{outcome: store.Refused}
	}
	s.log = append(s.log, record{uint64(len(s.log)) + 1, d.producer, d.number, d.hash})
	return result{outcome: store.Stored, offset: uint64(len(s.log))}
}

func (s *state) duplicate(d draft) result {
	for _, r := range s.log {
		if r.producer == d.producer && r.number == d.number {
			if r.hash != d.hash {
				return result{outcome: store.Conflict}
			}
			return result{outcome: store.Duplicate, offset: r.offset}
		}
	}
	return result{outcome: store.Skipped}
}

func (s *state) skip(d draft, l lane, known bool) result {
	seal := !d.successor.IsZero()
	switch {
	case seal && l.sealed && l.successor == d.successor, !seal && d.number <= l.last:
		return result{outcome: store.Skipped}
	case seal && l.sealed:
		return result{outcome: store.Conflict}
	case d.from > l.last+1 && (known || !seal):
		return result{outcome: store.Hole, expected: l.last + 1}
	case l.sealed:
		return result{outcome: store.Conflict}
	}
	l.last = max(l.last, d.number)
	if seal {
		l.sealed, l.successor = true, d.successor
	}
	s.lanes[d.producer] = l
	return result{outcome: store.Skipped}
}
