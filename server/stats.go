package server

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/hub"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/monitor"
)

type counters struct {
	connections, refused, replaced, faults, deadPeers, acceptErrors atomic.Uint64
	failed                                                          atomic.Uint64

	// Readers count what comes in, and whoever commits what is answered: each has a cache line of its own.
	_            [64]byte
	received     atomic.Uint64
	_            [64]byte
	acknowledged atomic.Uint64
	_            [64]byte

	rawReceived, rawSent atomic.Uint64

	ends, turnedAway, declines byCode

	latency monitor.Histogram
	recent  incidents
}

// byCode counts by code. A code is always one of ours or of an application's hook, never a number that a peer chose, so
// there are few.
type byCode struct{ m sync.Map } // holdfast.Code → *atomic.Uint64

func (b *byCode) add(code holdfast.Code) {
	n, ok := b.m.Load(code)
	if !ok {
		n, _ = b.m.LoadOrStore(code, new(atomic.Uint64))
	}
	n.(*atomic.Uint64).Add(1)
}

func (b *byCode) count(code holdfast.Code) uint64 {
	if n, ok := b.m.Load(code); ok {
		return n.(*atomic.Uint64).Load()
	}
	return 0
}

func (b *byCode) counts() map[holdfast.Code]uint64 {
	m := map[holdfast.Code]uint64{}
	b.m.Range(func(code, n any) bool {
		m[code.(holdfast.Code)] = n.(*atomic.Uint64).Load()
		return true
	})
	return m
}

// turnAway counts a connection that is not taken in.
func (c *counters) turnAway(code holdfast.Code) {
	c.refused.Add(1)
	c.turnedAway.add(code)
	c.recent.add(incidentTurnedAway, code)
}

// declined counts a frame that the connection outlives.
func (c *counters) declined(code holdfast.Code) {
	c.declines.add(code)
	c.recent.add(incidentDeclined, code)
}

// ended counts a connection that the server closes.
func (c *counters) ended(code holdfast.Code) {
	c.ends.add(code)
	c.recent.add(incidentClosed, code)
	switch code {
	case holdfast.CodeReplaced:
		c.replaced.Add(1)
	case holdfast.CodeHeartbeatTimeout, holdfast.CodeWriteTimeout:
		c.deadPeers.Add(1)
	case holdfast.CodeBadFrame, holdfast.CodeUnexpectedFrame:
		c.faults.Add(1)
	}
}

// closed counts why reading ended where nothing had ended the connection before.
func (c *counters) closed(err error) {
	code := endOf(err)
	c.ends.add(code)
	c.recent.add(incidentClosed, code)
	switch holdfast.Code(ws.CloseCode(err)) {
	case holdfast.CodeProtocolError, holdfast.CodeInvalidPayload, holdfast.CodeMessageTooBig, holdfast.CodeUnsupportedData, holdfast.CodeBudget:
		c.faults.Add(1)
	}
}

// endOf is the code that a connection ends with whose reading ended with err.
func endOf(err error) holdfast.Code {
	if _, ok := errors.AsType[*ws.CloseError](err); ok {
		return holdfast.CodeNormal
	}
	if code := holdfast.Code(ws.CloseCode(err)); code != 0 {
		return code
	}
	return holdfast.CodeAbnormal
}

// Stats are a server's figures: gauges of this moment, and counters since its start.
type Stats struct {
	// Connections and Subscriptions at the moment, Channels in use, and how many sockets take no bytes.
	Connections, Subscriptions, Channels, Stalled int
	// Accepted connections since the start, and Refused ones.
	Accepted, Refused uint64
	// AcceptErrors is how often no socket could be taken in, for want of files, say.
	AcceptErrors uint64
	// Replaced by a later connection of their session, DeadPeers given up, Faults in what a client sent.
	Replaced, DeadPeers, Faults uint64
	// Closed connections by the code that the server gave; 1000 for those that the client closed, whatever code it gave; 1006
	// for those that ended without a close frame.
	Closed map[holdfast.Code]uint64
	// TurnedAway is Refused by code: 400 for those that sent no request which could be answered with another.
	TurnedAway map[holdfast.Code]uint64
	// Declined frames by the code of the answer: publishes, subscriptions and calls that the connection outlives.
	Declined map[holdfast.Code]uint64
	// Limited is how often a limit had somebody wait, by its name: "connection_publishes", "address_connects". Accounts are the users,
	// addresses and such that are remembered for that, and AccountsForgotten those that there was no room for.
	Limited           map[string]uint64
	Accounts          int
	AccountsForgotten uint64
	// Received is how many publishes and skips came in. Acknowledged were answered as stored, duplicates among them, or as skipped;
	// Failed were refused or put off. The rest waits, or is left to be sent again because one before it failed.
	Received, Acknowledged, Failed uint64
	// Published is how many publishes and skips were taken, Stored how many records were appended, Commits in how many batches.
	Published, Stored, Commits uint64
	// Delivered records, and the bytes written; Stalls of sockets; Gaps told; Loads of history from the store.
	Delivered, BytesOut, Stalls, Gaps, Loads uint64
	// RawReceived and RawSent messages of raw connections, see Server.Raw.
	RawReceived, RawSent uint64
	// Shedding is what the server does without at the moment, because there is more to do than it can.
	Shedding Shedding
	// QueueBytes that wait for the store, CacheBytes of history held.
	QueueBytes, CacheBytes int
}

// Stats returns the figures. It is cheap.
func (s *Server) Stats() Stats {
	h := s.hub.Stats()
	st := statsOf(h, &s.count)
	s.policy.stats(&st)
	st.Shedding = s.shedding()
	s.mu.Lock()
	st.Connections = s.conns.Len()
	s.mu.Unlock()
	return st
}

func statsOf(h hub.Stats, c *counters) Stats {
	return Stats{
		Subscriptions: h.Cursors, Channels: h.Channels, Stalled: h.Stalled,
		Accepted: c.connections.Load(), Refused: c.refused.Load(), Replaced: c.replaced.Load(),
		AcceptErrors: c.acceptErrors.Load(), DeadPeers: c.deadPeers.Load(), Faults: c.faults.Load(),
		Closed: c.ends.counts(), TurnedAway: c.turnedAway.counts(), Declined: c.declines.counts(),
		Received: c.received.Load(), Acknowledged: c.acknowledged.Load(), Failed: c.failed.Load(),
		RawReceived: c.rawReceived.Load(), RawSent: c.rawSent.Load(),
		Published: h.Drafts, Stored: h.Records, Commits: h.Commits, Delivered: h.Deliveries, BytesOut: h.BytesOut,
		Stalls: h.Stalls, Gaps: h.Gaps, Loads: h.Loads, QueueBytes: h.QueueBytes, CacheBytes: h.CacheBytes + h.TailBytes,
	}
}
