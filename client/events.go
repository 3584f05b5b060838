package client

import (
	"context"
	"iter"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// eventBacklog is how many events one listener may be behind.
const eventBacklog = 256

// listeners are all who range over Events.
type listeners struct {
	mu     sync.Mutex
	all    map[*listener]struct{}
	end    bool
	heard  bool    // somebody has listened
	early  []Event // until then: what became of records
	missed int     // more of it than is kept
}

type listener struct {
	mu      sync.Mutex
	events  []Event
	dropped int
	state   State // the last that it was told, if it was told any
	stated  bool
	end     bool
	signal  chan struct{}
}

// Events yields what happens to the session from now on, beginning with its state. Who listens first also hears what became of
// records before (EventOutcome, EventLost), since nobody has receipts for those that an outbox brought along. Each listener may be 256 events
// behind; then the oldest are dropped, and an EventDropped says how many. It ends when ctx or the session does.
func (s *Session) Events(ctx context.Context) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		l := &listener{signal: make(chan struct{}, 1)}
		if s.join(l) {
			defer s.hub.leave(l)
		}
		for {
			events, end := l.take()
			for _, e := range events {
				if ctx.Err() != nil || !yield(e) {
					return
				}
			}
			if end && len(events) == 0 {
				return
			}
			if len(events) > 0 {
				continue
			}
			select {
			case <-l.signal:
			case <-ctx.Done():
				return
			}
		}
	}
}

func (l *listener) add(e Event) {
	l.mu.Lock()
	if e.Kind == EventState {
		if l.stated && l.state == e.State { // it moved on between two looks at it
			l.mu.Unlock()
			return
		}
		l.stated, l.state = true, e.State
	}
	if len(l.events) == eventBacklog {
		copy(l.events, l.events[1:])
		l.events = l.events[:eventBacklog-1]
		l.dropped++
	}
	l.events = append(l.events, e)
	l.mu.Unlock()
	l.wake()
}

func (l *listener) wake() {
	select {
	case l.signal <- struct{}{}:
	default:
	}
}

func (l *listener) take() ([]Event, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	events := l.events
	if l.dropped > 0 {
		events = append([]Event{{Kind: EventDropped, Time: time.Now(), Dropped: l.dropped}}, events...)
	}
	l.events, l.dropped = nil, 0
	return events, l.end
}

// join has a listener told the state, and whatever comes after it.
func (s *Session) join(l *listener) bool {
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	l.add(Event{Kind: EventState, Time: time.Now(), State: s.State(), Err: s.Err()})
	if !h.heard {
		h.heard, l.dropped = true, h.missed
		for _, e := range h.early {
			l.add(e)
		}
		h.early = nil
	}
	if h.end {
		l.end = true
		return false
	}
	if h.all == nil {
		h.all = map[*listener]struct{}{}
	}
	h.all[l] = struct{}{}
	return true
}

func (h *listeners) leave(l *listener) {
	h.mu.Lock()
	delete(h.all, l)
	h.mu.Unlock()
}

func (h *listeners) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.end = true
	for l := range h.all {
		l.mu.Lock()
		l.end = true
		l.mu.Unlock()
		l.wake()
	}
}

// tell passes an event on to all who listen.
func (s *Session) tell(e Event) {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.heard && (e.Kind == EventOutcome || e.Kind == EventLost) {
		h.keep(e)
	}
	for l := range h.all {
		l.add(e)
	}
}

// keep has an event wait for the first listener, whose backlog it will be part of.
func (h *listeners) keep(e Event) {
	if len(h.early) == eventBacklog-1 { // the state takes a place
		copy(h.early, h.early[1:])
		h.early = h.early[:len(h.early)-1]
		h.missed++
	}
	h.early = append(h.early, e)
}

// setState moves the session on, and whoever waits for that. A session that is closing stays so until it is closed.
func (s *Session) setState(to State, err error) {
	s.mu.Lock()
	from := s.state
	if from == StateClosing && to != StateClosed && to != StateFailed {
		to = from
	}
	s.state = to
	switch {
	case to == StateOpen:
		close(s.greeted)
	case from == StateOpen && to == StateConnecting:
		s.greeted = make(chan struct{})
	case to == StateFailed, to == StateClosed:
		if to == StateFailed {
			s.err = err
		}
		if from == StateOpen || from == StateClosing {
			s.greeted = make(chan struct{})
		}
		select {
		case <-s.closing:
		default:
			close(s.closing)
		}
	}
	s.mu.Unlock()
	if from != to {
		s.tell(Event{Kind: EventState, State: to, Err: err, Code: holdfast.CodeOf(err)})
	}
}

// counters are the session's, as Stats shows them.
type counters struct {
	connects, attempts, published, delivered, failed, unknown, duplicates, resent atomic.Uint64
	received, doubles, gaps, lost, bytesIn, bytesOut                              atomic.Uint64
	rtt                                                                           atomic.Int64

	mu          sync.Mutex
	disconnects map[holdfast.Code]uint64
	last        error
}

func (c *counters) disconnected(code holdfast.Code) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.disconnects == nil {
		c.disconnects = map[holdfast.Code]uint64{}
	}
	if len(c.disconnects) >= 64 && c.disconnects[code] == 0 {
		code = 0 // a server that invents codes
	}
	c.disconnects[code]++
}

func (c *counters) setError(err error) {
	c.mu.Lock()
	c.last = err
	c.mu.Unlock()
}

func (c *counters) lastError() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// Stats returns the session's counters. It is cheap.
func (s *Session) Stats() Stats {
	c := &s.stats
	st := Stats{
		Connects: c.connects.Load(), Attempts: c.attempts.Load(), Published: c.published.Load(), Delivered: c.delivered.Load(),
		Failed: c.failed.Load(), Unknown: c.unknown.Load(), Duplicates: c.duplicates.Load(), Resent: c.resent.Load(),
		Received: c.received.Load(), DuplicatesDropped: c.doubles.Load(), Gaps: c.gaps.Load(), Lost: c.lost.Load(),
		BytesIn: c.bytesIn.Load(), BytesOut: c.bytesOut.Load(), RTT: time.Duration(c.rtt.Load()),
		Disconnects: map[holdfast.Code]uint64{},
	}
	c.mu.Lock()
	maps.Copy(st.Disconnects, c.disconnects)
	st.LastError = c.last
	c.mu.Unlock()
	s.outbox.mu.Lock()
	st.OutboxRecords, st.OutboxBytes = s.outbox.room.records, s.outbox.room.bytes
	s.outbox.mu.Unlock()
	return st
}
