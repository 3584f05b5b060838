package monitor

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A quantile is never below the true one, and at most an eighth above it, as long as durations are in range.
func TestQuantilesAreClose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Histogram
		spans := rapid.SliceOfN(rapid.Int64Range(1<<minBits, 1<<maxBits-1), 1, 200).Draw(t, "spans")
		var sum time.Duration
		for _, d := range spans {
			h.Record(time.Duration(d), 1)
			sum += time.Duration(d)
		}
		slices.Sort(spans)
		s := h.Snapshot()
		if s.Count != uint64(len(spans)) || s.Sum != sum || s.Mean() != sum/time.Duration(len(spans)) {
			t.Fatalf("%d durations of %v in all, want %d and %v", s.Count, s.Sum, len(spans), sum)
		}
		for _, i := range []int{0, len(spans) / 2, len(spans) - 1} {
			q := (float64(i) + 1) / float64(len(spans))
			got, want := s.Quantile(q), time.Duration(spans[i])
			if got < want || float64(got) > 1.125*float64(want)+1 {
				t.Fatalf("quantile %v is %v, want %v", q, got, want)
			}
		}
	})
}

// What no bucket of its own has is in the first or the last.
func TestDurationsOutOfRange(t *testing.T) {
	for _, c := range []struct{ recorded, want time.Duration }{
		{-time.Second, 1 << minBits}, {0, 1 << minBits}, {1<<minBits - 1, 1 << minBits}, {1 << maxBits, 1 << maxBits}, {1 << 62, 1 << maxBits},
	} {
		var h Histogram
		h.Record(c.recorded, 1)
		if s := h.Snapshot(); s.Quantile(1) != c.want || s.Quantile(0) != c.want {
			t.Errorf("%v is counted below %v, want %v", c.recorded, s.Quantile(1), c.want)
		}
	}
	var none Snapshot
	if none.Quantile(.5) != 0 || none.Mean() != 0 {
		t.Error("there is a quantile of nothing")
	}
}

// Buckets follow one another without a gap.
func TestBucketsAdjoin(t *testing.T) {
	for i := range Buckets - 1 {
		if b := UpperBound(i); bucketOf(b-1) != i || bucketOf(b) != i+1 {
			t.Errorf("bucket %d ends at %v: that is bucket %d, and below it %d", i, b, bucketOf(b), bucketOf(b-1))
		}
	}
}

func TestSnapshotSince(t *testing.T) {
	var h Histogram
	h.Record(time.Second, 3)
	earlier := h.Snapshot()
	h.Record(time.Millisecond, 2)
	now := h.Snapshot()
	if d := now.Since(&earlier); d.Count != 2 || d.Sum != 2*time.Millisecond || d.Quantile(1) > 2*time.Millisecond {
		t.Errorf("%d durations, %v in all, the longest %v", d.Count, d.Sum, d.Quantile(1))
	}
}

func TestRecordingAllocatesNothing(t *testing.T) {
	var h Histogram
	if n := testing.AllocsPerRun(100, func() { h.Record(time.Millisecond, 7) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRecord(b *testing.B) {
	var h Histogram
	for i := range b.N {
		h.Record(time.Duration(i)<<8, 1)
	}
}

// A ring has the last values, in order.
func TestRing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(0, 8).Draw(t, "limit")
		r := NewRing[int](limit)
		var all []int
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			if rapid.IntRange(0, 9).Draw(t, "step") == 0 {
				r.Clear()
				all = nil
			} else {
				all = append(all, len(all))
				r.Add(len(all) - 1)
			}
			want := all[max(0, len(all)-max(1, limit)):]
			if got := r.Values(); !slices.Equal(got, want) || got == nil {
				t.Fatalf("has %v, want %v", got, want)
			}
		}
	})
}

// What the process does shows in what it uses.
func TestUsageMoves(t *testing.T) {
	before := ReadUsage()
	ballast := make([]byte, 64<<20)
	for i := range ballast {
		ballast[i] = byte(i) // touched, so that it is resident
	}
	stop := make(chan struct{})
	go func() { <-stop }()
	after := ReadUsage()
	for deadline := time.Now().Add(time.Minute); after.CPU <= before.CPU && time.Now().Before(deadline); {
		after = ReadUsage()
	}
	if after.Heap < before.Heap+60<<20 || after.Runtime < 60<<20 || after.Goroutines <= before.Goroutines || after.CPU <= before.CPU {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if runtime.GOOS == "linux" && (after.Resident < 64<<20 || !after.Loads) {
		t.Errorf("on Linux: %+v", after)
	}
	runtime.KeepAlive(ballast)
	close(stop)
}
