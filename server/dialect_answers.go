package server

import (
	"encoding/binary"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/envelope"
	"github.com/holdfast-ws/holdfast/internal/hub"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// say appends one message to the replies. Locked.
func (c *conn) say(text []byte) {
	b := ws.AppendHeader(c.member.Replies(), ws.OpText, len(text), 0)
	c.replied(append(b, text...))
}

// refuse answers a message that is not done. Locked.
func (c *conn) refuse(id []byte, r envelope.Refusal) {
	c.srv.count.declined(r.Code)
	c.say(c.dialect.writer(c).Error(nil, id, r))
}

// answer says what an effect of the machine asks for, as an envelope. Locked.
func (c *conn) answer(f *session.ServerEffect) {
	d := c.dialect
	w := d.writer(c)
	switch f.Kind {
	case session.FxSvStored:
		c.srv.count.acknowledged.Add(uint64(f.Count))
		for n := f.Number - uint64(f.Count) + 1; n <= f.Number; n++ {
			wait := d.answered(n)
			if wait.can {
				c.srv.recent.Add(wait.key)
			}
			if wait.id != nil {
				c.say(w.Ack(nil, wait.id))
			}
		}
	case session.FxSvRefused:
		c.srv.count.failed.Add(1)
		c.say(w.Error(nil, d.answered(f.Number).id, refusalOf(f)))
	case session.FxSvSubscribed:
		c.subscribed(w, f)
	case session.FxSvUnsubscribed:
		c.unsubscribed(w, f)
	case session.FxSvGap:
		if s := d.sub(f.Channel); s != nil {
			d.arrivals.Begin(s.id, f.Position.Offset, envelopeRecords)
		}
		c.say(w.Gap(nil, f.Channel, f.First, f.Last, f.Reason.String()))
	case session.FxSvReconnect:
		after := time.Duration(f.After) * time.Millisecond
		d.leaves = c.srv.millis() + f.After
		c.say(w.Reconnect(nil, after, f.Code))
	case session.FxSvAskRefresh:
		c.say(w.Refresh(nil, time.Duration(f.After)*time.Millisecond))
	case session.FxSvWelcome:
		c.authAnswered()
	}
}

// authAnswered answers an auth message, if there is one that waits. Locked.
func (c *conn) authAnswered() {
	d := c.dialect
	if d == nil || d.authID == nil || c.ending {
		return
	}
	id := d.authID
	if d.authID = nil; len(id) == 0 {
		id = nil
	}
	c.say(d.writer(c).Authenticated(nil, id, c.user))
}

func refusalOf(f *session.ServerEffect) envelope.Refusal {
	return envelope.Refusal{Code: f.Code, Channel: f.Channel, Detail: f.Detail, After: time.Duration(f.After) * time.Millisecond}
}

// opening notes the number of a subscription that the machine has asked for. Locked.
func (d *dialect) opening(sub uint32, channel string) {
	d.subs = append(d.subs, envelopeSub{id: sub, channel: channel, said: channel != d.channel || d.begun})
	d.begun = d.begun || channel == d.channel
}

func (c *conn) subscribed(w *envelope.Writer, f *session.ServerEffect) {
	d := c.dialect
	s := d.sub(f.Channel)
	if f.Channel == d.channel {
		d.subscribing = false
	}
	switch {
	case f.Code.Action() == holdfast.ActionLater: // a client that is told may not come back to it; one that is closed does
		c.endLocked(f.Code, f.Detail)
	case f.Code == holdfast.CodePositionAhead: // after another connection took the cursor, the log became another one
		c.endLocked(holdfast.CodeLogMoved, "")
	case f.Code != 0:
		if f.Code != holdfast.CodeAlreadySubscribed {
			d.end(f.Channel)
		}
		c.say(w.Error(nil, nil, refusalOf(f)))
	case s != nil:
		s.generation = f.Generation
		d.arrivals.Begin(s.id, f.Position.Offset, envelopeRecords)
		if s.said {
			c.say(w.Subscribed(nil, "subscribed", f.Channel))
		}
	}
}

func (c *conn) unsubscribed(w *envelope.Writer, f *session.ServerEffect) {
	switch f.Code {
	case 0:
		c.dialect.end(f.Channel)
		c.say(w.Subscribed(nil, "unsubscribed", f.Channel))
	case holdfast.CodeCursorTaken: // see taken
	default:
		c.dialect.end(f.Channel)
		if f.Code.Action() == holdfast.ActionLater {
			c.endLocked(f.Code, f.Detail)
			return
		}
		c.say(w.Error(nil, nil, refusalOf(f)))
	}
}

// settle waits until what was published has its answer, so that the client's next connection finds out what was stored. The time is
// bounded, since the store may be what hangs. Not locked.
func (d *dialect) settle(c *conn) {
	c.member.Dry()
	c.member.Lock()
	if len(d.waits) == 0 {
		c.member.Unlock()
		return
	}
	idle := make(chan struct{})
	d.idle = idle
	c.member.Unlock()
	t := time.NewTimer(closeTimeout)
	defer t.Stop()
	select {
	case <-idle:
	case <-t.C:
	}
}

// answered takes a publish off those that wait. Locked.
func (d *dialect) answered(number uint64) envelopeWait {
	w := d.waits[number]
	delete(d.waits, number)
	if len(d.waits) == 0 && d.idle != nil {
		close(d.idle)
		d.idle = nil
	}
	return w
}

// taken goes on without a named cursor that another connection of the user's has taken: that one moves it from now on. Locked.
func (c *conn) taken(sub uint32) {
	d := c.dialect
	channel, after := d.gone(sub)
	if channel == "" {
		return
	}
	s := d.subscription(channel, c.user)
	s.Cursor, s.From, s.Position = "", wire.FromStart, holdfast.Position{} // after 0: it began in an empty log
	if after > 0 {
		s.From, s.Position.Offset = wire.FromPosition, after
	}
	x := scratchPool.Get().(*scratch)
	defer x.release()
	x.dec.Subscribe = s
	d.resumes = true
	c.frame(x, wire.TypeSubscribe, c.srv.millis())
	d.resumes = false
	x.dec.Subscribe = wire.Subscribe{}
	if s := d.sub(channel); s != nil {
		s.said = false
	}
	c.member.OpenLater(x.opens...)
}

// gone ends a subscription of which only the number is known, and returns what was sent of it last.
func (d *dialect) gone(sub uint32) (channel string, after uint64) {
	for i := range d.subs {
		if d.subs[i].id == sub {
			channel, after = d.subs[i].channel, d.arrivals.LastSent(sub)
			d.end(channel)
			return channel, after
		}
	}
	return "", 0
}

// sent asks whether the records have arrived, where much is on its way already. It comes just before they are written, and the ping
// goes out before them. Locked.
func (c *conn) sent(sub uint32, last uint64) {
	if c.dialect.arrivals.Sent(sub, last) {
		c.ping()
	}
}

func (c *conn) ping() {
	b := ws.AppendHeader(nil, ws.OpPing, 8, 0)
	c.member.Control(binary.BigEndian.AppendUint64(b, c.dialect.arrivals.Number()))
}

// arrived takes a pong, and tells the machine what the client is done with by that. Locked.
func (c *conn) arrived(p []byte) {
	if len(p) != 8 {
		return
	}
	d := c.dialect
	x := scratchPool.Get().(*scratch)
	defer x.release()
	now := c.srv.millis()
	full := func(sub uint32) bool {
		records, _ := c.machine.Allowance(sub)
		return records == 0
	}
	d.arrivals.Pong(now, binary.BigEndian.Uint64(p), full, func(sub uint32, offset uint64) {
		for i := range d.subs {
			if s := &d.subs[i]; s.id == sub {
				c.done(x, s, offset, now)
			}
		}
	})
}

// sweepDialect does what is due after some time. Locked.
func (c *conn) sweepDialect(x *scratch, now int64, f hub.SweepFacts) {
	d := c.dialect
	switch {
	case c.ending:
	case d.leaves != 0 && now >= d.leaves:
		c.endLocked(holdfast.CodeServiceRestart, "the server restarts")
	case !d.greeted && d.cookie && now-d.began > mute:
		c.greetAs(x, "")
		c.member.OpenLater(x.opens...)
		clear(x.opens)
		x.opens = x.opens[:0]
	case f.StalledSince.IsZero() && d.arrivals.Ping():
		c.ping()
	}
}

// partingWords reports whether messages are still taken on a connection that is being closed, because the server restarts. A client of
// the dialect may have sent some before it saw the close frame, and many never send them again.
func (c *conn) partingWords() bool { return c.dialect != nil && c.dialect.restarts }
