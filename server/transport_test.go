package server_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
)

// roundTrip publishes records of several sizes and checks that a subscriber gets them as they were.
func roundTrip(t *testing.T, p *peer) {
	t.Helper()
	p.hello(wire.Subscribe{ID: 1, Channel: "c", From: wire.FromStart, Window: wire.Window{Records: 100, Bytes: 8 << 20}})
	p.want(wire.TypeSubscribed)
	sizes := []int{0, 1, 125, 126, 600, 5000, 70_000, 900_000}
	for i, n := range sizes {
		p.publish("c", uint64(i+1), strings.Repeat("holdfast ", n/9+1)[:n])
	}
	stored, records := uint64(0), 0
	for stored < uint64(len(sizes)) || records < len(sizes) {
		switch p.next() {
		case wire.TypeStored:
			stored = p.dec.Stored.Number
		case wire.TypeRecord:
			if r := p.dec.Record; string(r.Data) != strings.Repeat("holdfast ", sizes[records]/9+1)[:sizes[records]] {
				t.Fatalf("record %d has %d bytes, want %d", r.Offset, len(r.Data), sizes[records])
			}
			records++
		}
	}
}

func TestOverTLS(t *testing.T) {
	s, err := server.New(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewTLSServer(s)
	defer h.Close()
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		conn, _, err := websocket.Dial(ctx, "wss"+strings.TrimPrefix(h.URL, "https")+"/ws", &websocket.DialOptions{
			HTTPClient: h.Client(), Subprotocols: []string{c.Subprotocol()}})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.CloseNow()
		conn.SetReadLimit(64 << 20)
		p := &peer{t: t, c: conn, codec: c, ctx: ctx}
		channel := "tls-" + c.Subprotocol()
		p.hello(wire.Subscribe{ID: 1, Channel: channel, From: wire.FromStart})
		p.want(wire.TypeSubscribed)
		for n := uint64(1); n <= 50; n++ {
			p.publish(channel, n, strings.Repeat("x", int(n)*100))
		}
		for records := 0; records < 50; {
			if p.next() == wire.TypeRecord {
				if records++; len(p.dec.Record.Data) != records*100 {
					t.Fatalf("record %d has %d bytes", records, len(p.dec.Record.Data))
				}
			}
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestCompressed(t *testing.T) {
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		s, url := start(t, server.Options{Compression: server.CompressionOn})
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		conn, resp, err := websocket.Dial(ctx, url, &websocket.DialOptions{Subprotocols: []string{c.Subprotocol()}, CompressionMode: websocket.CompressionNoContextTakeover})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.CloseNow()
		conn.SetReadLimit(64 << 20)
		if !strings.Contains(resp.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate") {
			t.Fatalf("extensions %q", resp.Header)
		}
		roundTrip(t, &peer{t: t, c: conn, codec: c, ctx: ctx})
		if out := s.Stats().BytesOut; out > 200_000 {
			t.Fatalf("%d bytes went out for a megabyte that compresses well", out)
		}
	})
}

func TestSizes(t *testing.T) {
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		_, url := start(t, server.Options{})
		roundTrip(t, dial(t, url, c))
	})
}

// An application that embeds the server mounts it beside its own handlers, under a prefix of its own.
func TestMountedInAnotherHandler(t *testing.T) {
	s, err := server.New(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/realtime/", http.StripPrefix("/realtime", s))
	mux.HandleFunc("/own", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("mine")) })
	h := httptest.NewServer(mux)
	p := dial(t, "ws"+strings.TrimPrefix(h.URL, "http")+"/realtime/ws", wire.Binary)
	p.hello()
	p.publish("c", 1, "x")
	p.want(wire.TypeStored)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	done := make(chan struct{})
	go func() { s.Shutdown(ctx); close(done) }()
	if got := p.closed(); got != holdfast.CodeServiceRestart {
		t.Fatalf("closed with %v", got)
	}
	<-done
	h.Close()
}

// A connection that is reset while it has everything under way is forgotten, with its subscriptions.
func TestResetIsForgotten(t *testing.T) {
	s, url := start(t, server.Options{})
	for range 20 {
		p := dial(t, url, wire.Binary)
		p.hello(wire.Subscribe{ID: 1, Channel: "c", From: wire.FromStart})
		for n := uint64(1); n <= 10; n++ {
			p.publish("c", n, "x")
		}
		p.c.CloseNow()
	}
	deadline := time.Now().Add(10 * time.Second)
	for s.Stats().Connections != 0 || s.Stats().Subscriptions != 0 {
		if time.Now().After(deadline) {
			t.Fatalf("%+v", s.Stats())
		}
		time.Sleep(time.Millisecond)
	}
	if _, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws")); err != nil {
		t.Fatal(err)
	}
}
