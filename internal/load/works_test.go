package load

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/server"
)

// realServer is our own, with the memory store.
func realServer(t *testing.T, o server.Options) *httptest.Server {
	t.Helper()
	o.Logger = slog.New(slog.DiscardHandler)
	o.DrainPeriod = time.Millisecond
	srv, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewUnstartedServer(srv)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		srv.Shutdown(ctx)
		h.Close()
	})
	return h
}

func targetOf(t *testing.T, url, dialect string) *Target {
	t.Helper()
	d, err := DialectOf(dialect)
	if err != nil {
		t.Fatal(err)
	}
	target, err := TargetOf(url, d)
	if err != nil {
		t.Fatal(err)
	}
	target.Process.PIDs = []int{os.Getpid()}
	return target
}

// small options with which a work takes a moment.
func small() Options {
	return Options{Connections: 5, Subscriptions: 3, Messages: 30, Warmup: 2, InFlight: 4, Rate: 2000, Rest: time.Millisecond, Timeout: 20 * time.Second}
}

// Each work runs to its end against a real server, in both codecs and by both ways of reading, and finds nothing wrong.
func TestWorksOnARealServer(t *testing.T) {
	for reading, dialect := range []string{ReadingGoroutines: "holdfast", ReadingThread: "holdfast-binary"} {
		for _, w := range Works() {
			t.Run(dialect+"/"+w.Name, func(t *testing.T) {
				h := realServer(t, server.Options{})
				h.Start()
				o := small()
				o.Reading = Reading(reading)
				if w.Name != "latency" && w.Name != "slow" && w.Name != "quiet" {
					o.Rate = 0
				}
				r, err := w.Run(t.Context(), targetOf(t, h.URL, dialect), o)
				if err != nil {
					t.Fatal(err)
				}
				if r.Count != r.Wanted || r.Count == 0 || r.Faults != (Faults{}) {
					t.Error(r)
				}
			})
		}
	}
}

// Payloads that are longer than a buffer, TLS, and compression.
func TestFanoutOverOtherTransports(t *testing.T) {
	run := func(t *testing.T, target *Target, size int) {
		o := small()
		o.Rate, o.Size = 0, size
		r, err := fanout.Run(t.Context(), target, o)
		if err != nil {
			t.Fatal(err)
		}
		if r.Count != 150 || r.Faults != (Faults{}) || r.P99 == 0 {
			t.Error(r)
		}
	}
	t.Run("large", func(t *testing.T) {
		h := realServer(t, server.Options{})
		h.Start()
		run(t, targetOf(t, h.URL, "holdfast"), 100_000)
	})
	t.Run("tls", func(t *testing.T) {
		h := realServer(t, server.Options{})
		h.StartTLS()
		target := targetOf(t, h.URL, "holdfast")
		target.TLS = &tls.Config{InsecureSkipVerify: true}
		run(t, target, 128)
	})
	t.Run("deflate", func(t *testing.T) {
		h := realServer(t, server.Options{Compression: server.CompressionOn})
		h.Start()
		target := targetOf(t, h.URL, "holdfast-binary")
		target.Compression = CompressionOn
		run(t, target, 2000)
	})
	t.Run("deflate is refused", func(t *testing.T) {
		h := realServer(t, server.Options{})
		h.Start()
		target := targetOf(t, h.URL, "holdfast")
		target.Compression = CompressionOn
		if _, err := fanout.Run(t.Context(), target, small()); err == nil || !strings.Contains(err.Error(), "compress") {
			t.Error(err)
		}
	})
}

// A publish may be in flight until everybody has it.
func TestFanoutSettlesWhenDelivered(t *testing.T) {
	h := realServer(t, server.Options{})
	h.Start()
	o := small()
	o.Rate, o.InFlight, o.Settles = 0, 1, SettlesDelivered
	r, err := fanout.Run(t.Context(), targetOf(t, h.URL, "holdfast"), o)
	if err != nil || r.Count != 150 || r.Faults != (Faults{}) {
		t.Error(r, err)
	}
}

// badHub speaks the plain words, and does to each delivery what it is told to.
type badHub struct {
	mu   sync.Mutex
	subs []io.Writer
	n    int
	// deliver returns the payloads to send in place of the nth.
	deliver func(n int, p []byte) [][]byte
}

func (h *badHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, rw, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
	for {
		p, err := clientFrame(rw.Reader)
		if err != nil {
			return
		}
		h.message(c, p)
	}
}

func (h *badHub) message(c net.Conn, p []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	verb, rest, _ := strings.Cut(string(p), " ")
	if verb == "sub" {
		if rest != "" {
			h.subs = append(h.subs, c)
		}
		c.Write(serverFrame("on"))
		return
	}
	_, payload, _ := strings.Cut(rest, " ")
	h.n++
	for _, d := range h.deliver(h.n, []byte(payload)) {
		for _, s := range h.subs {
			s.Write(serverFrame(string(d)))
		}
	}
	c.Write(serverFrame("ok"))
}

func serverFrame(p string) []byte {
	return append([]byte{0x81, 126, byte(len(p) >> 8), byte(len(p))}, p...)
}

// clientFrame reads a frame of at most 64 KB, masked with zeros.
func clientFrame(r *bufio.Reader) ([]byte, error) {
	var h [8]byte
	if _, err := io.ReadFull(r, h[:2]); err != nil {
		return nil, err
	}
	n := int(h[1] & 0x7f)
	if n == 126 {
		io.ReadFull(r, h[:2])
		n = int(h[0])<<8 | int(h[1])
	}
	p := make([]byte, 4+n)
	_, err := io.ReadFull(r, p)
	return p[4:], err
}

// What a hub loses, doubles and mixes up is counted for every subscriber.
func TestFaultsAreFound(t *testing.T) {
	var held []byte
	for name, c := range map[string]struct {
		deliver func(n int, p []byte) [][]byte
		want    Faults
	}{
		"as it should be": {func(_ int, p []byte) [][]byte { return [][]byte{p} }, Faults{}},
		"the third is lost": {func(n int, p []byte) [][]byte {
			if n == 3 {
				return nil
			}
			return [][]byte{p}
		}, Faults{Lost: 5}},
		"the last is lost": {func(n int, p []byte) [][]byte {
			if n == 30 {
				return nil
			}
			return [][]byte{p}
		}, Faults{Lost: 5}},
		"three come twice": {func(n int, p []byte) [][]byte { // not the last one: nobody waits for its double
			if n%10 == 5 {
				return [][]byte{p, p}
			}
			return [][]byte{p}
		}, Faults{Doubled: 15}},
		"two change places": {func(n int, p []byte) [][]byte {
			switch n {
			case 7:
				held = append([]byte(nil), p...)
				return nil
			case 8:
				return [][]byte{p, held}
			}
			return [][]byte{p}
		}, Faults{Disordered: 5}},
		"something else comes": {func(n int, p []byte) [][]byte {
			if n == 2 {
				return [][]byte{[]byte(`{"x":1}`), p}
			}
			return [][]byte{p}
		}, Faults{Foreign: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			h := httptest.NewServer(&badHub{deliver: c.deliver})
			defer h.Close()
			o := small()
			o.Reading = ReadingThread
			o.Rate, o.Warmup, o.Timeout = 0, -1, time.Second
			r, err := fanout.Run(t.Context(), targetOf(t, h.URL, "plain"), o)
			if err != nil {
				t.Fatal(err)
			}
			if r.Faults != c.want || r.Count != r.Wanted-c.want.Lost {
				t.Errorf("%v; want %+v", r, c.want)
			}
		})
	}
}

// A server that hangs up fails the run, with what it said.
func TestHangingUpFailsTheRun(t *testing.T) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x88\x06\x03\xf4busy")
			c.Close()
		}
	}))
	defer h.Close()
	_, err := fanout.Run(t.Context(), targetOf(t, h.URL, "plain"), small())
	if err == nil || !(strings.Contains(err.Error(), "1012 busy") || strings.Contains(err.Error(), "reset") || strings.Contains(err.Error(), "pipe")) {
		t.Error(err)
	}
}
