//go:build unix

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
)

// Server, publishers and subscribers are killed, stopped for a while, and asked to end, under load, each of them
// again and again; whoever has ended is started anew on what it left behind. All comes exactly once and in order.
func TestEverybodyIsKilled(t *testing.T) {
	t.Parallel()
	rounds, size, seconds := 3, 400_000, 12
	if long() {
		rounds, size, seconds = 40, 8_000_000, 240
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	w := newWorld(t)
	w.serve()
	w.chaos(chaos.Options{Seed: seed})
	c := w.gather(crowdOptions{Clients: 10, Every: 50 * time.Millisecond, Session: func(n int, o *client.SessionOptions) {
		if n%2 == 0 { // these take a server that is stopped for one that is gone
			o.AckTimeout, o.PongTimeout, o.ConnectTimeout = 100*time.Millisecond, 200*time.Millisecond, 500*time.Millisecond
		}
	}})
	var pubs, subs []*supervised
	var in [2][]byte
	for n := range in {
		in[n] = noise(seed+uint64(n), size)
		pubs = append(pubs, w.supervise(args([]string{"publish", w.url(), fmt.Sprint("file:", n), "--input", w.write(fmt.Sprint("in", n), in[n]), "--split", "600",
			"--outbox", w.path(fmt.Sprint("outbox", n)), "--rate", fmt.Sprint(size / seconds), "--eof"}, fast...)...))
		subs = append(subs, w.supervise(args([]string{"subscribe", w.url(), fmt.Sprint("file:", n), "--from", "start", "--raw", "--until-eof",
			"--output", w.path(fmt.Sprint("out", n)), "--cursor", w.path(fmt.Sprint("cursor", n))}, fast...)...))
	}
	for range rounds {
		for _, what := range r.Perm(9) {
			c.more(t, 50)
			c.pass(time.Duration(r.IntN(150)) * time.Millisecond)
			switch victim := what / 3; victim {
			case 0:
				c.signalServer(signalled[what%3], r)
			case 1:
				c.signal("publisher", pubs[r.IntN(len(pubs))], signalled[what%3], r)
			case 2:
				c.signal("subscriber", subs[r.IntN(len(subs))], signalled[what%3], r)
			}
		}
	}
	for _, p := range append(pubs, subs...) {
		p.mustWithin(time.Duration(seconds)*4*time.Second + patience)
	}
	c.finish()
	for n := range in {
		if out := w.read(fmt.Sprint("out", n)); !bytes.Equal(in[n], out) {
			t.Errorf("%d bytes in, %d out", len(in[n]), len(out))
		}
	}
}

var signalled = []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGTERM}

// signalServer sends it a signal; one that has ended is started again.
func (c *crowd) signalServer(s syscall.Signal, r *rand.Rand) {
	c.w.t.Helper()
	switch s {
	case syscall.SIGKILL:
		c.crash("server killed")
	case syscall.SIGSTOP:
		begin := c.at()
		c.w.server.Signal(syscall.SIGSTOP)
		x := c.faults.hit("server stopped for a while", begin, c.at())
		c.pass(time.Duration(100+r.IntN(1200)) * time.Millisecond)
		c.w.server.Signal(syscall.SIGCONT)
		c.faults.down(x, c.at()-begin)
	case syscall.SIGTERM:
		begin := c.at()
		c.w.stop()
		x := c.faults.hit("server asked to end", begin, c.at())
		c.w.serve()
		c.faults.down(x, c.at()-begin)
	}
}

// signal sends a signal to a process that is not the server, if it is still at work.
func (c *crowd) signal(who string, p *supervised, s syscall.Signal, r *rand.Rand) {
	c.w.t.Helper()
	if !p.running() {
		return
	}
	switch s {
	case syscall.SIGKILL:
		if p.again() {
			c.faults.add(who+" killed", 1)
		}
	case syscall.SIGSTOP:
		p.p.Signal(syscall.SIGSTOP)
		c.pass(time.Duration(100+r.IntN(400)) * time.Millisecond)
		p.p.Signal(syscall.SIGCONT)
		c.faults.add(who+" stopped for a while", 1)
	case syscall.SIGTERM:
		p.p.Terminate()
		if code := c.w.wait(p.p); code == 0 {
			return // it had just done its work
		}
		p.p = c.w.start(p.args...)
		c.faults.add(who+" asked to end", 1)
	}
}
