//go:build unix

package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// SIGHUP reads the configuration again: what can be changed is, what cannot is named, and a mistake changes nothing.
func TestReload(t *testing.T) {
	w := newWorld(t)
	file := w.write("holdfast.yaml", []byte("log-level: warn\n"))
	w.serve("--config", file, "--heartbeat", "20s")
	said := func(words ...string) {
		t.Helper()
		w.until("the server says "+strings.Join(words, ", "), func() bool {
			for _, word := range words {
				if !strings.Contains(w.server.Stderr(), word) {
					return false
				}
			}
			return true
		})
	}
	hup := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := w.server.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	hup("log-level: debug\nmax-message: 2M\nheartbeat: 5s\n")
	said("the configuration was read again", "changed=log-level", "needs_restart=max-message") // the flag hides heartbeat
	hup("log-level: shout\nlisen: x\n")
	said("the configuration stays as it was", file+":1: log-level", file+":2: lisen")
	hup("log-level: warn\n")
	said(`changed=log-level needs_restart=""`)
	w.must("a\n", "publish", w.url(), "c")
	if out := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--count", "1"); out != "a\n" {
		t.Errorf("%q", out)
	}
}

// A server that waits for its data is not ended by SIGHUP: it reads the configuration again once it serves.
func TestReloadWhileWaitingForData(t *testing.T) {
	w := newWorld(t)
	w.serve()
	file := w.write("holdfast.yaml", []byte("log-level: warn\n"))
	p := w.startWith(rig.Options{}, "serve", "--listen", w.addr, "--data", w.path("data"), "--wait-for-data", "1h", "--config", file)
	says := func(words string) {
		t.Helper()
		w.until("it says "+words, func() bool { return strings.Contains(p.Stderr(), words) })
	}
	says("waiting for the data folder")
	if err := p.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	w.server.Kill()
	if line, err := p.Line(w.ctx); err != nil || !strings.Contains(line, w.addr) {
		t.Fatalf("%q %v", line, err)
	}
	says("the configuration was read again")
}
