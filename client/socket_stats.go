package client

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// rtts is how many round trips are remembered.
const rtts = 128

// socketCounters is what a socket counts.
type socketCounters struct {
	attempts, connects, failures, again  atomic.Uint64
	messagesIn, messagesOut              atomic.Uint64
	bytesIn, bytesOut                    atomic.Uint64
	discarded, expired, heartbeats, miss atomic.Uint64
	lastActivity                         atomic.Int64 // Unix nanoseconds

	mu     sync.Mutex
	closes map[holdfast.Code]uint64
	errors map[Class]uint64
	trips  []time.Duration // a ring, once it is full
	trip   int
	log    []ErrorRecord // a ring, once it is full
	logged int
}

func (c *socketCounters) closed(code holdfast.Code) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closes == nil {
		c.closes = map[holdfast.Code]uint64{}
	}
	c.closes[code]++
}

func (c *socketCounters) failed(r ErrorRecord, limit int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.errors == nil {
		c.errors = map[Class]uint64{}
	}
	c.errors[r.Class]++
	if len(c.log) < limit {
		c.log = append(c.log, r)
		return
	}
	c.log[c.logged%limit] = r
	c.logged++
}

func (c *socketCounters) answered(rtt time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.trips) < rtts {
		c.trips = append(c.trips, rtt)
	} else {
		c.trips[c.trip%rtts] = rtt
	}
	c.trip++
}

// Errors returns the last errors, the oldest first.
func (s *Socket) Errors() []ErrorRecord {
	c := &s.stats
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.log) == 0 {
		return nil
	}
	at := c.logged % len(c.log)
	return slices.Concat(c.log[at:], c.log[:at])
}

// Stats returns the socket's figures.
func (s *Socket) Stats() SocketStats {
	c := &s.stats
	st := SocketStats{
		Attempts: c.attempts.Load(), Connects: c.connects.Load(), Failures: c.failures.Load(),
		MessagesIn: c.messagesIn.Load(), MessagesOut: c.messagesOut.Load(), BytesIn: c.bytesIn.Load(), BytesOut: c.bytesOut.Load(),
		Discarded: c.discarded.Load(), Expired: c.expired.Load(), Heartbeats: c.heartbeats.Load(), Missed: c.miss.Load(),
		ReconnectRate: 1,
	}
	if ns := c.lastActivity.Load(); ns != 0 {
		st.LastActivity = time.Unix(0, ns)
	}
	if st.Connects > 0 {
		st.Reconnects = st.Connects - 1
	}
	if again := c.again.Load(); again > 0 {
		st.ReconnectRate = float64(st.Reconnects) / float64(again)
	}
	st.QueueMessages, st.QueueBytes = s.out.size()
	if b := s.guarding(); b != nil {
		st.Circuit = b.State()
	}
	s.mu.Lock()
	st.State, st.Retries = s.state, s.retries
	if s.state == StateOpen {
		st.Uptime = time.Since(s.openedAt)
	}
	s.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	st.Closes, st.Errors = maps.Clone(c.closes), maps.Clone(c.errors)
	st.RTT = distribution(c.trips, c.trip)
	return st
}

func distribution(trips []time.Duration, n int) RTT {
	if len(trips) == 0 {
		return RTT{}
	}
	last := trips[(n-1)%len(trips)]
	sorted := slices.Sorted(slices.Values(trips))
	at := func(p float64) time.Duration { return sorted[int(p*float64(len(sorted)-1)+.5)] }
	return RTT{Last: last, Min: sorted[0], P50: at(.5), P90: at(.9), P99: at(.99), Max: sorted[len(sorted)-1]}
}
