package network

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/internal/netlab"
)

// idleTimeout is what the tests set where the files of deploy/ have 120 s.
const idleTimeout = 3 * time.Second

// kind is a proxy that a file in deploy/ configures.
type kind struct {
	name    string // of the program
	file    string // in deploy/
	replace [][2]string
	before  string // what goes around the file
	after   string
	args    []string
	reload  syscall.Signal
	command []string // that reloads, where no signal does
	patient bool     // it never cuts idle connections
}

// kinds says what of the files is changed: addresses, paths, and times, to be short.
var kinds = []kind{
	{name: "nginx", file: "nginx.conf", reload: syscall.SIGHUP,
		replace: [][2]string{
			{`server 127\.0\.0\.1:8080;`, "server $SERVER;"}, {`/etc/ssl/holdfast`, "$DIR/tls"},
			{`proxy_(read|send)_timeout 120s;`, "proxy_${1}_timeout 3s;"},
		},
		before: "user root;\npid $DIR/nginx.pid;\nerror_log stderr;\nworker_processes 2;\nworker_shutdown_timeout 2s;\nevents {}\nhttp {\naccess_log off;\n" +
			"client_body_temp_path $DIR/body;\nproxy_temp_path $DIR/proxy;\nfastcgi_temp_path $DIR/f;\nuwsgi_temp_path $DIR/u;\nscgi_temp_path $DIR/s;\n",
		after: "}\n", args: []string{"-e", "stderr", "-g", "daemon off;", "-c"}},
	{name: "haproxy", file: "haproxy.cfg", reload: syscall.SIGUSR2,
		replace: [][2]string{{`127\.0\.0\.1:8080`, "$SERVER"}, {`timeout tunnel  120s`, "timeout tunnel 3s"}, {`hard-stop-after 10m`, "hard-stop-after 2s"}},
		args:    []string{"-W", "-db", "-f"}},
	{name: "caddy", file: "Caddyfile", command: []string{"reload", "--force", "--adapter", "caddyfile", "--config"}, patient: true,
		replace: [][2]string{{`127\.0\.0\.1:8080`, "$SERVER"}, {`holdfast\.example\.com`, ":80"}},
		before:  "{\nauto_https off\nstorage file_system $DIR/caddy\n}\n",
		args:    []string{"run", "--adapter", "caddyfile", "--config"}},
}

// config is the file in deploy/, changed.
func (k *kind) config(t testing.TB, server, dir string) string {
	t.Helper()
	text, err := os.ReadFile("../../../../deploy/" + k.file)
	if err != nil {
		t.Fatal(err)
	}
	conf := string(text)
	for _, r := range k.replace {
		re := regexp.MustCompile(r[0])
		if !re.MatchString(conf) {
			t.Fatalf("deploy/%s: nothing is like %s", k.file, r[0])
		}
		conf = re.ReplaceAllString(conf, strings.NewReplacer("$SERVER", server, "$DIR", dir).Replace(r[1]))
	}
	return strings.ReplaceAll(k.before, "$DIR", dir) + conf + "\n" + k.after
}

// proxied is a publisher and a subscriber that reach the server through a proxy on a host of its own.
type proxied struct {
	*world
	kind
	host  *netlab.Host // the proxy's
	proxy *netlab.Program
}

func newProxied(t *testing.T, k kind, scheme string, server, client []string) *proxied {
	p := &proxied{world: newWorld(t, k.name, "ss"), kind: k}
	router, host, pub, sub := p.Router("router"), p.Host("server"), p.Host("pub"), p.Host("sub")
	p.host = p.Host("proxy")
	for _, h := range []*netlab.Host{host, p.host, pub, sub} {
		p.Link(h, router)
	}
	p.serve(host, server...)
	p.write("conf", k.config(t, netip.AddrPortFrom(host.Addr(), port).String(), p.dir))
	p.certificate(p.host.Addr())
	p.run()
	p.via = scheme + "://" + p.host.Addr().String()
	p.env = []string{"SSL_CERT_FILE=" + p.path("tls.pem")}
	p.quick = client
	p.publish(pub)
	p.subscribe(sub)
	p.pubs[0].feed(50)
	p.connected()
	p.caughtUp()
	if n := len(p.server.Sockets("sport", fmt.Sprintf("= :%d", port), "and", "dst", p.host.Addr().String())); n != 2 {
		t.Errorf("the server has %d connections with the proxy, want 2", n)
	}
	return p
}

// run starts the proxy and waits until it listens.
func (p *proxied) run() {
	p.Helper()
	p.proxy = p.host.Start(p.name, append(p.args, p.path("conf"))...)
	p.until("the proxy listens", func() bool {
		c, err := p.host.Dial(p.ctx, "tcp", "127.0.0.1:80")
		if err == nil {
			c.Close()
			return true
		}
		select {
		case <-p.proxy.Done():
			p.Fatalf("%s: %s", p.name, p.proxy.Output())
		default:
		}
		return false
	})
}

// reloaded has the proxy read its configuration again.
func (p *proxied) reloaded() {
	p.Helper()
	if p.command == nil {
		p.proxy.Signal(p.reload)
		return
	}
	c := p.host.Start(p.name, append(p.command, p.path("conf"))...)
	<-c.Done()
}

func (p *proxied) write(name, text string) {
	p.Helper()
	if err := os.WriteFile(p.path(name), []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
}

// certificate makes one that says that it is for an address.
func (p *proxied) certificate(addr netip.Addr) {
	p.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{addr.AsSlice()},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true}
	cert, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		p.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		p.Fatal(err)
	}
	p.write("tls.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	p.write("tls.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

// throughProxies runs a test with each of the proxies, and with TLS at nginx.
func throughProxies(t *testing.T, through []kind, f func(t *testing.T, k kind, scheme string)) {
	t.Parallel()
	for _, k := range through {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			f(t, k, "http")
		})
	}
	t.Run("nginx-tls", func(t *testing.T) {
		t.Parallel()
		f(t, kinds[0], "https")
	})
}

// Heartbeats that are more frequent than a proxy's patience keep idle sessions open through it.
func TestIdleBehindAProxy(t *testing.T) {
	throughProxies(t, kinds, func(t *testing.T, k kind, scheme string) {
		p := newProxied(t, k, scheme, []string{"--heartbeat", "500ms"}, nil)
		p.stay(either[time.Duration](3, 40) * idleTimeout)
		p.fault("idle behind a proxy")
		p.recovered()
		p.onlyConnects()
		p.finish()
	})
}

// Promises 1 and 3: where they are less frequent, the proxy cuts idle sessions, and these go on.
func TestProxyCutsIdleSessions(t *testing.T) {
	throughProxies(t, slices.DeleteFunc(slices.Clone(kinds), func(k kind) bool { return k.patient }), func(t *testing.T, k kind, scheme string) {
		p := newProxied(t, k, scheme, []string{"--heartbeat", "30s"}, eagerClient)
		for range either(1, 10) {
			before := p.connects()
			p.reconnected(before) // by the proxy's timeout alone
			p.fault("cut by a proxy")
			p.pubs[0].feed(50)
			p.recovered()
		}
		p.finish()
	})
}

// Promises 1 and 3: under traffic the proxy is reloaded and restarted, and the server behind it is killed: 502 and 503
// are tried again.
func TestProxyAndServerRestart(t *testing.T) {
	throughProxies(t, kinds, func(t *testing.T, k kind, scheme string) {
		p := newProxied(t, k, scheme, eagerServer, eagerClient)
		stop := p.stream(3 * time.Millisecond)
		for range either(1, 10) {
			before := p.connects()
			p.reloaded()
			p.fault("proxy reloaded")
			p.reconnected(before) // the old workers end two seconds later
			p.recovered()

			before = p.connects()
			p.proxy.Kill()
			p.fault("proxy killed")
			p.stay(500 * time.Millisecond)
			p.run()
			p.recovered()
			p.reconnected(before)

			before = p.connects()
			p.proc.Kill()
			p.fault("server killed behind a proxy")
			p.until("clients are refused by the proxy", func() bool {
				for _, errs := range []string{p.pubs[0].proc.Stderr(), p.subs[0].proc.Stderr()} {
					if !strings.Contains(errs, "answered 50") {
						return false
					}
				}
				return true
			})
			p.serveAgain()
			p.recovered()
			p.reconnected(before)
		}
		stop()
		p.finish()
	})
}
