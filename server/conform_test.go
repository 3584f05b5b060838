package server_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// rawPeer is a client that can send what no library would. docs/conformance.md lists what is tested with it; the rules of
// frames have their tests in internal/ws.
type rawPeer struct {
	net.Conn
	t  *testing.T
	br *bufio.Reader
}

// dialRaw upgrades a connection by hand.
func dialRaw(t *testing.T, h *httptest.Server, codec wire.Codec, lines ...string) (*rawPeer, *http.Response) {
	t.Helper()
	c, err := net.Dial("tcp", h.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if h.TLS != nil {
		c = tls.Client(c, &tls.Config{InsecureSkipVerify: true})
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	p := &rawPeer{c, t, bufio.NewReader(c)}
	lines = append([]string{"GET /ws HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol: " + codec.Subprotocol()}, lines...)
	io.WriteString(c, strings.Join(lines, "\r\n")+"\r\n\r\n")
	resp, err := http.ReadResponse(p.br, &http.Request{Method: "GET"})
	if err != nil {
		t.Fatal(err)
	}
	return p, resp
}

// raw is a frame of a client's, with a mask that changes nothing.
func raw(b0 byte, p string) []byte {
	b := masked([]byte(p))
	b[0] = b0
	return b
}

func rawClose(code uint16) []byte {
	return raw(0x88, string(binary.BigEndian.AppendUint16(nil, code)))
}

// frame reads a frame, and fails the test where a server may not send it.
func (p *rawPeer) frame() (b0 byte, payload []byte, err error) {
	p.t.Helper()
	h := make([]byte, 10)
	if _, err := io.ReadFull(p.br, h[:2]); err != nil {
		return 0, nil, err
	}
	if h[1]&0x80 != 0 {
		p.t.Fatal("a frame that is masked")
	}
	n := uint64(h[1])
	switch n {
	case 126:
		io.ReadFull(p.br, h[:2])
		if n = uint64(binary.BigEndian.Uint16(h)); n < 126 {
			p.t.Fatalf("a length that is not minimal: %d", n)
		}
	case 127:
		io.ReadFull(p.br, h[:8])
		if n = binary.BigEndian.Uint64(h); n < 1<<16 {
			p.t.Fatalf("a length that is not minimal: %d", n)
		}
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(p.br, payload)
	return h[0], payload, err
}

// transcript says what comes until the connection ends, or n frames have come.
func (p *rawPeer) transcript(n int) (all []string) {
	p.t.Helper()
	for len(all) < n {
		b0, payload, err := p.frame()
		if err != nil {
			return append(all, "end")
		}
		switch {
		case b0 == 0x88 && len(payload) >= 2:
			all = append(all, fmt.Sprintf("close %d", binary.BigEndian.Uint16(payload)))
		case b0 == 0x88:
			all = append(all, "close")
		case b0 == 0x8a:
			all = append(all, fmt.Sprintf("pong %q", payload))
		default:
			all = append(all, fmt.Sprintf("message of kind %#x", b0))
		}
	}
	return all
}

var conformCases = []struct {
	name  string
	codec wire.Codec
	send  []byte
	want  []string
}{
	{"5.5.2 ping", wire.JSON, raw(0x89, "are you there"), []string{`pong "are you there"`}},
	{"5.5.2 an empty ping", wire.Binary, raw(0x89, ""), []string{`pong ""`}},
	{"5.5.2 each ping is answered", wire.JSON, slices.Concat(raw(0x89, "1"), raw(0x89, "2"), raw(0x89, "3")), []string{`pong "1"`, `pong "2"`, `pong "3"`}},
	{"5.4 ping within a message", wire.JSON, slices.Concat(raw(0x01, "{"), raw(0x89, "p")), []string{`pong "p"`}},
	{"5.5.3 pong unasked", wire.JSON, slices.Concat(raw(0x8a, "x"), raw(0x89, "y")), []string{`pong "y"`}},
	{"5.5.1 close", wire.JSON, rawClose(1000), []string{"close 1000", "end"}},
	{"5.5.1 close with a code of the application's", wire.Binary, rawClose(4999), []string{"close 4999", "end"}},
	{"5.5.1 close without a code", wire.JSON, raw(0x88, ""), []string{"close", "end"}},
	{"5.5.1 ping behind a close frame", wire.JSON, slices.Concat(rawClose(1001), raw(0x89, "")), []string{"close 1001", "end"}},
	{"5.5.2 ping before a close frame", wire.JSON, slices.Concat(raw(0x89, "p"), rawClose(1001)), []string{`pong "p"`, "close 1001", "end"}},
	{"7.1.7 fails the connection", wire.JSON, slices.Concat([]byte{0x89, 0}, raw(0x89, "p")), []string{"close 1002", "end"}},
	{"5.6 binary where text was agreed on", wire.JSON, raw(0x82, "{}"), []string{"close 1003", "end"}},
	{"5.6 text where binary was agreed on", wire.Binary, raw(0x81, "{}"), []string{"close 1003", "end"}},
	{"8.1 text that is not UTF-8", wire.JSON, raw(0x81, "\xff"), []string{"close 1007", "end"}},
	{"10.4 a message far over the limit", wire.Binary, []byte{0x82, 0x80 | 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, []string{"close 1009", "end"}},
}

// TestConformance is what only a whole server does: it answers control frames, and it ends connections.
func TestConformance(t *testing.T) {
	for name, serve := range map[string]func(http.Handler) *httptest.Server{"tcp": httptest.NewServer, "tls": httptest.NewTLSServer} {
		t.Run(name, func(t *testing.T) {
			s, err := server.New(server.Options{})
			if err != nil {
				t.Fatal(err)
			}
			h := serve(s)
			defer h.Close()
			defer shutdown(s)
			for _, tc := range conformCases {
				t.Run(tc.name, func(t *testing.T) {
					p, _ := dialRaw(t, h, tc.codec)
					p.Write(tc.send)
					if got := p.transcript(len(tc.want)); !slices.Equal(got, tc.want) {
						t.Errorf("got %q, want %q", got, tc.want)
					}
				})
			}
		})
	}
}

func shutdown(s *server.Server) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // nobody is waited for
	s.Shutdown(ctx)
}

// gated is a store whose appends wait.
type gated struct {
	store.Backend
	gate chan struct{}
}

func (g gated) Append(d []store.Draft, r []store.Result) error {
	<-g.gate
	return g.Backend.Append(d, r)
}

// RFC 6455, 5.5.1: what becomes known behind the server's close frame, answers and records, is not sent any more.
func TestNothingBehindTheCloseFrame(t *testing.T) {
	gate := make(chan struct{})
	s, err := server.New(server.Options{Store: gated{memory.New(memory.Options{}), gate}})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	defer h.Close()
	defer shutdown(s)
	other := dial(t, "ws"+strings.TrimPrefix(h.URL, "http")+"/ws", wire.JSON)
	other.hello()

	p, _ := dialRaw(t, h, wire.JSON)
	b := (&wire.Hello{Process: 1, Counter: 1, Producer: holdfast.NewProducerID(),
		Subscriptions: []wire.Subscribe{{ID: 1, Channel: "c", From: wire.FromStart}}}).Append(nil, wire.JSON)
	p.Write(raw(0x81, string(b)))
	for seen := []byte(nil); !bytes.Contains(seen, []byte(`"subscribed"`)); {
		_, payload, err := p.frame()
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, payload...)
	}
	b = (&wire.Publish{Channel: "c", Number: 1, Type: holdfast.Text, Data: []byte("x")}).Append(nil, wire.JSON)
	p.Write(slices.Concat(raw(0x81, string(b)), raw(0x81, "{this is no frame")))
	if got := p.transcript(1); got[0] != fmt.Sprintf("close %d", holdfast.CodeBadFrame) {
		t.Fatalf("got %q", got)
	}
	close(gate) // now the answer and the record are there
	other.publish("c", 1, "y")
	other.want(wire.TypeStored)
	p.Write(rawClose(1000))
	if got := p.transcript(1); got[0] != "end" {
		t.Errorf("behind the close frame came %q", got)
	}
}
