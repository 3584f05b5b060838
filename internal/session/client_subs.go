package session

import (
	"slices"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

type subState uint8

const (
	subAway    subState = iota // no socket, or not asked for on this one
	subAsked                   // subscribe is out; records before its answer are dropped
	subOpen                    // records follow
	subLeaving                 // unsubscribe is out
)

// clientSub is a subscription as the subscriber sees it: a contiguous position.
type clientSub struct {
	id         uint64
	state      subState
	spec       wire.Subscribe
	request_   uint64
	placed     bool // the position is known, so a reconnect goes on from there
	at         Checkpoint
	generation uint64
	window     wire.Window
	done       uint64    // the application is done up to here,
	told       uint64    // and the server knows up to here
	untold     uint64    // bytes of the records after that
	since      time.Time // when the first untold was done
	retryAt    time.Time // subscribe again then
}

// doneBytes estimates how many bytes are done that the server does not know of.
func (s *clientSub) doneBytes() uint64 {
	if s.done <= s.told || s.at.Position.Offset <= s.told {
		return 0
	}
	return uint64(float64(s.untold) * float64(s.done-s.told) / float64(s.at.Position.Offset-s.told))
}

func (s *clientSub) unacked() bool { return s.state == subOpen && s.done > s.told }

// begin makes a new request of the subscription; what comes before its answer belongs to an older one.
func (s *clientSub) begin(c *Client) {
	c.request++
	s.request_ = c.request
	s.state = subAsked
	s.retryAt = time.Time{}
}

func (s *clientSub) request() wire.Subscribe {
	q := s.spec
	q.ID = s.request_
	q.Window = s.window
	s.untold -= s.doneBytes()
	s.told = s.done
	if s.placed {
		q.From, q.Position, q.Last, q.Since = wire.FromPosition, s.at.Position, 0, 0
		q.Earlier = slices.Clone(s.at.Earlier)
		q.Pending = s.at.Position.Offset - s.done
	}
	return q
}

func (c *Client) subscribe(e *ClientEvent, fx []ClientEffect) []ClientEffect {
	if c.byChannel[e.Subscribe.Channel] != nil {
		return append(fx, ClientEffect{Kind: FxEnded, Sub: e.Sub, Code: holdfast.CodeAlreadySubscribed})
	}
	s := &clientSub{id: e.Sub, spec: e.Subscribe, window: e.Subscribe.Window}
	if s.window.Records == 0 {
		s.window.Records = c.o.Window.Records
	}
	if s.window.Bytes == 0 {
		s.window.Bytes = c.o.Window.Bytes
	}
	if p := e.Checkpoint.Position; p != (holdfast.Position{}) {
		s.placed = true
		s.at = Checkpoint{Position: p, Earlier: slices.Clone(e.Checkpoint.Earlier)}
		s.done, s.told = p.Offset, p.Offset
	}
	c.subs = append(c.subs, s)
	c.byChannel[s.spec.Channel] = s
	if c.state == clientOpen {
		return c.ask(s, fx)
	}
	return fx
}

func (c *Client) ask(s *clientSub, fx []ClientEffect) []ClientEffect {
	s.begin(c)
	q := s.request()
	return append(fx, ClientEffect{Kind: FxSubscribe, Sub: s.id, Subscribe: &q})
}

func (c *Client) resubscribe(now time.Time, fx []ClientEffect) []ClientEffect {
	for _, s := range c.subs {
		if s.state == subAway && !s.retryAt.IsZero() && !now.Before(s.retryAt) {
			fx = c.ask(s, fx)
		}
	}
	return fx
}

func (c *Client) unsubscribe(id uint64, fx []ClientEffect) []ClientEffect {
	for _, s := range c.subs {
		if s.id != id {
			continue
		}
		// the hello's subscriptions end behind it, even while there is no welcome
		if s.state == subOpen || s.state == subAsked {
			if s.unacked() {
				fx = append(fx, ClientEffect{Kind: FxAck, Ack: wire.Ack{Channel: s.spec.Channel, Offset: s.done, Generation: s.generation}})
			}
			c.request++
			fx = append(fx, ClientEffect{Kind: FxUnsubscribe, Unsub: wire.Unsubscribe{ID: c.request, Channel: s.spec.Channel}})
		}
		return c.forget(s, 0, "", fx)
	}
	return fx
}

func (c *Client) forget(s *clientSub, code holdfast.Code, detail string, fx []ClientEffect) []ClientEffect {
	c.subs = slices.DeleteFunc(c.subs, func(x *clientSub) bool { return x == s })
	delete(c.byChannel, s.spec.Channel)
	return append(fx, ClientEffect{Kind: FxEnded, Sub: s.id, Code: code, Detail: detail})
}

func (c *Client) subscribed(now time.Time, f *wire.Subscribed, fx []ClientEffect) []ClientEffect {
	s := c.byChannel[f.Channel]
	if s == nil || s.state != subAsked || s.request_ != f.ID {
		return fx
	}
	if f.Code != 0 {
		if a := f.Code.Action(); a == holdfast.ActionLater || a == holdfast.ActionNow {
			s.state = subAway
			s.retryAt = now.Add(max(time.Second, time.Duration(f.RetryAfter)*time.Millisecond))
			return fx
		}
		return c.forget(s, f.Code, f.Detail, fx)
	}
	s.state, s.generation = subOpen, f.Generation
	if !s.placed {
		s.placed = true
		s.at = Checkpoint{Position: f.Position}
		s.done, s.told = f.Position.Offset, f.Position.Offset
	}
	answer := *f
	return append(fx, ClientEffect{Kind: FxSubscribed, Sub: s.id, Subscribed: &answer})
}

func (c *Client) unsubscribed(f *wire.Unsubscribed, fx []ClientEffect) []ClientEffect {
	s := c.byChannel[f.Channel]
	if s == nil || f.ID != 0 || f.Code == 0 || s.state != subOpen {
		return fx // an answer to our own request, or about an earlier subscription
	}
	if f.Code.Action() == holdfast.ActionStop {
		return c.forget(s, f.Code, f.Detail, fx)
	}
	s.state, s.retryAt = subAway, c.heard.Add(time.Second)
	return fx
}

// record takes the next record; one that is not the next is a duplicate, or a fault of the server's.
func (c *Client) record(now time.Time, r *wire.Record, fx []ClientEffect) []ClientEffect {
	s := c.byChannel[r.Channel]
	if s == nil || s.state != subOpen || r.Offset <= s.at.Position.Offset {
		return fx
	}
	if r.Offset != s.at.Position.Offset+1 {
		return append(fx, ClientEffect{Kind: FxDisconnect, Code: holdfast.CodeRecordHole, At: now})
	}
	s.enter(r.Term)
	s.at.Position.Offset = r.Offset
	s.untold += uint64(len(r.Data))
	return append(fx, ClientEffect{Kind: FxRecord, Sub: s.id, Position: s.at.Position})
}

// enter notes the term of what comes next, if it is a new one.
func (s *clientSub) enter(t holdfast.Term) {
	p := &s.at.Position
	if t == 0 || t == p.Term {
		return
	}
	if p.Term != 0 && p.Offset > 0 {
		s.at.Earlier = latest(append(slices.Clone(s.at.Earlier), holdfast.TermEnd{Term: p.Term, Last: p.Offset}))
	}
	p.Term = t
}

// latest keeps as many terms as are remembered beside the current one.
func latest(h []holdfast.TermEnd) []holdfast.TermEnd { return h[max(0, len(h)-(holdfast.MaxTerms-1)):] }

func (c *Client) pass(f *wire.Pass, fx []ClientEffect) []ClientEffect {
	s := c.byChannel[f.Channel]
	if s == nil || s.state != subOpen || f.Offset <= s.at.Position.Offset {
		return fx
	}
	s.enter(f.Term)
	if s.done == s.at.Position.Offset {
		s.done = f.Offset
	}
	s.at.Position.Offset = f.Offset
	return fx
}

// gap moves the position to where the records go on. After a fork the offsets from its beginning on carry
// other records.
func (c *Client) gap(f *wire.Gap, fx []ClientEffect) []ClientEffect {
	s := c.byChannel[f.Channel]
	if s == nil || s.state != subOpen {
		return fx
	}
	if f.Reason == wire.GapFork {
		s.at.Earlier = common(append(slices.Clone(s.at.Earlier), holdfast.TermEnd{Term: s.at.Position.Term, Last: s.at.Position.Offset}), f.After)
		s.at.Earlier = latest(slices.DeleteFunc(s.at.Earlier, func(t holdfast.TermEnd) bool { return t.Term == f.Term || t.Term == 0 }))
	} else {
		s.enter(f.Term)
	}
	s.at.Position = holdfast.Position{Term: f.Term, Offset: f.After}
	s.done, s.told, s.untold = f.After, f.After, 0
	g := *f
	return append(fx, ClientEffect{Kind: FxGap, Sub: s.id, Gap: &g, Position: s.at.Position})
}

// common cuts a history off after an offset.
func common(h []holdfast.TermEnd, last uint64) []holdfast.TermEnd {
	var out []holdfast.TermEnd
	for _, t := range h {
		if t.Last >= last {
			return append(out, holdfast.TermEnd{Term: t.Term, Last: last})
		}
		out = append(out, t)
	}
	return out
}

func (c *Client) done(now time.Time, id uint64, p holdfast.Position, fx []ClientEffect) []ClientEffect {
	for _, s := range c.subs {
		if s.id != id {
			continue
		}
		if p.Offset <= s.done || !s.has(p) {
			return fx
		}
		if s.done <= s.told {
			s.since = now
		}
		s.done = p.Offset
		if s.state == subOpen && c.state == clientOpen &&
			((s.done-s.told)*4 >= uint64(s.window.Records) || s.doneBytes()*4 >= uint64(s.window.Bytes)) {
			return c.tell(s, fx)
		}
		return fx
	}
	return fx
}

// has reports whether p is in the history that led to the position; after a fork it may not be any more.
func (s *clientSub) has(p holdfast.Position) bool {
	if p.Term == s.at.Position.Term {
		return p.Offset <= s.at.Position.Offset
	}
	for _, t := range s.at.Earlier {
		if t.Term == p.Term {
			return p.Offset <= t.Last
		}
	}
	return false
}

func (c *Client) tell(s *clientSub, fx []ClientEffect) []ClientEffect {
	s.untold -= s.doneBytes()
	s.told = s.done
	return append(fx, ClientEffect{Kind: FxAck, Ack: wire.Ack{Channel: s.spec.Channel, Offset: s.done, Generation: s.generation}})
}

// acks tells the server of progress that has waited for AckDelay, or all of it.
func (c *Client) acks(now time.Time, all bool, fx []ClientEffect) []ClientEffect {
	for _, s := range c.subs {
		if s.unacked() && (all || !now.Before(s.since.Add(c.o.AckDelay))) {
			fx = c.tell(s, fx)
		}
	}
	return fx
}

// Checkpoint returns what is to be remembered to go on with a subscription after a record at p that it
// delivered.
func (c *Client) Checkpoint(id uint64, p holdfast.Position) (Checkpoint, bool) {
	for _, s := range c.subs {
		if s.id == id {
			cp := Checkpoint{Position: p}
			for _, t := range s.at.Earlier {
				if t.Term == p.Term || t.Last >= p.Offset {
					break
				}
				cp.Earlier = append(cp.Earlier, t)
			}
			return cp, true
		}
	}
	return Checkpoint{}, false
}
