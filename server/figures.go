package server

import (
	"runtime"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/monitor"
)

// maxMoments bounds the history: an hour, where a moment is kept every 10 s.
const maxMoments = 360

// figures are what the JSON endpoints show. They can be set back, which the counters that they are made of cannot.
type figures struct {
	mu      sync.Mutex
	since   time.Time
	base    sums             // what was counted before since
	latency monitor.Snapshot // the same
	last    sums             // at the latest moment of the history
	history *monitor.Ring[moment]
	usage   monitor.Usage // at the latest moment of the history, or at the start
	usageAt time.Time
	cpu     float64 // in the time before usageAt, in percent
}

// sums are counters that figures are made of, since the start.
type sums struct {
	accepted, refused                          uint64
	received, acknowledged, failed, sent       uint64
	stored, bytesOut, errors, acceptErrors     uint64
	turnedAway, closed, declined, closedErrors uint64
	codes                                      map[holdfast.Code]uint64 // errors
}

// moment is what the history keeps: gauges of that time, and what was counted since the moment before.
type moment struct {
	at                       time.Time
	connections              int
	accepted, refused        uint64
	received, sent, failures uint64
	errors                   uint64
}

func (f *figures) init(now time.Time) {
	f.since, f.usageAt = now, now
	f.usage = monitor.ReadUsage()
	f.history = monitor.NewRing[moment](maxMoments)
}

// sum adds up what was counted since the start.
func (s *Server) sum() sums {
	st := s.Stats()
	t := sums{accepted: st.Accepted, refused: st.Refused, received: st.Received, acknowledged: st.Acknowledged, failed: st.Failed,
		sent: st.Delivered, stored: st.Stored, bytesOut: st.BytesOut, acceptErrors: st.AcceptErrors, codes: map[holdfast.Code]uint64{}}
	for code, n := range st.TurnedAway {
		t.turnedAway += n
		t.codes[code] += n
	}
	for code, n := range st.Closed {
		t.closed += n
		if failure(code) {
			t.closedErrors += n
			t.codes[code] += n
		}
	}
	for code, n := range st.Declined {
		t.declined += n
		t.codes[code] += n
	}
	if st.AcceptErrors > 0 {
		t.codes[holdfast.CodeIO] += st.AcceptErrors
	}
	t.errors = t.turnedAway + t.closedErrors + t.declined + t.acceptErrors
	return t
}

// since returns what came after an earlier sum.
func (t sums) since(b *sums) sums {
	t.accepted -= b.accepted
	t.refused -= b.refused
	t.received -= b.received
	t.acknowledged -= b.acknowledged
	t.failed -= b.failed
	t.sent -= b.sent
	t.stored -= b.stored
	t.bytesOut -= b.bytesOut
	t.errors -= b.errors
	t.acceptErrors -= b.acceptErrors
	t.turnedAway -= b.turnedAway
	t.closed -= b.closed
	t.declined -= b.declined
	t.closedErrors -= b.closedErrors
	for code, n := range b.codes {
		if t.codes[code] -= n; t.codes[code] == 0 {
			delete(t.codes, code)
		}
	}
	return t
}

// keepMoment adds a moment to the history.
func (s *Server) keepMoment(now time.Time) {
	s.mu.Lock()
	connections := s.conns.Len()
	s.mu.Unlock()
	usage := monitor.ReadUsage()
	f := &s.figures
	f.mu.Lock()
	defer f.mu.Unlock()
	t := s.sum()
	was := f.last
	f.last = t
	d := sums{accepted: t.accepted - was.accepted, refused: t.refused - was.refused, received: t.received - was.received,
		sent: t.sent - was.sent, failed: t.failed - was.failed, errors: t.errors - was.errors}
	f.history.Add(moment{at: now, connections: connections, accepted: d.accepted, refused: d.refused, received: d.received,
		sent: d.sent, failures: d.failed, errors: d.errors})
	f.cpu = percent(usage.CPU-f.usage.CPU, now.Sub(f.usageAt))
	f.usage, f.usageAt = usage, now
}

// percent is a share of one core.
func percent(used, of time.Duration) float64 {
	if of <= 0 {
		return 0
	}
	return max(0, 100*used.Seconds()/of.Seconds())
}

// resetFigures has the figures start anew. The counters of Stats and Metrics go on.
func (s *Server) resetFigures(now time.Time) {
	s.mu.Lock()
	s.peak = s.conns.Len()
	s.mu.Unlock()
	f := &s.figures
	f.mu.Lock()
	defer f.mu.Unlock()
	f.since, f.base, f.latency = now, s.sum(), s.count.latency.Snapshot()
	f.last = f.base
	f.history.Clear()
	s.count.recent.clear()
}

// view is the figures at one moment, as the endpoints need them.
type view struct {
	now, since  time.Time
	stats       Stats
	counted     sums
	latency     monitor.Snapshot
	peak        int
	connections int
	history     []moment
	usage       monitor.Usage
	cpu         float64
	cores       int
}

// minMeasure is the least time over which a share of the processor is told before a moment of the history has it.
const minMeasure = 100 * time.Millisecond

func (s *Server) view(now time.Time) *view {
	v := &view{now: now, stats: s.Stats(), usage: monitor.ReadUsage(), cores: runtime.GOMAXPROCS(0)}
	s.mu.Lock()
	v.connections, v.peak = s.conns.Len(), s.peak
	s.mu.Unlock()
	latency := s.count.latency.Snapshot()
	f := &s.figures
	f.mu.Lock()
	defer f.mu.Unlock()
	v.since = f.since
	v.counted = s.sum().since(&f.base)
	v.latency = latency.Since(&f.latency)
	v.history = f.history.Values()
	v.cpu = f.cpu
	if d := now.Sub(f.usageAt); d >= minMeasure && (d >= time.Second || v.cpu == 0) {
		v.cpu = percent(v.usage.CPU-f.usage.CPU, d)
	}
	return v
}
