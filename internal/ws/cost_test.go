package ws

import (
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
)

func raceEnabledOrNotLinux() bool { return raceEnabled || runtime.GOOS != "linux" }

func TestAllocations(t *testing.T) {
	if raceEnabledOrNotLinux() {
		t.Skip("the race detector allocates, and so does the portable path")
	}
	t.Run("TryWrite", func(t *testing.T) {
		s, peer := tcpPair(t)
		done := make(chan struct{})
		go func() {
			buf := make([]byte, 1<<16)
			for {
				if _, err := peer.Read(buf); err != nil {
					close(done)
					return
				}
			}
		}()
		c := NewConn(s, nil, ConnOptions{})
		a, b := make([]byte, 10), make([]byte, 100)
		if n := testing.AllocsPerRun(1000, func() {
			if _, err := c.TryWrite(a, b); err != nil && err != ErrStalled {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
		c.Close()
		peer.Close()
		<-done
	})
	t.Run("echo", func(t *testing.T) {
		s, peer := tcpPair(t)
		defer peer.Close()
		h := &benchEcho{c: NewConn(s, nil, ConnOptions{})}
		end := make(chan error)
		go func() { end <- h.c.Serve(h) }()
		msg, buf := text("hello"), make([]byte, 7)
		if n := testing.AllocsPerRun(1000, func() {
			peer.Write(msg)
			// The server unmasks its own copy, never msg.
			if _, err := io.ReadFull(peer, buf); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
		if string(buf[2:]) != "hello" {
			t.Errorf("%q", buf)
		}
		h.c.Close()
		<-end
	})
}

// benchEcho is the least an owner can be: it writes what fits.
type benchEcho struct {
	c   *Conn
	out []byte
}

func (h *benchEcho) Message(op Opcode, p []byte) error {
	h.out = append(AppendHeader(h.out, op, len(p), 0), p...)
	return nil
}
func (h *benchEcho) Control(Opcode, []byte) error { return nil }
func (h *benchEcho) Ready() bool                  { return true }
func (h *benchEcho) Dry() {
	h.c.TryWrite(h.out)
	h.out = h.out[:0]
}

// TestIdleMemory says what a connection holds when it has nothing to do, over what its socket holds.
func TestIdleMemory(t *testing.T) {
	if raceEnabledOrNotLinux() {
		t.Skip("the fast path without the race detector is meant")
	}
	const n, bound = 1000, 6 << 10
	servers, peers := make([]net.Conn, n), make([]net.Conn, n)
	for i := range servers {
		servers[i], peers[i] = tcpPair(t)
	}
	heap0, stack0 := inUse()
	conns, end := make([]*Conn, n), make(chan error, n)
	for i, s := range servers {
		h := &benchEcho{c: NewConn(s, nil, ConnOptions{})}
		conns[i] = h.c
		go func() { end <- h.c.Serve(h) }()
	}
	msg, buf := text(strings.Repeat("x", 100)), make([]byte, 102)
	for _, p := range peers { // all of them have worked, and are idle again
		p.Write(msg)
		if _, err := io.ReadFull(p, buf); err != nil {
			t.Fatal(err)
		}
	}
	heap, stack := inUse()
	per := (heap - heap0 + stack - stack0) / n
	t.Logf("an idle connection holds %d bytes over its socket: %d of heap (an owner with 128 bytes among them), %d of stack",
		per, (heap-heap0)/n, (stack-stack0)/n)
	if per > bound {
		t.Errorf("more than %d", bound)
	}
	for i, c := range conns {
		c.Close()
		peers[i].Close()
	}
	for range n {
		<-end
	}
}

func inUse() (heap, stack int) {
	for range 3 { // stacks shrink, and pools are emptied in two
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapInuse), int(m.StackInuse)
}

func BenchmarkEcho(b *testing.B) {
	for _, tr := range transports {
		for _, size := range []int{16, 1 << 10, 64 << 10} {
			b.Run(tr.name+"/"+byteSize(size), func(b *testing.B) {
				s, peer := tr.pair(b)
				o := &owner{echo: true, c: NewConn(s, nil, ConnOptions{Path: tr.path})}
				h := &benchEcho{c: o.c}
				var sv Handler = h
				if size > 4<<10 {
					sv = o // which knows how to stall
				}
				end := make(chan error, 1)
				go func() { end <- o.c.Serve(sv) }()
				msg := binMsg(strings.Repeat("x", size))
				buf := make([]byte, len(AppendHeader(nil, OpBinary, size, 0))+size)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					peer.Write(msg)
					if _, err := io.ReadFull(peer, buf); err != nil {
						b.Fatal(err)
					}
					o.events = o.events[:0]
				}
				peer.Close()
				<-end
				o.c.Close()
				o.c.Wait()
			})
		}
	}
}

func byteSize(n int) string {
	if n >= 1<<10 {
		return string(rune('0'+n>>10/10)) + string(rune('0'+n>>10%10)) + "KB"
	}
	return string(rune('0'+n/10)) + string(rune('0'+n%10)) + "B"
}

func BenchmarkTryWrite(b *testing.B) {
	s, peer := tcpPair(b)
	done := make(chan struct{})
	go func() {
		buf := make([]byte, 1<<20)
		for {
			if _, err := peer.Read(buf); err != nil {
				close(done)
				return
			}
		}
	}()
	c := NewConn(s, nil, ConnOptions{})
	head, body := make([]byte, 4), make([]byte, 170*16)
	writable := make(chan struct{}, 1)
	b.SetBytes(int64(len(head) + len(body)))
	b.ReportAllocs()
	for b.Loop() {
		n, err := c.TryWrite(head, body)
		for err == ErrStalled {
			c.WhenWritable(func() { writable <- struct{}{} })
			<-writable
			if n < len(head)+len(body) {
				var k int
				k, err = c.TryWrite(make([]byte, len(head)+len(body)-n))
				n += k
			}
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	c.Close()
	c.Wait()
	peer.Close()
	<-done
}
