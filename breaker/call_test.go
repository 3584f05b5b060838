package breaker_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

// What becomes of a call, by what its function does, whose context ends, and when.
func TestDo(t *testing.T) {
	heeds := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for name, c := range map[string]struct {
		o      breaker.Options
		f      func(ctx context.Context) error
		caller time.Duration // until it cancels; 0: never
		code   holdfast.Code // 0: not an error of ours
		err    error
		took   time.Duration
		want   breaker.Counters
	}{
		"succeeds":             {f: func(context.Context) error { return nil }, want: breaker.Counters{Successes: 1}},
		"fails":                {f: func(context.Context) error { return errDown }, err: errDown, want: breaker.Counters{Failures: 1}},
		"fails, not a failure": {o: breaker.Options{IsFailure: func(error) bool { return false }}, f: func(context.Context) error { return errDown }, err: errDown, want: breaker.Counters{Successes: 1}},
		"takes too long":       {f: heeds, code: holdfast.CodeTimeout, err: context.DeadlineExceeded, took: 5 * time.Second, want: breaker.Counters{Failures: 1, Timeouts: 1}},
		"a timeout is a failure, whatever the filter": {
			o: breaker.Options{Timeout: time.Second, IsFailure: func(error) bool { return false }},
			f: heeds, code: holdfast.CodeTimeout, took: time.Second, want: breaker.Counters{Failures: 1, Timeouts: 1},
		},
		"succeeds too late": {
			f:    func(context.Context) error { time.Sleep(7 * time.Second); return nil },
			took: 7 * time.Second, want: breaker.Counters{Failures: 1, Timeouts: 1},
		},
		"fails too late": {
			f:    func(context.Context) error { time.Sleep(7 * time.Second); return errDown },
			code: holdfast.CodeTimeout, err: errDown, took: 7 * time.Second, want: breaker.Counters{Failures: 1, Timeouts: 1},
		},
		"without a timeout": {
			o: breaker.Options{Timeout: -1}, f: func(context.Context) error { time.Sleep(time.Hour); return nil },
			took: time.Hour, want: breaker.Counters{Successes: 1},
		},
		"the caller cancels": {f: heeds, caller: time.Second, err: context.Canceled, took: time.Second, want: breaker.Counters{Canceled: 1}},
		"the caller cancels, wrapped": {
			f:      func(ctx context.Context) error { return fmt.Errorf("read: %w", heeds(ctx)) },
			caller: time.Second, err: context.Canceled, took: time.Second, want: breaker.Counters{Canceled: 1},
		},
		"the caller cancels, and it fails otherwise": {
			f: func(ctx context.Context) error { _ = heeds(ctx); return errDown }, caller: time.Second, err: errDown, took: time.Second, want: breaker.Counters{Failures: 1},
		},
		"canceled by itself": {f: func(context.Context) error { return context.Canceled }, err: context.Canceled, want: breaker.Counters{Failures: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBreaker(t, c.o)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.caller > 0 {
					defer time.AfterFunc(c.caller, cancel).Stop()
				}
				begin := time.Now()
				err := b.Do(ctx, c.f)
				if holdfast.CodeOf(err) != c.code || c.err != nil && !errors.Is(err, c.err) || (err != nil) != (c.err != nil || c.code != 0) {
					t.Errorf("returns %v", err)
				}
				if took := time.Since(begin); took != c.took {
					t.Errorf("took %v, want %v", took, c.took)
				}
				c.want.Calls = 1
				if s := b.Stats(); s.Total != c.want || s.InFlight != 0 {
					t.Errorf("%+v, want %+v", s.Total, c.want)
				}
			})
		})
	}
}

// A call that hangs counts when its time is over, not when it returns; and it keeps its place until then.
func TestCallsThatHangOpenTheBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker(t, breaker.Options{FailureThreshold: 1, Timeout: time.Second, ResetTimeout: time.Second, Capacity: 1})
		release, returned := make(chan struct{}), make(chan error)
		go func() { returned <- b.Do(t.Context(), func(context.Context) error { <-release; return nil }) }()
		synctest.Wait()
		time.Sleep(1500 * time.Millisecond) // simulated
		synctest.Wait()
		if s := b.Stats(); s.State != breaker.Open || s.InFlight != 1 || s.Total.Timeouts != 1 || s.Latency.Max != time.Second {
			t.Errorf("%+v", s)
		}
		time.Sleep(time.Second)
		if _, err := b.Allow(); !errors.Is(err, holdfast.CodeAtCapacity) {
			t.Error(err)
		}
		close(release)
		if err := <-returned; err != nil {
			t.Error(err)
		}
		if s := b.Stats(); s.State != breaker.HalfOpen || s.InFlight != 0 || s.Total.Failures != 1 || s.Total.Successes != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// The caller's own deadline is a failure, but not the breaker's timeout.
func TestTheCallersDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker(t, breaker.Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := b.Do(ctx, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		if err != context.DeadlineExceeded || b.Stats().Total != (breaker.Counters{Calls: 1, Failures: 1}) {
			t.Errorf("%v, %+v", err, b.Stats().Total)
		}
	})
}

func TestPanicsFail(t *testing.T) {
	for _, timeout := range []time.Duration{-1, time.Hour} {
		b := newBreaker(t, breaker.Options{FailureThreshold: 1, Timeout: timeout})
		func() {
			defer func() {
				if r := recover(); r != "oh" {
					t.Errorf("recovered %v", r)
				}
			}()
			_ = b.Do(t.Context(), func(context.Context) error { panic("oh") })
		}()
		if s := b.Stats(); s.State != breaker.Open || s.InFlight != 0 {
			t.Errorf("%+v", s)
		}
	}
}

func TestFallback(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx    context.Context
		before func(*breaker.Breaker)
		err    error // of the function
		want   string
		asked  holdfast.Code // what the fallback heard; 0: not ours
	}{
		"succeeds":             {want: "result"},
		"fails":                {err: errDown, want: "fallback"},
		"fails, not a failure": {err: errIgnored, want: "result"},
		"refused":              {before: func(b *breaker.Breaker) { b.Trip(0) }, want: "fallback", asked: holdfast.CodeCircuitOpen},
		"at capacity":          {before: func(b *breaker.Breaker) { _, _ = b.Allow() }, want: "fallback", asked: holdfast.CodeAtCapacity},
		"disabled":             {before: func(b *breaker.Breaker) { b.Disable() }, err: errDown, want: "result"},
		"the caller has gone":  {ctx: canceled, err: context.Canceled, want: "result"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBreaker(t, breaker.Options{Name: name, Capacity: 1, IsFailure: func(err error) bool { return err == errDown }})
			if c.before != nil {
				c.before(b)
			}
			if c.ctx == nil {
				c.ctx = t.Context()
			}
			var heard error
			got, err := breaker.Call(c.ctx, b, func(context.Context) (string, error) { return "result", c.err },
				breaker.WithFallback(func(_ context.Context, err error) (string, error) { heard = err; return "fallback", nil }))
			if got != c.want || holdfast.CodeOf(heard) != c.asked {
				t.Errorf("%q, %v; the fallback heard %v", got, err, heard)
			}
			fell := c.want == "fallback"
			if (err == nil) != (fell || c.err == nil) || (b.Stats().Total.Fallbacks == 1) != fell {
				t.Errorf("%v, %+v", err, b.Stats().Total)
			}
		})
	}
}

// A call allocates nothing when there is no timeout.
func TestCallsAllocateNothing(t *testing.T) {
	b := newBreaker(t, breaker.Options{Timeout: -1, FailureThreshold: -1, FailureRate: 1, Volume: 1 << 40})
	ctx := t.Context()
	for name, f := range map[string]func(context.Context) error{
		"success": func(context.Context) error { return nil },
		"failure": func(context.Context) error { return errDown },
	} {
		if n := testing.AllocsPerRun(1000, func() { _ = b.Do(ctx, f) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	if n := testing.AllocsPerRun(1000, func() {
		ticket, _ := b.Allow()
		ticket.Done(nil)
	}); n != 0 {
		t.Errorf("a ticket: %v allocations", n)
	}
}

func BenchmarkDo(b *testing.B) {
	f := func(context.Context) error { return nil }
	for name, timeout := range map[string]time.Duration{"no timeout": -1, "timeout": time.Minute} {
		b.Run(name, func(b *testing.B) {
			br := newBreaker(b, breaker.Options{Timeout: timeout})
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				_ = br.Do(ctx, f)
			}
		})
	}
	b.Run("refused", func(b *testing.B) {
		br := newBreaker(b, breaker.Options{})
		br.Trip(breaker.UntilReset)
		ctx := b.Context()
		b.ReportAllocs()
		for b.Loop() {
			_ = br.Do(ctx, f)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		br := newBreaker(b, breaker.Options{Timeout: -1})
		ctx := b.Context()
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_ = br.Do(ctx, f)
			}
		})
	})
}
