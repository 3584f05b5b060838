package client

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Close ends the socket for good: nothing more is taken, what is queued is written within DrainTimeout if a connection is open, and the
// peer is told code and reason within CloseTimeout; then the connection is cut. It waits for all of that, and returns nil if everything
// was written, else CodeCanceled (with QueueOptions.File it is still in the file). A code that may not be sent (RFC 6455, 7.4) is sent as 1000, and a reason is cut off
// at 123 bytes. Idempotent.
func (s *Socket) Close(code holdfast.Code, reason string) error {
	s.mu.Lock()
	first := s.state != StateClosed && s.wanted != wantClose
	failed := s.state == StateFailed
	if first {
		s.wanted, s.leave = wantClose, farewellWords{sendable(code), cutReason(reason)}
	}
	ended, cancel, connecting := s.ended, s.cancel, s.state == StateConnecting || s.state == StateBlocked
	s.mu.Unlock()
	if first {
		s.out.end(&holdfast.Error{Code: holdfast.CodeClosed, Op: "send", Detail: "the socket was closed"})
		if !failed {
			s.setState(StateClosing, nil)
		}
		if connecting {
			cancel()
		}
		s.ask()
	}
	<-ended
	if first && failed {
		s.setState(StateClosed, nil)
		s.letGo(nil)
	}
	if n, _ := s.out.size(); n > 0 {
		return &holdfast.Error{Code: holdfast.CodeCanceled, Op: "close socket", Detail: "not all that was queued could be written",
			Hint: "Stats tells how much; QueueOptions.File keeps it"}
	}
	return nil
}

// sendable maps codes that must not be in a close frame.
func sendable(c holdfast.Code) holdfast.Code {
	switch {
	case c == 1004 || c == 1005 || c == 1006 || c == 1015 || c < 1000 || c > 4999 || c > 1014 && c < 3000:
		return holdfast.CodeNormal
	}
	return c
}

// maxReason is what is left of a control frame beside the code.
const maxReason = 123

func cutReason(reason string) string {
	if len(reason) <= maxReason {
		return reason
	}
	cut := 0
	for i := range reason {
		if i > maxReason {
			break
		}
		cut = i
	}
	return reason[:cut]
}

// Reconnect ends the connection that is open, if one is, and makes a new one; it cuts short the waiting for the next attempt, closes the
// circuit breaker, and has a failed socket begin again. After Close it does nothing.
func (s *Socket) Reconnect() {
	s.mu.Lock()
	switch {
	case s.state == StateFailed:
		ended := s.ended
		s.mu.Unlock()
		<-ended
		s.restart()
		return
	case s.wanted == wantOn:
		s.wanted = wantAgain
	}
	s.mu.Unlock()
	s.ask()
}

// restart begins again after a failure, if nobody else has, and nobody has closed the socket.
func (s *Socket) restart() {
	s.mu.Lock()
	if s.state != StateFailed || s.wanted == wantClose {
		s.mu.Unlock()
		return
	}
	s.state = StateConnecting
	s.mu.Unlock()
	s.redial.reset()
	if b := s.guarding(); b != nil {
		b.Reset()
	}
	s.out.restart()
	s.in.setOver(false, nil)
	s.start()
}

func (s *Socket) ask() {
	s.mu.Lock()
	asked, c := s.asked, s.line
	s.mu.Unlock()
	if c != nil {
		c.poke()
	}
	select {
	case asked <- struct{}{}:
	default:
	}
}

func (s *Socket) wish() wanted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wanted
}

// takeWanted returns what is wanted; Reconnect is wanted once.
func (s *Socket) takeWanted() wanted {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.wanted
	if w == wantAgain {
		s.wanted = wantOn
	}
	return w
}

func (s *Socket) closing() bool { return s.wish() == wantClose }

func (s *Socket) parting() farewellWords {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wanted == wantClose {
		return s.leave
	}
	return farewellWords{code: holdfast.CodeNormal}
}

func (s *Socket) setRetries(n int) {
	s.mu.Lock()
	s.retries = n
	s.mu.Unlock()
}

// finish says that the owner is going, because it was asked to or because of an error.
func (s *Socket) finish(why error) {
	if s.closing() || why == nil {
		s.setState(StateClosed, nil)
		s.letGo(nil)
		return
	}
	if s.o.Classes.Classify(why).Class == ClassClosed { // the server has ended it on purpose
		s.out.end(&holdfast.Error{Code: holdfast.CodeClosed, Op: "send", Detail: "the server closed the connection", Cause: why})
		s.setState(StateClosed, why)
		s.letGo(nil)
		return
	}
	s.note(slog.LevelError, "given up", "error", why)
	s.out.end(why)
	s.setState(StateFailed, why)
	s.in.setOver(true, why)
}

// letGo ends what does not end by itself.
func (s *Socket) letGo(why error) {
	s.in.setOver(true, why)
	if s.out.file != nil {
		if err := s.out.file.close(); err != nil {
			s.note(slog.LevelError, "the queue's file", "error", err)
		}
	}
	s.feed.Close()
}

// setState moves the socket on, and whoever waits for that.
func (s *Socket) setState(to State, err error) {
	s.mu.Lock()
	from := s.state
	if from == to || from == StateClosing && to != StateClosed {
		s.mu.Unlock()
		return
	}
	s.state = to
	switch {
	case to == StateOpen:
		close(s.openc)
	case from == StateOpen:
		s.openc = make(chan struct{})
	}
	if to == StateFailed {
		s.err = err
	}
	s.mu.Unlock()
	s.tell(SocketEvent{Kind: SocketState, State: to, Before: from, Err: err})
}

// tell passes an event on to all who listen.
func (s *Socket) tell(e SocketEvent) {
	if !s.feed.Listening() {
		return
	}
	e.Time = time.Now()
	s.feed.Add(e)
}

// Events yields what happens to the socket from now on, beginning with its state and the attempt that is waited for, if one is. Each listener may be 256 events behind; then the oldest are
// dropped, and a SocketMissed says how many. It ends when ctx ends or the socket was closed; a failed socket may begin again.
func (s *Socket) Events(ctx context.Context) iter.Seq[SocketEvent] {
	return func(yield func(SocketEvent) bool) {
		s.mu.Lock()
		first := []SocketEvent{{Kind: SocketState, Time: time.Now(), State: s.state, Before: s.state, Err: s.err}}
		if s.retry.Kind == SocketRetry {
			e := s.retry
			e.Delay = max(0, e.Delay-time.Since(e.Time)) // what is left of it
			first = append(first, e)
		}
		l := s.feed.Join(first...)
		s.mu.Unlock()
		l.All(ctx)(yield)
	}
}

// note logs, if anybody wants to know: slog's own frame is large, and would stay with the owner's stack.
func (s *Socket) note(level slog.Level, text string, args ...any) {
	if s.log.Enabled(context.Background(), level) {
		s.log.With("url", s.shownURL()).Log(context.Background(), level, text, args...)
	}
}
