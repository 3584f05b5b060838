package client

import (
	"context"
	"errors"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Flush waits until all that Send has taken so far, and what others send meanwhile, is written or was dropped. Written is not arrived.
//
// Errors: CodeCanceled when ctx ends first, why the socket failed, CodeClosed after Close.
func (s *Socket) Flush(ctx context.Context) error {
	s.mu.Lock()
	ended := s.ended
	s.mu.Unlock()
	select {
	case <-s.out.whenEmpty():
		return nil
	case <-ctx.Done():
		return canceled("flush", ctx)
	case <-ended:
	}
	if n, _ := s.out.size(); n == 0 {
		return nil
	}
	return s.over("flush")
}

// Ping asks the server for a sign of life now, whatever Heartbeat says, and returns how long that took; Stats and events have it, too. It
// waits for Heartbeat.Timeout at most. While the application does not take messages (SocketOptions.Backlog) no answer is read.
//
// Errors: CodeDisconnected if no connection is open or it ends meanwhile, CodeHeartbeatTimeout if there was no answer; the connection
// is not ended for that.
func (s *Socket) Ping() (time.Duration, error) {
	s.mu.Lock()
	c, open := s.line, s.state == StateOpen
	s.mu.Unlock()
	if c == nil || !open {
		return 0, &holdfast.Error{Code: holdfast.CodeDisconnected, Op: "ping", Detail: "no connection is open"}
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.o.Heartbeat.Timeout)
	defer cancel()
	sent := time.Now()
	switch err := c.conn.Ping(ctx); {
	case err == nil:
		rtt := time.Since(sent)
		c.answered(rtt)
		return rtt, nil
	case errors.Is(err, context.DeadlineExceeded):
		return 0, &holdfast.Error{Code: holdfast.CodeHeartbeatTimeout, Op: "ping", Detail: "no answer within " + s.o.Heartbeat.Timeout.String()}
	default:
		return 0, &holdfast.Error{Code: holdfast.CodeDisconnected, Op: "ping", Cause: root(err)}
	}
}
