package hub

import (
	"slices"
	"sync"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// replyLimit is how many bytes of replies and control frames may wait before Ready says false.
const replyLimit = 64 << 10

// openLimit is how many subscriptions may wait to be opened before Ready says false.
const openLimit = 1024

// Member is one connection within a hub. Its lock is the lock of the whole connection: it also guards what the
// owner keeps beside it. Methods documented as "locked" are called between Lock and Unlock or from an Owner's method,
// the others never.
type Member struct {
	mu    sync.Mutex
	shard *shard
	sock  Socket
	owner Owner

	out      *outgoing     // replies and control bytes that wait; nil if there are none
	stall    *stall        // what a write has left over; nil unless stalled
	subs     []*cursor     // in order of sub
	wakeup   func()        // for Socket.WhenWritable; made at the first stall
	idle     chan struct{} // closed when outside becomes 0, or for Drain; nil unless somebody waits
	index    int32         // in in its shard's members, the shard's own; -1 if not there
	opens    int32         // Open was called so often, and no loader has taken it on yet
	outside  int16         // calls of the owner's or the socket's that are under way without the lock
	codec    uint8
	writing  bool // somebody is in Socket.TryWrite
	again    bool // look again before writing ends: somebody else found it busy
	marked   bool // in the shard's urgent list
	paused   bool // Ready has said false
	draining bool // no more ranges
	parting  bool // Farewell was called
	dead     bool // Broken was called, or will be
	detached bool
	progress bool // bytes went out since the last sweep
	kick     bool // cursors were left ready because the member was busy
	queued   bool // waits for room in the queue of drafts; guarded by queue.mu
}

// outgoing is borrowed from a pool only while there is something to write, so that an idle member holds none.
type outgoing struct{ control, replies, farewell []byte }

var outgoings = sync.Pool{New: func() any { return new(outgoing) }}

func (o *outgoing) size() int {
	if o == nil {
		return 0
	}
	return len(o.control) + len(o.replies) + len(o.farewell)
}

// release gives it back, unless it has grown large.
func (o *outgoing) release() {
	if cap(o.control)+cap(o.replies) <= replyLimit {
		o.control, o.replies, o.farewell = o.control[:0], o.replies[:0], o.farewell[:0]
		outgoings.Put(o)
	}
}

// Lock locks the connection. Nothing that blocks may be done under it.
func (m *Member) Lock() { m.mu.Lock() }

// Unlock unlocks it.
func (m *Member) Unlock() { m.mu.Unlock() }

// Replies returns the encoded frames that wait to be written, to append to and to hand back with SetReplies.
// Locked.
func (m *Member) Replies() []byte {
	if m.out == nil {
		m.out = outgoings.Get().(*outgoing)
	}
	return m.out.replies
}

// SetReplies sets what Replies returned with whole frames appended. They go into one message, before the records that follow.
// They are written by the next Flush, or with the next records; else call Urgent. Locked.
func (m *Member) SetReplies(b []byte) {
	if m.detached || m.dead || m.parting {
		return
	}
	if m.out == nil { // somebody wrote between Replies and SetReplies: not possible while locked
		m.out = outgoings.Get().(*outgoing)
	}
	m.out.replies = b
}

// Control adds bytes that are framed already (a ping, a pong). They are copied, and go before everything else at the
// next message boundary. Locked.
func (m *Member) Control(b []byte) {
	if m.detached || m.dead || m.parting {
		return
	}
	if m.out == nil {
		m.out = outgoings.Get().(*outgoing)
	}
	m.out.control = append(m.out.control, b...)
}

// Farewell adds a close frame, which is copied. It goes behind all that waits, and nothing goes behind it: replies and
// control bytes that come later are dropped. To be called once, after a first Drain; another one writes it. Locked.
func (m *Member) Farewell(b []byte) {
	if m.detached || m.dead || m.parting {
		return
	}
	if m.out == nil {
		m.out = outgoings.Get().(*outgoing)
	}
	m.out.farewell = append(m.out.farewell, b...)
	m.parting = true
}

// Urgent has a worker write the replies soon: they were added outside a reader that will call Flush. Locked.
func (m *Member) Urgent() {
	if !m.marked && !m.detached {
		m.marked = true
		m.shard.pushUrgent(m)
	}
}

// Ready reports whether more input should be read. After false (64 KiB of unwritten replies, 1,024 subscriptions that wait to
// be opened, or a full queue of drafts) Owner.Resume is called when it has become true again. Not locked.
func (m *Member) Ready() bool {
	m.mu.Lock()
	ok := m.readyLocked()
	m.paused = !ok
	m.mu.Unlock()
	return ok
}

func (m *Member) readyLocked() bool {
	return m.out.size() < replyLimit && m.opens < openLimit && m.shard.hub.queue.ready(m)
}

// Pending returns how many bytes of replies and control frames wait to be written, and of a write that the socket has not taken
// whole; a range of records that is to be made again is not among them. Locked.
func (m *Member) Pending() int {
	n := m.out.size()
	if m.stall != nil {
		n += len(m.stall.rest)
	}
	return n
}

// Submit queues drafts for the commit loop, in order, and copies what they point to (strings are kept as they are, so
// they must not be changed). Owner.Answered comes for each, in order, unless the store fails or the hub was closed before, and is
// given at: when they came, by the owner's clock. Where readers commit, Dry is to be called afterwards. Locked.
func (m *Member) Submit(drafts []store.Draft, at int64) {
	if len(drafts) > 0 && !m.detached {
		m.shard.hub.queue.submit(m, drafts, at)
	}
}

// Open begins a subscription. What it returns is to be given to OpenHere or OpenLater, and Owner.Opened answers then, unless
// CloseSub or Detach comes before. Locked.
func (m *Member) Open(r OpenRequest) Opening {
	m.opens++
	c := &cursor{m: m, sub: r.Sub, index: -1}
	r.Earlier = slices.Clone(r.Earlier)
	i, found := m.find(r.Sub)
	if m.detached {
		c.state = refused
		return Opening{openJob{c: c, err: errClosed("open subscription")}}
	}
	if found {
		c.state = refused
		return Opening{openJob{c: c, err: &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "open subscription", Detail: "Sub: in use"}}}
	}
	m.subs = slices.Insert(m.subs, i, c)
	return Opening{openJob{c: c, r: r}}
}

// OpenLater has subscriptions opened on goroutines of the hub. It never waits. Locked or not.
func (m *Member) OpenLater(list ...Opening) {
	for i := range list {
		m.shard.hub.loader.pushOpen(list[i].j)
	}
}

// OpenHere opens subscriptions at once, which may ask the store, so that their answers can go out with the replies that
// wait. Those that the store must keep, and those for which too many readers are at it already, are opened later. It is for
// the reader, which calls Dry afterwards. Not locked.
func (m *Member) OpenHere(list ...Opening) {
	h := m.shard.hub
	for i := range list {
		j := &list[i].j
		if j.r.Cursor != "" || !h.loader.lend() {
			h.loader.pushOpen(*j)
			continue
		}
		h.open(j, byReader)
		h.loader.takeBack()
	}
}

// Opening returns how many calls of Open wait for their turn, those of subscriptions that have ended since among them. Ready
// bounds it between two reads, but the owner has to bound what one message asks for. Locked.
func (m *Member) Opening() int { return int(m.opens) }

// CloseSub ends a subscription at once: a range under way is finished, no other follows. Its number is free again. Its named cursor
// keeps what was saved last. An unknown number is ignored. Locked.
func (m *Member) CloseSub(sub uint32) {
	if i, ok := m.find(sub); ok {
		m.closeAt(i)
	}
}

// Wake says that Allowance may have grown. Locked.
func (m *Member) Wake(sub uint32) {
	if i, ok := m.find(sub); ok && m.subs[i].state == starved {
		m.subs[i].state = queued
		m.shard.pushRun(m.subs[i])
	}
}

// SaveCursor moves the subscription's named cursor. Moves are saved together within 200 ms, and before the cursor is opened
// again. A position without a term gets that of its offset in the log. Without a named cursor it does nothing. Locked.
func (m *Member) SaveCursor(sub uint32, p holdfast.Position) {
	if i, ok := m.find(sub); ok && m.subs[i].named != nil {
		m.shard.hub.cursors.save(m.subs[i].named, p)
	}
}

func (m *Member) find(sub uint32) (int, bool) {
	if n := len(m.subs); n > 0 && m.subs[n-1].sub == sub {
		return n - 1, true
	}
	return slices.BinarySearchFunc(m.subs, sub, func(c *cursor, sub uint32) int {
		switch {
		case c.sub < sub:
			return -1
		case c.sub > sub:
			return 1
		}
		return 0
	})
}

// closeAt ends the i-th subscription. A cursor that is still being opened is released by who opens it.
func (m *Member) closeAt(i int) {
	c := m.subs[i]
	m.subs = slices.Delete(m.subs, i, i+1)
	opening := c.state == opening
	c.state = closed
	if c.named != nil {
		m.shard.hub.cursors.leave(c.named)
	}
	if !opening {
		m.shard.pushLeave(c)
	}
}

// Detach forgets the connection. When it has returned, the hub calls neither the owner nor the socket any more, and drafts that are
// still queued are committed without an answer. Not locked; not from an Owner's method; may be called again.
func (m *Member) Detach() {
	m.mu.Lock()
	if !m.detached {
		m.detached = true
		for len(m.subs) > 0 {
			m.closeAt(len(m.subs) - 1)
		}
		m.subs = nil
		if m.out != nil {
			m.out.release()
			m.out = nil
		}
		m.shard.post(func(in *inbox) { in.parts = append(in.parts, m) })
		m.shard.load.Add(-1)
	}
	m.waitOutside()
	m.mu.Unlock()
	m.shard.hub.queue.signal() // where readers commit, this one does not any more
}
