package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
)

// Many publishers, one channel, several subscribers, and every fault there is: each publisher's lines arrive
// exactly once and in its order, and all subscribers see the same order.
func TestManyPublishers(t *testing.T) {
	publishers, lines, seconds, kills := 4, 1500, 6, 3
	if long() {
		publishers, lines, seconds, kills = 20, 50_000, 60, 12
	}
	for _, codec := range []string{"bin", "json"} {
		t.Run(codec, func(t *testing.T) { manyPublishers(t, codec, publishers, lines, seconds, kills) })
	}
}

func manyPublishers(t *testing.T, codec string, publishers, lines, seconds, kills int) {
	w := newWorld(t)
	w.serve()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	w.chaos(chaos.Options{Seed: seed, CutEvery: time.Second, Modes: []chaos.Mode{chaos.RST, chaos.FIN, chaos.Torn}, Delay: 3 * time.Millisecond})

	begin := time.Now()
	var pubs, subs []*supervised
	for s := range 3 {
		subs = append(subs, w.supervise(args([]string{"subscribe", w.url(), "many", "--from", "start", "--raw", "--codec", codec,
			"--output", w.path(fmt.Sprint("out", s)), "--cursor", w.path(fmt.Sprint("cursor", s)), "--count", fmt.Sprint(publishers * lines)}, fast...)...))
	}
	for p := range publishers {
		var in bytes.Buffer
		for n := range lines {
			fmt.Fprintf(&in, "%d %d %s\n", p, n, strings.Repeat("x", r.IntN(60)))
		}
		file := w.write(fmt.Sprint("in", p), in.Bytes())
		pubs = append(pubs, w.supervise(args([]string{"publish", w.url(), "many", "--input", file, "--codec", codec,
			"--outbox", w.path(fmt.Sprint("outbox", p)), "--rate", fmt.Sprint(in.Len() / seconds)}, fast...)...))
	}
	for kill := range kills {
		at := begin.Add(time.Duration((float64(kill) + 0.5) / float64(kills) * 0.9 * float64(seconds) * float64(time.Second)))
		w.until("the next kill", func() bool { return time.Now().After(at) })
		pubs[r.IntN(publishers)].again()
		subs[r.IntN(len(subs))].again()
		w.server.Kill()
		w.serve()
	}
	for _, p := range pubs {
		p.mustWithin(10 * patience)
	}
	published := time.Since(begin)
	for _, s := range subs {
		s.mustWithin(10 * patience)
	}
	t.Logf("%d lines published after %s, received after %s, %d connections cut", publishers*lines,
		published.Round(time.Millisecond), time.Since(begin).Round(time.Millisecond), w.proxy.Stats().Cuts())

	first := w.read("out0")
	for s := range 2 {
		if !bytes.Equal(first, w.read(fmt.Sprint("out", s+1))) {
			t.Errorf("subscribers 0 and %d have seen different orders", s+1)
		}
	}
	next := make([]int, publishers)
	sc := bufio.NewScanner(bytes.NewReader(first))
	for sc.Scan() {
		var p, n int
		if _, err := fmt.Sscanf(sc.Text(), "%d %d", &p, &n); err != nil || p >= publishers || n != next[p] {
			t.Fatalf("line %q, when number %d of publisher %d was due (%v)", sc.Text(), next[p], p, err)
		}
		next[p]++
	}
	for p, n := range next {
		if n != lines {
			t.Errorf("%d lines of publisher %d, want %d", n, p, lines)
		}
	}
}
