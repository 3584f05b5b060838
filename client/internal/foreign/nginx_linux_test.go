package foreign

import (
	"crypto/tls"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/breaker"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/netlab"
)

// nginxConf has a path for each thing that nginx does to WebSockets. $PORT is what it listens on, and $PORT+1 with TLS.
const nginxConf = `
pid $DIR/nginx$PORT.pid; user root; error_log stderr; worker_processes 1; worker_shutdown_timeout 1s;
events {}
http {
    access_log off;
    client_body_temp_path $DIR/b; proxy_temp_path $DIR/p; fastcgi_temp_path $DIR/f; uwsgi_temp_path $DIR/u; scgi_temp_path $DIR/s;
    limit_conn_zone $binary_remote_addr zone=each:64k;
    server {
        listen $PORT;
        listen $TLS ssl;
        ssl_certificate $DIR/tls.pem; ssl_certificate_key $DIR/tls.key;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade;
        proxy_read_timeout 3s;
        location / { proxy_pass http://$SERVER:8080; }
        location /away { proxy_pass http://$SERVER:9090; }
        location /slow { proxy_pass http://$SERVER:7070; proxy_read_timeout 1s; }
        location /one { proxy_pass http://$SERVER:8080; limit_conn each 1; limit_conn_status 429; add_header Retry-After 1 always; }
        location /password { proxy_pass http://$SERVER:8080; auth_basic here; auth_basic_user_file $DIR/nobody; }
        location /denied { deny all; }
        location /forgotten { proxy_set_header Host $host; proxy_pass http://$SERVER:8080; }
    }
}
`

// nginx starts one in the middle.
func (w *world) nginx(t *testing.T, port int) *netlab.Program {
	t.Helper()
	w.write("nobody", "")
	conf := strings.NewReplacer("$DIR", w.dir, "$PORT", fmt.Sprint(port), "$TLS", fmt.Sprint(port+1), "$SERVER", w.server.Addr().String()).Replace(nginxConf)
	path := w.write(fmt.Sprintf("nginx%d.conf", port), conf)
	return start(t, w.middle, at(w.middle, uint16(port)), "nginx", "-e", "stderr", "-g", "daemon off;", "-c", path)
}

// nginx in between cuts what is idle for its proxy_read_timeout, answers for a server that does not, and refuses by its own rules.
func TestNginx(t *testing.T) {
	t.Parallel()
	w := newProxied(t, "nginx")
	cert, roots := issued(t, time.Now().Add(24*time.Hour), w.middle.Addr().String())
	w.writeCertificate(cert)
	w.echo(t, 8080, nil)
	listenOn(t, w.server, 7070) // nobody takes what comes
	w.nginx(t, 80)
	url := "ws://" + at(w.middle, 80)

	t.Run("heartbeats", func(t *testing.T) {
		t.Parallel()
		r := expected(t)
		w.meet(t, url, client.SocketOptions{Heartbeat: idle}).kept()
		if r.then != stays {
			t.Errorf("the page says that it %s", r.then)
		}
	})
	t.Run("tls", func(t *testing.T) {
		t.Parallel()
		r := expected(t)
		m := w.meet(t, "wss://"+at(w.middle, 81), client.SocketOptions{TLS: &tls.Config{RootCAs: roots}})
		m.exchange(10)
		m.finish()
		if r.then != stays {
			t.Errorf("the page says that it %s", r.then)
		}
	})
	t.Run("idle", func(t *testing.T) {
		t.Parallel()
		r := expected(t)
		m := w.meet(t, url, client.SocketOptions{})
		m.exchange(3)
		for n := range 2 {
			m.failure(n+1, r)
			m.exchange(3)
			m.kind(n+1, client.SocketReconnected)
		}
		m.happened(joined([]string{"connecting"}, opened, ended(r, 1), ended(r, 2))...)
		if st := m.Stats(); st.Closes[r.code] != 2 || st.Heartbeats != 0 || r.then != reconnects {
			t.Errorf("%+v; the page says that it %s", st, r.then)
		}
		m.finish()
	})
	t.Run("server-away", func(t *testing.T) {
		t.Parallel()
		r := expected(t)
		m := w.meet(t, url+"/away", patient)
		m.send(3)
		m.failure(1, r)
		w.echo(t, 9090, nil)
		m.echoed(3)
		m.finish()
		if r.then != reconnects {
			t.Errorf("the page says that it %s", r.then)
		}
	})
	t.Run("server-silent", func(t *testing.T) {
		t.Parallel()
		r := expected(t)
		m := w.meet(t, url+"/slow", client.SocketOptions{})
		m.failure(1, r)
		if e := m.kind(1, client.SocketRetry); e.Attempt != 1 || r.then != reconnects {
			t.Errorf("retry %d; the page says that it %s", e.Attempt, r.then)
		}
	})
	t.Run("too-many", func(t *testing.T) { w.tooMany(t, url+"/one") })
	for _, c := range []struct{ name, path string }{{"password", "/password"}, {"denied", "/denied"}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := expected(t)
			m := w.meet(t, url+c.path, client.SocketOptions{})
			m.failure(1, r)
			m.stopped(r)
		})
	}
	t.Run("no-upgrade", func(t *testing.T) {
		t.Parallel()
		r := expected(t)
		m := w.meet(t, url+"/forgotten", client.SocketOptions{})
		m.failure(1, r)
		m.stopped(r)
	})
}

// tooMany has one socket open, so that nginx refuses the next with Retry-After until that has gone.
func (w *world) tooMany(t *testing.T, url string) {
	t.Parallel()
	r := expected(t)
	first := w.meet(t, url, client.SocketOptions{})
	first.exchange(1)
	m := w.meet(t, url, client.SocketOptions{BreakerOptions: breaker.Options{ResetTimeout: time.Second}})
	m.send(3)
	failed := m.failure(1, r)
	if e := m.kind(1, client.SocketRetry); e.Attempt != 1 || r.then != reconnects {
		t.Errorf("retry %d; the page says that it %s", e.Attempt, r.then)
	}
	first.finish()
	m.echoed(3)
	if d := m.kind(1, client.SocketOpen).Time.Sub(failed.Time); d < time.Second {
		t.Errorf("it came back after %v", d)
	}
	m.finish()
}

// An nginx that is reloaded cuts what its old workers have, after worker_shutdown_timeout; one that is killed cuts it at once.
func TestNginxRestarts(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"reload", "killed"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := expected(t)
			w := newProxied(t, "nginx")
			cert, _ := issued(t, time.Now().Add(24*time.Hour), w.middle.Addr().String())
			w.writeCertificate(cert)
			w.echo(t, 8080, nil)
			p := w.nginx(t, 80)
			o := patient
			o.Heartbeat = idle
			m := w.meet(t, "ws://"+at(w.middle, 80), o)
			m.exchange(3)
			if name == "reload" {
				p.Signal(syscall.SIGHUP)
				m.failure(1, r)
			} else {
				p.Kill()
				m.failure(1, r)
				m.send(3)
				w.nginx(t, 80)
				m.echoed(3)
			}
			m.exchange(3)
			if st := m.Stats(); st.Closes[r.code] != 1 || st.Connects != 2 || r.then != reconnects {
				t.Errorf("%+v; the page says that it %s", st, r.then)
			}
			m.paired()
			m.finish()
		})
	}
}
