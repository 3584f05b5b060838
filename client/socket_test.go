package client_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
)

// echo is a server that says what it hears, until a message says what to close with.
func echo(t testing.TB) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"echo"}})
		if err != nil {
			return
		}
		defer c.CloseNow()
		for {
			typ, b, err := c.Read(context.Background())
			if err != nil {
				return
			}
			if string(b) == "cut" {
				return
			}
			if c.Write(context.Background(), typ, b) != nil {
				return
			}
		}
	}))
	t.Cleanup(srv.Close)
	return "ws" + strings.TrimPrefix(srv.URL, "http")
}

// soon has little patience, for tests in real time.
var soon = backoff.Options{BaseDelay: time.Millisecond, MaxDelay: 20 * time.Millisecond, MaxRetries: -1}

func openSocket(t testing.TB, url string, o client.SocketOptions) *client.Socket {
	s, err := client.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(holdfast.CodeNormal, "") })
	return s
}

func receive(t testing.TB, s *client.Socket) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for m, err := range s.Messages(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		return string(m.Data)
	}
	t.Fatal("nothing was received")
	return ""
}

func TestSocketSendsBeforeAndAfterACut(t *testing.T) {
	s := openSocket(t, echo(t), client.SocketOptions{Backoff: soon, Subprotocols: []string{"echo"}})
	next, stop := iter.Pull(s.Events(t.Context()))
	defer stop()
	next() // its state: from here on nothing is missed
	for _, m := range []string{"one", "cut", "two"} {
		if err := s.SendText(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if m == "one" { // a connection that is cut before it was said to be open is no reconnect
			if err := s.Opened(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for m == "cut" {
			if e, ok := next(); !ok {
				t.Fatal("the events have ended")
			} else if e.Kind == client.SocketReconnected {
				break
			}
		}
	}
	if a, b := receive(t, s), receive(t, s); a != "one" || b != "two" {
		t.Errorf("got %q and %q", a, b)
	}
	if s.Subprotocol() != "echo" {
		t.Errorf("subprotocol %q", s.Subprotocol())
	}
	if st := s.Stats(); st.Connects != 2 || st.Reconnects != 1 || st.State != client.StateOpen {
		t.Errorf("%+v", st)
	}
	if err := s.Close(holdfast.CodeNormal, "done"); err != nil {
		t.Error(err)
	}
	if s.State() != client.StateClosed {
		t.Error(s.State())
	}
}

// What was queued in a file goes out with the next socket that has it, once.
func TestSocketQueueFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "queue")
	gone := httptest.NewServer(http.NotFoundHandler())
	away := "ws" + strings.TrimPrefix(gone.URL, "http")
	gone.Close()
	s, err := client.Open(t.Context(), away, client.SocketOptions{Backoff: soon, Queue: client.QueueOptions{File: file}})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{"one", "two", "three"} {
		if err := s.SendText(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(holdfast.CodeNormal, ""); !errors.Is(err, holdfast.CodeCanceled) {
		t.Errorf("Close says %v of three that wait", err)
	}
	for round := range 2 {
		s := openSocket(t, echo(t), client.SocketOptions{Backoff: soon, Queue: client.QueueOptions{File: file}})
		if err := s.SendText(t.Context(), "end"); err != nil {
			t.Fatal(err)
		}
		var got []string
		for len(got) == 0 || got[len(got)-1] != "end" {
			got = append(got, receive(t, s))
		}
		if want := []string{"one two three end", "end"}[round]; strings.Join(got, " ") != want {
			t.Errorf("round %d: %v", round, got)
		}
		if err := s.Close(holdfast.CodeNormal, ""); err != nil {
			t.Error(err)
		}
	}
}

// A server that closes with a code while it is written to is told by that code, and not by what became of the write.
func TestSocketCloseCodeWhileWriting(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		c.Read(context.Background())                       //nolint:errcheck // closed all the same
		c.Close(websocket.StatusPolicyViolation, "enough") //nolint:errcheck // the client may have gone
	}))
	defer srv.Close()
	for range 50 { // who is first is for the scheduler to say
		s, err := client.Open(t.Context(), srv.URL, client.SocketOptions{Queue: client.QueueOptions{Policy: client.QueueWait}})
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			err = s.SendText(t.Context(), "more")
		}
		if code := holdfast.CodeOf(err); code != holdfast.CodePolicy {
			t.Fatalf("%v: %v", code, err)
		}
		s.Close(holdfast.CodeNormal, "") //nolint:errcheck // it has failed
	}
}
