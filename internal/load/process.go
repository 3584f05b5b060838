package load

import (
	"context"
	"sync/atomic"
	"time"
)

// Process is the server's process, or several of them, seen from outside. The zero value measures nothing.
type Process struct {
	PIDs []int
}

// Memory of a process, in bytes.
type Memory struct {
	RSS  int64 `json:"rss"`
	PSS  int64 `json:"pss,omitempty"`
	Anon int64 `json:"anon,omitempty"` // resident, and of no file
}

func (m Memory) minus(n Memory) Memory {
	return Memory{RSS: m.RSS - n.RSS, PSS: m.PSS - n.PSS, Anon: m.Anon - n.Anon}
}

// CPU is what the processes have used so far, user and system together, of all threads that they had.
func (p Process) CPU() time.Duration {
	var sum time.Duration
	for _, pid := range p.PIDs {
		sum += cpuOf(pid)
	}
	return sum
}

// Memory is what the processes hold now.
func (p Process) Memory() Memory {
	var sum Memory
	for _, pid := range p.PIDs {
		m := memoryOf(pid)
		sum.RSS, sum.PSS, sum.Anon = sum.RSS+m.RSS, sum.PSS+m.PSS, sum.Anon+m.Anon
	}
	return sum
}

// Measured says whether there is something to measure, and the system tells.
func (p Process) Measured() bool { return len(p.PIDs) > 0 && cpuOf(p.PIDs[0]) > 0 }

// peakEvery is how often the peak is looked at.
const peakEvery = 50 * time.Millisecond

// Peak begins to watch the resident memory. The function that it returns ends that, and says the most that was seen.
func (p Process) Peak(ctx context.Context) (stop func() int64) {
	if !p.Measured() {
		return func() int64 { return 0 }
	}
	var peak atomic.Int64
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	look := func() {
		var sum int64
		for _, pid := range p.PIDs {
			sum += rssOf(pid)
		}
		peak.Store(max(peak.Load(), sum))
	}
	go func() {
		defer close(done)
		tick := time.NewTicker(peakEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				look()
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() int64 {
		cancel()
		<-done
		look()
		return peak.Load()
	}
}
