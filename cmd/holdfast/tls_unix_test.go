//go:build unix

package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// SIGHUP has the certificate read again, also where there is no file of configuration; connections go on. One that is broken changes nothing.
func TestReloadCertificate(t *testing.T) {
	w := newWorld(t)
	cert, key := w.certify(1)
	w.serve("--tls-cert", cert, "--tls-key", key)
	url := "wss://" + w.addr
	w.must("a\n", "publish", url, "c", "--ca", cert)
	p := w.start("subscribe", url, "c", "--ca", cert, "--from", "start", "--count", "2", "--output", w.path("out"))
	w.until("the subscriber is there", func() bool { return w.size("out") > 0 })
	if got := w.shown(); got != 1 {
		t.Errorf("it shows %d", got)
	}
	hup := func() {
		t.Helper()
		if err := w.server.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	w.certify(2)
	hup()
	w.until("the second is shown", func() bool { return w.shown() == 2 })
	if err := os.WriteFile(cert, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	hup()
	w.until("it is told", func() bool { return strings.Contains(w.server.Stderr(), "the certificate stays as it was") })
	if got := w.shown(); got != 2 {
		t.Errorf("it shows %d", got)
	}
	if gone(p) {
		t.Fatalf("the subscriber has ended: %s", p.Stderr())
	}
	w.certify(3)
	hup()
	w.until("the third is shown", func() bool { return w.shown() == 3 })
	w.must("x\n", "publish", url, "c", "--ca", cert)
	if code := w.wait(p); code != 0 {
		t.Errorf("the subscriber ended with %d: %s", code, p.Stderr())
	}
	w.stop()
}
