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
	mute     bool       // what comes is not echoed
	started  chan *owner

	mu      sync.Mutex
	owners  []*owner
	closing bool
}

func startServer(t testing.TB, tr transport, o Options) *server {
	t.Helper()
	o.Path = tr.path
	if tr.name == "tcp settling" {
		o.Settle = SettleOn
	}
	l := newPairListener(t, tr)
	s := &server{url: "ws://127.0.0.1/", dial: l.dial, upgraded: make(chan *Conn, 100), refused: make(chan error, 100), started: make(chan *owner, 100)}
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
	own := &owner{c: c, echo: !s.mute, deflate: c.Compressed()}
	s.owners = append(s.owners, own)
	own.start()
	s.upgraded <- c
	if s.mute {
		s.started <- own
	}
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
		{"4.2.1 POST", strings.Replace(handshake, "GET", "POST", 1), 405, holdfast.CodeHTTPBadRequest, "POST"},
		{"4.2.1 HTTP 1.0", strings.Replace(handshake, "HTTP/1.1", "HTTP/1.0", 1), 426, holdfast.CodeHTTPUpgradeRequired, "HTTP/1.0"},
		{"4.2.1 no Connection", with("Connection: -"), 426, holdfast.CodeHTTPUpgradeRequired, "Connection"},
		{"4.2.1 Connection without Upgrade", with("Connection: keep-alive"), 426, holdfast.CodeHTTPUpgradeRequired, "Connection"},
		{"4.2.1 no Upgrade", with("Upgrade: -"), 426, holdfast.CodeHTTPUpgradeRequired, "Upgrade"},
		{"4.2.1 Upgrade to something else", with("Upgrade: h2c"), 426, holdfast.CodeHTTPUpgradeRequired, "Upgrade"},
		{"4.2.1 no version", with("Sec-WebSocket-Version: -"), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Version"},
		{"4.2.1 two hosts", with("Host: x\r\nHost: y"), 400, 0, "Bad Request"},
		{"4.2.1 no host", with("Host: -"), 400, 0, "Host"},
		{"11.3.5 two versions", with("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13"), 400, holdfast.CodeHTTPBadRequest, "more than once"},
		{"4.2.2 several versions", with("Sec-WebSocket-Version: 8, 13"), 426, holdfast.CodeHTTPUpgradeRequired, "not 13"},
		{"4.2.1 subprotocols with a blank in one", with("Sec-WebSocket-Protocol: a b"), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Protocol"},
		{"4.2.1 key of 17 bytes", with("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA="), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Key"},
		{"9.1 an extension that is no token", with("Sec-WebSocket-Extensions: \"permessage-deflate\""), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Extensions"},
		{"4.2.1 a body in chunks", with("Transfer-Encoding: chunked") + "0\r\n\r\n", 400, holdfast.CodeHTTPBadRequest, "body"},
		{"4.2.2 version 8", with("Sec-WebSocket-Version: 8"), 426, holdfast.CodeHTTPUpgradeRequired, "Sec-WebSocket-Version"},
		{"4.2.1 no key", with("Sec-WebSocket-Key: -"), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Key"},
		{"4.2.1 short key", with("Sec-WebSocket-Key: dGhlIHNhbXBsZQ=="), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Key"},
		{"4.2.1 key of the right length only", with("Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!!!"), 400, holdfast.CodeHTTPBadRequest, "base64"},
		{"11.3.1 two keys", with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), 400, holdfast.CodeHTTPBadRequest, "more than once"},
		{"4.2.1 subprotocol is no token", with("Sec-WebSocket-Protocol: a;b"), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Protocol"},
		{"9.1 extensions cannot be read", with("Sec-WebSocket-Extensions: a; =;"), 400, holdfast.CodeHTTPBadRequest, "Sec-WebSocket-Extensions"},
		{"4.2.1 a body", with("Content-Length: 3") + "abc", 400, holdfast.CodeHTTPBadRequest, "body"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			resp, body, nc, _ := s.ask(t, tc.request)
			nc.Close()
			if resp.StatusCode != tc.status || !strings.Contains(body, tc.body) {
				t.Errorf("answered %s %q, want %d and a body with %q", resp.Status, body, tc.status, tc.body)
			}
			if tc.code == 0 {
				return // net/http does not even ask
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
	const ext = "Sec-WebSocket-Extensions: "
	offer := func(params string) string { return with(strings.TrimSuffix(ext+"permessage-deflate; "+params, "; ")) }
	for _, tc := range []struct {
		name, request           string
		subprotocol, extensions string
	}{
		{"4.2.1 plain", handshake, "", ""},
		{"4.2.1 any case", with("Upgrade: WebSocket"), "", ""},
		{"4.2.1 Upgrade is a list", with("Upgrade: h2c, websocket"), "", ""},
		{"4.2.1 tokens over two lines", with("Connection: keep-alive\r\nConnection: UPGRADE"), "", ""},
		{"4.2.1 blanks around the key", with("Sec-WebSocket-Key:   dGhlIHNhbXBsZSBub25jZQ==  "), "", ""},
		{"4.2.2 the server's preference decides", with("Sec-WebSocket-Protocol: x, json, bin"), "bin", ""},
		{"11.3.4 subprotocols over two lines", with("Sec-WebSocket-Protocol: x\r\nSec-WebSocket-Protocol: json"), "json", ""},
		{"4.2.2 no subprotocol in common", with("Sec-WebSocket-Protocol: x, y"), "", ""},
		{"9.1 an extension that nobody knows", with(ext + "x-foo; a=1"), "", ""},
		{"9.1 an empty list of extensions", with(ext), "", ""},
		{"9.1 one that nobody knows, and deflate", with(ext + "x-foo; a=1, permessage-deflate"), "", deflate},
		{"9.1 extensions over two lines", with(ext + "x-foo\r\n" + ext + "permessage-deflate"), "", deflate},
		{"7692 5 deflate", offer(""), "", deflate},
		{"7692 5.1 the first offer that can be met", with(ext + "permessage-deflate; server_max_window_bits=10, permessage-deflate"), "", deflate},
		{"7692 5.1 the first of two that can be met", with(ext + "permessage-deflate; server_max_window_bits=15, permessage-deflate"), "", deflate + ";server_max_window_bits=15"},
		{"7692 7.1.1.1 server_no_context_takeover", offer("server_no_context_takeover"), "", deflate},
		{"7692 7.1.1.1 with a value", offer("server_no_context_takeover=1"), "", ""},
		{"7692 7.1.1.1 twice", offer("server_no_context_takeover; server_no_context_takeover"), "", ""},
		{"7692 7.1.1.2 client_no_context_takeover", offer("client_no_context_takeover"), "", deflate},
		{"7692 7.1.1.2 with a value", offer("client_no_context_takeover=true"), "", ""},
		{"7692 7.1.1.2 twice", offer("client_no_context_takeover; client_no_context_takeover"), "", ""},
		{"7692 7.1.2.1 server_max_window_bits of all that there is", offer("server_max_window_bits=15"), "", deflate + ";server_max_window_bits=15"},
		{"7692 7.1.2.1 quoted", offer(`server_max_window_bits="15"`), "", deflate + ";server_max_window_bits=15"},
		{"7692 7.1.2.1 a smaller window than the server's", offer("server_max_window_bits=10"), "", ""},
		{"7692 7.1.2.1 of 7", offer("server_max_window_bits=7"), "", ""},
		{"7692 7.1.2.1 of 16", offer("server_max_window_bits=16"), "", ""},
		{"7692 7.1.2.1 of 015", offer("server_max_window_bits=015"), "", ""},
		{"7692 7.1.2.1 without a value", offer("server_max_window_bits"), "", ""},
		{"7692 7.1.2.1 twice", offer("server_max_window_bits=15; server_max_window_bits=15"), "", ""},
		{"7692 7.1.2.2 client_max_window_bits as browsers offer it", offer("client_max_window_bits"), "", deflate},
		{"7692 7.1.2.2 of 8", offer("client_max_window_bits=8"), "", deflate},
		{"7692 7.1.2.2 of 15", offer("client_max_window_bits=15"), "", deflate},
		{"7692 7.1.2.2 of 7", offer("client_max_window_bits=7"), "", ""},
		{"7692 7.1.2.2 of 16", offer("client_max_window_bits=16"), "", ""},
		{"7692 7.1.2.2 of 09", offer("client_max_window_bits=09"), "", ""},
		{"7692 7.1.2.2 of nothing", offer(`client_max_window_bits=""`), "", ""},
		{"7692 7.1.2.2 of -8", offer("client_max_window_bits=-8"), "", ""},
		{"7692 7.1.2.2 twice without a value", offer("client_max_window_bits; client_max_window_bits"), "", ""},
		{"7692 7.1.2.2 twice", offer("client_max_window_bits; client_max_window_bits=10"), "", ""},
		{"7692 7.1 all parameters", offer("server_no_context_takeover; client_no_context_takeover; server_max_window_bits=15; client_max_window_bits=12"), "", deflate + ";server_max_window_bits=15"},
		{"7692 7.1 an unknown parameter", offer("level=9"), "", ""},
		{"7692 7.1 an unknown parameter without a value", offer("x"), "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			resp, body, _, _ := s.ask(t, tc.request)
			if resp.StatusCode != 101 {
				t.Fatalf("answered %s %q", resp.Status, body)
			}
			want := map[string]string{"Upgrade": "websocket", "Connection": "Upgrade", "Sec-Websocket-Accept": accept,
				"Sec-Websocket-Protocol": tc.subprotocol, "Sec-Websocket-Extensions": tc.extensions}
			for name, value := range want {
				if got := resp.Header.Values(name); strings.Join(got, "|") != value {
					t.Errorf("%s: %q, want %q", name, got, value)
				}
			}
			for name := range resp.Header {
				if want[name] == "" {
					t.Errorf("%s: %q was not asked for", name, resp.Header.Get(name))
				}
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

// wrapped is a connection whose wrapper has done its work, if that is so.
type wrapped struct {
	net.Conn
	done bool
}

func (w wrapped) Bare() net.Conn {
	if w.done {
		return w.Conn
	}
	return w
}

type wrapping struct {
	net.Listener
	done bool
}

func (l wrapping) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return wrapped{c, l.done}, err
}

// What has wrapped a connection and has done its work is gone after the upgrade, so that the fast path can be taken.
func TestUpgradeTakesOffAWrapper(t *testing.T) {
	for _, done := range []bool{true, false} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		upgraded := make(chan *Conn, 1)
		hs := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if c, err := Upgrade(w, r, Options{}); err == nil {
				upgraded <- c
			}
		})}
		ended := make(chan error, 1)
		go func() { ended <- hs.Serve(wrapping{l, done}) }()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, handshake); err != nil {
			t.Fatal(err)
		}
		wc := <-upgraded
		if _, bare := wc.NetConn().(*net.TCPConn); bare != done {
			t.Errorf("done %v: it is a %T", done, wc.NetConn())
		}
		wc.Close()
		hs.Close()
		<-ended
	}
}
