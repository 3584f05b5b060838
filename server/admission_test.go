package server

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A crowd that comes all at once, and does what it is told, comes in at the rate, and nobody is asked more than a few times.
func TestAdmissionOfACrowd(t *testing.T) {
	const rate, crowd = 100, 2000
	begin := time.Unix(1e9, 0)
	a := newAdmission(rate, 0, begin)
	at := make([]time.Duration, crowd) // when each comes next
	tries := make([]int, crowd)
	in, last := 0, time.Duration(0)
	for now := time.Duration(0); in < crowd; now += time.Millisecond {
		for i := range at {
			if at[i] != now {
				continue
			}
			tries[i]++
			wait := a.admit(begin.Add(now))
			if wait == 0 {
				in, last = in+1, now
				continue
			}
			wait = (wait + time.Second - 1) / time.Second * time.Second // as Retry-After says it
			at[i] = now + wait + time.Duration(i%250)*time.Millisecond  // and as clients spread it
		}
		if now > time.Minute {
			t.Fatalf("%d of %d are in after a minute", in, crowd)
		}
	}
	if implied := time.Second * (crowd - rate) / rate; last > implied*3/2 {
		t.Errorf("it took %v, and the rate implies %v", last, implied)
	}
	most := 0
	for _, n := range tries {
		most = max(most, n)
	}
	if most > 6 {
		t.Errorf("somebody had to ask %d times", most)
	}
}

// Whoever comes, in any second no more than the burst and the rate are let in.
func TestAdmissionHoldsTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(0.5, 500).Draw(t, "rate")
		burst := rapid.IntRange(1, 50).Draw(t, "burst")
		now := time.Unix(1e9, 0)
		begin := now
		a := newAdmission(rate, burst, now)
		in := 0
		for range rapid.IntRange(1, 500).Draw(t, "clients") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "ms")) * time.Millisecond)
			if wait := a.admit(now); wait == 0 {
				in++
			} else if wait < time.Second {
				t.Fatalf("told to wait for %v", wait)
			}
		}
		if most := float64(burst) + now.Sub(begin).Seconds()*rate + 1e-6; float64(in) > most {
			t.Errorf("%d were let in, and at most %v may be", in, most)
		}
	})
}

func TestNoAdmissionLimit(t *testing.T) {
	a := newAdmission(0, 0, time.Now())
	for range 100_000 {
		if a.admit(time.Now()) != 0 {
			t.Fatal("somebody was turned away")
		}
	}
}
