package server

import (
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// An inbox has the messages of a raw connection that were not taken yet, one behind the other in one buffer. It is guarded by the connection's
// lock. At inboxMessages or inboxBytes nothing more is read from the socket, though what was read with the last of them
// may come on top: up to 64 KiB, and one message.
type inbox struct {
	data  []byte
	heads []head
	next  int // of heads
	at    int // of data
	wake  chan struct{}
	full  bool // Ready said no
}

type head struct {
	typ MessageType
	n   int32
}

const (
	inboxMessages = 64
	inboxBytes    = 256 << 10
)

func (b *inbox) put(typ MessageType, p []byte) {
	if b.next > len(b.heads)/2 { // so that what was taken is not kept while there is always something behind it
		b.data = b.data[:copy(b.data, b.data[b.at:])]
		b.heads = b.heads[:copy(b.heads, b.heads[b.next:])]
		b.at, b.next = 0, 0
	}
	b.data = append(b.data, p...)
	b.heads = append(b.heads, head{typ, int32(len(p))})
	b.signal()
}

// signal wakes whoever waits.
func (b *inbox) signal() {
	if b.wake != nil {
		close(b.wake)
		b.wake = nil
	}
}

// wakeup returns what is closed when there is something to look at.
func (b *inbox) wakeup() <-chan struct{} {
	if b.wake == nil {
		b.wake = make(chan struct{})
	}
	return b.wake
}

// ready reports whether there is room for more, and remembers it if not.
func (b *inbox) ready() bool {
	b.full = len(b.heads)-b.next >= inboxMessages || len(b.data)-b.at >= inboxBytes
	return !b.full
}

// take returns the next message, and whether reading is to go on that had paused.
func (b *inbox) take() (m Message, ok, resume bool) {
	if b.next == len(b.heads) {
		return m, false, false
	}
	h := b.heads[b.next]
	m = Message{h.typ, append(make([]byte, 0, h.n), b.data[b.at:b.at+int(h.n)]...)}
	b.next++
	b.at += int(h.n)
	if b.next == len(b.heads) {
		*b = inbox{wake: b.wake, full: b.full} // what an idle connection holds is nothing
	}
	was := b.full
	return m, true, was && b.ready()
}

// An outbox has the frames of a raw connection that wait for the peer. It is guarded by the connection's lock; who writes has taken its
// batch out.
type outbox struct {
	control []byte   // pings and pongs, which go before the rest
	frames  [][]byte // whole ones
	last    []byte   // the close frame, behind all
	size    int      // of frames
	dropped uint64

	batch    [][]byte // what is being written, and what is left of it
	under    int      // bytes of batch
	writing  bool     // somebody is in TryWrite
	stalled  bool     // the socket takes no more; its callback will come
	room     chan struct{}
	drained  chan struct{} // closed when nothing waits; made by who waits for it
	failed   bool          // the socket has failed
	progress bool          // bytes went out since the last sweep
}

// maxControl bounds pings and pongs that wait: a peer that asks for more pongs without reading them gets fewer, which RFC 6455,
// 5.5.3, allows.
const maxControl = 4 << 10

// writeAtOnce is how much is given to the socket in one call.
const writeAtOnce = 64 << 10

// push takes a frame in, or reports that there is no room.
func (b *outbox) push(frame []byte, limit int, full RawFull) bool {
	waits := func() int { return b.size + b.under }
	if full == RawDropsOldest {
		for len(b.frames) > 0 && waits()+len(frame) > limit {
			b.size -= len(b.frames[0])
			b.frames[0] = nil
			b.frames = b.frames[1:]
			b.dropped++
		}
	} else if waits() > 0 && waits()+len(frame) > limit {
		return false
	}
	b.frames = append(b.frames, frame)
	b.size += len(frame)
	return true
}

// wantRoom returns what is closed when bytes have gone out, or nothing will any more.
func (b *outbox) wantRoom() <-chan struct{} {
	if b.room == nil {
		b.room = make(chan struct{})
	}
	return b.room
}

func (b *outbox) tellRoom() {
	if b.room != nil {
		close(b.room)
		b.room = nil
	}
}

func (b *outbox) waiting() int { return len(b.control) + b.size + b.under + len(b.last) }

// load fills the batch, if it is empty, and reports whether there is something in it.
func (b *outbox) load() bool {
	if len(b.batch) > 0 {
		return true
	}
	add := func(f []byte) { b.batch = append(b.batch, f); b.under += len(f) }
	if len(b.control) > 0 {
		add(b.control)
		b.control = nil
	}
	taken := 0
	for taken < len(b.frames) && b.under < writeAtOnce {
		add(b.frames[taken])
		b.size -= len(b.frames[taken])
		b.frames[taken] = nil
		taken++
	}
	if b.frames = b.frames[taken:]; len(b.frames) == 0 {
		b.frames = nil
		if len(b.last) > 0 {
			add(b.last)
			b.last = nil
		}
	}
	return len(b.batch) > 0
}

// wrote takes n bytes off the batch.
func (b *outbox) wrote(n int) {
	b.progress = b.progress || n > 0
	b.under -= n
	for n > 0 {
		if k := len(b.batch[0]); n >= k {
			b.batch[0] = nil
			b.batch, n = b.batch[1:], n-k
			continue
		}
		b.batch[0] = b.batch[0][n:]
		break
	}
	if len(b.batch) == 0 {
		b.batch = nil
	}
}

// frame makes a message's frame, compressed where that is worth it.
func (c *RawConn) frame(op ws.Opcode, p []byte) []byte {
	if c.ws.Compressed() && len(p) >= deflateFrom {
		packed := scratches.Get().(*[]byte)
		defer scratches.Put(packed)
		if *packed = ws.AppendDeflated((*packed)[:0], p); len(*packed) < len(p) {
			return append(ws.AppendHeader(make([]byte, 0, len(*packed)+10), op, len(*packed), ws.FlagCompressed), *packed...)
		}
	}
	return append(ws.AppendHeader(make([]byte, 0, len(p)+10), op, len(p), 0), p...)
}

// flush writes what waits, as far as the socket takes it. It never blocks. Not locked.
func (c *RawConn) flush() {
	b := &c.out
	c.mu.Lock()
	for !b.writing && !b.stalled && !b.failed && b.load() {
		b.writing = true
		batch := b.batch
		c.mu.Unlock()
		n, err := c.ws.TryWrite(batch...)
		c.mu.Lock()
		b.writing = false
		b.wrote(n)
		if n > 0 {
			b.tellRoom()
		}
		switch {
		case err == ws.ErrStalled:
			b.stalled = true
			c.mu.Unlock()
			c.ws.WhenWritable(c.writable)
			return
		case err != nil:
			b.failed = true
			c.ws.Close() // reading ends, and the connection with it
		}
	}
	if b.drained != nil && (b.waiting() == 0 || b.failed) {
		close(b.drained)
		b.drained = nil
	}
	c.mu.Unlock()
}

// writable is called when the socket takes bytes again, or has failed.
func (c *RawConn) writable() {
	c.mu.Lock()
	c.out.stalled, c.out.progress = false, true
	c.mu.Unlock()
	c.flush()
}
