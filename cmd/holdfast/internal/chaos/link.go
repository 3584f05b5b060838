package chaos

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	chunkSize  = 16 << 10 // bytes moved at once
	queueLen   = 64       // chunks on their way in one direction, so at most 1 MiB
	tornWithin = 12 << 10 // a torn connection passes at most so many more bytes
	finLinger  = time.Second
)

// link is one connection: two sockets, and two directions of bytes between them.
type link struct {
	p              *Proxy
	n              uint64
	client, server *net.TCPConn
	up, down       flow
	done           chan struct{} // closed by end
	once           sync.Once

	mu   sync.Mutex
	rand *rand.Rand
	hold *time.Timer // ends a silence, or a tear that no byte came to
	held int         // how often hold was set: an older one that fires late does nothing
}

// flow is one direction.
type flow struct {
	src, dst *net.TCPConn
	queue    chan chunk
	bytes    atomic.Int64

	mu    sync.Mutex
	open  chan struct{} // closed while bytes may pass
	quota int64         // bytes that may still pass before the connection is torn; < 0: no bound
}

type chunk struct {
	data []byte // empty: the source has ended
	due  time.Time
	err  error // why the source has ended, if not by FIN
}

func newLink(p *Proxy, n uint64, client, server *net.TCPConn) *link {
	l := &link{p: p, n: n, client: client, server: server, done: make(chan struct{}),
		rand: rand.New(rand.NewPCG(p.o.Seed, n))}
	l.up.init(client, server)
	l.down.init(server, client)
	return l
}

func (f *flow) init(src, dst *net.TCPConn) {
	f.src, f.dst, f.quota = src, dst, -1
	f.queue = make(chan chunk, queueLen)
	f.open = make(chan struct{})
	close(f.open)
}

// run returns when both directions have ended and the sockets are closed.
func (l *link) run() {
	var flows, rest sync.WaitGroup
	for i, f := range []*flow{&l.up, &l.down} {
		jitter := rand.New(rand.NewPCG(l.p.o.Seed+1+uint64(i), l.n))
		rest.Go(func() { l.read(f, jitter) })
		flows.Go(func() { l.write(f) })
	}
	if l.p.o.CutEvery > 0 {
		rest.Go(l.fate)
	}
	flows.Wait()
	l.end(FIN)
	rest.Wait()
	l.mu.Lock()
	if l.hold != nil {
		l.hold.Stop()
	}
	l.mu.Unlock()
}

// fate lets things happen at random until the connection has ended.
func (l *link) fate() {
	for {
		l.mu.Lock()
		wait := time.Duration((0.5 + l.rand.Float64()) * float64(l.p.o.CutEvery))
		mode := l.p.o.Modes[l.rand.IntN(len(l.p.o.Modes))]
		l.mu.Unlock()
		select {
		case <-time.After(wait):
		case <-l.done:
			return
		}
		l.do(mode, 0)
		if mode.Ends() {
			return
		}
	}
}

// do lets one thing happen.
func (l *link) do(mode Mode, lasting time.Duration) {
	select {
	case <-l.done:
		return
	default:
	}
	if lasting == 0 {
		lasting = l.p.o.HoldFor
	}
	switch mode {
	case RST, FIN:
		l.p.count(l.n, mode, "")
		l.end(mode)
	case Torn:
		l.mu.Lock()
		n := l.rand.Int64N(tornWithin)
		l.mu.Unlock()
		l.p.count(l.n, mode, fmt.Sprintf("within %d bytes", n))
		l.up.tear(n)
		l.down.tear(n)
		l.after(lasting, mode)
	case HalfOpen, Mute, Deaf, Stall:
		l.p.count(l.n, mode, "for "+lasting.String())
		l.silence(mode, lasting)
	}
}

// silence shuts one or both directions, and sets what comes after.
func (l *link) silence(mode Mode, lasting time.Duration) {
	if mode != Mute {
		l.up.shut()
	}
	if mode != Deaf {
		l.down.shut()
	}
	l.after(lasting, mode)
}

// after ends what mode has begun when its time is over, unless something else has begun by then.
func (l *link) after(lasting time.Duration, mode Mode) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hold != nil {
		l.hold.Stop()
	}
	l.held++
	mine := l.held
	l.hold = time.AfterFunc(lasting, func() {
		if mode != Stall {
			l.end(RST)
			return
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.held == mine {
			l.up.unshut()
			l.down.unshut()
		}
	})
}

// end closes both sockets, once. It does not wait.
func (l *link) end(mode Mode) {
	l.once.Do(func() {
		close(l.done)
		if mode != FIN {
			reset(l.client)
			reset(l.server)
			return
		}
		// Closing a socket with unread bytes resets it, so the ends are drained for a moment first. The
		// readers, which still run, see the deadline.
		l.client.CloseWrite()
		l.server.CloseWrite()
		deadline := time.Now().Add(finLinger)
		l.client.SetDeadline(deadline)
		l.server.SetDeadline(deadline)
	})
}

// read moves what arrives into the queue. It owns the reading side of src, and closes src at the end.
func (l *link) read(f *flow, jitter *rand.Rand) {
	defer f.src.Close()
	var last time.Time
	for {
		buf := make([]byte, chunkSize)
		n, err := f.src.Read(buf)
		due := time.Now().Add(l.p.o.Delay)
		if l.p.o.Jitter > 0 {
			due = due.Add(time.Duration(jitter.Int64N(int64(l.p.o.Jitter))))
		}
		if due.Before(last) {
			due = last
		}
		last = due
		if n > 0 && !l.push(f, chunk{data: buf[:n], due: due}) {
			break
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			l.push(f, chunk{due: due, err: err})
			break
		}
	}
	// Ended while the other end may still send: keep the socket until all is over, draining it after a FIN.
	<-l.done
	io.Copy(io.Discard, f.src)
}

func (l *link) push(f *flow, c chunk) bool {
	select {
	case f.queue <- c:
		return true
	case <-l.done:
		return false
	}
}

// write moves the queue out.
func (l *link) write(f *flow) {
	free := time.Now() // when the rate lets the next byte pass
	for {
		var c chunk
		select {
		case c = <-f.queue:
		case <-l.done:
			return
		}
		if rate := l.p.o.Rate; rate > 0 && len(c.data) > 0 {
			if now := time.Now(); free.Before(now) {
				free = now
			}
			free = free.Add(time.Duration(len(c.data)) * time.Second / time.Duration(rate))
			if free.After(c.due) {
				c.due = free
			}
		}
		if !l.pass(f, c) {
			return
		}
	}
}

// pass writes one chunk when its time has come. It returns false when the direction has ended.
func (l *link) pass(f *flow, c chunk) bool {
	if wait := time.Until(c.due); wait > 0 {
		select {
		case <-time.After(wait):
		case <-l.done:
			return false
		}
	}
	f.mu.Lock()
	open := f.open
	f.mu.Unlock()
	select {
	case <-open:
	case <-l.done:
		return false
	}
	if len(c.data) == 0 {
		if c.err != nil {
			l.end(RST)
		} else {
			f.dst.CloseWrite()
		}
		return false
	}
	data, torn := f.cut(c.data)
	n, err := f.dst.Write(data)
	f.bytes.Add(int64(n))
	if err != nil || torn {
		l.end(RST)
		return false
	}
	return true
}

// cut returns how much of data may pass before the connection is torn, and whether that is now.
func (f *flow) cut(data []byte) ([]byte, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.quota < 0 {
		return data, false
	}
	n := min(f.quota, int64(len(data)))
	f.quota -= n
	return data[:n], f.quota == 0
}

func (f *flow) tear(within int64) {
	f.mu.Lock()
	f.quota = within
	f.mu.Unlock()
}

func (f *flow) shut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.open:
		f.open = make(chan struct{})
	default:
	}
}

func (f *flow) unshut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.open:
	default:
		close(f.open)
	}
}

// reset closes a socket so that its peer sees a reset rather than an end.
func reset(c *net.TCPConn) {
	c.SetLinger(0)
	c.Close()
}
