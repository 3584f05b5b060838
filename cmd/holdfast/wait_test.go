//go:build unix

package main

import (
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// A data folder that does not become free in time is refused, and the server that has it goes on.
func TestWaitForDataInVain(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.fails(exitFailed, "waited for in vain", "serve", "--listen", "127.0.0.1:0", "--data", w.path("data"), "--wait-for-data", "100ms")
	w.must("one\n", "publish", w.url(), "c")
	w.stop()
}

// Without the option nobody waits.
func TestDataInUse(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.fails(exitFailed, "store_locked", "serve", "--listen", "127.0.0.1:0", "--data", w.path("data"))
}

// A server that still waits ends when it is told to, and has done as it was told.
func TestWaitForDataIsEnded(t *testing.T) {
	w := newWorld(t)
	w.serve()
	p := w.startWith(rig.Options{}, "serve", "--listen", w.addr, "--data", w.path("data"), "--wait-for-data", "1h")
	w.until("it waits", func() bool { return strings.Contains(p.Stderr(), "waiting for the data folder") })
	if err := p.Terminate(); err != nil {
		t.Fatal(err)
	}
	if code := w.wait(p); code != 0 {
		t.Errorf("exit code %d: %s", code, p.Stderr())
	}
	w.must("one\n", "publish", w.url(), "c")
}

// A folder is free when the server that had it was killed.
func TestSuccessorOfTheKilled(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.must("one\n", "publish", w.url(), "c")
	p := w.startWith(rig.Options{}, "serve", "--listen", w.addr, "--data", w.path("data"), "--wait-for-data", "1h")
	w.until("it waits", func() bool { return strings.Contains(p.Stderr(), "waiting for the data folder") })
	w.server.Kill()
	if line, err := p.Line(w.ctx); err != nil || !strings.Contains(line, w.addr) {
		t.Fatalf("%q %v", line, err)
	}
	if got := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--count", "1"); got != "one\n" {
		t.Errorf("%q", got)
	}
}

// A store in memory has nothing that could be waited for.
func TestWaitForMemory(t *testing.T) {
	newWorld(t).fails(exitUsage, "--wait-for-data needs --store disk", "serve", "--listen", "127.0.0.1:0", "--store", "memory", "--wait-for-data", "1s")
}
