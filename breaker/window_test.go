package breaker

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Any latency is in a class whose middle is within a sixteenth of it.
func TestClassesAreNarrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, int64(19*time.Hour)).Draw(t, "latency"))
		m := middle(classOf(d))
		if off := (m - d).Abs(); float64(off) > max(float64(d)/16, float64(time.Microsecond)/2)+1 {
			t.Fatalf("%v is in the class around %v", d, m)
		}
	})
	if classOf(math.MaxInt64) != classes-1 || classOf(0) != 0 {
		t.Error("the ends are elsewhere")
	}
}

// Percentiles of many latencies are those of the sorted list, within a sixteenth.
func TestPercentilesAreNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Map(rapid.Int64Range(0, int64(time.Minute)), func(n int64) time.Duration { return time.Duration(n) }), 1, 300).Draw(t, "latencies")
		var l, other latencies
		for i, d := range all {
			if i%3 == 0 {
				other.add(d)
			} else {
				l.add(d)
			}
		}
		sum := latencies{counts: make([]uint32, classes)}
		sum.join(&l)
		sum.join(&other)
		slices.Sort(all)
		f := sum.figures()
		if f.Min != all[0] || f.Max != all[len(all)-1] || f.Count != uint64(len(all)) {
			t.Fatalf("%+v of %v", f, all)
		}
		for part, got := range map[float64]time.Duration{0.25: f.P25, 0.5: f.P50, 0.75: f.P75, 0.9: f.P90, 0.95: f.P95, 0.99: f.P99, 0.995: f.P995} {
			want := all[int(math.Ceil(part*float64(len(all))-1e-9))-1]
			if off := (got - want).Abs(); float64(off) > max(float64(want)/16, float64(time.Microsecond)/2)+1 {
				t.Fatalf("%v of %d is %v, want %v", part, len(all), got, want)
			}
		}
	})
}
