package ws

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-ws/holdfast"
)

// server serves echo over HTTP on one transport, and waits for all connections at the end of the test.
type server struct {
	url      string
	dial     func() (net.Conn, error)
	upgraded chan *Conn // what Upgrade returned, in order
	refused  chan error // the same

	mu      sync.Mutex
	owners  []*owner
	closing bool
}

func startServer(t testing.TB, tr transport, o Options) *server {
	t.Helper()
	o.Path = tr.path
	l := newPairListener(t, tr)
	s := &server{url: "ws://127.0.0.1/", dial: l.dial, upgraded: make(chan *Conn, 100), refused: make(chan error, 100)}
	hs := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := Upgrade(w, r, o)
		if err != nil {
			s.refused <- err
			return
		}
		s.own(c)
	})}
	done := make(chan struct{})
	go func() { hs.Serve(l); close(done) }()
	t.Cleanup(func() {
		hs.Close()
		<-done
		s.mu.Lock()
		s.closing = true
		s.mu.Unlock()
		for _, own := range s.owners {
			own.c.Close()
			own.wait(t)
		}
	})
	return s
}

func (s *server) own(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		c.Close()
		return
	}
	own := &owner{c: c, echo: true, deflate: c.Compressed()}
	s.owners = append(s.owners, own)
	own.start()
	s.upgraded <- c
}

// pairListener accepts the server's ends of a transport's pairs.
type pairListener struct {
	t     testing.TB
	tr    transport
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPairListener(t testing.TB, tr transport) *pairListener {
	return &pairListener{t: t, tr: tr, conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pairListener) dial() (net.Conn, error) {
	server, client := l.tr.pair(l.t)
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pairListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pairListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pairListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

const handshake = "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// with changes one line of the handshake, "Name: value", or adds it; a value of "-" takes it away.
func with(line string) string {
	name, value, _ := strings.Cut(line, ": ")
	var b strings.Builder
	seen := false
	for l := range strings.SplitSeq(strings.TrimSuffix(handshake, "\r\n\r\n"), "\r\n") {
		if strings.HasPrefix(l, name+":") {
			seen = true
			if value != "-" {
				b.WriteString(line + "\r\n")
			}
			continue
		}
		b.WriteString(l + "\r\n")
	}
	if !seen {
		b.WriteString(line + "\r\n")
	}
	return b.String() + "\r\n"
}

// ask sends a request and returns the answer's head, its body where it is no upgrade, and the connection.
func (s *server) ask(t *testing.T, request string) (*http.Response, string, net.Conn, *bufio.Reader) {
	t.Helper()
	nc, err := s.dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	go io.WriteString(nc, request)
	br := bufio.NewReader(nc)
	resp, err := http.ReadResponse(br, &http.Request{Method: "GET"})
	if err != nil {
		t.Fatal(err)
	}
	var body []byte
	if resp.StatusCode != http.StatusSwitchingProtocols {
		body, _ = io.ReadAll(resp.Body)
	}
	return resp, string(body), nc, br
}

func TestUpgradeRefuses(t *testing.T) {
	s := startServer(t, transports[0], Options{})
	for _, tc := range []struct {
		name, request string
		status        int
		code          holdfast.Code
		body          string
	}{
		{"POST", strings.Replace(handshake, "GET", "POST", 1), 405, holdfast.CodeHTTPBadRequest, "POST"},
		{"HTTP/1.0", strings.Replace(handshake, "HTTP/1.1", "HTTP/1.0", 1), 426, holdfast.CodeHTTPUpgradeRequired, "HTTP/1.0"},
		{"no Connection", with("Connection: -"), 426, holdfast.CodeHTTPUpgradeRequired, "Connection"},
		{"Connection: keep-alive", with("Connection: keep-alive"), 426, holdfast.CodeHTTPUpgradeRequired, "Connection"},
		{"no Upgrade", with("Upgrade: -"), 426, holdfast.CodeHTTPUpgradeRequired, "Upgrade"},
		{"Upgrade: h2c", with("Upgrade: h2c"), 426, holdfast.CodeHTTPUpgradeRequired, "Upgrade"},
		{"no version", with("Sec-WebSocket-Version: -"), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Version"},
		{"version 8", with("Sec-WebSocket-Version: 8"), 426, holdfast.CodeHTTPUpgradeRequired, "Sec-WebSocket-Version"},
		{"no key", with("Sec-WebSocket-Key: -"), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Key"},
		{"short key", with("Sec-WebSocket-Key: dGhlIHNhbXBsZQ=="), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Key"},
		{"key of the right length only", with("Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!!!"), 400, holdfast.CodeHTTPBadRequest, "base64"},
		{"two keys", with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), 400, holdfast.CodeHTTPBadRequest, "more than once"},
		{"subprotocol is no token", with("Sec-WebSocket-Protocol: a;b"), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Protocol"},
		{"extensions cannot be read", with("Sec-WebSocket-Extensions: a; =;"), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Extensions"},
		{"a body", with("Content-Length: 3") + "abc", 400, holdfast.CodeHTTPBadRequest, "body"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			resp, body, nc, _ := s.ask(t, tc.request)
			nc.Close()
			if resp.StatusCode != tc.status || !strings.Contains(body, tc.body) {
				t.Errorf("answered %s %q, want %d and a body with %q", resp.Status, body, tc.status, tc.body)
			}
			if v := resp.Header.Get("Sec-WebSocket-Version"); v != "13" {
				t.Errorf("Sec-WebSocket-Version: %q", v)
			}
			if err := receive(t, s.refused); holdfast.CodeOf(err) != tc.code {
				t.Errorf("Upgrade returned %v, want code %v", err, tc.code)
			}
		})
	}
	if n := len(s.upgraded); n > 0 {
		t.Errorf("%d requests were upgraded", n)
	}
}

// noHijack is a ResponseWriter whose connection cannot be taken over.
type noHijack struct {
	bytes.Buffer
	h      http.Header
	status int
}

func (w *noHijack) Header() http.Header { return w.h }
func (w *noHijack) WriteHeader(n int)   { w.status = n }

func TestUpgradeWithoutHijacker(t *testing.T) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(handshake)))
	if err != nil {
		t.Fatal(err)
	}
	w := &noHijack{h: http.Header{}}
	_, err = Upgrade(w, r, Options{})
	if holdfast.CodeOf(err) != holdfast.CodeInternalError || w.status != 500 {
		t.Errorf("got %v, status %d", err, w.status)
	}
}

func TestUpgradeAccepts(t *testing.T) {
	// RFC 6455, 1.3.
	const accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	s := startServer(t, transports[0], Options{Subprotocols: []string{"bin", "json"}, Compression: CompressionOn})
	const deflate = "permessage-deflate;server_no_context_takeover;client_no_context_takeover"
	for _, tc := range []struct {
		name, request           string
		subprotocol, extensions string
	}{
		{"plain", handshake, "", ""},
		{"any case", with("Upgrade: WebSocket"), "", ""},
		{"tokens over two lines", with("Connection: keep-alive\r\nConnection: UPGRADE"), "", ""},
		{"the server's preference decides", with("Sec-WebSocket-Protocol: x, json, bin"), "bin", ""},
		{"subprotocols over two lines", with("Sec-WebSocket-Protocol: x\r\nSec-WebSocket-Protocol: json"), "json", ""},
		{"no subprotocol in common", with("Sec-WebSocket-Protocol: x, y"), "", ""},
		{"deflate", with("Sec-WebSocket-Extensions: permessage-deflate"), "", deflate},
		{"deflate as browsers offer it", with("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"), "", deflate},
		{"an extension that nobody knows", with("Sec-WebSocket-Extensions: x-foo; a=1"), "", ""},
		{"an empty list of extensions", with("Sec-WebSocket-Extensions: "), "", ""},
		{"a smaller window for the server is declined", with("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10"), "", ""},
		{"the first offer that can be met", with("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10, permessage-deflate"), "", deflate},
		{"an unknown parameter is declined", with("Sec-WebSocket-Extensions: permessage-deflate; level=9"), "", ""},
		{"a parameter twice is declined", with("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; server_no_context_takeover"), "", ""},
		{"a window of no size is declined", with("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99"), "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			resp, body, _, _ := s.ask(t, tc.request)
			if resp.StatusCode != 101 {
				t.Fatalf("answered %s %q", resp.Status, body)
			}
			if got := resp.Header.Get("Sec-WebSocket-Accept"); got != accept {
				t.Errorf("Sec-WebSocket-Accept: %q, want %q", got, accept)
			}
			if got := resp.Header.Get("Sec-WebSocket-Protocol"); got != tc.subprotocol {
				t.Errorf("subprotocol %q, want %q", got, tc.subprotocol)
			}
			if got := resp.Header.Get("Sec-WebSocket-Extensions"); got != tc.extensions {
				t.Errorf("extensions %q, want %q", got, tc.extensions)
			}
			c := receive(t, s.upgraded)
			if c.Subprotocol() != tc.subprotocol || c.Compressed() != (tc.extensions != "") {
				t.Errorf("Conn says %q, %t", c.Subprotocol(), c.Compressed())
			}
		})
	}
}

func TestCompressionIsOffUnlessAskedFor(t *testing.T) {
	s := startServer(t, transports[0], Options{})
	resp, _, _, _ := s.ask(t, with("Sec-WebSocket-Extensions: permessage-deflate"))
	if got := resp.Header.Get("Sec-WebSocket-Extensions"); got != "" {
		t.Errorf("extensions %q", got)
	}
}

// Frames may come in the same segment as the request; net/http has them in its buffer then.
func TestEarlyFrames(t *testing.T) {
	for _, tr := range transports {
		t.Run(tr.name, func(t *testing.T) {
			s := startServer(t, tr, Options{})
			_, _, nc, br := s.ask(t, handshake+string(join(text("early"), text("birds"))[:15]))
			for i, want := range []string{"early", "birds"} {
				if i == 1 {
					go nc.Write(join(text("early"), text("birds"))[15:])
				}
				b0, p, err := readFrame(br)
				if err != nil || b0 != 0x81 || string(p) != want {
					t.Fatalf("got %x %q %v, want %q", b0, p, err, want)
				}
			}
		})
	}
}

func TestOffered(t *testing.T) {
	for _, tc := range []struct {
		lines []string
		want  string
	}{
		{nil, "[]"},
		{[]string{"a"}, "[a]"},
		{[]string{"a, b", "c"}, "[a b c]"},
		{[]string{"a b"}, "[]"},
		{[]string{""}, "[]"},
	} {
		r := &http.Request{Header: http.Header{headerProtocol: tc.lines}}
		if got := fmt.Sprint(Offered(r)); got != tc.want {
			t.Errorf("%q: %s, want %s", tc.lines, got, tc.want)
		}
	}
}
