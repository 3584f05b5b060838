package foreign

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
	"github.com/holdfast-ws/holdfast/client"
)

// accept has a function take each connection, which is closed behind it; the function ends with the test.
func accept(t *testing.T, take func(ctx context.Context, c net.Conn)) (url string) {
	t.Helper()
	ln := listen(t)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				take(ctx, c)
			})
		}
	})
	t.Cleanup(func() {
		cancel()
		ln.Close()
		wg.Wait()
	})
	return "ws://" + ln.Addr().String()
}

// Where there is no server, or none that says anything that makes sense, the socket tries so often and gives up, or gives up at once.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(ctx context.Context, c net.Conn){
		"refused":       nil,
		"closes":        func(context.Context, net.Conn) {},
		"never-answers": func(ctx context.Context, _ net.Conn) { <-ctx.Done() },
		"never-ends":    answers("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"),
		"not-http":      answers("SSH-2.0-OpenSSH_9.2p1\r\n"),
		"not-websocket": answers("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: nonsense\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := expected(t)
			url := accept(t, take)
			if take == nil {
				url = refusing(t)
			}
			o := client.SocketOptions{Backoff: soon}
			if o.Backoff.MaxRetries = 2; strings.HasPrefix(name, "never") {
				o.ConnectTimeout = 300 * time.Millisecond
			}
			m := meet(t, url, o)
			m.failure(1, r)
			if r.then == stops {
				m.stopped(r)
				m.happened(append(refused(r, 1)[:2], "failed")...)
				return
			}
			m.state(1, client.StateFailed)
			m.happened(append(refused(r, 3)[:6], "failed")...)
			if err := m.Err(); !errors.Is(err, holdfast.CodeRetriesExhausted) || client.Classify(err).Class != r.class {
				t.Errorf("it failed with %v", err)
			}
			if st := m.Stats(); st.Attempts != 3 || st.Failures != 3 || st.Connects != 0 || st.Errors[r.class] != 3 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// answers reads a request, says that, and nothing more.
func answers(text string) func(ctx context.Context, c net.Conn) {
	return func(ctx context.Context, c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			io.WriteString(c, text) //nolint:errcheck // the client may have gone
			<-ctx.Done()
		}
	}
}

// refusing is an address at which nobody listens.
func refusing(t *testing.T) (url string) {
	t.Helper()
	ln := listen(t)
	ln.Close()
	return "ws://" + ln.Addr().String()
}

// A socket that has failed begins again when it is told to, and what is sent then goes out.
func TestReconnectAfterFailure(t *testing.T) {
	t.Parallel()
	r := expected(t)
	echo := gorillaEcho(false)
	var good atomic.Bool
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !good.Load() {
			http.NotFound(w, req)
			return
		}
		echo.ServeHTTP(w, req)
	}))
	m := meet(t, url, client.SocketOptions{})
	m.failure(1, r)
	m.stopped(r)
	good.Store(true)
	m.Reconnect()
	m.exchange(3)
	m.finish()
}

// A server that takes everybody in and closes at once is a failure as one that refuses: the delays grow, and the circuit breaker opens.
func TestClosesAtOnce(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"close-frame", "cut"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := expected(t)
			var good atomic.Bool
			var came atomic.Int32
			up, echo := gorilla.Upgrader{}, gorillaEcho(false)
			url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				came.Add(1)
				if good.Load() {
					echo.ServeHTTP(w, req)
					return
				}
				c, err := up.Upgrade(w, req, nil)
				if err != nil {
					return
				}
				defer c.Close()
				if name == "close-frame" {
					c.WriteMessage(gorilla.CloseMessage, nil) //nolint:errcheck // it goes away
					c.ReadMessage()                           //nolint:errcheck // the answer
				}
			}))
			m := meet(t, url, client.SocketOptions{BreakerOptions: breaker.Options{ResetTimeout: time.Hour, HalfOpenMaxRequests: 1}})
			m.state(1, client.StateBlocked)
			for n := range 5 {
				m.failure(n+1, r)
				if e := m.kind(n+1, client.SocketRetry); e.Attempt != n+1 || e.Delay < soon.BaseDelay<<min(n, 3)/2 {
					t.Errorf("attempt %d after %v", e.Attempt, e.Delay)
				}
			}
			if n := came.Load(); n != 5 {
				t.Errorf("it came %d times, want 5", n)
			}
			good.Store(true)
			m.Breaker().Reset()
			m.exchange(3)
			if st := m.Stats(); st.Connects != 6 || st.Closes[r.code] != 5 || st.Errors[r.class] != 5 || r.then != reconnects {
				t.Errorf("%+v; the page says that it %s", st, r.then)
			}
			m.paired()
			m.finish()
		})
	}
}

// paired checks that connections are told to be open and closed in turn.
func (m *meeting) paired() {
	m.t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	open := false
	for _, e := range m.events {
		switch is := e.Kind == client.SocketOpen || e.Kind == client.SocketReconnected; {
		case is && open:
			m.t.Error("it is open twice")
		case is:
			open = true
		case e.Kind == client.SocketClosed && !open:
			m.t.Error("what was not open is closed")
		case e.Kind == client.SocketClosed:
			open = false
		}
	}
}

// A server that stops reading is found out by the heartbeat, though the connection is full. What it was not given goes to the next one; what the
// network had is lost, and nothing comes twice.
func TestStopsReading(t *testing.T) {
	t.Parallel()
	for name, chunk := range map[string]int{"messages": 0, "chunks": 4 << 10} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := expected(t)
			got := make(chan string, 1000)
			up := gorilla.Upgrader{}
			var came atomic.Int32
			url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				c, err := up.Upgrade(w, req, nil)
				if err != nil {
					return
				}
				defer c.Close()
				stop := context.AfterFunc(req.Context(), func() { c.Close() })
				defer stop()
				if came.Add(1) == 1 {
					<-req.Context().Done()
					return
				}
				for {
					_, data, err := c.ReadMessage()
					if err != nil {
						return
					}
					word, _, _ := strings.Cut(string(data), " ")
					got <- word
				}
			}))
			m := meet(t, url, client.SocketOptions{
				ChunkSize: chunk, HighWater: 64 << 10, LowWater: 32 << 10, Dial: narrow, Queue: client.QueueOptions{Policy: client.QueueWait},
				Heartbeat: client.Heartbeat{Interval: 500 * time.Millisecond, Timeout: 3 * time.Second},
			})
			m.kind(1, client.SocketOpen)
			const total = 600
			filler := " " + strings.Repeat("x", 15_000)
			for n := range total {
				if err := m.SendText(m.ctx, strconv.Itoa(n)+filler); err != nil {
					t.Fatal(err)
				}
			}
			m.failure(1, r)
			m.kind(1, client.SocketReconnected)
			first, last := -1, -1
			for last != total-1 {
				select {
				case word := <-got:
					n, err := strconv.Atoi(word)
					if first < 0 {
						first, last = n, n-1
					}
					if err != nil || n != last+1 {
						t.Fatalf("behind %d comes %s", last, word)
					}
					last = n
				case <-m.ctx.Done():
					t.Fatalf("the last that came is %d", last)
				}
			}
			if first == 0 || first > total/2 {
				t.Errorf("the first that came is %d: the connection was never full", first)
			}
			m.happened(joined([]string{"connecting"}, opened, ended(r, 1))...)
			if st := m.Stats(); st.Missed != 1 || st.MessagesOut != total || st.Errors[r.class] != 1 || r.then != reconnects {
				t.Errorf("%+v; the page says that it %s", st, r.then)
			}
			m.finish()
		})
	}
}

// narrow is a connection whose buffer is soon full.
func narrow(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if err := c.(*net.TCPConn).SetWriteBuffer(32 << 10); err != nil {
		c.Close()
		return nil, fmt.Errorf("narrow: %w", err)
	}
	return c, nil
}
