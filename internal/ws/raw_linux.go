package ws

import (
	"io"
	"net"
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// notSentLowat is the most unsent bytes that the kernel queues before it calls a socket full. Without it a
// stalled peer holds megabytes in the kernel.
const notSentLowat = 16 << 10

// rawIO is the fast path: readiness reads and non-blocking writes through syscall.RawConn.
type rawIO struct {
	rc       syscall.RawConn
	readable func(uintptr) bool // c.onReadable; kept, so that no closure is made for each read
	buf      *[readSize]byte    // borrowed, from onReadable until its bytes are processed
	n        int
	err      error
	paused   bool
	settling bool // ErrSettled is due
	fed      bool // since Dry
}

// openRaw says whether the fast path can be taken.
func (c *Conn) openRaw() bool {
	tc, ok := c.nc.(*net.TCPConn)
	if !ok {
		return false
	}
	rc, err := tc.SyscallConn()
	if err != nil {
		return false
	}
	c.raw.rc = rc
	c.raw.readable = c.onReadable
	return true
}

// serveRaw waits for readiness with no buffer in hand.
func (c *Conn) serveRaw(h Handler) error {
	r := &c.raw
	for {
		if err := r.rc.Read(r.readable); err != nil {
			return c.readError(err)
		}
		if r.settling {
			r.settling = false
			return ErrSettled
		}
		if r.paused {
			r.paused = false
			if err := c.untilReady(h); err != nil {
				return err
			}
			continue
		}
		if r.err != nil {
			return c.readError(r.err)
		}
		err := c.reader.feed(h, r.buf[:r.n])
		readBuffers.Put(r.buf)
		r.buf = nil
		if err != nil {
			return err
		}
		if c.closed.Load() {
			return closedError(opRead)
		}
		r.fed = true
	}
}

// onReadable is called until it returns true: at first, and whenever the socket has become readable. It
// returns true with bytes, with an error, or to pause.
//
// Reading on until EAGAIN costs a system call more than trusting a short read, but a FIN that came with the
// last bytes raises no second event.
func (c *Conn) onReadable(fd uintptr) bool {
	r := &c.raw
	if !c.h.Ready() {
		r.paused = true
		return true
	}
	buf := readBuffers.Get().(*[readSize]byte)
	for {
		n, err := syscall.Read(int(fd), buf[:])
		switch {
		case n > 0:
			r.buf, r.n, r.err = buf, n, nil
			return true
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			readBuffers.Put(buf)
			if r.fed {
				r.fed = false
				c.h.Dry()
				if c.settle && !c.settled {
					c.settled, r.settling = true, true
					return true
				}
			}
			return false
		case err == nil:
			err = io.EOF
		}
		readBuffers.Put(buf)
		r.err = err
		return true
	}
}

// discardRaw reads until the end, the deadline or an error.
func (c *Conn) discardRaw() {
	for more := true; more; {
		more = false
		// One read for each call: the deadline is looked at in between.
		c.raw.rc.Read(func(fd uintptr) bool {
			buf := readBuffers.Get().(*[readSize]byte)
			defer readBuffers.Put(buf)
			n, err := syscall.Read(int(fd), buf[:])
			more = n > 0 || err == syscall.EINTR
			return err != syscall.EAGAIN
		})
	}
}

// writeOp is one gathered write. It is pooled together with its callback, so that a write allocates nothing
// and a connection keeps nothing for it.
type writeOp struct {
	iov   [maxIovecs]syscall.Iovec
	n     int // of iov
	wrote int
	errno syscall.Errno
	call  func(uintptr)
}

const maxIovecs = 16

var writeOps = sync.Pool{New: func() any {
	op := new(writeOp)
	op.call = op.write
	return op
}}

func (op *writeOp) write(fd uintptr) {
	for {
		var n uintptr
		if op.n == 1 {
			n, _, op.errno = syscall.Syscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(op.iov[0].Base)), uintptr(op.iov[0].Len))
		} else {
			n, _, op.errno = syscall.Syscall(syscall.SYS_WRITEV, fd, uintptr(unsafe.Pointer(&op.iov[0])), uintptr(op.n))
		}
		if op.errno == 0 {
			op.wrote = int(n)
		} else if op.errno == syscall.EINTR {
			continue
		}
		return
	}
}

// writeRaw makes one system call for every 16 slices.
func (c *Conn) writeRaw(bufs [][]byte) (total int, err error) {
	op := writeOps.Get().(*writeOp)
	for len(bufs) > 0 && err == nil {
		want := 0
		op.n, op.wrote, op.errno = 0, 0, 0
		for len(bufs) > 0 && op.n < maxIovecs {
			if b := bufs[0]; len(b) > 0 {
				op.iov[op.n].Base = unsafe.SliceData(b)
				op.iov[op.n].SetLen(len(b))
				op.n++
				want += len(b)
			}
			bufs = bufs[1:]
		}
		if op.n == 0 {
			break
		}
		// Not Write, which gets the poller ready for a wait that never comes: the socket does not block, and there is one writer.
		err = c.raw.rc.Control(op.call)
		total += op.wrote
		switch {
		case err != nil:
			err = c.writeError(err)
		case op.errno == syscall.EAGAIN, op.errno == 0 && op.wrote < want:
			err = ErrStalled
		case op.errno != 0:
			err = c.writeError(op.errno)
		}
	}
	runtime.KeepAlive(bufs)
	clear(op.iov[:])
	writeOps.Put(op)
	c.written.Add(uint64(total))
	return total, err
}

func (c *Conn) writeError(err error) error {
	if c.closed.Load() {
		return closedError(opWrite)
	}
	return ioError(opWrite, err)
}

// waitRaw waits for a stalled socket: in the poller, or with a goroutine where there is none.
func (c *Conn) waitRaw(f func()) {
	if c.poller.wait(c, f) {
		return
	}
	c.wg.Go(func() {
		c.raw.rc.Write(func(fd uintptr) bool {
			// Go's poller tells of edges, and the one that matters may be past: look first.
			p := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
			n, err := unix.Poll(p[:], 0)
			return n > 0 || err != nil && err != unix.EINTR
		})
		c.writable(f)
	})
}

// tcpConn returns the TCP connection under nc, or nil.
func tcpConn(nc net.Conn) *net.TCPConn {
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = t.NetConn()
	}
	tc, _ := nc.(*net.TCPConn)
	return tc
}

// limitUnsent is a matter of memory alone, so that a failure is of no account.
func limitUnsent(nc net.Conn) {
	tc := tcpConn(nc)
	if tc == nil {
		return
	}
	rc, err := tc.SyscallConn()
	if err != nil {
		return
	}
	rc.Control(func(fd uintptr) {
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, notSentLowat)
	})
}

func kernelUnsent(nc net.Conn) (n int, err error) {
	tc := tcpConn(nc)
	if tc == nil {
		return 0, nil
	}
	rc, err := tc.SyscallConn()
	if err != nil {
		return 0, err
	}
	var ioctlErr error
	err = rc.Control(func(fd uintptr) { n, ioctlErr = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
	if err == nil {
		err = ioctlErr
	}
	return n, err
}
