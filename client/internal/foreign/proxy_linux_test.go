package foreign

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/netlab"
)

// Ports that tinyproxy connects to. Others it forbids.
const (
	wsPort, wssPort     = 8080, 8443
	laterWS, laterWSS   = 9090, 9443 // nobody is there at first
	otherWS, otherWSS   = 7070, 7443 // forbidden
	openProxy, password = 8888, 8889 // the proxies': one that takes everybody, one that wants a password,
	impatient, killed   = 8890, 8891 // one that cuts what is idle, one that is killed
)

// tinyproxy starts one in the middle.
func (w *world) tinyproxy(t *testing.T, port uint16, more string) *netlab.Program {
	t.Helper()
	var conf strings.Builder
	conf.WriteString(fmt.Sprintf("Port %d\nListen %s\nMaxClients 100\nLogLevel Warning\n", port, w.middle.Addr()))
	for _, to := range []int{wsPort, wssPort, laterWS, laterWSS} {
		conf.WriteString(fmt.Sprintf("ConnectPort %d\n", to))
	}
	path := w.write(fmt.Sprintf("tinyproxy%d.conf", port), conf.String()+more)
	return start(t, w.middle, at(w.middle, port), "tinyproxy", "-d", "-c", path)
}

// through is the proxy at a port.
func (w *world) through(port uint16, user *url.Userinfo) func(*http.Request) (*url.URL, error) {
	return http.ProxyURL(&url.URL{Scheme: "http", Host: at(w.middle, port), User: user})
}

// An HTTP proxy in between is asked to CONNECT, for ws and wss alike.
func TestProxy(t *testing.T) {
	t.Parallel()
	w := newProxied(t, "tinyproxy")
	cert, roots := issued(t, time.Now().Add(24*time.Hour), w.server.Addr().String())
	w.echo(t, wsPort, nil)
	w.echo(t, wssPort, &cert)
	w.echo(t, otherWS, nil)
	w.echo(t, otherWSS, &cert)
	w.tinyproxy(t, openProxy, "")
	w.tinyproxy(t, password, "BasicAuth somebody secret\n")
	w.tinyproxy(t, impatient, "Timeout 3\n")

	right, wrong := url.UserPassword("somebody", "secret"), url.UserPassword("somebody", "guess")
	for _, c := range []struct {
		name    string
		proxy   uint16
		user    *url.Userinfo
		ws, wss uint16
		then    func(*world, *testing.T, *meeting, uint16, *tls.Certificate)
	}{
		{"connect", openProxy, nil, wsPort, wssPort, (*world).passes},
		{"password", password, right, wsPort, wssPort, (*world).passes},
		{"no-password", password, nil, wsPort, wssPort, (*world).refuses},
		{"wrong-password", password, wrong, wsPort, wssPort, (*world).refuses},
		{"forbidden", openProxy, nil, otherWS, otherWSS, (*world).refuses},
		{"server-away", openProxy, nil, laterWS, laterWSS, (*world).comesLater},
		{"idle", impatient, nil, wsPort, wssPort, (*world).cutsIdle},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for scheme, port := range map[string]uint16{"ws": c.ws, "wss": c.wss} {
				t.Run(scheme, func(t *testing.T) {
					t.Parallel()
					m := w.meetThrough(t, scheme, port, c.proxy, c.user, roots)
					certificate := map[string]*tls.Certificate{"wss": &cert}[scheme]
					c.then(w, t, m, port, certificate)
				})
			}
		})
	}
}

func (w *world) meetThrough(t *testing.T, scheme string, port, proxy uint16, user *url.Userinfo, roots *x509.CertPool) *meeting {
	t.Helper()
	o := patient
	o.Proxy, o.TLS = w.through(proxy, user), &tls.Config{RootCAs: roots}
	return w.meet(t, scheme+"://"+at(w.server, port), o)
}

func (w *world) passes(t *testing.T, m *meeting, _ uint16, _ *tls.Certificate) {
	r := expected(t)
	m.exchange(10)
	m.kind(1, client.SocketOpen)
	m.happened(append([]string{"connecting"}, opened...)...)
	if st := m.Stats(); st.Connects != 1 || st.MessagesIn != 10 || r.then != stays {
		t.Errorf("%+v; the page says that it %s", st, r.then)
	}
	m.finish()
}

func (w *world) refuses(t *testing.T, m *meeting, _ uint16, _ *tls.Certificate) {
	r := expected(t)
	m.failure(1, r)
	m.stopped(r)
	m.happened(append(refused(r, 1)[:2], "failed")...)
}

// comesLater has the server come when the proxy has said that it cannot be reached.
func (w *world) comesLater(t *testing.T, m *meeting, port uint16, c *tls.Certificate) {
	r := expected(t)
	m.send(3)
	m.failure(1, r)
	w.echo(t, port, c)
	m.echoed(3)
	if st := m.Stats(); st.Connects != 1 || st.Errors[r.class] == 0 || r.then != reconnects {
		t.Errorf("%+v; the page says that it %s", st, r.then)
	}
	m.finish()
}

// cutsIdle is a proxy that cuts what has been idle for its Timeout.
func (w *world) cutsIdle(t *testing.T, m *meeting, _ uint16, _ *tls.Certificate) {
	r := expected(t)
	m.exchange(3)
	m.failure(1, r)
	m.exchange(3)
	m.kind(1, client.SocketReconnected)
	if st := m.Stats(); st.Closes[r.code] != 1 || r.then != reconnects {
		t.Errorf("%+v; the page says that it %s", st, r.then)
	}
	m.paired()
	m.finish()
}

// A proxy that is killed ends its connections, and cannot be reached until it is there again.
func TestProxyKilled(t *testing.T) {
	t.Parallel()
	r := expected(t)
	w := newProxied(t, "tinyproxy")
	cert, roots := issued(t, time.Now().Add(24*time.Hour), w.server.Addr().String())
	w.echo(t, wssPort, &cert)
	p := w.tinyproxy(t, killed, "")
	m := w.meetThrough(t, "wss", wssPort, killed, nil, roots)
	m.exchange(3)
	p.Kill()
	m.failure(1, r)
	if e := m.kind(2, client.SocketError); e.Class != client.ClassNetwork {
		t.Errorf("an attempt fails with %v: %v", e.Class, e.Err)
	}
	m.send(3)
	w.tinyproxy(t, killed, "")
	m.echoed(3)
	if st := m.Stats(); st.Closes[r.code] != 1 || st.Connects != 2 || r.then != reconnects {
		t.Errorf("%+v; the page says that it %s", st, r.then)
	}
	m.finish()
}
