package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// patience bounds everything that a test waits for. It is long because machines may be slow.
const patience = 2 * time.Minute

// world is a folder with a server and other processes in it.
type world struct {
	t   testing.TB
	dir string
	ctx context.Context

	server *rig.Proc
	addr   string // where clients go: the server, or a proxy before it
	proxy  *chaos.Proxy
	flags  []string // of serve
	child  *child   // what serve is run by, if not by the program itself
	stdin  io.Reader
	env    []string // of the server
}

func newWorld(t testing.TB) *world {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	t.Cleanup(cancel)
	return &world{t: t, dir: t.TempDir(), ctx: ctx}
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }
func (w *world) url() string             { return "http://" + w.addr }

// serve starts the server on the folder "data", the first time or anew.
func (w *world) serve(flags ...string) {
	w.t.Helper()
	first := w.server == nil
	if first {
		w.flags = flags
	}
	if err := w.restart(); err != nil {
		w.t.Fatal(err)
	}
}

// restart starts the server with the flags of the first time.
func (w *world) restart() error {
	program, o := binary, rig.Options{Stdin: w.stdin, Env: w.env}
	if w.child != nil {
		program, o = os.Args[0], w.child.options(o)
	}
	p, addr, err := rig.StartServer(w.ctx, program, o, append([]string{"--data", w.path("data"), "--drain", "1s"}, w.flags...)...)
	if err != nil {
		return err
	}
	w.server = p
	w.t.Cleanup(p.Kill)
	if w.proxy != nil {
		w.proxy.SetTo(addr)
		return nil
	}
	w.addr = addr // another one each time: a test that starts it anew puts a proxy before it
	return nil
}

// chaos puts a proxy between the server and its clients.
func (w *world) chaos(o chaos.Options) {
	w.t.Helper()
	o.To = w.addr
	p, err := chaos.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { p.Close() })
	w.proxy, w.addr = p, p.Addr()
}

// stop ends the server as it should be ended.
func (w *world) stop() {
	w.t.Helper()
	if err := w.server.Terminate(); err != nil {
		w.t.Fatal(err)
	}
	if code := w.wait(w.server); code != 0 {
		w.t.Fatalf("serve ended with exit code %d: %s", code, w.server.Stderr())
	}
}

// start runs a command whose standard output is thrown away.
func (w *world) start(args ...string) *rig.Proc {
	w.t.Helper()
	return w.startWith(rig.Options{Stdout: &discard{}}, args...)
}

type discard struct{}

func (*discard) Write(b []byte) (int, error) { return len(b), nil }

func (w *world) startWith(o rig.Options, args ...string) *rig.Proc {
	w.t.Helper()
	p, err := rig.Start(args[0], binary, o, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(p.Kill)
	return p
}

// wait returns the exit code of a process.
func (w *world) wait(p *rig.Proc) int { w.t.Helper(); return w.waitFor(p, patience) }

func (w *world) waitFor(p *rig.Proc, atMost time.Duration) int {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, atMost)
	defer cancel()
	code, err := p.Wait(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// run runs a command to its end, with that standard input.
func (w *world) run(stdin string, args ...string) (code int, stdout, stderr string) {
	w.t.Helper()
	var out bytes.Buffer
	p := w.startWith(rig.Options{Stdin: strings.NewReader(stdin), Stdout: &out}, args...)
	code = w.wait(p)
	return code, out.String(), p.Stderr()
}

// must runs a command that has to end with exit code 0.
func (w *world) must(stdin string, args ...string) string {
	w.t.Helper()
	code, out, errs := w.run(stdin, args...)
	if code != 0 {
		w.t.Fatalf("%s: exit code %d: %s", strings.Join(args, " "), code, errs)
	}
	return out
}

// fails runs a command that has to end with that exit code, and one line with that in it.
func (w *world) fails(want int, text string, args ...string) {
	w.t.Helper()
	code, _, errs := w.run("", args...)
	if code != want || !strings.Contains(errs, text) {
		w.t.Errorf("%s: exit code %d, want %d with %q; it said: %s", strings.Join(args, " "), code, want, text, errs)
	}
}

func rigWithInput(stdin string) rig.Options {
	return rig.Options{Stdin: strings.NewReader(stdin), Stdout: &discard{}}
}

// until waits for something to become true.
func (w *world) until(what string, is func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for !is() {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (w *world) size(name string) int64 {
	st, err := os.Stat(w.path(name))
	if err != nil {
		return 0
	}
	return st.Size()
}

func (w *world) read(name string) []byte {
	w.t.Helper()
	b, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

func (w *world) write(name string, b []byte) string {
	w.t.Helper()
	if err := os.WriteFile(w.path(name), b, 0o644); err != nil {
		w.t.Fatal(err)
	}
	return w.path(name)
}

// noise is so many bytes at random: lines of all kinds, not all of them text.
func noise(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, 0, n)
	for len(b) < n {
		switch r.IntN(8) {
		case 0:
			b = append(b, "\r\n"...)
		case 1:
			b = append(b, '\n')
		case 2:
			for range r.IntN(40) {
				b = append(b, byte(r.Uint32()))
			}
		default:
			b = fmt.Appendf(b, "line %d, grüße", r.Uint32())
		}
	}
	return b[:n]
}

// long reports whether the large runs are wanted, which take minutes.
func long() bool { return os.Getenv("HOLDFAST_LONG") != "" }

// supervised is a command that is started again, with the same arguments, each time it is killed.
type supervised struct {
	w    *world
	args []string
	p    *rig.Proc
	kill int
}

func (w *world) supervise(args ...string) *supervised {
	return &supervised{w: w, args: args, p: w.start(args...)}
}

// again kills it and starts it anew. It returns false if it had ended before.
func (s *supervised) again() bool {
	s.w.t.Helper()
	if gone(s.p) {
		return false
	}
	s.p.Kill()
	s.kill++
	s.p = s.w.start(s.args...)
	return true
}

func (s *supervised) must() { s.w.t.Helper(); s.mustWithin(patience) }

func (s *supervised) mustWithin(atMost time.Duration) {
	s.w.t.Helper()
	if code := s.w.waitFor(s.p, atMost); code != 0 {
		s.w.t.Fatalf("%s: exit code %d: %s", strings.Join(s.args, " "), code, s.p.Stderr())
	}
}

func (s *supervised) running() bool { return !gone(s.p) }

func gone(p *rig.Proc) bool {
	select {
	case <-p.Done():
		return true
	default:
		return false
	}
}
