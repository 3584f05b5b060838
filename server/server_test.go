package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var codecs = []wire.Codec{wire.JSON, wire.Binary}

func eachCodec(t *testing.T, f func(t *testing.T, c wire.Codec)) {
	for _, c := range codecs {
		t.Run(c.Subprotocol(), func(t *testing.T) { f(t, c) })
	}
}

func TestPublishIsStoredAndDelivered(t *testing.T) {
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		_, url := start(t, server.Options{})
		sub := dial(t, url, c)
		sub.hello(wire.Subscribe{ID: 1, Channel: "chat:lobby", From: wire.FromStart})
		sub.want(wire.TypeSubscribed)
		pub := dial(t, url, c)
		pub.hello()
		pub.publish("chat:lobby", 1, "hello")
		pub.publish("chat:lobby", 2, "world")
		for stored := uint64(0); stored < 2; stored = pub.dec.Stored.Number {
			pub.want(wire.TypeStored)
		}
		if pub.dec.Stored.Offset != 2 {
			t.Fatalf("stored %+v", pub.dec.Stored)
		}
		for i, want := range []string{"hello", "world"} {
			sub.want(wire.TypeRecord)
			if r := sub.dec.Record; string(r.Data) != want || r.Offset != uint64(i+1) || (r.Term != 0) != (i == 0) {
				t.Fatalf("record %+v", r)
			}
		}
	})
}

func TestFramesBehindHelloNeedNotWait(t *testing.T) {
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		_, url := start(t, server.Options{})
		p := dial(t, url, c)
		p.send(&wire.Hello{Process: 1, Counter: 1, Producer: holdfast.NewProducerID(), Subscriptions: []wire.Subscribe{{ID: 7, Channel: "c", From: wire.FromStart}}},
			&wire.Publish{Channel: "c", Number: 1, Type: holdfast.JSON, Data: []byte(`{"a":1}`)})
		p.want(wire.TypeWelcome)
		seen := map[wire.Type]bool{}
		for range 3 {
			seen[p.next()] = true
		}
		if !seen[wire.TypeSubscribed] || !seen[wire.TypeStored] || !seen[wire.TypeRecord] {
			t.Fatalf("saw %v", seen)
		}
	})
}

// Several frames of one message, with payloads that have to be decoded and headers, keep their own contents.
func TestFramesOfOneMessageKeepTheirData(t *testing.T) {
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		_, url := start(t, server.Options{})
		p := dial(t, url, c)
		p.hello()
		var frames []frame
		types := []holdfast.ContentType{holdfast.Binary, holdfast.Text, holdfast.JSON}
		for n := range uint64(9) {
			frames = append(frames, &wire.Publish{Channel: "c", Number: n + 1, Type: types[n%3], Data: fmt.Appendf(nil, `"\"%d"`, n),
				Headers: []holdfast.Header{{Name: "n", Value: fmt.Sprint(n)}}})
		}
		p.send(frames...)
		for p.dec.Stored.Number < 9 {
			p.want(wire.TypeStored)
		}
		p.send(&wire.Subscribe{ID: 1, Channel: "c", From: wire.FromStart})
		p.want(wire.TypeSubscribed)
		for n := range uint64(9) {
			p.want(wire.TypeRecord)
			r := &p.dec.Record
			if want := fmt.Sprintf(`"\"%d"`, n); string(r.Data) != want || r.Type != types[n%3] || len(r.Headers) != 1 || r.Headers[0].Value != fmt.Sprint(n) {
				t.Fatalf("record %d is %s %v %v, want %s", n, r.Data, r.Type, r.Headers, want)
			}
		}
	})
}

func TestResendIsADuplicate(t *testing.T) {
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		_, url := start(t, server.Options{})
		producer := holdfast.NewProducerID()
		hello := func(counter uint64) (*peer, uint64) {
			p := dial(t, url, c)
			p.send(&wire.Hello{Process: 1, Counter: counter, Producer: producer})
			p.want(wire.TypeWelcome)
			return p, p.dec.Welcome.Memory
		}
		p, memory := hello(1)
		p.publish("c", 1, "once")
		p.want(wire.TypeStored)
		p.c.CloseNow()
		p, _ = hello(2)
		again := wire.Publish{Channel: "c", Number: 1, Type: holdfast.Text, Data: []byte("once"), Sent: wire.Sent{At: time.Now().UnixMilli(), Memory: memory}}
		p.send(&again)
		p.want(wire.TypeStored)
		if s := p.dec.Stored; s.Flags&wire.FlagDuplicate == 0 || s.Offset != 1 {
			t.Fatalf("stored %+v", s)
		}
		again.Data = []byte("other")
		p.send(&again)
		p.want(wire.TypeRefused)
		if p.dec.Refused.Code != holdfast.CodeProducerConflict {
			t.Fatalf("refused %+v", p.dec.Refused)
		}
	})
}

// A message over the limit in the middle of a pipelined window is refused by a frame; the rest goes through, in
// order, and the refused number is resolved.
func TestTooLargeInAWindow(t *testing.T) {
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		_, url := start(t, server.Options{MaxMessage: 1000})
		p := dial(t, url, c)
		p.hello(wire.Subscribe{ID: 1, Channel: "c", From: wire.FromStart})
		p.want(wire.TypeSubscribed)
		var frames []frame
		for n := uint64(1); n <= 9; n++ {
			data := strings.Repeat("x", 10)
			if n == 5 {
				data = strings.Repeat("x", 1001)
			}
			frames = append(frames, &wire.Publish{Channel: "c", Number: n, Type: holdfast.Text, Data: []byte(data)})
		}
		p.send(frames...)
		var stored, records uint64
		refused := uint64(0)
		for stored < 9 || records < 8 {
			switch p.next() {
			case wire.TypeStored:
				stored = p.dec.Stored.Number
			case wire.TypeRefused:
				refused = p.dec.Refused.Number
				if p.dec.Refused.Code != holdfast.CodeMessageTooLarge || !strings.Contains(p.dec.Refused.Detail, "1000") {
					t.Fatalf("refused %+v", p.dec.Refused)
				}
			case wire.TypeRecord:
				records++
			}
		}
		if refused != 5 || records != 8 {
			t.Fatalf("refused %d, records %d", refused, records)
		}
	})
}

func TestBadInputIsTold(t *testing.T) {
	tests := map[string]struct {
		send func(p *peer)
		code holdfast.Code
	}{
		"not a frame":               {func(p *peer) { p.c.Write(p.ctx, 1, []byte("{not json")) }, holdfast.CodeBadFrame},
		"binary on a text protocol": {func(p *peer) { p.c.Write(p.ctx, 2, []byte{1, 2, 3}) }, holdfast.CodeUnsupportedData},
		"a server's frame":          {func(p *peer) { p.send(&wire.Record{Channel: "c", Offset: 1}) }, holdfast.CodeUnexpectedFrame},
		"publish without a number":  {func(p *peer) { p.publish("c", 0, "x") }, holdfast.CodeBadFrame},
		"second hello":              {func(p *peer) { p.send(&wire.Hello{}) }, holdfast.CodeUnexpectedFrame},
		"not UTF-8":                 {func(p *peer) { p.c.Write(p.ctx, 1, []byte("{\"t\":\"\xff\"}")) }, holdfast.CodeInvalidPayload},
	}
	_, url := start(t, server.Options{})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := dial(t, url, wire.JSON)
			p.hello()
			tt.send(p)
			if got := p.closed(); got != tt.code {
				t.Fatalf("closed with %v, want %v", got, tt.code)
			}
		})
	}
	t.Run("publish before hello", func(t *testing.T) {
		p := dial(t, url, wire.JSON)
		p.publish("c", 1, "x")
		if got := p.closed(); got != holdfast.CodeUnexpectedFrame {
			t.Fatalf("closed with %v", got)
		}
	})
}

func TestRefusedFrames(t *testing.T) {
	_, url := start(t, server.Options{MaxSubscriptions: 2})
	p := dial(t, url, wire.JSON)
	p.hello()
	p.publish("bad name", 1, "x")
	p.want(wire.TypeRefused)
	if r := p.dec.Refused; r.Code != holdfast.CodeBadChannel || r.Detail == "" {
		t.Fatalf("refused %+v", r)
	}
	p.send(&wire.Publish{Channel: "c", Number: 3, Data: []byte("x")})
	p.want(wire.TypeRefused)
	if r := p.dec.Refused; r.Code != holdfast.CodeProducerUnknown || r.Expected != 1 {
		t.Fatalf("refused %+v", r)
	}
	for _, tt := range []struct {
		q    wire.Subscribe
		code holdfast.Code
	}{
		{wire.Subscribe{ID: 1, Channel: "c", From: wire.FromPosition, Position: holdfast.Position{Offset: 99}}, holdfast.CodePositionAhead},
		{wire.Subscribe{ID: 2, Channel: "c"}, 0},
		{wire.Subscribe{ID: 3, Channel: "c"}, holdfast.CodeAlreadySubscribed},
		{wire.Subscribe{ID: 4, Channel: "d"}, 0},
		{wire.Subscribe{ID: 5, Channel: "e"}, holdfast.CodeTooManySubscriptions},
		{wire.Subscribe{ID: 6, Channel: "e\""}, holdfast.CodeBadChannel},
	} {
		p.send(&tt.q)
		p.want(wire.TypeSubscribed)
		if got := p.dec.Subscribed; got.Code != tt.code || got.ID != tt.q.ID {
			t.Fatalf("subscribed %+v, want code %v", got, tt.code)
		}
	}
	p.send(&wire.Call{ID: 9, Name: "nothing"})
	p.want(wire.TypeReply)
	if r := p.dec.Reply; r.ID != 9 || r.Code != holdfast.CodeNoSuchCall {
		t.Fatalf("reply %+v", r)
	}
	p.send(&wire.Ping{ID: 4})
	p.want(wire.TypePong)
}

// Promise 7: of two hellos of one process the one with the higher counter has the session.
func TestLaterHelloWins(t *testing.T) {
	_, url := start(t, server.Options{})
	hello := func(process, counter uint64, id wire.SessionID) *peer {
		p := dial(t, url, wire.JSON)
		p.send(&wire.Hello{Process: process, Counter: counter, Session: id, Producer: holdfast.NewProducerID()})
		return p
	}
	first := hello(1, 1, wire.SessionID{})
	first.want(wire.TypeWelcome)
	id := first.dec.Welcome.Session
	third := hello(1, 3, id)
	third.want(wire.TypeWelcome)
	if got := first.closed(); got != holdfast.CodeReplaced {
		t.Fatalf("the first was closed with %v", got)
	}
	if got := hello(1, 2, id).closed(); got != holdfast.CodeReplaced {
		t.Fatalf("the one that came late was closed with %v", got)
	}
	other := hello(2, 1, id)
	other.want(wire.TypeWelcome)
	if other.dec.Welcome.Session == id {
		t.Fatal("a second process was given the first one's session")
	}
	third.send(&wire.Ping{ID: 1})
	third.want(wire.TypePong)
}

func TestNamedCursorIsExclusive(t *testing.T) {
	_, url := start(t, server.Options{})
	pub := dial(t, url, wire.Binary)
	pub.hello()
	for n := uint64(1); n <= 5; n++ {
		pub.publish("c", n, "x")
		pub.want(wire.TypeStored)
	}
	q := wire.Subscribe{ID: 1, Channel: "c", From: wire.FromStart, Cursor: "work"}
	a := dial(t, url, wire.Binary)
	a.hello(q)
	a.want(wire.TypeSubscribed)
	generation := a.dec.Subscribed.Generation
	for range 5 {
		a.want(wire.TypeRecord)
	}
	a.send(&wire.Ack{Channel: "c", Offset: 3, Generation: generation})
	a.send(&wire.Ping{ID: 1})
	a.want(wire.TypePong)
	b := dial(t, url, wire.Binary)
	b.hello(q)
	b.want(wire.TypeSubscribed)
	if s := b.dec.Subscribed; s.Position.Offset != 3 || s.Generation <= generation {
		t.Fatalf("the second holder begins at %+v", s)
	}
	b.want(wire.TypeRecord)
	if b.dec.Record.Offset != 4 {
		t.Fatalf("record %d", b.dec.Record.Offset)
	}
	a.want(wire.TypeUnsubscribed)
	if a.dec.Unsubscribed.Code != holdfast.CodeCursorTaken {
		t.Fatalf("unsubscribed %+v", a.dec.Unsubscribed)
	}
}

func TestWindowHoldsRecordsBack(t *testing.T) {
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		_, url := start(t, server.Options{})
		p := dial(t, url, c)
		p.hello(wire.Subscribe{ID: 1, Channel: "c", Window: wire.Window{Records: 3}})
		p.want(wire.TypeSubscribed)
		for n := uint64(1); n <= 10; n++ {
			p.publish("c", n, "x")
		}
		records, stored := 0, uint64(0)
		for stored < 10 || records < 3 {
			switch p.next() {
			case wire.TypeRecord:
				records++
			case wire.TypeStored:
				stored = p.dec.Stored.Number
			}
		}
		p.send(&wire.Ping{ID: 1}) // whatever was allowed would come before the pong of a second ping
		p.want(wire.TypePong)
		p.send(&wire.Ping{ID: 2})
		p.want(wire.TypePong)
		p.send(&wire.Ack{Channel: "c", Offset: 2})
		for records < 5 {
			p.want(wire.TypeRecord)
			records++
		}
		if p.dec.Record.Offset != 5 {
			t.Fatalf("record %d", p.dec.Record.Offset)
		}
		p.send(&wire.Ping{ID: 3})
		p.want(wire.TypePong)
	})
}

func TestDrainAsksToComeBack(t *testing.T) {
	s, err := server.New(server.Options{DrainPeriod: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	url := "ws://" + l.Addr().String() + "/ws"
	p := dial(t, url, wire.JSON)
	p.hello()
	done := make(chan error, 1)
	go func() { done <- s.Shutdown(context.Background()) }()
	p.want(wire.TypeReconnect)
	p.publish("c", 1, "still taken")
	p.want(wire.TypeStored)
	p.send(&wire.Bye{})
	if got := p.closed(); got != holdfast.CodeNormal {
		t.Fatalf("closed with %v", got)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != http.ErrServerClosed {
		t.Fatal(err)
	}
}

func TestShutdownAtOnceCloses1012(t *testing.T) {
	s, err := server.New(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	p := dial(t, "ws://"+l.Addr().String()+"/ws", wire.JSON)
	p.hello()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	done := make(chan error, 1)
	go func() { done <- s.Shutdown(ctx) }()
	if got := p.closed(); got != holdfast.CodeServiceRestart {
		t.Fatalf("closed with %v", got)
	}
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatalf("Shutdown returned %v", err)
	}
	<-served
}

func TestAuthenticateHook(t *testing.T) {
	ask := make(chan struct{})
	_, url := start(t, server.Options{Authenticate: func(ctx context.Context, c server.Credentials) (server.User, error) {
		select {
		case <-ask:
		case <-ctx.Done():
		}
		if c.Token != "good" {
			return server.User{}, &holdfast.Error{Code: holdfast.CodeUnauthenticated, Detail: "token: not good"}
		}
		return server.User{ID: "ann"}, nil
	}})
	good := dial(t, url, wire.JSON)
	// what comes behind the hello waits for the hook, in the same message and in others
	good.send(&wire.Hello{Token: "good", Producer: holdfast.NewProducerID()}, &wire.Publish{Channel: "c", Number: 1, Data: []byte("a")})
	good.publish("c", 2, "b")
	close(ask)
	good.want(wire.TypeWelcome)
	if good.dec.Welcome.User != "ann" {
		t.Fatalf("welcome %+v", good.dec.Welcome)
	}
	for n := uint64(0); n < 2; n = good.dec.Stored.Number {
		good.want(wire.TypeStored)
	}
	bad := dial(t, url, wire.JSON)
	bad.send(&wire.Hello{Token: "bad"})
	if got := bad.closed(); got != holdfast.CodeUnauthenticated {
		t.Fatalf("closed with %v", got)
	}
	other := dial(t, url, wire.JSON)
	other.send(&wire.Hello{Token: "good", User: "bob"})
	if got := other.closed(); got != holdfast.CodeUserMismatch {
		t.Fatalf("closed with %v", got)
	}
}

// request sends raw HTTP and returns the status line and headers, so that nothing in between mends it.
func request(t *testing.T, url, head string) (status string, header http.Header, body string) {
	t.Helper()
	addr := strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws")
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, strings.ReplaceAll(head, "ADDR", addr))
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(resp.Body)
	return resp.Status, resp.Header, string(b)
}

func TestAccessWithoutAuthentication(t *testing.T) {
	const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	const proto = "Sec-WebSocket-Protocol: holdfast.v1.json\r\n"
	_, url := start(t, server.Options{})
	for name, tt := range map[string]struct{ head, status, code string }{
		"good":           {"GET /ws HTTP/1.1\r\nHost: ADDR\r\n" + upgrade + proto + "\r\n", "101", ""},
		"proxied":        {"GET /ws HTTP/1.1\r\nHost: ADDR\r\nX-Forwarded-For: 1.2.3.4\r\n" + upgrade + proto + "\r\n", "403", "4318"},
		"rebound name":   {"GET /ws HTTP/1.1\r\nHost: evil.example\r\n" + upgrade + proto + "\r\n", "403", "4319"},
		"foreign origin": {"GET /ws HTTP/1.1\r\nHost: ADDR\r\nOrigin: https://evil.example\r\n" + upgrade + proto + "\r\n", "403", "4324"},
		"own origin":     {"GET /ws HTTP/1.1\r\nHost: ADDR\r\nOrigin: http://ADDR\r\n" + upgrade + proto + "\r\n", "101", ""},
		"no subprotocol": {"GET /ws HTTP/1.1\r\nHost: ADDR\r\n" + upgrade + "\r\n", "101", ""},
		"another one":    {"GET /ws HTTP/1.1\r\nHost: ADDR\r\n" + upgrade + "Sec-WebSocket-Protocol: graphql-ws\r\n\r\n", "400", "4306"},
		"no channel":     {"GET /socket?channel=a%20b HTTP/1.1\r\nHost: ADDR\r\n" + upgrade + "\r\n", "400", "4304"},
		"no place":       {"GET /ws?from=there HTTP/1.1\r\nHost: ADDR\r\n" + upgrade + "\r\n", "400", "4321"},
		"no record":      {"GET /ws?after=3 HTTP/1.1\r\nHost: ADDR\r\n" + upgrade + "\r\n", "400", "4321"},
		"no user":        {"GET /ws?user=a%00 HTTP/1.1\r\nHost: ADDR\r\n" + upgrade + "\r\n", "400", "4321"},
		"not an upgrade": {"GET /ws HTTP/1.1\r\nHost: ADDR\r\n" + proto + "\r\n", "426", ""},
		"nothing there":  {"GET /nothing HTTP/1.1\r\nHost: ADDR\r\n\r\n", "404", ""},
		"liveness":       {"GET /healthz HTTP/1.1\r\nHost: ADDR\r\n\r\n", "200", ""},
		"readiness":      {"GET /readyz HTTP/1.1\r\nHost: ADDR\r\n\r\n", "200", ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, header, body := request(t, url, tt.head)
			if !strings.HasPrefix(status, tt.status) || header.Get("Holdfast-Code") != tt.code {
				t.Fatalf("%s, code %q, %s; want %s and %q", status, header.Get("Holdfast-Code"), body, tt.status, tt.code)
			}
			if tt.status == "403" && !strings.Contains(body, "; ") {
				t.Fatalf("%q does not say what to do", body)
			}
		})
	}
}

func TestTooManyConnections(t *testing.T) {
	_, url := start(t, server.Options{MaxConnections: 1, RetryAfter: 3 * time.Second})
	p := dial(t, url, wire.JSON)
	p.hello()
	status, header, _ := request(t, url, "GET /ws HTTP/1.1\r\nHost: ADDR\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: holdfast.v1.json\r\n\r\n")
	if !strings.HasPrefix(status, "503") || header.Get("Retry-After") != "3" || header.Get("Holdfast-Code") != "4103" {
		t.Fatalf("%s %v", status, header)
	}
}

func TestSilentConnectionsAreGivenUp(t *testing.T) {
	_, url := start(t, server.Options{HelloTimeout: 500 * time.Millisecond})
	p := dial(t, url, wire.JSON)
	if got := p.closed(); got != holdfast.CodeHelloTimeout {
		t.Fatalf("closed with %v", got)
	}
}

// brokenCursors is a store whose disk takes nothing more.
type brokenCursors struct{ store.Backend }

func (brokenCursors) OpenCursor(context.Context, string, string) (store.Cursor, error) {
	return store.Cursor{}, &holdfast.Error{Code: holdfast.CodeIO, Op: "open cursor", Cause: errors.New("no space left on device")}
}

// That the store is broken is no reason for a client to give its subscription up: it asks again.
func TestSubscriptionOutlivesABrokenStore(t *testing.T) {
	_, url := start(t, server.Options{Store: brokenCursors{memory.New(memory.Options{})}})
	p := dial(t, url, wire.JSON)
	p.send(&wire.Hello{Producer: holdfast.ProducerID{1}}, &wire.Subscribe{ID: 1, Channel: "c", Cursor: "mine"})
	p.want(wire.TypeWelcome)
	p.want(wire.TypeSubscribed)
	if code := p.dec.Subscribed.Code; code != holdfast.CodeStoreUnavailable || code.Action() != holdfast.ActionLater {
		t.Errorf("refused with %v, which says %v; want that it is asked for later", code, code.Action())
	}
}
