package load

import (
	"errors"
	"io"
	"net"
	"sync"

	"golang.org/x/sys/unix"
)

// poller reads many connections on one thread, so that the load costs little and nobody waits behind a thousand goroutines: a wake-up
// is for all that is ready, and each connection is read once for what has come.
type poller struct {
	epoll int
	wake  int // an eventfd: written to once, to end

	mu    sync.Mutex
	conns map[int32]*polled
}

// polled is a connection whose socket is the poller's alone.
type polled struct {
	conn *Conn
	take Taker
	end  func(error)
}

const (
	pollerEvents = 256
	pollerBuffer = 256 << 10
)

func newPoller() (*poller, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err == nil {
		err = unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, wake, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(wake)})
	}
	if err != nil {
		unix.Close(epoll)
		return nil, err
	}
	return &poller{epoll: epoll, wake: wake, conns: map[int32]*polled{}}, nil
}

// add takes a connection over; end is called when reading it has ended, unless the poller was stopped.
func (p *poller) add(c *Conn, t Taker, end func(error)) error {
	fd, err := takeOver(c)
	if err != nil {
		return err
	}
	if len(c.left) > 0 { // came behind the handshake
		b := c.left
		c.left = nil
		if err := c.taken(b, t); err != nil {
			end(err)
			return nil
		}
	}
	p.mu.Lock()
	p.conns[int32(fd)] = &polled{c, t, end}
	p.mu.Unlock()
	return unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP, Fd: int32(fd)})
}

// takeOver makes the connection's socket one that Go's own poller does not know, since that would be woken as well.
func takeOver(c *Conn) (fd int, err error) {
	tcp, ok := c.nc.(*net.TCPConn)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	rc, err := tcp.SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	err = rc.Control(func(old uintptr) { fd, failed = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) })
	if err := errors.Join(err, failed); err != nil {
		return 0, err
	}
	c.nc = &socket{Conn: tcp, fd: fd}
	return fd, tcp.Close() // the socket lives on under its other number
}

// socket writes to and closes a socket by its number. Its other methods are those of a closed connection.
type socket struct {
	net.Conn
	fd   int
	once sync.Once
}

func (s *socket) Write(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		m, err := unix.Write(s.fd, b[n:])
		n += max(m, 0)
		switch err {
		case nil, unix.EINTR:
		case unix.EAGAIN:
			if _, err := unix.Poll([]unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLOUT}}, -1); err != nil && err != unix.EINTR {
				return n, err
			}
		default:
			return n, err
		}
	}
	return n, nil
}

func (s *socket) Close() error {
	err := net.ErrClosed
	s.once.Do(func() { err = unix.Close(s.fd) })
	return err
}

// run reads until stop.
func (p *poller) run() {
	events := make([]unix.EpollEvent, pollerEvents)
	buf := make([]byte, pollerBuffer)
	for {
		n, err := unix.EpollWait(p.epoll, events, -1)
		if err != nil && err != unix.EINTR {
			panic(err) // of descriptors that are ours
		}
		for i := range max(n, 0) {
			if int(events[i].Fd) == p.wake {
				return
			}
			p.mu.Lock()
			c := p.conns[events[i].Fd]
			p.mu.Unlock()
			if err := c.read(int(events[i].Fd), &buf); err != nil {
				unix.EpollCtl(p.epoll, unix.EPOLL_CTL_DEL, int(events[i].Fd), nil)
				c.end(err)
			}
		}
	}
}

// read takes what has come. The buffer grows with the longest message.
func (c *polled) read(fd int, buf *[]byte) error {
	k := len(c.conn.left)
	if need := max(c.conn.frameSize(c.conn.left), k+pollerBuffer/4); need > len(*buf) {
		*buf = make([]byte, 2*need)
	}
	copy(*buf, c.conn.left)
	switch n, err := unix.Read(fd, (*buf)[k:]); {
	case err == unix.EAGAIN || err == unix.EINTR:
		return nil
	case err != nil:
		return err
	case n == 0:
		return io.EOF
	default:
		return c.conn.taken((*buf)[:k+n], c.take)
	}
}

// stop makes run return. Once it has, free gives back what the poller holds; the connections are closed by whoever has them.
func (p *poller) stop() { unix.Write(p.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0}) }

func (p *poller) free() {
	unix.Close(p.epoll)
	unix.Close(p.wake)
}
