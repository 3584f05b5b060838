package load

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Options of one run. Each work has defaults of its own for what is zero; see [Works].
type Options struct {
	// Connections: subscribers, publishers or clients, as the work has it.
	Connections int
	// Subscriptions of each connection, where a work has many. Default: 1.
	Subscriptions int
	// Messages that are published, by each publisher.
	Messages int
	// Warmup messages before them, which are not measured. A negative number means none.
	Warmup int
	// InFlight is how many publishes of one connection may be unanswered.
	InFlight int
	// Settles says when a publish is no longer in flight. Default: SettlesAcked.
	Settles Settles
	// Rate of publishes a second.
	Rate float64
	// Size of a payload in bytes. Default: 128.
	Size int
	// Channels says which channel a connection has. Default: as the work has it.
	Channels Channels
	// Rest before memory is looked at. Default: 5 s.
	Rest time.Duration
	// Dialing is how many connections are opened at a time. Default: 64, a storm 512.
	Dialing int
	// Reading says how subscribers' connections are read. Default: ReadingGoroutines.
	Reading Reading
	// Timeout for what is to come. Default: 60 s.
	Timeout time.Duration
	// Begin is called when what is measured begins. Default: nothing is.
	Begin func()
	// Name that is part of all channels, so that runs do not see each other's. Default: drawn.
	Name string
}

// Channels says which channel a connection has.
type Channels uint8

const (
	// ChannelsDefault is what the work has by itself.
	ChannelsDefault Channels = iota
	// ChannelsShared is one channel for all.
	ChannelsShared
	// ChannelsOwn is a channel for each connection.
	ChannelsOwn
)

// Settles says when a publish is no longer in flight.
type Settles uint8

const (
	// SettlesAcked is when it has been acknowledged.
	SettlesAcked Settles = iota
	// SettlesDelivered is when as many deliveries have come as all subscribers make of it: with one in flight, when all have it.
	SettlesDelivered
)

// Reading says how subscribers' connections are read.
type Reading uint8

const (
	// ReadingGoroutines is by a goroutine for each, as clients in Go do it.
	ReadingGoroutines Reading = iota
	// ReadingThread is by one thread for all, on Linux and without TLS; elsewhere by goroutines. It costs the load half as much, so
	// that publishers get on faster and the server has more to gather.
	ReadingThread
)

func (o *Options) fill(d Options) {
	or(&o.Connections, d.Connections)
	or(&o.Subscriptions, d.Subscriptions)
	or(&o.Messages, d.Messages)
	or(&o.Warmup, d.Warmup)
	or(&o.InFlight, d.InFlight)
	or(&o.Rate, d.Rate)
	or(&o.Size, d.Size)
	or(&o.Size, 128)
	or(&o.Channels, d.Channels)
	or(&o.Rest, d.Rest)
	or(&o.Rest, 5*time.Second)
	or(&o.Dialing, d.Dialing)
	or(&o.Dialing, 64)
	or(&o.Timeout, time.Minute)
	or(&o.Name, fmt.Sprintf("load%x", time.Now().UnixNano()))
	o.Warmup = max(o.Warmup, 0)
}

func or[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// Result is what one run has shown. Durations are in nanoseconds.
type Result struct {
	Work    string `json:"work"`
	Unit    string `json:"unit"` // what is counted: delivery, ack, connection, client
	Count   int64  `json:"count"`
	Wanted  int64  `json:"wanted"`
	Elapsed int64  `json:"elapsed"`
	// CPU of the server's process, in all and for each unit.
	CPU     int64   `json:"cpu"`
	CPUEach float64 `json:"cpu_each"`
	// LoadCPU is what the load itself used meanwhile.
	LoadCPU int64 `json:"load_cpu"`
	// Latencies, from sending to receiving; of a storm from its beginning to having caught up.
	P50 int64 `json:"p50,omitempty"`
	P90 int64 `json:"p90,omitempty"`
	P99 int64 `json:"p99,omitempty"`
	Max int64 `json:"max,omitempty"`
	Faults
	// Memory that came on top, for each connection, and the most that was resident in all.
	MemoryEach float64 `json:"memory_each,omitempty"`
	Before     Memory  `json:"before,omitzero"`
	After      Memory  `json:"after,omitzero"`
	Peak       int64   `json:"peak,omitempty"`
	// More that only this work has.
	More map[string]float64 `json:"more,omitempty"`
}

// Rate is how many units a second.
func (r *Result) Rate() float64 { return float64(r.Count) / max(float64(r.Elapsed)/1e9, 1e-9) }

func (r *Result) more(name string, v float64) {
	if r.More == nil {
		r.More = map[string]float64{}
	}
	r.More[name] = v
}

// String is one line for people.
func (r *Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d/%d %s in %v, %.0f/s", r.Work, r.Count, r.Wanted, r.Unit, time.Duration(r.Elapsed).Round(time.Microsecond), r.Rate())
	if r.CPU > 0 {
		fmt.Fprintf(&b, ", server CPU %s each (load %s)", micros(r.CPUEach), micros(float64(r.LoadCPU)/float64(max(r.Count, 1))))
	}
	if r.Max > 0 {
		fmt.Fprintf(&b, ", p50 %s p90 %s p99 %s max %s", millis(r.P50), millis(r.P90), millis(r.P99), millis(r.Max))
	}
	if r.MemoryEach != 0 {
		fmt.Fprintf(&b, ", memory %.2f KB each", r.MemoryEach/1000)
	}
	if r.Peak > 0 {
		fmt.Fprintf(&b, ", peak %.1f MB", float64(r.Peak)/1e6)
	}
	for _, n := range slices.Sorted(maps.Keys(r.More)) {
		fmt.Fprintf(&b, ", %s %.4g", n, r.More[n])
	}
	fmt.Fprintf(&b, "; lost %d, doubled %d, disordered %d", r.Lost, r.Doubled, r.Disordered)
	if r.Foreign > 0 {
		fmt.Fprintf(&b, ", foreign %d", r.Foreign)
	}
	return b.String()
}

func micros(ns float64) string { return fmt.Sprintf("%.3f µs", ns/1e3) }
func millis(ns int64) string   { return fmt.Sprintf("%.2f ms", float64(ns)/1e6) }

// Work is something that is done to a server.
type Work struct {
	Name string
	// About says what it is in one line.
	About string
	// Defaults of its options.
	Defaults Options
	run      func(context.Context, *Target, Options) (*Result, error)
}

// Run does it.
func (w *Work) Run(ctx context.Context, t *Target, o Options) (*Result, error) {
	o.fill(w.Defaults)
	runtime.GC() // what the last run left is none of this one's cost
	r, err := w.run(ctx, t, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Name, err)
	}
	r.Work = w.Name
	return r, nil
}

// Works returns all works in the order in which they are best read.
func Works() []*Work {
	return []*Work{&idle, &connect, &fanout, &ingest, &latency, &storm, &replay, &quiet, &slow}
}

// WorkOf returns the work of that name.
func WorkOf(name string) (*Work, error) {
	var names []string
	for _, w := range Works() {
		if w.Name == name {
			return w, nil
		}
		names = append(names, w.Name)
	}
	return nil, fmt.Errorf("no work is called %q; there are %s", name, strings.Join(names, ", "))
}

// clock measures what a stretch of time costs.
type clock struct {
	p     Process
	begun time.Time
	cpu   time.Duration
	own   time.Duration
}

func startClock(p Process, o *Options) clock {
	if o.Begin != nil {
		o.Begin()
	}
	return clock{p: p, own: ownCPU(), cpu: p.CPU(), begun: time.Now()}
}

// stop fills in what count units have cost until at.
func (c clock) stop(r *Result, count int64, at time.Time) {
	r.CPU = int64(c.p.CPU() - c.cpu)
	r.LoadCPU = int64(ownCPU() - c.own)
	r.Count = count
	r.CPUEach = float64(r.CPU) / float64(max(1, count))
	r.Elapsed = int64(at.Sub(c.begun))
}

func (r *Result) latencies(h *Histogram) {
	r.P50, r.P90, r.P99, r.Max = int64(h.Quantile(.5)), int64(h.Quantile(.9)), int64(h.Quantile(.99)), int64(h.Max())
}
