package server

import (
	"sync/atomic"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/hub"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

type counters struct {
	connections, refused, replaced, faults, deadPeers atomic.Uint64
}

// ended counts a connection that the server closes.
func (c *counters) ended(code holdfast.Code) {
	switch code {
	case holdfast.CodeReplaced:
		c.replaced.Add(1)
	case holdfast.CodeHeartbeatTimeout, holdfast.CodeWriteTimeout:
		c.deadPeers.Add(1)
	case holdfast.CodeBadFrame, holdfast.CodeUnexpectedFrame:
		c.faults.Add(1)
	}
}

// closed counts why reading ended.
func (c *counters) closed(err error) {
	switch holdfast.Code(ws.CloseCode(err)) {
	case holdfast.CodeProtocolError, holdfast.CodeInvalidPayload, holdfast.CodeMessageTooBig, holdfast.CodeUnsupportedData, holdfast.CodeBudget:
		c.faults.Add(1)
	}
}

// Stats are a server's figures: gauges of this moment, and counters since its start.
type Stats struct {
	// Connections and Subscriptions at the moment, Channels in use, and how many sockets take no bytes.
	Connections, Subscriptions, Channels, Stalled int
	// Accepted connections since the start, and Refused ones.
	Accepted, Refused uint64
	// Replaced by a later connection of their session, DeadPeers given up, Faults in what a client sent.
	Replaced, DeadPeers, Faults uint64
	// Published is how many publishes and skips were taken, Stored how many records were appended, Commits in how many batches.
	Published, Stored, Commits uint64
	// Delivered records, and the bytes written; Stalls of sockets; Gaps told; Loads of history from the store.
	Delivered, BytesOut, Stalls, Gaps, Loads uint64
	// QueueBytes that wait for the store, CacheBytes of history held.
	QueueBytes, CacheBytes int
}

// Stats returns the figures. It is cheap.
func (s *Server) Stats() Stats {
	h := s.hub.Stats()
	return statsOf(h, &s.count)
}

func statsOf(h hub.Stats, c *counters) Stats {
	return Stats{
		Connections: h.Members, Subscriptions: h.Cursors, Channels: h.Channels, Stalled: h.Stalled,
		Accepted: c.connections.Load(), Refused: c.refused.Load(), Replaced: c.replaced.Load(),
		DeadPeers: c.deadPeers.Load(), Faults: c.faults.Load(),
		Published: h.Drafts, Stored: h.Records, Commits: h.Commits, Delivered: h.Deliveries, BytesOut: h.BytesOut,
		Stalls: h.Stalls, Gaps: h.Gaps, Loads: h.Loads, QueueBytes: h.QueueBytes, CacheBytes: h.CacheBytes + h.TailBytes,
	}
}
