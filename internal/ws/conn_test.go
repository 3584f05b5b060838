package ws

import (
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
)

func onEach(t *testing.T, f func(t *testing.T, tr transport)) {
	for _, tr := range transports {
		t.Run(tr.name, func(t *testing.T) { f(t, tr) })
	}
}

func TestServeEnds(t *testing.T) {
	boom := errors.New("boom")
	onEach(t, func(t *testing.T, tr transport) {
		for _, tc := range []struct {
			name string
			do   func(o *owner, peer net.Conn)
			is   error
			code uint16 // what CloseCode makes of it
		}{
			{"close frame", func(_ *owner, peer net.Conn) { peer.Write(closeFrame(4001, "bye")) }, nil, 4001},
			{"peer gone", func(_ *owner, peer net.Conn) { peer.Close() }, holdfast.CodeAbnormal, 0},
			{"peer gone within a message", func(_ *owner, peer net.Conn) { peer.Write(text("hello")[:8]); peer.Close() }, holdfast.CodeAbnormal, 0},
			{"peer gone after a message", func(_ *owner, peer net.Conn) { peer.Write(text("hello")); peer.Close() }, holdfast.CodeAbnormal, 0},
			{"Close", func(o *owner, _ net.Conn) { o.c.Close() }, holdfast.CodeClosed, 0},
			{"Close within a message", func(o *owner, peer net.Conn) { peer.Write(text("hello")[:8]); o.c.Close() }, holdfast.CodeClosed, 0},
			{"handler fails", func(o *owner, peer net.Conn) { peer.Write(text("x")) }, boom, 1011},
		} {
			t.Run(tc.name, func(t *testing.T) {
				o := &owner{}
				if tc.is == boom {
					o.onMsg = func() error { return boom }
				}
				peer := tr.serve(t, o, ConnOptions{})
				tc.do(o, peer)
				go lastClose(peer)
				err := o.wait(t)
				if tc.is != nil && !errors.Is(err, tc.is) || CloseCode(err) != tc.code {
					t.Errorf("Serve: %v; close code %d, want %d", err, CloseCode(err), tc.code)
				}
			})
		}
	})
}

// Every method of a Handler may call Close: the socket is being read by the same goroutine then.
func TestCloseInsideTheHandler(t *testing.T) {
	onEach(t, func(t *testing.T, tr transport) {
		for _, where := range []string{"Message", "Control", "Dry", "Ready"} {
			t.Run(where, func(t *testing.T) {
				s, peer := tr.pair(t)
				defer peer.Close()
				c := NewConn(s, nil, ConnOptions{Path: tr.path})
				go peer.Write(join(text("a"), frame(0x89, "b")))
				go io.Copy(io.Discard, peer)
				h := &closer{c: c, where: where}
				end := make(chan error)
				go func() { end <- c.Serve(h) }()
				if err := receive(t, end); !errors.Is(err, net.ErrClosed) {
					t.Errorf("Serve: %v", err)
				}
				c.Wait()
			})
		}
	})
}

type closer struct {
	c     *Conn
	where string
}

func (h *closer) at(where string) {
	if h.where == where {
		h.c.Close()
	}
}
func (h *closer) Message(Opcode, []byte) error { h.at("Message"); return nil }
func (h *closer) Control(Opcode, []byte) error { h.at("Control"); return nil }
func (h *closer) Dry()                         { h.at("Dry") }
func (h *closer) Ready() bool                  { h.at("Ready"); return true }

func TestCloseIsIdempotentAndConcurrent(t *testing.T) {
	onEach(t, func(t *testing.T, tr transport) {
		o := &owner{echo: true}
		peer := tr.serve(t, o, ConnOptions{})
		go peer.Write(text("hello"))
		if _, _, err := readFrame(peer); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { o.c.Close() })
		}
		wg.Wait()
		if err := o.wait(t); !errors.Is(err, holdfast.CodeClosed) {
			t.Errorf("Serve: %v", err)
		}
		if _, err := peer.Read(make([]byte, 1)); err == nil {
			t.Error("the peer still reads")
		}
		if _, err := o.c.TryWrite([]byte("x")); !errors.Is(err, holdfast.CodeClosed) {
			t.Errorf("TryWrite after Close: %v", err)
		}
		if err := o.c.Serve(o); !errors.Is(err, holdfast.CodeClosed) {
			t.Errorf("Serve after Close: %v", err)
		}
		called := make(chan struct{})
		o.c.WhenWritable(func() { close(called) })
		receive(t, called)
		o.c.Wait()
	})
}

// gate is a Handler that is ready when it is told so.
type gate struct {
	open  atomic.Bool
	msgs  chan string
	dry   atomic.Int32
	asked chan struct{} // Ready said no
}

func (g *gate) Message(_ Opcode, p []byte) error { g.msgs <- string(p); return nil }
func (g *gate) Control(Opcode, []byte) error     { return nil }
func (g *gate) Dry()                             { g.dry.Add(1) }
func (g *gate) Ready() bool {
	if g.open.Load() {
		return true
	}
	select {
	case g.asked <- struct{}{}:
	default:
	}
	return false
}

func TestPauseAndResume(t *testing.T) {
	onEach(t, func(t *testing.T, tr transport) {
		s, peer := tr.pair(t)
		defer peer.Close()
		c := NewConn(s, nil, ConnOptions{Path: tr.path})
		g := &gate{msgs: make(chan string, 1), asked: make(chan struct{}, 1)}
		end := make(chan error)
		go func() { end <- c.Serve(g) }()
		receive(t, g.asked)
		go peer.Write(text("one"))
		c.Resume() // not ready yet: asked again, paused again
		receive(t, g.asked)
		if len(g.msgs) > 0 {
			t.Error("a message came while reading was paused")
		}
		g.open.Store(true)
		c.Resume()
		if got := receive(t, g.msgs); got != "one" {
			t.Errorf("got %q", got)
		}
		g.open.Store(false)
		go peer.Write(text("two"))
		receive(t, g.asked)
		c.Close() // also ends a pause
		if err := receive(t, end); !errors.Is(err, holdfast.CodeClosed) {
			t.Errorf("Serve: %v", err)
		}
		c.Wait()
	})
}

func TestDryAfterEachBatch(t *testing.T) {
	onEach(t, func(t *testing.T, tr transport) {
		o := &owner{echo: true}
		peer := tr.serve(t, o, ConnOptions{})
		for range 3 { // an echo is written in Dry alone, so each round trip shows one
			go peer.Write(text("hello"))
			if _, p, err := readFrame(peer); err != nil || string(p) != "hello" {
				t.Fatal(string(p), err)
			}
		}
	})
}

// A peer that floods and never reads is not read any more, once so many replies are unwritten.
func TestBackpressure(t *testing.T) {
	onEach(t, func(t *testing.T, tr transport) {
		const size, count, limit = 1 << 10, 20_000, 64 << 10
		o := &owner{echo: true, limit: limit}
		peer := tr.serve(t, o, ConnOptions{})
		sent := make(chan error, 1)
		var wrote atomic.Int64
		msg := binMsg(strings.Repeat("x", size))
		go func() {
			for range count {
				n, err := peer.Write(msg)
				wrote.Add(int64(n))
				if err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		stalls := func() bool {
			o.mu.Lock()
			defer o.mu.Unlock()
			return o.stalled && len(o.out) >= limit
		}
		waitFor(t, stalls)
		o.mu.Lock()
		if n := len(o.out); n > limit+readSize+2*size {
			t.Errorf("%d bytes of replies were gathered, the limit is %d and one read", n, limit)
		}
		o.mu.Unlock()
		for range count {
			if _, p, err := readFrame(peer); err != nil || len(p) != size {
				t.Fatalf("%d bytes, %v", len(p), err)
			}
		}
		if err := receive(t, sent); err != nil {
			t.Fatal(err)
		}
	})
}

// waitFor polls a condition that nothing announces.
func waitFor(t testing.TB, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !cond(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("waited in vain")
		}
	}
}

// The peer of a connection that ends for a mistake reads the code, although it was still sending: TCP would
// lose it by a reset if the socket was closed with input unread.
func TestLingerDeliversTheLastWord(t *testing.T) {
	onEach(t, func(t *testing.T, tr transport) {
		o := &owner{}
		peer := tr.serve(t, o, ConnOptions{MaxMessage: 1000})
		sent := make(chan error, 1)
		go func() {
			_, err := peer.Write(join(frameHeader(0x82, 1<<30), make([]byte, 4<<20)))
			sent <- err
		}()
		if tr.name != "pipe" { // which has no buffer: the frame is written only while the peer reads
			waitFor(t, func() bool { return o.c.BytesWritten() > 0 })
			if err := receive(t, sent); err != nil {
				t.Errorf("sending: %v", err)
			}
		}
		if got := lastClose(peer); got != "end 1009" {
			t.Errorf("the peer saw %q", got)
		}
		if err := o.wait(t); CloseCode(err) != 1009 {
			t.Errorf("Serve: %v", err)
		}
	})
}

func TestLingerGivesUp(t *testing.T) {
	onEach(t, func(t *testing.T, tr transport) {
		s, peer := tr.pair(t)
		defer peer.Close() // which neither reads nor closes
		c := NewConn(s, nil, ConnOptions{Path: tr.path})
		c.TryWrite([]byte("last words"))
		c.Linger(10 * time.Millisecond)
		c.Wait()
		if !c.closed.Load() {
			t.Error("not closed")
		}
	})
}

func TestCloseEndsLinger(t *testing.T) {
	onEach(t, func(t *testing.T, tr transport) {
		s, peer := tr.pair(t)
		defer peer.Close()
		c := NewConn(s, nil, ConnOptions{Path: tr.path})
		done := make(chan struct{})
		go func() { c.Linger(time.Hour); close(done) }()
		c.Close()
		receive(t, done)
		c.Wait()
	})
}

func TestBudget(t *testing.T) {
	onEach(t, func(t *testing.T, tr transport) {
		b := &Budget{Max: 100_000}
		first, second := &owner{}, &owner{}
		p1, p2 := tr.serve(t, first, ConnOptions{Budget: b}), tr.serve(t, second, ConnOptions{Budget: b})
		start := frame(0x02, strings.Repeat("x", 40_000))
		if _, err := p1.Write(start); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool { return b.Used() >= 40_000 })
		if b.Used() > b.Max {
			t.Errorf("%d bytes held, the limit is %d", b.Used(), b.Max)
		}
		go p2.Write(join(start, frame(0x00, strings.Repeat("x", 40_000))))
		go lastClose(p2)
		if err := second.wait(t); !errors.Is(err, holdfast.CodeBudget) || CloseCode(err) != uint16(holdfast.CodeBudget) {
			t.Errorf("the connection that asked for more: %v", err)
		}
		go p1.Write(join(frame(0x80, "y"), closeFrame(1000, "")))
		go lastClose(p1)
		if err := first.wait(t); CloseCode(err) != 1000 {
			t.Errorf("the other: %v", err)
		}
		if b.Used() != 0 {
			t.Errorf("%d bytes still held", b.Used())
		}
	})
}

// An inflated message counts too.
func TestBudgetForInflating(t *testing.T) {
	b := &Budget{Max: 200_000}
	o := &owner{}
	peer := transports[0].serve(t, o, ConnOptions{Budget: b, Compression: CompressionOn})
	go peer.Write(frame(0xc2, deflated(strings.Repeat("x", 1<<20))))
	go lastClose(peer)
	if err := o.wait(t); !errors.Is(err, holdfast.CodeBudget) {
		t.Errorf("Serve: %v", err)
	}
	if b.Used() != 0 {
		t.Errorf("%d bytes still held", b.Used())
	}
}

// A length in a header allocates nothing.
func TestNothingIsAllocatedByALengthOnTheWire(t *testing.T) {
	b := &Budget{}
	o := &owner{}
	peer := transports[0].serve(t, o, ConnOptions{Budget: b, MaxMessage: 1 << 30})
	peer.Write(join(frameHeader(0x82, 1<<30), make([]byte, 100), frame(0x89, "")))
	waitFor(t, func() bool { return b.Used() > 0 })
	if b.Used() > 1000 {
		t.Errorf("%d bytes held for 107 that came", b.Used())
	}
}

func TestAddresses(t *testing.T) {
	onEach(t, func(t *testing.T, tr transport) {
		s, peer := tr.pair(t)
		defer peer.Close()
		c := NewConn(s, nil, ConnOptions{Path: tr.path})
		defer c.Close()
		if c.RemoteAddr() != s.RemoteAddr() || c.LocalAddr() != s.LocalAddr() || c.NetConn() != s {
			t.Error("not those of the connection below")
		}
	})
}
