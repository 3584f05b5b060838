package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

// nowhere is an address that refuses connections.
func nowhere(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

func TestArguments(t *testing.T) {
	ctx := limit(t)
	for _, url := range []string{"", "ftp://x", "http://", "::", "localhost:8080"} {
		if _, err := client.OpenSession(ctx, url, client.SessionOptions{}); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("url %q: %v", url, err)
		}
	}
	s := open(t, nowhere(t), client.SessionOptions{})
	for name, tt := range map[string]struct {
		channel string
		data    string
		o       client.PublishOption
		want    holdfast.Code
	}{
		"channel":     {"a b", "x", client.WithType(holdfast.Binary), holdfast.CodeBadChannel},
		"no channel":  {"", "x", client.WithType(holdfast.Binary), holdfast.CodeBadChannel},
		"type":        {"c", "x", client.WithType(9), holdfast.CodeBadArgument},
		"text":        {"c", "\xff", client.WithType(holdfast.Text), holdfast.CodeBadPayload},
		"json":        {"c", "{} {}", client.WithType(holdfast.JSON), holdfast.CodeBadPayload},
		"header name": {"c", "x", client.WithHeaders(holdfast.Header{}), holdfast.CodeBadArgument},
		"headers":     {"c", "x", client.WithHeaders(make([]holdfast.Header, 65)...), holdfast.CodeBadArgument},
		"header":      {"c", "x", client.WithHeaders(holdfast.Header{Name: "n", Value: strings.Repeat("v", 5000)}), holdfast.CodeBadArgument},
	} {
		if _, err := s.Enqueue(ctx, tt.channel, []byte(tt.data), tt.o); !errors.Is(err, tt.want) {
			t.Errorf("publish with bad %s: %v", name, err)
		}
	}
	for name, o := range map[string]client.SubscribeOptions{
		"from":       {From: 99},
		"cursor":     {Cursor: strings.Repeat("x", 256)},
		"checkpoint": {Checkpoint: client.Checkpoint{Earlier: make([]holdfast.TermEnd, holdfast.MaxTerms)}},
	} {
		if _, err := s.Subscribe(ctx, "c", o); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("subscribe with bad %s: %v", name, err)
		}
	}
	subscribe(t, s, "c", client.SubscribeOptions{})
	if _, err := s.Subscribe(ctx, "c", client.SubscribeOptions{}); !errors.Is(err, holdfast.CodeAlreadySubscribed) {
		t.Errorf("subscribe twice: %v", err)
	}
	if n := s.Stats().OutboxRecords; n != 0 {
		t.Errorf("%d refused records are in the outbox", n)
	}
}

func TestURLWithoutPath(t *testing.T) {
	n := startMemory(t, server.Options{})
	for _, url := range []string{n.url(), n.url() + "/", "ws://" + n.addr, "ws://" + n.addr + "/ws"} {
		if err := open(t, url, client.SessionOptions{}).Connected(limit(t)); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestRefusedUpgrades(t *testing.T) {
	plain := func(status int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			io.WriteString(w, "because\n")
		}
	}
	for name, tt := range map[string]struct {
		h    http.HandlerFunc
		want holdfast.Code
	}{
		"200":         {plain(200), holdfast.CodeNotHoldfast},
		"400":         {plain(400), holdfast.CodeHTTPBadRequest},
		"401":         {plain(401), holdfast.CodeHTTPUnauthorized},
		"403":         {plain(403), holdfast.CodeHTTPForbidden},
		"404":         {plain(404), holdfast.CodeNotHoldfast},
		"426":         {plain(426), holdfast.CodeHTTPUpgradeRequired},
		"a code":      {plain(403, "Holdfast-Code", "4324"), holdfast.CodeOrigin},
		"subprotocol": {func(w http.ResponseWriter, r *http.Request) { c, _ := websocket.Accept(w, r, nil); c.CloseNow() }, holdfast.CodeNotHoldfast},
	} {
		t.Run(name, func(t *testing.T) {
			h := httptest.NewServer(tt.h)
			defer h.Close()
			s := open(t, h.URL, client.SessionOptions{})
			r, err := s.Enqueue(limit(t), "c", nil)
			if err == nil {
				if _, err := r.Wait(limit(t)); !errors.Is(err, tt.want) {
					t.Errorf("the record: %v", err)
				}
				if r.Status() != client.StatusFailed {
					t.Errorf("the record: %v", r.Status())
				}
			}
			if err := s.Connected(limit(t)); !errors.Is(err, tt.want) {
				t.Fatalf("connected: %v", err)
			}
			if s.State() != client.StateFailed || !errors.Is(s.Err(), tt.want) {
				t.Errorf("%v %v", s.State(), s.Err())
			}
			if _, err := s.Enqueue(limit(t), "c", nil); !errors.Is(err, tt.want) {
				t.Errorf("publish: %v", err)
			}
			if _, err := s.Subscribe(limit(t), "c", client.SubscribeOptions{}); !errors.Is(err, tt.want) {
				t.Errorf("subscribe: %v", err)
			}
			if err := s.Close(limit(t)); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
}

// Promise 9: the server's delay is kept, on top of the backoff.
func TestRetryAfterIsKept(t *testing.T) {
	var attempts atomic.Int32
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		attempts.Add(1)
		w.Header().Set("Retry-After", "300")
		w.WriteHeader(503)
	}))
	defer h.Close()
	s := open(t, h.URL, client.SessionOptions{})
	for e := range s.Events(limit(t)) {
		if e.Kind == client.EventRetry {
			if e.Delay < 299*time.Second || e.Delay > 400*time.Second || !errors.Is(e.Err, holdfast.CodeHTTPUnavailable) || e.Attempt != 1 {
				t.Errorf("%+v", e)
			}
			break
		}
	}
	if n := attempts.Load(); n != 1 {
		t.Errorf("%d attempts", n)
	}
}

func TestRetriesExhausted(t *testing.T) {
	s := open(t, nowhere(t), client.SessionOptions{Backoff: backoff.Options{BaseDelay: time.Millisecond, MaxRetries: 3}})
	if err := s.Connected(limit(t)); !errors.Is(err, holdfast.CodeRetriesExhausted) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("%v", err)
	}
	if n := s.Stats().Attempts; n != 4 {
		t.Errorf("%d attempts", n)
	}
}

func TestTokenIsAskedForBeforeEachAttempt(t *testing.T) {
	n := startMemory(t, server.Options{Authenticate: func(_ context.Context, c server.Credentials) (server.User, error) {
		if c.Token != "third" {
			return server.User{}, &holdfast.Error{Code: holdfast.CodeUnauthenticated, Op: "authenticate"}
		}
		return server.User{ID: "ann"}, nil
	}})
	tokens := []string{"", "second", "third"}
	asked := 0
	s := open(t, n.url(), client.SessionOptions{Token: func(context.Context) (string, error) {
		asked++
		if asked == 1 {
			return "", errors.New("no token yet")
		}
		return tokens[min(asked, 3)-1], nil
	}})
	if err := s.Connected(limit(t)); err != nil {
		t.Fatal(err)
	}
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	s.Publish(limit(t), "c", nil)
	if got := read(t, limit(t), sub, 1); got[0].Publisher != "ann" {
		t.Errorf("publisher %q", got[0].Publisher)
	}
	without := open(t, n.url(), client.SessionOptions{})
	if err := without.Connected(limit(t)); !errors.Is(err, holdfast.CodeUnauthenticated) {
		t.Errorf("without a token: %v", err)
	}
}

func TestContextBoundsOnlyTheWaiting(t *testing.T) {
	n := startMemory(t, server.Options{})
	addr := n.addr
	n.stop()
	s := open(t, "http://"+addr, client.SessionOptions{})
	short, cancel := context.WithTimeout(limit(t), time.Millisecond)
	defer cancel()
	if _, err := s.Publish(short, "c", []byte("x")); !errors.Is(err, holdfast.CodeCanceled) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("publish: %v", err)
	}
	if err := s.Connected(short); !errors.Is(err, holdfast.CodeCanceled) {
		t.Errorf("connected: %v", err)
	}
	if err := s.Flush(short); !errors.Is(err, holdfast.CodeCanceled) {
		t.Errorf("flush: %v", err)
	}
	n.start()
	if err := s.Flush(limit(t)); err != nil {
		t.Fatal(err)
	}
	if st := s.Stats(); st.Delivered != 1 {
		t.Errorf("%+v", st)
	}
}

func TestTooLargeInTheMiddle(t *testing.T) {
	n := startMemory(t, server.Options{MaxMessage: 100})
	ctx := limit(t)
	addr := n.addr
	n.stop()
	s := open(t, "http://"+addr, client.SessionOptions{})
	var receipts []*client.Receipt
	for _, size := range []int{1, 100, 101, 2} { // before the server's limit is known
		r, err := s.Enqueue(ctx, "c", make([]byte, size))
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, r)
	}
	n.start()
	for i, want := range []holdfast.Code{0, 0, holdfast.CodeMessageTooLarge, 0} {
		ack, err := receipts[i].Wait(ctx)
		if holdfast.CodeOf(err) != want {
			t.Errorf("record %d: %+v, %v", i, ack, err)
		}
	}
	if _, err := s.Enqueue(ctx, "c", make([]byte, 101)); !errors.Is(err, holdfast.CodeMessageTooLarge) {
		t.Errorf("with the limit known: %v", err)
	}
	if ack, err := s.Publish(ctx, "c", nil); err != nil || ack.Offset != 4 {
		t.Errorf("afterwards: %+v, %v", ack, err)
	}
}

func TestExpiry(t *testing.T) {
	s := open(t, nowhere(t), client.SessionOptions{})
	if _, err := s.Publish(limit(t), "c", nil, client.WithTTL(time.Millisecond)); !errors.Is(err, holdfast.CodeExpired) {
		t.Error(err)
	}
}

func TestCloseSemantics(t *testing.T) {
	n := startMemory(t, server.Options{})
	ctx := limit(t)
	s := open(t, n.url(), client.SessionOptions{})
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	var rs []*client.Receipt
	for range 100 {
		r, err := s.Enqueue(ctx, "c", nil)
		if err != nil {
			t.Fatal(err)
		}
		rs = append(rs, r)
	}
	done := make(chan error)
	for range 2 {
		go func() { done <- s.Close(ctx) }()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Errorf("close: %v", err)
		}
	}
	for i, r := range rs {
		if r.Status() != client.StatusDelivered {
			t.Errorf("record %d: %v", i, r.Status())
		}
	}
	if s.State() != client.StateClosed || s.Err() != nil {
		t.Errorf("%v, %v", s.State(), s.Err())
	}
	if _, err := s.Publish(ctx, "c", nil); !errors.Is(err, holdfast.CodeClosed) {
		t.Errorf("publish: %v", err)
	}
	var last error
	for _, err := range sub.Records(ctx) {
		last = err
	}
	if !errors.Is(last, holdfast.CodeClosed) {
		t.Errorf("records ended with %v", last)
	}
	var kinds []client.EventKind
	for e := range s.Events(ctx) {
		kinds = append(kinds, e.Kind)
	}
	if !slices.Equal(kinds, []client.EventKind{client.EventState}) {
		t.Errorf("events of a closed session: %v", kinds)
	}

	t.Run("unanswered", func(t *testing.T) {
		s := open(t, nowhere(t), client.SessionOptions{})
		r, err := s.Enqueue(ctx, "c", nil)
		if err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		if err := s.Close(short); !errors.Is(err, holdfast.CodeCanceled) || !strings.Contains(err.Error(), "1 records") {
			t.Errorf("close: %v", err)
		}
		if _, err := r.Wait(ctx); !errors.Is(err, holdfast.CodeClosed) || r.Status() != client.StatusFailed {
			t.Errorf("%v %v", r.Status(), err)
		}
	})
	t.Run("kept", func(t *testing.T) { // a memory outbox that was given goes on with another session
		n := startMemory(t, server.Options{})
		o := client.NewMemoryOutbox(client.OutboxOptions{})
		s := open(t, nowhere(t), client.SessionOptions{Outbox: o})
		r, _ := s.Enqueue(ctx, "c", nil)
		if _, err := client.OpenSession(ctx, n.url(), client.SessionOptions{Outbox: o}); !errors.Is(err, holdfast.CodeOutboxLocked) {
			t.Errorf("a second session on one outbox: %v", err)
		}
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		s.Close(short)
		if _, err := r.Wait(ctx); !errors.Is(err, holdfast.CodeClosed) || r.Status() != client.StatusPending {
			t.Errorf("%v %v", r.Status(), err)
		}
		s = open(t, n.url(), client.SessionOptions{Outbox: o})
		if ack, err := s.Publish(ctx, "c", nil); err != nil || ack.Offset != 2 {
			t.Errorf("%+v, %v", ack, err)
		}
	})
}

func TestCloseSubscription(t *testing.T) {
	n := startMemory(t, server.Options{})
	ctx := limit(t)
	s := open(t, n.url(), client.SessionOptions{})
	for round := range 3 {
		sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
		s.Publish(ctx, "c", []byte{byte(round)})
		read(t, ctx, sub, round+1)
		for range 2 {
			if err := sub.Close(); err != nil {
				t.Fatal(err)
			}
		}
		for _, err := range sub.Records(ctx) {
			if !errors.Is(err, holdfast.CodeClosed) {
				t.Errorf("records: %v", err)
			}
		}
	}
}

func TestEvents(t *testing.T) {
	n := startMemory(t, server.Options{})
	p := cut(t, n.addr)
	ctx := limit(t)
	s := open(t, p.url(), client.SessionOptions{})
	var seen []client.EventKind
	var state client.State
	for e := range s.Events(ctx) {
		if e.Kind == client.EventState {
			state = e.State
			if state == client.StateOpen && slices.Contains(seen, client.EventDisconnect) {
				break
			}
			if state == client.StateOpen {
				p.cut()
			}
			continue
		}
		seen = append(seen, e.Kind)
	}
	for _, want := range []client.EventKind{client.EventDisconnect, client.EventRetry, client.EventWelcome} {
		if !slices.Contains(seen, want) {
			t.Errorf("%v did not come: %v", want, seen)
		}
	}
	st := s.Stats()
	if st.Disconnects[holdfast.CodeAbnormal]+st.Disconnects[holdfast.CodeGoingAway]+st.Disconnects[holdfast.CodeNoStatus] == 0 || st.LastError == nil {
		t.Errorf("%+v", st)
	}
}

// What was not read when a subscription is closed is not read afterwards.
func TestCloseSubscriptionDropsTheRest(t *testing.T) {
	n := startMemory(t, server.Options{})
	ctx := limit(t)
	s := open(t, n.url(), client.SessionOptions{})
	for i := range 100 {
		s.Enqueue(ctx, "c", []byte{byte(i)})
	}
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	waitFor(t, func() bool { return s.Stats().Received == 100 })
	got := 0
	for _, err := range sub.Records(ctx) {
		if err != nil {
			if !errors.Is(err, holdfast.CodeClosed) {
				t.Error(err)
			}
			break
		}
		got++
		sub.Close()
	}
	if got != 1 {
		t.Errorf("%d records, and it was closed after the first", got)
	}
}
