package session_test

import (
	"io"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/store"
)

func (c *client) tick() { c.step(session.ClientEvent{Kind: session.EvTick}) }

func (c *client) step(e session.ClientEvent) {
	c.apply(c.machine.Step(c.w.now, &e, nil))
}

// apply carries the client's effects out.
func (c *client) apply(fx []session.ClientEffect) {
	for i := range fx {
		f := &fx[i]
		switch f.Kind {
		case session.FxHello:
			c.send(f.Hello)
		case session.FxPublish:
			c.sendPublish(f)
		case session.FxSkip:
			c.send(&f.Skip)
		case session.FxSubscribe:
			c.send(f.Subscribe)
		case session.FxUnsubscribe:
			c.send(&f.Unsub)
		case session.FxAck:
			c.send(&f.Ack)
		case session.FxPing:
			c.send(&wire.Ping{ID: f.Ping})
		case session.FxMark:
			for _, e := range c.entries {
				if e.entry.ID <= f.Entry.ID {
					if e.entry.Sent == (wire.Sent{}) {
						e.entry.Sent = f.Sent
					}
				}
			}
			c.step(session.ClientEvent{Kind: session.EvMarked, Entry: f.Entry, Sent: f.Sent})
		case session.FxSeal:
			l := c.lane(f.Lane.Channel, f.Lane.Producer)
			l.Successor = f.Lane.Successor
			c.lanes[l.Channel][l.Producer] = l
			c.unsynced.upTo = max(c.unsynced.upTo, f.Entry.ID)
		case session.FxOutcome:
			c.outcome(f)
		case session.FxResolved:
			l := c.lane(f.Lane.Channel, f.Lane.Producer)
			l.Resolved, l.Next = f.Lane.Resolved, max(l.Next, f.Lane.Next)
			if f.Lane.Resolved%2 == 0 { // a real outbox writes it lazily, so a crash may find what is older, or nothing
				l.Acked, l.Memory, l.AckedAt, l.Forgotten = f.Lane.Acked, f.Lane.Memory, f.Lane.AckedAt, f.Lane.Forgotten
			}
			c.lanes[l.Channel][l.Producer] = l
			if f.Lane.Sealed {
				delete(c.lanes[l.Channel], l.Producer)
			}
		case session.FxRecord:
			c.record(f)
		case session.FxGap:
			c.gap(c.subs[f.Sub], f)
		case session.FxSubscribed:
			r := c.subs[f.Sub]
			c.w.note(check.Event{Kind: check.Placed, Client: c.name, Sub: r.life, Channel: r.channel, Pos: f.Subscribed.Position})
			if !r.placed {
				r.placed, r.start, r.pos = true, f.Subscribed.Position.Offset, f.Subscribed.Position
			}
		case session.FxLost:
			c.losses(f)
		case session.FxEnded:
			if r := c.subs[f.Sub]; r != nil {
				c.w.note(check.Event{Kind: check.Ended, Client: c.name, Sub: r.life, Channel: r.channel})
				r.ended = f.Code
			}
		case session.FxDisconnect:
			c.w.note(check.Event{Kind: check.Disconnected, Client: c.name, Code: f.Code})
			c.cut()
			return
		case session.FxFail:
			c.w.note(check.Event{Kind: check.Stopped, Client: c.name, Code: f.Code})
			c.over = f.Code
			c.conn = nil
			return
		}
	}
}

func (c *client) sendPublish(f *session.ClientEffect) {
	e := c.entries[f.Entry.ID]
	if e == nil {
		c.w.t.Fatalf("%s sends entry %d, which its outbox does not have", c.name, f.Entry.ID)
	}
	if !e.saved {
		c.w.t.Fatalf("%s sends entry %d before it is durable", c.name, f.Entry.ID)
	}
	if f.Resend {
		c.w.counts["resent"]++
		c.w.tell("%s sends %s again", c.name, message([]byte(e.data)))
	}
	c.send(&wire.Publish{Channel: f.Entry.Channel, Producer: f.Entry.Producer, Number: f.Entry.Number, Sent: f.Sent,
		Type: holdfast.Text, Data: []byte(e.data)})
}

type appender interface {
	Append(b []byte, c wire.Codec) []byte
}

func (c *client) send(f appender) {
	if c.conn != nil {
		c.conn.up = append(c.conn.up, f.Append(nil, c.codec))
	}
}

func (c *client) outcome(f *session.ClientEffect) {
	e := c.entries[f.Entry.ID]
	if e == nil {
		c.w.t.Fatalf("%s: an outcome for entry %d, which has ended", c.name, f.Entry.ID)
	}
	delete(c.entries, f.Entry.ID)
	if was := c.ended[e.data]; was != 0 {
		c.w.t.Fatalf("%s: %s ended twice, as %d and %d", c.name, e.data, was, f.Outcome)
	}
	c.ended[e.data] = f.Outcome
	o := check.Event{Client: c.name, Channel: e.entry.Channel, Message: message([]byte(e.data)), Code: f.Code}
	switch {
	case f.Outcome == session.Delivered:
		o.Kind, o.Pos.Offset = check.Delivered, f.Offset
	case f.Outcome == session.Unknown:
		o.Kind = check.Unknown
		c.w.late(o.Message)
	case f.Code == holdfast.CodeDropped:
		o.Kind = check.Dropped
	case f.Code == holdfast.CodeExpired:
		o.Kind = check.Expired
	default:
		o.Kind = check.Refused
	}
	if f.Duplicate {
		c.w.counts["duplicates"]++
	}
	c.w.counts[o.Kind.String()]++
	c.w.note(o)
}

// late explains an unknown message that was published just after a channel had been deleted. The store compares when it
// deleted with when the client says that it sent first; and a client's notion of the server's clock is late by as long as the
// welcome took, at most as long as a silent connection lives.
func (w *world) late(message string) {
	if w.delete.IsZero() {
		return
	}
	for i := range w.h {
		if e := &w.h[i]; e.Kind == check.Invoked && e.Message == message && e.At.Sub(w.delete) < 41*time.Second {
			w.note(check.Event{Kind: check.Forgot})
		}
	}
}

// losses tells of each message that the store had acknowledged and has lost.
func (c *client) losses(f *session.ClientEffect) {
	c.w.counts["lost"]++
	c.lost = append(c.lost, *f)
	e := check.Event{Kind: check.Lost, Client: c.name, Channel: f.Lane.Channel}
	for _, m := range sorted(c.at) {
		x := c.at[m]
		if x.Channel == f.Lane.Channel && x.Producer == f.Lane.Producer && f.From <= x.Number && x.Number <= f.To && c.ended[m] == session.Delivered {
			e.Message = message([]byte(m))
			c.w.note(e)
		}
	}
	if e.Message == "" {
		c.w.note(e)
	}
}

func (c *client) record(f *session.ClientEffect) {
	r := c.subs[f.Sub]
	rec := &c.conn.cdec.Record
	if f.Position.Offset != r.pos.Offset+1 && len(r.got) > 0 {
		c.w.t.Fatalf("%s: record %d after %d", c.name, f.Position.Offset, r.pos.Offset)
	}
	r.pos = f.Position
	c.w.counts["received"]++
	c.w.note(check.Event{Kind: check.Received, Client: c.name, Sub: r.life, Channel: r.channel, Pos: f.Position, Message: message(rec.Data),
		Hash: hashOf(rec.Data), Time: rec.Time})
	r.queue = append(r.queue, f.Position)
	if len(r.queue) > 8 {
		c.w.t.Fatalf("%s: %d records are on their way to the application, the window is 8", c.name, len(r.queue))
	}
	r.got = append(r.got, string(rec.Data))
	r.terms = append(r.terms, f.Position.Term)
}

// gap takes back what a fork has undone. A fork must be one: the log has no record, or another, where it begins.
func (c *client) gap(r *reading, f *session.ClientEffect) {
	g := f.Gap
	c.w.counts["gaps"]++
	c.w.note(check.Event{Kind: check.Gap, Client: c.name, Sub: r.life, Channel: r.channel, From: g.From, To: g.To, Reason: check.Reason(g.Reason), Pos: f.Position})
	r.gaps = append(r.gaps, *g)
	r.queue = nil
	if g.Reason == wire.GapFork {
		c.w.counts["forks"]++
		c.fork(r, g)
	}
	r.pos = f.Position
}

func (c *client) fork(r *reading, g *wire.Gap) {
	n := uint64(len(r.got))
	if n != r.pos.Offset-r.start || g.From <= r.start { // retention has been here, too
		keep := min(n, max(g.From, r.start+1)-1-r.start)
		r.got, r.terms, r.start = r.got[:keep], r.terms[:keep], min(r.start, g.From-1)
		return
	}
	if g.To != r.pos.Offset || g.From > r.start+n {
		c.w.t.Fatalf("%s: fork %+v at position %v after %d records", c.name, *g, r.pos, n)
	}
	i := int(g.From - 1 - r.start)
	got, err := c.w.log.Read(background, r.channel, g.From-1, store.Limit{Records: 1})
	if err != nil {
		c.w.t.Fatalf("read: %v", err)
	}
	if rs := got.Records(); len(rs) > 0 && rs[0].Offset == g.From && rs[0].Term == r.terms[i] {
		c.w.t.Fatalf("%s: fork %+v, but record %d is the one that it saw", c.name, *g, g.From)
	}
	r.got, r.terms = r.got[:i], r.terms[:i]
}

// deliverDown gives the client the oldest message of the server's.
func (c *client) deliverDown() {
	if c.conn == nil || len(c.conn.down) == 0 || c.conn.lostDown || c.conn.stalled {
		return
	}
	k := c.conn
	msg := k.down[0]
	k.down = k.down[1:]
	k.cdec.Reset(c.codec, msg)
	for c.conn == k {
		t, err := k.cdec.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			c.w.t.Fatalf("%s cannot read %q: %v", c.name, msg, err)
		}
		c.step(session.ClientEvent{Kind: session.EvFrame, Type: t, Decoder: &k.cdec})
	}
}

// deliverUp gives the server the oldest message of the client's on a connection.
func (c *client) deliverUp(k *conn) {
	if k == nil || len(k.up) == 0 || k.lostUp && k == c.conn {
		return
	}
	msg := k.up[0]
	k.up = k.up[1:]
	k.dec.Reset(c.codec, msg)
	for {
		t, err := k.dec.Next()
		if err != nil {
			break
		}
		c.serve(k, session.ServerEvent{Kind: session.SvFrame, Type: t, Decoder: &k.dec})
		if k.gone {
			return
		}
	}
	c.flushReplies(k)
}

func (c *client) flushReplies(k *conn) {
	if k != nil && len(k.out) > 0 {
		k.down = append(k.down, k.out)
		k.out = nil
	}
}
