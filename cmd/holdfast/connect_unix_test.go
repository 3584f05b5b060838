//go:build unix

package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// An interruption closes with 1000, whatever is open.
func TestConnectInterrupted(t *testing.T) {
	s := newEchoServer(t)
	p, _ := startConnect(t, rig.Options{}, s.url)
	eventually(t, "it is connected", func() bool { return strings.Contains(p.Stderr(), "connected") })
	p.Signal(syscall.SIGINT)
	if code, err := p.Wait(t.Context()); code != 0 || err != nil {
		t.Error(code, err, p.Stderr())
	}
	eventually(t, "the server has seen the goodbye", func() bool { return len(s.got(&s.closes)) == 1 })
	if got := s.got(&s.closes)[0]; got != "1000" {
		t.Error(got)
	}
}

// Interrupted before anything could be sent, it says so.
func TestConnectInterruptedWithoutAConnection(t *testing.T) {
	s := newEchoServer(t)
	s.down.Store(true)
	p, in := startConnect(t, rig.Options{}, append([]string{s.url}, soonAgain...)...)
	in.WriteString("never\n")
	eventually(t, "it was tried", func() bool { return strings.Contains(p.Stderr(), "attempt 2 ") })
	p.Signal(syscall.SIGINT)
	if code, err := p.Wait(t.Context()); code != exitFailed || err != nil || !strings.Contains(p.Stderr(), "not all that was queued could be written") {
		t.Error(code, err, p.Stderr())
	}
}

// A command's lines are sent, and it gets the answers, over all connections; its status is the program's.
func TestConnectExec(t *testing.T) {
	s := newEchoServer(t)
	for _, tc := range []struct {
		name, command string
		code          int
		out, errors   string
	}{
		{"both ways", `echo one; read a; echo "got $a" >&2; exit 7`, 7, "", "got one"},
		{"over a cut", `echo one; read a; echo cut; sleep 0.2; echo two; read b; echo "$a $b" >&2`, 0, "", "one two"},
		{"binary as hex", `echo binary; read a; echo "$a" >&2`, 0, "", "00ff0a"},
		{"that reads nothing", `exec <&-; for i in 1 2 3; do echo $i; done`, 0, "", ""},
		{"that outlives the server's goodbye", `echo close 1000; cat >/dev/null; exit 3`, 3, "", "status 3"},
		{"killed", `kill -9 $$`, 1, "", "the command was ended: signal: killed"},
		{"that is not there", `nosuchcommand`, 127, "", "status 127"},
		{"shown", `echo one; read a`, 0, "> one\n< one\n", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{s.url, "--exec", tc.command}, soonAgain...)
			if tc.out != "" {
				args = append(args, "--format", "marks")
			}
			r := connect(t, "", args...)
			if r.code != tc.code || r.out != tc.out || !strings.Contains(r.errors, tc.errors) {
				t.Errorf("exit code %d\n%s\n%s", r.code, r.out, r.errors)
			}
		})
	}
}

// A command that does not end when its input does is killed after a while, and a failed socket is what is told.
func TestConnectExecOfASocketThatFails(t *testing.T) {
	s := newEchoServer(t)
	r := connect(t, "", s.url+"/404", "--exec", "cat >/dev/null; echo ended >&2")
	if r.code != exitFailed || !strings.Contains(r.errors, "ended\n") || !strings.Contains(r.errors, "404") {
		t.Errorf("%+v", r)
	}
}

// Nobody reads standard output any more: that ends it, as it ends everything in a pipe.
func TestConnectIntoAClosedPipe(t *testing.T) {
	s := newEchoServer(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p, in := startConnect(t, rig.Options{Stdout: w}, s.url)
	w.Close()
	r.Close()
	in.WriteString("one\n")
	if code, err := p.Wait(t.Context()); code == 0 || err != nil {
		t.Error(code, err)
	}
}
