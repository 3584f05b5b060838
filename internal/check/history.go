// Package check judges histories: what publishers did and were told, what subscribers saw, what the world did to them,
// and what an auditor read in the end. [Check] says which of the promises of spec/guarantees.md such a history breaks. It is
// pure, and knows the words of the root package alone; who runs the clients, and whether in simulated or in real time, is not
// its affair.
//
// # What makes a history exact
//
// Events stand in one order of real time. What a client causes is recorded before the call (Invoked, Done); what it is told,
// after it was told. A fact of the world may be recorded more than once, and excuses what it explains:
//
//   - StoreReplaced and Forgot after the old store has ended, and before the next one is used; To is 0 also where the channel was
//     deleted between the making of the copy and its being put back;
//   - Deleted before the call and again after it has returned;
//   - Trimmed at any time between the removal and the next StoreReplaced or Deleted of its channel: a floor that an auditor
//     reads at the end will do;
//   - ServerCrashed, ClientCrashed and Cloned when nothing of the process runs any more.
//
// A record that was published by somebody whose events are not in the history counts as invented.
package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Kind says what happened. The comment of each names the fields of the [Event] that it needs beside Client and Channel.
type Kind uint8

const (
	// Invoked: a publisher wants Message, with content Hash, published. The order of Invoked is the order that is promised.
	Invoked Kind = iota + 1
	// Accepted: the outbox has Message; if it is a durable one, a crash does not take it back from now on. Optional with
	// an outbox in memory.
	Accepted
	// Delivered: Message is acknowledged at Position; the term may be 0 (it is not known), and so may the offset.
	Delivered
	// Refused: Message was refused for good with Code.
	Refused
	// Dropped: Message was given up before it was ever sent.
	Dropped
	// Expired: the same, because its time was over.
	Expired
	// Unknown: the client says that the fate of Message cannot be known.
	Unknown
	// Lost: the client says that the store has lost what it had acknowledged: Message, or if that is empty, something of
	// this client's in this channel.
	Lost
	// Stopped: the session of Client is over with Code; nothing more is to be expected of it. Concerns all channels.
	Stopped
	// Disconnected: a connection of Client ended with Code. Concerns no channel.
	Disconnected

	// Began: Client subscribes; the life is called Sub, and Begin says where (after Position, if [After]). Cursor, if set,
	// names the cursor that the server keeps; then Begin counts only if there was no saved position.
	Began
	// Placed: the server said that the records of Sub follow after Position. Optional; it makes [AtHead] exact.
	Placed
	// Received: Sub got Message with content Hash at Position, stored at Time.
	Received
	// Done: the application is done with Sub up to Position. Needed with a named cursor alone.
	Done
	// Gap: Sub was told that the offsets From to To are gone, because of Reason, and that it goes on after Position.
	Gap
	// Passed: Sub was told that nothing up to Position is for it.
	Passed
	// Ended: Sub is over; what comes later is not for it.
	Ended

	// Trimmed: retention has removed the offsets up to To.
	Trimmed
	// Hidden: filter or compaction: the offsets From to To are not for Client, or if that is empty for nobody.
	Hidden
	// Deleted: the channel was deleted.
	Deleted
	// StoreReplaced: the store is another one now: of Channel, or if that is empty of every channel, all above To is taken
	// back (0: all of it: a memory store has restarted).
	StoreReplaced
	// Forgot: the store's memory of lanes is another one, or the dedupe window has passed; of Channel, or if that is empty of
	// all. With a Client it is that client which hears of it only now: until then it may have sent to a server that was gone.
	Forgot
	// ServerCrashed: the server's process died, and what its store promised to keep is to be kept.
	ServerCrashed
	// ClientCrashed: the process of Client died; Outbox says what it leaves behind. Its subscriptions have ended.
	ClientCrashed
	// Cloned: the outbox of Client was copied, and Detail names the client that has the copy.
	Cloned
	// Barred: from now on records may be refused with Code: Message alone, which never fits and must not be stored by anybody; else
	// those of Client; else everybody's. A history that has one has all of them. Concerns no channel.
	Barred
	// Fault: something else that was done to somebody: Detail names it. It excuses nothing.
	Fault

	// Final: the whole channel as an auditor has read it at the end: Records, beginning behind To, which is its floor.
	Final
	// Quiesced: everything was healed and has come to rest. It obliges everybody to be complete.
	Quiesced
)

var kinds = [...]string{
	Invoked: "invoked", Accepted: "accepted", Delivered: "delivered", Refused: "refused", Dropped: "dropped", Expired: "expired",
	Unknown: "unknown", Lost: "lost", Stopped: "stopped", Disconnected: "disconnected",
	Began: "began", Placed: "placed", Received: "received", Done: "done", Gap: "gap", Passed: "passed", Ended: "ended",
	Trimmed: "trimmed", Hidden: "hidden", Deleted: "deleted", StoreReplaced: "store replaced", Forgot: "forgot",
	ServerCrashed: "server crashed", ClientCrashed: "client crashed", Cloned: "cloned", Barred: "barred", Fault: "fault",
	Final: "final", Quiesced: "quiesced",
}

// String returns the kind in lower case.
func (k Kind) String() string {
	if int(k) < len(kinds) && kinds[k] != "" {
		return kinds[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// MarshalText makes saved histories readable.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *Kind) UnmarshalText(b []byte) error {
	i := slices.Index(kinds[:], string(b))
	if i <= 0 {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "read history", Detail: "kind: " + strconv.Quote(string(b))}
	}
	*k = Kind(i)
	return nil
}

// Begin says where a subscription begins.
type Begin uint8

const (
	// AtHead begins with what comes; so do all places that a history cannot know, like the last ten or since a time.
	AtHead Begin = iota
	// AtStart begins with the oldest record that is retained.
	AtStart
	// After begins after a position.
	After
)

// String returns the place in lower case.
func (b Begin) String() string { return word(int(b), "at the head", "at the start", "after") }

// Reason of a gap.
type Reason uint8

const (
	// Retention removed the records.
	Retention Reason = 1
	// Fork: the log went another way.
	Fork Reason = 2
)

// String returns the reason in lower case.
func (r Reason) String() string { return word(int(r), "no reason", "retention", "fork") }

// Outbox says what a publisher leaves behind when its process dies.
type Outbox uint8

const (
	// Volatile: nothing. Whoever comes back under its name is somebody else.
	Volatile Outbox = iota
	// Durable: all that was Accepted.
	Durable
)

func word(i int, words ...string) string {
	if i < len(words) {
		return words[i]
	}
	return strconv.Itoa(i)
}

// Event is one thing that happened, flat; Kind says which fields mean something.
type Event struct {
	// At is when it was recorded. Check goes by the order of events alone.
	At      time.Time         `json:",omitzero"`
	Kind    Kind              `json:",omitzero"`
	Client  string            `json:",omitzero"`
	Channel string            `json:",omitzero"`
	Sub     string            `json:",omitzero"` // unique among the lives of all subscribers
	Message string            `json:",omitzero"` // unique among all messages
	Hash    uint64            `json:",omitzero"` // of the content
	Pos     holdfast.Position `json:",omitzero"`
	// Time is the record's, in Unix milliseconds.
	Time     int64         `json:",omitzero"`
	From, To uint64        `json:",omitzero"`
	Begin    Begin         `json:",omitzero"`
	Reason   Reason        `json:",omitzero"`
	Outbox   Outbox        `json:",omitzero"`
	Code     holdfast.Code `json:",omitzero"`
	Cursor   string        `json:",omitzero"`
	Detail   string        `json:",omitzero"`
	Records  []Record      `json:",omitzero"`

	// Seq is the event's place in the history, from 0; Check sets it in what it returns.
	Seq int `json:"-"`
}

// Record is one record of a log.
type Record struct {
	Pos     holdfast.Position
	Message string
	Hash    uint64
	Time    int64 // Unix milliseconds
}

// History is what happened, in order.
type History []Event

// Count returns how many events of each kind there are; faults are told apart by their Detail.
func (h History) Count() (events map[Kind]int, faults map[string]int) {
	events, faults = map[Kind]int{}, map[string]int{}
	for i := range h {
		e := &h[i]
		events[e.Kind]++
		switch e.Kind {
		case Fault:
			faults[e.Detail]++
		case Trimmed, Deleted, StoreReplaced, Forgot, ServerCrashed, ClientCrashed, Cloned:
			faults[e.Kind.String()]++
		}
	}
	return events, faults
}

// Merge joins what several recorders on one machine noted, in the order of their clocks.
func Merge(hs ...History) History {
	h := slices.Concat(hs...)
	slices.SortStableFunc(h, func(a, b Event) int { return a.At.Compare(b.At) })
	return h
}

// Recorder gathers a history. All its methods may be called concurrently; the zero value is ready.
type Recorder struct {
	// Now is the clock; time.Now unless set. Set it before the first Note.
	Now func() time.Time

	mu     sync.Mutex
	events History
}

// Note adds an event behind all others.
func (r *Recorder) Note(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Now != nil {
		e.At = r.Now()
	} else {
		e.At = time.Now()
	}
	e.Seq = len(r.events)
	r.events = append(r.events, e)
}

// History returns a copy of what there is so far.
func (r *Recorder) History() History {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// Violation is a promise that was broken.
type Violation struct {
	// Promise is its number in spec/guarantees.md; 0 says that the history itself cannot be right.
	Promise int
	// What is wrong, in one sentence.
	What string
	// Events that show it, in order.
	Events []Event
}

// String returns the sentence, and a line for each event.
func (v Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "promise %d: %s", v.Promise, v.What)
	for i := range v.Events {
		fmt.Fprintf(&b, "\n  #%d %s", v.Events[i].Seq, v.Events[i].String())
	}
	return b.String()
}
