package breaker

import (
	"math/bits"
	"time"
)

// What is counted.
const (
	calls = iota
	successes
	failures
	timeouts
	canceledCalls
	rejected
	atCapacity
	fallbacks
	tallies
)

type tally [tallies]uint64

// window is a ring of buckets over the time just past.
type window struct {
	epoch time.Time
	size  time.Duration // of a bucket
	last  int64         // number of the bucket that is under way; number n begins at epoch + n × size
	ring  []bucket
}

type bucket struct {
	tally
	succeeded, failed uint64 // of what the rules go by
	latency           latencies
}

// newWindow has buckets begin at multiples of their length since 1970, so that those of a process that is started
// again are the same. Later times are measured from there by the monotonic clock.
func newWindow(now time.Time, length time.Duration, buckets int) window {
	size := length / time.Duration(buckets)
	return window{epoch: now.Add(-time.Duration(now.UnixNano()) % size), size: size, ring: make([]bucket, buckets)}
}

// number returns which bucket a time belongs to; before the epoch they are negative.
func (w *window) number(at time.Time) int64 {
	since := at.Sub(w.epoch)
	n := int64(since / w.size)
	if since%w.size < 0 {
		n--
	}
	return n
}

func (w *window) bucket(number int64) *bucket {
	n := int64(len(w.ring))
	return &w.ring[((number%n)+n)%n]
}

// at moves the window on to a time, and returns the bucket that is under way. A clock that goes back stays in it.
func (w *window) at(now time.Time) *bucket {
	if n := w.number(now); n > w.last {
		for i := max(w.last+1, n-int64(len(w.ring))+1); i <= n; i++ {
			w.bucket(i).empty()
		}
		w.last = n
	}
	return w.bucket(w.last)
}

func (b *bucket) empty() {
	counts := b.latency.counts // kept, so that a busy breaker allocates nothing
	clear(counts)
	*b = bucket{latency: latencies{counts: counts}}
}

// forget empties what the rules go by; the statistics stay.
func (w *window) forget() {
	for i := range w.ring {
		w.ring[i].succeeded, w.ring[i].failed = 0, 0
	}
}

// rule sums what the rate rule goes by.
func (w *window) rule() (ok, bad uint64) {
	for i := range w.ring {
		ok += w.ring[i].succeeded
		bad += w.ring[i].failed
	}
	return ok, bad
}

// latencies is a histogram of fixed size: 8 classes for each power of two of microseconds, up to 2^36 µs or 19 hours.
// A class is at most an eighth wider than its lower end, so its middle is within a sixteenth of any value in it.
// This is the layout of HdrHistogram (hdrhistogram.org) with three bits of precision.
type latencies struct {
	counts   []uint32 // nil until the first
	n        uint64
	sum      time.Duration
	min, max time.Duration
}

const (
	classBits = 3
	classes   = (36 - classBits + 1) << classBits
)

func classOf(d time.Duration) int {
	us := uint64(d / time.Microsecond)
	if us < 1<<classBits {
		return int(us)
	}
	shift := bits.Len64(us) - 1 - classBits
	return min(classes-1, shift<<classBits+int(us>>shift))
}

// middle returns the middle of a class.
func middle(class int) time.Duration {
	if class < 1<<classBits {
		return time.Duration(class)*time.Microsecond + time.Microsecond/2
	}
	shift := class>>classBits - 1
	low := uint64(class&(1<<classBits-1)+1<<classBits) << shift
	return time.Duration(low)*time.Microsecond + time.Duration(1)<<shift*time.Microsecond/2
}

func (l *latencies) add(d time.Duration) {
	if l.counts == nil {
		l.counts = make([]uint32, classes)
	}
	l.counts[classOf(d)]++
	l.widen(d, d)
	l.n++
	l.sum += d
}

func (l *latencies) widen(low, high time.Duration) {
	if l.n == 0 {
		l.min, l.max = low, high
	}
	l.min, l.max = min(l.min, low), max(l.max, high)
}

func (l *latencies) join(m *latencies) {
	if m.n == 0 {
		return
	}
	for i, c := range m.counts {
		l.counts[i] += c
	}
	l.widen(m.min, m.max)
	l.n += m.n
	l.sum += m.sum
}

// percentile returns the least latency that the given part of all does not exceed, by nearest rank.
func (l *latencies) percentile(part float64) time.Duration {
	if l.n == 0 {
		return 0
	}
	rank := uint64(part*float64(l.n) + 0.999999)
	var seen uint64
	for class, c := range l.counts {
		if seen += uint64(c); seen >= rank {
			return min(max(middle(class), l.min), l.max)
		}
	}
	return l.max
}
