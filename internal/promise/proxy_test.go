package promise

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy passes bytes on, below TLS. A test can cut its connections, or hold up what goes through them.
type proxy struct {
	l      net.Listener
	mu     sync.Mutex
	target string
	links  []*link // in the order in which they were made
	wg     sync.WaitGroup
}

// link is one connection through a proxy.
type link struct {
	down, up           net.Conn
	toServer, toClient *valve
}

// valve is one direction of a link.
type valve struct {
	mu     sync.Mutex
	cond   sync.Cond
	held   bool
	closed bool
	taken  atomic.Int64 // bytes that came in
}

func startProxy(t *testing.T, target string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{l: l, target: target}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		l.Close()
		p.cut()
		p.wg.Wait()
	})
	return p
}

func (p *proxy) addr() string { return p.l.Addr().String() }

func (p *proxy) accept() {
	for {
		down, err := p.l.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		target := p.target
		p.mu.Unlock()
		up, err := net.Dial("tcp", target)
		if err != nil {
			down.Close()
			continue
		}
		k := &link{down: down, up: up, toServer: newValve(), toClient: newValve()}
		p.mu.Lock()
		p.links = append(p.links, k)
		p.mu.Unlock()
		p.wg.Go(func() { k.toServer.pipe(k, up, down) })
		p.wg.Go(func() { k.toClient.pipe(k, down, up) })
	}
}

func newValve() *valve {
	v := &valve{}
	v.cond.L = &v.mu
	return v
}

func (v *valve) pipe(k *link, dst, src net.Conn) {
	defer k.close(false)
	buf := make([]byte, 16<<10)
	for {
		n, err := src.Read(buf)
		v.taken.Add(int64(n))
		v.mu.Lock()
		for v.held && !v.closed {
			v.cond.Wait()
		}
		v.mu.Unlock()
		if n > 0 {
			if _, err := dst.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (v *valve) set(held bool) {
	v.mu.Lock()
	v.held = held
	v.cond.Broadcast()
	v.mu.Unlock()
}

func (v *valve) close() {
	v.mu.Lock()
	v.closed = true
	v.cond.Broadcast()
	v.mu.Unlock()
}

// close ends both directions; a reset takes along what is under way.
func (k *link) close(reset bool) {
	for _, c := range []net.Conn{k.down, k.up} {
		if reset {
			c.(*net.TCPConn).SetLinger(0)
		}
		c.Close()
	}
	k.toServer.close()
	k.toClient.close()
}

// all returns the connections that were made so far.
func (p *proxy) all() []*link {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*link(nil), p.links...)
}

// cut resets every connection.
func (p *proxy) cut() {
	for _, k := range p.all() {
		k.close(true)
	}
}

// muteServer holds up what the server says on the connections that there are.
func (p *proxy) muteServer() {
	for _, k := range p.all() {
		k.toClient.set(true)
	}
}

// silence holds up both directions of the connections that there are, and keeps them open.
func (p *proxy) silence() {
	for _, k := range p.all() {
		k.toClient.set(true)
		k.toServer.set(true)
	}
}

// aim sends later connections elsewhere.
func (p *proxy) aim(target string) {
	p.mu.Lock()
	p.target = target
	p.mu.Unlock()
}

// nowhere is an address that refuses.
const nowhere = "127.0.0.1:1"
