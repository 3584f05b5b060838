package foreign

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/client"
)

// issued is a certificate that says of itself that it is for some addresses and names, until then, and the roots that know it.
func issued(t *testing.T, until time.Time, hosts ...string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-48 * time.Hour),
		NotAfter: until, IsCA: true, BasicConstraintsValid: true}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, roots
}

// secure is a server with TLS.
func secure(t *testing.T, c *tls.Config) (url string) {
	t.Helper()
	return "wss" + strings.TrimPrefix(serveOn(t, tls.NewListener(listen(t), c), gorillaEcho(false)), "ws")
}

// A certificate that does not fit ends the socket at once, with a hint that says what is wrong with it.
func TestCertificate(t *testing.T) {
	t.Parallel()
	tomorrow, yesterday := time.Now().Add(24*time.Hour), time.Now().Add(-24*time.Hour)
	good, roots := issued(t, tomorrow, "127.0.0.1")
	other, others := issued(t, tomorrow, "example.com")
	old, oldRoots := issued(t, yesterday, "127.0.0.1")
	server := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }
	demanding := server(good)
	demanding.ClientAuth = tls.RequireAnyClientCert
	for _, c := range []struct {
		name   string
		server *tls.Config // nil: it speaks no TLS
		roots  *x509.CertPool
		hint   string // a part of it
	}{
		{"good", server(good), roots, ""},
		{"unknown", server(good), others, "issued by somebody unknown"},
		{"other-name", server(other), others, "another name"},
		{"expired", server(old), oldRoots, "not valid now"},
		{"no-tls", nil, roots, "does not speak TLS"},
		{"client-certificate", demanding, roots, "certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := expected(t)
			var url string
			if c.server != nil {
				url = secure(t, c.server)
			} else {
				url = "wss" + strings.TrimPrefix(serve(t, gorillaEcho(false)), "ws")
			}
			m := meet(t, url, client.SocketOptions{TLS: &tls.Config{RootCAs: c.roots}})
			if r.then == stays {
				m.exchange(3)
				m.finish()
				return
			}
			m.failure(1, r)
			m.stopped(r)
			m.happened(append(refused(r, 1)[:2], "failed")...)
			if hint := client.Classify(m.Err()).Hint; !strings.Contains(hint, c.hint) {
				t.Errorf("hint %q", hint)
			}
		})
	}
}
