package check

import (
	"slices"

	"github.com/holdfast-ws/holdfast"
)

// life is one subscription, from its beginning to its end: over as many connections as it had.
type life struct {
	began  *Event
	placed bool
	start  holdfast.Position // after which it began, once it is placed
	at     holdfast.Position // everything up to here has come
	terms  int               // how often the term has changed: a client remembers the last MaxTerms
	path   []step            // what it got and no fork took back, contiguous but for gaps
	last   *Event
	over   bool
	saved  *Event // Done of the cursor's holder before, if it has one
}

// step is a record on the path of a life, or the position after a gap.
type step struct {
	sighting
	m *message // nil: a position only
}

// known returns the positions that a subscriber compares with the log when it comes back.
func (l *life) known() []step {
	if l.start.Offset == 0 {
		return l.path
	}
	return append([]step{{sighting: sighting{Record{Pos: l.start}, l.began}}}, l.path...)
}

func (l *life) place(p holdfast.Position) { l.placed, l.start, l.at = true, p, p }

// subscriber takes in what a subscriber did and was told.
func (c *channel) subscriber(e *Event) {
	if e.Kind < Began || e.Kind > Ended {
		return
	}
	l := c.lives[e.Sub]
	if e.Kind == Began {
		if l != nil {
			c.blame(0, on(l.began, e), "two subscriptions are called %s", e.Sub)
			return
		}
		c.begin(e)
		return
	}
	if l == nil {
		c.blame(0, on(e), "%s never began", e.Sub)
		return
	}
	if l.over {
		if e.Kind == Received {
			c.blame(3, on(l.began, l.last, e), "%s receives %s after its end", e.Sub, e.Message)
		}
		return
	}
	switch e.Kind {
	case Placed:
		c.placed(l, e)
	case Received:
		c.received(l, e)
	case Done:
		c.done(l.began.Cursor, e)
	case Gap:
		c.gap(l, e)
	case Passed:
		c.passed(l, e)
	case Ended:
		l.over = true
	}
	l.last = e
}

// done notes how far a holder of a cursor was done with its records.
func (c *channel) done(cursor string, e *Event) {
	if cursor == "" {
		return
	}
	if was := c.cursors[cursor]; was == nil || was.Pos.Offset <= e.Pos.Offset || c.takenBack(was.Pos, -1) != nil {
		c.cursors[cursor] = e
	}
	// Who has not heard of a fork is done with what is gone, and that says nothing of where another holder has come to.
	if was := c.kept[cursor]; (was == nil || was.Pos.Offset < e.Pos.Offset) && c.takenBack(e.Pos, -1) == nil {
		c.kept[cursor] = e
	}
}

func (c *channel) begin(e *Event) {
	l := &life{began: e, last: e}
	if e.Cursor != "" {
		l.saved = c.cursors[e.Cursor]
		if c.holders[e.Cursor]++; c.held[e.Cursor] == nil {
			c.held[e.Cursor] = e
		}
	}
	if e.Begin == After && l.saved == nil {
		l.place(e.Pos)
	}
	c.lives[e.Sub] = l
	c.lifeList = append(c.lifeList, l)
}

// first judges where the records begin to come of a life that had no position: after that offset.
func (c *channel) first(l *life, after uint64, e *Event) {
	p := holdfast.Position{Offset: after}
	if l.began.Cursor != "" {
		l.saved = c.cursors[l.began.Cursor] // its holder before may have gone on until now
	}
	switch {
	case after == 0:
	case l.saved != nil:
		c.goesOn(l, after, e)
	case l.began.Cursor != "" && c.holders[l.began.Cursor] > 1: // it is where another one has begun it
	case l.began.Begin == AtStart:
		if c.trimmedTo(p, -1) == nil && !slices.ContainsFunc(c.trimmed, func(t *Event) bool { return t.To >= after }) {
			c.blame(4, on(l.began, e), "%s begins at the start of %s, and what is up to %d was passed over in silence", e.Sub, c.name, after)
		}
	}
}

// goesOn judges a cursor that somebody was done with before: what it passes over, one of its holders was done with. Its last
// holder may be further back than the cursor, which does not follow one who comes with an earlier position of its own.
func (c *channel) goesOn(l *life, after uint64, e *Event) {
	// what a reader does with records that came before the store was replaced is not kept by the next one
	if c.takenBack(l.saved.Pos, -1) != nil || c.everTakenBack(l.saved.Seq) || c.putBack(l.began.Cursor, after) {
		return
	}
	if kept := c.kept[l.began.Cursor]; after > kept.Pos.Offset {
		c.blame(3, on(kept, l.began, e), "cursor %s of %s goes on after %d, and its holder was done up to %d", l.began.Cursor, c.name, after, kept.Pos.Offset)
	}
}

// putBack reports whether a backup that was put back may have had the cursor at that offset. A holder whose own history is not
// that of the backup may then be further back than the cursor, which does not follow it.
func (c *channel) putBack(cursor string, offset uint64) bool {
	since := c.held[cursor].Seq
	return slices.ContainsFunc(c.replaced, func(e *Event) bool { return e.Kind == StoreReplaced && e.Seq > since && offset <= e.To })
}

func (c *channel) placed(l *life, e *Event) {
	if !l.placed {
		c.first(l, e.Pos.Offset, e)
		l.place(e.Pos)
		c.lasting(e, e.Pos, nil)
		return
	}
	if e.Pos.Offset != l.at.Offset || e.Pos.Term != l.at.Term && e.Pos.Term != 0 && l.at.Term != 0 {
		c.blame(3, on(l.last, e), "%s is to go on after %s, and has come to %s", e.Sub, e.Pos, l.at)
		l.at = e.Pos
	}
}

func (c *channel) received(l *life, e *Event) {
	if !l.placed {
		c.first(l, e.Pos.Offset-1, e)
		l.place(holdfast.Position{Offset: e.Pos.Offset - 1})
	}
	o, m := e.Pos.Offset, c.messages[e.Message]
	switch {
	case o <= l.at.Offset:
		for i := range l.path {
			if l.path[i].Pos == e.Pos && l.path[i].m != nil {
				c.blame(3, on(l.path[i].event, e), "%s receives %s at %s of %s twice", e.Sub, e.Message, e.Pos, c.name)
				return
			}
		}
		promise := 3
		if e.Pos.Term != l.at.Term && c.takenBack(l.at, -1) != nil {
			promise = 4
		}
		c.blame(promise, on(l.last, e), "%s receives %s of %s after %s, without a gap between", e.Sub, e.Pos, c.name, l.at)
		return
	case o > l.at.Offset+1:
		promise := 3
		if c.trimmedTo(holdfast.Position{Term: e.Pos.Term, Offset: o - 1}, -1) != nil {
			promise = 4
		}
		c.blame(promise, on(l.last, e), "%s receives %d of %s after %d, and was told nothing of what is between", e.Sub, o, c.name, l.at.Offset)
	case e.Pos.Term != l.at.Term && l.at.Term != 0 && l.at.Offset > 0:
		l.terms++
		c.cross(l.at, e)
	}
	c.follows(l, e, m)
	l.at = e.Pos
	l.path = append(l.path, step{sighting{Record{e.Pos, e.Message, e.Hash, e.Time}, e}, m})
}

// cross notes what comes before a term's first record: it is the same for all, or somebody missed a fork.
func (c *channel) cross(from holdfast.Position, e *Event) {
	was := c.before[e.Pos.Term]
	switch {
	case was == nil:
		c.before[e.Pos.Term] = &crossing{from, e}
	case was.pos != from:
		c.blame(4, on(was.event, e), "%s of %s follows on %s for one and on %s for %s: the fork was not told", e.Pos, c.name, was.pos, from, e.Sub)
	}
}

// follows judges a record against those before it on the same path, where that goes over several terms; within a term it is
// judged for all subscribers at once.
func (c *channel) follows(l *life, e *Event, m *message) {
	n := len(l.path)
	if n == 0 || l.path[n-1].Pos.Term == e.Pos.Term {
		return
	}
	if l.path[n-1].m != nil && l.path[n-1].Time > e.Time {
		c.blame(3, on(l.path[n-1].event, e), "the time of %s in %s lies before that of its predecessor", e.Pos, c.name)
	}
	for i := range l.path {
		s := &l.path[i]
		if s.m == nil || m == nil {
			continue
		}
		if s.m == m {
			c.blame(3, on(s.event, e), "%s receives %s twice, at %s and at %s", e.Sub, m.id, s.Pos, e.Pos)
		} else if s.m.author == m.author && s.m.index > m.index {
			c.blame(1, on(m.invoked, s.m.invoked, e), "%s comes after %s in %s, and was published before it", m.id, s.m.id, c.name)
		}
	}
}

func (c *channel) gap(l *life, e *Event) {
	if e.To < e.From || e.From == 0 {
		c.blame(4, on(e), "a gap from %d to %d of %s", e.From, e.To, c.name)
		return
	}
	switch e.Reason {
	case Retention:
		c.retention(l, e)
	case Fork:
		c.fork(l, e)
	default:
		c.blame(10, on(e), "a gap without a reason")
	}
}

// retention judges a gap that names what was removed: exactly from where the subscriber is, and no more than is gone.
func (c *channel) retention(l *life, e *Event) {
	if !l.placed {
		c.first(l, e.From-1, e)
		l.place(holdfast.Position{Offset: e.From - 1})
	}
	if e.From != l.at.Offset+1 {
		c.blame(4, on(l.last, e), "%s has come to %d of %s, and the gap begins at %d", e.Sub, l.at.Offset, c.name, e.From)
	}
	if e.Pos.Offset != e.To {
		c.blame(4, on(e), "%s goes on after %d of %s, and the gap ends at %d", e.Sub, e.Pos.Offset, c.name, e.To)
	}
	end := holdfast.Position{Term: e.Pos.Term, Offset: e.To}
	if c.trimmedTo(end, -1) == nil {
		c.blame(4, on(l.last, e), "%s is told that %d to %d of %s are gone, and retention did not remove so much", e.Sub, e.From, e.To, c.name)
	} else if r := c.at(e.To); r != nil && r.Pos.Term == e.Pos.Term && !c.everTakenBack(e.Seq) {
		c.blame(4, on(e, c.final), "%s is told that %d of %s is gone, and it is in the log", e.Sub, e.To, c.name)
	}
	if e.Pos.Term != l.at.Term && l.at.Term != 0 {
		l.terms++
	}
	l.at = e.Pos
	l.path = append(l.path, step{sighting: sighting{Record{Pos: e.Pos}, e}})
}

// fork judges a gap that names what was taken back: all from where the two logs part, and nothing that is still there.
func (c *channel) fork(l *life, e *Event) {
	if !l.placed {
		c.first(l, e.To, e)
		l.place(holdfast.Position{Offset: e.To})
	}
	if e.To != l.at.Offset {
		c.blame(4, on(l.last, e), "%s has come to %d of %s, and the fork is said to take back up to %d", e.Sub, l.at.Offset, c.name, e.To)
	}
	if e.Pos.Offset != e.From-1 {
		c.blame(4, on(e), "%s goes on after %d of %s, and the fork begins at %d", e.Sub, e.Pos.Offset, c.name, e.From)
	}
	if !slices.ContainsFunc(c.replaced, func(r *Event) bool { return r.Seq < e.Seq }) {
		c.blame(4, on(l.last, e), "%s is told of a fork in %s, and the store was never replaced", e.Sub, c.name)
	}
	c.stillThere(l, e)
	keep := len(l.path)
	for keep > 0 && l.path[keep-1].Pos.Offset >= e.From {
		keep--
	}
	l.path = l.path[:keep]
	l.at = e.Pos
	if l.start.Offset > e.Pos.Offset {
		l.start = e.Pos
	}
}

// stillThere reports a fork that takes back what the subscriber saw and what is still there. Of a history with more terms
// than a client remembers the older ones do not count.
func (c *channel) stillThere(l *life, e *Event) {
	terms, was := 0, holdfast.Term(0)
	for _, s := range slices.Backward(l.known()) {
		if s.Pos.Term != was || was == 0 {
			was = s.Pos.Term
			terms++
		}
		if s.Pos.Offset < e.From || terms > holdfast.MaxTerms {
			return
		}
		if s.Pos.Term == 0 {
			continue
		}
		since := -1
		if s.m != nil {
			since = s.m.invoked.Seq
		}
		if r := c.takenBack(s.Pos, since); r == nil || r.Seq > e.Seq && !slices.ContainsFunc(c.replaced, func(x *Event) bool {
			return x.Seq < e.Seq && x.Seq > max(since, c.birth(s.Pos.Term)) && (x.To < s.Pos.Offset || x.Kind == Deleted)
		}) {
			c.blame(4, on(s.event, e), "%s is told that %s of %s is gone by a fork, and nothing took it back", e.Sub, s.Pos, c.name)
			return
		}
	}
}

func (c *channel) passed(l *life, e *Event) {
	if !l.placed {
		l.place(e.Pos)
		return
	}
	for o := l.at.Offset + 1; o <= e.Pos.Offset; o++ {
		i := slices.IndexFunc(c.hidden, func(h *Event) bool { return h.From <= o && o <= h.To && (h.Client == "" || h.Client == e.Client) })
		if i < 0 {
			c.blame(3, on(l.last, e), "%s passes over %d of %s, which is for it", e.Sub, o, c.name)
			break
		}
		o = c.hidden[i].To
	}
	l.at.Offset = max(l.at.Offset, e.Pos.Offset)
	if e.Pos.Term != 0 {
		l.at.Term = e.Pos.Term
	}
}

// judgeRest looks at what subscribers have in the end, if all is at rest.
func (c *channel) judgeRest() {
	if c.g.quiesced == nil || c.final == nil {
		return
	}
	for _, l := range c.lifeList {
		if s := c.g.client(l.began.Client).stopped; s != nil || l.over || c.g.crashed(l.began.Client, l.began.Seq, noSeq) != nil {
			continue
		}
		head := c.head()
		switch {
		case !l.placed && l.began.Begin == AtStart && l.began.Cursor == "" && len(c.final.Records) > 0:
			c.blame(3, on(l.began, c.final), "%s has received nothing of %s, which has %d records", l.began.Sub, c.name, len(c.final.Records))
		case !l.placed:
		case l.at.Offset < head:
			c.blame(3, on(l.last, c.final), "%s has come to %d of %s, whose head is %d", l.began.Sub, l.at.Offset, c.name, head)
		case l.at.Offset > head:
			c.blame(4, on(l.last, c.final), "%s has come to %d of %s, whose head is %d, and was not told of the fork", l.began.Sub, l.at.Offset, c.name, head)
		default:
			c.agrees(l)
		}
	}
}

// agrees compares what a subscriber has in the end with the log.
func (c *channel) agrees(l *life) {
	for i := range l.path {
		s := &l.path[i]
		if r := c.at(s.Pos.Offset); r != nil && r.Pos.Term != s.Pos.Term && s.Pos.Term != 0 {
			c.blame(4, on(s.event, c.final), "%s has %s of %s, the log has %s there, and it was not told of the fork", l.began.Sub, s.Pos, c.name, r.Pos)
			return
		}
	}
}
