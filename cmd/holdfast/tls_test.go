package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/internal/wire"
)

// certify writes a certificate for this machine, with its key, and returns the files.
func (w *world) certify(serial int64) (cert, key string) {
	w.t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		w.t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.write("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		w.write("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

// shown is the serial number of the certificate that the server shows; 0 if there is no handshake.
func (w *world) shown() int64 {
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // to look at it
	c, err := d.DialContext(w.ctx, "tcp", w.addr)
	if err != nil {
		return 0
	}
	defer c.Close()
	return c.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// Promise 1, over TLS: the real programs, with a certificate that only --ca makes good.
func TestServeTLS(t *testing.T) {
	w := newWorld(t)
	cert, key := w.certify(1)
	w.serve("--tls-cert", cert, "--tls-key", key)
	url := "wss://" + w.addr
	w.must("one\ntwo\n", "publish", url, "c", "--ca", cert)
	if out := w.must("", "subscribe", "https://"+w.addr, "c", "--from", "start", "--raw", "--count", "2", "--ca", cert); out != "one\ntwo\n" {
		t.Errorf("%q", out)
	}
	if out := w.must("", "health", url, "--ca", cert); !strings.Contains(out, "healthy") {
		t.Errorf("%q", out)
	}
	w.fails(exitFailed, "(tls)", "health", url)
	w.fails(exitFailed, "(tls)", "subscribe", url, "c")
	w.fails(exitFailed, "no such file", "publish", url, "c", "--ca", w.path("none"))
	w.fails(exitFailed, "holds no certificate", "subscribe", url, "c", "--ca", key)
	w.fails(exitFailed, "http_bad_request", "health", "ws://"+w.addr)
	w.stop()
}

// Plain HTTP is sent to TLS; a WebSocket client that follows arrives there.
func TestListenHTTP(t *testing.T) {
	w := newWorld(t)
	cert, key := w.certify(1)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	plain := free.Addr().String()
	free.Close()
	w.serve("--tls-cert", cert, "--tls-key", key, "--listen-http", plain)
	_, port, err := net.SplitHostPort(w.addr)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, tt := range []struct{ host, want string }{
		{"chat.example", "https://chat.example/a?b=c"},
		{"chat.example:80", "https://chat.example/a?b=c"},
		{plain, "https://127.0.0.1:" + port + "/a?b=c"},
		{"[::1]:80", "https://[::1]/a?b=c"},
	} {
		r, err := http.NewRequestWithContext(w.ctx, http.MethodGet, "http://"+plain+"/a?b=c", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = tt.host
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("Location"); res.StatusCode != http.StatusPermanentRedirect || got != tt.want {
			t.Errorf("%s: %d, %s, want %s", tt.host, res.StatusCode, got, tt.want)
		}
	}
	w.must("", "health", "ws://"+plain, "--ca", cert)
	w.stop()
	if _, err := net.Dial("tcp", plain); err == nil {
		t.Error("somebody still listens")
	}
}

// What does not go together is refused before anything is opened.
func TestServeTLSMistakes(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--tls-cert", "x"}, "need each other"},
		{[]string{"--tls-key", "x"}, "need each other"},
		{[]string{"--listen-http", ":0"}, "nothing to redirect to"},
		{[]string{"--tls-cert", "x", "--tls-key", "x", "--autocert", "a.example"}, "autocert"},
		{[]string{"--proxy-protocol", "on"}, "--trusted-proxy"},
		{[]string{"--proxy-protocol", "maybe", "--trusted-proxy", "10.0.0.0/8"}, "maybe"},
		{[]string{"--trusted-proxy", "nonsense"}, "trusted-proxy"},
	} {
		code, out, errs := inProcess(append([]string{"serve", "--store", "memory", "--listen", "127.0.0.1:0"}, tt.args...)...)
		if code != exitUsage || out != "" || !strings.Contains(errs, tt.want) {
			t.Errorf("%v: %d, %q, %q", tt.args, code, out, errs)
		}
	}
}

// The file names networks as people do, and config print shows what came of it.
func TestTrustedProxiesInTheFile(t *testing.T) {
	w := newWorld(t)
	file := w.write("holdfast.yaml", []byte("trusted-proxy: [10.1.2.3/8, 127.0.0.1, \"2001:db8::/32\"]\nproxy-protocol: on\n"))
	code, out, errs := inProcess("config", "print", "--config", file)
	if want := `trusted-proxy: ["10.0.0.0/8", "127.0.0.1/32", "2001:db8::/32"]  # ` + file; code != 0 || !strings.Contains(out, want) {
		t.Errorf("%d, %s%s; want %s", code, out, errs, want)
	}
	bad := w.write("bad.yaml", []byte("trusted-proxy: [10.0.0.0/8, 10.0.0.0/99]\n"))
	if code, _, errs := inProcess("config", "check", bad); code != exitUsage || !strings.Contains(errs, bad+":1: trusted-proxy:") || !strings.Contains(errs, "CIDR") {
		t.Errorf("%d, %s", code, errs)
	}
}

// A forged forwarded header: what the hook is told is the client's address, and the client cannot choose it.
func TestForgedForwardedHeader(t *testing.T) {
	remotes := make(chan string, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var q struct{ Remote string }
		json.NewDecoder(r.Body).Decode(&q) //nolint:errcheck // an empty one is seen
		remotes <- q.Remote
		io.WriteString(rw, `{"user":"ann"}`)
	}))
	defer hook.Close()
	for _, tt := range []struct{ name, trusted, header, want string }{
		{"from a trusted proxy", "127.0.0.0/8", "198.51.100.1, 203.0.113.7", "203.0.113.7:0"},
		{"from anybody else", "192.0.2.0/24", "203.0.113.7", "127.0.0.1:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.serve("--auth-webhook", hook.URL, "--trusted-proxy", tt.trusted)
			if code, said := w.visit(guest{hello: wire.Hello{Token: "opaque"}, header: http.Header{"X-Forwarded-For": {tt.header}}}); code != 0 {
				t.Fatalf("%v, %s", code, said)
			}
			if got := <-remotes; !strings.HasPrefix(got, tt.want) {
				t.Errorf("the client is %s, want %s", got, tt.want)
			}
			w.stop()
		})
	}
}
