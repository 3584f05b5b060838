package client_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
	"github.com/holdfast-ws/holdfast/store/memory"
)

func TestMain(m *testing.M) {
	if crashChild() {
		return
	}
	goleak.VerifyTestMain(m)
}

// fast makes tests of reconnecting short; the delays themselves are tested in package backoff.
var fast = backoff.Options{BaseDelay: 5 * time.Millisecond, MaxDelay: 50 * time.Millisecond, MinUptime: time.Millisecond}

// limit bounds what hangs when something is broken.
func limit(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// node is a server that can be stopped and started again on its data and its address.
type node struct {
	t    testing.TB
	open func() store.Backend
	o    server.Options
	addr string
	srv  *server.Server
	l    net.Listener
	done chan struct{}
}

// startMemory starts a server that forgets everything when it is restarted.
func startMemory(t testing.TB, o server.Options) *node {
	return start(t, o, func() store.Backend { return memory.New(memory.Options{}) })
}

// startDisk starts a server whose data outlives it.
func startDisk(t testing.TB, o server.Options) *node {
	dir := t.TempDir()
	return startIn(t, o, &dir)
}

// startIn starts a server on the data in a folder; a restart looks anew which one.
func startIn(t testing.TB, o server.Options, dir *string) *node {
	return start(t, o, func() store.Backend {
		b, err := disk.Open(*dir, disk.Options{MemTableSize: 4 << 20})
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
}

func start(t testing.TB, o server.Options, open func() store.Backend) *node {
	if o.DrainPeriod == 0 {
		o.DrainPeriod = time.Millisecond
	}
	o.Logger = slog.New(slog.DiscardHandler)
	n := &node{t: t, open: open, o: o, addr: "127.0.0.1:0"}
	n.start()
	t.Cleanup(n.stop)
	return n
}

func (n *node) start() {
	n.t.Helper()
	o := n.o
	o.Store = n.open()
	srv, err := server.New(o)
	if err != nil {
		n.t.Fatal(err)
	}
	l, err := net.Listen("tcp", n.addr)
	if err != nil {
		n.t.Fatal(err)
	}
	n.srv, n.l, n.addr, n.done = srv, l, l.Addr().String(), make(chan struct{})
	done := n.done
	go func() {
		defer close(done)
		srv.Serve(l)
	}()
}

func (n *node) stop() {
	if n.srv == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := n.srv.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		n.t.Errorf("shutdown: %v", err)
	}
	n.l.Close()
	<-n.done
	n.srv = nil
}

func (n *node) url() string { return "http://" + n.addr }

// open opens a session that is closed with the test.
func open(t testing.TB, url string, o client.SessionOptions) *client.Session {
	t.Helper()
	if o.Backoff == (backoff.Options{}) {
		o.Backoff = fast
	}
	s, err := client.OpenSession(limit(t), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		s.Close(ctx)
	})
	return s
}

// cutter is a TCP proxy whose connections a test can cut.
type cutter struct {
	l      net.Listener
	mu     sync.Mutex
	target string
	conns  map[net.Conn]struct{}
	wg     sync.WaitGroup
	mute   atomic.Bool // what the server says is swallowed
}

func cut(t testing.TB, target string) *cutter {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{l: l, target: target, conns: map[net.Conn]struct{}{}}
	c.wg.Go(c.accept)
	t.Cleanup(func() {
		l.Close()
		c.cut()
		c.wg.Wait()
	})
	return c
}

func (c *cutter) url() string { return "http://" + c.l.Addr().String() }

func (c *cutter) accept() {
	for {
		down, err := c.l.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		target := c.target
		c.mu.Unlock()
		up, err := net.Dial("tcp", target)
		if err != nil {
			down.Close()
			continue
		}
		c.mu.Lock()
		c.conns[down], c.conns[up] = struct{}{}, struct{}{}
		c.mu.Unlock()
		c.wg.Go(func() { c.pipe(down, up, &c.mute) })
		c.wg.Go(func() { c.pipe(up, down, new(atomic.Bool)) })
	}
}

func (c *cutter) pipe(dst, src net.Conn, mute *atomic.Bool) {
	io.Copy(muted{dst, mute}, src)
	c.mu.Lock()
	delete(c.conns, dst)
	delete(c.conns, src)
	c.mu.Unlock()
	dst.Close()
	src.Close()
}

// aim sends later connections elsewhere.
func (c *cutter) aim(target string) {
	c.mu.Lock()
	c.target = target
	c.mu.Unlock()
}

type muted struct {
	net.Conn
	mute *atomic.Bool
}

func (m muted) Write(b []byte) (int, error) {
	if m.mute.Load() {
		return len(b), nil
	}
	return m.Conn.Write(b)
}

// cut resets every connection, and returns how many there were.
func (c *cutter) cut() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.conns)
	for x := range c.conns {
		x.(*net.TCPConn).SetLinger(0)
		x.Close()
		delete(c.conns, x)
	}
	return n / 2
}
