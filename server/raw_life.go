package server

import (
	"context"
	"errors"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/roster"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// start takes a connection over from its upgrade, and has two goroutines serve it: one reads, one handles.
func (c *RawConn) start() {
	s := c.srv
	now := s.millis()
	c.beat.heard, c.beat.used = now, now
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.request.Context()))
	c.cancel, c.handled = cancel, make(chan struct{})
	if !s.add(c.id, c) {
		cancel()
		s.withdraw(c.id)
		s.count.turnAway(holdfast.CodeDraining)
		c.ws.Close()
		return
	}
	s.raws.add(c)
	if code, reason := s.bind(c); code != 0 {
		c.end(code, reason)
		close(c.handled)
	} else {
		s.tell(EventAuthenticated, c.id, c)
		go c.handle(ctx)
	}
	go c.read() // fresh goroutines: net/http's has a deep stack that would stay with the connection
}

// bind has a raw connection found by its user, unless that user has too many or was disconnected meanwhile.
func (s *Server) bind(c *RawConn) (holdfast.Code, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, addr, _ := s.conns.Get(c.id)
	if code, reason := s.revoked.since(c.born, &Connection{ID: c.id, User: c.name, Address: addr}); code != 0 {
		return code, reason
	}
	if most := s.o.MaxPerUser; most > 0 && s.conns.OfUser(c.name, 0, most) >= most {
		return holdfast.CodeTooManyForUser, "the limit is " + strconv.Itoa(most) + " connections of one user"
	}
	s.conns.BindUser(c.id)
	return 0, ""
}

// handle runs the application's handler, and closes as it says.
func (c *RawConn) handle(ctx context.Context) {
	defer close(c.handled)
	code, reason := holdfast.CodeInternalError, ""
	defer func() {
		if r := recover(); r != nil {
			c.srv.logger.Error("a raw handler panicked", "connection", c.id.String(), "panic", r, "stack", string(debug.Stack()))
		}
		c.endAs(code, reason, true)
	}()
	err := c.o.Handle(ctx, c)
	if code, reason = closeFor(err); code == holdfast.CodeInternalError && !c.isOver() {
		c.srv.logger.Error("a raw handler failed", "connection", c.id.String(), "error", err)
	}
}

// closeFor is what a peer is told when a handler has returned err. What is no error of ours may say anything, and is not passed on.
func closeFor(err error) (holdfast.Code, string) {
	if err == nil {
		return holdfast.CodeNormal, ""
	}
	if e, ok := errors.AsType[*holdfast.Error](err); ok && sendable(e.Code) {
		return e.Code, e.Detail
	}
	if code := holdfast.CodeOf(err); sendable(code) {
		return code, ""
	}
	return holdfast.CodeInternalError, ""
}

func (c *RawConn) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending
}

// read is the goroutine that reads, and sees the connection to its end.
func (c *RawConn) read() {
	err := c.ws.Serve((*rawInput)(c))
	if err == ws.ErrSettled {
		go c.read() // srv.wg counts the connection, not the goroutine
		return
	}
	c.finish(err)
	<-c.handled
	c.ws.Wait()
	s := c.srv
	s.raws.remove(c)
	s.tellClosed(c.id, c, c.why, c.age())
	s.remove(c.id)
}

// finish answers the peer's end, or waits until our own has been said.
func (c *RawConn) finish(err error) {
	c.mu.Lock()
	ours := c.ended
	if !c.ending {
		c.ending, c.why = true, closingOf(err)
		c.srv.count.closed(err)
	}
	c.in.signal()
	c.out.tellRoom()
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	c.cancel()
	c.srv.leave(c.id)
	if ours != nil { // it sees to the farewell, and waits for this
		close(ours.read)
		<-ours.closed
		return
	}
	code := ws.CloseCode(err)
	if code == 0 {
		c.ws.Close()
		return
	}
	reason := ""
	if e, ok := err.(*holdfast.Error); ok {
		reason = e.Detail
	}
	c.part(code, reason)
	c.ws.Linger(closeTimeout)
}

// part writes what waits and then a close frame, as far as the socket takes it in time.
func (c *RawConn) part(code uint16, reason string) {
	c.mu.Lock()
	drained := make(chan struct{})
	c.out.last, c.out.drained = ws.AppendClose(nil, code, reason), drained
	c.mu.Unlock()
	c.flush()
	t := time.NewTimer(c.o.WriteTimeout)
	defer t.Stop()
	select {
	case <-drained:
	case <-t.C:
		c.ws.Close()
	}
}

// end is part of managed.
func (c *RawConn) end(code holdfast.Code, reason string) { c.endAs(code, reason, false) }

// endAs closes the connection with a code; mine says that the application wants it so.
func (c *RawConn) endAs(code holdfast.Code, reason string, mine bool) {
	c.mu.Lock()
	if c.ending {
		c.mu.Unlock()
		return
	}
	c.ending, c.why = true, closing{code, reason, ClosedByServer}
	e := &ending{read: make(chan struct{}), closed: make(chan struct{}), why: c.why, mine: mine}
	c.ended = e
	c.in.signal()
	c.out.tellRoom()
	c.mu.Unlock()
	c.cancel()
	c.srv.leave(c.id)
	c.srv.count.ended(code)
	c.srv.wg.Go(func() {
		defer close(e.closed)
		c.part(uint16(code), reason)
		// the peer answers by closing; to close before that could take the code from it
		t := time.NewTimer(closeTimeout)
		defer t.Stop()
		select {
		case <-e.read:
		case <-t.C:
		}
		c.ws.Close()
	})
}

// drain is part of managed.
func (c *RawConn) drain(after time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ending {
		c.timer = time.AfterFunc(after, func() { c.end(c.o.DrainCode, "the server restarts") })
	}
}

// shut is part of managed.
func (c *RawConn) shut() { c.ws.Close() }

// keys is part of managed.
func (c *RawConn) keys() (string, roster.Session) { return c.name, roster.Session{} }

// look is part of managed.
func (c *RawConn) look() Connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	look := Connection{State: ConnectionOpen, User: c.name, Protocol: c.ws.Subprotocol(), Since: c.began, Age: c.age(),
		BytesOut: c.ws.BytesWritten(), Waiting: c.out.waiting()}
	if c.ending {
		look.State = ConnectionClosing
	}
	if u, err := c.ws.Unsent(); err == nil {
		look.Waiting += u.Bytes
	}
	c.seen.fill(&look)
	return look
}

func (c *RawConn) age() time.Duration { return time.Duration(c.srv.millis()-c.born) * time.Millisecond }
