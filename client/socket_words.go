package client

import (
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

// SocketEventKind says what a SocketEvent is about.
type SocketEventKind uint8

const (
	// SocketState: State is the new state, Before the one before; Err says why, where there is a reason.
	SocketState SocketEventKind = iota
	// SocketOpen: the first connection is open, and what was queued is written.
	SocketOpen
	// SocketReconnected: the same, of each later one.
	SocketReconnected
	// SocketClosed: a connection that was open has ended, with Code, Reason and Clean.
	SocketClosed
	// SocketError: an attempt has failed or a connection has ended, with Class and Err.
	SocketError
	// SocketRetry: attempt number Attempt of Max (0: no limit) will be made after Delay.
	SocketRetry
	// SocketCircuit: the circuit breaker is in state Circuit.
	SocketCircuit
	// SocketHeartbeat: a heartbeat was answered after RTT, or, if that is 0, Missed have not been in a row.
	SocketHeartbeat
	// SocketDrained: what had reached HighWater is down to LowWater.
	SocketDrained
	// SocketDiscarded: N messages were dropped from the queue, with Code: CodeDropped or CodeExpired.
	SocketDiscarded
	// SocketWoke: the machine seems to have slept for Delay; the connection is probed.
	SocketWoke
	// SocketMissed: this listener was too slow; N events before this one are missing.
	SocketMissed
)

// String returns the kind in lower case.
func (k SocketEventKind) String() string {
	return name(int(k), "state", "open", "reconnected", "closed", "error", "retry", "circuit", "heartbeat", "drained", "discarded", "woke", "missed")
}

// SocketEvent is something that happened to a socket, flat; Kind says which fields mean something.
type SocketEvent struct {
	Kind          SocketEventKind
	Time          time.Time
	State, Before State
	Code          holdfast.Code
	Reason        string
	Clean         bool
	Class         Class
	Err           error
	Attempt, Max  int
	Delay         time.Duration
	Circuit       breaker.State
	RTT           time.Duration
	Missed        int
	N             int
}

// SocketStats are counters since the socket was opened, and what is so at the moment.
type SocketStats struct {
	State   State
	Circuit breaker.State
	// Uptime of the connection that is open; 0 if none is.
	Uptime time.Duration
	// LastActivity is when something was last received; zero if nothing was.
	LastActivity time.Time
	// Attempts to connect, and how many of them succeeded or failed. Retries are the attempts in a row since a connection was up for
	// long enough.
	Attempts, Connects, Failures uint64
	Retries                      int
	// Reconnects are connects after the first one; ReconnectRate is the part of attempts after the first connect that succeeded, 1 if there were none.
	Reconnects    uint64
	ReconnectRate float64
	// Closes by code.
	Closes map[holdfast.Code]uint64
	// Errors by class.
	Errors map[Class]uint64
	// Messages and bytes of payload each way.
	MessagesIn, MessagesOut, BytesIn, BytesOut uint64
	// QueueMessages and QueueBytes wait to be written; Discarded were dropped, Expired too late.
	QueueMessages, QueueBytes int
	Discarded, Expired        uint64
	// Heartbeats sent, and how many were not answered in time.
	Heartbeats, Missed uint64
	// RTT of the last heartbeats, up to 128 of them; zero if none was answered.
	RTT RTT
}

// RTT is a distribution of round trips.
type RTT struct{ Last, Min, P50, P90, P99, Max time.Duration }

// ErrorRecord is one error of a socket's history.
type ErrorRecord struct {
	Time  time.Time
	Class Class
	Err   error
}
