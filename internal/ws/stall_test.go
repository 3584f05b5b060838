package ws

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/holdfast-ws/holdfast"
)

// fill writes until the connection stalls and returns how many bytes it took.
func fill(t testing.TB, c *Conn) int {
	t.Helper()
	chunk := bytes.Repeat([]byte("0123456789abcdef"), 256)
	total := 0
	for range 1 << 16 {
		n, err := c.TryWrite(chunk[:1000], nil, chunk[1000:])
		total += n
		if err == ErrStalled {
			return total
		}
		if err != nil || n != len(chunk) {
			t.Fatalf("took %d of %d: %v", n, len(chunk), err)
		}
	}
	t.Fatal("never stalled")
	return 0
}

func withPoller(t *testing.T, f func(t *testing.T, tr transport, p *Poller)) {
	onEach(t, func(t *testing.T, tr transport) {
		t.Run("own goroutine", func(t *testing.T) { f(t, tr, nil) })
		t.Run("poller", func(t *testing.T) {
			p, err := NewPoller()
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			f(t, tr, p)
		})
	})
}

func TestStall(t *testing.T) {
	withPoller(t, func(t *testing.T, tr transport, p *Poller) {
		s, peer := tr.pair(t)
		defer peer.Close()
		c := NewConn(s, nil, ConnOptions{Path: tr.path, Poller: p})
		defer c.Wait()
		defer c.Close()
		// The kernel may move bytes to the peer's side and take more, so a socket need not stall for good at first.
		want, called := fill(t, c), make(chan struct{})
		c.WhenWritable(func() { close(called) })
		switch n, err := c.TryWrite([]byte("x")); {
		case err == nil:
			receive(t, called)
			want += n
		case n != 0 || err != ErrStalled:
			t.Fatalf("TryWrite while stalled: %d, %v", n, err)
		}
		if unsent, err := c.Unsent(); err != nil || tr.name == "pipe" && unsent.Bytes != queueSize || unsent.InVain {
			t.Errorf("Unsent: %+v, %v", unsent, err)
		}

		got := count(peer)
		receive(t, called)
		for range 5 { // it stalls again and again, against a peer that reads all the time
			want += fill(t, c)
			called = make(chan struct{})
			c.WhenWritable(func() { close(called) })
			receive(t, called)
		}
		waitFor(t, func() bool { return got.Load() == int64(want) })
		waitFor(t, func() bool { return c.BytesWritten() == uint64(want) })
		waitFor(t, func() bool { u, err := c.Unsent(); return u.Bytes == 0 && err == nil })
	})
}

// count reads all that comes, in the background.
func count(peer net.Conn) *atomic.Int64 {
	var got atomic.Int64
	go func() {
		buf := make([]byte, 1<<16)
		for {
			n, err := peer.Read(buf)
			got.Add(int64(n))
			if err != nil {
				return
			}
		}
	}()
	return &got
}

// Nothing is called while the peer takes nothing. Only net.Pipe has no buffer that could take something by itself.
func TestNotWritableWhileThePeerDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, peer := net.Pipe()
		c := NewConn(s, nil, ConnOptions{})
		if n := fill(t, c); n != queueSize {
			t.Errorf("%d bytes were taken, the limit is %d", n, queueSize)
		}
		var calls atomic.Int32
		c.WhenWritable(func() { calls.Add(1) })
		synctest.Wait()
		if n, err := c.TryWrite([]byte("x")); calls.Load() != 0 || n != 0 || err != ErrStalled {
			t.Errorf("%d calls; TryWrite: %d, %v", calls.Load(), n, err)
		}
		io.ReadFull(peer, make([]byte, queueSize))
		synctest.Wait()
		if n, err := c.TryWrite([]byte("x")); calls.Load() != 1 || n != 1 || err != nil {
			t.Errorf("after reading: %d calls; TryWrite: %d, %v", calls.Load(), n, err)
		}
		peer.Close()
		c.Close()
		c.Wait()
	})
}

func TestCloseEndsWhenWritable(t *testing.T) {
	withPoller(t, func(t *testing.T, tr transport, p *Poller) {
		for _, serving := range []bool{false, true} {
			o := &owner{}
			s, peer := tr.pair(t)
			defer peer.Close()
			o.c = NewConn(s, nil, ConnOptions{Path: tr.path, Poller: p})
			fill(t, o.c)
			if serving {
				o.start()
			}
			called := make(chan error, 2)
			var again func()
			again = func() { // until it fails
				err := error(nil)
				for err == nil {
					_, err = o.c.TryWrite([]byte("x"))
				}
				if err == ErrStalled {
					o.c.WhenWritable(again)
				} else {
					called <- err
				}
			}
			o.c.WhenWritable(again)
			o.c.Close()
			if err := receive(t, called); !errors.Is(err, holdfast.CodeClosed) {
				t.Errorf("TryWrite in the function: %v", err)
			}
			o.c.Wait()
			if serving {
				o.wait(t)
			}
			if len(called) > 0 {
				t.Error("called twice")
			}
		}
	})
}

// A peer that is gone makes the socket writable, in the sense that the next write fails.
func TestPeerGoneWhileStalled(t *testing.T) {
	withPoller(t, func(t *testing.T, tr transport, p *Poller) {
		s, peer := tr.pair(t)
		c := NewConn(s, nil, ConnOptions{Path: tr.path, Poller: p})
		defer c.Wait()
		defer c.Close()
		fill(t, c)
		called := make(chan struct{})
		c.WhenWritable(func() { close(called) })
		peer.Close()
		receive(t, called)
		var err error
		waitFor(t, func() bool { // the close may be known before the reset is
			_, err = c.TryWrite(make([]byte, 1<<10))
			return err != nil && err != ErrStalled
		})
		if !errors.Is(err, holdfast.CodeAbnormal) {
			t.Errorf("TryWrite: %v", err)
		}
	})
}

func TestManyStalledSocketsShareOneGoroutine(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere each stalled socket has a goroutine")
	}
	p, err := NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	const n = 200
	conns, peers := make([]*Conn, n), make([]net.Conn, n)
	called := make(chan int, n)
	for i := range conns {
		var s net.Conn
		s, peers[i] = tcpPair(t)
		conns[i] = NewConn(s, nil, ConnOptions{Poller: p})
		fill(t, conns[i])
	}
	before := runtime.NumGoroutine()
	for i, c := range conns {
		c.WhenWritable(func() { called <- i })
	}
	if after := runtime.NumGoroutine(); after > before+1 { // the poller's own
		t.Errorf("%d goroutines before, %d after", before, after)
	}
	seen := map[int]bool{}
	for i := range n / 2 { // half of them are read, the others closed
		go io.Copy(io.Discard, peers[i])
		conns[n/2+i].Close()
	}
	for range n {
		seen[receive(t, called)] = true
	}
	if len(seen) != n {
		t.Errorf("%d of %d were called", len(seen), n)
	}
	for i := range conns {
		conns[i].Close()
		peers[i].Close()
		conns[i].Wait()
	}
	if len(p.waitsForTest()) != 0 {
		t.Error("the poller still knows connections")
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestPollerClose(t *testing.T) {
	p, err := NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	s, peer := tcpPair(t)
	defer peer.Close()
	c := NewConn(s, nil, ConnOptions{Poller: p})
	fill(t, c)
	called := make(chan struct{}, 1)
	c.WhenWritable(func() { called <- struct{}{} })
	p.Close()
	p.Close()
	receive(t, called)

	// From now on the connection has a goroutine of its own to wait with.
	fill(t, c)
	c.WhenWritable(func() { called <- struct{}{} })
	go io.Copy(io.Discard, peer)
	receive(t, called)
	c.Close()
	c.Wait()
}

// A file descriptor that is used again must not be taken for the connection that had it before.
func TestPollerAndReusedDescriptors(t *testing.T) {
	p, err := NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 50 {
		s, peer := tcpPair(t)
		c := NewConn(s, nil, ConnOptions{Poller: p})
		fill(t, c)
		calls := make(chan struct{}, 2)
		c.WhenWritable(func() { calls <- struct{}{} })
		go io.Copy(io.Discard, peer) // its event and Close race
		c.Close()
		receive(t, calls)
		peer.Close()
		c.Wait()
		if len(calls) > 0 {
			t.Fatal("called twice")
		}
	}
}
