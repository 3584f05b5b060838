package breaker

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// maxBuckets bounds what a breaker's statistics take: a bucket has about 1.2 kB once calls ended in it.
const maxBuckets = 1000

// UntilReset, given to Trip, keeps a breaker open until Reset (or for 292 years).
const UntilReset time.Duration = math.MaxInt64

// Options configure a Breaker. The zero value is useful: five failures in a row open it for a minute.
type Options struct {
	// Name is what errors and snapshots call it, say a host. Optional.
	Name string
	// FailureThreshold is how many failures in a row open it. Default 5; a negative value turns this rule off.
	FailureThreshold int
	// FailureRate is the part of the calls in Window, above 0 and up to 1, that opens it when so many or more failed,
	// out of at least Volume. It is looked at after each failure; a success never opens a breaker. Only calls since it
	// was last closed count. Default 0: this rule is off.
	FailureRate float64
	// Volume is the least number of calls in Window for FailureRate to mean something. Default 20.
	Volume int
	// Window is the time that FailureRate and the statistics look back on. Default 10 s.
	Window time.Duration
	// Buckets is how many parts of equal length Window moves on in, 1 to 1,000: it covers the part that is under way,
	// and Buckets-1 before it. Default 10.
	Buckets int
	// ResetTimeout is how long it stays open until a trial is let through. Default 60 s.
	ResetTimeout time.Duration
	// HalfOpenMaxRequests is how many trials must succeed, while it is half-open, to close it. Those that are under way
	// and those that succeeded are together never more than that. One that fails opens it again. Default 3.
	HalfOpenMaxRequests int
	// Timeout bounds a call through Do or Call, by the machine's clock and not by Now. Default 5 s; a negative value
	// means none.
	Timeout time.Duration
	// Capacity is how many calls may be under way at a time; more are refused with CodeAtCapacity. Default 0: no bound.
	Capacity int
	// WarmUp is a time after New in which failures open nothing. Default 0: none.
	WarmUp time.Duration
	// IsFailure tells which errors of calls are failures. Others count as successes: who says "not found" is alive.
	// It may be called concurrently, and is not asked about nil, a timeout, or a call through Do whose caller's context
	// was canceled, which counts for nothing. Default: every error is a failure.
	IsFailure func(error) bool
	// HealthCheck is what CheckHealth and Watch call; it should return when ctx ends. Default: none.
	HealthCheck func(ctx context.Context) error
	// Now is the clock. It may be called concurrently. Default time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	setDefault(&o.FailureThreshold, 5)
	setDefault(&o.Volume, 20)
	setDefault(&o.Window, 10*time.Second)
	setDefault(&o.Buckets, 10)
	setDefault(&o.ResetTimeout, time.Minute)
	setDefault(&o.HalfOpenMaxRequests, 3)
	setDefault(&o.Timeout, 5*time.Second)
	if o.IsFailure == nil {
		o.IsFailure = func(error) bool { return true }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// check judges options that have their defaults.
func (o Options) check() error {
	bad := func(format string, args ...any) error {
		return badArgument("make a breaker", fmt.Sprintf(format, args...))
	}
	switch {
	case !(o.FailureRate >= 0 && o.FailureRate <= 1):
		return bad("FailureRate is %v; it must be from 0 to 1", o.FailureRate)
	case o.Volume < 0:
		return bad("Volume is %d; it must not be negative", o.Volume)
	case o.Buckets < 0 || o.Buckets > maxBuckets:
		return bad("Buckets is %d; it must be from 1 to %d", o.Buckets, maxBuckets)
	case o.Window < time.Duration(o.Buckets):
		return bad("Window is %v; it must be at least one ns for each of %d Buckets", o.Window, o.Buckets)
	case o.ResetTimeout < 0:
		return bad("ResetTimeout is %v; it must not be negative", o.ResetTimeout)
	case o.HalfOpenMaxRequests < 0:
		return bad("HalfOpenMaxRequests is %d; it must not be negative", o.HalfOpenMaxRequests)
	case o.Capacity < 0:
		return bad("Capacity is %d; it must not be negative", o.Capacity)
	case o.WarmUp < 0:
		return bad("WarmUp is %v; it must not be negative", o.WarmUp)
	}
	return nil
}

func badArgument(op, detail string) error {
	return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: op, Detail: detail}
}
