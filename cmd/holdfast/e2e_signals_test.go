//go:build unix

package main

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// The server ends on SIGTERM with clients connected: they are asked to leave, find it again, and lose nothing.
func TestServerEndsWithClientsConnected(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.chaos(chaos.Options{})
	in := noise(5, 200_000)
	sub := w.start(args([]string{"subscribe", w.url(), "c", "--from", "start", "--raw", "--output", w.path("out"), "--until-eof"}, fast...)...)
	pub := w.start(args([]string{"publish", w.url(), "c", "--input", w.write("in", in), "--eof", "--rate", "60000"}, fast...)...)
	for n := range int64(3) {
		w.until("more has come", func() bool { return w.size("out") > n*40_000 || gone(pub) })
		w.stop()
		w.serve()
	}
	for _, p := range []*rig.Proc{pub, sub} {
		if code := w.wait(p); code != 0 {
			t.Errorf("%s: exit code %d: %s", p.Name, code, p.Stderr())
		}
	}
	if out := w.read("out"); string(out) != string(in) {
		t.Errorf("%d bytes in, %d out", len(in), len(out))
	}
}

// An interrupted publisher says what is outstanding; its outbox goes on with it.
func TestInterruptedPublisher(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.stop() // nobody answers now
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	box := w.path("outbox")
	p := w.startWith(rig.Options{Stdin: in, Stdout: &discard{}}, "publish", w.url(), "c", "--outbox", box, "--stats", w.path("stats"))
	io.WriteString(feed, lines(1, 10))
	w.until("ten are in the outbox", func() bool { return strings.Contains(string(readIf(w.path("stats"))), `"unanswered":10`) })
	p.Signal(syscall.SIGINT)
	if code := w.wait(p); code != exitFailed || !strings.Contains(p.Stderr(), "interrupted with 0 records acknowledged and 10 outstanding; they are in "+box) {
		t.Errorf("exit code %d: %s", code, p.Stderr())
	}
	feed.Close()
	w.serve()
	w.must(lines(1, 11), "publish", w.url(), "c", "--outbox", box)
	if out := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--count", "11"); out != lines(1, 11) {
		t.Errorf("%q", out)
	}
}

// A subscriber that was to go on for ever ends well when it is interrupted; one that was to reach an end does not.
func TestInterruptedSubscriber(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.must(lines(1, 10), "publish", w.url(), "c")
	for _, tc := range []struct {
		flags []string
		code  int
	}{
		{nil, 0}, {[]string{"--count", "20"}, exitFailed}, {[]string{"--until-eof"}, exitFailed},
	} {
		p := w.startWith(rig.Options{}, append([]string{"subscribe", w.url(), "c", "--from", "start", "--raw"}, tc.flags...)...)
		for range 10 {
			if _, err := p.Line(w.ctx); err != nil {
				t.Fatal(err)
			}
		}
		p.Signal(syscall.SIGTERM)
		if code := w.wait(p); code != tc.code {
			t.Errorf("%v: exit code %d: %s", tc.flags, code, p.Stderr())
		}
	}
}

// The proxy as a command: it says where it listens and, when asked or at the end, what it has done.
func TestChaosCommand(t *testing.T) {
	w := newWorld(t)
	w.serve()
	p := w.startWith(rig.Options{}, "chaos", "--listen", "127.0.0.1:0", "--to", w.addr, "--seed", "42", "--cut-every", "100ms", "--mode", "rst,fin,torn,stall", "--hold-for", "50ms", "--json")
	line, err := p.Line(w.ctx)
	rest, ok := strings.CutPrefix(line, "listening on ")
	if err != nil || !ok || !strings.HasSuffix(rest, ", seed 42)") {
		t.Fatal(line, err)
	}
	addr, _, _ := strings.Cut(rest, " ")
	in := noise(6, 100_000)
	w.must("", args([]string{"publish", "http://" + addr, "c", "--input", w.write("in", in), "--rate", "100000", "--eof"}, fast...)...)
	if out := w.must("", args([]string{"subscribe", "http://" + addr, "c", "--from", "start", "--raw", "--until-eof"}, fast...)...); out != string(in) {
		t.Errorf("%d bytes in, %d out", len(in), len(out))
	}
	for _, signal := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGTERM} {
		p.Signal(signal)
		line, err := p.Line(w.ctx)
		var s chaos.Stats
		if err != nil || json.Unmarshal([]byte(line), &s) != nil || s.Cuts() == 0 || s.BytesUp < int64(len(in)) {
			t.Errorf("%s: %q %v", signal, line, err)
		}
	}
	if code := w.wait(p); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// A proxy before a server without authentication is what the server takes for a client of this machine; a name
// that is not this machine's is not served.
func TestServeRefusesOtherNames(t *testing.T) {
	w := newWorld(t)
	w.serve()
	c, err := net.Dial("tcp", w.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET /ws HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n")
	b, err := io.ReadAll(c)
	if err != nil || !strings.Contains(string(b), "403") || !strings.Contains(string(b), "--insecure") {
		t.Errorf("%s %v", b, err)
	}
}
