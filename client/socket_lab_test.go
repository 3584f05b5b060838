package client_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/simnet"
)

// lab is a server and the network to it, in time that is made up.
type lab struct {
	t    *testing.T
	net  *simnet.Network
	srv  *http.Server
	done chan struct{}

	mu     sync.Mutex
	dialed []time.Time // when upgrades came
	said   []string    // what the server received
	from   []int       // on which connection
	conns  int
}

// serve is what a server does with a connection; nil: it echoes.
type serve func(l *lab, w http.ResponseWriter, r *http.Request)

// inLab runs f in a bubble, in which nothing may be left running.
func inLab(t *testing.T, h serve, f func(l *lab)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &lab{t: t, net: simnet.New(simnet.Options{}), done: make(chan struct{})}
		if h == nil {
			h = (*lab).echo
		}
		ln, err := l.net.Listen("server:80")
		if err != nil {
			t.Fatal(err)
		}
		l.srv = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			l.mu.Lock()
			l.dialed = append(l.dialed, time.Now())
			l.mu.Unlock()
			h(l, w, r)
		})}
		go func() {
			defer close(l.done)
			if err := l.srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
		}()
		f(l)
		l.net.SetDial("me", simnet.DialConnects)
		l.net.Heal("me")
		l.srv.Close()
		l.net.Reset("me")
		<-l.done
	})
}

func (l *lab) accept(w http.ResponseWriter, r *http.Request) *websocket.Conn {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return nil
	}
	return c
}

// echo says what it hears, except to heartbeats, which it answers.
func (l *lab) echo(w http.ResponseWriter, r *http.Request) {
	c := l.accept(w, r)
	if c == nil {
		return
	}
	defer c.CloseNow()
	l.mu.Lock()
	l.conns++
	id := l.conns
	l.mu.Unlock()
	for {
		typ, b, err := c.Read(context.Background())
		if err != nil {
			return
		}
		l.mu.Lock()
		l.said, l.from = append(l.said, string(b)), append(l.from, id)
		l.mu.Unlock()
		if string(b) == `{"type":"ping"}` {
			b = []byte(`{"type":"pong"}`)
		}
		if c.Write(context.Background(), typ, b) != nil {
			return
		}
	}
}

// silent upgrades, reads, and never says anything.
func (l *lab) silent(w http.ResponseWriter, r *http.Request) {
	if c := l.accept(w, r); c != nil {
		defer c.CloseNow()
		for {
			if _, _, err := c.Read(context.Background()); err != nil {
				return
			}
		}
	}
}

// refuses returns a server that does not upgrade.
func refuses(status int, header ...string) serve {
	return func(_ *lab, w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
	}
}

// closes returns a server that upgrades, and closes at once.
func closes(code websocket.StatusCode, reason string) serve {
	return func(l *lab, w http.ResponseWriter, r *http.Request) {
		if c := l.accept(w, r); c != nil {
			c.Close(code, reason)
		}
	}
}

func (l *lab) heard() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.said)
}

// upgrades returns when attempts reached the server.
func (l *lab) upgrades() []time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.dialed)
}

func (l *lab) open(o client.SocketOptions) *client.Socket {
	l.t.Helper()
	if o.Dial == nil {
		o.Dial = l.net.Dialer("me")
	}
	s, err := client.Open(l.t.Context(), "ws://server:80/", o)
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

func (l *lab) close(s *client.Socket) {
	s.Close(holdfast.CodeNormal, "")
	synctest.Wait()
}

// record collects a socket's events until it ends. The function waits until nothing moves any more, and returns those so far.
func (l *lab) record(s *client.Socket) func(kinds ...client.SocketEventKind) []client.SocketEvent {
	var mu sync.Mutex
	var all []client.SocketEvent
	go func() {
		for e := range s.Events(context.Background()) {
			mu.Lock()
			all = append(all, e)
			mu.Unlock()
		}
	}()
	synctest.Wait()
	return func(kinds ...client.SocketEventKind) []client.SocketEvent {
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if len(kinds) == 0 {
			return slices.Clone(all)
		}
		var some []client.SocketEvent
		for _, e := range all {
			if slices.Contains(kinds, e.Kind) {
				some = append(some, e)
			}
		}
		return some
	}
}

// gaps are the times between attempts.
func gaps(at []time.Time) (d []time.Duration) {
	for i := 1; i < len(at); i++ {
		d = append(d, at[i].Sub(at[i-1]))
	}
	return d
}
