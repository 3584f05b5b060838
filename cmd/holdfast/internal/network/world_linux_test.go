package network

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/report"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
	"github.com/holdfast-ws/holdfast/internal/netlab"
)

// patience bounds everything that a test waits for. It is long because machines may be slow.
var patience = either(2*time.Minute, 10*time.Minute)

// port that servers listen on, each on a host of its own.
const port = 8080

// world is a server, publishers and subscribers of one channel, and the network between them.
type world struct {
	testing.TB
	*netlab.Lab
	ctx    context.Context
	dir    string
	begun  time.Time
	server *netlab.Host
	proc   *rig.Proc
	flags  []string // of serve
	via    string   // where clients connect to; empty: the server itself
	quick  []string // flags of all clients
	env    []string // of all clients

	pubs []*publisher
	subs []*subscriber

	mu      sync.Mutex
	figures figures
}

// eager notices and comes back quickly, so that the tests are short. The product's own defaults are tested by those
// that take none of it, and by the long runs.
var (
	eagerServer = []string{"--heartbeat", "1s", "--pong-timeout", "1s"}
	eagerClient = []string{"--retry-delay", "50ms", "--retry-max", "500ms", "--connect-timeout", "2s", "--ack-timeout", "1s", "--pong-timeout", "1s"}
)

func newWorld(t testing.TB, programs ...string) *world {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	t.Cleanup(cancel)
	w := &world{TB: t, Lab: netlab.New(t, programs...), ctx: ctx, dir: t.TempDir(), begun: time.Now(), figures: figures{Faults: map[string]int{}}}
	t.Cleanup(func() {
		if t.Failed() && w.figures.Layer == "" { // it did not get as far as that
			w.figures.Violations++
			w.figures.append(t, w.begun)
		}
	})
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// fault counts what was done to the network.
func (w *world) fault(kind string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.figures.Faults[kind]++
}

// serve starts the server on its host, the first time or again.
func (w *world) serve(on *netlab.Host, flags ...string) {
	w.Helper()
	w.server, w.flags = on, flags
	w.serveAgain()
}

func (w *world) serveAgain() {
	w.Helper()
	args := append([]string{"serve", "--listen", fmt.Sprintf(":%d", port), "--insecure", "--data", w.path("data"), "--drain", "1s"}, w.flags...)
	w.proc = w.start(w.server, rig.Options{}, args...)
	if _, err := w.proc.Line(w.ctx); err != nil {
		w.Fatal(err)
	}
}

// start runs the program on a host.
func (w *world) start(on *netlab.Host, o rig.Options, args ...string) (p *rig.Proc) {
	w.Helper()
	o.Env = append(o.Env, w.env...)
	err := on.Do(func() (err error) {
		p, err = rig.Start(args[0]+" on "+on.Name, binary, o, args...)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(p.Kill)
	return p
}

func (w *world) url() string {
	if w.via != "" {
		return w.via
	}
	return "http://" + netip.AddrPortFrom(w.server.Addr(), port).String()
}

// until waits for something to become true.
func (w *world) until(what string, is func() bool) {
	w.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			w.Fatalf("waited in vain until %s; %s", what, w.state())
		}
		for _, p := range w.pubs {
			w.alive(p.proc)
		}
		for _, s := range w.subs {
			w.alive(s.proc)
		}
	}
}

func (w *world) alive(p *rig.Proc) {
	w.Helper()
	select {
	case <-p.Done():
		if p.Code() != 0 {
			w.Fatalf("%s ended with exit code %d: %s", p.Name, p.Code(), p.Stderr())
		}
	default:
	}
}

// stay lets time pass, in which a fault lasts.
func (w *world) stay(d time.Duration) {
	w.Helper()
	end := time.Now().Add(d)
	w.until("time has passed", func() bool { return !time.Now().Before(end) })
}

// state is for messages of failed tests.
func (w *world) state() string {
	var b strings.Builder
	for _, p := range w.pubs {
		fmt.Fprintf(&b, "\n%s: fed %d lines; %+v; %s", p.proc.Name, p.fed(), p.stats(), p.proc.Stderr())
	}
	for _, s := range w.subs {
		fmt.Fprintf(&b, "\n%s: next %v; %+v; %s", s.proc.Name, s.next, s.stats(), s.proc.Stderr())
	}
	return b.String() + "\nserver: " + w.proc.Stderr()
}

// last follows a file of reports and returns the last one.
type last[T any] struct {
	r *report.Reader[T]
	v T
}

func (l *last[T]) stats() T {
	if all, err := l.r.Next(); err == nil && len(all) > 0 {
		l.v = all[len(all)-1]
	}
	return l.v
}

// publisher publishes lines that it is fed: its number, the line's, and some more.
type publisher struct {
	w    *world
	n    int // which one
	proc *rig.Proc
	in   *os.File
	last[report.Publish]

	feeding sync.Mutex // held while a line is handed over, so that they come in order

	mu    sync.Mutex
	rng   *rand.Rand
	lines int
	bytes int64
}

// publish starts a publisher.
func (w *world) publish(on *netlab.Host, flags ...string) *publisher {
	w.Helper()
	n := len(w.pubs)
	r, in, err := os.Pipe()
	if err != nil {
		w.Fatal(err)
	}
	defer r.Close()
	stats := w.path(fmt.Sprint("publisher", n))
	args := append([]string{"publish", w.url(), "c", "--stats", stats, "--stats-every", "50ms"}, w.quick...)
	p := &publisher{w: w, n: n, in: in, rng: rand.New(rand.NewPCG(uint64(n), 1)), last: last[report.Publish]{r: report.Follow[report.Publish](stats)}}
	p.proc = w.start(on, rig.Options{Stdin: r, Stdout: &discard{}}, append(args, flags...)...)
	w.Cleanup(func() { in.Close(); p.r.Close() })
	w.pubs = append(w.pubs, p)
	return p
}

type discard struct{}

func (*discard) Write(b []byte) (int, error) { return len(b), nil }

// feed hands lines over. It waits where the publisher does not take them.
func (p *publisher) feed(lines int) {
	for range lines {
		if !p.feedOne() {
			return // the test has ended
		}
	}
}

func (p *publisher) feedOne() bool {
	p.feeding.Lock()
	defer p.feeding.Unlock()
	p.mu.Lock()
	line := fmt.Sprintf("%d %d %s\n", p.n, p.lines, strings.Repeat("x", p.rng.IntN(200)))
	p.lines++
	p.bytes += int64(len(line))
	p.mu.Unlock()
	_, err := p.in.WriteString(line)
	return err == nil
}

func (p *publisher) fed() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lines
}

// stream feeds all publishers steadily until it is stopped.
func (w *world) stream(every time.Duration) (stop func()) {
	quit := make(chan struct{})
	var wg sync.WaitGroup
	for _, p := range w.pubs {
		wg.Go(func() {
			t := time.NewTicker(every)
			defer t.Stop()
			for {
				select {
				case <-quit:
					return
				case <-t.C:
					p.feed(1)
				}
			}
		})
	}
	var once sync.Once
	stop = func() { once.Do(func() { close(quit); wg.Wait() }) }
	w.Cleanup(func() { // after a failure: nobody reads any more
		for _, p := range w.pubs {
			p.in.Close()
		}
		stop()
	})
	return stop
}

// subscriber writes what it gets to a file, which is checked as it grows.
type subscriber struct {
	w    *world
	proc *rig.Proc
	last[report.Subscribe]
	file string
	out  *os.File
	part []byte
	next []int // the line of each publisher that comes next
}

// subscribe starts a subscriber.
func (w *world) subscribe(on *netlab.Host, flags ...string) *subscriber {
	w.Helper()
	n := len(w.subs)
	stats := w.path(fmt.Sprint("subscriber", n))
	s := &subscriber{w: w, file: w.path(fmt.Sprint("out", n)), last: last[report.Subscribe]{r: report.Follow[report.Subscribe](stats)}}
	args := append([]string{"subscribe", w.url(), "c", "--from", "start", "--raw", "--until-eof", "--output", s.file, "--stats", stats, "--stats-every", "50ms"}, w.quick...)
	s.proc = w.start(on, rig.Options{Stdout: &discard{}}, append(args, flags...)...)
	w.Cleanup(func() {
		s.r.Close()
		if s.out != nil {
			s.out.Close()
		}
	})
	w.subs = append(w.subs, s)
	return s
}

// follow checks what has come since it was called last: of each publisher the next line, whole.
func (s *subscriber) follow() {
	s.w.Helper()
	if s.out == nil {
		f, err := os.Open(s.file)
		if err != nil {
			return // not yet
		}
		s.out = f
		s.next = make([]int, len(s.w.pubs))
	}
	buf := make([]byte, 64<<10)
	for {
		n, _ := s.out.Read(buf)
		if n == 0 {
			return
		}
		s.part = append(s.part, buf[:n]...)
		for {
			line, rest, whole := bytes.Cut(s.part, []byte("\n"))
			if !whole {
				break
			}
			s.part = rest
			var p, i int
			if _, err := fmt.Sscanf(string(line), "%d %d", &p, &i); err != nil || p < 0 || p >= len(s.next) || i != s.next[p] {
				s.w.Fatalf("%s: got %.60q, when of publishers the lines %v were due", s.proc.Name, line, s.next)
			}
			s.next[p]++
		}
	}
}

// caughtUp waits until everything that has been fed until now has come everywhere, and returns how long that took.
func (w *world) caughtUp() time.Duration {
	w.Helper()
	begin := time.Now()
	fed := make([]int, len(w.pubs))
	for i, p := range w.pubs {
		fed[i] = p.fed()
	}
	w.until("all that was published has come", func() bool {
		for _, s := range w.subs {
			s.follow()
			for i := range fed {
				if len(s.next) == 0 || s.next[i] < fed[i] {
					return false
				}
			}
		}
		return true
	})
	return time.Since(begin)
}

// recovered is caughtUp after a fault, and its time is reported.
func (w *world) recovered() {
	w.Helper()
	for _, p := range w.pubs {
		p.feed(1)
	}
	d := w.caughtUp()
	w.figures.Recovered = append(w.figures.Recovered, d.Milliseconds())
}

// connects is how many connections each publisher and then each subscriber has had.
func (w *world) connects() (n []int) {
	for _, p := range w.pubs {
		n = append(n, int(p.stats().Connects))
	}
	for _, s := range w.subs {
		n = append(n, int(s.stats().Connects))
	}
	return n
}

// reconnected waits until all have had more connections than before.
func (w *world) reconnected(before []int) {
	w.Helper()
	w.until("all have other connections", func() bool {
		for i, n := range w.connects() {
			if n <= before[i] {
				return false
			}
		}
		return true
	})
}

// connected waits until all are.
func (w *world) connected() {
	w.Helper()
	w.until("all are connected", func() bool {
		return !slices.Contains(w.connects(), 0)
	})
}

// onlyConnects fails unless each had the one connection that it began with.
func (w *world) onlyConnects() {
	w.Helper()
	for i, n := range w.connects() {
		if n != 1 {
			w.Errorf("session %d connected %d times: %s", i, n, w.state())
		}
	}
}

// finish ends the publishers, lets the subscribers come to the end, and checks everything once more.
func (w *world) finish() {
	w.Helper()
	for _, p := range w.pubs {
		p.in.Close()
		w.ended(p.proc)
		s := p.stats()
		if !s.Final || int(s.Delivered) != p.lines || s.Failed != 0 || s.Unknown != 0 {
			w.Errorf("%s: fed %d lines; %+v", p.proc.Name, p.lines, s)
		}
		w.figures.Operations += p.lines
		w.figures.Bytes += p.bytes
	}
	end := w.start(w.server, rig.Options{Stdin: strings.NewReader(""), Stdout: &discard{}}, "publish", fmt.Sprintf("http://127.0.0.1:%d", port), "c", "--eof")
	w.ended(end)
	first := []byte(nil)
	for i, s := range w.subs {
		w.ended(s.proc)
		s.follow()
		for n, p := range w.pubs {
			if s.next[n] != p.lines {
				w.Errorf("%s: %d lines of publisher %d, want %d", s.proc.Name, s.next[n], n, p.lines)
			}
		}
		if b, err := os.ReadFile(s.file); err != nil || i > 0 && !bytes.Equal(b, first) {
			w.Errorf("subscribers 0 and %d have seen different orders: %v", i, err)
		} else {
			first = b
		}
		w.figures.Operations += int(s.stats().Received)
	}
	w.report()
}

// report tells the figures.
func (w *world) report() {
	w.Helper()
	for _, n := range w.connects() {
		w.figures.Reconnects += n - 1
	}
	if w.Failed() {
		w.figures.Violations++
	}
	f := &w.figures
	w.Logf("%d operations, %d bytes, faults %v, %d reconnects (connections of each: %v), recovered in %v ms, %v in all",
		f.Operations, f.Bytes, f.Faults, f.Reconnects, w.connects(), f.Recovered, time.Since(w.begun).Round(time.Millisecond))
	f.append(w, w.begun)
}

func (w *world) ended(p *rig.Proc) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	code, err := p.Wait(ctx)
	if err != nil {
		w.Fatalf("%v; %s", err, w.state())
	}
	if code != 0 {
		w.Fatalf("%s ended with exit code %d: %s", p.Name, code, p.Stderr())
	}
}
