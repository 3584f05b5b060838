package ws

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
	"github.com/lxzan/gws"
)

// Payloads that a client sends and must get back, in order.
func echoPayloads() []string {
	var ps []string
	for _, n := range []int{0, 1, 125, 126, 127, 511, 512, 4096, 65535, 65536, 200_000} {
		ps = append(ps, strings.Repeat("añb", n)[:n/4*4])
	}
	return append(ps, strings.Repeat("compress me ", 10_000))
}

func eachTransport(t *testing.T, f func(t *testing.T, s *server)) {
	for _, tr := range transports {
		t.Run(tr.name, func(t *testing.T) {
			t.Parallel()
			f(t, startServer(t, tr, Options{Compression: CompressionOn, Subprotocols: []string{"echo"}}))
		})
	}
}

func TestCoder(t *testing.T) {
	for _, mode := range []coder.CompressionMode{coder.CompressionDisabled, coder.CompressionNoContextTakeover, coder.CompressionContextTakeover} {
		t.Run(fmt.Sprintf("compression %d", mode), func(t *testing.T) {
			eachTransport(t, func(t *testing.T, s *server) { testCoder(t, s, mode) })
		})
	}
}

func testCoder(t *testing.T, s *server, mode coder.CompressionMode) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	hc := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return s.dial() }}}
	defer hc.CloseIdleConnections()
	c, _, err := coder.Dial(ctx, s.url, &coder.DialOptions{HTTPClient: hc, Subprotocols: []string{"echo"}, CompressionMode: mode, CompressionThreshold: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	c.SetReadLimit(1 << 20)
	if compressed := receive(t, s.upgraded).Compressed(); c.Subprotocol() != "echo" || compressed != (mode != coder.CompressionDisabled) {
		t.Errorf("subprotocol %q, compressed %t", c.Subprotocol(), compressed)
	}
	for _, typ := range []coder.MessageType{coder.MessageText, coder.MessageBinary} {
		for _, p := range echoPayloads() {
			w, err := c.Writer(ctx, typ)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(struct{ io.Writer }{w}, strings.NewReader(p)) // several writes: fragments
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			gotTyp, got, err := c.Read(ctx)
			if err != nil || gotTyp != typ || string(got) != p {
				t.Fatalf("echo of %d bytes: %v, %d bytes, %v", len(p), gotTyp, len(got), err)
			}
		}
	}
	readCtx := c.CloseRead(ctx)
	if err := c.Ping(readCtx); err != nil {
		t.Error(err)
	}
	if err := c.Close(4001, "done"); err != nil {
		t.Errorf("close handshake: %v", err)
	}
}

func TestGorilla(t *testing.T) {
	for _, compress := range []bool{false, true} {
		t.Run(fmt.Sprintf("compression %t", compress), func(t *testing.T) {
			eachTransport(t, func(t *testing.T, s *server) { testGorilla(t, s, compress) })
		})
	}
}

func testGorilla(t *testing.T, s *server, compress bool) {
	// A write buffer this small makes fragments of everything larger.
	d := gorilla.Dialer{NetDial: func(string, string) (net.Conn, error) { return s.dial() }, EnableCompression: compress, WriteBufferSize: 300}
	c, _, err := d.Dial(s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetReadDeadline(time.Now().Add(patience))
	if receive(t, s.upgraded).Compressed() != compress {
		t.Errorf("compressed %t", !compress)
	}
	pongs := 0
	c.SetPongHandler(func(p string) error {
		pongs++
		if p != "are you there" {
			t.Errorf("pong %q", p)
		}
		return nil
	})
	for i, p := range echoPayloads() {
		typ := gorilla.TextMessage + i%2
		sent := make(chan error, 1)
		go func() { // net.Pipe has no buffer: the echo comes while the message is still being written
			err := c.WriteControl(gorilla.PingMessage, []byte("are you there"), time.Now().Add(patience))
			sent <- errors.Join(err, c.WriteMessage(typ, []byte(p)))
		}()
		gotTyp, got, err := c.ReadMessage()
		if err = errors.Join(err, <-sent); err != nil || gotTyp != typ || string(got) != p {
			t.Fatalf("echo of %d bytes: %d, %d bytes, %v", len(p), gotTyp, len(got), err)
		}
	}
	if pongs != len(echoPayloads()) {
		t.Errorf("%d pongs", pongs)
	}
	go c.WriteMessage(gorilla.CloseMessage, gorilla.FormatCloseMessage(1013, "later"))
	_, _, err = c.ReadMessage()
	if !gorilla.IsCloseError(err, 1013) {
		t.Errorf("close handshake: %v", err)
	}
}

// gwsClient collects what it gets.
type gwsClient struct {
	gws.BuiltinEventHandler
	msgs   chan string
	pongs  chan string
	closed chan error
}

func (h *gwsClient) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close()
	h.msgs <- fmt.Sprint(m.Opcode, m.Data)
}
func (h *gwsClient) OnPong(_ *gws.Conn, p []byte)   { h.pongs <- string(p) }
func (h *gwsClient) OnClose(_ *gws.Conn, err error) { h.closed <- err }

func TestGWS(t *testing.T) {
	for _, compress := range []bool{false, true} {
		t.Run(fmt.Sprintf("compression %t", compress), func(t *testing.T) {
			eachTransport(t, func(t *testing.T, s *server) { testGWS(t, s, compress) })
		})
	}
}

func testGWS(t *testing.T, s *server, compress bool) {
	h := &gwsClient{msgs: make(chan string, 1), pongs: make(chan string, 1), closed: make(chan error, 1)}
	nc, err := s.dial()
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := gws.NewClientFromConn(h, &gws.ClientOption{
		Addr: s.url, CheckUtf8Enabled: true, TlsConfig: &tls.Config{InsecureSkipVerify: true},
		PermessageDeflate: gws.PermessageDeflate{Enabled: compress, Threshold: 1},
	}, nc)
	if err != nil {
		t.Fatal(err)
	}
	if receive(t, s.upgraded).Compressed() != compress {
		t.Errorf("compressed %t", !compress)
	}
	go c.ReadLoop()
	for i, p := range echoPayloads() {
		op := gws.OpcodeText + gws.Opcode(i%2)
		if err := c.WriteMessage(op, []byte(p)); err != nil {
			t.Fatal(err)
		}
		if got := receive(t, h.msgs); got != fmt.Sprint(op, bytes.NewBufferString(p)) {
			t.Fatalf("echo of %d bytes differs", len(p))
		}
	}
	if err := c.WritePing([]byte("p")); err != nil {
		t.Error(err)
	}
	if got := receive(t, h.pongs); got != "p" {
		t.Errorf("pong %q", got)
	}
	if err := c.WriteClose(1001, []byte("away")); err != nil {
		t.Error(err)
	}
	receive(t, h.closed)
}

func receive[T any](t testing.TB, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}
