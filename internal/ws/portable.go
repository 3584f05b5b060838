package ws

import (
	"crypto/tls"
	"io"
	"net"
	"sync"
	"time"
)

const (
	readSize     = 64 << 10 // bytes of a pooled read buffer
	idleReadSize = 512      // portable path: bytes of the buffer that a quiet connection reads into
	busyReadSize = 4 << 10  // portable path: the same while data flows
	queueSize    = 64 << 10 // portable path: bytes held for a blocking write
	quietReads   = 16       // portable path: so many small reads make a connection a quiet one
)

var (
	readBuffers  = sync.Pool{New: func() any { return new([readSize]byte) }}
	smallBuffers = sync.Pool{New: func() any { return new([busyReadSize]byte) }}
)

// servePortable blocks in Read. It holds 512 bytes while it does, or 4 KB when the last reads were large.
func (c *Conn) servePortable(h Handler) error {
	idle := make([]byte, idleReadSize)
	buf, quiet := idle, 0
	var busy *[busyReadSize]byte
	defer func() {
		if busy != nil {
			smallBuffers.Put(busy)
		}
	}()
	for {
		if err := c.untilReady(h); err != nil {
			return err
		}
		n, err := c.nc.Read(buf)
		if n > 0 {
			if err := c.reader.feed(h, buf[:n]); err != nil {
				return err
			}
			// Whether more is at hand cannot be known here: the next read may block.
			h.Dry()
			if err == nil && c.settle && !c.settled {
				c.settled = true
				return ErrSettled
			}
		}
		if err != nil {
			return c.readError(err)
		}
		switch {
		case busy == nil && n == len(buf):
			busy = smallBuffers.Get().(*[busyReadSize]byte)
			buf, quiet = busy[:], 0
		case busy != nil && n > idleReadSize:
			quiet = 0
		case busy != nil:
			if quiet++; quiet == quietReads {
				smallBuffers.Put(busy)
				busy, buf = nil, idle
			}
		}
	}
}

// readError says why reading has ended.
func (c *Conn) readError(err error) error {
	if c.closed.Load() {
		return closedError(opRead)
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return ioError(opRead, err)
}

func isTLS(nc net.Conn) bool {
	_, ok := nc.(*tls.Conn)
	return ok
}

// closeWrite ends the writing direction, where there is such a thing.
func closeWrite(nc net.Conn) {
	if t, ok := nc.(*tls.Conn); ok {
		t.CloseWrite()
		nc = t.NetConn()
	}
	if w, ok := nc.(interface{ CloseWrite() error }); ok {
		w.CloseWrite()
	}
}

// discard reads until the end, the deadline or an error.
func discard(nc net.Conn) {
	var b [idleReadSize]byte
	for {
		if _, err := nc.Read(b[:]); err != nil {
			return
		}
	}
}

// queue is the portable way to write without blocking: bytes wait here for a goroutine that runs only while
// there are some. It holds at most queueSize bytes, those in the blocking write among them.
type queue struct {
	c *Conn

	mu      sync.Mutex
	buf     []byte
	under   int           // bytes in the blocking write
	running bool          // the goroutine
	done    chan struct{} // made by drain, closed when the goroutine ends
	closed  bool
	err     error // of the blocking write; final
	f       func()
}

// write takes what there is room for.
func (q *queue) write(bufs [][]byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return 0, closedError(opWrite)
	}
	if q.err != nil {
		return 0, q.err
	}
	taken, full := 0, false
	for _, b := range bufs {
		k := min(len(b), queueSize-q.under-len(q.buf))
		q.buf = append(q.buf, b[:k]...)
		taken += k
		if full = k < len(b); full {
			break
		}
	}
	if len(q.buf) > 0 && !q.running {
		q.running = true
		q.c.wg.Go(q.run)
	}
	if full {
		return taken, ErrStalled
	}
	return taken, nil
}

// run writes until nothing is left.
func (q *queue) run() {
	var b []byte
	for {
		var ok bool
		if b, ok = q.next(b); !ok {
			return
		}
		n, err := q.c.nc.Write(b)
		q.c.written.Add(uint64(n))
		if f := q.wrote(err); f != nil {
			q.c.writable(f)
		}
	}
}

// next swaps the buffer that was written for the one that has gathered meanwhile.
func (q *queue) next(old []byte) ([]byte, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.buf) == 0 || q.closed || q.err != nil {
		q.buf, q.running = nil, false
		if q.done != nil {
			close(q.done)
			q.done = nil
		}
		return nil, false
	}
	b := q.buf
	q.buf, q.under = old[:0], len(b)
	return b, true
}

// wrote takes note of a blocking write, and returns the function that waits for room if there is now enough.
func (q *queue) wrote(err error) (f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.under = 0
	if err != nil && q.err == nil {
		q.err = ioError(opWrite, err)
	}
	return q.takeWaiterLocked()
}

func (q *queue) takeWaiterLocked() (f func()) {
	if len(q.buf)+q.under <= queueSize/2 || q.err != nil || q.closed {
		f, q.f = q.f, nil
	}
	return f
}

func (q *queue) whenWritable(f func()) {
	q.mu.Lock()
	q.f = f
	f = q.takeWaiterLocked()
	q.mu.Unlock()
	if f != nil {
		q.c.wg.Go(func() { q.c.writable(f) })
	}
}

// close makes the goroutine end after the write under way, which ends when the connection below is closed.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	f := q.takeWaiterLocked()
	q.mu.Unlock()
	if f != nil {
		q.c.wg.Go(func() { q.c.writable(f) })
	}
}

// drain waits until everything is written, at most d, and says whether it is.
func (q *queue) drain(d time.Duration) bool {
	q.mu.Lock()
	if !q.running {
		q.mu.Unlock()
		return true
	}
	if q.done == nil {
		q.done = make(chan struct{})
	}
	done := q.done
	q.mu.Unlock()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

// held returns the bytes not yet written.
func (q *queue) held() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.buf) + q.under
}
