package client

import (
	"math/rand/v2"
	"time"

	"github.com/holdfast-ws/holdfast/backoff"
)

// maxRetryAfter bounds how long a server can make a client stay away.
const maxRetryAfter = 10 * time.Minute

// redial decides whether there is another attempt, and when: for sessions and sockets alike, it is the only way to one. It is pure.
type redial struct {
	o       backoff.Options // as the user has set them
	mode    redialMode
	classes *Classes
	retries int // where neither the user nor the class says how many; 0: no limit
	random  func() float64

	one      *backoff.Backoff // of all classes that have nothing of their own
	by       map[Class]*backoff.Backoff
	attempts int // since a connection was up for long enough
}

// redialMode says whether each class of failure has a backoff of its own.
type redialMode uint8

const (
	redialPlain redialMode = iota
	redialClassed
)

// next returns how long to wait before the next attempt, or false if there is none.
func (r *redial) next(v Verdict) (time.Duration, bool) {
	if r.random == nil {
		r.random = rand.Float64
	}
	if n := r.o.MaxRetries; n > 0 && r.attempts >= n && r.classes.strategy(v.Class).MaxRetries == 0 {
		return 0, false // of all classes together
	}
	delay, ok := r.backoff(v.Class).Next()
	if !ok {
		return 0, false
	}
	r.attempts++
	if wait := min(v.RetryAfter, maxRetryAfter); wait > delay {
		delay = r.spread(wait, delay)
	}
	return delay, true
}

// spread makes what a server has said longer, so that not all come at once.
func (r *redial) spread(wait, delay time.Duration) time.Duration {
	return wait + time.Duration(r.random()*float64(min(wait/4, delay)))
}

// limit returns how many attempts in a row a class of failure has; 0: no limit.
func (r *redial) limit(c Class) int { return max(0, r.options(c).MaxRetries) }

func (r *redial) backoff(c Class) *backoff.Backoff {
	if r.mode == redialPlain || r.options(c) == r.options(0) {
		if r.one == nil {
			r.one = backoff.New(r.options(0), r.random)
		}
		return r.one
	}
	if r.by[c] == nil {
		if r.by == nil {
			r.by = map[Class]*backoff.Backoff{}
		}
		r.by[c] = backoff.New(r.options(c), r.random)
	}
	return r.by[c]
}

// options puts together what counts for a class: what the user has said of it, then what he has said of all, then what the table says.
func (r *redial) options(c Class) backoff.Options {
	o := r.o
	var mine, table Strategy
	if r.mode == redialClassed {
		mine, table = r.classes.strategy(c), c.Strategy()
	}
	o.MaxRetries = first(mine.MaxRetries, r.o.MaxRetries, table.MaxRetries, r.retries)
	o.BaseDelay = first(mine.BaseDelay, r.o.BaseDelay, table.BaseDelay)
	o.Multiplier = first(mine.Multiplier, r.o.Multiplier, table.Multiplier)
	return o
}

// first returns the first value that was set.
func first[T comparable](values ...T) T {
	var zero T
	for _, v := range values {
		if v != zero {
			return v
		}
	}
	return zero
}

// up reports a connection that was open for so long. It starts all over if that was long enough.
func (r *redial) up(open time.Duration) {
	if !r.backoff(0).Up(open) {
		return
	}
	r.attempts = 0
	for _, b := range r.by {
		b.Reset()
	}
}

// reset starts all over, because somebody asked for it.
func (r *redial) reset() { r.one, r.by, r.attempts = nil, nil, 0 }

// minUptime is how long a connection must be up to count as one.
func (r *redial) minUptime() time.Duration { return first(r.o.MinUptime, backoff.DefaultMinUptime) }
