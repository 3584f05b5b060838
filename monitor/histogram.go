package monitor

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Buckets are logarithmic with linear parts, as in HdrHistogram: each power of two nanoseconds is divided into 8, so that a quantile
// is at most 12.5 % too high and never too low.
const (
	minBits = 10 // all below 1.024 µs is one bucket
	maxBits = 37 // all from 137 s on is one bucket
	subBits = 3

	// Buckets is how many there are.
	Buckets = (maxBits-minBits)<<subBits + 2
)

// Histogram counts durations. The zero value is ready to use; all methods may be called concurrently. Recording allocates nothing
// and takes no lock.
type Histogram struct {
	sum    atomic.Int64
	counts [Buckets]atomic.Uint64
}

// Record counts a duration n times. One below zero counts as zero.
func (h *Histogram) Record(d time.Duration, n int) {
	d = max(d, 0)
	h.counts[bucketOf(d)].Add(uint64(n))
	h.sum.Add(int64(d) * int64(n))
}

func bucketOf(d time.Duration) int {
	e := bits.Len64(uint64(d)) - 1
	switch {
	case e < minBits:
		return 0
	case e >= maxBits:
		return Buckets - 1
	}
	return 1 + (e-minBits)<<subBits + int(d>>(e-subBits))&(1<<subBits-1)
}

// UpperBound returns the duration that all of a bucket lie below. The last bucket has none, and returns its lower bound.
func UpperBound(bucket int) time.Duration {
	switch {
	case bucket <= 0:
		return 1 << minBits
	case bucket >= Buckets-1:
		return 1 << maxBits
	}
	e, sub := (bucket-1)>>subBits+minBits, (bucket-1)&(1<<subBits-1)
	return time.Duration(1<<subBits+sub+1) << (e - subBits)
}

// Snapshot returns what was counted so far. Durations that are recorded meanwhile may be missing in Sum or in Counts.
func (h *Histogram) Snapshot() Snapshot {
	s := Snapshot{Sum: time.Duration(h.sum.Load())}
	for i := range h.counts {
		s.Counts[i] = h.counts[i].Load()
		s.Count += s.Counts[i]
	}
	return s
}

// Snapshot is a histogram at a moment, or what came between two.
type Snapshot struct {
	// Count of durations, and their Sum.
	Count uint64
	Sum   time.Duration
	// Counts by bucket; see [UpperBound].
	Counts [Buckets]uint64
}

// Since returns what came after an earlier snapshot of the same histogram.
func (s *Snapshot) Since(earlier *Snapshot) Snapshot {
	d := Snapshot{Count: s.Count - earlier.Count, Sum: s.Sum - earlier.Sum}
	for i := range s.Counts {
		d.Counts[i] = s.Counts[i] - earlier.Counts[i]
	}
	return d
}

// Quantile returns the duration that the share q of all is not above, for q from 0 to 1: the upper bound of its bucket. It is 0
// where nothing was counted.
func (s *Snapshot) Quantile(q float64) time.Duration {
	if s.Count == 0 {
		return 0
	}
	rank := max(1, uint64(q*float64(s.Count)+0.5))
	for i, n := range s.Counts {
		if n >= rank {
			return UpperBound(i)
		}
		rank -= n
	}
	return UpperBound(Buckets - 1)
}

// Mean returns the average, 0 where nothing was counted.
func (s *Snapshot) Mean() time.Duration {
	if s.Count == 0 {
		return 0
	}
	return s.Sum / time.Duration(s.Count)
}
