package storetest

import (
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// model says what a backend must do, in plain maps and without any economy.
type model struct {
	info     store.Info
	opts     Options
	now      time.Time
	channels map[string]*modelChannel
	cursors  map[[2]string]store.Cursor
	gen      uint64
	deleted  time.Time                         // when a channel was deleted last
	used     map[string]map[holdfast.Term]bool // terms that a channel of that name has had
}

type modelChannel struct {
	records []modelRecord
	floor   uint64
	terms   []store.TermStart
	opened  holdfast.Term
	lanes   map[holdfast.ProducerID]*modelLane
}

type modelRecord struct {
	draft store.Draft
	term  holdfast.Term
	ms    int64
}

type modelLane struct {
	last      uint64
	sealed    bool
	successor holdfast.ProducerID
	updated   int64
	offsets   map[uint64]uint64 // number → offset, of all records ever
}

func (m *model) channel(name string) *modelChannel {
	if m.channels[name] == nil {
		m.channels[name] = &modelChannel{lanes: map[holdfast.ProducerID]*modelLane{}}
	}
	return m.channels[name]
}

func (m *model) decide(d *store.Draft) store.Result {
	c := m.channel(d.Channel)
	if d.Producer.IsZero() {
		switch {
		case d.Kind == store.Skip:
			return outcome(store.Skipped)
		case d.Verdict == store.Refuse:
			return coded(store.Refused, d.Code)
		case d.Verdict == store.Defer:
			return coded(store.Deferred, d.Code)
		}
		return m.store(c, d)
	}
	l := c.lanes[d.Producer]
	absent := l == nil
	if absent {
		l = &modelLane{offsets: map[uint64]uint64{}}
	}
	if d.Kind == store.Skip {
		return m.skip(c, l, absent, d)
	}
	stale := !d.Sent.IsZero() && (d.Sent.Memory != m.info.Memory || m.now.Sub(d.Sent.At) > m.opts.DedupeWindow)
	switch {
	case d.Number == 0:
		return outcome(store.Conflict)
	case d.Number <= l.last:
		return c.resolved(l, d)
	case l.sealed:
		return outcome(store.Conflict)
	case stale, len(l.offsets) == 0 && !d.Sent.IsZero() && !d.Sent.At.After(m.deleted):
		return expected(store.Unknown, l.last+1)
	case absent && d.Sent.IsZero() && d.Number > 1:
		return expected(store.ProducerUnknown, 1)
	case len(l.offsets) == 0 && d.Sent.IsZero() && !d.Since.IsZero() && !m.deleted.IsZero() && !d.Since.After(m.deleted):
		return expected(store.ProducerUnknown, l.last+1)
	case d.Number != l.last+1:
		return expected(store.Hole, l.last+1)
	case d.Verdict == store.Defer:
		return coded(store.Deferred, d.Code)
	case absent && len(c.lanes) >= m.mostLanes(d):
		return coded(store.Deferred, holdfast.CodeTooManyLanes)
	}
	c.lanes[d.Producer] = l
	l.last, l.updated = d.Number, max(l.updated, m.now.UnixMilli())
	if d.Verdict == store.Refuse {
		return coded(store.Refused, d.Code)
	}
	res := m.store(c, d)
	l.offsets[d.Number] = res.Offset
	return res
}

// mostLanes is how many lanes a channel may have for a draft to get another one.
func (m *model) mostLanes(d *store.Draft) int {
	if d.Verdict == store.Refuse {
		return (m.opts.MaxLanes + 1) / 2
	}
	return m.opts.MaxLanes
}

func (m *model) skip(c *modelChannel, l *modelLane, absent bool, d *store.Draft) store.Result {
	seal := !d.Successor.IsZero()
	switch {
	case seal && l.sealed && l.successor == d.Successor, !seal && d.Number <= l.last:
		return outcome(store.Skipped)
	case seal && l.sealed:
		return outcome(store.Conflict)
	case d.From > l.last+1 && !(seal && absent):
		return expected(store.Hole, l.last+1)
	case l.sealed:
		return outcome(store.Conflict)
	case absent && len(c.lanes) >= m.mostLanes(d):
		return coded(store.Deferred, holdfast.CodeTooManyLanes)
	}
	c.lanes[d.Producer] = l
	l.last, l.updated = max(l.last, d.Number), max(l.updated, m.now.UnixMilli())
	l.sealed, l.successor = seal, d.Successor
	return outcome(store.Skipped)
}

// resolved answers a publish under a number that is used. If the number has no record, that it was skipped
// is known from its neighbours: the lane's records before and after it.
func (c *modelChannel) resolved(l *modelLane, d *store.Draft) store.Result {
	var before, after, latest uint64 // numbers of records
	for n := range l.offsets {
		latest = max(latest, n)
		if n <= d.Number {
			before = max(before, n)
		} else if after == 0 || n < after {
			after = n
		}
	}
	gone := func(n uint64) bool { return n > 0 && l.offsets[n] <= c.floor }
	switch {
	case d.Number > latest:
		return outcome(store.Skipped)
	case (gone(before) || gone(after)) && d.Sent.IsZero():
		return outcome(store.Conflict)
	case gone(before) || gone(after):
		return at(store.Duplicate, 0)
	case before != d.Number:
		return outcome(store.Skipped)
	}
	o := l.offsets[before]
	if c.records[o-1].draft.Hash != d.Hash {
		return outcome(store.Conflict)
	}
	return at(store.Duplicate, o)
}

// store appends; the term is filled in when the backend has said it.
func (m *model) store(c *modelChannel, d *store.Draft) store.Result {
	ms := m.now.UnixMilli()
	if n := len(c.records); n > 0 {
		ms = max(ms, c.records[n-1].ms)
	}
	c.records = append(c.records, modelRecord{draft: *d, ms: ms})
	return store.Result{Outcome: store.Stored, Offset: uint64(len(c.records)), Time: time.UnixMilli(ms)}
}

// term checks and takes over the term that the backend gave a record.
func (m *model) term(t testing.TB, name string, res *store.Result) {
	c := m.channels[name]
	fresh := c.opened != m.info.Term
	if res.TermStart != fresh {
		t.Fatalf("%s@%d: starts a term: %v, want %v", name, res.Offset, res.TermStart, fresh)
	}
	if fresh {
		if m.used[name] == nil {
			m.used[name] = map[holdfast.Term]bool{}
		}
		if m.used[name][res.Term] || res.Term == 0 {
			t.Fatalf("%s@%d: the term was used before", name, res.Offset)
		}
		m.used[name][res.Term] = true
		c.opened = m.info.Term
		c.terms = append(c.terms, store.TermStart{Term: res.Term, First: res.Offset})
	}
	if want := c.terms[len(c.terms)-1].Term; res.Term != want {
		t.Fatalf("%s@%d: term %v, want %v", name, res.Offset, res.Term, want)
	}
	c.records[res.Offset-1].term = res.Term
}

// bound is where the floor must be after a Trim, and may be before one.
func (m *model) bound(c *modelChannel) uint64 {
	floor := c.floor
	head := uint64(len(c.records))
	if n := m.opts.Retention.Records; n > 0 && head > n {
		floor = max(floor, head-n)
	}
	if age := m.opts.Retention.Age; age > 0 {
		for floor < head && c.records[floor].ms < m.now.Add(-age).UnixMilli() {
			floor++
		}
	}
	return floor
}
