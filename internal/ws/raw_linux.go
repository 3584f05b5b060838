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
	fd       int                // for writes, which the gate guards
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
	if rc.Control(func(fd uintptr) { c.raw.fd = int(fd) }) != nil {
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

const maxIovecs = 16

// iovecs are pooled, so that a gathered write allocates nothing and a connection keeps nothing for it.
var iovecs = sync.Pool{New: func() any { return new([maxIovecs]syscall.Iovec) }}

// writeRaw writes to the descriptor itself. RawConn.Write would get the poller ready for a wait that never comes, as the socket does
// not block, and would look up what is three allocations away from here. The gate keeps the descriptor open meanwhile.
func (c *Conn) writeRaw(bufs [][]byte) (total int, err error) {
	if !c.gate.enter() {
		c.gate.leave()
		return 0, closedError(opWrite)
	}
	for len(bufs) > 0 && err == nil {
		var n, want int
		if len(bufs) == 1 {
			want = len(bufs[0])
			n, err = writeOne(c.raw.fd, bufs[0])
			bufs = nil
		} else {
			n, want, bufs, err = writeSome(c.raw.fd, bufs)
		}
		total += n
		switch {
		case err == syscall.EAGAIN, err == nil && n < want:
			err = ErrStalled
		case err != nil:
			err = c.writeError(err)
		}
	}
	c.written.Store(c.written.Load() + uint64(total)) // there is one writer
	if !c.gate.leave() {
		c.nc.Close()
	}
	return total, err
}

func writeOne(fd int, b []byte) (n int, err error) {
	for len(b) > 0 {
		if n, err = syscall.Write(fd, b); err != syscall.EINTR {
			break
		}
	}
	return max(n, 0), err
}

// writeSome makes one system call for up to 16 slices, and returns how much there was in them, and the other slices.
func writeSome(fd int, bufs [][]byte) (n, want int, rest [][]byte, err error) {
	iov := iovecs.Get().(*[maxIovecs]syscall.Iovec)
	defer func() {
		clear(iov[:])
		iovecs.Put(iov)
	}()
	k := 0
	for rest = bufs; len(rest) > 0 && k < maxIovecs; rest = rest[1:] {
		if b := rest[0]; len(b) > 0 {
			iov[k].Base = unsafe.SliceData(b)
			iov[k].SetLen(len(b))
			k++
			want += len(b)
		}
	}
	for k > 0 {
		r, _, errno := syscall.Syscall(syscall.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(iov)), uintptr(k))
		switch errno {
		case 0:
			n = int(r)
		case syscall.EINTR:
			continue
		default:
			err = errno
		}
		break
	}
	runtime.KeepAlive(bufs)
	return n, want, rest, err
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

// tcpConn returns the TCP connection under nc, or nil. TLS and what reads a PROXY header lie above it.
func tcpConn(nc net.Conn) *net.TCPConn {
	for {
		t, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			tc, _ := nc.(*net.TCPConn)
			return tc
		}
		nc = t.NetConn()
	}
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

// unsentOp asks the kernel what it has not got rid of. It is pooled together with its callback: thousands of stalled sockets are asked
// every second.
type unsentOp struct {
	n    int
	info tcpInfo
	err  error
	call func(uintptr)
}

// tcpInfo is how struct tcp_info of linux/tcp.h begins, as much as is needed of it.
type tcpInfo struct{ state, caState, retransmits, probes uint8 }

var unsentOps = sync.Pool{New: func() any {
	op := new(unsentOp)
	op.call = func(fd uintptr) {
		if op.n, op.err = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ); op.err == nil {
			op.info.read(fd)
		}
	}
	return op
}}

// read asks the kernel. The library's function would make the whole struct anew each time. What is no TCP socket has no retransmissions.
func (i *tcpInfo) read(fd uintptr) {
	*i = tcpInfo{}
	size := uint32(unsafe.Sizeof(*i))
	unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.IPPROTO_TCP, unix.TCP_INFO, uintptr(unsafe.Pointer(i)), uintptr(unsafe.Pointer(&size)), 0)
}

func (c *Conn) kernelUnsent() (Unsent, error) {
	rc := c.raw.rc
	if rc == nil {
		tc := tcpConn(c.nc)
		if tc == nil {
			return Unsent{}, nil
		}
		var err error
		if rc, err = tc.SyscallConn(); err != nil {
			return Unsent{}, err
		}
	}
	op := unsentOps.Get().(*unsentOp)
	defer unsentOps.Put(op)
	op.n, op.err = 0, nil
	if err := rc.Control(op.call); err != nil {
		return Unsent{}, err
	}
	return Unsent{Bytes: op.n, InVain: op.info.retransmits > 0}, op.err
}
