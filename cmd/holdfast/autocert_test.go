package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// names is a name server that has one answer to everything.
func (w *world) names(answer netip.Addr) (addr string) {
	w.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	var all sync.WaitGroup
	w.t.Cleanup(func() { ln.Close(); all.Wait() })
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(patience))
				for answerName(c, answer) == nil {
				}
			})
		}
	})
	return ln.Addr().String()
}

func answerName(c net.Conn, answer netip.Addr) error {
	var size [2]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return err
	}
	b := make([]byte, int(size[0])<<8|int(size[1]))
	if _, err := io.ReadFull(c, b); err != nil {
		return err
	}
	var m dnsmessage.Message
	if err := m.Unpack(b); err != nil {
		return err
	}
	m.Response, m.Additionals = true, nil
	for _, q := range m.Questions {
		if q.Type == dnsmessage.TypeA {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: answer.As4()}})
		}
	}
	out, err := m.Pack()
	if err != nil {
		return err
	}
	_, err = c.Write(append([]byte{byte(len(out) >> 8), byte(len(out))}, out...))
	return err
}

// authority is Let's Encrypt's pebble: it checks that a host is ours as the real one does, at ports that it is told.
type authority struct {
	w       *world
	ca      string // its own certificate, a file
	manage  string
	url     string
	process *rig.Proc
}

// authorize starts it. Certificates hold for so long.
func (w *world) authorize(host netip.Addr, tlsPort, httpPort int, lifetime time.Duration) *authority {
	w.t.Helper()
	program, err := filepath.Abs("../../internal/thirdparty/pebble/bin/pebble")
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		w.t.Skip("pebble is not installed: internal/thirdparty/pebble/install builds it")
	}
	cert, key := w.certify(1)
	a := &authority{w: w, ca: cert, manage: freeAddr(w.t, "127.0.0.1")}
	listen := freeAddr(w.t, "127.0.0.1")
	a.url = "https://" + listen + "/dir"
	conf, err := json.Marshal(map[string]any{"pebble": map[string]any{"listenAddress": listen, "managementListenAddress": a.manage, "certificate": cert, "privateKey": key,
		"tlsPort": tlsPort, "httpPort": httpPort, "keyAlgorithm": "ecdsa", "retryAfter": map[string]int{"authz": 1, "order": 1},
		"profiles": map[string]any{"default": map[string]any{"description": "short", "validityPeriod": int(lifetime.Seconds())}}}})
	if err != nil {
		w.t.Fatal(err)
	}
	a.process, err = rig.Start("pebble", program, rig.Options{Stdout: &discard{}, Env: []string{"PEBBLE_VA_NOSLEEP=1"}}, "-config", w.write("pebble.json", conf), "-dnsserver", w.names(host))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(a.process.Kill)
	w.until("pebble answers", func() bool {
		if gone(a.process) {
			w.t.Fatalf("pebble has ended: %s", a.process.Stderr())
		}
		_, err := a.get(a.url)
		return err == nil
	})
	return a
}

func (a *authority) get(url string) ([]byte, error) {
	trust, err := trusting(a.ca)
	if err != nil {
		return nil, err
	}
	tr := &http.Transport{TLSClientConfig: trust}
	defer tr.CloseIdleConnections()
	res, err := (&http.Client{Transport: tr, Timeout: patience}).Get(url)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// root is what a client must trust.
func (a *authority) root() *x509.CertPool {
	a.w.t.Helper()
	b, err := a.get("https://" + a.manage + "/roots/0")
	if err != nil {
		a.w.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		a.w.t.Fatalf("no root: %s", b)
	}
	return pool
}

// freeAddr is one at which nobody listens.
func freeAddr(t testing.TB, host string) string {
	t.Helper()
	ln, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func portOf(t testing.TB, addr string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// A certificate is got from a real authority, by tls-alpn-01 alone or by http-01 where that fails. It is renewed while connections go on,
// and is there at the next start without the authority.
func TestAutocert(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux listens on all of 127.0.0.0/8")
	}
	// An address of our own, so that no other test's port can come in between.
	own := netip.AddrFrom4([4]byte{127, 77, byte(os.Getpid() >> 8), byte(os.Getpid()) | 1})
	for _, tt := range []struct {
		name     string
		lifetime time.Duration
		http01   bool
	}{{"tls-alpn-01, and renewed", 15 * time.Second, false}, {"http-01", time.Hour, true}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			const host = "chat.holdfast.example"
			at, plain := freeAddr(t, own.String()), freeAddr(t, own.String())
			seen := at // where the authority looks for TLS
			if tt.http01 {
				seen = freeAddr(t, own.String())
			}
			a := w.authorize(own, portOf(t, seen), portOf(t, plain), tt.lifetime)
			flags := []string{"--autocert", host, "--autocert-cache", w.path("certs"), "--autocert-directory", a.url, "--autocert-ca", a.ca, "--autocert-email", "ops@holdfast.example",
				"--listen", at, "--log-level", "info", "--insecure"}
			if tt.http01 {
				flags = append(flags, "--listen-http", plain)
			}
			w.serve(flags...)
			w.until("there is a certificate", func() bool {
				if strings.Contains(w.server.Stderr(), "no certificate could be got") {
					t.Fatal(w.server.Stderr())
				}
				return strings.Contains(w.server.Stderr(), "there is a certificate")
			})
			trust := &tls.Config{RootCAs: a.root(), ServerName: host}
			show := func() (*x509.Certificate, error) {
				c, err := tls.Dial("tcp", at, trust)
				if err != nil {
					return nil, err
				}
				defer c.Close()
				return c.ConnectionState().PeerCertificates[0], nil
			}
			if _, err := tls.Dial("tcp", at, &tls.Config{InsecureSkipVerify: true, ServerName: "other.example"}); err == nil {
				t.Error("there is a certificate for another name")
			}
			ctx, cancel := context.WithTimeout(w.ctx, patience)
			defer cancel()
			c, _, err := websocket.Dial(ctx, "wss://"+at+"/ws", &websocket.DialOptions{Subprotocols: []string{"holdfast.v1.json"},
				HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: host}}}})
			if err != nil {
				t.Fatal(err)
			}
			defer c.CloseNow()
			hello := wire.Hello{Process: 1, Counter: 1, Producer: holdfast.NewProducerID()}
			if err := c.Write(ctx, websocket.MessageText, hello.Append(nil, wire.JSON)); err != nil {
				t.Fatal(err)
			}
			if _, b, err := c.Read(ctx); err != nil || !strings.Contains(string(b), `"t":"welcome"`) {
				t.Errorf("%s, %v", b, err)
			}
			if !tt.http01 {
				first := ""
				w.until("it is renewed", func() bool {
					leaf, err := show()
					if err != nil {
						return false // it may have run out on a slow machine
					}
					if first == "" {
						first = leaf.SerialNumber.String()
					}
					return leaf.SerialNumber.String() != first
				})
				if err := c.Ping(c.CloseRead(ctx)); err != nil {
					t.Errorf("the connection of before: %v", err)
				}
				return
			}
			leaf, err := show()
			if err != nil {
				t.Fatal(err)
			}
			if leaf.DNSNames[0] != host {
				t.Errorf("it is for %v", leaf.DNSNames)
			}
			c.CloseNow()
			w.stop()
			a.process.Kill()
			if err := w.restart(); err != nil {
				t.Fatal(err)
			}
			if again, err := show(); err != nil || again.SerialNumber.Cmp(leaf.SerialNumber) != 0 {
				t.Errorf("after a restart without the authority: %v, %v", again, err)
			}
			w.stop()
		})
	}
}

// Where the authority cannot be reached, or says nothing, the server starts all the same, and ends without waiting for it.
func TestAutocertWithoutAuthority(t *testing.T) {
	asked := make(chan struct{}, 10)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	go func() {
		for {
			c, err := silent.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			asked <- struct{}{}
		}
	}()
	for _, tt := range []struct {
		name, directory string
		told            func(w *world)
	}{
		{"nobody there", freeAddr(t, "127.0.0.1"), func(w *world) {
			w.until("it is told", func() bool { return strings.Contains(w.server.Stderr(), "no certificate could be got") })
		}},
		{"silent", silent.Addr().String(), func(*world) { <-asked }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.serve("--autocert", "chat.holdfast.example", "--autocert-cache", w.path("certs"), "--autocert-directory", "https://"+tt.directory)
			tt.told(w)
			w.stop() // within the patience of tests, which is less than the library's
		})
	}
}
