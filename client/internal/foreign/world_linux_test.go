package foreign

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/netlab"
)

// world is a client's host, a server's, and one between them, through which all must go: it is a router, or something runs there.
type world struct {
	*netlab.Lab
	t                      *testing.T
	client, middle, server *netlab.Host
	dir                    string
}

// newWorld makes one whose middle is a router.
func newWorld(t *testing.T, programs ...string) *world {
	t.Helper()
	return join(t, (*netlab.Lab).Router, programs)
}

// newProxied makes one whose middle lets nothing through by itself.
func newProxied(t *testing.T, programs ...string) *world {
	t.Helper()
	return join(t, (*netlab.Lab).Host, programs)
}

func join(t *testing.T, middle func(*netlab.Lab, string) *netlab.Host, programs []string) *world {
	t.Helper()
	w := &world{Lab: netlab.New(t, programs...), t: t, dir: t.TempDir()}
	w.client, w.middle, w.server = w.Host("client"), middle(w.Lab, "middle"), w.Host("server")
	w.Link(w.client, w.middle)
	w.Link(w.server, w.middle)
	return w
}

// at is an address on a host.
func at(h *netlab.Host, port uint16) string { return netip.AddrPortFrom(h.Addr(), port).String() }

// listenOn listens on a host until the test ends.
func listenOn(t *testing.T, h *netlab.Host, port uint16) net.Listener {
	t.Helper()
	ln, err := h.Listen("tcp", at(h, port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

// echo has an echo server on the server's host until the test ends; with a certificate it speaks TLS.
func (w *world) echo(t *testing.T, port uint16, c *tls.Certificate) {
	t.Helper()
	ln := listenOn(t, w.server, port)
	if c != nil {
		ln = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{*c}})
	}
	serveOn(t, ln, coderEcho(false))
}

// meet opens a socket on the client's host.
func (w *world) meet(t *testing.T, url string, o client.SocketOptions) *meeting {
	t.Helper()
	o.Dial = w.client.Dial
	return meet(t, url, o)
}

// write writes a file into the world's folder.
func (w *world) write(name, text string) (path string) {
	w.t.Helper()
	path = filepath.Join(w.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// writeCertificate writes tls.pem and tls.key.
func (w *world) writeCertificate(c tls.Certificate) {
	w.t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		w.t.Fatal(err)
	}
	w.write("tls.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})))
	w.write("tls.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
}

// start starts a program on a host and waits until it listens.
func start(t *testing.T, h *netlab.Host, addr string, command ...string) *netlab.Program {
	t.Helper()
	p := h.Start(command[0], command[1:]...)
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if c, err := h.Dial(t.Context(), "tcp", addr); err == nil {
			c.Close()
			return p
		}
		select {
		case <-p.Done():
			t.Fatalf("%v ended: %s", command, p.Output())
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("%v does not listen: %s", command, p.Output())
		}
	}
}

// idle are heartbeats that are much more frequent than what cuts or forgets idle connections here does, after idleTimeout.
var idle = client.Heartbeat{Interval: 500 * time.Millisecond}

const idleTimeout = 3 * time.Second

// kept checks that a connection without traffic but heartbeats is still the first after twice the timeout.
func (m *meeting) kept() {
	m.t.Helper()
	m.exchange(3)
	m.kind(int(2*idleTimeout/idle.Interval)+1, client.SocketHeartbeat)
	m.exchange(3)
	m.kind(1, client.SocketOpen)
	m.happened(append([]string{"connecting"}, opened...)...)
	if st := m.Stats(); st.Connects != 1 || st.Missed != 0 {
		m.t.Errorf("%+v", st)
	}
	m.finish()
}
