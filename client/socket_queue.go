package client

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// outqueue holds what Send has taken and the connection's writer has not written. Where a connection is open it is little, and the same two
// buffers go back and forth between Send and the writer.
type outqueue struct {
	o    QueueOptions
	high int // bytes at which Send waits while open,
	low  int // and to which it waits
	file *queueFile

	mu    sync.Mutex
	open  bool   // a connection takes what comes
	conn  uint64 // number of the connection that is open or being made; 0: none
	over  error
	items []queued
	head  int    // of items
	buf   []byte // what items point into
	count int    // messages, those with the writer too
	bytes int
	held  bool          // high was reached, and low has not been since
	room  chan struct{} // closed when there may be room; nil if nobody waits
	empty chan struct{} // closed when nothing is left; nil if nobody waits
	line  *line         // the connection that takes what there is; nil: none
	busy  bool          // its writer runs
}

// queued is a message in a buffer.
type queued struct {
	begin, end int
	kind       MessageKind
	expires    int64  // Unix nanoseconds; 0: never
	id         uint64 // in the file; 0: not there
	conn       uint64 // the only connection that it is for; 0: any
}

// batch is what the writer has taken.
type batch struct {
	items []queued
	next  int // of items
	buf   []byte
}

// lost is what was dropped to make room.
type lost struct{ dropped, expired int }

func (q *outqueue) init(o *SocketOptions) {
	q.o, q.high, q.low = o.Queue, o.HighWater, o.LowWater
}

// load takes what an earlier socket has left in a file, whatever the limits are.
func (q *outqueue) load(file *queueFile, list []storedMessage) {
	q.file = file
	for i := range list {
		m := &list[i]
		it := queued{begin: len(q.buf), kind: m.kind, id: m.id}
		if !m.expires.IsZero() {
			it.expires = m.expires.UnixNano()
		}
		q.buf = append(q.buf, m.data...)
		it.end = len(q.buf)
		q.items = append(q.items, it)
		q.count++
		q.bytes += len(m.data)
	}
}

// put takes a message. What it drops instead is returned.
func (q *outqueue) put(ctx context.Context, kind MessageKind, data []byte, text string, o sendOptions) (gone lost, err error) {
	size := len(data) + len(text)
	q.mu.Lock()
	for {
		if err := q.over; err != nil {
			q.mu.Unlock()
			return gone, err
		}
		if o.conn != 0 && o.conn != q.conn {
			q.mu.Unlock()
			return gone, &holdfast.Error{Code: holdfast.CodeDisconnected, Op: "send", Detail: "connection " + strconv.FormatUint(o.conn, 10) + " has ended"}
		}
		what, err := q.roomLocked(size)
		switch {
		case err != nil || what == dropNewest:
			q.mu.Unlock()
			if err == nil {
				gone.dropped++
			}
			return gone, err
		case what == dropOldest:
			q.removeLocked()
			gone.dropped++
			continue
		case what == dropExpired:
			q.removeLocked()
			gone.expired++
			continue
		case what == waitForRoom:
			if err := q.waitLocked(ctx); err != nil {
				return gone, err
			}
			continue
		}
		break
	}
	id := q.addLocked(kind, data, text, o)
	q.writeLocked()
	q.mu.Unlock()
	if id != 0 {
		return gone, q.file.sync(id)
	}
	return gone, nil
}

// waitLocked waits until there may be room. Where that fails the lock is no longer held.
func (q *outqueue) waitLocked(ctx context.Context) error {
	if q.room == nil {
		q.room = make(chan struct{})
	}
	room := q.room
	q.mu.Unlock()
	select {
	case <-room:
	case <-ctx.Done():
		return canceled("send", ctx)
	}
	q.mu.Lock()
	return nil
}

// makeRoom is what must be done before a message is taken.
type makeRoom uint8

const (
	takeIt makeRoom = iota
	waitForRoom
	dropNewest
	dropOldest
	dropExpired
)

// roomLocked says what is to be done for a message of so many bytes.
func (q *outqueue) roomLocked(size int) (makeRoom, error) {
	if q.open {
		if q.held = q.held || q.bytes+size > q.high && q.bytes > 0; q.held {
			return waitForRoom, nil
		}
		return takeIt, nil
	}
	if q.count < q.o.MaxMessages && (q.bytes+size <= q.o.MaxBytes || q.count == 0) {
		return takeIt, nil
	}
	waiting := q.head < len(q.items)
	if waiting && q.items[q.head].expired(time.Now()) {
		return dropExpired, nil
	}
	switch q.o.Policy {
	case QueueWait:
		return waitForRoom, nil
	case QueueDropNewest:
		return dropNewest, nil
	case QueueDropOldest:
		if waiting {
			return dropOldest, nil
		}
	}
	return takeIt, &holdfast.Error{Code: holdfast.CodeQueueFull, Op: "send", Detail: "QueueOptions.MaxMessages or MaxBytes: " +
		strconv.Itoa(q.count) + " messages of " + strconv.Itoa(q.bytes) + " bytes wait for a connection"}
}

func (it *queued) expired(now time.Time) bool { return it.expires != 0 && it.expires <= now.UnixNano() }

func (q *outqueue) addLocked(kind MessageKind, data []byte, text string, o sendOptions) uint64 {
	it := queued{begin: len(q.buf), kind: kind, conn: o.conn}
	if !o.expires.IsZero() {
		it.expires = o.expires.UnixNano()
	} else if q.o.TTL > 0 {
		it.expires = time.Now().Add(q.o.TTL).UnixNano()
	}
	q.buf = append(append(q.buf, data...), text...)
	it.end = len(q.buf)
	if q.file != nil && o.conn == 0 {
		it.id = q.file.add(it, q.buf[it.begin:it.end])
	}
	q.items = append(q.items, it)
	q.count++
	q.bytes += it.end - it.begin
	return it.id
}

// removeLocked drops the oldest message that the writer does not have.
func (q *outqueue) removeLocked() {
	it := q.items[q.head]
	q.items[q.head] = queued{}
	q.head++
	q.countOutLocked(it)
	if q.head*2 > len(q.items) && q.head >= 64 {
		q.compactLocked()
	}
}

// compactLocked gives the place of removed messages back.
func (q *outqueue) compactLocked() {
	items := make([]queued, 0, len(q.items)-q.head)
	var buf []byte
	for _, it := range q.items[q.head:] {
		begin := len(buf)
		buf = append(buf, q.buf[it.begin:it.end]...)
		it.begin, it.end = begin, len(buf)
		items = append(items, it)
	}
	q.items, q.head, q.buf = items, 0, buf
}

// countOutLocked says that a message is no longer here.
func (q *outqueue) countOutLocked(it queued) {
	q.count--
	q.bytes -= it.end - it.begin
	if it.id != 0 {
		q.file.done(it.id, it.end-it.begin)
	}
	if q.held && q.bytes > q.low {
		return
	}
	q.held = false
	q.wakeSendersLocked()
	if q.count == 0 && q.empty != nil {
		close(q.empty)
		q.empty = nil
	}
}

func (q *outqueue) wakeSendersLocked() {
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
}

// writeLocked has the connection's writer run. An idle connection has none.
func (q *outqueue) writeLocked() {
	if q.line != nil && !q.busy {
		q.busy = true
		q.line.wg.Add(1)
		go q.line.writer()
	}
}

// attach gives a connection all there is, and what comes. Its writer runs at once.
func (q *outqueue) attach(c *line) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.line = c
	q.writeLocked()
}

// detach has no writer begin any more.
func (q *outqueue) detach() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.line, q.busy = nil, false
}

// take gives the writer all there is, and takes its last batch's buffers back. If it returns false the writer must end.
func (q *outqueue) take(b *batch) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.head == len(q.items) {
		q.busy = false
		return false
	}
	items, buf := b.items[:0], b.buf[:0]
	if cap(buf) > keepBuffer {
		items, buf = nil, nil
	}
	b.items, b.next, b.buf = q.items, q.head, q.buf
	q.items, q.buf, q.head = items, buf, 0
	return true
}

// keepBuffer is the largest buffer that is kept for what comes next.
const keepBuffer = 256 << 10

// written says that the first message of a batch is out, or has expired. It reports whether Send may go on after it had to wait.
func (q *outqueue) written(b *batch) (drained bool) {
	it := b.items[b.next]
	b.next++
	q.mu.Lock()
	defer q.mu.Unlock()
	held := q.held
	q.countOutLocked(it)
	return held && !q.held
}

// putBack has what the writer could not write go first on the next connection.
func (q *outqueue) putBack(b *batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if b.next == len(b.items) {
		return
	}
	items, buf := b.items[b.next:], b.buf
	for _, it := range q.items[q.head:] {
		begin := len(buf)
		buf = append(buf, q.buf[it.begin:it.end]...)
		it.begin, it.end = begin, len(buf)
		items = append(items, it)
	}
	q.items, q.buf, q.head = items, buf, 0
	*b = batch{}
}

// setOpen says whether a connection takes what comes.
func (q *outqueue) setOpen(open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open, q.held = open, q.held && open
	q.wakeSendersLocked() // they look again, by other rules
}

// begin says that connection n is being made: what is for it alone may come.
func (q *outqueue) begin(n uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.conn = n
}

// finish says that the connection is gone, and with it what was for it alone.
func (q *outqueue) finish() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.conn = 0
	kept := q.items[:q.head]
	for _, it := range q.items[q.head:] {
		if it.conn == 0 {
			kept = append(kept, it)
		} else {
			q.countOutLocked(it)
		}
	}
	if len(kept) < len(q.items) {
		q.items = kept
		q.compactLocked()
	}
	q.wakeSendersLocked()
}

func (q *outqueue) connection() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.conn
}

// end refuses what comes, and wakes all who wait.
func (q *outqueue) end(why error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = why
	q.wakeSendersLocked()
}

// restart takes messages again.
func (q *outqueue) restart() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = nil
}

// whenEmpty is closed as soon as nothing is left.
func (q *outqueue) whenEmpty() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.empty == nil {
		q.empty = make(chan struct{})
		if q.count == 0 {
			c := q.empty
			close(c)
			q.empty = nil
			return c
		}
	}
	return q.empty
}

func (q *outqueue) size() (messages, bytes int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count, q.bytes
}
