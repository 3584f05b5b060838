package server_test

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// refusedUnderLoad tries to connect, and reports whether it was told to come back, and when.
func refusedUnderLoad(t *testing.T, url string) (after time.Duration, refused bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, res, err := websocket.Dial(ctx, url, &websocket.DialOptions{Subprotocols: []string{wire.Binary.Subprotocol()}})
	if err == nil {
		c.CloseNow()
		return 0, false
	}
	if res == nil || res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Holdfast-Code") != strconv.Itoa(int(holdfast.CodeOverloaded)) {
		t.Fatalf("%v %+v", err, res)
	}
	seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if err != nil || seconds < 1 {
		t.Fatalf("Retry-After: %q", res.Header.Get("Retry-After"))
	}
	return time.Duration(seconds) * time.Second, true
}

// shut is a store that says when an append has come, and does none before its gate opens.
type shut struct {
	store.Backend
	came chan struct{}
	gate chan struct{}
}

func (s shut) Append(d []store.Draft, r []store.Result) error {
	select {
	case s.came <- struct{}{}:
	default:
	}
	<-s.gate
	return s.Backend.Append(d, r)
}

// While the store takes nothing and publishes pile up, those who are connected stay, new ones are sent away for a while, and all that
// was taken is stored in the end.
func TestOverloadOfTheStore(t *testing.T) {
	gate, came := make(chan struct{}), make(chan struct{}, 1)
	open := sync.OnceFunc(func() { close(gate) })
	w := watched(t, server.Options{Store: shut{memory.New(memory.Options{}), came, gate}, QueueBytes: 64 << 10, StuckAfter: 250 * time.Millisecond,
		OverloadAfter: 100 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(open)
	first := dial(t, w.url, wire.Binary)
	first.hello()
	p := dial(t, w.url, wire.Binary)
	p.hello()
	first.publish("c", 1, "x")
	<-came // what comes from now on waits behind it
	const n = 20
	for i := range uint64(n) {
		p.publish("c", i+1, strings.Repeat("x", 10_000))
	}
	eventually(t, "load is shed", func() bool { return w.srv.Stats().Shedding == server.ShedPublishes })
	if status, check, detail := w.check("overload"); check != "warn" || !strings.Contains(detail, "queue") {
		t.Errorf("health: %d %s %s", status, check, detail)
	}
	wait, ok := refusedUnderLoad(t, w.url)
	if !ok {
		t.Fatal("somebody new is let in")
	}
	for range 50 { // the best rate that is known is not less than 10 a second
		if again, _ := refusedUnderLoad(t, w.url); again < wait || again > wait+7*time.Second {
			t.Fatalf("told to wait for %v, after %v", again, wait)
		}
	}
	if n := w.srv.Stats().TurnedAway[holdfast.CodeOverloaded]; n != 51 {
		t.Errorf("%d were counted", n)
	}
	open()
	first.want(wire.TypeStored)
	for stored := uint64(0); stored < n; {
		switch p.next() {
		case wire.TypeStored:
			stored = p.dec.Stored.Number
		case wire.TypeRefused: // put off: the lane waits for this number
			if p.dec.Refused.Code != holdfast.CodeOverloaded || p.dec.Refused.RetryAfter <= 0 {
				t.Fatalf("%+v", p.dec.Refused)
			}
			for i := p.dec.Refused.Number; i <= n; i++ {
				p.publish("c", i, strings.Repeat("x", 10_000))
			}
		}
	}
	eventually(t, "all is taken again", func() bool { _, refused := refusedUnderLoad(t, w.url); return !refused })
	if _, check, detail := w.check("overload"); check != "pass" || detail != "" {
		t.Errorf("health: %s %s", check, detail)
	}
}

// When memory is short, connections are refused first, then history is slowed, and publishes are put off last; a session's own go
// out when there is room again, and nobody who is connected is sent away.
func TestOverloadOfMemory(t *testing.T) {
	var used atomic.Uint64
	const limit = 1 << 30
	w := watched(t, server.WithMemory(server.Options{MemoryLimit: limit, StuckAfter: 250 * time.Millisecond, RetryAfter: 100 * time.Millisecond,
		Logger: slog.New(slog.DiscardHandler)}, used.Load))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	session, err := client.OpenSession(ctx, w.url, client.SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close(ctx)
	publish := func(data string) error { _, err := session.Publish(ctx, "c", []byte(data)); return err }
	if err := publish("before"); err != nil {
		t.Fatal(err)
	}
	at := func(percent uint64, want server.Shedding) {
		t.Helper()
		used.Store(limit * percent / 100)
		eventually(t, want.String(), func() bool { return w.srv.Stats().Shedding == want })
		if _, refused := refusedUnderLoad(t, w.url); refused != (want >= server.ShedConnections) {
			t.Errorf("at %d %% a new connection is refused: %v", percent, refused)
		}
	}
	at(99, server.ShedNothing)
	at(101, server.ShedConnections)
	at(106, server.ShedHistory)
	if err := publish("while history is slow"); err != nil {
		t.Error(err)
	}
	sub, err := session.Subscribe(ctx, "c", client.SubscribeOptions{From: client.FromStart})
	if err != nil {
		t.Fatal(err)
	}
	at(120, server.ShedPublishes)
	done := make(chan error, 1)
	go func() { done <- publish("while nothing is taken") }()
	eventually(t, "a publish is put off", func() bool { return w.srv.Stats().Declined[holdfast.CodeOverloaded] > 0 })
	select {
	case err := <-done:
		t.Errorf("it ended with %v", err)
	default:
	}
	at(50, server.ShedNothing)
	if err := <-done; err != nil {
		t.Error(err)
	}
	var got []string
	for rec, err := range sub.Records(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, string(rec.Data)); len(got) == 3 {
			break
		}
	}
	if want := "before, while history is slow, while nothing is taken"; strings.Join(got, ", ") != want {
		t.Errorf("got %q", got)
	}
	if n := session.Stats().Connects; n != 1 {
		t.Errorf("who is connected had to connect %d times", n)
	}
}
