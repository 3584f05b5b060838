package simnet_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast/internal/simnet"
)

// world is a network with one host, "ann", that has a connection to "srv:1".
type world struct {
	*testing.T
	net    *simnet.Network
	listen net.Listener
	up     net.Conn // ann's end
	down   net.Conn
}

// bubble runs a test in simulated time.
func bubble(t *testing.T, o simnet.Options, f func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, net: simnet.New(o)}
		w.listen, _ = w.net.Listen("srv:1")
		w.up, w.down = w.connect()
		f(w)
		w.up.Close()
		w.down.Close()
		w.listen.Close()
	})
}

func (w *world) connect() (up, down net.Conn) {
	w.Helper()
	up, err := w.net.Dial(w.Context(), "ann", "srv:1")
	if err != nil {
		w.Fatal(err)
	}
	down, err = w.listen.Accept()
	if err != nil {
		w.Fatal(err)
	}
	return up, down
}

// read returns what comes until the end or an error, and how long it took.
func read(c net.Conn) (data string, took time.Duration, err error) {
	start := time.Now()
	b, err := io.ReadAll(c)
	return string(b), time.Since(start), err
}

func (w *world) expect(what string, got, want any) {
	w.Helper()
	if got != want {
		w.Errorf("%s: %v, want %v", what, got, want)
	}
}

func (w *world) fails(what string, err error, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Errorf("%s: %v, want %v", what, err, want)
	}
}

// A dial takes a round trip, and a byte half of one; the end comes behind the bytes.
func TestLatency(t *testing.T) {
	o := simnet.Options{Link: simnet.Link{Latency: 150 * time.Millisecond}}
	bubble(t, o, func(w *world) {
		start := time.Now()
		up, down := w.connect()
		w.expect("dial", time.Since(start), 300*time.Millisecond)
		io.WriteString(up, "hello")
		up.Close()
		data, took, err := read(down)
		w.expect("data", data, "hello")
		w.expect("end", err, error(nil))
		w.expect("took", took, 150*time.Millisecond)
		down.Close()
	})
}

// Jitter delays, but never reorders, and is the same with the same seed.
func TestJitterIsSeeded(t *testing.T) {
	times := func(seed uint64) (all [20]time.Duration) {
		o := simnet.Options{Seed: seed, Link: simnet.Link{Jitter: time.Second}}
		bubble(t, o, func(w *world) {
			start := time.Now()
			for i := range all {
				w.up.Write([]byte{byte(i)})
			}
			for i := range all {
				var b [1]byte
				io.ReadFull(w.down, b[:])
				w.expect("byte", int(b[0]), i)
				all[i] = time.Since(start)
			}
		})
		return all
	}
	one := times(1)
	if one != times(1) {
		t.Error("the same seed gives other times")
	}
	if one == times(2) {
		t.Error("another seed gives the same times")
	}
}

// 64 KB over a line of 16 KB a second take 4 s, and arrive bit by bit.
func TestBandwidth(t *testing.T) {
	bubble(t, simnet.Options{Link: simnet.Link{Bandwidth: 16 << 10}}, func(w *world) {
		start := time.Now()
		w.up.Write(make([]byte, 64<<10))
		b := make([]byte, 64<<10)
		n, _ := w.down.Read(b)
		w.expect("first bytes", n, 4<<10)
		io.ReadFull(w.down, b[n:])
		w.expect("all of it", time.Since(start), 4*time.Second)
	})
}

// A write blocks while the buffer is full, until the other end reads or the deadline comes.
func TestWritesBlock(t *testing.T) {
	bubble(t, simnet.Options{Link: simnet.Link{Buffer: 10}}, func(w *world) {
		w.up.SetWriteDeadline(time.Now().Add(time.Minute))
		n, err := w.up.Write(make([]byte, 25))
		w.expect("taken", n, 10)
		w.fails("write", err, os.ErrDeadlineExceeded)
		w.up.SetWriteDeadline(time.Time{})
		go func() {
			time.Sleep(time.Hour)
			io.ReadFull(w.down, make([]byte, 35))
		}()
		start := time.Now()
		if _, err := w.up.Write(make([]byte, 25)); err != nil {
			w.Error(err)
		}
		w.expect("waited", time.Since(start), time.Hour)
	})
}

// A read ends at its deadline, also one that is set while it waits.
func TestReadDeadline(t *testing.T) {
	bubble(t, simnet.Options{}, func(w *world) {
		go func() {
			time.Sleep(time.Second)
			w.down.SetReadDeadline(time.Unix(1, 0))
		}()
		_, err := w.down.Read(make([]byte, 1))
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			w.Error(err)
		}
		w.down.SetReadDeadline(time.Time{})
		io.WriteString(w.up, "x")
		if _, err := w.down.Read(make([]byte, 1)); err != nil {
			w.Error("after a deadline:", err)
		}
	})
}

// What is written to an end that is closed is answered by a reset.
func TestCloseIsHeard(t *testing.T) {
	bubble(t, simnet.Options{Link: simnet.Link{Latency: time.Second}}, func(w *world) {
		w.down.Close()
		_, err := w.down.Read(make([]byte, 1))
		w.fails("read what is closed", err, net.ErrClosed)
		data, _, err := read(w.up)
		w.expect("data", data, "")
		w.expect("end", err, error(nil))
		if _, err := io.WriteString(w.up, "too late"); err != nil {
			w.Error("the first write:", err)
		}
		time.Sleep(2 * time.Second)
		_, err = io.WriteString(w.up, "again")
		w.fails("the second write", err, syscall.ECONNRESET)
	})
}

// Input that was not read makes a close a reset, which overtakes what was written before.
func TestCloseWithUnreadInput(t *testing.T) {
	bubble(t, simnet.Options{}, func(w *world) {
		io.WriteString(w.up, "unread")
		io.WriteString(w.down, "lost")
		w.down.Close()
		_, _, err := read(w.up)
		w.fails("read", err, syscall.ECONNRESET)
	})
}

// CloseWrite ends one direction alone.
func TestCloseWrite(t *testing.T) {
	bubble(t, simnet.Options{}, func(w *world) {
		w.up.(interface{ CloseWrite() error }).CloseWrite()
		_, _, err := read(w.down)
		w.expect("end", err, error(nil))
		go func() {
			io.WriteString(w.down, "answer")
			w.down.Close()
		}()
		data, _, _ := read(w.up)
		w.expect("answer", data, "answer")
	})
}

// A cut lets so many bytes through and no more; both ends hear of it.
func TestCut(t *testing.T) {
	bubble(t, simnet.Options{Link: simnet.Link{Latency: time.Second}}, func(w *world) {
		w.expect("connections", w.net.Cut("ann", simnet.Up, 3), 1)
		io.WriteString(w.up, "frame")
		data, _, err := read(w.down)
		w.expect("data", data, "fra")
		w.fails("read", err, syscall.ECONNRESET)
		_, _, err = read(w.up)
		w.fails("the other end", err, syscall.ECONNRESET)
	})
}

// After a reset both ends fail at once, and what was on its way is lost.
func TestReset(t *testing.T) {
	bubble(t, simnet.Options{}, func(w *world) {
		io.WriteString(w.up, "lost")
		w.net.Reset("ann")
		for _, c := range []net.Conn{w.up, w.down} {
			data, took, err := read(c)
			w.expect("data", data, "")
			w.fails("read", err, syscall.ECONNRESET)
			w.expect("took", took, time.Duration(0))
			_, err = c.Write([]byte("x"))
			w.fails("write", err, syscall.ECONNRESET)
		}
	})
}

// One end is gone, the other is never told: it reads nothing, and writes until its buffer is full.
func TestHalfOpen(t *testing.T) {
	bubble(t, simnet.Options{Link: simnet.Link{Buffer: 10}}, func(w *world) {
		w.net.HalfOpen("ann", simnet.Dialing)
		_, err := w.up.Read(make([]byte, 1))
		w.fails("the end that is gone", err, syscall.ECONNRESET)
		w.up.Close()
		w.down.SetDeadline(time.Now().Add(24 * time.Hour))
		n, err := w.down.Write(make([]byte, 20))
		w.expect("taken", n, 10)
		w.fails("write", err, os.ErrDeadlineExceeded)
		_, err = w.down.Read(make([]byte, 1))
		w.fails("read", err, os.ErrDeadlineExceeded)
	})
}

// A process that is killed has said what it has said, and no more.
func TestKill(t *testing.T) {
	bubble(t, simnet.Options{Link: simnet.Link{Latency: time.Second}}, func(w *world) {
		io.WriteString(w.down, "acked")
		w.net.Kill("ann", simnet.Listening)
		_, err := io.WriteString(w.down, "after death")
		w.fails("write", err, syscall.ECONNRESET)
		data, took, err := read(w.up)
		w.expect("data", data, "acked")
		w.fails("read", err, syscall.ECONNRESET)
		w.expect("took", took, time.Second)
	})
}

// Loss in one direction is silence there, and nothing in the other.
func TestOneWayLoss(t *testing.T) {
	bubble(t, simnet.Options{}, func(w *world) {
		w.net.Hold("ann", simnet.Down, time.Time{})
		io.WriteString(w.down, "vanishes")
		io.WriteString(w.up, "arrives")
		w.up.SetReadDeadline(time.Now().Add(time.Hour))
		_, err := w.up.Read(make([]byte, 1))
		w.fails("read", err, os.ErrDeadlineExceeded)
		b := make([]byte, 7)
		io.ReadFull(w.down, b)
		w.expect("data", string(b), "arrives")
	})
}

// After a stall all of it arrives, in order.
func TestStall(t *testing.T) {
	bubble(t, simnet.Options{}, func(w *world) {
		w.net.Hold("ann", simnet.Both, time.Now().Add(20*time.Second))
		io.WriteString(w.up, "one ")
		io.WriteString(w.up, "two")
		w.up.Close()
		data, took, err := read(w.down)
		w.expect("data", data, "one two")
		w.expect("end", err, error(nil))
		w.expect("took", took, 20*time.Second)
	})
}

// In a partition nothing arrives and dials hang; after it everything goes on.
func TestPartition(t *testing.T) {
	bubble(t, simnet.Options{}, func(w *world) {
		w.net.Partition("ann")
		short, cancel := context.WithTimeout(w.Context(), time.Minute)
		defer cancel()
		_, err := w.net.Dial(short, "ann", "srv:1")
		w.fails("dial", err, context.DeadlineExceeded)
		io.WriteString(w.up, "held")
		go func() {
			time.Sleep(time.Minute)
			w.net.Heal("ann")
		}()
		start := time.Now()
		io.ReadFull(w.down, make([]byte, 4))
		w.expect("took", time.Since(start), time.Minute)
		up, down := w.connect()
		up.Close()
		down.Close()
	})
}

// A close that is told late arrives behind the connection that came after it.
func TestClosesOutOfOrder(t *testing.T) {
	bubble(t, simnet.Options{}, func(w *world) {
		w.net.DelayCloses("ann", 30*time.Second)
		w.up.Close()
		w.net.DelayCloses("ann", 0)
		up, down := w.connect()
		up.Close()
		_, took, err := read(down)
		w.expect("the second", err, error(nil))
		w.expect("took", took, time.Duration(0))
		_, took, _ = read(w.down)
		w.expect("the first", took, 30*time.Second)
		down.Close()
	})
}

func TestDialRules(t *testing.T) {
	bubble(t, simnet.Options{}, func(w *world) {
		_, err := w.net.Dial(w.Context(), "ann", "nobody:1")
		w.fails("nobody listens", err, syscall.ECONNREFUSED)
		w.net.SetDial("ann", simnet.DialRefused)
		_, err = w.net.Dial(w.Context(), "ann", "srv:1")
		w.fails("refused", err, syscall.ECONNREFUSED)
		w.net.SetDial("ann", simnet.DialHangs)
		go func() {
			time.Sleep(time.Minute)
			w.net.SetDial("ann", simnet.DialConnects)
		}()
		start := time.Now()
		up, down := w.connect()
		w.expect("hangs", time.Since(start), time.Minute)
		up.Close()
		down.Close()
		w.listen.Close()
		_, err = w.listen.Accept()
		w.fails("accept", err, net.ErrClosed)
		_, err = w.net.Dial(w.Context(), "ann", "srv:1")
		w.fails("closed", err, syscall.ECONNREFUSED)
	})
}

// Connections that wait to be accepted are bounded, and reset with their listener.
func TestBacklog(t *testing.T) {
	bubble(t, simnet.Options{Backlog: 1}, func(w *world) {
		c, err := w.net.Dial(w.Context(), "ann", "srv:1")
		if err != nil {
			w.Fatal(err)
		}
		_, err = w.net.Dial(w.Context(), "ann", "srv:1")
		w.fails("beyond the backlog", err, syscall.ECONNREFUSED)
		w.listen.Close()
		_, err = c.Read(make([]byte, 1))
		w.fails("read", err, syscall.ECONNRESET)
		c.Close()
	})
}

// Outside a bubble, many writers and readers at once: every byte comes once and in order, while links change.
func TestRealTime(t *testing.T) {
	n := simnet.New(simnet.Options{Link: simnet.Link{Latency: time.Millisecond, Jitter: time.Millisecond, Buffer: 4 << 10}})
	l, err := n.Listen("srv:1")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				io.Copy(c, c)
				c.Close()
			})
		}
	})
	var work sync.WaitGroup
	for i := range 4 {
		work.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(i), 0))
			c, err := n.Dial(t.Context(), "ann", "srv:1")
			if err != nil {
				t.Error(err)
				return
			}
			sent := make([]byte, 40<<10)
			for i := range sent {
				sent[i] = byte(rnd.Uint32())
			}
			work.Go(func() {
				for rest := sent; len(rest) > 0; {
					k := min(len(rest), 1+rnd.IntN(5000))
					c.Write(rest[:k])
					rest = rest[k:]
				}
				c.(interface{ CloseWrite() error }).CloseWrite()
			})
			got, err := io.ReadAll(c)
			if err != nil || !bytes.Equal(got, sent) {
				t.Errorf("%d of %d bytes, %v", len(got), len(sent), err)
			}
			c.Close()
		})
	}
	for range 20 {
		n.SetLink("ann", simnet.Link{Latency: time.Millisecond, Buffer: 2 << 10})
		n.Partition("ann")
		n.Heal("ann")
	}
	work.Wait()
	l.Close()
	wg.Wait()
	if k := n.Open("ann"); k != 0 {
		t.Errorf("%d connections are open", k)
	}
}

// net/http works over it, in a bubble.
func TestHTTP(t *testing.T) {
	bubble(t, simnet.Options{Link: simnet.Link{Latency: 100 * time.Millisecond}}, func(w *world) {
		l, _ := w.net.Listen("127.0.0.1:80")
		s := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, r.RemoteAddr) })}
		go s.Serve(l)
		tr := &http.Transport{DialContext: w.net.Dialer("ann")}
		r, err := (&http.Client{Transport: tr}).Get("http://127.0.0.1/")
		if err != nil {
			w.Fatal(err)
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		w.expect("address", string(b), "ann:1026")
		tr.CloseIdleConnections()
		s.Close()
	})
}
