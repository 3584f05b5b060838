package client_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
)

func TestTLS(t *testing.T) {
	n := startMemory(t, server.Options{})
	h := httptest.NewTLSServer(n.srv)
	defer h.Close()
	ctx := limit(t)
	s := open(t, h.URL, client.SessionOptions{TLS: h.Client().Transport.(*http.Transport).TLSClientConfig})
	if _, err := s.Publish(ctx, "c", make([]byte, 100_000)); err != nil {
		t.Fatal(err)
	}
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	if got := read(t, ctx, sub, 1); len(got[0].Data) != 100_000 {
		t.Errorf("%d bytes", len(got[0].Data))
	}
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
	stranger := open(t, h.URL, client.SessionOptions{TLS: &tls.Config{}})
	if err := stranger.Connected(ctx); !errors.Is(err, holdfast.CodeTLS) {
		t.Errorf("an unknown authority: %v", err)
	}
}

func TestCompression(t *testing.T) {
	n := startMemory(t, server.Options{Compression: server.CompressionOn})
	ctx := limit(t)
	s := open(t, n.url(), client.SessionOptions{Compression: client.CompressionOn})
	data := bytes.Repeat([]byte("again and again "), 1000)
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	for range 3 {
		if _, err := s.Publish(ctx, "c", data); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range read(t, ctx, sub, 3) {
		if !bytes.Equal(r.Data, data) {
			t.Error("the data changed on the way")
		}
	}
}

func TestOwnDialer(t *testing.T) {
	n := startMemory(t, server.Options{})
	var dials atomic.Int32
	s := open(t, "http://localhost:1", client.SessionOptions{Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		dials.Add(1)
		return new(net.Dialer).DialContext(ctx, network, n.addr)
	}})
	if err := s.Connected(limit(t)); err != nil || dials.Load() == 0 {
		t.Errorf("%d dials: %v", dials.Load(), err)
	}
}

// A server that ignores the window does not fill this process.
func TestServerThatIgnoresTheWindow(t *testing.T) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"holdfast.v1.json"}})
		if err != nil {
			return
		}
		defer c.CloseNow()
		_, hello, err := c.Read(r.Context())
		if err != nil {
			return
		}
		var d wire.Decoder
		d.Reset(wire.JSON, hello)
		if _, err := d.Next(); err != nil {
			return
		}
		welcome := wire.Welcome{Session: d.Hello.Session, Memory: 1}
		for _, q := range d.Hello.Subscriptions {
			welcome.Results = append(welcome.Results, wire.Subscribed{ID: q.ID, Channel: q.Channel})
		}
		err = c.Write(r.Context(), websocket.MessageText, welcome.Append(nil, wire.JSON))
		for i := uint64(1); err == nil; i++ {
			f := wire.Record{Channel: "c", Offset: i, Time: 1, Term: 1}
			err = c.Write(r.Context(), websocket.MessageText, f.Append(nil, wire.JSON))
		}
	}))
	defer h.Close()
	subscribed := make(chan struct{}) // the first hello already asks for the channel
	s := open(t, h.URL, client.SessionOptions{Codec: client.CodecJSON, Window: client.Window{Records: 10},
		Token: func(context.Context) (string, error) { <-subscribed; return "", nil }})
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	close(subscribed)
	got := 0
	waitFor(t, func() bool { return s.State() == client.StateFailed })
	for _, err := range sub.Records(limit(t)) {
		if err != nil {
			if !errors.Is(err, holdfast.CodeProtocolError) {
				t.Error(err)
			}
			break
		}
		got++
	}
	if got == 0 || got > 100 {
		t.Errorf("%d records were kept for a window of 10", got)
	}
}

// A server that asks for answers without end, and reads none of them, is given up.
func TestServerThatDoesNotRead(t *testing.T) {
	var greeted atomic.Int32
	stop := make(chan struct{})
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"holdfast.v1.json"}})
		if err != nil {
			return
		}
		defer c.CloseNow()
		if greeted.Add(1) > 1 {
			<-stop
			return
		}
		c.Read(r.Context())
		err = c.Write(r.Context(), websocket.MessageText, (&wire.Welcome{Memory: 1}).Append(nil, wire.JSON))
		var pings []byte
		for i := range uint64(1000) {
			pings = (&wire.Ping{ID: 1<<40 + i}).Append(pings, wire.JSON)
		}
		for err == nil {
			err = c.Write(r.Context(), websocket.MessageText, pings)
		}
	}))
	defer h.Close()
	defer close(stop)
	s := open(t, h.URL, client.SessionOptions{Codec: client.CodecJSON, Outbox: client.NewMemoryOutbox(client.OutboxOptions{MaxBytes: 1})})
	waitFor(t, func() bool { return s.Stats().Disconnects[holdfast.CodeWriteTimeout] == 1 })
}
