package main

import (
	"bufio"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// accessLog has a line for each request that is over: when that was, how long it took, its status.
const accessLog = "log_format times '$msec $request_time $status';\naccess_log $DIR/access times;\n"

// proxied puts nginx before the server, as deploy/nginx.conf has it, and lets clients go there.
func (r *rolling) proxied() {
	t := r.t
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = l.Addr().String()
	l.Close()
	text, err := os.ReadFile("../../deploy/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	conf := string(text)
	for _, x := range [][2]string{{`server 127\.0\.0\.1:8080;`, "server " + r.backend + ";"}, {`listen 80;`, "listen " + r.addr + " backlog=4096;"},
		{`\n *(listen 443|ssl_).*`, ""}} {
		re := regexp.MustCompile(x[0])
		if !re.MatchString(conf) {
			t.Fatalf("deploy/nginx.conf: nothing is like %s", x[0])
		}
		conf = re.ReplaceAllString(conf, x[1])
	}
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;\n"
	}
	conf = strings.ReplaceAll(user+"pid $DIR/nginx.pid;\nerror_log stderr;\nworker_processes 2;\nevents { worker_connections 16000; }\nhttp {\n"+accessLog+
		"client_body_temp_path $DIR/body;\nproxy_temp_path $DIR/proxy;\nfastcgi_temp_path $DIR/f;\nuwsgi_temp_path $DIR/u;\nscgi_temp_path $DIR/s;\n", "$DIR", r.dir) + conf + "}\n"
	r.nginx, err = rig.Start("nginx", "nginx", rig.Options{Stdout: &discard{}}, "-e", "stderr", "-g", "daemon off;", "-c", r.write("nginx.conf", []byte(conf)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.nginx.Kill)
	r.until("nginx listens", func() bool {
		if gone(r.nginx) {
			t.Fatalf("nginx: %s", r.nginx.Stderr())
		}
		c, err := net.Dial("tcp", r.addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// attempts looks at when clients came to nginx, as it has noted that itself.
func (r *rolling) attempts() {
	t := r.t
	t.Helper()
	if err := r.nginx.Signal(syscall.SIGQUIT); err != nil { // it ends when all connections have, and have been noted
		t.Fatal(err)
	}
	r.wait(r.nginx)
	f, err := os.Open(r.path("access"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var tenths [40]int // of the drain period, and what came after it
	statuses := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		w := strings.Fields(lines.Text())
		if len(w) != 3 {
			t.Fatalf("nginx noted %q", lines.Text())
		}
		over, err1 := strconv.ParseFloat(w[0], 64)
		took, err2 := strconv.ParseFloat(w[1], 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("nginx noted %q", lines.Text())
		}
		came := time.Duration((over-took)*1e9) - time.Duration(r.begun.UnixNano())
		if came < 0 {
			continue
		}
		statuses[w[2]]++
		tenths[min(int(came*10/r.drain), len(tenths)-1)]++
	}
	last := len(tenths)
	for last > 1 && tenths[last-1] == 0 {
		last--
	}
	t.Logf("attempts in each tenth of the drain period of %v, and after it: %v | %v; answers %v", r.drain, tenths[:10], tenths[10:max(last, 10)], statuses)
	most := r.herdSessions() * r.share / 100
	for i, n := range tenths[:10] {
		if n > most {
			t.Errorf("tenth %d of the drain period holds %d attempts, and may hold %d %% of %d", i+1, n, r.share, r.herdSessions())
		}
	}
}
