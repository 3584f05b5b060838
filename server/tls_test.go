package server_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
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

// secured makes a server of the options that speaks TLS, and returns its address and what a client needs to trust it.
func secured(t *testing.T, o server.Options) (s *server.Server, addr string, trust *tls.Config) {
	t.Helper()
	return securedFrom(t, o, 0)
}

func securedFrom(t *testing.T, o server.Options, least uint16) (s *server.Server, addr string, trust *tls.Config) {
	t.Helper()
	lent := httptest.NewTLSServer(nil) // it has a certificate
	lent.Close()
	o.TLS = &tls.Config{Certificates: lent.TLS.Certificates, MinVersion: least}
	s, url := start(t, o)
	pool := x509.NewCertPool()
	pool.AddCert(lent.Certificate())
	return s, strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws"), &tls.Config{RootCAs: pool}
}

func httpClient(t *testing.T, trust *tls.Config) *http.Client {
	tr := &http.Transport{TLSClientConfig: trust.Clone(), ForceAttemptHTTP2: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: patience}
}

// A browser offers HTTP/2 and HTTP/1.1, and for a WebSocket HTTP/1.1 alone: both work on one port.
func TestHTTP2AndWebSocketOnOnePort(t *testing.T) {
	_, addr, trust := secured(t, server.Options{})
	client := httpClient(t, trust)
	get := func(path string) (*http.Response, string) {
		t.Helper()
		res, err := client.Get("https://" + addr + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return res, string(b)
	}
	if res, body := get("/healthz"); res.ProtoMajor != 2 || res.StatusCode != http.StatusOK || body != "alive\n" {
		t.Errorf("%s, %d, %q", res.Proto, res.StatusCode, body)
	}
	ws := &http.Client{Transport: &http.Transport{TLSClientConfig: trust.Clone()}} // as a browser does for a WebSocket
	p := dialBy(t, "wss://"+addr+"/ws", &websocket.DialOptions{HTTPClient: ws})
	p.hello()
	p.publish("c", 1, "x")
	p.want(wire.TypeStored)
	if res, _ := get("/ws"); res.ProtoMajor != 2 || res.StatusCode < 400 {
		t.Errorf("/ws over HTTP/2: %s, %d", res.Proto, res.StatusCode)
	}
	if res, body := get("/readyz"); res.ProtoMajor != 2 || body != "ready\n" {
		t.Errorf("%s, %q", res.Proto, body)
	}
}

// A browser would ask for WebSockets over HTTP/2 if the server announced that it knows how (RFC 8441, 3). It does not.
func TestNoExtendedConnect(t *testing.T) {
	_, addr, trust := secured(t, server.Options{})
	trust.NextProtos, trust.ServerName = []string{"h2", "http/1.1"}, "127.0.0.1"
	c, err := tls.Dial("tcp", addr, trust)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if got := c.ConnectionState().NegotiatedProtocol; got != "h2" {
		t.Fatalf("it is %q", got)
	}
	const settings, enableConnect = 4, 8
	io.WriteString(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
	var head [9]byte
	if _, err := io.ReadFull(c, head[:]); err != nil || head[3] != settings {
		t.Fatalf("%v: %x", err, head)
	}
	p := make([]byte, int(head[1])<<8|int(head[2]))
	if _, err := io.ReadFull(c, p); err != nil {
		t.Fatal(err)
	}
	for ; len(p) >= 6; p = p[6:] {
		if binary.BigEndian.Uint16(p) == enableConnect && binary.BigEndian.Uint32(p[2:]) != 0 {
			t.Error("extended CONNECT is announced")
		}
	}
}

// What is older than TLS 1.2 is refused, or than what the options say.
func TestTLSVersions(t *testing.T) {
	for _, tt := range []struct {
		least, most uint16
		works       bool
	}{{0, tls.VersionTLS11, false}, {tls.VersionTLS10, tls.VersionTLS11, false}, {0, tls.VersionTLS12, true}, {0, tls.VersionTLS13, true}, {tls.VersionTLS13, tls.VersionTLS12, false}} {
		_, addr, trust := securedFrom(t, server.Options{}, tt.least)
		trust.MinVersion, trust.MaxVersion = tls.VersionTLS10, tt.most
		c, err := tls.Dial("tcp", addr, trust)
		if err == nil {
			c.Close()
		}
		if (err == nil) != tt.works {
			t.Errorf("%s where the least is %s: %v", tls.VersionName(tt.most), tls.VersionName(tt.least), err)
		}
	}
}

// A handshake that does not go on is ended, and counted; so is plain HTTP at the port, which is told what it did.
func TestSlowHandshake(t *testing.T) {
	s, addr, _ := secured(t, server.Options{HelloTimeout: 200 * time.Millisecond})
	for _, begin := range []string{"", "\x16\x03\x01\x02\x00\x01"} {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(patience))
		io.WriteString(c, begin)
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("after %q: %v", begin, err)
		}
	}
	until(t, func() string { return "both are counted" }, func() bool { return s.Stats().TurnedAway[holdfast.CodeHTTPBadRequest] == 2 })
	a := &attacker{host: addr}
	if res := a.ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("plain HTTP: %d", res.StatusCode)
	}
}

// The PROXY header comes before TLS.
func TestProxyProtocolBeforeTLS(t *testing.T) {
	seen := make(chan string, 1)
	_, addr, trust := secured(t, server.Options{ProxyProtocol: server.ProxyProtocolOn, TrustedProxies: networks("127.0.0.0/8"),
		Authenticate: func(_ context.Context, c server.Credentials) (server.User, error) {
			seen <- c.Request.RemoteAddr
			return server.User{ID: "ann"}, nil
		}})
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err == nil {
			_, err = io.WriteString(c, proxyHeader(t, 2, "203.0.113.7:4711"))
		}
		return c, err
	}
	p := dialBy(t, "wss://"+addr+"/ws", &websocket.DialOptions{HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: trust, DialContext: dial}}})
	p.hello()
	if got := <-seen; got != "203.0.113.7:4711" {
		t.Errorf("the client is %s", got)
	}
}

// Where there is no room, nobody is answered in plain text who expects TLS.
func TestNoRoomOverTLS(t *testing.T) {
	s, addr, _ := secured(t, server.Options{MaxConnections: 1})
	for s.Stats().TurnedAway[holdfast.CodeTooManyConnections] == 0 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if b, err := bufio.NewReader(c).ReadByte(); err == nil {
		t.Errorf("it was answered with %q", b)
	}
}
