package client

import (
	"bytes"
	"slices"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// step gives the machine an event and carries out its effects in order.
func (s *Session) step(now time.Time, e *session.ClientEvent) {
	fx := s.machine.Step(now, e, s.fx[:0])
	for i := range fx {
		s.carryOut(now, &fx[i])
	}
	if cap(fx) > 1<<14 {
		fx = nil
	} else {
		clear(fx)
	}
	s.fx = fx
}

// settle does what steps asked for that needs steps of its own.
func (s *Session) settle(now time.Time) {
	for len(s.leaving) > 0 {
		d := s.leaving[0]
		s.leaving = s.leaving[1:]
		s.disconnect(now, d.code, d.err, d.notBefore)
	}
	s.leaving = nil
}

// departure is a disconnect that the machine wants.
type departure struct {
	code      holdfast.Code
	err       error
	notBefore time.Time
}

func (s *Session) carryOut(now time.Time, f *session.ClientEffect) {
	switch f.Kind {
	case session.FxHello, session.FxPublish, session.FxSkip, session.FxSubscribe, session.FxUnsubscribe,
		session.FxAck, session.FxPing, session.FxPong, session.FxBye:
		if s.sock != nil {
			s.send(now, f)
		}
	case session.FxPersist:
		s.outbox.persist(s.pending, &f.Entry)
		s.pending = nil
	case session.FxMark:
		s.outbox.mark(f.Entry.ID, f.Sent)
	case session.FxSeal:
		s.outbox.seal(f.Entry.ID, &f.Lane)
	case session.FxOutcome:
		s.outcome(now, f)
	case session.FxResolved:
		s.outbox.resolved(&f.Lane)
	case session.FxHeld:
		s.tell(Event{Kind: EventHeld, Time: now, Channel: f.Entry.Channel, Producer: f.Entry.Producer, Number: f.Entry.Number,
			Code: f.Code, At: f.At, Err: publishError(f.Entry.Channel, f.Code, f.Detail)})
	case session.FxLost:
		s.stats.lost.Add(f.To - f.From + 1)
		s.tell(Event{Kind: EventLost, Time: now, Channel: f.Lane.Channel, Producer: f.Lane.Producer, From: f.From, To: f.To,
			Code: f.Code, Err: publishError(f.Lane.Channel, f.Code, "")})
	case session.FxRecord:
		s.record(now, f)
	case session.FxGap:
		s.gap(now, f)
	case session.FxSubscribed:
		if sub := s.subscription(f.Sub); sub != nil {
			sub.opened(f.Subscribed.Position)
		}
	case session.FxEnded:
		s.subEnded(f)
	case session.FxWelcome:
		s.welcome(now, f.Welcome)
	case session.FxDisconnect:
		s.leaving = append(s.leaving, departure{f.Code, &holdfast.Error{Code: f.Code, Op: "stay connected to " + s.url, Detail: f.Detail}, f.At})
	case session.FxFail:
		s.fail(&holdfast.Error{Code: f.Code, Op: "session with " + s.url, Detail: f.Detail})
	case session.FxRefresh:
		s.renew()
	case session.FxAuthenticate:
		if s.o.Token == nil { // there is nothing new to say
			s.fail(&holdfast.Error{Code: f.Code, Op: "session with " + s.url, Detail: f.Detail})
		}
	}
}

// send appends a frame to what the socket's writer takes next.
func (s *Session) send(now time.Time, f *session.ClientEffect) {
	c := s.codec
	switch f.Kind {
	case session.FxHello:
		s.holdBack(f.Hello)
		s.sock.append(func(b []byte) []byte { return f.Hello.Append(b, c) })
	case session.FxPublish:
		e := s.outbox.sending(&f.Entry)
		if e == nil {
			return
		}
		if f.Resend {
			s.stats.resent.Add(1)
		}
		p := wire.Publish{Channel: e.channel, Producer: f.Entry.Producer, Number: e.number, Sent: f.Sent, Type: e.typ, Headers: e.headers, Data: e.data}
		s.sock.append(func(b []byte) []byte { return p.Append(b, c) })
	case session.FxSkip:
		s.sock.append(func(b []byte) []byte { return f.Skip.Append(b, c) })
	case session.FxSubscribe:
		if sub := s.subscription(f.Sub); sub != nil && sub.full() {
			s.asked[f.Sub] = f.Subscribe
			return
		}
		s.sock.append(func(b []byte) []byte { return f.Subscribe.Append(b, c) })
	case session.FxUnsubscribe:
		s.sock.append(func(b []byte) []byte { return f.Unsub.Append(b, c) })
	case session.FxAck:
		s.sock.append(func(b []byte) []byte { return f.Ack.Append(b, c) })
	case session.FxPing:
		s.pinged = now
		s.sock.append(func(b []byte) []byte { return (&wire.Ping{ID: f.Ping}).Append(b, c) })
	case session.FxPong:
		s.sock.append(func(b []byte) []byte { return (&wire.Pong{ID: f.Ping}).Append(b, c) })
	case session.FxBye:
		s.sock.append(func(b []byte) []byte { return (&wire.Bye{Code: f.Code, Reason: f.Detail}).Append(b, c) })
	}
}

// holdBack takes subscriptions out of a hello whose application has not yet taken what earlier connections
// brought. The server counts what is pending, but only in records, and from a gap on it counts anew: in bytes, or where
// retention passes a reader that sleeps, the queue would grow by a window with each connection.
func (s *Session) holdBack(h *wire.Hello) {
	h.Subscriptions = slices.DeleteFunc(h.Subscriptions, func(q wire.Subscribe) bool {
		sub := s.byChannel(q.Channel)
		if sub == nil || !sub.full() {
			return false
		}
		held := q
		s.asked[sub.id] = &held
		return true
	})
}

// progress tells the machine what the application is done with, and lets a subscription go on that was held back.
func (s *Session) progress(now time.Time, sub *Subscription) {
	s.step(now, &session.ClientEvent{Kind: session.EvDone, Sub: sub.id, Position: sub.progress()})
	if len(s.asked) > 0 {
		s.ask()
	}
}

// ask sends what was held back and need not be any more.
func (s *Session) ask() {
	if !s.opened {
		return
	}
	for id, q := range s.asked {
		if sub := s.subscription(id); sub != nil && !sub.full() {
			delete(s.asked, id)
			s.sock.append(func(b []byte) []byte { return q.Append(b, s.codec) })
		}
	}
}

func (s *Session) welcome(now time.Time, w *wire.Welcome) {
	s.opened, s.openedAt, s.greetBy, s.attempt = true, now, time.Time{}, 0
	s.stats.connects.Add(1)
	s.mu.Lock()
	s.limit = int(w.MaxMessage)
	s.mu.Unlock()
	s.log.Info("connected", "url", s.url, "server", w.Agent, "codec", s.codec.String())
	s.tell(Event{Kind: EventWelcome, Time: now})
	s.ask()
	s.setState(StateOpen, nil)
}

func (s *Session) outcome(now time.Time, f *session.ClientEffect) {
	e := s.outbox.ended(&f.Entry, f.Outcome)
	if e == nil {
		return
	}
	status, ack := StatusDelivered, Ack{Offset: f.Offset, Duplicate: f.Duplicate, Synced: f.Synced, Copies: int(f.Copies)}
	var err error
	switch f.Outcome {
	case session.Delivered:
		s.stats.delivered.Add(1)
		if f.Duplicate {
			s.stats.duplicates.Add(1)
		}
		e.receipt.end(status, ack, nil)
		s.outbox.release(e.size)
		return
	case session.Failed:
		s.stats.failed.Add(1)
		status = StatusFailed
	case session.Unknown:
		s.stats.unknown.Add(1)
		status = StatusUnknown
	}
	ack, err = Ack{}, publishError(e.channel, f.Code, f.Detail)
	code := f.Code // f is gone when a file outbox has this on disk
	tell := func() {
		e.receipt.end(status, ack, err)
		s.tell(Event{Kind: EventOutcome, Time: now, Channel: e.channel, Producer: e.producer, Number: e.number, Status: status, Code: code, Err: err})
		if s.outbox.j != nil {
			s.outbox.left(e.size)
		} else {
			s.outbox.release(e.size)
		}
	}
	s.outbox.whenDurable(tell)
}

func (s *Session) record(now time.Time, f *session.ClientEffect) {
	sub := s.subscription(f.Sub)
	if sub == nil {
		return
	}
	r := &s.decoder.Record
	if sub.flooded(len(sub.coming), sub.comingBytes) {
		s.leaving = append(s.leaving, departure{holdfast.CodeProtocolError, &holdfast.Error{Code: holdfast.CodeProtocolError, Op: "read " + sub.channel,
			Detail: "the server sends far more than the window that it was given"}, now})
		return
	}
	s.stats.received.Add(1)
	s.touch(sub)
	if f.Position.Term != sub.term {
		sub.term = f.Position.Term
		sub.setHistory(s.history(f))
	}
	sub.coming = append(sub.coming, delivery{rec: holdfast.Record{
		Channel: sub.channel, Term: f.Position.Term, Offset: f.Position.Offset, Time: time.UnixMilli(r.Time),
		Publisher: r.Publisher, Type: r.Type, Headers: slices.Clone(r.Headers), Data: bytes.Clone(r.Data),
	}})
	sub.comingBytes += len(r.Data)
}

// history returns the terms that led to where a subscription stands.
func (s *Session) history(f *session.ClientEffect) []holdfast.TermEnd {
	cp, _ := s.machine.Checkpoint(f.Sub, f.Position)
	return cp.Earlier
}

func (s *Session) touch(sub *Subscription) {
	if len(sub.coming) == 0 {
		s.touched = append(s.touched, sub)
	}
}

func (s *Session) gap(now time.Time, f *session.ClientEffect) {
	sub := s.subscription(f.Sub)
	if sub == nil {
		return
	}
	g := &Gap{Channel: sub.channel, From: f.Gap.From, To: f.Gap.To, Reason: GapReason(f.Gap.Reason), After: f.Position}
	s.stats.gaps.Add(1)
	s.touch(sub)
	sub.term = f.Position.Term
	sub.setHistory(s.history(f))
	sub.coming = append(sub.coming, delivery{gap: g})
	s.tell(Event{Kind: EventGap, Time: now, Channel: sub.channel, From: g.From, To: g.To, Gap: g, Code: holdfast.CodeGap, Err: g})
}

func (s *Session) subEnded(f *session.ClientEffect) {
	delete(s.asked, f.Sub)
	sub := s.subscription(f.Sub)
	if sub == nil {
		return
	}
	s.mu.Lock()
	delete(s.subs, f.Sub)
	s.mu.Unlock()
	sub.deliver()
	if f.Code == 0 {
		sub.end(&holdfast.Error{Code: holdfast.CodeClosed, Op: "subscribe to " + sub.channel, Detail: "the subscription was closed"})
		return
	}
	sub.end(&holdfast.Error{Code: f.Code, Op: "subscribe to " + sub.channel, Detail: f.Detail})
}

// journaled passes on what the outbox's journal has done.
func (s *Session) journaled(n notices, err error) {
	if err != nil {
		s.box.post(op{kind: opDiskFailed, err: err})
		return
	}
	if n.through != 0 {
		s.box.post(op{kind: opPersisted, id: n.through})
	}
	for _, m := range n.marks {
		s.box.post(op{kind: opMarked, id: m.through, sent: m.sent})
	}
}
