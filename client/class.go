package client

import (
	"math"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Class says what kind of failure ended a connection, or an attempt to make one. What is done about it, and how
// often, depends on the class; see [Strategy]. The classes, and which failure falls into which, are in
// spec/classes.json; docs/close-codes.md explains them.
type Class uint8

const (
	// ClassNone is no class: nothing failed.
	ClassNone Class = 0
	// ClassOwn is the first number for classes that an application adds; see [Classes].
	ClassOwn Class = 128
)

// String returns the word that spec/classes.json uses. Classes.Name knows those that an application has added.
func (k Class) String() string {
	if int(k) < len(classTable) {
		return classTable[k].name
	}
	return "class " + strconv.Itoa(int(k))
}

// What returns one sentence that says what happened; "" for classes that the table does not have.
func (k Class) What() string { return k.info().what }

// Hint returns one sentence that says what a person can do about it; "" for classes that the table does not have.
func (k Class) Hint() string { return k.info().hint }

// Strategy returns what is done about the class by default. What it leaves at zero is as the general backoff has it.
// The numbers are those of spec/classes.json.
func (k Class) Strategy() Strategy { return k.info().strategy }

func (k Class) info() classInfo {
	if int(k) < len(classTable) {
		return classTable[k]
	}
	return classInfo{}
}

// RetryMode says whether failures of a class are followed by another attempt.
type RetryMode uint8

const (
	// RetryDefault leaves it to the table; for a class that an application has added it is RetryAlways.
	RetryDefault RetryMode = iota
	// RetryAlways makes another attempt, as long as there are retries left.
	RetryAlways
	// RetryNever stops at once.
	RetryNever
)

// String returns "default", "retry" or "stop".
func (m RetryMode) String() string {
	switch m {
	case RetryDefault:
		return "default"
	case RetryAlways:
		return "retry"
	case RetryNever:
		return "stop"
	}
	return "mode " + strconv.Itoa(int(m))
}

// Strategy is what is done about the failures of one class. Fields that are zero are not set, and taken from what
// is more general: the backoff's own options, the class's default, the general default, in that order.
type Strategy struct {
	// Retry says whether there is another attempt at all.
	Retry RetryMode
	// MaxRetries is how many retries in a row there are for this class. 0: not set; negative: no limit.
	MaxRetries int
	// BaseDelay is the delay before the first retry. 0: not set.
	BaseDelay time.Duration
	// Multiplier is how much longer each delay is than the one before, at least 1. 0: not set.
	Multiplier float64
}

// Classes changes which failure falls into which class, and what is done about a class. The zero value, and nil, are
// the table of spec/classes.json. It may be used concurrently as long as nobody changes it.
//
// An application adds a class of its own by giving it a number from ClassOwn up:
//
//	const maintenance = client.ClassOwn
//
//	classes := &client.Classes{
//		Names:      map[client.Class]string{maintenance: "maintenance"},
//		Codes:      map[holdfast.Code]client.Class{4999: maintenance, 1000: client.ClassServer},
//		Strategies: map[client.Class]client.Strategy{maintenance: {BaseDelay: time.Minute, MaxRetries: -1}},
//	}
type Classes struct {
	// Codes gives classes to close codes (1000 to 4999) and HTTP statuses (100 to 599), in place of the table's. It has
	// the last word on a code: of the table's exceptions within a class none is left. Not for Holdfast's own codes when this
	// end found the failure, such as CodeCanceled.
	Codes map[holdfast.Code]Class
	// Match may give another class to a failure than the table and Codes do: for errors of a dialer or a token function, for
	// ranges of codes. It gets the error and what would be said of it, and returns ClassNone to leave that. It may be
	// called concurrently and must return at once. Optional.
	Match func(err error, v Verdict) Class
	// Strategies changes what is done about a class.
	Strategies map[Class]Strategy
	// Names of classes from ClassOwn up. A class without one is called "class 128" and so on.
	Names map[Class]string
}

// Verdict says what a failure is.
type Verdict struct {
	// Class it falls into.
	Class Class
	// Retryable is whether another attempt makes sense. For ClassAuthentication: with new credentials, if there are any
	// to ask for.
	Retryable bool
	// Code is that of the *holdfast.Error, or of the close frame, or the HTTP status; 0 where there is none. 4000 to 4999 of
	// a server that is not Holdfast are the application's own, whatever Code.String says.
	Code holdfast.Code
	// Status is the HTTP status that came in place of 101; 0 where there was none.
	Status int
	// RetryAfter is how long the server asks to wait, not yet bounded by anything; 0 where it did not ask.
	RetryAfter time.Duration
	// Hint is one sentence for a person: what to do.
	Hint string
}

// Name returns the name of a class, be it the table's or the application's own.
func (c *Classes) Name(k Class) string {
	if c != nil && k >= ClassOwn && c.Names[k] != "" {
		return c.Names[k]
	}
	return k.String()
}

// strategy returns what the application has changed about a class.
func (c *Classes) strategy(k Class) Strategy {
	if c == nil {
		return Strategy{}
	}
	return c.Strategies[k]
}

// retryable decides about a class; exception is what the table has for this one failure.
func (c *Classes) retryable(k Class, exception RetryMode) bool {
	if exception == RetryNever {
		return false
	}
	for _, m := range [...]RetryMode{c.strategy(k).Retry, exception, k.Strategy().Retry} {
		if m != RetryDefault {
			return m == RetryAlways
		}
	}
	return k != ClassNone
}

// Validate looks for numbers that are out of range and classes that do not exist. The error is CodeBadArgument and
// names the field.
func (c *Classes) Validate() error {
	const op = "check classes"
	if c == nil {
		return nil
	}
	for code, k := range c.Codes {
		if !k.known() || code < 100 || code > 599 && code < 1000 || code > 4999 {
			return badArgument(op, "Classes.Codes: "+strconv.Itoa(int(code))+" as "+c.Name(k)+": a close code (1000 to 4999) or an HTTP status (100 to 599) and a class are wanted")
		}
	}
	for k, s := range c.Strategies {
		field := "Classes.Strategies: " + c.Name(k) + ": "
		switch {
		case !k.known():
			return badArgument(op, field+"there is no such class; those of an application begin at ClassOwn")
		case s.Retry > RetryNever:
			return badArgument(op, field+"Retry: "+s.Retry.String()+" is not a mode")
		case s.BaseDelay < 0:
			return badArgument(op, field+"BaseDelay: "+s.BaseDelay.String()+" is negative")
		case s.Multiplier != 0 && !(s.Multiplier >= 1 && s.Multiplier <= math.MaxFloat64):
			return badArgument(op, field+"Multiplier: "+strconv.FormatFloat(s.Multiplier, 'g', -1, 64)+" is not a number from 1 up")
		}
	}
	for k := range c.Names {
		if k < ClassOwn {
			return badArgument(op, "Classes.Names: "+k.String()+" has its name; those of an application begin at ClassOwn")
		}
	}
	return nil
}

func (k Class) known() bool { return k != ClassNone && int(k) < len(classTable) || k >= ClassOwn }

type classInfo struct {
	name     string
	strategy Strategy
	what     string
	hint     string
}

// classRange gives a class to some numbers.
type classRange struct {
	from, to holdfast.Code
	class    Class
	retry    RetryMode // in place of the class's own
	hint     string
}

// rangeOf returns the first range that holds a number.
func rangeOf(table []classRange, n holdfast.Code) classRange {
	for _, r := range table {
		if n >= r.from && n <= r.to {
			return r
		}
	}
	return classRange{from: n, to: n, class: ClassProtocol}
}
