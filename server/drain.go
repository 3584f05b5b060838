package server

import (
	"context"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// returnRate is how many clients a second are asked to come to the successor, where ConnectRate says nothing. Two cores take about ten times
// as many, each with records to catch up on (docs/figures.md, 5,000 clients that come back); the rest is for what was published meanwhile, TLS, and
// a proxy on the same machine.
const returnRate = 1000

// returning hands out moments to those who come while the server drains: after the drain, one after the other, in the order in which they have
// come. Who left first is away longest, and comes back first. It is pure, and guarded by whoever has it.
type returning struct {
	from  time.Time     // when the successor is there, as far as is known
	step  time.Duration // between two of them
	crowd int           // how many there are; whoever asks again begins anew, so that asking often makes nothing longer
	asked int
}

// next returns how long the next one is to stay away: never less than least, by which a successor is hoped for once the time is up.
func (r *returning) next(now time.Time, least time.Duration) time.Duration {
	at := r.from.Add(time.Duration(r.asked) * r.step)
	if r.asked++; r.asked >= r.crowd {
		r.asked = 0
	}
	return max(at.Sub(now), least)
}

// shorten takes it that the successor is there that much later at the latest.
func (r *returning) shorten(now time.Time, least time.Duration) {
	if soon := now.Add(least); soon.Before(r.from) {
		r.from = soon
	}
}

// stayUnready goes on as before, so that whoever asks for readiness has time to notice that it has ended.
func (s *Server) stayUnready(ctx context.Context) {
	if s.o.ShutdownDelay <= 0 {
		return
	}
	t := time.NewTimer(s.o.ShutdownDelay)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// drain asks everybody to come back, spread over the drain period, and waits until they have gone.
func (s *Server) drain(ctx context.Context) error {
	conns, step := s.beginDrain(ctx, time.Now())
	s.logger.Info("the server drains: its clients are asked to leave", "connections", len(conns), "over", s.o.DrainPeriod)
	for i, c := range conns {
		c.drain(time.Duration(i) * step)
	}
	// a client that was asked last has as long as the period, and then some for its way
	patience, cancel := context.WithTimeout(ctx, s.o.DrainPeriod+s.o.PongTimeout)
	defer cancel()
	if s.waitIdle(patience) == nil {
		return nil
	}
	s.mu.Lock()
	s.returns.shorten(time.Now(), s.o.RetryAfter)
	s.mu.Unlock()
	left := s.everybody()
	if ctx.Err() == nil {
		s.logger.Warn("clients have not left as they were asked to; they are closed", "connections", len(left))
	}
	for _, c := range left {
		c.end(holdfast.CodeServiceRestart, "the server restarts")
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 4*closeTimeout)
	defer cancel()
	if s.waitIdle(last) != nil {
		for _, c := range s.everybody() {
			c.shut()
		}
		s.waitIdle(context.Background()) //nolint:errcheck // cannot end
	}
	return ctx.Err()
}

// beginDrain takes nobody in any more. It returns who is there, and the time between two that are asked to leave. Whoever comes
// meanwhile is told to come when they have left, or when ctx ends, which ends the drain.
func (s *Server) beginDrain(ctx context.Context, now time.Time) (conns []managed, step time.Duration) {
	s.mu.Lock()
	for c := range s.conns.Members() {
		conns = append(conns, c)
	}
	step = s.o.DrainPeriod / time.Duration(max(1, len(conns)))
	last := step * time.Duration(max(0, len(conns)-1))
	s.draining = true
	s.returns = returning{from: now.Add(last + s.o.RetryAfter), step: time.Duration(float64(time.Second) / or(s.o.ConnectRate, returnRate)), crowd: len(conns)}
	if end, ok := ctx.Deadline(); ok {
		s.returns.shorten(end, s.o.RetryAfter)
	}
	if ctx.Err() != nil {
		s.returns.shorten(now, s.o.RetryAfter)
	}
	https := s.https
	s.mu.Unlock()
	for _, h := range https {
		h.SetKeepAlivesEnabled(false)
	}
	return conns, step
}

// comeAgain says when whoever comes while the server drains is to come again.
func (s *Server) comeAgain() error {
	s.mu.Lock()
	after := s.returns.next(time.Now(), s.o.RetryAfter)
	s.mu.Unlock()
	return &holdfast.Error{Code: holdfast.CodeDraining, Op: "connect", RetryAfter: after}
}

// partingTime is how long requests that are being answered may take when the listeners have been closed.
const partingTime = time.Second

// closeListeners ends what Serve has begun. It comes last: until then whoever comes is told when to come again, which nobody else knows.
func (s *Server) closeListeners(ctx context.Context) {
	s.mu.Lock()
	https := s.https
	s.mu.Unlock()
	polite, cancel := context.WithTimeout(ctx, partingTime)
	defer cancel()
	for _, h := range https {
		s.wg.Go(func() {
			h.Shutdown(polite) //nolint:errcheck // hijacked connections have gone
			h.Close()
		})
	}
}
