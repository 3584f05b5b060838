// Package chaos is a TCP proxy that does to connections what networks do: it resets them, closes them, tears
// them in the middle of a message, stalls them, goes silent in one direction or both, delays and slows them.
// What it does at random it does from a seed.
package chaos

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Options configure a Proxy. To is required; the rest of the zero value passes everything on unharmed.
type Options struct {
	// Listen is the address to take connections on. Default 127.0.0.1:0.
	Listen string
	// To is the address to pass them on to.
	To string
	// Seed of everything that happens at random; 0 draws one, which [Proxy.Seed] tells.
	Seed uint64
	// CutEvery is how often, on average, something happens to each connection: the time is drawn evenly
	// between half of it and one and a half. 0: nothing happens at random.
	CutEvery time.Duration
	// Modes are what may happen at random, each as likely as the others; naming one twice makes it twice as
	// likely. Default RST and FIN.
	Modes []Mode
	// HoldFor is how long a silent connection's sockets are kept before they are reset, and how long a
	// stall lasts. Default 3 s.
	HoldFor time.Duration
	// Delay is added to the way of every byte in each direction, Jitter at most on top of it. Order is kept.
	Delay, Jitter time.Duration
	// Rate bounds each direction of each connection, in bytes a second. 0: no bound.
	Rate int
	// Schedule is what happens to all connections at given times after the start; see [ParseSchedule].
	Schedule []Step
	// Logf is told each thing that is done. Optional.
	Logf func(format string, args ...any)
}

// Proxy is a running proxy. All methods may be called concurrently.
type Proxy struct {
	o      Options
	ln     net.Listener
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu           sync.Mutex
	to           string
	links        map[uint64]*link
	next         uint64
	refuseBefore time.Time
	stats        Stats
}

// Stats are counts since the start.
type Stats struct {
	// Accepted connections, those among them that were Refused on purpose, and those that could not be
	// passed on because nobody listened there.
	Accepted    int `json:"accepted"`
	Refused     int `json:"refused"`
	Unreachable int `json:"unreachable"`
	// Open connections now.
	Open int `json:"open"`
	// Done counts what was done to connections, by mode.
	Done map[Mode]int `json:"done"`
	// BytesUp went from those who connected to the address behind, BytesDown back.
	BytesUp   int64 `json:"bytes_up"`
	BytesDown int64 `json:"bytes_down"`
}

// Cuts is how often a connection was ended.
func (s Stats) Cuts() int {
	n := 0
	for m, k := range s.Done {
		if m.Ends() {
			n += k
		}
	}
	return n
}

// New starts a proxy. It ends with Close.
func New(o Options) (*Proxy, error) {
	if o.To == "" {
		return nil, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start chaos proxy", Detail: "to: the address to pass connections on to is missing"}
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if len(o.Modes) == 0 {
		o.Modes = []Mode{RST, FIN}
	}
	if o.HoldFor <= 0 {
		o.HoldFor = 3 * time.Second
	}
	if o.Seed == 0 {
		o.Seed = rand.Uint64()>>1 | 1
	}
	if o.Logf == nil {
		o.Logf = func(string, ...any) {}
	}
	ln, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "start chaos proxy", Detail: "cannot listen on " + o.Listen, Cause: err,
			Hint: "choose another address, or port 0 for a free one"}
	}
	p := &Proxy{o: o, ln: ln, to: o.To, links: map[uint64]*link{}}
	p.stats.Done = map[Mode]int{}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.wg.Go(p.accept)
	if len(o.Schedule) > 0 {
		p.wg.Go(p.follow)
	}
	return p, nil
}

// Addr is where the proxy listens.
func (p *Proxy) Addr() string { return p.ln.Addr().String() }

// Seed is what everything at random comes from.
func (p *Proxy) Seed() uint64 { return p.o.Seed }

// SetTo changes the address that new connections are passed on to.
func (p *Proxy) SetTo(addr string) {
	p.mu.Lock()
	p.to = addr
	p.mu.Unlock()
}

// Cut does mode to every open connection and returns to how many.
func (p *Proxy) Cut(mode Mode) int {
	p.mu.Lock()
	links := make([]*link, 0, len(p.links))
	for _, l := range p.links {
		links = append(links, l)
	}
	p.mu.Unlock()
	for _, l := range links {
		l.do(mode, 0)
	}
	return len(links)
}

// Refuse resets every new connection for a time.
func (p *Proxy) Refuse(d time.Duration) {
	p.mu.Lock()
	p.refuseBefore = time.Now().Add(d)
	p.mu.Unlock()
}

// Stats returns the counts.
func (p *Proxy) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Open = len(p.links)
	s.Done = make(map[Mode]int, len(p.stats.Done))
	maps.Copy(s.Done, p.stats.Done)
	for _, l := range p.links {
		s.BytesUp += l.up.bytes.Load()
		s.BytesDown += l.down.bytes.Load()
	}
	return s
}

// Close resets all connections and waits until everything has ended.
func (p *Proxy) Close() error {
	p.cancel()
	err := p.ln.Close()
	p.mu.Lock()
	for _, l := range p.links {
		l.end(RST)
	}
	p.mu.Unlock()
	p.wg.Wait()
	return err
}

func (p *Proxy) accept() {
	for {
		c, err := p.ln.Accept()
		if err != nil {
			if p.ctx.Err() != nil {
				return
			}
			// Out of files, or a connection that was gone already: both pass.
			select {
			case <-time.After(10 * time.Millisecond):
			case <-p.ctx.Done():
				return
			}
			continue
		}
		p.wg.Go(func() { p.serve(c.(*net.TCPConn)) })
	}
}

// serve passes one connection on until it has ended.
func (p *Proxy) serve(client *net.TCPConn) {
	p.mu.Lock()
	p.next++
	n, to := p.next, p.to
	refused := time.Now().Before(p.refuseBefore)
	p.stats.Accepted++
	if refused {
		p.stats.Refused++
	}
	p.mu.Unlock()
	if refused {
		p.o.Logf("connection %d: refused", n)
		reset(client)
		return
	}
	d := net.Dialer{Timeout: 10 * time.Second}
	c, err := d.DialContext(p.ctx, "tcp", to)
	if err != nil {
		p.mu.Lock()
		p.stats.Unreachable++
		p.mu.Unlock()
		p.o.Logf("connection %d: nobody at %s", n, to)
		reset(client)
		return
	}
	l := newLink(p, n, client, c.(*net.TCPConn))
	p.mu.Lock()
	p.links[n] = l
	p.mu.Unlock()
	if p.ctx.Err() != nil {
		l.end(RST)
	}
	l.run()
	p.mu.Lock()
	delete(p.links, n)
	p.stats.BytesUp += l.up.bytes.Load()
	p.stats.BytesDown += l.down.bytes.Load()
	p.mu.Unlock()
}

func (p *Proxy) count(n uint64, m Mode, detail string) {
	p.mu.Lock()
	p.stats.Done[m]++
	p.mu.Unlock()
	if detail != "" {
		detail = " " + detail
	}
	p.o.Logf("connection %d: %s%s", n, m, detail)
}

// follow carries the schedule out.
func (p *Proxy) follow() {
	start := time.Now()
	for i := 0; i < len(p.o.Schedule); i++ {
		s := p.o.Schedule[i]
		select {
		case <-time.After(time.Until(start.Add(s.At))):
		case <-p.ctx.Done():
			return
		}
		switch s.Do {
		case DoRepeat:
			i, start = -1, time.Now()
		case DoRefuse:
			p.o.Logf("schedule: refuse for %s", s.For)
			p.Refuse(s.For)
		case DoMode:
			p.mu.Lock()
			links := make([]*link, 0, len(p.links))
			for _, l := range p.links {
				links = append(links, l)
			}
			p.mu.Unlock()
			for _, l := range links {
				l.do(s.Mode, s.For)
			}
		}
	}
}

// String says what the proxy does, in a line.
func (p *Proxy) String() string {
	return fmt.Sprintf("chaos on %s to %s, seed %d", p.Addr(), p.o.To, p.o.Seed)
}
