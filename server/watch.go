package server

import (
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/hub"
)

// watch looks now and then whether the server still does its work, and keeps its history.
type watch struct {
	stop  chan struct{} // closed when it is to end
	every time.Duration // between two looks

	mu      sync.Mutex
	pulse   hub.Pulse
	commits stillness
	shards  []stillness
	full    recently // publishes were put off for want of room
	accept  recently // the listener failed
}

// stillness counts looks at which something that should have moved had not. Looks are counted and not time, so that a machine that
// sleeps, or a process that is stopped for a while, is not found stuck when it wakes up.
type stillness struct {
	seen  uint64
	looks int
}

func (s *stillness) look(value uint64, due bool) {
	if value != s.seen || !due {
		s.looks = 0
	} else {
		s.looks++
	}
	s.seen = value
}

// recently says of a counter whether it grew within the last rememberLooks.
type recently struct {
	seen uint64
	left int
}

// rememberLooks is for how many looks something that happened stays a warning.
const rememberLooks = 30

func (r *recently) look(value uint64) {
	if value != r.seen {
		r.left = rememberLooks
	} else if r.left > 0 {
		r.left--
	}
	r.seen = value
}

// sweepGrace is what a shard may take for a sweep on top, since those come only some times a second.
const sweepGrace = time.Second

func (w *watch) init(stuckAfter time.Duration) {
	w.stop = make(chan struct{})
	w.every = min(time.Second, stuckAfter/5)
}

// run looks until the server is shut down.
func (s *Server) watchOver() {
	look := time.NewTicker(s.watch.every)
	defer look.Stop()
	keep := time.NewTicker(s.o.HistoryEvery)
	defer keep.Stop()
	for {
		select {
		case <-s.watch.stop:
			return
		case <-look.C:
			s.policy.sweep(time.Now())
			s.watch.look(s)
		case now := <-keep.C:
			s.keepMoment(now)
		}
	}
}

func (w *watch) look(s *Server) {
	full := s.count.declines.count(holdfast.CodeStoreFull)
	w.mu.Lock()
	defer w.mu.Unlock()
	p := &w.pulse
	s.hub.Pulse(p)
	w.commits.look(p.Commits, p.Waiting)
	if w.shards == nil {
		w.shards = make([]stillness, len(p.Sweeps))
	}
	for i, n := range p.Sweeps {
		w.shards[i].look(n, true)
	}
	w.full.look(full)
	w.accept.look(s.count.acceptErrors.Load())
	s.overload.look(s, w.every, w.late())
}

// late returns for how long there was no sweep of the shard that is worst off. Locked.
func (w *watch) late() time.Duration {
	looks := 0
	for _, s := range w.shards {
		looks = max(looks, s.looks)
	}
	return time.Duration(looks) * w.every
}

// still returns for how long there was no commit although publishes wait, and no sweep of the shard that is worst off.
func (w *watch) still() (commit, worker time.Duration, full, accept bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Duration(w.commits.looks) * w.every, w.late(), w.full.left > 0, w.accept.left > 0
}

// CheckStatus is what a check found.
type CheckStatus string

const (
	// CheckPass says that all is well.
	CheckPass CheckStatus = "pass"
	// CheckWarn says that something is wrong and delivery goes on.
	CheckWarn CheckStatus = "warn"
	// CheckFail says that publishes are not answered, or records not delivered.
	CheckFail CheckStatus = "fail"
)

// Check is one thing that health depends on.
type Check struct {
	// Name: "store", "commit", "workers", "space", "listener", "capacity", "overload", "accepting".
	Name   string      `json:"name"`
	Status CheckStatus `json:"status"`
	// Detail says what is wrong; "" if nothing is.
	Detail string `json:"detail,omitempty"`
}

// HealthStatus sums the checks up.
type HealthStatus string

const (
	// Healthy: every check passes.
	Healthy HealthStatus = "healthy"
	// Degraded: some check warns, none fails.
	Degraded HealthStatus = "degraded"
	// Unhealthy: some check fails.
	Unhealthy HealthStatus = "unhealthy"
)

// Health says whether the server does what it is there for: to store what is published, and to deliver it.
type Health struct {
	Status HealthStatus `json:"status"`
	// Checks, always the same, in the same order.
	Checks []Check `json:"checks"`
}

// Health looks at how the server is. It waits for nothing. What is stuck is found after Options.StuckAfter, workers a second later.
func (s *Server) Health() Health {
	s.mu.Lock()
	leaving, failed := s.closed, s.failed
	s.mu.Unlock()
	commit, worker, full, accept := s.watch.still()
	stuck := s.o.StuckAfter
	used, most := s.reserved.Load(), int64(s.o.MaxConnections)
	h := Health{Status: Healthy}
	h.add("store", CheckFail, failed, "an append has failed, so nothing more can be promised; look into the log")
	h.add("commit", CheckFail, commit >= stuck, fmt.Sprintf("publishes wait, and the store has answered none for %v; look at the disk", commit))
	h.add("workers", CheckFail, worker >= stuck+sweepGrace, fmt.Sprintf("no worker has come by some connections for %v", worker))
	h.add("space", CheckWarn, full, "publishes are put off, because the store has no room; free space, or shorten the retention")
	h.add("listener", CheckWarn, accept, "connections could not be taken in; raise the limit on open files")
	h.add("capacity", CheckWarn, used >= most, fmt.Sprintf("there are as many connections as there may be, %d; raise the limit", most))
	shed := s.shedding()
	h.add("overload", CheckWarn, shed > ShedNothing, fmt.Sprintf("%v: %s", shed, s.overload.reason()))
	h.add("accepting", CheckFail, leaving, "the server is being shut down")
	return h
}

// add adds a check, with what it means where something is wrong.
func (h *Health) add(name string, means CheckStatus, wrong bool, detail string) {
	c := Check{Name: name, Status: CheckPass}
	if wrong {
		c.Status, c.Detail = means, detail
		if means == CheckFail {
			h.Status = Unhealthy
		} else if h.Status == Healthy {
			h.Status = Degraded
		}
	}
	h.Checks = append(h.Checks, c)
}

// broken returns why a check fails, or "".
func (h *Health) broken() string {
	for _, c := range h.Checks {
		if c.Status == CheckFail {
			return c.Name + ": " + c.Detail
		}
	}
	return ""
}
