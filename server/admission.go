package server

import (
	"math"
	"sync"
	"time"
)

// admission lets connections in at a rate, and tells the others when to come back: each is given the next free moment of that rate, so that a
// crowd that comes all at once comes back one by one. It is a token bucket with a queue that exists only as a time: nobody waits here.
type admission struct {
	rate  float64 // a second; 0: everybody comes in
	burst float64

	mu       sync.Mutex
	tokens   float64
	filled   time.Time
	promised time.Time // the last moment that was given away
}

func newAdmission(rate float64, burst int, now time.Time) *admission {
	b := float64(burst)
	if burst <= 0 {
		b = math.Ceil(rate)
	}
	return &admission{rate: rate, burst: b, tokens: b, filled: now}
}

// maxPromise is how far ahead moments are given away; then it begins from the front again, so that nobody is sent away for long.
const maxPromise = 5 * time.Minute

// refuse returns how long a client is to stay away that is not let in now in any case: until its moment, at a rate, from hold on.
func (a *admission) refuse(now time.Time, hold time.Duration, rate float64) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if begin := now.Add(hold); a.promised.Before(begin) || a.promised.After(now.Add(maxPromise)) {
		a.promised = begin
	}
	a.promised = a.promised.Add(time.Duration(float64(time.Second) / rate))
	return max(a.promised.Sub(now), time.Second)
}

// admit returns 0, or how long the client is to stay away.
func (a *admission) admit(now time.Time) time.Duration {
	if a.rate <= 0 {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tokens = min(a.burst, a.tokens+now.Sub(a.filled).Seconds()*a.rate)
	a.filled = now
	if a.tokens >= 1 {
		a.tokens--
		return 0
	}
	if a.promised.Before(now) {
		a.promised = now
	}
	a.promised = a.promised.Add(time.Duration(float64(time.Second) / a.rate))
	return max(a.promised.Sub(now), time.Second)
}
