package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
)

// dial makes one attempt. The error is a *holdfast.Error whose code says whether another one makes sense.
func (s *Session) dial(ctx context.Context) (*link, error) {
	op := "connect to " + s.url
	k := &link{s: s, kind: websocket.MessageBinary, dead: make(chan struct{})}
	k.moved.base = time.Now()
	if s.o.Codec == CodecJSON {
		k.kind = websocket.MessageText
	}
	if s.o.Token != nil {
		token, err := s.o.Token(ctx)
		if err != nil {
			return nil, &holdfast.Error{Code: holdfast.CodeDisconnected, Op: op, Detail: "there is no token", Cause: err}
		}
		k.token = token
	}
	d := dialer{dial: s.o.Dial, proxy: http.ProxyFromEnvironment, tls: s.o.TLS, header: s.o.Header, subprotocols: []string{s.codec.Subprotocol()},
		compression: s.o.Compression, moved: &k.moved}
	conn, raw, resp, err := d.connect(ctx, s.target)
	if err != nil {
		if resp == nil {
			return nil, unreachable(s.url, s.o.ConnectTimeout, err)
		}
		return nil, refusal(op, resp, err)
	}
	if got := conn.Subprotocol(); got != s.codec.Subprotocol() {
		raw.Close()
		conn.CloseNow()
		return nil, &holdfast.Error{Code: holdfast.CodeNotHoldfast, Op: op, Detail: "it chose the subprotocol " + strconv.Quote(got) + ", not " + s.codec.Subprotocol()}
	}
	if err := checkDeflate(resp.Header); err != nil {
		raw.Close()
		conn.CloseNow()
		return nil, err
	}
	k.conn, k.raw = conn, raw
	return k, nil
}

// dialer makes one WebSocket connection.
type dialer struct {
	dial         func(ctx context.Context, network, addr string) (net.Conn, error)
	proxy        func(*http.Request) (*url.URL, error)
	tls          *tls.Config
	header       http.Header
	subprotocols []string
	compression  Compression
	moved, heard *moment
}

// connect returns the connection and the one below TLS and WebSocket. Where it fails, the answer is what the server said, if it said anything.
func (d *dialer) connect(ctx context.Context, target string) (*websocket.Conn, net.Conn, *http.Response, error) {
	raw := &lastConn{dial: d.dial, moved: d.moved, heard: d.heard}
	transport := &http.Transport{Proxy: d.proxy, DialContext: raw.DialContext, TLSClientConfig: d.tls,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, r *http.Request, resp *http.Response) error {
			return proxyRefusal(r.Host, resp)
		}}
	if tunnel, err := d.tunnel(target, raw); err != nil {
		return nil, nil, nil, err
	} else if tunnel != nil {
		transport.Proxy, transport.DialContext = nil, tunnel
	}
	defer transport.CloseIdleConnections()
	o := &websocket.DialOptions{HTTPClient: &http.Client{Transport: watching{transport}}, HTTPHeader: d.header, Subprotocols: d.subprotocols}
	if d.compression == CompressionOn {
		o.CompressionMode = websocket.CompressionNoContextTakeover
	}
	conn, resp, err := websocket.Dial(ctx, target, o)
	if err != nil {
		return nil, nil, resp, err
	}
	return conn, raw.conn, resp, nil
}

// lastConn remembers the connection that was made last: below TLS and WebSocket, it is the one that can be
// closed without waiting for anything.
type lastConn struct {
	dial  func(ctx context.Context, network, addr string) (net.Conn, error)
	moved *moment
	heard *moment // when bytes came; nil: nobody wants to know
	mu    sync.Mutex
	conn  net.Conn
}

func (l *lastConn) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	dial := l.dial
	if dial == nil {
		dial = (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext
	}
	c, err := dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.conn = c
	l.mu.Unlock()
	if l.heard != nil {
		c = &hearing{Conn: c, heard: l.heard}
	}
	if l.moved == nil {
		return c, nil
	}
	return &slowWriter{Conn: c, moved: l.moved}, nil
}

// hearing notes when bytes come.
type hearing struct {
	net.Conn
	heard *moment
}

func (h *hearing) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	if n > 0 {
		h.heard.now()
	}
	return n, err
}

// moment is the last time at which something happened.
type moment struct {
	base time.Time    // of this connection; to be set before use
	at   atomic.Int64 // nanoseconds since base, and one; 0: it has not happened
}

func (m *moment) now() { m.at.Store(int64(time.Since(m.base)) + 1) }

func (m *moment) last() time.Time {
	if d := m.at.Load(); d != 0 {
		return m.base.Add(time.Duration(d - 1))
	}
	return time.Time{}
}

// slowWrite is how long a write takes at least that had to wait for room in the socket's buffer.
const slowWrite = 10 * time.Millisecond

// slowWriter notes when a write that had to wait has gone on: the other side has taken bytes. One that did not wait says
// nothing, since the buffer takes bytes for somebody who is gone, too. Those above write a few kilobytes at a time.
type slowWriter struct {
	net.Conn
	moved *moment
}

func (w *slowWriter) Write(b []byte) (int, error) {
	begin := time.Now()
	n, err := w.Conn.Write(b)
	if n > 0 && time.Since(begin) >= slowWrite {
		w.moved.now()
	}
	return n, err
}

// refusal classes an attempt that the server answered, but did not grant.
func refusal(op string, resp *http.Response, err error) error {
	e := &holdfast.Error{Code: holdfast.CodeDisconnected, Op: op}
	e.Detail = said(resp)
	status := holdfast.Code(resp.StatusCode)
	switch code, cerr := strconv.ParseUint(resp.Header.Get("Holdfast-Code"), 10, 16); {
	case cerr == nil && code >= 4000 && code < 5000:
		e.Code = holdfast.Code(code)
	case status == http.StatusNotFound || status < 400:
		e.Code = holdfast.CodeNotHoldfast
		if status == http.StatusSwitchingProtocols {
			e.Detail, e.Cause = "", root(err) // it upgraded, but not as RFC 6455 has it
		}
	default:
		e.Code = status
	}
	e.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	return e
}

func isTLS(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.UnknownAuthorityError](err)
	return ok
}

// said returns the first line of what the server answered.
func said(resp *http.Response) string {
	line := ""
	if resp.Body != nil {
		b, _ := io.ReadAll(io.LimitReader(resp.Body, 512))
		line, _, _ = strings.Cut(strings.TrimSpace(string(b)), "\n")
	}
	if line == "" || strings.HasPrefix(line, "<") {
		return "the server answered " + strconv.Itoa(resp.StatusCode) + " " + http.StatusText(resp.StatusCode)
	}
	return "the server answered " + strconv.Itoa(resp.StatusCode) + ": " + strconv.Quote(line)
}

// retryAfter reads seconds or a date.
func retryAfter(v string, now time.Time) time.Duration {
	if v == "" {
		return 0
	}
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}

func closeError(err error) (websocket.CloseError, bool) {
	return errors.AsType[websocket.CloseError](err)
}
