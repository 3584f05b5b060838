package client

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// owner is what only the session's owner touches.
type owner struct {
	machine *session.Client
	fx      []session.ClientEffect
	decoder wire.Decoder
	redial  redial

	sock     *link // the one that the machine knows of
	renewing bool  // a token is being asked for, to be sent on the socket
	opened   bool  // it was greeted,
	openedAt time.Time
	dialing  bool
	attempt  int
	dialAt   time.Time                  // the next attempt; zero: none is waited for
	greetBy  time.Time                  // the attempt has failed without a greeting then
	leaving  []departure                // disconnects that a step asked for, to be done after it
	pending  *entry                     // what EvPublish is about
	asked    map[uint64]*wire.Subscribe // subscriptions held back until their queue has run down; by their id
	touched  []*Subscription            // those that got something from the message at hand
	pinged   time.Time
	movedAt  time.Time // the last sign of it that the machine was told
	goodbye  bool
	failure  error // why it is over
}

// leastTick bounds how often time alone wakes the owner.
const leastTick = 2 * time.Millisecond

// run is the owner.
func (s *Session) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	s.dialAt = time.Now()
	due := s.dialAt
	var ops []op
	for s.failure == nil && !s.goodbye {
		select {
		case <-s.box.signal:
		case <-timer.C:
		}
		ops = s.box.take(ops[:0])
		now := time.Now()
		if !now.Before(due) {
			s.tick(now)
		}
		for i := range ops {
			s.handle(now, &ops[i])
			s.settle(now)
		}
		clear(ops)
		if cap(ops) > 4096 {
			ops = nil
		}
		s.outbox.commit()
		if s.sock != nil && !s.sock.flush() {
			s.disconnect(now, holdfast.CodeWriteTimeout, &holdfast.Error{Code: holdfast.CodeWriteTimeout, Op: "write to " + s.url,
				Detail: "the server makes this client say far more than it takes"}, now)
		}
		if due = s.wake(now); due.Before(now.Add(leastTick)) {
			due = now.Add(leastTick)
		}
		timer.Reset(time.Until(due))
	}
	s.finish()
}

// wake returns when the owner must look at the time again.
func (s *Session) wake(now time.Time) time.Time {
	w := now.Add(time.Hour)
	for _, t := range [...]time.Time{s.machine.Wake(), s.dialAt, s.greetBy} {
		if !t.IsZero() && t.Before(w) {
			w = t
		}
	}
	return w
}

func (s *Session) tick(now time.Time) {
	if !s.dialAt.IsZero() && !now.Before(s.dialAt) {
		s.dialAt = time.Time{}
		s.dialNext(now)
	}
	if !s.greetBy.IsZero() && !now.Before(s.greetBy) && s.sock != nil {
		s.disconnect(now, holdfast.CodeAbnormal, &holdfast.Error{Code: holdfast.CodeAbnormal, Op: "connect to " + s.url,
			Detail: "no welcome within " + s.o.ConnectTimeout.String()}, time.Time{})
	}
	if s.sock != nil {
		if at := s.sock.moved.last(); at.After(s.movedAt) {
			s.movedAt = at
			s.step(now, &session.ClientEvent{Kind: session.EvMoved, At: at})
		}
	}
	s.step(now, &session.ClientEvent{Kind: session.EvTick})
	s.settle(now)
}

func (s *Session) handle(now time.Time, o *op) {
	if s.failure != nil || s.goodbye {
		s.discard(o, s.failure)
		return
	}
	switch o.kind {
	case opPublish:
		s.publish(now, o.entry)
	case opDrop:
		s.step(now, &session.ClientEvent{Kind: session.EvDrop, Entry: session.Entry{ID: o.id}, Code: holdfast.CodeDropped})
		close(o.done)
	case opPersisted:
		s.step(now, &session.ClientEvent{Kind: session.EvPersisted, Entry: session.Entry{ID: o.id}})
	case opMarked:
		s.step(now, &session.ClientEvent{Kind: session.EvMarked, Entry: session.Entry{ID: o.id}, Sent: o.sent})
	case opDiskFailed:
		s.fail(o.err)
	case opSubscribe:
		s.step(now, o.event)
	case opUnsubscribe:
		s.step(now, &session.ClientEvent{Kind: session.EvDone, Sub: o.sub.id, Position: o.sub.progress()})
		s.step(now, &session.ClientEvent{Kind: session.EvUnsubscribe, Sub: o.sub.id})
		close(o.done)
	case opProgress:
		s.progress(now, o.sub)
	case opDialed:
		s.dialed(now, o)
	case opMessage:
		if o.sock == s.sock {
			s.message(now, o.data)
		}
		o.sock.done(o.data)
	case opGone:
		if o.sock == s.sock {
			s.gone(now, o.err)
		}
	case opToken:
		s.renewed(o)
	case opBye:
		s.step(now, &session.ClientEvent{Kind: session.EvBye})
		s.goodbye = true
	}
}

// discard answers what nobody will look at any more.
func (s *Session) discard(o *op, why error) {
	switch o.kind {
	case opPublish:
		if why == nil {
			why = errClosed("publish to " + o.entry.channel)
		}
		s.stats.failed.Add(1)
		o.entry.receipt.end(StatusFailed, Ack{}, why)
		s.outbox.release(o.entry.size)
	case opDrop, opUnsubscribe:
		close(o.done)
	case opMessage:
		o.sock.done(o.data)
	case opDialed:
		if o.sock != nil {
			o.sock.kill()
		}
	}
}

func (s *Session) publish(now time.Time, e *entry) {
	s.pending = e
	s.step(now, &session.ClientEvent{Kind: session.EvPublish, Entry: session.Entry{Channel: e.channel, Size: len(e.data), Expires: e.expires}})
}

// message decodes a message and steps through its frames.
func (s *Session) message(now time.Time, data []byte) {
	d := &s.decoder
	d.Reset(s.codec, data)
	sock := s.sock
	e := session.ClientEvent{Kind: session.EvFrame, Decoder: d}
	for s.sock == sock && s.failure == nil {
		t, err := d.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			s.disconnect(now, holdfast.CodeBadFrame, &holdfast.Error{Code: holdfast.CodeBadFrame, Op: "read from " + s.url, Cause: err}, time.Time{})
			break
		}
		e.Type = t
		if t == wire.TypePong && !s.pinged.IsZero() {
			s.stats.rtt.Store(int64(now.Sub(s.pinged)))
			s.pinged = time.Time{}
		}
		before := s.stats.received.Load()
		s.step(now, &e)
		if t == wire.TypeRecord && s.stats.received.Load() == before {
			s.stats.doubles.Add(1)
		}
		s.settle(now)
	}
	for i, sub := range s.touched {
		sub.deliver()
		s.touched[i] = nil
	}
	s.touched = s.touched[:0]
	d.Reset(s.codec, nil)
}

// disconnect gives the socket up, and tells the machine.
func (s *Session) disconnect(now time.Time, code holdfast.Code, err error, notBefore time.Time) {
	if s.sock == nil {
		return
	}
	s.sock.kill()
	s.sock, s.greetBy, s.pinged = nil, time.Time{}, time.Time{}
	clear(s.asked)
	s.stats.setError(err)
	if s.opened {
		s.opened = false
		s.redial.up(now.Sub(s.openedAt))
		s.stats.disconnected(code)
		s.log.Info("disconnected", "url", s.url, "code", code.String(), "error", err)
		s.tell(Event{Kind: EventDisconnect, Time: now, Code: code, Err: err})
		s.setState(StateConnecting, err)
	}
	if code >= 1000 && code < 1016 && code.Action() == holdfast.ActionStop && !corrupt(err) {
		s.fail(err)
		return
	}
	s.step(now, &session.ClientEvent{Kind: session.EvDisconnected, Code: code})
	if s.failure == nil {
		s.retry(now, err, notBefore)
	}
}

// corrupt reports whether err is what this end found in the bytes that came. The code tells the server so, and would mean
// "stop" had it come from there; but something in between may have made the mistake, and not make it again.
func corrupt(err error) bool {
	e, ok := errors.AsType[*holdfast.Error](err)
	return ok && e.Op == opInbound
}

// gone is a disconnect that the other side or the network made.
func (s *Session) gone(now time.Time, err error) {
	code := holdfast.CodeOf(err)
	if code == 0 {
		code = holdfast.CodeAbnormal
	}
	s.disconnect(now, code, err, time.Time{})
}

// retry is the only way to another attempt, and it leads through the backoff.
func (s *Session) retry(now time.Time, err error, notBefore time.Time) {
	v := Verdict{}
	if !notBefore.IsZero() {
		v.RetryAfter = notBefore.Sub(now)
	}
	delay, ok := s.redial.next(v)
	if !ok {
		s.fail(&holdfast.Error{Code: holdfast.CodeRetriesExhausted, Op: "connect to " + s.url,
			Detail: "given up after " + strconv.Itoa(s.attempt+1) + " attempts; the last", Cause: whole{because(err), err},
			Hint: "check the address, and that a server runs there; then open a new session"})
		return
	}
	s.attempt++
	s.dialAt = now.Add(delay)
	s.tell(Event{Kind: EventRetry, Time: now, Attempt: s.attempt, Delay: delay, Code: holdfast.CodeOf(err), Err: err})
}

func (s *Session) dialNext(now time.Time) {
	s.dialing = true
	s.greetBy = time.Time{}
	s.stats.attempts.Add(1)
	deadline := now.Add(s.o.ConnectTimeout)
	s.wg.Go(func() {
		ctx, cancel := context.WithDeadline(s.ctx, deadline)
		defer cancel()
		sock, err := s.dial(ctx)
		if sock != nil {
			sock.greetBy = deadline
		}
		if !s.box.post(op{kind: opDialed, sock: sock, err: err}) && sock != nil {
			sock.kill()
		}
	})
}

func (s *Session) dialed(now time.Time, o *op) {
	s.dialing = false
	if o.err != nil {
		s.stats.setError(o.err)
		s.log.Info("attempt failed", "url", s.url, "error", o.err)
		e := o.err.(*holdfast.Error)
		if e.Code.Action() == holdfast.ActionStop && e.Code != holdfast.CodeIO ||
			e.Code.Action() == holdfast.ActionAuthenticate && s.o.Token == nil {
			s.fail(o.err)
			return
		}
		var notBefore time.Time
		if e.RetryAfter > 0 {
			notBefore = now.Add(e.RetryAfter)
		}
		s.retry(now, o.err, notBefore)
		return
	}
	s.sock = o.sock
	s.greetBy = o.sock.greetBy
	s.sock.start()
	s.step(now, &session.ClientEvent{Kind: session.EvConnected, Token: o.sock.token})
}

// fail ends the session after the step at hand.
func (s *Session) fail(err error) {
	if s.failure == nil {
		s.failure = err
	}
}

// finish lets go of everything.
func (s *Session) finish() {
	if s.failure != nil {
		s.setState(StateFailed, s.failure)
	}
	rest := s.box.close()
	for i := range rest {
		s.discard(&rest[i], s.failure)
	}
	s.cancel()
	if s.sock != nil {
		code := holdfast.CodeNormal
		if s.failure != nil {
			code = closeCode(s.failure)
		}
		s.sock.shut(code)
	}
	s.wg.Wait()
	why := s.failure
	if why == nil {
		why = errClosed("use session")
	}
	s.outbox.detach(why, s.private)
	if s.failure == nil {
		s.setState(StateClosed, nil)
	}
	for _, sub := range s.subscriptions() {
		sub.end(why)
	}
	s.hub.close()
	close(s.ended)
}

// closeCode is what the server is told about a failure: the code if it is one for a close frame.
func closeCode(err error) holdfast.Code {
	if c := holdfast.CodeOf(err); c >= 4000 && c < 5000 {
		return c
	}
	return holdfast.CodeNormal
}
