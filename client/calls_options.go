package client

import "time"

// CallsOptions configure Calls. The zero value is useful.
type CallsOptions struct {
	// Codec says how a request carries its id, and which messages are answers. Default JSONCalls{}.
	Codec CallCodec
	// Timeout of a call, with all waiting for connections and all repetitions. Default 30 s; negative: only the caller's context bounds it.
	Timeout time.Duration
	// Retries is how often a call that may be repeated is sent again after it may have been sent; see Idempotent and WithRetries. Default 3;
	// negative: never.
	Retries int
	// Patience is after how long without an answer a call that may be repeated is sent again on the same connection, with the same id.
	// Default: never; only the end of a connection has it sent again.
	Patience time.Duration
	// MaxCalls is how many calls may be under way at a time; more fail with CodeAtCapacity. Default 1,000.
	MaxCalls int
	// Backlog is how many messages that are no answers wait to be taken from Messages. Default 256.
	Backlog int
	// Others says what happens when so many wait. Default OthersDropOldest.
	Others OthersPolicy
}

// OthersPolicy says what happens to messages that are no answers and that nobody takes.
type OthersPolicy uint8

const (
	// OthersDropOldest: the oldest makes room, and CallsStats counts it. The default.
	OthersDropOldest OthersPolicy = iota
	// OthersWait: nothing more is received until there is room, answers neither. Messages must be taken all the time, and not
	// by a goroutine that makes calls.
	OthersWait
)

// CallOption changes one call.
type CallOption func(*callOptions)

type callOptions struct {
	timeout time.Duration
	retries int
	repeat  bool
}

// WithTimeout bounds one call in place of CallsOptions.Timeout; negative: only the caller's context does.
func WithTimeout(d time.Duration) CallOption { return func(o *callOptions) { o.timeout = d } }

// Idempotent says that it does no harm if the server carries a call out more than once. It is sent again after the connection has ended, up to
// CallsOptions.Retries times.
func Idempotent() CallOption { return func(o *callOptions) { o.repeat = true } }

// WithRetries is Idempotent with a number of its own; 0 is never.
func WithRetries(n int) CallOption {
	return func(o *callOptions) { o.retries, o.repeat = n, n > 0 }
}

// CallsStats are counters since NewCalls, and what is so at the moment.
type CallsStats struct {
	// UnderWay are calls that have not returned.
	UnderWay int
	// Calls that have begun; how often one was sent again; how many ran into their timeout; how many were given up because the connection ended.
	Calls, Repeats, Timeouts, Cut uint64
	// Others are messages that were no answers to a call under way; Dropped of them made room for newer ones.
	Others, Dropped uint64
}

func (o CallsOptions) withDefaults() CallsOptions {
	if o.Codec == nil {
		o.Codec = JSONCalls{}
	}
	o.Timeout = first(o.Timeout, 30*time.Second)
	o.Retries = first(o.Retries, 3)
	o.MaxCalls = first(o.MaxCalls, 1000)
	o.Backlog = first(o.Backlog, 256)
	return o
}
