package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// faultLog knows what was done to a crowd and when, and how long each client took to be served again.
type faultLog struct {
	mu     sync.Mutex
	faults []*fault
	count  map[string]int
}

// fault is something that was done to everybody.
type fault struct {
	kind     string
	at       time.Duration
	sure     time.Duration // what is published from then on comes by another connection
	downtime time.Duration // of the server, because of it
	over     [2]map[int]time.Duration
}

// sign of life after a fault.
type sign int

const (
	delivered    sign = iota // a record came that was published after the fault
	acknowledged             // a record was acknowledged that was published after the fault
)

var signs = []string{"first delivery", "first ack"}

func newFaultLog() *faultLog { return &faultLog{count: map[string]int{}} }

// add counts something that was done to one process, or to a random connection.
func (f *faultLog) add(kind string, n int) {
	f.mu.Lock()
	f.count[kind] += n
	f.mu.Unlock()
}

// hit notes a fault that hits everybody between at and sure.
func (f *faultLog) hit(kind string, at, sure time.Duration) *fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := &fault{kind: kind, at: at, sure: sure, over: [2]map[int]time.Duration{{}, {}}}
	f.faults = append(f.faults, x)
	f.count[kind]++
	return x
}

// down notes how long the server was away because of it.
func (f *faultLog) down(x *fault, d time.Duration) {
	f.mu.Lock()
	x.downtime = d
	f.mu.Unlock()
}

// over notes that a client saw something at now that was published at that time.
func (f *faultLog) over(client int, s sign, published, now time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := len(f.faults) - 1; i >= 0; i-- {
		x := f.faults[i]
		if published < x.sure {
			continue
		}
		if _, known := x.over[s][client]; known {
			return // and so are all before it
		}
		x.over[s][client] = now - x.at
	}
}

// recovered reports whether so many clients have got over every fault.
func (f *faultLog) recovered(clients int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, x := range f.faults {
		if len(x.over[delivered]) < clients || len(x.over[acknowledged]) < clients {
			return false
		}
	}
	return true
}

// times returns, sorted, how long clients took after faults of a kind, beyond the server's downtime if so wanted.
func (f *faultLog) times(kind string, s sign, beyond bool) (list []time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, x := range f.faults {
		if kind != "" && x.kind != kind {
			continue
		}
		for _, d := range x.over[s] {
			if beyond {
				d -= x.downtime
			}
			list = append(list, d)
		}
	}
	slices.Sort(list)
	return list
}

func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func (f *faultLog) kinds() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := map[string]bool{}
	for _, x := range f.faults {
		seen[x.kind] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// log prints how often each thing was done, and the times to recover.
func (f *faultLog) log(t testing.TB) {
	t.Helper()
	f.mu.Lock()
	var text []string
	for _, kind := range slices.Sorted(maps.Keys(f.count)) {
		text = append(text, fmt.Sprintf("%s %d", kind, f.count[kind]))
	}
	f.mu.Unlock()
	t.Logf("faults: %s", strings.Join(text, ", "))
	for _, kind := range f.kinds() {
		var down []time.Duration
		f.mu.Lock()
		for _, x := range f.faults {
			if x.kind == kind {
				down = append(down, x.downtime)
			}
		}
		f.mu.Unlock()
		slices.Sort(down)
		for s, name := range signs {
			all, beyond := f.times(kind, sign(s), false), f.times(kind, sign(s), true)
			t.Logf("%s, %s: %d times, p50 %s, p99 %s, max %s; beyond the server's downtime (%s to %s): p50 %s, p99 %s, max %s", kind, name, len(all),
				round(quantile(all, 0.5)), round(quantile(all, 0.99)), round(quantile(all, 1)), round(quantile(down, 0)), round(quantile(down, 1)),
				round(quantile(beyond, 0.5)), round(quantile(beyond, 0.99)), round(quantile(beyond, 1)))
		}
	}
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// counts returns all that was done, with what the proxy did.
func (f *faultLog) counts(w *world) map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := maps.Clone(f.count)
	if w.proxy != nil {
		for mode, n := range w.proxy.Stats().Done {
			c["connection "+string(mode)] += n
		}
	}
	return c
}

// tally appends a line of figures to the file that HOLDFAST_SIM_REPORT names.
func tally(t testing.TB, operations int64, faults map[string]int, violations int) {
	t.Helper()
	path := os.Getenv("HOLDFAST_SIM_REPORT")
	if path == "" {
		return
	}
	line, err := json.Marshal(map[string]any{"layer": "processes", "test": t.Name(), "operations": operations, "faults": faults, "violations": violations})
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
}
