package client_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// dialPlain dials as a program that knows nothing of Holdfast would, reads until the end, and returns why it ended.
func dialPlain(ctx context.Context, url string, transport *http.Transport) error {
	defer transport.CloseIdleConnections()
	c, _, err := websocket.Dial(ctx, strings.Replace(url, "http", "ws", 1), &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		return err
	}
	defer c.CloseNow()
	for err == nil {
		_, _, err = c.Read(ctx)
	}
	return err
}

func isClass(t *testing.T, err error, class client.Class, retry bool) {
	t.Helper()
	if v := client.Classify(err); v.Class != class || v.Retryable != retry || err == nil {
		t.Errorf("%v: %+v; want %v, retryable %v", err, v, class, retry)
	}
}

// A server that closes with each of the codes that can be sent, and by breaking off.
func TestRealCloses(t *testing.T) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		if code == 1006 {
			c.CloseNow()
			return
		}
		c.Close(websocket.StatusCode(code), "because")
	}))
	defer h.Close()
	for code, class := range map[int]client.Class{
		1000: client.ClassClosed, 1001: client.ClassServer, 1002: client.ClassProtocol, 1003: client.ClassProtocol,
		1005: client.ClassServer, 1006: client.ClassNetwork, 1007: client.ClassProtocol, 1008: client.ClassPolicy,
		1009: client.ClassPolicy, 1010: client.ClassProtocol, 1011: client.ClassServer, 1012: client.ClassServer,
		1013: client.ClassOverload, 1014: client.ClassServer, 3000: client.ClassAuthentication, 3003: client.ClassPolicy,
		3008: client.ClassTimeout, 3999: client.ClassApplication, 4001: client.ClassApplication, 4300: client.ClassApplication, 4999: client.ClassApplication,
	} {
		err := dialPlain(limit(t), h.URL+"/"+strconv.Itoa(code), &http.Transport{})
		isClass(t, err, class, class.Strategy().Retry == client.RetryAlways)
		if v := client.Classify(err); code != 1006 && v.Code != holdfast.Code(code) {
			t.Errorf("%d: %v: %+v", code, err, v)
		}
	}
}

func TestRealTroubleOnTheWay(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts for it
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	resets := serveEach(t, func(c net.Conn) {
		c.Read(make([]byte, 1))
		c.(*net.TCPConn).SetLinger(0)
	})
	mail := serveEach(t, func(c net.Conn) {
		c.Read(make([]byte, 4096)) // the client has spoken; before that, what comes is no answer
		io.WriteString(c, "502 5.5.2 not understood\r\n")
		io.Copy(io.Discard, c)
	})
	short, cancel := context.WithTimeout(limit(t), 50*time.Millisecond)
	defer cancel()
	gone, cancelNow := context.WithCancel(limit(t))
	cancelNow()
	for name, tt := range map[string]struct {
		ctx   context.Context
		url   string
		class client.Class
		retry bool
	}{
		"refused":             {limit(t), nowhere(t), client.ClassNetwork, true},
		"reset":               {limit(t), "http://" + resets, client.ClassNetwork, true},
		"silent":              {short, "http://" + silent.Addr().String(), client.ClassTimeout, true},
		"canceled":            {gone, "http://" + silent.Addr().String(), client.ClassClosed, false},
		"another protocol":    {limit(t), "http://" + mail, client.ClassProtocol, false},
		"another one, by TLS": {limit(t), "https://" + mail, client.ClassTLS, false},
		"no port":             {limit(t), "http://127.0.0.1:notaport", client.ClassProtocol, false},
	} {
		t.Run(name, func(t *testing.T) { isClass(t, dialPlain(tt.ctx, tt.url, &http.Transport{}), tt.class, tt.retry) })
	}
}

// serveEach gives each connection to a function, and closes it then.
func serveEach(t *testing.T, each func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			each(c)
			c.Close()
		}
	}()
	return l.Addr().String()
}

// A name server of our own answers that there is no such name, that it has trouble, or nothing.
func TestRealNames(t *testing.T) {
	for name, tt := range map[string]struct {
		flags byte // the low byte of the header's flags: RA, and the RCODE of RFC 1035
		class client.Class
	}{
		"no such host":     {0x83, client.ClassNetwork},
		"server's trouble": {0x82, client.ClassNetwork},
		"no answer":        {0, client.ClassTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			pc, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				b := make([]byte, 512)
				for {
					n, from, err := pc.ReadFrom(b)
					if err != nil {
						return
					}
					if tt.flags != 0 && n >= 12 {
						q := b[:n]
						q[2], q[3] = 0x81, tt.flags
						copy(q[6:12], make([]byte, 6)) // no answers and nothing else, the additional record left out
						pc.WriteTo(q[:12+bytes.IndexByte(q[12:], 0)+5], from)
					}
				}
			}()
			defer func() {
				pc.Close()
				<-done
			}()
			over, end := context.WithCancel(limit(t))
			defer end() // the resolver asks on behind the back of who has given up
			names := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
				c, err := (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
				if err == nil {
					context.AfterFunc(over, func() { c.Close() })
				}
				return c, errors.Join(err, over.Err())
			}}
			ctx := limit(t)
			if tt.class == client.ClassTimeout {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
				defer cancel()
			}
			isClass(t, dialPlain(ctx, "http://no-such-host.invalid.:80", &http.Transport{DialContext: (&net.Dialer{Resolver: names}).DialContext}), tt.class, true)
		})
	}
}

// certificate is one that signs itself.
func certificate(t *testing.T, host string, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestRealTLS(t *testing.T) {
	good, trusted := certificate(t, "localhost", time.Now().Add(time.Hour))
	over, trustedToo := certificate(t, "localhost", time.Now().Add(-time.Hour))
	accept := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := websocket.Accept(w, r, nil); err == nil {
			c.Write(r.Context(), websocket.MessageText, []byte("hello"))
			c.Read(r.Context())
			c.CloseNow()
		}
	})
	start := func(c *tls.Config) string {
		h := httptest.NewUnstartedServer(accept)
		h.Config.ErrorLog = log.New(io.Discard, "", 0)
		if h.TLS = c; c == nil {
			h.Start()
		} else {
			h.StartTLS()
		}
		t.Cleanup(h.Close)
		return strings.TrimPrefix(h.Listener.Addr().String(), "127.0.0.1")
	}
	plain, fine, expired := start(nil), start(&tls.Config{Certificates: []tls.Certificate{good}}), start(&tls.Config{Certificates: []tls.Certificate{over}})
	modern := start(&tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS13})
	mutual := start(&tls.Config{Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAnyClientCert})
	for name, tt := range map[string]struct {
		host, port string
		config     *tls.Config
		hint       string
	}{
		"unknown issuer":        {"localhost", fine, &tls.Config{RootCAs: x509.NewCertPool()}, "issued by somebody unknown"},
		"wrong name":            {"127.0.0.1", fine, &tls.Config{RootCAs: trusted}, "for another name"},
		"expired":               {"localhost", expired, &tls.Config{RootCAs: trustedToo}, "not valid now"},
		"no TLS there":          {"localhost", plain, nil, "does not speak TLS"},
		"no version in common":  {"localhost", modern, &tls.Config{RootCAs: trusted, MaxVersion: tls.VersionTLS12}, "certificate"},
		"certificate is wanted": {"localhost", mutual, &tls.Config{RootCAs: trusted}, "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			err := dialPlain(limit(t), "https://"+tt.host+tt.port, &http.Transport{TLSClientConfig: tt.config, DialContext: dialLocal})
			isClass(t, err, client.ClassTLS, false)
			if v := client.Classify(err); !strings.Contains(v.Hint, tt.hint) {
				t.Errorf("%v: hint %q", err, v.Hint)
			}
		})
	}
	t.Run("a bit that flipped on the way", func(t *testing.T) {
		var flip atomic.Bool
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := dialLocal(ctx, network, addr)
			return &flipping{Conn: c, flip: &flip}, err
		}}
		defer transport.CloseIdleConnections()
		c, _, err := websocket.Dial(limit(t), "wss://localhost"+fine, &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
		if err != nil {
			t.Fatal(err)
		}
		defer c.CloseNow()
		if _, _, err := c.Read(limit(t)); err != nil {
			t.Fatal(err)
		}
		flip.Store(true)
		c.Write(limit(t), websocket.MessageText, []byte("answer me")) // the server closes then
		_, _, err = c.Read(limit(t))
		isClass(t, err, client.ClassTLS, true)
	})
}

// dialLocal is for machines whose localhost is ::1 first.
func dialLocal(ctx context.Context, _, addr string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp4", "127.0.0.1:"+port)
}

type flipping struct {
	net.Conn
	flip *atomic.Bool
}

func (f *flipping) Read(b []byte) (int, error) {
	n, err := f.Conn.Read(b)
	if n > 0 && f.flip.Load() {
		b[n-1] ^= 1
	}
	return n, err
}

// What a server says in place of an upgrade, as a Session's attempt reports it.
func TestRealRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		after  func() string
		want   client.Class
		retry  bool
		wait   time.Duration // at most; at least a minute less
	}{
		"unauthorized":       {status: 401, want: client.ClassAuthentication, retry: true},
		"forbidden":          {status: 403, want: client.ClassPolicy},
		"gone":               {status: 410, want: client.ClassProtocol},
		"too many, in words": {429, func() string { return "3600" }, client.ClassRateLimit, true, time.Hour},
		"busy, until a date": {503, func() string { return time.Now().Add(time.Hour).UTC().Format(http.TimeFormat) }, client.ClassOverload, true, time.Hour},
		"busy":               {status: 503, want: client.ClassOverload, retry: true},
		"behind a proxy":     {status: 502, want: client.ClassServer, retry: true},
		"proxy was too slow": {status: 504, want: client.ClassTimeout, retry: true},
	} {
		t.Run(name, func(t *testing.T) {
			h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tt.after != nil {
					w.Header().Set("Retry-After", tt.after())
				}
				w.WriteHeader(tt.status)
			}))
			defer h.Close()
			s := open(t, h.URL, client.SessionOptions{Token: func(context.Context) (string, error) { return "x", nil }})
			waitFor(t, func() bool { return s.Stats().LastError != nil })
			v := client.Classify(s.Stats().LastError)
			if v.Class != tt.want || v.Retryable != tt.retry || v.Status != tt.status || v.RetryAfter > tt.wait || v.RetryAfter < tt.wait-time.Minute {
				t.Errorf("%v: %+v", s.Stats().LastError, v)
			}
		})
	}
}

// A proxy that refuses to connect: net/http tells no more than the words of its status.
func TestRealProxies(t *testing.T) {
	for status, want := range map[int]struct {
		class client.Class
		retry bool
	}{407: {client.ClassAuthentication, false}, 403: {client.ClassPolicy, false}, 502: {client.ClassServer, true}, 503: {client.ClassOverload, true}} {
		h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodConnect {
				t.Errorf("the proxy was asked to %s", r.Method)
			}
			w.WriteHeader(status)
		}))
		proxy, err := url.Parse(h.URL)
		if err != nil {
			t.Fatal(err)
		}
		err = dialPlain(limit(t), "https://chat.example/ws", &http.Transport{Proxy: http.ProxyURL(proxy)})
		isClass(t, err, want.class, want.retry)
		if v := client.Classify(err); v.Status != status || !strings.Contains(v.Hint, "proxy") {
			t.Errorf("%v: %+v", err, v)
		}
		h.Close()
	}
	gone, err := url.Parse(nowhere(t))
	if err != nil {
		t.Fatal(err)
	}
	err = dialPlain(limit(t), "https://chat.example/ws", &http.Transport{Proxy: http.ProxyURL(gone)})
	isClass(t, err, client.ClassNetwork, true)
	if op, ok := errors.AsType[*net.OpError](err); !ok || op.Op != "proxyconnect" {
		t.Errorf("not the proxy's: %v", err)
	}
}
