package simnet

import (
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// End is one end of a connection.
type End uint8

const (
	// Dialing is the end that has dialed.
	Dialing End = iota
	// Listening is the end that was accepted.
	Listening
)

func (e End) other() End { return 1 - e }

const (
	defaultBuffer = 64 << 10
	segmentSize   = 4 << 10
)

// pair is a connection: two ends, two directions.
type pair struct {
	host *host

	mu      sync.Mutex
	changed chan struct{} // closed when anything changes
	ends    [2]*conn
	over    bool // the host has forgotten it
}

// conn is one end.
type conn struct {
	p             *pair
	end           End
	local, remote Addr

	// under the pair's lock
	in, out  *half
	closed   bool
	err      error // final: reset
	eof      bool
	readBy   time.Time
	writeBy  time.Time
	finished bool // CloseWrite
}

// half is one direction.
type half struct {
	segments []segment
	queued   int       // bytes in segments
	deaf     bool      // whoever reads is closed: bytes that come are answered with a reset
	void     bool      // whoever reads is gone and tells nobody
	reset    time.Time // whoever reads hears of a reset then; zero: never
	hold     time.Time // nothing arrives before
	budget   int64     // bytes that are still taken in before a cut; -1: no cut
	free     time.Time // when the line is free again
	last     time.Time // when what was sent last arrives
	rnd      *rand.Rand
}

type segmentKind uint8

const (
	bytesSegment segmentKind = iota
	finSegment
	resetSegment
)

type segment struct {
	kind segmentKind
	data []byte
	due  time.Time
}

// never is a time that does not come.
var never = time.Unix(1<<40, 0)

func newPair(h *host, number uint64, to Addr) *pair {
	p := &pair{host: h, changed: make(chan struct{})}
	from := Addr(net.JoinHostPort(h.name, strconv.FormatUint(1024+number, 10)))
	seed := h.net.o.Seed
	up := &half{budget: -1, rnd: newRand(seed, h.name, number, 0)}
	down := &half{budget: -1, rnd: newRand(seed, h.name, number, 1)}
	p.ends[Dialing] = &conn{p: p, end: Dialing, local: from, remote: to, in: down, out: up}
	p.ends[Listening] = &conn{p: p, end: Listening, local: to, remote: from, in: up, out: down}
	return p
}

func (p *pair) signalLocked() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// arriving returns when something that is due at a time can arrive in a direction.
func (h *half) arriving(due time.Time, cut bool) time.Time {
	if cut {
		return never
	}
	if h.hold.After(due) {
		return h.hold
	}
	return due
}

// send puts a segment on its way, which takes so much longer than the link alone makes it.
func (h *half) send(s segment, now time.Time, l *Link, delay time.Duration) {
	start := now
	if h.free.After(start) {
		start = h.free
	}
	if l.Bandwidth > 0 {
		start = start.Add(time.Duration(float64(len(s.data)) / float64(l.Bandwidth) * float64(time.Second)))
		h.free = start
	}
	due := start.Add(l.Latency + delay)
	if l.Jitter > 0 {
		due = due.Add(time.Duration(h.rnd.Int64N(int64(l.Jitter))))
	}
	if due.Before(h.last) {
		due = h.last
	}
	s.due, h.last = due, due
	h.segments = append(h.segments, s)
	h.queued += len(s.data)
}

func (h *half) drop() {
	h.segments, h.queued = nil, 0
}

// hears takes note of a reset that has arrived.
func (c *conn) hears(now time.Time, cut bool) {
	if c.err == nil && !c.in.reset.IsZero() && !now.Before(c.in.arriving(c.in.reset, cut)) {
		c.err = syscall.ECONNRESET
		c.in.drop()
	}
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.read(b)
	return n, opError("read", c, err)
}

func (c *conn) read(b []byte) (int, error) {
	p := c.p
	for {
		_, cut, _ := p.host.facts()
		p.mu.Lock()
		now := time.Now()
		c.hears(now, cut)
		switch {
		case c.closed:
			p.mu.Unlock()
			return 0, net.ErrClosed
		case c.err != nil:
			p.mu.Unlock()
			return 0, c.err
		case past(c.readBy, now):
			p.mu.Unlock()
			return 0, os.ErrDeadlineExceeded
		case c.eof:
			p.mu.Unlock()
			return 0, io.EOF
		case len(b) == 0:
			p.mu.Unlock()
			return 0, nil
		}
		if n, ok := c.takeLocked(b, now, cut); ok {
			p.mu.Unlock()
			if n > 0 {
				return n, nil
			}
			continue
		}
		wake := c.readBy
		if len(c.in.segments) > 0 {
			wake = sooner(wake, c.in.arriving(c.in.segments[0].due, cut))
		}
		if !c.in.reset.IsZero() {
			wake = sooner(wake, c.in.arriving(c.in.reset, cut))
		}
		changed := p.changed
		p.mu.Unlock()
		wait(changed, wake)
	}
}

// takeLocked takes what has arrived. It reports whether anything has.
func (c *conn) takeLocked(b []byte, now time.Time, cut bool) (n int, ok bool) {
	h := c.in
	for len(h.segments) > 0 && n < len(b) {
		s := &h.segments[0]
		if now.Before(h.arriving(s.due, cut)) {
			break
		}
		ok = true
		if s.kind != bytesSegment {
			if n > 0 {
				break
			}
			if c.eof = s.kind == finSegment; !c.eof {
				c.err = syscall.ECONNRESET
			}
			h.drop()
			break
		}
		k := copy(b[n:], s.data)
		n += k
		h.queued -= k
		if s.data = s.data[k:]; len(s.data) == 0 {
			s.data = nil
			h.segments = h.segments[1:]
		}
	}
	if n > 0 {
		c.p.signalLocked()
	}
	return n, ok
}

func (c *conn) Write(b []byte) (int, error) {
	n := 0
	for first := true; first || n < len(b); first = false {
		k, err := c.write(b[n:])
		n += k
		if err != nil {
			return n, opError("write", c, err)
		}
	}
	return n, nil
}

// write takes as much as there is room for, and waits until there is some.
func (c *conn) write(b []byte) (int, error) {
	p := c.p
	for {
		link, cut, closing := p.host.facts()
		p.mu.Lock()
		now := time.Now()
		c.hears(now, cut)
		switch {
		case c.closed:
			p.mu.Unlock()
			return 0, net.ErrClosed
		case c.err != nil:
			p.mu.Unlock()
			return 0, c.err
		case c.finished:
			p.mu.Unlock()
			return 0, syscall.EPIPE
		case past(c.writeBy, now):
			p.mu.Unlock()
			return 0, os.ErrDeadlineExceeded
		case len(b) == 0:
			p.mu.Unlock()
			return 0, nil
		}
		h := c.out
		if h.deaf {
			if c.in.reset.IsZero() {
				c.in.reset = now.Add(2*link.Latency + closing)
				p.signalLocked()
			}
			p.mu.Unlock()
			return len(b), nil
		}
		if n := min(len(b), link.buffer()-h.queued); n > 0 {
			c.sendLocked(b[:n], now, &link)
			p.mu.Unlock()
			return n, nil
		}
		wake := c.writeBy
		if !c.in.reset.IsZero() {
			wake = sooner(wake, c.in.arriving(c.in.reset, cut))
		}
		changed := p.changed
		p.mu.Unlock()
		wait(changed, wake)
	}
}

func (l *Link) buffer() int {
	if l.Buffer <= 0 {
		return defaultBuffer
	}
	return l.Buffer
}

// sendLocked sends bytes, or as many of them as are let through before a cut.
func (c *conn) sendLocked(b []byte, now time.Time, link *Link) {
	h := c.out
	for len(b) > 0 && h.budget != 0 {
		n := min(len(b), segmentSize)
		if h.budget > 0 {
			n = int(min(int64(n), h.budget))
			h.budget -= int64(n)
		}
		h.send(segment{kind: bytesSegment, data: append([]byte(nil), b[:n]...)}, now, link, 0)
		b = b[n:]
	}
	if h.budget == 0 { // the rest is lost with the connection
		h.budget = -1
		h.send(segment{kind: resetSegment}, now, link, 0)
		h.deaf = true
		c.in.reset = h.last
	}
	c.p.signalLocked()
}

// CloseWrite ends this end's direction: the other end reads what is on the way, and then the end.
func (c *conn) CloseWrite() error {
	link, _, _ := c.p.host.facts()
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if c.closed {
		return opError("close", c, net.ErrClosed)
	}
	c.finishLocked(&link, 0)
	return nil
}

func (c *conn) finishLocked(link *Link, delay time.Duration) {
	if c.finished || c.err != nil {
		return
	}
	c.finished = true
	c.out.send(segment{kind: finSegment}, time.Now(), link, delay)
	c.p.signalLocked()
}

// Close ends this end. As with TCP, bytes that were not read turn the goodbye into a reset.
func (c *conn) Close() error {
	link, cut, closing := c.p.host.facts()
	p := c.p
	p.mu.Lock()
	if c.closed {
		p.mu.Unlock()
		return opError("close", c, net.ErrClosed)
	}
	now := time.Now()
	unread := len(c.in.segments) > 0 && c.in.segments[0].kind == bytesSegment && !now.Before(c.in.arriving(c.in.segments[0].due, cut))
	if unread && c.err == nil && !c.finished {
		c.finished = true
		if c.out.reset.IsZero() {
			c.out.reset = now.Add(link.Latency + closing)
		}
	} else {
		c.finishLocked(&link, closing)
	}
	c.closed = true
	c.in.drop()
	c.in.deaf = !c.in.void
	p.signalLocked()
	forget := !p.over && p.ends[c.end.other()].closed
	p.over = p.over || forget
	p.mu.Unlock()
	if forget {
		p.host.forget(p)
	}
	return nil
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) SetDeadline(t time.Time) error {
	return c.setDeadlines(func() { c.readBy, c.writeBy = t, t })
}
func (c *conn) SetReadDeadline(t time.Time) error {
	return c.setDeadlines(func() { c.readBy = t })
}
func (c *conn) SetWriteDeadline(t time.Time) error {
	return c.setDeadlines(func() { c.writeBy = t })
}

func (c *conn) setDeadlines(set func()) error {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if c.closed {
		return opError("set deadline", c, net.ErrClosed)
	}
	set()
	c.p.signalLocked()
	return nil
}

func past(deadline, now time.Time) bool { return !deadline.IsZero() && !now.Before(deadline) }

// sooner returns the earlier of two times, of which zero means never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// wait waits for a change or a time.
func wait(changed <-chan struct{}, until time.Time) {
	if until.IsZero() || !until.Before(never) {
		<-changed
		return
	}
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	}
}
