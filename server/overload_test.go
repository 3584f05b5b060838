package server

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestLevelsOfStrain(t *testing.T) {
	for _, c := range []struct {
		x    strain
		want Shedding
		why  string
	}{
		{strain{}, ShedNothing, "memory is at 0 % of its limit"},
		{strain{memory: 0.99, queue: 0.9, workers: 0.9}, ShedNothing, "memory is at 99 % of its limit"},
		{strain{memory: 1}, ShedConnections, "memory is at 100 % of its limit"},
		{strain{memory: 1.05}, ShedHistory, "memory is at 105 % of its limit"},
		{strain{memory: 1.2, queue: 1}, ShedPublishes, "memory is at 120 % of its limit"},
		{strain{queue: 1}, ShedConnections, "the queue of publishes has been full for 1.0 times the limit"},
		{strain{memory: 1, queue: 2}, ShedHistory, "the queue of publishes has been full for 2.0 times the limit"},
		{strain{workers: 4}, ShedPublishes, "a worker is late by 4.0 times the limit"},
	} {
		if got := c.x.level(); got != c.want || c.x.String() != c.why {
			t.Errorf("%+v: %v, %q", c.x, got, c.x.String())
		}
	}
}

// More is shed at once, less only after a while of calm, a level at a time; and connections are always the first to be refused and
// the last to be taken again.
func TestSheddingSettles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o overload
		was, calm := ShedNothing, 0
		for range rapid.IntRange(1, 100).Draw(t, "looks") {
			x := strain{memory: rapid.SampledFrom([]float64{0, 0.9, 1, 1.06, 1.5}).Draw(t, "memory")}
			now := o.settle(x)
			want := x.level()
			if want >= was {
				calm = 0
			} else {
				calm++
			}
			switch {
			case now < want:
				t.Fatalf("%v under %v", now, x)
			case want >= was && now != want:
				t.Fatalf("%v, want %v at once", now, want)
			case want < was && now != was && (calm < calmLooks || now != was-1):
				t.Fatalf("from %v to %v after %d looks", was, now, calm)
			}
			if now < was {
				calm = 0
			}
			was = now
		}
		for range int(ShedPublishes) * calmLooks {
			o.settle(strain{})
		}
		if o.level.Load() != uint32(ShedNothing) {
			t.Fatalf("afterwards %v", o.level.Load())
		}
	})
}

// A crowd that is refused and does what it is told comes back at the rate, not at once, and nobody is sent away for long.
func TestRefusedCrowdComesBackAtTheRate(t *testing.T) {
	const crowd, rate, hold = 10_000, 100, 5 * time.Second
	now := time.Unix(1e9, 0)
	a := newAdmission(0, 0, now)
	back := map[int]int{} // by second
	for range crowd {
		wait := a.refuse(now, hold, rate)
		if wait < hold || wait > maxPromise+time.Second {
			t.Fatalf("told to wait for %v", wait)
		}
		back[int(wait/time.Second)]++
	}
	for second, n := range back {
		if n > rate+1 {
			t.Errorf("%d come back in second %d", n, second)
		}
	}
	if len(back) < crowd/rate {
		t.Errorf("they come back within %d seconds", len(back))
	}
	for range 100 * crowd {
		if wait := a.refuse(now, hold, rate); wait > maxPromise+time.Second {
			t.Fatalf("told to wait for %v", wait)
		}
	}
}
