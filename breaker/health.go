package breaker

import (
	"context"
	"time"
)

// DefaultHealthInterval is how often Watch checks, unless it is told otherwise.
const DefaultHealthInterval = 5 * time.Second

// CheckHealth runs Options.HealthCheck once, bounded by Options.Timeout. If it fails, the breaker opens for ResetTimeout, or if it is open
// stays so for ResetTimeout from now; the error is the check's. One that succeeds changes nothing, and
// one that fails after ctx was canceled neither. Errors: CodeBadArgument if there is no health check.
func (b *Breaker) CheckHealth(ctx context.Context) error {
	if b.o.HealthCheck == nil {
		return badArgument("check the health behind a breaker", "Options.HealthCheck is not set")
	}
	bounded := ctx
	if b.o.Timeout > 0 {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeout(ctx, b.o.Timeout)
		defer cancel()
	}
	err := b.o.HealthCheck(bounded)
	if err == nil || ctx.Err() != nil {
		return err
	}
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(now)
	b.tell(Event{Kind: EventHealthFailed, Time: now, Err: err})
	b.open(now, b.o.ResetTimeout, ByHealthCheck, err)
	return err
}

// Watch checks the health at once and then periodically, until ctx ends, in the caller's goroutine. Checks never overlap: one that takes
// longer than every puts off the next. every is by the machine's clock; if it is not above 0, it is 5 s. What checks find
// is in the state and in Events. Errors: CodeBadArgument if there is no health check; nil once ctx has ended.
func (b *Breaker) Watch(ctx context.Context, every time.Duration) error {
	if b.o.HealthCheck == nil {
		return badArgument("watch the health behind a breaker", "Options.HealthCheck is not set")
	}
	if every <= 0 {
		every = DefaultHealthInterval
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		_ = b.CheckHealth(ctx) // it has told the breaker
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
	return nil
}
