package hub

import (
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/store"
)

// Encoder makes the frames of one codec. It must be deterministic, because the rest of a range whose write
// stalled is made again, and it is called concurrently.
type Encoder interface {
	// AppendRecord appends the frame of one record: one whole message if Framed, else a frame that can be
	// joined with others behind one header. startsTerm says that the record is the first of its term.
	AppendRecord(dst []byte, r *holdfast.Record, startsTerm bool) []byte
	// AppendHeader appends the header of a message that holds n bytes of frames.
	AppendHeader(dst []byte, n int) []byte
	// Framed reports whether AppendRecord makes whole messages, so that no header goes before a range.
	Framed() bool
}

// Socket takes bytes without ever blocking. The hub has one writer at a time for each socket.
type Socket interface {
	// TryWrite writes the buffers one after the other and returns how many bytes went out; fewer than all
	// come with ws.ErrStalled. Any other error means that the socket has failed. It must not keep bufs.
	TryWrite(bufs ...[]byte) (n int, err error)
	// WhenWritable calls f once, on any goroutine, when the socket takes bytes again or has failed.
	WhenWritable(f func())
	// Prefetch says that TryWrite is near: the processor may begin to fetch what it looks at. Called concurrently with
	// everything, so it must look at nothing itself.
	Prefetch()
}

// Unsenter is what a Socket may also be: Unsent returns what of the written bytes the kernel has not got rid of.
// With it, a sweep sees that a stalled peer still takes bytes, or that there is no peer any more.
type Unsenter interface {
	Unsent() (ws.Unsent, error)
}

// Owner is what stands behind a [Member]: the server's connection. Unless a method says otherwise it is called
// with the member locked, so it must be quick and must never block, and it must not call methods of Member that
// are documented as "not locked".
type Owner interface {
	// Answered says what became of drafts that the member submitted, in the order of Submit. The slices and
	// what they point to are valid until it returns. Replies added here are written soon. at is what Submit was given with the
	// first of those that were submitted one after the other.
	Answered(drafts []store.Draft, results []store.Result, at int64)
	// Opened answers Open. Unless o.Err is set, records follow after o.Resumption.After. A fork or a trimmed range in
	// o.Resumption is the owner's to tell; Gap is not called for it.
	Opened(sub uint32, o Opened)
	// Prefetch says that Allowance and Flushed are near: the processor may begin to fetch what they look at. Not locked, so it must
	// look at nothing itself.
	Prefetch()
	// Allowance returns how much more may be on its way now. records < 1 means nothing until Wake. Otherwise one
	// record is always sent, even one that is larger than bytes.
	Allowance(sub uint32) (records, bytes int)
	// Flushed says that the records first to last, with that many bytes of frames, are on their way. It comes
	// just before they are written.
	Flushed(sub uint32, first, last uint64, bytes int)
	// Gap says that the cursor cannot go on where it was: the range in r.Fork or r.Trimmed, or both, will not come. Records
	// follow after r.After.
	Gap(sub uint32, r store.Resumption)
	// CursorTaken says that the subscription's named cursor was opened by somebody else. The hub has closed
	// the subscription.
	CursorTaken(sub uint32)
	// Failed says that the subscription's log cannot be read. The hub has closed the subscription; its
	// subscriber may try again later.
	Failed(sub uint32, err error)
	// Sweep is called about once a second: the moment for heartbeats and idle limits. Replies and control
	// bytes added here are written at once.
	Sweep(now time.Time, s SweepFacts)
	// Resume says that Ready would return true again, after it had returned false. Not locked. Must not call Detach.
	Resume()
	// Broken says, at most once, that nothing can be written any more: the socket failed, or the rest of a message
	// under way is no longer retained (CodeLogMoved). Not locked. Must not call Detach; closing the socket is enough.
	Broken(err error)
}

// SweepFacts is what the hub knows of a member's socket at a sweep.
type SweepFacts struct {
	// StalledSince is since when the socket has not taken all that was written; zero if it does.
	StalledSince time.Time
	// Took says that the peer took bytes since the last sweep. It is meaningful while the socket is stalled.
	Took bool
	// InVain is for how long the kernel has sent the same bytes again and again. It is meaningful while the socket is stalled.
	InVain time.Duration
	// Pending is how many bytes of replies and control frames wait to be written.
	Pending int
}

// From is where a subscription starts.
type From uint8

const (
	// FromHead starts after the last record.
	FromHead From = iota
	// FromStart starts at the oldest retained record.
	FromStart
	// FromPosition starts after Position, which the subscriber remembered together with Earlier.
	FromPosition
	// FromOffset starts after Position.Offset, whatever its term: somebody typed it.
	FromOffset
	// FromLast starts so that the last Last records come, or as many as are retained.
	FromLast
	// FromTime starts with the first record that is not older than Since.
	FromTime
)

// OpenRequest asks for a subscription.
type OpenRequest struct {
	// Sub is the owner's name for it, unique among the member's open subscriptions.
	Sub uint32
	// Channel must be a good name (holdfast.CheckChannel).
	Channel string
	// From says which of the fields below count.
	From     From
	Position holdfast.Position
	Earlier  []holdfast.TermEnd
	Last     uint64
	Since    time.Time
	// Cursor, if not empty, names a cursor that the store keeps. Where it has a saved position that counts, unless From is
	// FromPosition: then the subscriber knows better.
	// Opening takes it over from whoever has it.
	Cursor string
}

// Opened is the answer to an [OpenRequest].
type Opened struct {
	// Err is nil if it worked. CodePositionAhead: FromOffset beyond the head; CodeClosed: the hub is closing;
	// CodeBadArgument: a Sub in use, or an unknown From; else the store's error.
	Err error
	// Position is where the subscription starts before any gap: what was asked for if From was FromPosition or
	// FromOffset or the named cursor had a position, else Resumption.After.
	Position holdfast.Position
	// Resumption says what is lost, and after what records follow.
	Resumption store.Resumption
	// First is the oldest retained offset, Head the last one (First == Head+1 if nothing is retained).
	First, Head uint64
	// Generation of the named cursor; 0 without one.
	Generation uint64
}
