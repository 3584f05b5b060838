package breaker

import (
	"context"
	"iter"
	"time"
)

// EventKind says what an Event is about.
type EventKind uint8

const (
	// EventState is a state, or an open breaker's new end: From, State, Reason, Until, and Err where a failure led to it.
	// It is also the first event of every listener.
	EventState EventKind = iota + 1
	// EventSuccess is a call that succeeded: Latency, and in Err what Options.IsFailure did not call a failure.
	EventSuccess
	// EventFailure is a call that failed: Latency, Err.
	EventFailure
	// EventTimeout is a call that took longer than Options.Timeout: Latency until then, Err.
	EventTimeout
	// EventCancel is a call that counts for nothing: Latency, and Err if there was any.
	EventCancel
	// EventReject is a call that was not let through: Err.
	EventReject
	// EventCapacity is a call that was not let through because Options.Capacity were under way: Err.
	EventCapacity
	// EventFallback is a call whose fallback is asked: Err is why.
	EventFallback
	// EventHealthFailed is a health check that failed: Err.
	EventHealthFailed
	// EventEnabled and EventDisabled are what Enable and Disable did.
	EventEnabled
	EventDisabled
	// EventDropped says how many events this listener missed, because it was too slow: Dropped.
	EventDropped
)

var outcomeEvents = [...]EventKind{succeeded: EventSuccess, failed: EventFailure, timedOut: EventTimeout, canceled: EventCancel}

// Event is something that happened to a breaker. Fields that its kind does not name are zero.
type Event struct {
	Kind EventKind
	// Time by Options.Now.
	Time time.Time
	// State after the event, whatever its kind (not of EventDropped).
	State State
	// From is the state before an EventState; the same as State in a listener's first, and where only Until moved.
	From   State
	Reason Reason
	// Until is when an open breaker lets a trial through.
	Until   time.Time
	Latency time.Duration
	Err     error
	Dropped int
}

// Events yields what happens from when the ranging begins, the present state first, until ctx ends. Each listener may be
// 256 events behind; then the oldest are dropped, and an EventDropped says how many. Nobody waits for a listener.
func (b *Breaker) Events(ctx context.Context) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		now := b.o.Now()
		b.mu.Lock()
		b.advance(now)
		l := b.feed.Join(Event{Kind: EventState, Time: b.since, State: b.state, From: b.state, Reason: b.reason, Until: b.until})
		b.mu.Unlock()
		l.All(ctx)(yield)
	}
}

// tell passes an event on. The caller holds the lock, so that all see events in their order; nothing waits here.
func (b *Breaker) tell(e Event) {
	if !b.feed.Listening() {
		return
	}
	e.State = b.state
	if e.Kind == EventState {
		e.Until = b.until
	}
	b.feed.Add(e)
}
