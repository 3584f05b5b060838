package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/backoff"
)

// screen is what a person sees.
type screen struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(b)
	select {
	case s.changed <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (s *screen) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Split(strings.TrimSuffix(s.text.String(), "\n"), "\n")
}

// said returns the lines that are no reports.
func (s *screen) said() []string {
	return slices.DeleteFunc(s.lines(), func(l string) bool { return l == "" || l[0] == '*' })
}

func (s *screen) await(t *testing.T, what string, seen func() bool) {
	t.Helper()
	for late := time.After(20 * time.Second); !seen(); {
		select {
		case <-s.changed:
		case <-late:
			t.Fatalf("waited for %s; the screen is\n%s", what, strings.Join(s.lines()[:min(20, len(s.lines()))], "\n"))
		}
	}
}

// sits has somebody chat until the test ends.
func sits(t *testing.T, url, name string) (*screen, io.Writer) {
	in, keys := io.Pipe()
	out := &screen{changed: make(chan struct{}, 1)}
	p := person{url: url, name: name, backoff: backoff.Options{BaseDelay: time.Millisecond, MaxDelay: 20 * time.Millisecond}}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := p.chat(t.Context(), in, out); err != nil {
			t.Error(name, err)
		}
	})
	t.Cleanup(func() { keys.Close(); wg.Wait() })
	return out, keys
}

// Two people talk; the room goes away for a while; what was typed meanwhile arrives, and nobody sees anything twice.
func TestChatGoesOnAfterTheLineWasDown(t *testing.T) {
	var down atomic.Bool
	r := &room{}
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if down.Load() {
			http.Error(w, "back soon", http.StatusServiceUnavailable)
			return
		}
		r.ServeHTTP(w, req)
	}))
	var conns connections
	web.Config.ConnState = conns.note
	web.Start()
	t.Cleanup(web.Close)

	ada, adaTypes := sits(t, web.URL, "ada")
	ben, benTypes := sits(t, web.URL, "ben")
	fmt.Fprintln(adaTypes, "hello")
	want := []string{"ada: hello"}
	ben.await(t, "the first message", func() bool { return slices.Equal(ben.said(), want) })
	ada.await(t, "her own message", func() bool { return slices.Equal(ada.said(), want) })

	down.Store(true)
	conns.cut()
	for _, p := range []*screen{ada, ben} {
		p.await(t, "the cut", func() bool { return slices.Contains(p.lines(), "* disconnected: abnormal") })
	}
	fmt.Fprintln(adaTypes, "can you hear me?")
	fmt.Fprintln(adaTypes, "no?")
	down.Store(false)
	want = append(want, "ada: can you hear me?", "ada: no?")
	ben.await(t, "what was typed meanwhile", func() bool { return slices.Equal(ben.said(), want) })

	fmt.Fprintln(benTypes, "yes")
	want = append(want, "ben: yes")
	ada.await(t, "the answer", func() bool { return slices.Equal(ada.said(), want) })
}

// connections knows those of a server, to cut them.
type connections struct {
	mu   sync.Mutex
	open []io.Closer
}

func (c *connections) note(conn net.Conn, state http.ConnState) {
	if state == http.StateNew {
		c.mu.Lock()
		c.open = append(c.open, conn)
		c.mu.Unlock()
	}
}

func (c *connections) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.open {
		conn.Close()
	}
	c.open = nil
}
