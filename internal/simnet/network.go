package simnet

import (
	"context"
	"errors"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Options of a network. The zero value is useful.
type Options struct {
	// Seed of all that is random, which is the jitter. Default: 0.
	Seed uint64
	// Link of hosts that were given none by SetLink. Default: no latency, no limit.
	Link Link
	// Backlog is how many connections a listener holds that nobody has accepted; more are refused. Default: 128.
	Backlog int
}

// Link is the way between a host and whoever it dials.
type Link struct {
	// Latency of one direction, and Jitter that is added to it at random. Default: none.
	Latency, Jitter time.Duration
	// Bandwidth of one direction of one connection, in bytes a second. Default: no limit.
	Bandwidth int
	// Buffer is how many bytes may be on the way in one direction and not yet read: a write beyond that blocks. Default: 64 KiB.
	Buffer int
}

// DialRule says what becomes of a host's dials.
type DialRule uint8

const (
	// DialConnects: they reach whoever listens. The default.
	DialConnects DialRule = iota
	// DialRefused: they fail with ECONNREFUSED.
	DialRefused
	// DialHangs: they wait until their context ends.
	DialHangs
)

// Network is where hosts meet. All methods may be called concurrently.
type Network struct {
	o Options

	mu        sync.Mutex
	hosts     map[string]*host
	listeners map[string]*listener
}

// host is one that dials.
type host struct {
	net  *Network
	name string

	// under the network's lock
	link    Link
	dial    DialRule
	cut     bool // partitioned
	closing time.Duration
	dials   uint64
	changed chan struct{} // closed when one of these changes
	pairs   []*pair       // that are not over
}

// New returns an empty network.
func New(o Options) *Network {
	if o.Backlog <= 0 {
		o.Backlog = 128
	}
	return &Network{o: o, hosts: map[string]*host{}, listeners: map[string]*listener{}}
}

// Addr is an address: a host's name with a port.
type Addr string

// Network returns "sim".
func (Addr) Network() string { return "sim" }

// String returns the address.
func (a Addr) String() string { return string(a) }

// hostLocked returns a host, which exists as soon as somebody speaks of it.
func (n *Network) hostLocked(name string) *host {
	h := n.hosts[name]
	if h == nil {
		h = &host{net: n, name: name, link: n.o.Link, changed: make(chan struct{})}
		n.hosts[name] = h
	}
	return h
}

func (h *host) signalLocked() {
	close(h.changed)
	h.changed = make(chan struct{})
}

// Dialer returns a function that dials as a host, for SessionOptions.Dial and the like. The network that it is asked
// for is ignored.
func (n *Network) Dialer(from string) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, _, addr string) (net.Conn, error) { return n.Dial(ctx, from, addr) }
}

// Dial connects a host to whoever listens at an address. It takes the time of a way there and back.
func (n *Network) Dial(ctx context.Context, from, addr string) (net.Conn, error) {
	fail := func(err error) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "sim", Addr: Addr(addr), Err: err}
	}
	n.mu.Lock()
	h := n.hostLocked(from)
	h.dials++
	number := h.dials
	n.mu.Unlock()
	for {
		n.mu.Lock()
		rule, trip, changed := h.dial, 2*h.link.Latency, h.changed
		if h.cut {
			rule = DialHangs
		}
		n.mu.Unlock()
		var arrived <-chan time.Time
		if rule != DialHangs {
			t := time.NewTimer(trip)
			defer t.Stop()
			arrived = t.C
		}
		select {
		case <-arrived:
			if rule == DialRefused {
				return fail(syscall.ECONNREFUSED)
			}
			c, err := n.connect(h, number, addr)
			if err != nil {
				return fail(err)
			}
			return c, nil
		case <-changed:
		case <-ctx.Done():
			return fail(ctx.Err())
		}
	}
}

// connect makes a connection and puts it where it waits to be accepted.
func (n *Network) connect(h *host, number uint64, addr string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listeners[addr]
	if l == nil || len(l.waiting) >= n.o.Backlog {
		n.mu.Unlock()
		return nil, syscall.ECONNREFUSED
	}
	p := newPair(h, number, Addr(addr))
	h.pairs = append(h.pairs, p)
	l.waiting = append(l.waiting, p)
	l.signalLocked()
	n.mu.Unlock()
	return p.ends[Dialing], nil
}

// forget takes a pair off its host's list.
func (h *host) forget(p *pair) {
	h.net.mu.Lock()
	if i := slices.Index(h.pairs, p); i >= 0 {
		h.pairs = slices.Delete(h.pairs, i, i+1)
	}
	h.net.mu.Unlock()
}

// facts are what a pair has to know of its host at the moment.
func (h *host) facts() (link Link, cut bool, closing time.Duration) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	return h.link, h.cut, h.closing
}

// Listen listens at an address. It fails with EADDRINUSE if somebody does already.
func (n *Network) Listen(addr string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[addr] != nil {
		return nil, &net.OpError{Op: "listen", Net: "sim", Addr: Addr(addr), Err: syscall.EADDRINUSE}
	}
	l := &listener{net: n, addr: Addr(addr), changed: make(chan struct{})}
	n.listeners[addr] = l
	return l, nil
}

type listener struct {
	net  *Network
	addr Addr

	// under the network's lock
	waiting []*pair
	closed  bool
	changed chan struct{}
}

func (l *listener) signalLocked() {
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		l.net.mu.Lock()
		if l.closed {
			l.net.mu.Unlock()
			return nil, &net.OpError{Op: "accept", Net: "sim", Addr: l.addr, Err: net.ErrClosed}
		}
		if len(l.waiting) > 0 {
			p := l.waiting[0]
			l.waiting = l.waiting[1:]
			l.net.mu.Unlock()
			return p.ends[Listening], nil
		}
		changed := l.changed
		l.net.mu.Unlock()
		<-changed
	}
}

// Close ends the listener. Connections that nobody has accepted are reset.
func (l *listener) Close() error {
	l.net.mu.Lock()
	if l.closed {
		l.net.mu.Unlock()
		return nil
	}
	l.closed = true
	delete(l.net.listeners, string(l.addr))
	waiting := l.waiting
	l.waiting = nil
	l.signalLocked()
	l.net.mu.Unlock()
	for _, p := range waiting {
		p.reset()
		p.ends[Listening].Close()
	}
	return nil
}

func (l *listener) Addr() net.Addr { return l.addr }

// hash makes one number of a seed, a name and numbers.
func hash(seed uint64, name string, numbers ...uint64) uint64 {
	f := fnv.New64a()
	io.WriteString(f, strconv.FormatUint(seed, 16)+" "+name)
	for _, x := range numbers {
		io.WriteString(f, " "+strconv.FormatUint(x, 16))
	}
	return f.Sum64()
}

func newRand(seed uint64, name string, numbers ...uint64) *rand.Rand {
	return rand.New(rand.NewPCG(hash(seed, name, numbers...), seed))
}

func opError(op string, c *conn, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return &net.OpError{Op: op, Net: "sim", Source: c.local, Addr: c.remote, Err: err}
}
