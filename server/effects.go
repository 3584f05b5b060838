package server

import (
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/hub"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/store"
)

// step lets the machine take one event, and carries its effects out. Locked.
func (c *conn) step(e *session.ServerEvent) {
	x := scratchPool.Get().(*scratch)
	defer x.release()
	now := c.srv.millis()
	x.fx = c.machine.Step(now, e, x.fx)
	c.apply(x, now)
	c.submit(x)
	c.member.OpenLater(x.opens...)
}

// submit gives the drafts that have gathered to the commit loop.
func (c *conn) submit(x *scratch) {
	if len(x.drafts) > 0 {
		c.member.Submit(x.drafts, x.at)
		clear(x.drafts)
		x.drafts = x.drafts[:0]
	}
}

// apply carries effects out, in order. Locked.
func (c *conn) apply(x *scratch, now int64) {
	for i := range x.fx {
		f := &x.fx[i]
		switch f.Kind {
		case session.FxSvSubmit:
			p := &x.dec.Publish
			d := c.draft(p, f)
			if c.gate.holds(c, &d) {
				continue
			}
			x.drafts = append(x.drafts, d)
			c.judge(&x.drafts[len(x.drafts)-1])
			if len(p.Headers) > 0 || c.codec == wire.JSON && p.Type != holdfast.JSON || len(x.drafts) >= draftsAtOnce {
				c.submit(x) // headers and decoded data lie in the decoder's memory, which the next frame uses again
			}
		case session.FxSvSubmitSkip:
			p := &x.dec.Skip
			d := store.Draft{Kind: store.Skip, Channel: p.Channel, Producer: f.Producer, From: p.From, Number: p.To, Successor: p.Successor}
			if c.gate.holds(c, &d) {
				continue
			}
			x.drafts = append(x.drafts, d)
			c.judge(&x.drafts[len(x.drafts)-1])
		case session.FxSvOpen:
			if c.dialect != nil {
				c.dialect.opening(f.Sub, f.Subscribe.Channel)
			}
			c.open(x, f)
			if c.member.Opening() > maxOpening+openFactor*c.srv.o.MaxSubscriptions {
				c.endLocked(holdfast.CodeOverloaded, "far more subscriptions were asked for than a connection may have")
			}
		case session.FxSvClose:
			c.gate.drop(f.Sub)
			c.member.CloseSub(f.Sub)
		case session.FxSvWake:
			c.member.Wake(f.Sub)
		case session.FxSvSaveCursor:
			c.member.SaveCursor(f.Sub, f.Position)
		case session.FxSvAuthenticate:
			c.authenticate(x, now)
			return // what it led to has been carried out
		case session.FxSvRefresh:
			c.refreshWith(x.dec.Refresh.Token)
		case session.FxSvPing:
			c.seen.ping(time.Since(c.srv.begun))
			c.member.Control(ws.AppendHeader(nil, ws.OpPing, 0, 0))
		case session.FxSvEnd:
			c.endLocked(f.Code, f.Detail)
		default:
			c.reply(x, f)
		}
	}
}

// draft turns a publish into what the store takes. What it points to is copied when it is submitted. Its hash does not depend on
// whether it is refused: a record that was stored is known again whatever has changed since.
func (c *conn) draft(p *wire.Publish, f *session.ServerEffect) store.Draft {
	if p.Type == holdfast.JSON && c.codec == wire.Binary {
		p.Data = wire.NormalizeJSON(p.Data[:0], p.Data) // it only gets shorter
	}
	if f.Code == 0 && c.srv.shedding() >= ShedPublishes {
		f.Code = holdfast.CodeOverloaded
	}
	d := store.Draft{Code: f.Code, Channel: p.Channel, Producer: f.Producer, Number: p.Number,
		Publisher: c.user, Type: p.Type, Headers: p.Headers, Data: p.Data,
		Hash: store.ContentHash(p.Type, p.Headers, p.Data)}
	if p.Sent == (wire.Sent{}) {
		d.Since = time.UnixMilli(c.began)
	} else {
		d.Sent = store.FirstSent{At: time.UnixMilli(p.Sent.At), Memory: p.Sent.Memory}
	}
	return d
}

func (c *conn) openRequest(sub uint32, q *wire.Subscribe) hub.OpenRequest {
	r := hub.OpenRequest{Sub: sub, Channel: q.Channel, Position: q.Position, Earlier: q.Earlier, Last: q.Last,
		Since: time.UnixMilli(q.Since), Cursor: c.cursorName(q.Cursor), NotBefore: c.notBefore(q.Channel)}
	switch q.From {
	case wire.FromHead:
		r.From = hub.FromHead
	case wire.FromStart:
		r.From = hub.FromStart
	case wire.FromLast:
		r.From = hub.FromLast
	case wire.FromTime:
		r.From = hub.FromTime
	case wire.FromPosition:
		r.From = hub.FromPosition
		if q.Position.Term == 0 && q.Position.Offset > 0 {
			r.From = hub.FromOffset
		}
	}
	return r
}

// reply appends the frame that an effect asks for to the replies.
func (c *conn) reply(x *scratch, f *session.ServerEffect) {
	if f.Code != 0 && f.Kind != session.FxSvReconnect {
		c.srv.count.declined(f.Code)
	}
	if c.dialect != nil {
		c.answer(f)
		return
	}
	b := c.member.Replies()
	switch f.Kind {
	case session.FxSvStored:
		c.srv.count.acknowledged.Add(uint64(f.Count))
		x.stored = wire.Stored{Channel: f.Channel, Producer: f.Producer, Number: f.Number, Count: f.Count, Offset: f.Offset,
			Flags: f.Flags, Copies: c.srv.limits.Copies}
		if f.Count == 1 {
			x.stored.Count = 0
		}
		b = x.stored.Append(b, c.codec)
	case session.FxSvRefused:
		c.srv.count.failed.Add(1)
		q := wire.Refused{Channel: f.Channel, Producer: f.Producer, Number: f.Number, Code: f.Code, RetryAfter: f.After, Expected: f.Expected, Detail: f.Detail}
		b = q.Append(b, c.codec)
	case session.FxSvSubscribed:
		q := wire.Subscribed{ID: f.ID, Channel: f.Channel, Position: f.Position, First: f.First, Head: f.Head, Generation: f.Generation, Code: f.Code, Detail: f.Detail, RetryAfter: f.After}
		b = q.Append(b, c.codec)
	case session.FxSvUnsubscribed:
		q := wire.Unsubscribed{ID: f.ID, Channel: f.Channel, Code: f.Code, Detail: f.Detail}
		b = q.Append(b, c.codec)
	case session.FxSvGap:
		q := wire.Gap{Channel: f.Channel, From: f.First, To: f.Last, Term: f.Position.Term, After: f.Position.Offset, Reason: f.Reason}
		b = q.Append(b, c.codec)
	case session.FxSvPong:
		q := wire.Pong{ID: f.ID}
		b = q.Append(b, c.codec)
	case session.FxSvReply:
		q := wire.Reply{ID: f.ID, Code: f.Code, Detail: f.Detail}
		b = q.Append(b, c.codec)
	case session.FxSvReconnect:
		q := wire.Reconnect{After: f.After, Code: f.Code}
		b = q.Append(b, c.codec)
	case session.FxSvAskRefresh:
		q := wire.Refresh{Left: f.After}
		b = q.Append(b, c.codec)
	case session.FxSvWelcome:
		b = c.welcome(f.Session).Append(b, c.codec)
	}
	c.replied(b)
}

// replied hands replies back to which something was appended, unless there are too many. Locked.
func (c *conn) replied(b []byte) {
	c.member.SetReplies(b)
	if len(b) > maxReplies+replyCost*c.srv.o.MaxSubscriptions {
		c.member.SetReplies(b[:0]) // whoever asks for so much at once does not get it
		c.endLocked(holdfast.CodeOverloaded, "more than 1 MiB of answers wait to be read")
	}
}

func (c *conn) welcome(id wire.SessionID) *wire.Welcome {
	l := c.srv.limits
	return &wire.Welcome{Session: id, User: c.user, Agent: l.Agent, Heartbeat: l.Heartbeat, MaxMessage: l.MaxMessage,
		MaxInFlight: l.MaxInFlight, MaxWindow: l.MaxWindow, MaxSubscriptions: l.MaxSubscriptions, DedupeWindow: l.DedupeWindow,
		Memory: l.Memory, Synced: l.Synced, Copies: l.Copies, Clock: c.srv.o.Now().UnixMilli()}
}
