package check

import (
	"slices"

	"github.com/holdfast-ws/holdfast"
)

// judgeAnswers looks at what publishers were told of each message.
func (c *channel) judgeAnswers() {
	taken := map[uint64]*message{} // by acknowledged offset
	for _, m := range c.order {
		for i, e := range m.answers {
			if i > 0 {
				c.secondAnswer(m, i)
			}
			switch e.Kind {
			case Delivered:
				c.delivered(m, e)
				c.oneEach(m, e, taken)
			case Refused, Dropped, Expired:
				c.failed(m, e)
			case Unknown:
				c.unknown(m, e)
			}
		}
		if c.g.quiesced != nil && len(m.answers) == 0 {
			c.unanswered(m)
		}
	}
}

// secondAnswer: a message ends once, for each that has it in its outbox; only a crash may forget the end.
func (c *channel) secondAnswer(m *message, i int) {
	e := m.answers[i]
	for _, first := range m.answers[:i] {
		if first.Client == e.Client && c.g.crashed(e.Client, first.Seq, e.Seq) == nil {
			c.blame(5, on(m.invoked, first, e), "%s ends twice, as %s and as %s", m.id, first.Kind, e.Kind)
			return
		}
	}
}

// delivered: whatever is acknowledged stands in the log, there.
func (c *channel) delivered(m *message, e *Event) {
	if e.Seq < m.invoked.Seq {
		c.blame(0, on(e, m.invoked), "%s is acknowledged before it is published", m.id)
		return
	}
	if c.final == nil {
		return
	}
	p, since := e.Pos, m.invoked.Seq
	if r := c.at(p.Offset); r != nil && r.Message == m.id && (p.Term == 0 || p.Term == r.Pos.Term) {
		return
	}
	y, there := c.stands[m.id]
	if p.Offset == 0 {
		if !there && c.trimmedTo(p, since) == nil && !c.everTakenBack(since) {
			c.missing(m, e)
		}
		return
	}
	switch {
	case c.takenBack(p, since) != nil:
	case there:
		c.blame(1, on(m.invoked, e, c.final), "%s was acknowledged at %d, and stands at %d of %s", m.id, p.Offset, y, c.name)
	case p.Offset <= c.final.To && c.trimmedTo(p, since) != nil:
	default:
		c.missing(m, e)
	}
}

func (c *channel) everTakenBack(since int) bool {
	return len(c.replaced) > 0 && c.replaced[len(c.replaced)-1].Seq > since
}

func (c *channel) missing(m *message, e *Event) {
	if crash := c.g.serverCrashed(m.invoked.Seq); crash != nil {
		c.blame(2, on(m.invoked, e, crash), "%s was acknowledged before the server died, and is not in %s", m.id, c.name)
		return
	}
	c.blame(1, on(m.invoked, e, c.final), "%s was acknowledged, and is not in %s", m.id, c.name)
}

// oneEach: two messages cannot be acknowledged at one offset; nor can a subscriber have seen another one there.
func (c *channel) oneEach(m *message, e *Event, taken map[uint64]*message) {
	o := e.Pos.Offset
	if o == 0 {
		return
	}
	if other := taken[o]; other != nil && other != m && c.takenBack(holdfast.Position{Offset: o}, min(m.invoked.Seq, other.invoked.Seq)) == nil {
		c.blame(1, on(other.invoked, m.invoked, e), "%s and %s were both acknowledged at %d of %s", other.id, m.id, o, c.name)
	}
	taken[o] = m
}

// failed: what is told to have failed is nowhere.
func (c *channel) failed(m *message, e *Event) {
	if a := e.Code.Action(); e.Kind == Refused && (e.Code == 0 || a == holdfast.ActionLater || a == holdfast.ActionNow) {
		c.blame(10, on(m.invoked, e), "%s was refused for good, and the code says otherwise: %s", m.id, e.Code)
	}
	if e.Kind == Refused && !c.g.mayRefuse(m, e) {
		c.blame(10, on(m.invoked, e), "%s was refused with %s, and nothing forbade it", m.id, e.Code)
	}
	if copied := c.copied(m, e.Seq); copied != nil && (e.Kind != Refused || c.everTakenBack(copied.Seq)) {
		return // it may have been sent from the other copy, to a store that knew nothing any more of a refusal
	}
	if o, ok := c.stands[m.id]; ok {
		c.blame(1, on(m.invoked, e, c.final), "%s was %s, and stands at %d of %s", m.id, e.Kind, o, c.name)
		return
	}
	for _, x := range c.events {
		if x.Kind == Received && x.Message == m.id && (e.Kind != Refused || c.takenBack(x.Pos, m.invoked.Seq) == nil) {
			c.blame(1, on(m.invoked, e, x), "%s was %s, and was received", m.id, e.Kind)
			return
		}
	}
}

// mayRefuse reports whether policy had a reason for a refusal, as far as the history tells.
func (g *world) mayRefuse(m *message, e *Event) bool {
	earlier := e.Code == holdfast.CodeRefusedEarlier // the reason was lost on the way
	if len(g.barred) == 0 || e.Code != holdfast.CodeForbidden && e.Code != holdfast.CodeSchemaViolation && !earlier {
		return true
	}
	if earlier && (len(g.client(m.invoked.Client).clones) > 0 || len(g.client(e.Client).clones) > 0) {
		return true // whoever has the copy of its outbox may have given the number up
	}
	return slices.ContainsFunc(g.barred, func(b *Event) bool {
		return (b.Code == e.Code || earlier) && b.Seq < e.Seq && (b.Message == m.id || b.Message == "" && (b.Client == "" || b.Client == m.invoked.Client || b.Client == e.Client))
	})
}

// judgeBarred: what never fits is nowhere.
func (c *channel) judgeBarred() {
	for _, b := range c.g.barred {
		if o, ok := c.stands[b.Message]; ok && b.Message != "" {
			c.blame(10, on(b, c.final), "%s breaks the rules, and stands at %d of %s", b.Message, o, c.name)
		}
		for _, e := range c.events {
			if e.Kind == Received && b.Message != "" && e.Message == b.Message {
				c.blame(10, on(b, e), "%s breaks the rules, and was received", b.Message)
			}
		}
	}
}

// copied returns when another client first got m into its outbox, too; nil if none did before that place in the history.
func (c *channel) copied(m *message, before int) (first *Event) {
	for _, x := range c.g.client(m.invoked.Client).clones {
		if x.Seq > m.invoked.Seq && x.Seq < before && (first == nil || x.Seq < first.Seq) {
			first = x
		}
	}
	return first
}

// unknown: only what the store has forgotten may end so. A copy of an outbox says of a record what it said when it was copied: that it
// may have been sent before whoever has the other copy was greeted anew.
func (c *channel) unknown(m *message, e *Event) {
	clones := c.g.client(e.Client).clones
	if !slices.ContainsFunc(c.forgot, func(x *Event) bool {
		return x.Seq > m.invoked.Seq && x.Seq < e.Seq && (x.Client == "" || x.Client == e.Client || clones[x.Client] != nil)
	}) {
		c.blame(5, on(m.invoked, e), "the fate of %s is said to be unknown, and the store has forgotten nothing", m.id)
	}
}

// unanswered: at rest everything that an outbox has kept has its answer.
func (c *channel) unanswered(m *message) {
	if s := c.g.client(m.invoked.Client).stopped; s != nil && s.Seq > m.invoked.Seq {
		return
	}
	crash := c.g.crashed(m.invoked.Client, m.invoked.Seq, noSeq)
	if crash == nil {
		c.blame(5, on(m.invoked), "%s was never answered", m.id)
		return
	}
	if m.accepted == nil || crash.Outbox == Volatile || m.accepted.Seq > crash.Seq {
		return
	}
	_, there := c.stands[m.id]
	if there || len(c.trimmed) > 0 || c.everTakenBack(m.invoked.Seq) || c.final == nil {
		return
	}
	c.blame(1, on(m.invoked, m.accepted, crash), "%s was in a durable outbox, and is neither answered nor in %s", m.id, c.name)
}

// judgeLosses: the store has lost what it had acknowledged if the world put it back, and then it is told to whoever goes on.
func (c *channel) judgeLosses() {
	told := map[string][]*Event{}
	for _, e := range c.events {
		if e.Kind == Lost {
			told[e.Client] = append(told[e.Client], e)
			c.lost(e)
		}
	}
	latest := map[string]*Event{} // of each client: the last publish that was acknowledged
	for _, m := range c.order {
		for _, e := range m.answers {
			if e.Kind == Delivered {
				latest[m.invoked.Client] = m.invoked
			}
		}
	}
	for _, m := range c.order {
		for _, e := range m.answers {
			if e.Kind == Delivered && e.Pos.Offset != 0 {
				c.silent(m, e, latest[m.invoked.Client], told[m.invoked.Client])
			}
		}
	}
}

func (c *channel) lost(e *Event) {
	if e.Message == "" {
		if !slices.ContainsFunc(c.replaced, func(r *Event) bool { return r.Seq < e.Seq && c.published(e.Client, r.Seq) }) {
			c.blame(5, on(e), "%s is told of a loss, and the store has lost nothing of it", e.Client)
		}
		return
	}
	m := c.messages[e.Message]
	if m == nil {
		c.blame(0, on(e), "%s is lost, and nobody published it", e.Message)
		return
	}
	var acked *Event
	for _, x := range m.answers {
		if x.Kind == Delivered && x.Seq < e.Seq {
			acked = x
		}
	}
	_, there := c.stands[m.id]
	switch {
	case acked == nil:
		c.blame(5, on(m.invoked, e), "%s is told to be lost, and was never acknowledged", m.id)
	case there && !c.everTakenBack(e.Seq): // a later backup may bring it back
		c.blame(5, on(m.invoked, acked, e, c.final), "%s is told to be lost, and is in %s", m.id, c.name)
	case acked.Pos.Offset != 0 && c.takenBack(acked.Pos, m.invoked.Seq) == nil:
		c.blame(5, on(m.invoked, acked, e), "%s is told to be lost, and the store was not put back", m.id)
	}
}

// published reports whether a client had published something before.
func (c *channel) published(name string, before int) bool {
	clones := c.g.client(name).clones
	return slices.ContainsFunc(c.order, func(m *message) bool {
		return m.invoked.Seq < before && (m.invoked.Client == name || clones[m.invoked.Client] != nil)
	})
}

// silent: m was acknowledged, and the store was put back to before that. Its publisher, which has gone on since, must know.
func (c *channel) silent(m *message, e, latest *Event, told []*Event) {
	if _, there := c.stands[m.id]; there || c.final == nil {
		return
	}
	r := c.takenBack(e.Pos, m.invoked.Seq)
	if r == nil || r.Kind == Deleted || r.Seq < e.Seq || r.Seq > latest.Seq || c.g.crashed(e.Client, m.invoked.Seq, noSeq) != nil || len(c.g.client(e.Client).clones) > 0 {
		return
	}
	if slices.ContainsFunc(c.forgot, func(x *Event) bool { return x.Seq > m.invoked.Seq }) {
		return // with its lanes the store forgot what it had acknowledged
	}
	if !slices.ContainsFunc(told, func(x *Event) bool { return x.Seq > m.invoked.Seq && (x.Message == "" || x.Message == m.id) }) {
		c.blame(5, on(m.invoked, e, r, latest), "%s was acknowledged and is lost, and its publisher has gone on without being told", m.id)
	}
}
