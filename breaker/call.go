package breaker

import (
	"context"
	"errors"
	"fmt"

	"github.com/holdfast-ws/holdfast"
)

var (
	// errTimeout is why the context of a call that exceeded Options.Timeout ended.
	errTimeout = errors.New("the timeout of the circuit breaker")
	// errNoReturn is what listeners hear of a function that panicked. The panic itself goes to the caller.
	errNoReturn = errors.New("the function panicked, or ended its goroutine")
)

// Do calls f, if the breaker lets it, in the caller's goroutine, and returns when f does. Its error is f's, or an
// *holdfast.Error:
//   - CodeCircuitOpen or CodeAtCapacity: f was not called; see Allow.
//   - CodeTimeout, with f's error as its cause: f took longer than Options.Timeout, and failed.
//
// When the timeout is over, f's context ends, and the call counts as failed at once, even if f goes on. So calls that
// hang open the breaker, and nothing is left running behind the caller's back; but Do waits for an f that does not
// heed its context, and it keeps its place of Options.Capacity. If such an f succeeds in the end, Do returns nil.
//
// If ctx is canceled and f fails because of that, the call counts for nothing. If f panics, it has failed.
func (b *Breaker) Do(ctx context.Context, f func(ctx context.Context) error) error {
	c, err := b.begin(ctx)
	if err != nil {
		return err
	}
	defer c.abandon()
	return c.finish(f(c.ctx))
}

// CallOption changes one Call.
type CallOption[T any] func(*callOptions[T])

type callOptions[T any] struct {
	fallback func(ctx context.Context, err error) (T, error)
}

// WithFallback has f give the result of a call that was refused, timed out or failed; err says which. It is not asked about
// errors that Options.IsFailure does not call failures, after the caller's context has ended, or while the breaker is
// disabled. It runs under the caller's context, without a timeout of its own.
func WithFallback[T any](f func(ctx context.Context, err error) (T, error)) CallOption[T] {
	return func(o *callOptions[T]) { o.fallback = f }
}

// Call is Do for a function with a result. With a fallback, result and error are the fallback's where f's are failures.
func Call[T any](ctx context.Context, b *Breaker, f func(ctx context.Context) (T, error), opts ...CallOption[T]) (T, error) {
	result, err := attempt(ctx, b, f)
	if err == nil || len(opts) == 0 {
		return result, err
	}
	var o callOptions[T]
	for _, set := range opts {
		set(&o)
	}
	if o.fallback == nil || ctx.Err() != nil || !b.wantsFallback(err) {
		return result, err
	}
	return o.fallback(ctx, err)
}

func attempt[T any](ctx context.Context, b *Breaker, f func(ctx context.Context) (T, error)) (T, error) {
	c, err := b.begin(ctx)
	if err != nil {
		var none T
		return none, err
	}
	defer c.abandon()
	result, err := f(c.ctx)
	return result, c.finish(err)
}

// wantsFallback tells whether an error is one that a fallback is for, and counts it.
func (b *Breaker) wantsFallback(err error) bool {
	e, ours := errors.AsType[*holdfast.Error](err)
	ours = ours && e.Op == b.op && (e.Code == holdfast.CodeCircuitOpen || e.Code == holdfast.CodeAtCapacity || e.Code == holdfast.CodeTimeout)
	if !ours && !b.o.IsFailure(err) {
		return false
	}
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.disabled {
		return false
	}
	b.count(now, fallbacks)
	b.tell(Event{Kind: EventFallback, Time: now, Err: err})
	return true
}

// call is one that was let through.
type call struct {
	ticket Ticket
	caller context.Context
	ctx    context.Context // f's
	timer  *timer          // nil without a timeout
	over   bool
}

// timer settles a call when its time is over. It is apart from call, which stays on the stack.
type timer struct {
	ticket Ticket
	cancel context.CancelFunc
	stop   func() bool
	done   chan struct{} // closed when the call was settled as one that timed out
}

func (b *Breaker) begin(ctx context.Context) (call, error) {
	t, err := b.Allow()
	if err != nil {
		return call{}, err
	}
	c := call{ticket: t, caller: ctx, ctx: ctx}
	if b.o.Timeout > 0 && b.Enabled() {
		c.timer = &timer{ticket: t, done: make(chan struct{})}
		c.ctx = c.timer.start(ctx)
	}
	return c, nil
}

func (t *timer) start(ctx context.Context) context.Context {
	ctx, t.cancel = context.WithTimeoutCause(ctx, t.ticket.b.o.Timeout, errTimeout)
	t.stop = context.AfterFunc(ctx, func() {
		defer close(t.done)
		if context.Cause(ctx) == errTimeout {
			t.ticket.expire(t.ticket.b.timeoutError(nil))
		}
	})
	return ctx
}

// end stops the timer, and tells whether the time was over before.
func (t *timer) end(ctx context.Context) bool {
	if !t.stop() {
		<-t.done
	}
	t.cancel()
	return context.Cause(ctx) == errTimeout
}

func (b *Breaker) timeoutError(cause error) error {
	return &holdfast.Error{
		Code: holdfast.CodeTimeout, Op: b.op, Cause: cause,
		Detail: fmt.Sprintf("there was no answer within %v, the Timeout of the circuit breaker", b.o.Timeout),
	}
}

// finish takes in what f returned, and gives what the caller gets.
func (c *call) finish(err error) error {
	late := c.timer != nil && c.timer.end(c.ctx)
	c.timer = nil
	switch {
	case late:
		if err != nil {
			err = c.ticket.b.timeoutError(err)
		}
		c.ticket.end(timedOut, err)
	case err != nil && c.gaveUp(err):
		c.ticket.end(canceled, err)
	default:
		c.ticket.Done(err)
	}
	c.over = true
	return err
}

// gaveUp tells whether an error is there because the caller stopped waiting.
func (c *call) gaveUp(err error) bool {
	return c.caller.Err() == context.Canceled && (errors.Is(err, context.Canceled) || errors.Is(err, holdfast.CodeCanceled))
}

// abandon takes in that f (or Options.IsFailure) did not return: it panicked, or ended its goroutine.
func (c *call) abandon() {
	if c.over {
		return
	}
	if c.timer != nil {
		c.timer.end(c.ctx)
	}
	c.ticket.end(failed, errNoReturn)
}
