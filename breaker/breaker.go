package breaker

import (
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/feed"
)

// Breaker decides which calls are made. All methods may be called concurrently. It has no goroutine: an open breaker
// becomes half-open when somebody asks it after Until.
type Breaker struct {
	o    Options
	op   string
	feed *feed.Feed[Event]

	mu       sync.Mutex
	state    State
	reason   Reason
	since    time.Time
	until    time.Time // while open: when a trial is allowed
	warm     time.Time // failures before it open nothing
	disabled bool
	failures int // in a row
	// Each change of state begins a generation. What was let through in an earlier one decides nothing any more.
	generation uint64
	trials     int // of this generation, under way while half-open
	proven     int // of this generation, succeeded while half-open
	slots      slots
	window     window
	total      tally
	changed    chan struct{} // nil while nobody waits
}

// New returns a closed breaker. Errors: CodeBadArgument, which names the field.
func New(o Options) (*Breaker, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	b := &Breaker{o: o, op: "call"}
	if o.Name != "" {
		b.op = "call " + o.Name
	}
	b.feed = feed.New(feed.Options[Event]{Dropped: func(n int) Event {
		return Event{Kind: EventDropped, Time: o.Now(), Dropped: n}
	}})
	now := o.Now()
	b.since, b.warm = now, now.Add(o.WarmUp)
	b.window = newWindow(now, o.Window, o.Buckets)
	return b, nil
}

// Name returns Options.Name.
func (b *Breaker) Name() string { return b.o.Name }

// State returns the state at this time.
func (b *Breaker) State() State {
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(now)
	return b.state
}

// Until returns when an open breaker lets a trial through, and the zero time if it is not open.
func (b *Breaker) Until() time.Time {
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(now)
	return b.until
}

// Changed returns a channel that is closed when Allow may answer otherwise than before: the state or Until changed, also
// by hand; a trial's place or one of Capacity became free; the breaker was enabled or disabled. Ask for the
// channel first, then for what you wait for, and then wait for the channel and, if it is open, for the time Until:
// that the time has come closes no channel until somebody asks.
func (b *Breaker) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return b.changed
}

// Trip opens it by hand for d, or for ResetTimeout if d is not above 0, or with UntilReset until Reset. If it is open
// already, the later end counts: no Trip shortens an earlier one.
func (b *Breaker) Trip(d time.Duration) {
	if d <= 0 {
		d = b.o.ResetTimeout
	}
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(now)
	b.open(now, d, ByTrip, nil)
}

// Reset closes it by hand, and forgets the failures that could open it. The statistics stay.
func (b *Breaker) Reset() {
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(now)
	if b.state == Closed {
		b.forget()
		return
	}
	b.move(now, Closed, ByReset, nil)
}

// Disable lets all calls through, without timeout, capacity or fallback, until Enable. They are counted, and change
// nothing else; Trip, health checks and time still move the state.
func (b *Breaker) Disable() { b.able(EventDisabled) }

// Enable ends what Disable began. A breaker is enabled from the start.
func (b *Breaker) Enable() { b.able(EventEnabled) }

func (b *Breaker) able(kind EventKind) {
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if disabled := kind == EventDisabled; disabled != b.disabled {
		b.disabled = disabled
		b.tell(Event{Kind: kind, Time: now})
		b.notify()
	}
}

// Enabled tells whether it decides anything.
func (b *Breaker) Enabled() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.disabled
}

// advance makes an open breaker half-open when its time has come.
func (b *Breaker) advance(now time.Time) {
	if b.state == Open && !now.Before(b.until) {
		b.move(now, HalfOpen, ByTime, nil)
	}
}

// open opens it for d, or keeps it open for longer.
func (b *Breaker) open(now time.Time, d time.Duration, why Reason, err error) {
	until := now.Add(d)
	if b.state != Open {
		b.until = until
		b.move(now, Open, why, err)
		return
	}
	if until.After(b.until) {
		b.until, b.reason = until, why
		b.tell(Event{Kind: EventState, Time: now, From: Open, Reason: why, Err: err})
		b.notify()
	}
}

// move begins a generation in a state.
func (b *Breaker) move(now time.Time, to State, why Reason, err error) {
	from := b.state
	b.state, b.reason, b.since = to, why, now
	b.generation++
	b.trials, b.proven = 0, 0
	if to != Open {
		b.until = time.Time{}
	}
	if to == Closed {
		b.forget()
	}
	b.tell(Event{Kind: EventState, Time: now, From: from, Reason: why, Err: err})
	b.notify()
}

// forget takes away what the rules go by.
func (b *Breaker) forget() {
	b.failures = 0
	b.window.forget()
}

func (b *Breaker) notify() {
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}

// succeeded lets a success of this generation work.
func (b *Breaker) succeeded(now time.Time) {
	b.failures = 0
	switch b.state {
	case Closed:
		b.window.at(now).succeeded++
	case HalfOpen:
		if b.proven++; b.proven >= b.o.HalfOpenMaxRequests {
			b.move(now, Closed, ByTrialSuccess, nil)
		}
	}
}

// failed lets a failure of this generation work.
func (b *Breaker) failed(now time.Time, err error) {
	b.failures++
	switch b.state {
	case Closed:
		if now.Before(b.warm) {
			b.failures = 0
			return
		}
		b.window.at(now).failed++
		if b.o.FailureThreshold > 0 && b.failures >= b.o.FailureThreshold {
			b.open(now, b.o.ResetTimeout, ByConsecutiveFailures, err)
		} else if b.rateReached() {
			b.open(now, b.o.ResetTimeout, ByFailureRate, err)
		}
	case HalfOpen:
		b.open(now, b.o.ResetTimeout, ByTrialFailure, err)
	}
}

func (b *Breaker) rateReached() bool {
	if b.o.FailureRate == 0 {
		return false
	}
	ok, bad := b.window.rule()
	calls := ok + bad
	return calls >= uint64(b.o.Volume) && float64(bad) >= b.o.FailureRate*float64(calls)
}

// refusal is the error of a call that is not let through.
func (b *Breaker) refusal(now time.Time) error {
	e := &holdfast.Error{Code: holdfast.CodeCircuitOpen, Op: b.op}
	if b.state == Open {
		e.Detail = "the circuit breaker is open: " + b.reason.String()
		e.RetryAfter = b.until.Sub(now)
	} else {
		e.Detail = "the circuit breaker is half-open, and as many trials as it allows are under way"
	}
	return e
}
