package network

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/report"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
	"github.com/holdfast-ws/holdfast/internal/netlab"
)

// pipe is what a line of conditions has to get through.
type pipe struct {
	conditions netlab.Conditions
	then       *netlab.Conditions // after the first records
	size       int                // bytes
	split      string
	server     []string // flags; none: the product's defaults
	client     []string
	reconnects int // at most, of both ends together
}

// Promises 1 and 3: bytes come as they were sent over links of all kinds, with the product's own timeouts, and without
// a reconnect that nothing calls for.
func TestPoorLinks(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, p := range map[string]pipe{
		"1% loss":               {conditions: netlab.Conditions{Delay: 10 * ms, Loss: 0.01}, size: either(3<<20, 64<<20)},
		"5% loss":               {conditions: netlab.Conditions{Delay: 10 * ms, Loss: 0.05}, size: either(1<<20, 16<<20)},
		"20% loss":              {conditions: netlab.Conditions{Delay: 10 * ms, Loss: 0.2}, size: either(64<<10, 2<<20), reconnects: 6},
		"300 ms there and back": {conditions: netlab.Conditions{Delay: 150 * ms}, size: either(4<<20, 64<<20)},
		"64 KB a second":        {conditions: netlab.Conditions{Delay: 20 * ms, Rate: 64_000}, size: either(512<<10, 16<<20)},
		"doubled":               {conditions: netlab.Conditions{Delay: 5 * ms, Duplicate: 0.1}, size: either(3<<20, 64<<20)},
		"reordered":             {conditions: netlab.Conditions{Delay: 10 * ms, Jitter: 10 * ms}, size: either(3<<20, 64<<20)},
		"all of it": {conditions: netlab.Conditions{Delay: 40 * ms, Jitter: 20 * ms, Loss: 0.02, Duplicate: 0.02, Rate: 500_000},
			size: either(1<<20, 16<<20)},
		// A record that takes longer than every timeout: who is taking bytes is alive. A full queue drops packets, and a
		// packet that is lost three times in a row holds all others up for 1.4 s: that is the least a timeout has to bear.
		"records larger than patience": {conditions: netlab.Conditions{Delay: 20 * ms, Rate: 64_000, Queue: 200 * ms}, size: 800 << 10, split: "400k",
			server: []string{"--heartbeat", "1s", "--pong-timeout", "4s"},
			client: []string{"--ack-timeout", "1s", "--pong-timeout", "4s"}},
		// Buffers that have grown while the link was fast hold seconds of what is to go over it now. That may cost a connection,
		// whose successor has small ones.
		"a link that turns slow": {conditions: netlab.Conditions{Delay: 20 * ms, Rate: 4_000_000}, then: &netlab.Conditions{Delay: 20 * ms, Rate: 200_000},
			size: 3200 << 10, split: "400k", reconnects: 6,
			server: []string{"--heartbeat", "1s", "--pong-timeout", "1500ms"},
			client: []string{"--ack-timeout", "1s", "--pong-timeout", "1500ms", "--retry-delay", "100ms"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p.run(t)
		})
	}
}

func (p pipe) run(t *testing.T) {
	w := newWorld(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	router, host, pub, sub := w.Router("router"), w.Host("server"), w.Host("pub"), w.Host("sub")
	w.Link(host, router)
	up, down := w.Shaped(pub, router, seed, p.conditions), w.Shaped(sub, router, seed+1, p.conditions)
	w.serve(host, p.server...)
	in := make([]byte, p.size)
	rand.NewChaCha8([32]byte{byte(seed)}).Read(in)
	if err := os.WriteFile(w.path("in"), in, 0o644); err != nil {
		t.Fatal(err)
	}
	split := p.split
	if split == "" {
		split = "1000"
	}
	args := func(command string, more ...string) []string {
		return append(append([]string{command, w.url(), "c", "--stats", w.path(command), "--stats-every", "50ms"}, p.client...), more...)
	}
	begin := time.Now()
	s := w.start(sub, rig.Options{Stdout: &discard{}}, args("subscribe", "--from", "start", "--raw", "--until-eof", "--output", w.path("out"))...)
	b := w.start(pub, rig.Options{Stdout: &discard{}}, args("publish", "--input", w.path("in"), "--split", split, "--eof")...)
	if p.then != nil {
		reports := last[report.Publish]{r: report.Follow[report.Publish](w.path("publish"))}
		defer reports.r.Close()
		w.until("the first records are stored", func() bool { return reports.stats().Delivered >= 3 })
		up.Set(*p.then)
		down.Set(*p.then)
		w.fault("turned slow")
	}
	w.ended(b)
	published := time.Since(begin)
	w.ended(s)
	received := time.Since(begin)
	if out, err := os.ReadFile(w.path("out")); err != nil || !bytes.Equal(in, out) {
		t.Errorf("%d bytes in, %d out, or others: %v", len(in), len(out), err)
	}
	pr, sr := final[report.Publish](t, w.path("publish")), final[report.Subscribe](t, w.path("subscribe"))
	if !pr.Final || !sr.Final || pr.Delivered != pr.Enqueued || pr.Failed+pr.Unknown+sr.Gaps != 0 {
		t.Errorf("publisher %+v, subscriber %+v", pr, sr)
	}
	reconnects := int(pr.Connects + sr.Connects - 2)
	if reconnects > p.reconnects {
		t.Errorf("%d reconnects, want at most %d: %s %s", reconnects, p.reconnects, b.Stderr(), s.Stderr())
	}
	f := &w.figures
	f.Operations, f.Bytes, f.Reconnects = int(pr.Delivered+sr.Received), int64(len(in)), reconnects
	for _, k := range []*netlab.Shaped{up, down} {
		for _, d := range []netlab.Direction{netlab.AtoB, netlab.BtoA} {
			n := k.Counts(d)
			for kind, count := range map[string]int64{"packets lost": n.Lost, "packets doubled": n.Doubled, "packets dropped at a full queue": n.Dropped} {
				if count > 0 {
					f.Faults[kind] += int(count)
				}
			}
		}
	}
	p.check(t, f.Faults, received)
	if t.Failed() {
		f.Violations++
	}
	t.Logf("%d bytes published in %v, received in %v, %d reconnects, %d resent records, %d duplicates, %v", len(in),
		published.Round(time.Millisecond), received.Round(time.Millisecond), reconnects, pr.Resent, pr.Duplicates+sr.Duplicates, fmt.Sprint(f.Faults))
	f.append(w, w.begun)
}

// check fails if the link was better than it should have been.
func (p pipe) check(t *testing.T, faults map[string]int, took time.Duration) {
	t.Helper()
	c := p.conditions
	if c.Loss > 0 && faults["packets lost"] == 0 || c.Duplicate > 0 && faults["packets doubled"] == 0 {
		t.Errorf("%+v, and only %v", c, faults)
	}
	least := 6 * c.Delay // to connect, to upgrade, and to get the first record
	if c.Rate > 0 {
		least = max(least, time.Duration(p.size)*time.Second/time.Duration(c.Rate))
	}
	if took < least {
		t.Errorf("all had come after %v, and the link cannot do it in less than %v", took, least)
	}
}

func final[T any](t *testing.T, path string) T {
	t.Helper()
	l := last[T]{r: report.Follow[T](path)}
	defer l.r.Close()
	return l.stats()
}
