package monitor

import (
	"runtime/metrics"
	"time"
)

// Usage is what the process uses, and how busy the machine is. What the system does not tell is 0.
type Usage struct {
	// CPU time of the process since its start, user and system.
	CPU time.Duration
	// Resident memory of the process, in bytes. Linux only.
	Resident uint64
	// Heap is what objects take, with those that are garbage but not yet collected; Runtime is all that the Go runtime has from the
	// system. In bytes.
	Heap, Runtime uint64
	// Goroutines at the moment.
	Goroutines int
	// Load averages of the machine over 1, 5 and 15 minutes. Linux only: Loads is false elsewhere.
	Load  [3]float64
	Loads bool
}

// ReadUsage reads it. It stops nothing, and takes some tens of microseconds. It may be called concurrently.
func ReadUsage() Usage {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"}, {Name: "/sched/goroutines:goroutines"}}
	metrics.Read(samples)
	value := func(i int) uint64 {
		if samples[i].Value.Kind() != metrics.KindUint64 {
			return 0
		}
		return samples[i].Value.Uint64()
	}
	u := Usage{CPU: cpu(), Resident: resident(), Heap: value(0), Runtime: value(1) - value(2), Goroutines: int(value(3))}
	u.Load, u.Loads = load()
	return u
}
