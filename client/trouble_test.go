package client_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

// Promise 5: records whose answers were lost, and a server that has forgotten: their outcome is unknown, which is
// said, and what follows them goes on.
func TestUnknownIsSaid(t *testing.T) {
	n := startMemory(t, server.Options{})
	p := cut(t, n.addr)
	ctx := limit(t)
	s := open(t, p.url(), client.SessionOptions{})
	if _, err := s.Publish(ctx, "c", []byte("answered")); err != nil {
		t.Fatal(err)
	}
	p.mute.Store(true)
	lost, err := s.Enqueue(ctx, "c", []byte("stored, but the answer is lost"))
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return n.srv.Stats().Stored >= 2 })
	if lost.Status() != client.StatusSent {
		t.Errorf("before: %v", lost.Status())
	}
	p.aim("127.0.0.1:1")
	p.cut()
	waitFor(t, func() bool { return s.State() == client.StateConnecting })
	n.stop()
	later, err := s.Enqueue(ctx, "c", []byte("never sent before"))
	if err != nil {
		t.Fatal(err)
	}
	p.mute.Store(false)
	n.start()
	p.aim(n.addr)
	if _, err := lost.Wait(ctx); !errors.Is(err, holdfast.CodeUnknownOutcome) || lost.Status() != client.StatusUnknown {
		t.Errorf("the lost one: %v, %v", lost.Status(), err)
	}
	if ack, err := later.Wait(ctx); err != nil || ack.Offset != 1 {
		t.Errorf("the later one: %+v, %v", ack, err)
	}
	if st := s.Stats(); st.Unknown != 1 || st.Delivered != 2 || st.Resent == 0 {
		t.Errorf("%+v", st)
	}
}

// A server whose data was put back to an older copy: the publisher hears what was lost, the subscriber gets a
// gap, and neither misses what is new.
func TestServerPutBack(t *testing.T) {
	dir, backup := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	n := startIn(t, server.Options{}, &dir)
	ctx := limit(t)
	s := open(t, n.url(), client.SessionOptions{})
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	events := make(chan client.Event, 1)
	go func() {
		for e := range s.Events(ctx) {
			if e.Kind == client.EventLost {
				events <- e
			}
		}
	}()
	publish := func(from, to int) {
		for i := from; i <= to; i++ {
			if _, err := s.Publish(ctx, "c", []byte(strconv.Itoa(i))); err != nil {
				t.Fatal(err)
			}
		}
	}
	publish(1, 3)
	n.stop()
	if err := os.CopyFS(backup, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	n.start()
	publish(4, 6)
	read(t, ctx, sub, 6)
	n.stop()
	dir = backup
	n.start()
	publish(7, 8)
	var gap *client.Gap
	var got []string
	for r, err := range sub.Records(ctx) {
		if errors.As(err, &gap) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, string(r.Data)); len(got) == 2 {
			break
		}
	}
	if gap == nil || gap.Reason != client.GapFork || gap.From != 4 || gap.To != 6 || gap.After.Offset != 3 {
		t.Errorf("gap: %+v", gap)
	}
	if got[0] != "7" || got[1] != "8" {
		t.Errorf("then %v", got)
	}
	select {
	case e := <-events:
		if e.From != 4 || e.To != 6 || e.Code != holdfast.CodeLost {
			t.Errorf("lost: %+v", e)
		}
	case <-ctx.Done():
		t.Error("the publisher did not hear of the loss")
	}
	if n := s.Stats().Lost; n != 3 {
		t.Errorf("%d lost", n)
	}
}

// A peer that went silent is found out, and the session goes on elsewhere.
func TestHalfOpen(t *testing.T) {
	n := startMemory(t, server.Options{})
	p := cut(t, n.addr)
	ctx := limit(t)
	s := open(t, p.url(), client.SessionOptions{AckTimeout: 50 * time.Millisecond, PongTimeout: 100 * time.Millisecond, ConnectTimeout: 500 * time.Millisecond})
	if err := s.Connected(ctx); err != nil {
		t.Fatal(err)
	}
	p.mute.Store(true)
	r, err := s.Enqueue(ctx, "c", nil)
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return s.State() == client.StateConnecting })
	p.mute.Store(false)
	p.cut()
	ack, err := r.Wait(ctx)
	if err != nil || !ack.Duplicate || ack.Offset != 1 {
		t.Errorf("%+v, %v", ack, err)
	}
	if st := s.Stats(); st.Disconnects[holdfast.CodeHeartbeatTimeout] != 1 {
		t.Errorf("%+v", st)
	}
}

// Servers that take the connection and say nothing are given up after ConnectTimeout.
func TestSilentServers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts for it
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"holdfast.v1.bin"}})
		if err == nil {
			defer c.CloseNow()
			for err == nil {
				_, _, err = c.Read(r.Context())
			}
		}
	}))
	defer h.Close()
	for name, url := range map[string]string{"no answer": "http://" + l.Addr().String(), "no welcome": h.URL} {
		t.Run(name, func(t *testing.T) {
			s := open(t, url, client.SessionOptions{ConnectTimeout: 50 * time.Millisecond})
			waitFor(t, func() bool { return s.Stats().Attempts >= 3 })
			if s.State() != client.StateConnecting || s.Stats().LastError == nil {
				t.Errorf("%v: %v", s.State(), s.Stats().LastError)
			}
		})
	}
}

// A server that sends what is no frame is not asked again.
func TestBadFrame(t *testing.T) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"holdfast.v1.json"}})
		if err == nil {
			defer c.CloseNow()
			c.Write(r.Context(), websocket.MessageText, []byte("{\"t\":\"welcome\""))
			for err == nil {
				_, _, err = c.Read(r.Context())
			}
		}
	}))
	defer h.Close()
	s := open(t, h.URL, client.SessionOptions{Codec: client.CodecJSON})
	if err := s.Connected(limit(t)); !errors.Is(err, holdfast.CodeBadFrame) {
		t.Errorf("%v", err)
	}
}
