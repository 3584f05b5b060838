package hub

import (
	"errors"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast/internal/ws"
)

// writer is what one write needs: a worker has one, and a reader borrows one for its own replies.
type writer struct {
	scratch []byte    // control bytes, header, replies
	bufs    [2][]byte // scratch and a range, so that the call needs no allocation
}

var writers = sync.Pool{New: func() any { return new(writer) }}

// keepScratch is the largest scratch that is kept.
const keepScratch = 256 << 10

// compose fills the scratch with what goes before a range of n bytes (or alone, if n is 0), and takes it from
// the member, which is locked.
func (x *writer) compose(m *Member, n int) []byte {
	enc := m.shard.hub.encoders[m.codec]
	b := x.scratch[:0]
	var replies []byte
	o := m.out
	if o != nil {
		b = append(b, o.control...)
		replies = o.replies
	}
	if enc.Framed() {
		n = 0
	}
	if len(replies)+n > 0 {
		b = enc.AppendHeader(b, len(replies)+n)
		b = append(b, replies...)
	}
	if o != nil {
		b = append(b, o.farewell...)
		o.release()
		m.out = nil
	}
	if x.scratch = b[:0]; cap(b) > keepScratch {
		x.scratch = nil
	}
	return b
}

// joinUnder is up to how many bytes a range is copied behind its header: one buffer is written half a microsecond faster than
// two, and that many bytes are copied in less.
const joinUnder = 4 << 10

// write writes what compose has made, which is in the scratch, and a range.
func (x *writer) write(s Socket, a, b []byte) (n int, err error) {
	if len(a) > 0 && len(b) > 0 && len(b) <= joinUnder {
		a, b = append(a, b...), nil
		if cap(a) <= keepScratch {
			x.scratch = a[:0]
		}
	}
	bufs := x.bufs[:0]
	if len(a) > 0 {
		bufs = append(bufs, a)
	}
	if len(b) > 0 {
		bufs = append(bufs, b)
	}
	n, err = s.TryWrite(bufs...)
	x.bufs = [2][]byte{}
	return n, err
}

// stall is what a write has left over: the rest of the scratch, and a range by its offsets. A stalled
// member holds no page; the range's frames are found, or made, again.
type stall struct {
	rest []byte

	ch         *channel // nil if there is no range; retained
	epoch      uint32
	next, last uint64 // records not wholly out
	skip       int    // bytes of next that are out

	since  time.Time
	unsent int       // in the kernel, at the last sweep; -1 if not known
	vain   time.Time // since when it sends the same again and again; zero if it does not
}

// part is the range of a view that a write was about.
type part struct {
	c *cursor
	v *view
	i int // of the first record
	n int // records
}

// ---- writing to a member. All of these are called with it locked, and unlock it.

// serve writes as much of a view as the cursor may have now.
func (s *shard) serve(c *cursor, v *view, head uint64) {
	m := c.m
	want := c.after + 1
	if !v.has(want) || c.term != 0 && c.term != v.termAt(want) && !v.startsTerm(want) {
		s.unfit(c, v, want)
		return
	}
	if c.busy() {
		m.mu.Unlock()
		return
	}
	records, bytes := m.owner.Allowance(c.sub)
	if records < 1 {
		c.state = starved
		m.mu.Unlock()
		return
	}
	i := int(want - v.first)
	n := v.fit(i, records, min(bytes, s.hub.pageSize))
	frames := v.cut(i, n)
	c.after += uint64(n)
	c.term = v.termAt(c.after)
	m.owner.Flushed(c.sub, want, c.after, len(frames))
	if c.state = ready; c.after < head {
		c.state = queued
		s.runs = append(s.runs, c)
	}
	s.counted.deliveries += uint64(n)
	s.write(m, part{c, v, i, n}, frames)
}

// unfit has a cursor looked at by step, or its place in the log checked.
func (s *shard) unfit(c *cursor, v *view, want uint64) {
	if v.has(want) { // its own term is not the log's
		s.request(c, loadKey{ch: c.ch, epoch: c.epoch, kind: loadState})
		return
	}
	s.requeue(c)
}

// flush writes control bytes and replies, if there are any.
func (s *shard) flush(m *Member) {
	if m.writing {
		m.again = true
	}
	if m.out.size() == 0 || m.writing || m.stall != nil || m.dead || m.detached {
		m.mu.Unlock()
		return
	}
	s.write(m, part{}, nil)
}

// write writes what waits and a range, and what has come to wait meanwhile.
func (s *shard) write(m *Member, p part, frames []byte) {
	for {
		head := s.writer.compose(m, len(frames))
		m.writing = true
		resume := m.unpauseLocked()
		m.mu.Unlock()
		n, err := s.writer.write(m.sock, head, frames)
		s.counted.writes++
		s.counted.bytes += uint64(n)
		if resume {
			m.resumed()
		}
		m.mu.Lock()
		m.writing = false
		m.progress = m.progress || n > 0
		again := m.again
		m.again = false
		m.signalLocked()
		if err != nil {
			m.unwritten(err, n, head, p)
			return
		}
		if !again || m.out.size() == 0 || m.detached || m.dead {
			m.mu.Unlock()
			return
		}
		p, frames = part{}, nil
	}
}

// Dry is what a reader calls when its input has run dry: it commits, where readers do that, and flushes. Not locked.
func (m *Member) Dry() {
	if m.shard.hub.readers == CommitByReader {
		m.shard.hub.commitHere(m)
	}
	m.Flush()
}

// Flush writes replies and control bytes now, if nobody else is writing and the socket takes them; else they are
// written as soon as it does. Not locked.
func (m *Member) Flush() {
	m.mu.Lock()
	if m.writing {
		m.again = true
	}
	if m.out.size() == 0 || m.writing || m.stall != nil || m.dead || m.detached {
		m.mu.Unlock()
		return
	}
	x := writers.Get().(*writer)
	head := x.compose(m, 0)
	m.writing = true
	resume := m.unpauseLocked()
	m.mu.Unlock()
	n, err := x.write(m.sock, head, nil)
	if resume {
		m.resumed()
	}
	m.shard.counters.writes.Add(1)
	m.shard.counters.bytes.Add(uint64(n))
	m.mu.Lock()
	m.writing = false
	m.progress = m.progress || n > 0
	if m.again {
		m.again = false
		m.Urgent()
	}
	m.signalLocked()
	if err != nil {
		m.unwritten(err, n, head, part{})
	} else {
		m.mu.Unlock()
	}
	writers.Put(x)
}

// unwritten keeps what a write has left over, or gives the member up. n bytes are out.
func (m *Member) unwritten(err error, n int, head []byte, p part) {
	if !errors.Is(err, ws.ErrStalled) {
		m.breakDown(err)
		return
	}
	if m.detached {
		m.mu.Unlock()
		return
	}
	st := &stall{since: m.shard.hub.now(), unsent: -1}
	if n < len(head) {
		st.rest = append(st.rest, head[n:]...)
	}
	if p.c != nil {
		st.ch, st.epoch = p.c.ch, p.c.epoch
		m.shard.hub.channels.retain(st.ch)
		st.next, st.last = p.v.first+uint64(p.i), p.v.first+uint64(p.i+p.n-1)
		st.advance(p.v, max(0, n-len(head)))
	}
	m.stall = st
	m.shard.counters.stalls.Add(1)
	m.shard.counters.stalled.Add(1)
	m.waitWritable()
}

// advance moves over bytes of the frames in v that are out, from the record next on.
func (st *stall) advance(v *view, out int) {
	i := int(st.next - v.first)
	at := v.start(i) + st.skip + out
	for st.next <= st.last && i < len(v.ends) && int(v.ends[i]) <= at {
		i++
		st.next++
	}
	st.skip = at - v.start(i)
}

// waitWritable asks the socket to tell when it takes bytes again.
func (m *Member) waitWritable() {
	if m.wakeup == nil {
		m.wakeup = func() { m.shard.pushWritable(m) }
	}
	m.outside++
	m.mu.Unlock()
	m.sock.WhenWritable(m.wakeup)
	m.mu.Lock()
	m.outside--
	m.signalLocked()
	m.mu.Unlock()
}
