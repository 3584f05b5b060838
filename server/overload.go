package server

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/monitor"
)

// Shedding says what a server does without because it is near collapse. Each level does what those before it do.
type Shedding uint8

const (
	// ShedNothing: all is taken.
	ShedNothing Shedding = iota
	// ShedConnections: no new connection is let in; each client is told when it will be its turn.
	ShedConnections
	// ShedHistory: reads of history wait a little each, so that live records and publishes go before them.
	ShedHistory
	// ShedPublishes: publishes are put off, and sent again by their clients later, in order.
	ShedPublishes
)

// String returns what is shed, in a few words.
func (s Shedding) String() string {
	return [...]string{"nothing is shed", "new connections are refused", "new connections are refused and history is slowed",
		"new connections are refused, history is slowed and publishes are put off"}[min(s, ShedPublishes)]
}

// overload decides what is shed. Its owner is the watch.
type overload struct {
	level atomic.Uint32 // Shedding
	rate  atomic.Uint64 // connections that were let in within a second at best, lately

	// of the watch
	full     int // looks at which the queue of publishes was full, in a row
	calm     int // looks at which less would have been shed
	accepted uint64
	best     float64
	why      atomic.Pointer[string]
}

// strain is what a look finds, each in shares of its limit.
type strain struct {
	memory, queue, workers float64
}

// The shares of a limit at which each level begins. Memory is near its end when it is over the limit at all, while time goes by.
var (
	memoryLevels = [...]float64{1, 1.05, 1.1}
	timeLevels   = [...]float64{1, 2, 4}
)

func levelOf(share float64, from []float64) (l Shedding) {
	for int(l) < len(from) && share >= from[l] {
		l++
	}
	return l
}

func (x strain) level() Shedding {
	return max(levelOf(x.memory, memoryLevels[:]), levelOf(x.queue, timeLevels[:]), levelOf(x.workers, timeLevels[:]))
}

func (x strain) String() string {
	switch {
	case x.level() == levelOf(x.memory, memoryLevels[:]):
		return fmt.Sprintf("memory is at %.0f %% of its limit", 100*x.memory)
	case x.level() == levelOf(x.queue, timeLevels[:]):
		return fmt.Sprintf("the queue of publishes has been full for %.1f times the limit", x.queue)
	}
	return fmt.Sprintf("a worker is late by %.1f times the limit", x.workers)
}

// calmLooks is how many looks must find less strain until less is shed, a level at a time.
const calmLooks = 5

// settle takes a look's finding in, and returns what is to be shed from now on: more at once, less after a while.
func (o *overload) settle(x strain) Shedding {
	now, want := Shedding(o.level.Load()), x.level()
	switch {
	case want >= now:
		o.calm = 0
		now = want
	default:
		if o.calm++; o.calm >= calmLooks {
			o.calm = 0
			now--
		}
	}
	if want > ShedNothing {
		why := x.String()
		o.why.Store(&why)
	}
	o.level.Store(uint32(now))
	return now
}

// leastRate bounds how slowly clients are told to come back.
const leastRate = 10

// look finds out how strained the server is. Called by the watch, with its lock held.
func (o *overload) look(s *Server, every time.Duration, worker time.Duration) {
	var x strain
	st := s.hub.Stats()
	if o.full++; st.QueueBytes < s.o.QueueBytes*9/10 {
		o.full = 0
	}
	x.queue = shareOf(time.Duration(o.full)*every, s.o.OverloadAfter)
	x.workers = shareOf(max(0, worker-sweepGrace), s.o.OverloadAfter)
	if s.o.MemoryLimit > 0 {
		x.memory = float64(s.o.memory()) / float64(s.o.MemoryLimit)
	}
	was := Shedding(o.level.Load())
	now := o.settle(x)
	if now != was {
		s.logger.Warn("load shedding has changed", "now", now.String(), "because", o.reason())
		s.slowHistory(now)
	}
	accepted := s.count.connections.Load()
	o.best = max(o.best*0.99, float64(accepted-o.accepted)/every.Seconds())
	o.accepted = accepted
	o.rate.Store(uint64(max(o.best, leastRate)))
}

// historyPause is how long a read of history waits under ShedHistory. Four are under way at a time.
const historyPause = 50 * time.Millisecond

func (s *Server) slowHistory(level Shedding) {
	if level >= ShedHistory {
		s.hub.SlowHistory(historyPause)
	} else {
		s.hub.SlowHistory(0)
	}
}

func shareOf(d, of time.Duration) float64 { return float64(d) / float64(of) }

func (o *overload) reason() string {
	if why := o.why.Load(); why != nil {
		return *why
	}
	return ""
}

// usedMemory is what the process has, as far as it is known.
func usedMemory() uint64 {
	u := monitor.ReadUsage()
	return max(u.Resident, u.Runtime)
}

// shedding is what is shed at the moment.
func (s *Server) shedding() Shedding { return Shedding(s.overload.level.Load()) }

// overloaded refuses a new connection where there is more to do than can be done. Clients are told to come back one after
// the other, at the rate that the server is known to take.
func (s *Server) overloaded() error {
	if s.shedding() < ShedConnections {
		return nil
	}
	rate := s.o.ConnectRate
	if rate <= 0 {
		rate = float64(max(s.overload.rate.Load(), leastRate))
	}
	hold := max(s.o.RetryAfter, calmLooks*s.watch.every)
	return &holdfast.Error{Code: holdfast.CodeOverloaded, Op: "connect", RetryAfter: s.admission.refuse(time.Now(), hold, rate),
		Detail: "new connections are refused, for the sake of those that are there"}
}
