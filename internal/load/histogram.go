package load

import (
	"math/bits"
	"sync/atomic"
	"time"
)

const (
	subBits = 7 // 128 steps to each doubling: an error of less than 0.8 %
	octaves = 36
	buckets = octaves << subBits
)

// Histogram counts durations up to an hour. Record may be called concurrently.
type Histogram struct {
	counts [buckets]atomic.Uint32
	max    atomic.Int64
}

// Record counts n durations of d.
func (h *Histogram) Record(d time.Duration, n uint32) {
	d = max(d, 0)
	h.counts[bucketOf(uint64(d))].Add(n)
	for {
		m := h.max.Load()
		if int64(d) <= m || h.max.CompareAndSwap(m, int64(d)) {
			return
		}
	}
}

func bucketOf(v uint64) int {
	e := bits.Len64(v) - 1 - subBits
	if e <= 0 {
		return int(v)
	}
	return min(buckets-1, (e+1)<<subBits+int(v>>e)&(1<<subBits-1))
}

func lowOf(bucket int) time.Duration {
	e := bucket>>subBits - 1
	if e <= 0 {
		return time.Duration(bucket)
	}
	return time.Duration((1<<subBits | bucket&(1<<subBits-1)) << e)
}

// Quantile returns the duration that a part q of all does not exceed, to 0.8 %.
func (h *Histogram) Quantile(q float64) time.Duration {
	var total uint64
	for i := range h.counts {
		total += uint64(h.counts[i].Load())
	}
	if total == 0 {
		return 0
	}
	rank, sum := uint64(q*float64(total-1)), uint64(0)
	for i := range h.counts {
		if sum += uint64(h.counts[i].Load()); sum > rank {
			return min(lowOf(i), h.Max())
		}
	}
	return h.Max()
}

// Max is the longest.
func (h *Histogram) Max() time.Duration { return time.Duration(h.max.Load()) }
