//go:build unix

package load

import (
	"io"
	"net"
	"syscall"
)

// readiness waits for bytes without holding a buffer, so that ten thousand quiet connections cost little.
type readiness struct {
	rc syscall.RawConn
	// try is made once, and leaves here what it has read: a read allocates nothing.
	try func(fd uintptr) bool
	bp  *[]byte
	n   int
	err error
}

func (c *Conn) readinessOf() {
	tcp, ok := c.nc.(*net.TCPConn)
	if !ok {
		return
	}
	rc, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	c.raw = readiness{rc: rc, try: c.tryRead}
}

// borrow returns a buffer with room behind what is left.
func (c *Conn) borrow() *[]byte {
	if need := c.frameSize(c.left); need > bufferSize || len(c.left) >= bufferSize {
		b := make([]byte, max(need, 2*bufferSize))
		return &b
	}
	return buffers.Get().(*[]byte)
}

// tryRead reads behind what was left, into a borrowed buffer; false: there is nothing yet.
func (c *Conn) tryRead(fd uintptr) bool {
	r := &c.raw
	r.bp = c.borrow()
	k := copy(*r.bp, c.left)
	for {
		r.n, r.err = syscall.Read(int(fd), (*r.bp)[k:])
		if r.err != syscall.EINTR {
			break
		}
	}
	if r.err == syscall.EAGAIN {
		if cap(*r.bp) == bufferSize {
			buffers.Put(r.bp)
		}
		return false
	}
	return true
}

// read returns what was left and what has come, in a borrowed buffer.
func (c *Conn) read() (bp *[]byte, b []byte, err error) {
	r := &c.raw
	if r.rc == nil {
		return c.readHolding()
	}
	k := len(c.left)
	if err := r.rc.Read(r.try); err != nil {
		return nil, nil, err
	}
	switch {
	case r.err != nil:
		return nil, nil, r.err
	case r.n == 0:
		return nil, nil, io.EOF
	}
	return r.bp, (*r.bp)[:k+r.n], nil
}
