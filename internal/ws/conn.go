package ws

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Conn is one WebSocket connection, server side.
//
// Serve, Linger and Wait are for the goroutine that owns the connection, one after the other. TryWrite and
// WhenWritable are for whoever is the one writer at the moment. Resume, Close and the methods that only tell
// something may be called concurrently with everything. A Conn must not be copied.
type Conn struct {
	// What a write looks at comes first, and so lies in one line of the processor's cache.
	queue   *queue        // portable path: bytes on their way to a blocking write
	written atomic.Uint64 // bytes that the socket took
	closed  atomic.Bool   // set under mu
	waiting atomic.Bool   // from WhenWritable until its function is called
	gate    fdGate
	raw     rawIO // readiness reads and non-blocking writes; unused on the portable path

	nc          net.Conn
	h           Handler // while Serve runs
	poller      *Poller
	early       []byte
	subprotocol string
	settle      bool
	settled     bool // ErrSettled was returned, or is due
	reader      reader

	mu      sync.Mutex
	reading bool          // Serve or Linger runs, and closes nc at its end if closed is set
	resumed bool          // Resume was called while nothing was paused
	resume  chan struct{} // open while reading is paused
	wg      sync.WaitGroup
}

// NewConn makes a connection of nc, whose handshake was done elsewhere. early holds what was read behind the
// handshake, and belongs to the Conn from now on.
func NewConn(nc net.Conn, early []byte, o ConnOptions) *Conn {
	c := &Conn{nc: nc, poller: o.Poller, early: early, subprotocol: o.Subprotocol}
	c.reader.budget, c.reader.maxMessage = o.Budget, o.MaxMessage
	if o.Budget == nil {
		c.reader.budget = &processBudget
	}
	if o.MaxMessage <= 0 {
		c.reader.maxMessage = DefaultMaxMessage
	}
	c.reader.deflate = o.Compression == CompressionOn
	c.settle = o.Settle == SettleOn
	limitUnsent(nc)
	if o.Path == PathPortable || !c.openRaw() {
		c.queue = &queue{c: c}
	}
	return c
}

// Subprotocol returns what was agreed on in the handshake, or "".
func (c *Conn) Subprotocol() string { return c.subprotocol }

// Compressed says whether permessage-deflate was agreed on, so that FlagCompressed may be used.
func (c *Conn) Compressed() bool { return c.reader.deflate }

// RemoteAddr returns the peer's address, as net.Conn does.
func (c *Conn) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// LocalAddr returns the address on this side, as net.Conn does.
func (c *Conn) LocalAddr() net.Addr { return c.nc.LocalAddr() }

// NetConn returns the connection below, to look at (its TLS state, say). Reading, writing or closing it
// breaks the Conn.
func (c *Conn) NetConn() net.Conn { return c.nc }

// BytesWritten returns how many bytes the socket has taken since the start.
func (c *Conn) BytesWritten() uint64 { return c.written.Load() }

// Serve reads until the connection ends, and returns why:
//
//   - a *CloseError, after the peer's close frame was given to the handler;
//   - a *holdfast.Error with the code to close with, where the peer broke the protocol (1002, 1007), exceeded
//     MaxMessage (1009) or the budget ran out (holdfast.CodeBudget);
//   - a *holdfast.Error with CodeAbnormal, where reading failed or ended without a close frame;
//   - a *holdfast.Error with CodeClosed, after Close;
//   - the handler's error, as it is;
//   - ErrSettled, once, if Options.Settle asks for it: Serve is to be called again.
//
// CloseCode tells them apart. After the first nothing more is processed. Serve leaves the socket open, so
// that a close frame can be written; the owner calls Linger or Close.
//
// Serve is best called on a goroutine started for it: in net/http's the stack stays as large as the upgrade
// made it. It must not be called twice, except after ErrSettled.
func (c *Conn) Serve(h Handler) (err error) {
	if !c.beginReading() {
		return closedError(opRead)
	}
	c.h = h
	defer func() { c.endReading(err == ErrSettled) }()
	if len(c.early) > 0 {
		if err := c.untilReady(h); err != nil {
			return err
		}
		early := c.early
		c.early = nil
		if err := c.reader.feed(h, early); err != nil {
			return err
		}
		h.Dry()
	}
	if c.queue == nil {
		return c.serveRaw(h)
	}
	return c.servePortable(h)
}

// beginReading says whether there is still something to read from.
func (c *Conn) beginReading() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed.Load() || c.reading {
		return false
	}
	c.reading = true
	return true
}

// endReading lets go of what reading holds, unless it will go on.
func (c *Conn) endReading(goesOn bool) {
	if !goesOn {
		c.reader.release()
	}
	c.mu.Lock()
	c.reading = false
	closed := c.closed.Load()
	c.mu.Unlock()
	if closed {
		c.shut()
	}
}

// untilReady waits until the handler takes input, or the connection is closed.
func (c *Conn) untilReady(h Handler) error {
	for !c.closed.Load() {
		if h.Ready() {
			return nil
		}
		h.Dry()
		if h.Ready() {
			return nil
		}
		c.pause()
	}
	return closedError(opRead)
}

// pause returns when Resume or Close was called, at once if that was before.
func (c *Conn) pause() {
	c.mu.Lock()
	if c.resumed || c.closed.Load() {
		c.resumed = false
		c.mu.Unlock()
		return
	}
	resume := make(chan struct{})
	c.resume = resume
	c.mu.Unlock()
	<-resume
}

// Resume makes Serve ask Handler.Ready again, if reading is paused. It never blocks.
func (c *Conn) Resume() {
	c.mu.Lock()
	c.resumeLocked()
	c.mu.Unlock()
}

func (c *Conn) resumeLocked() {
	if c.resume != nil {
		close(c.resume)
		c.resume = nil
	} else {
		c.resumed = true
	}
}

// past is a deadline that is over.
var past = time.Unix(1, 0)

// Close ends the connection now: bytes not yet written are dropped, Serve and Linger return, a function given
// to WhenWritable is called. Messages that were read already may still come. It may be called from
// everywhere, also from a Handler, and again. It waits for nobody, except that TLS on a socket that takes no
// more bytes may need 5 s to give up its farewell when Serve has already returned.
//
// Input that was not read makes TCP reset the connection, and the peer may then lose what was written last.
// After a close frame Linger is the better end.
func (c *Conn) Close() error {
	c.mu.Lock()
	if c.closed.Load() {
		c.mu.Unlock()
		return nil
	}
	c.closed.Store(true)
	c.resumeLocked()
	// Closing a net.Conn waits for the readiness callback, and this may be called from inside it. So a
	// goroutine that reads is only woken, and closes the socket itself. The deadline is set under the lock so
	// that Linger's cannot come after it.
	woken := c.reading && c.wakeReader()
	c.mu.Unlock()
	if c.queue != nil {
		c.queue.close()
	} else {
		c.poller.cancel(c)
	}
	if woken {
		return nil
	}
	return c.shut()
}

// shut closes the socket, or leaves that to the writer that is inside.
func (c *Conn) shut() error {
	if c.gate.close() {
		return c.nc.Close()
	}
	return nil
}

// wakeReader makes a pending read return, where that can be done without closing.
func (c *Conn) wakeReader() bool {
	if c.queue != nil && !isTLS(c.nc) {
		return false // nobody is inside a callback, and a net.Conn of others may know no deadlines
	}
	return c.nc.SetReadDeadline(past) == nil
}

// Linger ends the connection so that the peer gets all that was written: it waits until the bytes have gone
// out, ends the writing direction, discards what still comes in until the peer has closed too, and closes. It
// does so for at most d, then it closes all the same. To be called after Serve has returned, instead of
// Close.
func (c *Conn) Linger(d time.Duration) error {
	end := time.Now().Add(d)
	if c.queue != nil && !c.queue.drain(d) {
		return c.Close()
	}
	c.mu.Lock()
	ok := !c.closed.Load() && !c.reading
	if ok {
		c.reading = c.nc.SetReadDeadline(end) == nil
		ok = c.reading
	}
	c.mu.Unlock()
	if ok {
		closeWrite(c.nc)
		if c.queue == nil {
			c.discardRaw()
		} else {
			discard(c.nc)
		}
		c.endReading(false)
	}
	return c.Close()
}

// Wait returns when the connection is closed and no goroutine of its own runs any more. To be called after
// Close or Linger, when nobody calls TryWrite or WhenWritable any more; not from a function given to
// WhenWritable.
func (c *Conn) Wait() { c.wg.Wait() }

// TryWrite writes bytes that are framed already, in one go, without blocking. It returns how many bytes were
// taken; where that is not all of them the error is ErrStalled, and the rest is the caller's to write later.
// While a function given to WhenWritable has not been called yet, TryWrite takes nothing. Any other error is
// final: a *holdfast.Error with CodeClosed after Close, else with CodeAbnormal. The slices are not kept.
//
// For one writer at a time.
func (c *Conn) TryWrite(bufs ...[]byte) (int, error) {
	if c.closed.Load() {
		return 0, closedError(opWrite)
	}
	if c.waiting.Load() {
		return 0, ErrStalled
	}
	if c.queue != nil {
		return c.queue.write(bufs)
	}
	return c.writeRaw(bufs)
}

const opWrite = "write to WebSocket"

// WhenWritable has f called once: when the socket takes bytes again, or has failed, or the connection was
// closed. f is called on a goroutine of the Poller or of the connection, and must not block. It may call
// TryWrite, WhenWritable and Close.
//
// For the one writer, after ErrStalled. It must not be called again before f was.
func (c *Conn) WhenWritable(f func()) {
	c.waiting.Store(true)
	if c.queue != nil {
		c.queue.whenWritable(f)
		return
	}
	c.waitRaw(f)
}

// writable ends the waiting and calls f.
func (c *Conn) writable(f func()) {
	c.waiting.Store(false)
	f()
}

// Unsent is what a socket has not got rid of.
type Unsent struct {
	// Bytes that were taken and have not been acknowledged by the peer's kernel: those in our kernel's send queue (Linux only) and
	// those before it (portable path only). While they become fewer the peer is alive, however slow.
	Bytes int
	// InVain says that the kernel sends again what it has sent, because nothing acknowledges it: the network is gone, or the peer. A
	// peer that merely reads nothing says so, and is not meant. Linux only.
	InVain bool
}

// Unsent returns what the socket has not got rid of.
func (c *Conn) Unsent() (Unsent, error) {
	u, err := c.kernelUnsent()
	if c.queue != nil {
		u.Bytes += c.queue.held()
	}
	if err != nil && c.closed.Load() {
		err = closedError("look at the send queue")
	}
	return u, err
}
