// Package store is where logs live. A [Backend] keeps them: in memory, on disk, or in a system that several
// nodes share. A [Log] wraps a backend, and it alone makes [Committed], the proof that records are as durable
// as the backend promises; whatever shows records to somebody takes a Committed and nothing else.
//
// The backend alone decides what a duplicate is, because it moves a lane's last number in the same atomic
// step in which it appends. See spec/guarantees.md, promises 1 and 2.
package store

import (
	"context"
	"iter"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Backend keeps logs. All methods may be called concurrently, except that there is one caller of Append at a
// time. Package storetest has the suite that every backend must pass.
type Backend interface {
	// Info returns what does not change while the backend is open.
	Info() Info
	// Append takes drafts in order and writes one result for each to results, which has the same length.
	// It returns when everything that the results claim is as durable as Info promises, or with an error
	// that means doubt: nothing of this batch may be acknowledged, and the backend must not be used again.
	// Nothing of a batch is visible to any other method before Append has returned. The drafts and what
	// they point to belong to the caller again afterwards.
	Append(drafts []Draft, results []Result) error
	// Read returns records of a channel after an offset, in order, at most as much as limit says but at
	// least one if there is one. It starts at the oldest retained record if the one after the offset is gone.
	// The records are the caller's.
	Read(ctx context.Context, channel string, after uint64, limit Limit) ([]holdfast.Record, error)
	// State returns where a channel's log begins and ends. A channel never written has the zero State.
	State(ctx context.Context, channel string) (State, error)
	// Before returns the last offset whose record is older than t: the offset to read after, to see all
	// since t. It is at least the floor and at most the head.
	Before(ctx context.Context, channel string, t time.Time) (uint64, error)
	// OpenCursor takes a named cursor over: it draws the next generation and returns it with the position
	// saved last, durably.
	OpenCursor(ctx context.Context, channel, name string) (Cursor, error)
	// SaveCursors moves named cursors. An update whose generation is not the cursor's newest, or that would
	// move it back within one term, changes nothing; taken reports the index of each update of an older generation.
	SaveCursors(ctx context.Context, updates []CursorUpdate) (taken []int, err error)
	// Delete removes a channel: its records, its lanes and its cursors. Its next append starts at offset 1 in a
	// new term.
	Delete(ctx context.Context, channel string) error
	// Channels yields the names of all channels that have been written, in no particular order.
	Channels(ctx context.Context) iter.Seq2[string, error]
	// Trim applies retention and forgets lanes that are older than the dedupe window. The owner of the store
	// calls it every few seconds; it does little if there is little to do.
	Trim(ctx context.Context) (Trimmed, error)
	// Close ends it. It waits for what is under way.
	Close() error
}

// Info is what a backend says of itself. It is fixed while the backend is open.
type Info struct {
	// Name of the kind: "memory", "disk".
	Name string
	// Term is the term that each log's first append from now on starts.
	Term holdfast.Term
	// Memory names the backend's memory of lanes. A memory store has a new one each time it is opened; a
	// disk store keeps one for the life of its data.
	Memory uint64
	// Durability of everything that Append has returned.
	Durability Durability
	// Quick says that Append waits for nothing but the processor: no disk, no network.
	Quick bool
	// DedupeWindow is how long a lane is remembered after its last number.
	DedupeWindow time.Duration
}

// Durability is how well something is kept, in two facts.
type Durability struct {
	// Synced says that it was fsynced.
	Synced bool
	// Copies is on how many machines it is.
	Copies int
}

// Kind is what a draft asks for.
type Kind uint8

const (
	// Publish appends a record, once.
	Publish Kind = iota
	// Skip says that the lane's numbers up to Number will never come.
	Skip
)

// Verdict is what policy says of a publish that turns out not to be a duplicate. It travels with the draft
// because a duplicate is answered as stored even if the right to publish is gone since.
type Verdict uint8

const (
	// Admit appends it.
	Admit Verdict = iota
	// Refuse resolves its number as skipped; the result is Refused with the draft's code. It needs no Data,
	// only the Hash. A lane that does not exist is made for it only while the channel has less than half of the lanes that it may
	// have; so it is for a skip with this verdict, which else means nothing there.
	Refuse
	// Defer does nothing; the result is Deferred with the draft's code.
	Defer
)

// Draft is a record, or a skip, that is to be committed. A draft with the zero Producer belongs to no lane
// and is always appended.
type Draft struct {
	Kind     Kind
	Verdict  Verdict
	Code     holdfast.Code // why Verdict is not Admit
	Reason   *Reason       // more about that, for whoever answers; backends leave it alone. Optional
	Channel  string
	Producer holdfast.ProducerID
	// Number is the draft's number in its lane; for a Skip the last number that is skipped, the first being From.
	Number uint64
	From   uint64
	// Successor, on a Skip, seals the lane in favour of another producer: nothing is taken in this lane any
	// more, and a second seal with another successor is a conflict. It is how a copied outbox is found out.
	Successor holdfast.ProducerID
	// Sent is when and under which memory of lanes a resent draft was first sent; zero on a first attempt.
	Sent FirstSent
	// Since is when the connection began over which a first attempt came: it was sent after that, but the frame may have
	// been on its way for as long. Zero: not known.
	Since time.Time

	Publisher string
	Type      holdfast.ContentType
	Headers   []holdfast.Header
	Data      []byte
	// Hash is ContentHash of Type, Headers and Data.
	Hash uint64
}

// Reason is what a publisher is told of a verdict beside its code.
type Reason struct {
	Detail     string
	RetryAfter time.Duration // of Defer; 0: the server's default
}

// FirstSent says when, in the server's time, and under which memory of lanes something was first sent.
type FirstSent struct {
	At     time.Time
	Memory uint64
}

// IsZero reports whether it is a first attempt.
func (s FirstSent) IsZero() bool { return s.At.IsZero() && s.Memory == 0 }

// Outcome is what became of a draft.
type Outcome uint8

const (
	// OutcomeNone is the zero value; no backend returns it.
	OutcomeNone Outcome = iota
	// Stored: appended now, at Offset.
	Stored
	// Duplicate: it was appended before, at Offset (0 if its record is no longer retained).
	Duplicate
	// Skipped: the number is resolved, and there is no record: a skip succeeded, or a publish came after its
	// number had been skipped.
	Skipped
	// Refused: Verdict was Refuse; the number is resolved as skipped. Code says why.
	Refused
	// Deferred: not taken now, nothing changed; Code says why. Trying again later makes sense.
	Deferred
	// Hole: the number is too high, nothing changed; Expected is the number that the lane wants.
	Hole
	// Conflict: the number was used for other content, or the lane is sealed. Nothing changed.
	Conflict
	// Unknown: it was sent before, and whether it was stored then can no longer be known. Nothing changed;
	// Expected is the number that the lane wants.
	Unknown
	// ProducerUnknown: never sent before, above 1, and the lane is not known here. Nothing changed; Expected is 1.
	ProducerUnknown
)

// Result is what became of one draft.
type Result struct {
	Outcome  Outcome
	Code     holdfast.Code // Refused, Deferred
	Offset   uint64        // Stored, Duplicate
	Expected uint64        // Hole, Unknown, ProducerUnknown: the next number of the lane
	Time     time.Time     // Stored: when
	// TermStart says that the record is the first of its term in this log.
	TermStart bool
	// Term of a Stored record; the backend's own unless a shared backend says otherwise.
	Term holdfast.Term
}

// TermStart says at which offset a term began in a log.
type TermStart struct {
	Term  holdfast.Term
	First uint64
}

// State is where a log begins and ends.
type State struct {
	// Floor is the last offset that retention has removed; the oldest record is at Floor+1.
	Floor uint64
	// Head is the durable head: the last offset. Floor == Head if nothing is retained.
	Head uint64
	// Terms of the log in order. Old terms that lie wholly below the floor may be left out, except that at least the
	// last MaxTermStarts are kept.
	Terms []TermStart
	// Bytes retained, about.
	Bytes int64
}

// MaxTermStarts is how many terms a log remembers.
const MaxTermStarts = 64

// TermAt returns the term of the record at offset, or 0 if it is not known.
func (s *State) TermAt(offset uint64) holdfast.Term {
	for i := len(s.Terms) - 1; i >= 0; i-- {
		if s.Terms[i].First <= offset {
			return s.Terms[i].Term
		}
	}
	return 0
}

// Limit bounds a read. Zero fields mean no bound.
type Limit struct {
	Records int
	Bytes   int
	// Through is the last offset wanted; 0 means up to the head.
	Through uint64
}

// Cursor is a named position that the store keeps.
type Cursor struct {
	Generation uint64
	Position   holdfast.Position
	// Known is false if the cursor is new.
	Known bool
}

// CursorUpdate moves a named cursor.
type CursorUpdate struct {
	Channel, Name string
	Generation    uint64
	Position      holdfast.Position
}

// Trimmed is what one Trim did.
type Trimmed struct {
	Channels int
	Records  uint64
	Lanes    int
}

// Retention says how much of a log is kept. A record goes when any of the bounds is exceeded. A zero field
// means no bound of that kind.
type Retention struct {
	Records uint64
	Bytes   int64
	Age     time.Duration
}

// DefaultRetention is 24 hours or 1 GiB for each channel.
var DefaultRetention = Retention{Age: 24 * time.Hour, Bytes: 1 << 30}

// DefaultDedupeWindow is how long lanes are remembered.
const DefaultDedupeWindow = 7 * 24 * time.Hour
