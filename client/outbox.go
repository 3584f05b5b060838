package client

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Outbox keeps records until they have their final answer: in memory, or in a file that survives the
// process. One session at a time uses it. All methods may be called concurrently.
type Outbox struct {
	o OutboxOptions

	mu       sync.Mutex
	attached *Session
	lanes    map[laneKey]*lane
	entries  map[session.EntryID]*entry
	first    *entry // entries in the order of their ids
	last     *entry
	room     room
	leaving  int           // have their outcome, and keep their room until that is durable,
	leavingB int           // with so many bytes
	idle     chan struct{} // closed when the room is empty again; nil if nobody waits for that
	input    uint64        // how much of the input was taken in,
	sum      uint64        // and its checksum
	kind, id string        // what it is bound to
	uid      [16]byte      // names a file outbox and its copies
	closed   bool
	j        *journal // nil: memory
}

type laneKey struct {
	channel  string
	producer holdfast.ProducerID
}

type lane struct {
	next, resolved uint64
	acked          uint64    // the last that was answered as stored,
	answer         wire.Sent // when and under which memory, in the server's words
	forgotten      uint64    // of the numbers up to it the server knows nothing, and has lost nothing
	successor      holdfast.ProducerID
	dirty          bool // resolved is not in the journal yet
}

// entry is a record in the outbox. Its content does not change.
type entry struct {
	channel string
	typ     holdfast.ContentType
	headers []holdfast.Header
	data    []byte
	expires time.Time
	size    int // what it takes of the room
	input   uint64
	sum     uint64
	taken   bool // input and sum are set
	receipt *Receipt

	id         session.EntryID
	producer   holdfast.ProducerID
	number     uint64
	sent       wire.Sent
	out        bool // it was sent, or may have been
	written    int  // its bytes in the journal
	prev, next *entry
}

// entryOverhead is about what an entry takes besides its content.
const entryOverhead = 64

func (e *entry) measure() {
	e.size = entryOverhead + len(e.channel) + len(e.data)
	for _, h := range e.headers {
		e.size += len(h.Name) + len(h.Value) + 4
	}
}

func (o OutboxOptions) withDefaults() OutboxOptions {
	if o.MaxRecords <= 0 {
		o.MaxRecords = 1000
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 4 << 20
	}
	return o
}

// NewMemoryOutbox returns an empty outbox that lives as long as the process.
func NewMemoryOutbox(o OutboxOptions) *Outbox {
	o = o.withDefaults()
	return &Outbox{
		o:     o,
		lanes: map[laneKey]*lane{}, entries: map[session.EntryID]*entry{},
		room: room{maxRecords: o.MaxRecords, maxBytes: o.MaxBytes},
	}
}

// Taken returns what WithTaken said with the last record that was taken in. Right after a file outbox was opened,
// that is what survived: the input goes on from there.
func (o *Outbox) Taken() (input, sum uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.input, o.sum
}

// Len returns how many records wait for their answer.
func (o *Outbox) Len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.room.records
}

// Bytes returns how many bytes these take.
func (o *Outbox) Bytes() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.room.bytes
}

// Bind ties the outbox to what it is used for, durably: one input, one channel. It fails with
// CodeOutboxMismatch if it was bound to something else.
func (o *Outbox) Bind(kind, id string) error {
	o.mu.Lock()
	if o.kind != "" || o.id != "" {
		defer o.mu.Unlock()
		if o.kind == kind && o.id == id {
			return nil
		}
		return &holdfast.Error{Code: holdfast.CodeOutboxMismatch, Op: o.op("bind"),
			Detail: "it is bound to " + strconv.Quote(o.kind+" "+o.id) + ", not to " + strconv.Quote(kind+" "+id)}
	}
	if o.closed {
		defer o.mu.Unlock()
		return o.closedError()
	}
	o.kind, o.id = kind, id
	if o.j == nil {
		o.mu.Unlock()
		return nil
	}
	o.j.append(func(b []byte) []byte { return appendBind(b, kind, id) })
	o.mu.Unlock()
	return o.j.sync()
}

// Close lets go of the file. A session that uses the outbox must be closed first. Idempotent.
func (o *Outbox) Close() error {
	o.mu.Lock()
	switch {
	case o.attached != nil:
		o.mu.Unlock()
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: o.op("close"), Detail: "a session uses it", Hint: "close the session first"}
	case o.closed || o.j == nil:
		o.closed = true
		o.mu.Unlock()
		return nil
	}
	o.closed = true
	o.flushLanes()
	o.mu.Unlock()
	return o.j.close()
}

func (o *Outbox) op(verb string) string {
	if o.j != nil {
		return verb + " outbox " + o.j.path
	}
	return verb + " outbox"
}

func (o *Outbox) closedError() error {
	return &holdfast.Error{Code: holdfast.CodeClosed, Op: o.op("use")}
}

func (o *Outbox) durability() session.Durability {
	if o.j != nil {
		return session.Durable
	}
	return session.Volatile
}

// attach gives the outbox to a session and returns what its machine has to know.
func (o *Outbox) attach(s *Session) (lanes []session.Lane, entries []session.Entry, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		return nil, nil, o.closedError()
	case o.attached != nil:
		return nil, nil, &holdfast.Error{Code: holdfast.CodeOutboxLocked, Op: o.op("use"), Detail: "another session of this process uses it"}
	case o.o.User != "" && s.o.User != "" && o.o.User != s.o.User:
		return nil, nil, &holdfast.Error{Code: holdfast.CodeOutboxMismatch, Op: o.op("use"),
			Detail: "it belongs to user " + strconv.Quote(o.o.User) + ", the session to " + strconv.Quote(s.o.User)}
	}
	o.attached = s
	for k, l := range o.lanes {
		lanes = append(lanes, session.Lane{Channel: k.channel, Producer: k.producer, Next: l.next, Resolved: l.resolved,
			Acked: l.acked, Memory: l.answer.Memory, AckedAt: l.answer.At, Forgotten: l.forgotten, Successor: l.successor})
	}
	for e := o.first; e != nil; e = e.next {
		entries = append(entries, session.Entry{ID: e.id, Channel: e.channel, Producer: e.producer, Number: e.number,
			Size: len(e.data), Sent: e.sent, Expires: e.expires})
	}
	return lanes, entries, nil
}

// detach takes the outbox from its session. Whoever waits for a record hears err; what is in the outbox stays there,
// unless nobody can go on with it.
func (o *Outbox) detach(err error, private bool) {
	o.mu.Lock()
	o.attached = nil
	var left []*entry
	for e := o.first; e != nil; e = e.next {
		left = append(left, e)
	}
	j := o.j
	if j != nil {
		o.flushLanes()
	}
	o.mu.Unlock()
	for _, e := range left {
		switch {
		case private && e.out:
			e.receipt.end(StatusUnknown, Ack{}, &holdfast.Error{Code: holdfast.CodeUnknownOutcome, Op: "publish to " + e.channel,
				Detail: "the session ended before the answer came", Cause: err})
		case private:
			e.receipt.end(StatusFailed, Ack{}, err)
		default:
			e.receipt.leave(err)
		}
	}
	if j != nil {
		j.sync() // an error has been told to the session, or will be by Close
	}
}

// reserve waits for room as the policy says. It returns false if the record is to be dropped instead.
func (o *Outbox) reserve(ctx context.Context, s *Session, size int) (bool, error) {
	var dropped session.EntryID
	seen := false // the session's owner has seen all that was published before
	for {
		o.mu.Lock()
		if o.room.free(size) {
			o.room.take(size)
			o.mu.Unlock()
			return true, nil
		}
		switch o.o.Policy {
		case OutboxDropNewest:
			o.mu.Unlock()
			return false, nil
		case OutboxRefuse:
			defer o.mu.Unlock()
			return false, o.full("")
		case OutboxDropOldest:
			if o.room.willFit(size, o.leaving, o.leavingB) {
				break
			}
			victim := o.oldestUnsent()
			full := o.full("everything in it was sent, and waits for its answer")
			o.mu.Unlock()
			if victim == 0 && seen || victim != 0 && victim == dropped {
				return false, full
			}
			seen = seen || victim == 0
			dropped = victim
			if err := s.drop(ctx, victim); err != nil {
				return false, err
			}
			continue
		}
		w := o.room.wait(size)
		o.mu.Unlock()
		err := s.await(ctx, w.granted, "publish: wait for room in the outbox")
		if err == nil {
			return true, nil
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		o.room.leave(w)
		return false, err
	}
}

func (o *Outbox) full(more string) error {
	d := "the outbox holds " + strconv.Itoa(o.room.records) + " records of " + strconv.Itoa(o.room.bytes) + " bytes; its limits are " +
		strconv.Itoa(o.o.MaxRecords) + " and " + strconv.Itoa(o.o.MaxBytes)
	if more != "" {
		d += "; " + more
	}
	return &holdfast.Error{Code: holdfast.CodeOutboxFull, Op: "publish", Detail: d}
}

func (o *Outbox) oldestUnsent() session.EntryID {
	for e := o.first; e != nil; e = e.next {
		if !e.out {
			return e.id
		}
	}
	return 0
}

// release gives room back.
func (o *Outbox) release(size int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.room.give(size)
	if o.room.records == 0 && o.idle != nil {
		close(o.idle)
		o.idle = nil
	}
}

// left gives back the room of an entry whose outcome had to become durable first.
func (o *Outbox) left(size int) {
	o.mu.Lock()
	o.leaving--
	o.leavingB -= size
	o.mu.Unlock()
	o.release(size)
}

// whenIdle returns a channel that is closed when nothing waits for an answer.
func (o *Outbox) whenIdle() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.room.records == 0 {
		ch := make(chan struct{})
		close(ch)
		return ch
	}
	if o.idle == nil {
		o.idle = make(chan struct{})
	}
	return o.idle
}
