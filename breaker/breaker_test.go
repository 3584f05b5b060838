package breaker_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

func newBreaker(t testing.TB, o breaker.Options) *breaker.Breaker {
	t.Helper()
	b, err := breaker.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOptionsAreChecked(t *testing.T) {
	for field, o := range map[string]breaker.Options{
		"FailureRate":         {FailureRate: 1.01},
		"FailureRate is -1":   {FailureRate: -1},
		"FailureRate is NaN":  {FailureRate: math.NaN()},
		"Volume":              {Volume: -1},
		"Buckets is -1":       {Buckets: -1},
		"Buckets is 1001":     {Buckets: 1001},
		"Window is -1s":       {Window: -time.Second},
		"Window is 9ns":       {Window: 9},
		"ResetTimeout":        {ResetTimeout: -1},
		"HalfOpenMaxRequests": {HalfOpenMaxRequests: -1},
		"Capacity":            {Capacity: -1},
		"WarmUp":              {WarmUp: -1},
	} {
		_, err := breaker.New(o)
		if !errors.Is(err, holdfast.CodeBadArgument) || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	now := epoch
	b := newBreaker(t, breaker.Options{Name: "api", Capacity: 1, HalfOpenMaxRequests: 1, FailureThreshold: 1, Now: func() time.Time { return now }})
	ticket, _ := b.Allow()
	for _, c := range []struct {
		before func()
		code   holdfast.Code
		says   string
	}{
		{func() {}, holdfast.CodeAtCapacity, "call api: "},
		{func() { ticket.Done(errDown) }, holdfast.CodeCircuitOpen, "call api: the circuit breaker is open: too many failures in a row (circuit_open); wait"},
		{func() { b.Reset(); b.Trip(time.Hour) }, holdfast.CodeCircuitOpen, "opened by hand"},
		{func() { now = now.Add(time.Hour); ticket, _ = b.Allow() }, holdfast.CodeCircuitOpen, "half-open"},
	} {
		c.before()
		if _, err := b.Allow(); !errors.Is(err, c.code) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v; want %v, %q", err, c.code, c.says)
		}
	}
}

func TestTripUntilReset(t *testing.T) {
	now := epoch
	b := newBreaker(t, breaker.Options{Now: func() time.Time { return now }})
	b.Trip(breaker.UntilReset)
	b.Trip(time.Second)
	now = now.AddDate(100, 0, 0)
	if b.State() != breaker.Open {
		t.Errorf("it is %v", b.State())
	}
	if b.Reset(); b.State() != breaker.Closed {
		t.Errorf("it is %v", b.State())
	}
}

// Who waits as Changed says misses nothing.
func TestChanged(t *testing.T) {
	now := epoch
	b := newBreaker(t, breaker.Options{FailureThreshold: 1, HalfOpenMaxRequests: 1, Now: func() time.Time { return now }})
	var ticket breaker.Ticket
	for _, c := range []struct {
		name    string
		do      func()
		changes bool
	}{
		{"a call", func() { ticket, _ = b.Allow() }, false},
		{"a success", func() { ticket.Done(nil) }, false},
		{"a trip", func() { b.Trip(time.Hour) }, true},
		{"a shorter trip", func() { b.Trip(time.Minute) }, false},
		{"a longer trip", func() { b.Trip(2 * time.Hour) }, true},
		{"a reset", b.Reset, true},
		{"another", b.Reset, false},
		{"a failure", func() { ticket, _ = b.Allow(); ticket.Done(errDown) }, true},
		{"time", func() { now = now.Add(time.Hour); b.State() }, true},
		{"a trial", func() { ticket, _ = b.Allow() }, false},
		{"a trial's place", func() { ticket.Cancel() }, true},
		{"disabling", b.Disable, true},
		{"again", b.Disable, false},
		{"enabling", b.Enable, true},
	} {
		changed := b.Changed()
		c.do()
		got := false
		select {
		case <-changed:
			got = true
		default:
		}
		if got != c.changes {
			t.Errorf("%s changes it: %v", c.name, got)
		}
	}
}

func TestEventsTellEverything(t *testing.T) {
	now := epoch
	b := newBreaker(t, breaker.Options{
		FailureThreshold: 1, ResetTimeout: time.Second, HalfOpenMaxRequests: 1, Capacity: 1, Timeout: -1, Now: func() time.Time { return now },
		IsFailure:   func(err error) bool { return err != errIgnored },
		HealthCheck: func(context.Context) error { return errDown },
	})
	ctx, cancel := context.WithCancel(t.Context())
	var got []breaker.Event
	var heard sync.WaitGroup
	joined := make(chan struct{})
	heard.Go(func() {
		for e := range b.Events(ctx) {
			if len(got) == 0 {
				close(joined)
			}
			if got = append(got, e); e.Kind == breaker.EventDisabled {
				return
			}
		}
	})
	<-joined
	call := func(err error) {
		_ = b.Do(ctx, func(context.Context) error { now = now.Add(time.Millisecond); return err })
	}
	call(nil)
	call(errIgnored)
	ticket, _ := b.Allow()
	_, _ = b.Allow()
	ticket.Cancel()
	call(errDown)
	call(nil)
	now = now.Add(time.Second)
	call(nil)
	_ = b.CheckHealth(ctx)
	b.Trip(time.Hour)
	b.Reset()
	_, _ = breaker.Call(ctx, b, func(context.Context) (int, error) { return 0, errDown }, breaker.WithFallback(func(context.Context, error) (int, error) { return 1, nil }))
	b.Disable()
	heard.Wait()
	cancel()

	const open, closed, half = breaker.Open, breaker.Closed, breaker.HalfOpen
	state := func(from, to breaker.State, why breaker.Reason) breaker.Event {
		return breaker.Event{Kind: breaker.EventState, From: from, State: to, Reason: why}
	}
	is := func(kind breaker.EventKind, s breaker.State) breaker.Event {
		return breaker.Event{Kind: kind, State: s}
	}
	want := []breaker.Event{
		state(closed, closed, breaker.ByNothing), is(breaker.EventSuccess, closed), is(breaker.EventSuccess, closed),
		is(breaker.EventCapacity, closed), is(breaker.EventCancel, closed),
		is(breaker.EventFailure, closed), state(closed, open, breaker.ByConsecutiveFailures), is(breaker.EventReject, open),
		state(open, half, breaker.ByTime), is(breaker.EventSuccess, half), state(half, closed, breaker.ByTrialSuccess),
		is(breaker.EventHealthFailed, closed), state(closed, open, breaker.ByHealthCheck),
		state(open, open, breaker.ByTrip), state(open, closed, breaker.ByReset),
		is(breaker.EventFailure, closed), state(closed, open, breaker.ByConsecutiveFailures), is(breaker.EventFallback, open),
		is(breaker.EventDisabled, open),
	}
	for i := range min(len(got), len(want)) {
		g := got[i]
		if (breaker.Event{Kind: g.Kind, From: g.From, State: g.State, Reason: g.Reason}) != want[i] || g.Time.IsZero() {
			t.Errorf("event %d is %+v; want %+v", i, g, want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
	if got[1].Latency != time.Millisecond || got[2].Err != errIgnored || got[5].Err != errDown || !got[13].Until.Equal(now.Add(time.Hour)) {
		t.Errorf("%+v", got)
	}
}

// Many goroutines at once: never more under way than allowed, nothing lost in the counts.
func TestConcurrentCalls(t *testing.T) {
	const workers, each = 16, 500
	b := newBreaker(t, breaker.Options{Capacity: 4, FailureThreshold: 3, ResetTimeout: time.Nanosecond, Timeout: -1})
	var under, most atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				_ = b.Do(t.Context(), func(context.Context) error {
					n := under.Add(1)
					defer under.Add(-1)
					for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
					}
					if (w+i)%3 == 0 {
						return errDown
					}
					return nil
				})
				switch i % 50 {
				case 10:
					b.Trip(time.Nanosecond)
				case 20:
					_ = b.Restore(b.Snapshot())
				case 30:
					b.Stats()
				}
			}
		})
	}
	wg.Wait()
	if s := b.Stats(); most.Load() > 4 || s.InFlight != 0 {
		t.Errorf("up to %d at a time, %+v", most.Load(), s)
	}
}

func TestRegistry(t *testing.T) {
	r := breaker.Registry{Max: 2}
	a, err := r.Get("a", breaker.Options{FailureThreshold: 1})
	if err != nil || a.Name() != "a" {
		t.Fatal(a, err)
	}
	if again, err := r.Get("a", breaker.Options{}); again != a || err != nil {
		t.Error("another breaker of the same name", err)
	}
	if _, err := r.Get("b", breaker.Options{Volume: -1}); !errors.Is(err, holdfast.CodeBadArgument) {
		t.Error(err)
	}
	b, _ := r.Get("b", breaker.Options{})
	if _, err := r.Get("c", breaker.Options{}); !errors.Is(err, holdfast.CodeAtCapacity) {
		t.Error(err)
	}
	for name, got := range r.All() {
		if got != map[string]*breaker.Breaker{"a": a, "b": b}[name] {
			t.Errorf("%s is another", name)
		}
	}
	r.Remove("a")
	if c, err := r.Get("c", breaker.Options{}); err != nil || !slices.Equal(r.Names(), []string{"b", "c"}) {
		t.Error(c, err, r.Names())
	}
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var checks atomic.Int64
		var down atomic.Bool
		b := newBreaker(t, breaker.Options{ResetTimeout: 12 * time.Second, HealthCheck: func(context.Context) error {
			checks.Add(1)
			if down.Load() {
				return errDown
			}
			return nil
		}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.Watch(ctx, 0) }()
		synctest.Wait()
		if checks.Load() != 1 || b.State() != breaker.Closed {
			t.Errorf("%d checks, %v", checks.Load(), b.State())
		}
		down.Store(true)
		time.Sleep(11 * time.Second) // simulated
		synctest.Wait()
		if checks.Load() != 3 || b.State() != breaker.Open || b.Until() != begin.Add(22*time.Second) {
			t.Errorf("%d checks, %v until %v", checks.Load(), b.State(), b.Until())
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	b := newBreaker(t, breaker.Options{})
	for _, err := range []error{b.CheckHealth(t.Context()), b.Watch(t.Context(), 0)} {
		if !errors.Is(err, holdfast.CodeBadArgument) {
			t.Error(err)
		}
	}
}

func TestStatesAndReasonsHaveNames(t *testing.T) {
	for s := range breaker.HalfOpen + 1 {
		var back breaker.State
		text, err := s.MarshalText()
		if err != nil || string(text) != s.String() || back.UnmarshalText(text) != nil || back != s {
			t.Errorf("%v is written %q and read %v", s, text, back)
		}
	}
	if _, err := breaker.State(9).MarshalText(); !errors.Is(err, holdfast.CodeBadArgument) {
		t.Error(err)
	}
	seen := map[string]bool{}
	for r := range breaker.ByRestore + 1 {
		if s := r.String(); s == "" || seen[s] {
			t.Errorf("reason %d is %q", r, s)
		} else {
			seen[s] = true
		}
	}
}
