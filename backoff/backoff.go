// Package backoff decides how long to wait before the next attempt: exponentially longer, with jitter, up to a
// limit. It has no clock and no goroutine of its own.
package backoff

import (
	"math"
	"math/rand/v2"
	"time"
)

// First says whether the first attempt after a failure waits.
type First uint8

const (
	// FirstDelayed waits before the first retry too. It is the default: clients that were all cut off by one
	// event must not all come back in the same instant.
	FirstDelayed First = iota
	// FirstImmediate makes the first retry without waiting.
	FirstImmediate
)

// DefaultMinUptime is how long a connection must have been up to count, unless Options say otherwise. The value is
// reconnecting-websocket's.
const DefaultMinUptime = 5 * time.Second

// Options configure a Backoff. The zero value is useful.
type Options struct {
	// BaseDelay is the delay before the first retry. Default 1 s.
	BaseDelay time.Duration
	// Multiplier is how much longer each delay is than the one before, at least 1. Default 2.
	Multiplier float64
	// MaxDelay is the longest delay, jitter included. Default 30 s.
	MaxDelay time.Duration
	// Jitter is the part of a delay, 0 to 1, by which it is made longer or shorter at random. Default 0.5;
	// a negative value means none.
	Jitter float64
	// MaxRetries is how many retries there are until Next says no. Default 0: no limit.
	MaxRetries int
	// MinUptime is how long a connection must have stayed up for Up to reset the count; a server that
	// accepts and closes at once is not hammered. Default 5 s.
	MinUptime time.Duration
	// First says whether the first retry waits. Default FirstDelayed.
	First First
}

// Backoff counts attempts. One goroutine at a time may use it.
type Backoff struct {
	o       Options
	rand    func() float64
	retries int
}

// New returns a Backoff. random gives numbers in [0, 1); nil means math/rand/v2.
func New(o Options, random func() float64) *Backoff {
	if random == nil {
		random = rand.Float64
	}
	return &Backoff{o: o.withDefaults(), rand: random}
}

func (o Options) withDefaults() Options {
	if o.BaseDelay <= 0 {
		o.BaseDelay = time.Second
	}
	if !(o.Multiplier >= 1) || math.IsInf(o.Multiplier, 0) {
		o.Multiplier = 2
	}
	if o.MaxDelay <= 0 {
		o.MaxDelay = 30 * time.Second
	}
	switch {
	case o.Jitter == 0 || math.IsNaN(o.Jitter):
		o.Jitter = 0.5
	case o.Jitter < 0:
		o.Jitter = 0
	case o.Jitter > 1:
		o.Jitter = 1
	}
	if o.MinUptime <= 0 {
		o.MinUptime = DefaultMinUptime
	}
	return o
}

// Next returns how long to wait before the next retry, or false if there have been as many as allowed.
func (b *Backoff) Next() (time.Duration, bool) {
	if b.o.MaxRetries > 0 && b.retries >= b.o.MaxRetries {
		return 0, false
	}
	n := b.retries
	b.retries++
	if b.o.First == FirstImmediate {
		if n == 0 {
			return 0, true
		}
		n--
	}
	d := float64(b.o.BaseDelay) * math.Pow(b.o.Multiplier, float64(n))
	longest := float64(b.o.MaxDelay)
	d = min(d, longest)
	d *= 1 + b.o.Jitter*(2*b.rand()-1)
	return time.Duration(min(d, longest)), true
}

// Retries returns how many retries there have been since the last reset.
func (b *Backoff) Retries() int { return b.retries }

// Reset starts again with the first delay.
func (b *Backoff) Reset() { b.retries = 0 }

// Up reports a connection that was open for so long before it ended. It resets the count, and returns true,
// only if that was MinUptime or more.
func (b *Backoff) Up(open time.Duration) bool {
	if open < b.o.MinUptime {
		return false
	}
	b.Reset()
	return true
}
