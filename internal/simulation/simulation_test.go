package simulation

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Every promise of spec/guarantees.md, under every fault that can be simulated.
func TestSimulation(t *testing.T) {
	seeds := uint64(30)
	if n, err := strconv.ParseUint(os.Getenv("SEEDS"), 10, 64); err == nil {
		seeds = n
	}
	first := uint64(1)
	if n, err := strconv.ParseUint(os.Getenv("HOLDFAST_SEED"), 10, 64); err == nil {
		first, seeds = n, 1
	}
	for seed := first; seed < first+seeds; seed++ {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			p := draw(seed)
			start := time.Now()
			r := simulate(t, p)
			if f := os.Getenv("HOLDFAST_HISTORY"); f != "" {
				var b strings.Builder
				for i := range r.history {
					e := &r.history[i]
					fmt.Fprintf(&b, "#%d %8s %s\n", i, e.At.Sub(r.history[0].At).Round(time.Millisecond), e.String())
				}
				os.WriteFile(f, []byte(b.String()), 0o600)
			}
			if len(r.failures) > 0 {
				t.Errorf("%s", p)
				for i, f := range r.failures {
					if i < 10 {
						t.Error(f)
					}
				}
			}
			t.Logf("%v real, %v simulated: %v %v", time.Since(start).Round(time.Millisecond), r.simulated.Round(time.Second), r.counts, r.faults)
		})
	}
}
