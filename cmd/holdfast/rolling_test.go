package main

import (
	"encoding/gob"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
	"github.com/holdfast-ws/holdfast/internal/check"
)

// rollingSize says how large a rolling restart is.
type rollingSize struct {
	herds, sessions, channels int           // sessions of each herd
	every                     time.Duration // between two publishes of one session
	drain                     time.Duration

	share int // percent of the clients that may make an attempt in a tenth of the drain period
}

// Promises 1, 3 and 9, at a planned restart behind nginx: publishers publish and subscribers read all the time, while a successor is started at
// the same address and on the same data, which takes over when the predecessor has drained. Nothing is lost or doubled, and
// attempts are spread. (How evenly is TestSuccessor's to say, in time that no machine disturbs.)
func TestRollingRestart(t *testing.T) {
	newRolling(t, rollingSize{herds: 2, sessions: 100, channels: 40, every: 500 * time.Millisecond, drain: 4 * time.Second, share: 50}).run()
}

// The same with 5,000 connections.
func TestRollingRestartOfThousands(t *testing.T) {
	switch {
	case !long():
		t.Skip("set HOLDFAST_LONG=1")
	case raceOn:
		t.Skip("the race detector is too slow for 5,000 sessions on a few cores")
	}
	newRolling(t, rollingSize{herds: 5, sessions: 1000, channels: 1000, every: 5 * time.Second, drain: 30 * time.Second, share: 15}).run()
}

// rolling is a server behind nginx, and herds that reach it there.
type rolling struct {
	*world
	rollingSize
	backend string // the server's own address
	nginx   *rig.Proc
	herds   []*rig.Proc
	tell    []*os.File // their standard input

	begun          time.Time     // of the shutdown
	drained, taken time.Duration // since then: the predecessor has ended, the successor listens
	back           time.Duration // everybody is connected again
}

func newRolling(t *testing.T, size rollingSize) *rolling {
	if _, err := exec.LookPath("nginx"); err != nil {
		t.Skip("needs nginx")
	}
	r := &rolling{world: newWorld(t), rollingSize: size}
	r.serve("--insecure", "--drain", size.drain.String(), "--shutdown-delay", "200ms")
	r.backend = r.addr
	r.proxied()
	for i := range size.herds {
		r.herd(&herd{URL: r.url(), First: i * size.sessions, Sessions: size.sessions, Channels: size.channels, Every: size.every, Report: r.report(i)})
	}
	r.all("connected")
	return r
}

func (r *rolling) report(i int) string { return r.path(fmt.Sprint("herd", i)) }

func (r *rolling) herd(h *herd) {
	r.t.Helper()
	in, tell, err := os.Pipe()
	if err != nil {
		r.t.Fatal(err)
	}
	defer in.Close()
	r.t.Cleanup(func() { tell.Close() })
	text, err := json.Marshal(h)
	if err != nil {
		r.t.Fatal(err)
	}
	p, err := rig.Start("herd", os.Args[0], rig.Options{Stdin: in, Env: []string{herdEnv + "=" + string(text)}})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(p.Kill)
	r.herds, r.tell = append(r.herds, p), append(r.tell, tell)
}

// all waits until every herd has said something, and returns what came behind it.
func (r *rolling) all(what string) (said []string) {
	r.t.Helper()
	for _, p := range r.herds {
		line, err := p.Line(r.ctx)
		rest, ok := strings.CutPrefix(line, what)
		if err != nil || !ok {
			r.t.Fatalf("a herd was to say that it has %s: %q %v; %s", what, line, err, p.Stderr())
		}
		said = append(said, strings.TrimSpace(rest))
	}
	return said
}

func (r *rolling) run() {
	r.pass(2 * r.every)
	r.restart()
	r.all("back")
	r.back = time.Since(r.begun)
	r.pass(2 * r.every)
	for _, f := range r.tell {
		fmt.Fprintln(f, "that is enough")
	}
	r.all("published")
	l := &ledger{}
	logs := (&crowd{w: r.world, o: crowdOptions{Channels: r.channels}, ledger: l}).audit()
	l.finals(logs)
	ends := map[string]uint64{}
	for name, log := range logs {
		ends[name] = log[len(log)-1].Offset
	}
	for i, f := range r.tell {
		if err := json.NewEncoder(f).Encode(ends); err != nil {
			r.t.Fatal(err)
		}
		if code := r.wait(r.herds[i]); code != 0 {
			r.t.Fatalf("a herd ended with exit code %d: %s", code, r.herds[i].Stderr())
		}
	}
	r.judge(l)
	r.attempts()
}

// pass lets the herds do their work for so long.
func (r *rolling) pass(d time.Duration) {
	r.t.Helper()
	(&crowd{w: r.world}).pass(d)
}

// restart starts the successor, and only then ends the predecessor.
func (r *rolling) restart() {
	t := r.t
	t.Helper()
	successor, err := rig.Start("successor", binary, rig.Options{}, append([]string{"serve", "--listen", r.backend, "--data", r.path("data"),
		"--wait-for-data", patience.String()}, r.flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(successor.Kill)
	r.until("the successor waits", func() bool { return strings.Contains(successor.Stderr(), "waiting for the data folder") })
	r.begun = time.Now()
	r.stop()
	r.drained = time.Since(r.begun)
	if line, err := successor.Line(r.ctx); err != nil || !strings.HasPrefix(line, "listening on http://"+r.backend) {
		t.Fatalf("the successor says %q, %v", line, err)
	}
	r.taken = time.Since(r.begun)
	r.server = successor
}

// judge holds together what everybody has seen.
func (r *rolling) judge(l *ledger) {
	t := r.t
	t.Helper()
	history := l.History()
	sum, codes := herdReport{}, map[holdfast.Code]int{}
	for i := range r.herds {
		f, err := os.Open(r.report(i))
		if err != nil {
			t.Fatal(err)
		}
		var h herdReport
		if err := gob.NewDecoder(f).Decode(&h); err != nil {
			t.Fatal(err)
		}
		f.Close()
		history = append(history, h.History...)
		l.mistakes = append(l.mistakes, h.Mistakes...)
		sum.add(&h)
		for code, n := range h.Codes {
			codes[code] += n
		}
	}
	slices.SortStableFunc(history, func(a, b check.Event) int { return a.At.Compare(b.At) })
	for i := range history {
		history[i].Seq = i
	}
	for _, v := range l.judge(history) {
		t.Error(v)
	}
	clients := r.herdSessions()
	if n := sum.Stats.Connects; n != 2*uint64(clients) {
		t.Errorf("%d connections of %d clients, want two of each", n, clients)
	}
	if codes[holdfast.CodeDraining] != clients {
		t.Errorf("connections ended with %v, and all were to leave because they were asked to", codes)
	}
	slices.Sort(sum.Away)
	q := func(p int) time.Duration { return sum.Away[(len(sum.Away)-1)*p/100].Round(10 * time.Millisecond) }
	t.Logf("%d clients; %d records acknowledged, %d received; attempts %d, resent %d, duplicates %d, unknown %d, lost %d, gaps %d", clients, sum.Published, sum.Received,
		sum.Stats.Attempts, sum.Stats.Resent, sum.Stats.Duplicates, sum.Stats.Unknown, sum.Stats.Lost, sum.Stats.Gaps)
	t.Logf("drained after %v, the successor listens after %v, everybody is back after %v; away: p1 %v, p50 %v, p99 %v, at most %v",
		r.drained.Round(time.Millisecond), r.taken.Round(time.Millisecond), r.back.Round(time.Millisecond), q(1), q(50), q(99), q(100))
}

func (r *rolling) herdSessions() int { return len(r.herds) * r.sessions }

func (r *herdReport) add(h *herdReport) {
	r.Published += h.Published
	r.Received += h.Received
	r.Away = append(r.Away, h.Away...)
	s, o := &r.Stats, &h.Stats
	for _, n := range []struct{ to, from *uint64 }{{&s.Connects, &o.Connects}, {&s.Attempts, &o.Attempts}, {&s.Resent, &o.Resent},
		{&s.Duplicates, &o.Duplicates}, {&s.Unknown, &o.Unknown}, {&s.Lost, &o.Lost}, {&s.Gaps, &o.Gaps}} {
		*n.to += *n.from
	}
}
