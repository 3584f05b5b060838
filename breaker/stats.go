package breaker

import "time"

// Counters count calls.
type Counters struct {
	// Calls is how many asked for leave, whatever became of them.
	Calls uint64 `json:"calls"`
	// Successes ended well, or with an error that is not a failure.
	Successes uint64 `json:"successes"`
	// Failures include Timeouts.
	Failures uint64 `json:"failures"`
	Timeouts uint64 `json:"timeouts"`
	// Canceled count for nothing.
	Canceled uint64 `json:"canceled"`
	// Rejected were refused because the breaker was open, or half-open and busy.
	Rejected uint64 `json:"rejected"`
	// AtCapacity were refused because Options.Capacity were under way.
	AtCapacity uint64 `json:"atCapacity"`
	// Fallbacks were answered by a fallback.
	Fallbacks uint64 `json:"fallbacks"`
}

func (t *tally) counters() Counters {
	return Counters{
		Calls: t[calls], Successes: t[successes], Failures: t[failures], Timeouts: t[timeouts],
		Canceled: t[canceledCalls], Rejected: t[rejected], AtCapacity: t[atCapacity], Fallbacks: t[fallbacks],
	}
}

func (c Counters) tally() tally {
	return tally{
		calls: c.Calls, successes: c.Successes, failures: c.Failures, timeouts: c.Timeouts,
		canceledCalls: c.Canceled, rejected: c.Rejected, atCapacity: c.AtCapacity, fallbacks: c.Fallbacks,
	}
}

// Latency is how long the calls in the window took that succeeded, failed or timed out. P995 is of 99.5 %. Count, Mean, Min and Max are exact;
// the percentiles, by nearest rank, are within 6.25 % (or half a microsecond) up to 19 hours.
type Latency struct {
	Count                              uint64
	Mean, Min, Max                     time.Duration
	P25, P50, P75, P90, P95, P99, P995 time.Duration
}

// Stats are a breaker's figures at one time.
type Stats struct {
	Name  string
	State State
	// Reason is why it is in State, and Since when.
	Reason Reason
	Since  time.Time
	// Until is when an open breaker lets a trial through.
	Until   time.Time
	Enabled bool
	// ConsecutiveFailures are those since the last success, or since it was closed.
	ConsecutiveFailures int
	// InFlight is how many calls are under way.
	InFlight int
	// Window counts the calls of Options.Window: what was asked, and what ended, in it.
	Window Counters
	// FailureRate is the part of the calls that ended in Window that failed; 0 without any.
	FailureRate float64
	Latency     Latency
	// Total counts since New, and what a snapshot brought along.
	Total Counters
}

// Stats returns the figures at this time.
func (b *Breaker) Stats() Stats {
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(now)
	b.window.at(now)
	sum, took := b.window.sum()
	s := Stats{
		Name: b.o.Name, State: b.state, Reason: b.reason, Since: b.since, Until: b.until, Enabled: !b.disabled,
		ConsecutiveFailures: b.failures, InFlight: b.slots.busy(),
		Window: sum.counters(), Total: b.total.counters(), Latency: took.figures(),
	}
	if ended := sum[successes] + sum[failures]; ended > 0 {
		s.FailureRate = float64(sum[failures]) / float64(ended)
	}
	return s
}

// count adds one.
func (b *Breaker) count(now time.Time, what int) {
	b.window.at(now).tally[what]++
	b.total[what]++
}

// record counts a call that ended.
func (b *Breaker) record(now time.Time, how outcome, took time.Duration) {
	switch how {
	case succeeded:
		b.count(now, successes)
	case timedOut:
		b.count(now, timeouts)
		b.count(now, failures)
	case failed:
		b.count(now, failures)
	case canceled:
		b.count(now, canceledCalls)
		return
	}
	b.window.at(now).latency.add(took)
}

func (w *window) sum() (tally, latencies) {
	var sum tally
	took := latencies{counts: make([]uint32, classes)}
	for i := range w.ring {
		for what, n := range w.ring[i].tally {
			sum[what] += n
		}
		took.join(&w.ring[i].latency)
	}
	return sum, took
}

func (l *latencies) figures() Latency {
	if l.n == 0 {
		return Latency{}
	}
	return Latency{
		Count: l.n, Mean: l.sum / time.Duration(l.n), Min: l.min, Max: l.max,
		P25: l.percentile(0.25), P50: l.percentile(0.5), P75: l.percentile(0.75), P90: l.percentile(0.9),
		P95: l.percentile(0.95), P99: l.percentile(0.99), P995: l.percentile(0.995),
	}
}
