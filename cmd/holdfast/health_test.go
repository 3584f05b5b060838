package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast"
)

// curls are the command lines as people have them in their notes, for a server on port 3001, and what each must answer.
var curls = []struct{ line, want string }{
	{"curl http://localhost:3001/api/websocket/health", `"status": "healthy"`},
	{"curl http://localhost:3001/api/websocket/metrics", `"peak": 1`},
	{"curl http://localhost:3001/api/websocket/status", `"name": "disk"`},
	{"curl http://localhost:3001/api/websocket/errors", `"byClass"`},
	{"curl -X POST http://localhost:3001/api/websocket/metrics/reset", `"since"`},
	{"curl http://localhost:3001/metrics", "holdfast_connections_accepted_total 1\n"},
	{"curl http://localhost:3001/api/openapi.json", `"openapi": "3.1.0"`},
}

// Real curl gets its answers of the real program.
func TestCurlLines(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	w := newWorld(t)
	w.serve()
	w.must("one\ntwo\n", "publish", w.url(), "c")
	_, port, err := net.SplitHostPort(w.addr)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range curls {
		words := strings.Fields(strings.Replace(c.line, ":3001", ":"+port, 1))
		out, err := exec.CommandContext(w.ctx, words[0], append([]string{"-sS", "--fail", "--noproxy", "*"}, words[1:]...)...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: %v; %q is wanted in %s", c.line, err, c.want, out)
		}
	}
	w.stop()
}

// The real server is healthy while it runs; figures of it are counted as of any connection that ends well.
func TestHealthOfAServer(t *testing.T) {
	w := newWorld(t)
	w.serve()
	for _, url := range []string{w.url(), w.url() + "/ws", "ws://" + w.addr, "ws://" + w.addr + "/"} {
		if out := w.must("", "health", url); !strings.HasPrefix(out, "healthy: ") {
			t.Errorf("%s: %s", url, out)
		}
	}
	var info healthInfo
	if out := w.must("", "health", "--json", w.url()); json.Unmarshal([]byte(out), &info) != nil || !info.Healthy || info.UpgradeMs == nil || info.PingMs == nil || info.Code != 0 {
		t.Errorf("%+v", info)
	}
	w.stop()
	w.fails(exitFailed, "refused", "health", w.url())
}

// What is wrong with a server is said in one line, and as JSON, with exit code 1; a wrong command line is exit code 2.
func TestHealthOfOthers(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer page.Close()
	full := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Holdfast-Code", "4103")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer full.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, c := range []struct {
		name, url string
		exit      int
		code      holdfast.Code
		want      string
	}{
		{"nobody there", "http://127.0.0.1:1", exitFailed, holdfast.CodeIO, "refused"},
		{"a page", page.URL, exitFailed, holdfast.CodeNotHoldfast, "where 101 was wanted"},
		{"a server that is full", full.URL, exitFailed, holdfast.CodeTooManyConnections, "HTTP 503"},
		{"a server that hangs", "http://" + silent.Addr().String(), exitFailed, holdfast.CodeTimeout, "raise --timeout"},
		{"no URL", "localhost:8080", exitUsage, 0, "health:"},
		{"another scheme", "gopher://localhost", exitUsage, 0, "does not begin with"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{"health", c.url, "--timeout", "300ms"}
			code, out, errs := inProcess(args...)
			if code != c.exit || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, c.want) {
				t.Errorf("exit code %d, %q, %q", code, out, errs)
			}
			if c.exit == exitUsage {
				return
			}
			var info healthInfo
			code, out, _ = inProcess(append(args, "--json")...)
			if code != c.exit || json.Unmarshal([]byte(out), &info) != nil || info.Healthy || info.Code != int(c.code) || info.Name != c.code.String() || info.Error == "" {
				t.Errorf("exit code %d, %s", code, out)
			}
		})
	}
	if code, _, errs := inProcess("health", "http://localhost", "--timeout", "0s"); code != exitUsage || !strings.Contains(errs, "not a time") {
		t.Errorf("exit code %d, %q", code, errs)
	}
}
