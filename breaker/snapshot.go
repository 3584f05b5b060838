package breaker

import (
	"fmt"
	"time"
)

// snapshotVersion is the one that this program writes and reads.
const snapshotVersion = 1

// maxSnapshotCount is the largest count in a snapshot: what JSON numbers hold exactly everywhere, 2^53.
const maxSnapshotCount = 1 << 53

// Snapshot is what a breaker knows, to be kept as JSON and restored by another process, so that one that is started
// again does not run against what is known to be down. Times are absolute.
type Snapshot struct {
	// Version is 1.
	Version int    `json:"version"`
	Name    string `json:"name,omitempty"`
	// Taken is when.
	Taken time.Time `json:"taken"`
	State State     `json:"state"`
	Since time.Time `json:"since"`
	// Until is when an open breaker lets a trial through; zero otherwise.
	Until    time.Time `json:"until,omitzero"`
	Disabled bool      `json:"disabled,omitempty"`
	// ConsecutiveFailures are those since the last success.
	ConsecutiveFailures int `json:"consecutiveFailures,omitempty"`
	// Ended are the calls that the rate rule goes by, oldest first, at most 1,000 entries.
	Ended []SnapshotCalls `json:"ended,omitempty"`
	Total Counters        `json:"total"`
}

// SnapshotCalls are calls that ended in one part of the window.
type SnapshotCalls struct {
	// At is when that part began.
	At        time.Time `json:"at"`
	Successes uint64    `json:"successes"`
	Failures  uint64    `json:"failures"`
}

// Snapshot returns what it knows at this time. Latencies, calls under way and the successes of a half-open breaker are not in it.
func (b *Breaker) Snapshot() Snapshot {
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(now)
	b.window.at(now)
	s := Snapshot{
		Version: snapshotVersion, Name: b.o.Name, Taken: now.UTC(), State: b.state, Since: b.since.UTC(),
		Disabled: b.disabled, ConsecutiveFailures: b.failures, Total: b.total.counters(),
	}
	if b.state == Open {
		s.Until = b.until.UTC()
	}
	w := &b.window
	for n := w.last - int64(len(w.ring)) + 1; n <= w.last; n++ {
		if c := w.bucket(n); c.succeeded > 0 || c.failed > 0 {
			at := w.epoch.Add(time.Duration(n) * w.size)
			s.Ended = append(s.Ended, SnapshotCalls{At: at.UTC(), Successes: c.succeeded, Failures: c.failed})
		}
	}
	return s
}

// Restore puts a breaker where a snapshot was; what it knew itself is forgotten, and calls under way decide nothing
// any more. An open breaker stays open until the snapshot's Until, but no longer than was left when it was taken, in case the clock
// went back in between; if that time has passed it is half-open at once. A half-open one begins its trials anew.
//
// Errors: CodeBadArgument, which names the field, if the snapshot is of another version or breaker, or no breaker makes it.
// Then nothing has changed.
func (b *Breaker) Restore(s Snapshot) error {
	if err := b.check(&s); err != nil {
		return err
	}
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total, b.disabled = s.Total.tally(), s.Disabled
	if s.State == Open {
		b.until = now.Add(max(0, min(s.Until.Sub(now), s.Until.Sub(s.Taken))))
	}
	b.move(now, s.State, ByRestore, nil)
	b.failures = s.ConsecutiveFailures
	if s.Since.Before(now) {
		b.since = s.Since.UTC()
	}
	b.window.restore(now, s.Ended)
	b.advance(now)
	return nil
}

// check judges a snapshot that may come from anywhere.
func (b *Breaker) check(s *Snapshot) error {
	bad := func(format string, args ...any) error {
		return badArgument("restore a breaker", fmt.Sprintf(format, args...))
	}
	switch {
	case s.Version != snapshotVersion:
		return bad("version is %d; this program reads %d", s.Version, snapshotVersion)
	case s.Name != "" && b.o.Name != "" && s.Name != b.o.Name:
		return bad("name is %.80q; this breaker is %q", s.Name, b.o.Name)
	case int(s.State) >= len(stateNames):
		return bad("state is %d", s.State)
	case s.Taken.IsZero():
		return bad("taken is missing")
	case s.Since.UTC().Year() < 1:
		return bad("since is %v, which is before all years", s.Since)
	case s.State == Open && s.Until.IsZero():
		return bad("until is missing, and the state is open")
	case s.ConsecutiveFailures < 0 || int64(s.ConsecutiveFailures) > maxSnapshotCount:
		return bad("consecutiveFailures is %d; it must be from 0 to 2^53", s.ConsecutiveFailures)
	case len(s.Ended) > maxBuckets:
		return bad("ended has %d entries; the limit is %d", len(s.Ended), maxBuckets)
	}
	for i, n := range s.Total.tally() {
		if n > maxSnapshotCount {
			return bad("count %d of total is %d; it must be at most 2^53", i, n)
		}
	}
	for i, c := range s.Ended {
		if c.Successes > maxSnapshotCount || c.Failures > maxSnapshotCount {
			return bad("counts of ended %d are %d and %d; they must be at most 2^53", i, c.Successes, c.Failures)
		}
	}
	return nil
}

// restore has the rules go by calls that ended before. What the window has moved past is left out, and what is
// said to be of the future has just ended.
func (w *window) restore(now time.Time, ended []SnapshotCalls) {
	w.at(now)
	w.forget()
	for _, c := range ended {
		n := min(w.number(c.At), w.last)
		if n > w.last-int64(len(w.ring)) {
			b := w.bucket(n)
			b.succeeded += c.Successes
			b.failed += c.Failures
		}
	}
}
