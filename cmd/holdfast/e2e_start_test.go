//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// A subscriber that begins at the head and is killed before the first record goes on at the same head.
func TestKilledBeforeTheFirstRecord(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.must(lines(1, 10), "publish", w.url(), "c")
	cmd := []string{"subscribe", w.url(), "c", "--raw", "--output", w.path("out"), "--cursor", w.path("cursor"), "--count", "5"}
	p := w.start(cmd...)
	w.until("the cursor says where it begins", func() bool { return strings.Contains(string(readIf(w.path("cursor"))), "checkpoint") })
	p.Kill()
	w.must(lines(11, 15), "publish", w.url(), "c")
	w.must("", cmd...)
	if out := string(w.read("out")); out != lines(11, 15) {
		t.Errorf("%q", out)
	}
}

// An input that ends with an error: what was read before is published all the same, and the error is told.
func TestInputFails(t *testing.T) {
	w := newWorld(t)
	w.serve()
	var out, errs bytes.Buffer
	in := io.MultiReader(strings.NewReader(lines(1, 100)), iotest.ErrReader(errors.New("the tape is torn")))
	e := &env{ctx: context.Background(), stdin: in, stdout: &out, stderr: &errs}
	if code := run(e, []string{"publish", w.url(), "c"}); code != exitFailed || !strings.Contains(errs.String(), "the tape is torn") || strings.Count(errs.String(), "\n") != 1 {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
	if got := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--count", "100"); got != lines(1, 100) {
		t.Errorf("%d bytes came", len(got))
	}
}

// A publisher that is started anew says that the server has lost what it had acknowledged to the one before.
func TestPublisherAfterABackup(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.stop()
	empty := w.path("data")
	command(t, "cp", "-r", empty, w.path("backup"))
	w.serve()
	box := w.path("box")
	w.must(lines(1, 3), "publish", w.url(), "c", "--outbox", box)
	w.stop()
	command(t, "rm", "-r", empty)
	command(t, "cp", "-r", w.path("backup"), empty)
	w.serve()
	var out bytes.Buffer
	p := w.startWith(rig.Options{Stdin: strings.NewReader(lines(1, 5)), Stdout: &out}, "publish", w.url(), "c", "--outbox", box)
	if code := w.wait(p); code != exitFailed || !strings.Contains(p.Stderr(), "the numbers 1 to 3") || !strings.Contains(p.Stderr(), "lost 3 records") {
		t.Errorf("exit code %d: %s", code, p.Stderr())
	}
	if got := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--count", "2"); got != lines(4, 5) {
		t.Errorf("%q", got)
	}
}

func command(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
