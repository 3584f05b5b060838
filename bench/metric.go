package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-ws/holdfast/internal/load"
)

// metric is one figure of a result. Less is better in all of them but the rate.
type metric struct {
	name   string
	title  string
	of     func(*load.Result) float64
	format func(float64) string
}

var metrics = []metric{
	{"cpu", "server CPU each", func(r *load.Result) float64 { return r.CPUEach }, formatMicros},
	{"rate", "a second", func(r *load.Result) float64 { return r.Rate() }, formatCount},
	{"p50", "p50", func(r *load.Result) float64 { return float64(r.P50) }, formatTime},
	{"p99", "p99", func(r *load.Result) float64 { return float64(r.P99) }, formatTime},
	{"max", "longest", func(r *load.Result) float64 { return float64(r.Max) }, formatTime},
	{"elapsed", "in all", func(r *load.Result) float64 { return float64(r.Elapsed) }, formatTime},
	{"memory", "memory each", func(r *load.Result) float64 { return r.MemoryEach }, formatBytes},
	{"peak", "most memory", func(r *load.Result) float64 { return float64(r.Peak) }, formatBytes},
	{"of_idle_less_log", "memory less the log, of idle", func(r *load.Result) float64 { return r.More["of_idle_less_log"] }, formatFactor},
	{"lost", "lost", func(r *load.Result) float64 { return float64(r.Lost) }, formatCount},
	{"doubled", "doubled", func(r *load.Result) float64 { return float64(r.Doubled) }, formatCount},
	{"disordered", "out of order", func(r *load.Result) float64 { return float64(r.Disordered) }, formatCount},
}

func metricOf(name string) metric {
	for _, m := range metrics {
		if m.name == name {
			return m
		}
	}
	panic("no metric is called " + name)
}

func formatMicros(ns float64) string {
	switch us := ns / 1e3; {
	case us < 10:
		return fmt.Sprintf("%.2f µs", us)
	case us < 100:
		return fmt.Sprintf("%.1f µs", us)
	default:
		return fmt.Sprintf("%.0f µs", us)
	}
}

func formatTime(ns float64) string {
	switch d := time.Duration(ns); {
	case d >= 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= 100*time.Millisecond:
		return fmt.Sprintf("%.0f ms", ns/1e6)
	default:
		return fmt.Sprintf("%.2f ms", ns/1e6)
	}
}

func formatBytes(b float64) string {
	switch {
	case b >= 1e8 || b <= -1e8:
		return fmt.Sprintf("%.0f MB", b/1e6)
	case b >= 1e6 || b <= -1e6:
		return fmt.Sprintf("%.1f MB", b/1e6)
	default:
		return fmt.Sprintf("%.1f KB", b/1e3)
	}
}

func formatCount(n float64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.2f M", n/1e6)
	case n >= 1e4:
		return fmt.Sprintf("%.0f k", n/1e3)
	default:
		return fmt.Sprintf("%.0f", n)
	}
}

func formatFactor(f float64) string { return fmt.Sprintf("%.2f ×", f) }

// median of a list; 0 of none.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Clone(v)
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}
