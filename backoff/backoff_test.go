package backoff

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDefaults(t *testing.T) {
	middle := New(Options{}, func() float64 { return 0.5 }) // no jitter
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		if d, ok := middle.Next(); !ok || d != want*time.Second {
			t.Errorf("retry %d after %v, %v", i+1, d, ok)
		}
	}
	if middle.Retries() != 7 {
		t.Errorf("%d retries", middle.Retries())
	}
}

// TestJitterSpreads: the delays of many fill the whole range around the course, and none of them is on it together.
func TestJitterSpreads(t *testing.T) {
	for random, want := range map[float64]time.Duration{0: 500 * time.Millisecond, 0.25: 750 * time.Millisecond, 0.75: 1250 * time.Millisecond} {
		b := New(Options{}, func() float64 { return random })
		if d, _ := b.Next(); d != want {
			t.Errorf("%v after a random %v, want %v", d, random, want)
		}
	}
}

func TestFirstImmediate(t *testing.T) {
	b := New(Options{First: FirstImmediate, Jitter: -1}, nil)
	for i, want := range []time.Duration{0, 1, 2} {
		if d, _ := b.Next(); d != want*time.Second {
			t.Errorf("retry %d after %v", i+1, d)
		}
	}
}

func TestOnlyAConnectionThatStayedUpResets(t *testing.T) {
	b := New(Options{Jitter: -1}, nil)
	b.Next()
	if b.Up(5*time.Second - 1) {
		t.Error("a short one reset the count")
	}
	if d, _ := b.Next(); d != 2*time.Second {
		t.Errorf("then %v", d)
	}
	if !b.Up(5 * time.Second) {
		t.Error("a long one did not")
	}
	if d, _ := b.Next(); d != time.Second {
		t.Errorf("then %v", d)
	}
}

// Whatever the options: no delay is below nothing or above the limit, none is far from its exponential course,
// and retries end exactly where they should.
func TestDelaysStayWithinTheirBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{
			BaseDelay:  time.Duration(rapid.Int64Range(-1, int64(time.Hour)).Draw(t, "base")),
			Multiplier: rapid.Float64().Draw(t, "multiplier"),
			MaxDelay:   time.Duration(rapid.Int64Range(-1, int64(100*time.Hour)).Draw(t, "max")),
			Jitter:     rapid.Float64().Draw(t, "jitter"),
			MaxRetries: rapid.IntRange(0, 20).Draw(t, "retries"),
			First:      First(rapid.IntRange(0, 1).Draw(t, "first")),
		}
		b := New(o, func() float64 { return rapid.Float64Range(0, math.Nextafter(1, 0)).Draw(t, "random") })
		w := o.withDefaults()
		course := float64(w.BaseDelay)
		for i := range 40 {
			d, ok := b.Next()
			if ok != (o.MaxRetries == 0 || i < o.MaxRetries) {
				t.Fatalf("retry %d of %d: %v", i+1, o.MaxRetries, ok)
			}
			if !ok {
				break
			}
			if i == 0 && o.First == FirstImmediate {
				if d != 0 {
					t.Fatalf("the first waits for %v", d)
				}
				continue
			}
			capped := min(course, float64(w.MaxDelay))
			if d < 0 || d > w.MaxDelay || float64(d) < capped*(1-w.Jitter)-1 || float64(d) > capped*(1+w.Jitter)+1 {
				t.Fatalf("retry %d after %v; course %v, limit %v, jitter %v", i+1, d, time.Duration(capped), w.MaxDelay, w.Jitter)
			}
			course *= w.Multiplier
		}
	})
}
