package client

import (
	"fmt"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Ack is the server's answer to a publish that was stored.
type Ack struct {
	// Offset of the record in its channel; 0 if the server knows that it is stored, but no longer where.
	Offset uint64
	// Duplicate says that the server had it already: an earlier answer was lost on the way.
	Duplicate bool
	// Synced says that it was fsynced.
	Synced bool
	// Copies is on how many machines it is.
	Copies int
}

// Status is how far a published record is.
type Status uint8

const (
	// StatusPending: it is in the outbox and was never sent.
	StatusPending Status = iota
	// StatusSent: it was sent, and has no final answer.
	StatusSent
	// StatusDelivered: it is stored, exactly once.
	StatusDelivered
	// StatusFailed: it was refused for good, or dropped before it was ever sent. It is not in the channel.
	StatusFailed
	// StatusUnknown: whether it is in the channel can no longer be known.
	StatusUnknown
)

// String returns the status in lower case.
func (s Status) String() string {
	return name(int(s), "pending", "sent", "delivered", "failed", "unknown")
}

// State of the connection of a session or a socket.
type State uint8

const (
	// StateClosed: it was closed; a socket also by the server, with 1000.
	StateClosed State = iota
	// StateConnecting: there is no connection; the next attempt is waited for or under way.
	StateConnecting
	// StateOpen: the server of a session has greeted; a socket has written what was queued.
	StateOpen
	// StateClosing: Close waits for answers, or for the queue to be written.
	StateClosing
	// StateBlocked: the circuit breaker lets no attempt through. Sockets alone have one.
	StateBlocked
	// StateFailed: it is over, and Err says why; Socket.Reconnect begins again.
	StateFailed
)

// String returns the state in lower case.
func (s State) String() string {
	return name(int(s), "closed", "connecting", "open", "closing", "blocked", "failed")
}

// GapReason says why records are missing.
type GapReason uint8

const (
	// GapRetention: they were there, but are no longer retained.
	GapRetention GapReason = 1
	// GapFork: the log is not the one that was read before: its store lost its end, or was replaced.
	GapFork GapReason = 2
)

// String returns the reason in lower case.
func (r GapReason) String() string { return name(int(r), "none", "retention", "fork") }

// Gap says that the records From to To of a channel will not come. It is an error that does not end a
// subscription: the records after After follow.
type Gap struct {
	Channel  string
	From, To uint64
	Reason   GapReason
	// After is the position that the subscription goes on from.
	After holdfast.Position
}

// Error returns one line.
func (g *Gap) Error() string {
	return fmt.Sprintf("gap in %s: the records %d to %d are gone (%s); going on after %s", g.Channel, g.From, g.To, g.Reason, g.After)
}

// Is makes errors.Is(err, holdfast.CodeGap) true.
func (g *Gap) Is(target error) bool { return target == error(holdfast.CodeGap) }

// EventKind says what an Event is about.
type EventKind uint8

const (
	// EventState: State is the new state; Err says why, where there is a reason.
	EventState EventKind = iota
	// EventRetry: attempt number Attempt will be made after Delay; Err is why the one before failed.
	EventRetry
	// EventWelcome: the server has greeted.
	EventWelcome
	// EventDisconnect: a connection that was open has ended, with Code and Err.
	EventDisconnect
	// EventLost: the server has lost the records From to To of this publisher's in Channel, though it had
	// acknowledged them; numbers, not offsets.
	EventLost
	// EventHeld: the records for Channel wait until At, with Code.
	EventHeld
	// EventGap: Gap happened in Channel.
	EventGap
	// EventOutcome: record Number of Producer in Channel has ended as Status, with Ack or Err. Delivered
	// records are not reported.
	EventOutcome
	// EventDropped: this listener was too slow; Dropped events before this one are missing.
	EventDropped
)

// String returns the kind in lower case.
func (k EventKind) String() string {
	return name(int(k), "state", "retry", "welcome", "disconnect", "lost", "held", "gap", "outcome", "dropped")
}

// Event is something that happened to a session, flat; Kind says which fields mean something.
type Event struct {
	Kind     EventKind
	Time     time.Time
	State    State
	Attempt  int
	Delay    time.Duration
	Code     holdfast.Code
	Err      error
	Channel  string
	From, To uint64
	At       time.Time
	Gap      *Gap
	Producer holdfast.ProducerID
	Number   uint64
	Status   Status
	Ack      Ack
	Dropped  int
}

// Stats are a session's counters since it was opened.
type Stats struct {
	Connects    uint64
	Disconnects map[holdfast.Code]uint64
	// Attempts to connect, failed ones among them.
	Attempts uint64
	// Published is how many records were taken into the outbox.
	Published uint64
	// Delivered, Failed and Unknown are how they ended, those of earlier processes with the same outbox included.
	Delivered, Failed, Unknown uint64
	// Duplicates is how many of the delivered the server had already.
	Duplicates uint64
	// Resent counts publish frames that were sent again.
	Resent uint64
	// Received is how many records were handed to subscriptions; DuplicatesDropped how many were not,
	// because they had been already.
	Received, DuplicatesDropped uint64
	Gaps                        uint64
	// Lost is how many acknowledged records the server was found to have lost.
	Lost uint64
	// BytesIn and BytesOut are WebSocket payload bytes.
	BytesIn, BytesOut uint64
	// RTT of the last ping; 0 if there was none yet.
	RTT time.Duration
	// OutboxRecords and OutboxBytes wait for their answer.
	OutboxRecords, OutboxBytes int
	// LastError is why the last attempt failed or the last connection ended.
	LastError error
}

func name(i int, names ...string) string {
	if i < len(names) {
		return names[i]
	}
	return strconv.Itoa(i)
}
