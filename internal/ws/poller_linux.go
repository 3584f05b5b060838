package ws

import (
	"cmp"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/holdfast-ws/holdfast"
)

// Poller waits for all stalled sockets with one epoll and one goroutine. All methods may be called
// concurrently; Close not from a function given to WhenWritable.
type Poller struct {
	f     *os.File // the epoll, itself waited for by Go's poller
	rc    syscall.RawConn
	event int // an eventfd that wakes the goroutine
	done  chan struct{}

	mu     sync.Mutex
	last   uint64
	waits  map[uint64]wait // by token: a file descriptor may be another connection's by the time its event is seen
	tokens map[*Conn]uint64
	fired  []wait // to be called without waiting for an event
	closed bool
	runs   bool // the goroutine was started
}

type wait struct {
	c *Conn
	f func()
}

// eventToken is the token of the eventfd; connections count from 1.
const eventToken = 0

// NewPoller makes a poller, whose goroutine starts with the first socket that stalls. It fails where the process has no file descriptor left, with holdfast.CodeIO.
func NewPoller() (*Poller, error) {
	const op = "start the poller for stalled sockets"
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: op, Cause: os.NewSyscallError("epoll_create1", err)}
	}
	if err := unix.SetNonblock(epfd, true); err != nil {
		unix.Close(epfd)
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: op, Cause: os.NewSyscallError("fcntl", err)}
	}
	f := os.NewFile(uintptr(epfd), "epoll")
	rc, err := f.SyscallConn()
	if err != nil {
		f.Close()
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: op, Cause: err}
	}
	event, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		f.Close()
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: op, Cause: os.NewSyscallError("eventfd", err)}
	}
	ev := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET}
	if err := unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, event, &ev); err != nil {
		f.Close()
		unix.Close(event)
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: op, Cause: os.NewSyscallError("epoll_ctl", err)}
	}
	p := &Poller{
		f: f, rc: rc, event: event, done: make(chan struct{}),
		waits: map[uint64]wait{}, tokens: map[*Conn]uint64{},
	}
	return p, nil
}

// Close ends the goroutine and waits for it. The functions that still wait are called; connections go on,
// each with a goroutine while it is stalled.
func (p *Poller) Close() error {
	p.mu.Lock()
	first := !p.closed
	if first {
		p.closed = true
		if p.runs {
			p.wakeLocked()
		} else {
			close(p.done)
		}
	}
	p.mu.Unlock()
	<-p.done
	if !first {
		return nil
	}
	unix.Close(p.event)
	return p.f.Close()
}

// wakeLocked needs the lock so that the eventfd is not closed under it: once the goroutine has ended, nobody
// calls this.
func (p *Poller) wakeLocked() {
	one := [8]byte{0: 1}
	unix.Write(p.event, one[:]) // fails only where the counter is full, and then the goroutine is awake
}

// wait registers a stalled connection. It returns false where that is not possible.
func (p *Poller) wait(c *Conn, f func()) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return false
	}
	if !p.runs {
		p.runs = true
		go p.run()
	}
	p.last++
	token := p.last
	p.waits[token] = wait{c, f}
	p.tokens[c] = token
	p.mu.Unlock()

	err := p.register(c, token)
	closed := c.closed.Load() // Close may have looked for the token before it was there
	if err == nil && !closed {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	w, ok := p.waits[token]
	if !ok {
		return true // called already
	}
	p.forgetLocked(token, c)
	if closed {
		p.fired = append(p.fired, w)
		p.wakeLocked()
		return true
	}
	return false
}

// register asks for one event. The socket stays in the epoll, silent, until it is closed.
func (p *Poller) register(c *Conn, token uint64) (err error) {
	ev := unix.EpollEvent{Events: unix.EPOLLOUT | unix.EPOLLONESHOT, Fd: int32(uint32(token)), Pad: int32(uint32(token >> 32))}
	var pollErr error
	connErr := c.raw.rc.Control(func(fd uintptr) {
		pollErr = p.rc.Control(func(epfd uintptr) {
			err = unix.EpollCtl(int(epfd), unix.EPOLL_CTL_MOD, int(fd), &ev)
			if err == unix.ENOENT {
				err = unix.EpollCtl(int(epfd), unix.EPOLL_CTL_ADD, int(fd), &ev)
			}
		})
	})
	return cmp.Or(connErr, pollErr, err)
}

func (p *Poller) forgetLocked(token uint64, c *Conn) {
	delete(p.waits, token)
	if p.tokens[c] == token {
		delete(p.tokens, c)
	}
}

// cancel has the function that waits for c called, if there is one, because c was closed.
func (p *Poller) cancel(c *Conn) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	token, ok := p.tokens[c]
	if !ok {
		return
	}
	p.fired = append(p.fired, p.waits[token])
	p.forgetLocked(token, c)
	p.wakeLocked()
}

func (p *Poller) run() {
	defer close(p.done)
	var events [64]unix.EpollEvent
	var due []wait
	for {
		n := 0
		err := p.rc.Read(func(fd uintptr) bool {
			// Nothing is lost between this and the wait: Go's poller keeps an edge that comes in between.
			n, _ = unix.EpollWait(int(fd), events[:], 0)
			return n > 0
		})
		var closed bool
		due, closed = p.due(due[:0], events[:max(n, 0)], err != nil)
		for i := range due {
			due[i].c.writable(due[i].f)
		}
		clear(due)
		if closed {
			return
		}
	}
}

// due gathers what is to be called: for the events, what was fired, and all there is when the poller ends.
func (p *Poller) due(due []wait, events []unix.EpollEvent, failed bool) ([]wait, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, ev := range events {
		token := uint64(uint32(ev.Fd)) | uint64(uint32(ev.Pad))<<32
		if token == eventToken {
			var b [8]byte
			unix.Read(p.event, b[:])
		} else if w, ok := p.waits[token]; ok {
			p.forgetLocked(token, w.c)
			due = append(due, w)
		}
	}
	due = append(due, p.fired...)
	clear(p.fired)
	p.fired = p.fired[:0]
	if failed {
		p.closed = true
	}
	if p.closed {
		for token, w := range p.waits {
			p.forgetLocked(token, w.c)
			due = append(due, w)
		}
	}
	return due, p.closed
}
