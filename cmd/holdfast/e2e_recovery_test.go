package main

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
)

// storm is the schedule of TestHundredClients.
type storm struct {
	length, cutEvery, killEvery time.Duration
	crowd                       crowdOptions
}

// stormLength is 15 minutes in a long run, and what HOLDFAST_MINUTES says in any case. A long run uses the intervals
// and the backoff that users have; the short one shrinks all of them.
func stormLength(t *testing.T) storm {
	s := storm{15 * time.Minute, 15 * time.Second, time.Minute,
		crowdOptions{Clients: 100, Channels: 20, Every: 500 * time.Millisecond, Backoff: backoff.Options{BaseDelay: time.Second}}}
	text := os.Getenv("HOLDFAST_MINUTES")
	if text != "" {
		minutes, err := strconv.ParseFloat(text, 64)
		if err != nil || minutes <= 0 {
			t.Fatalf("HOLDFAST_MINUTES=%s is no number of minutes", text)
		}
		s.length = time.Duration(minutes * float64(time.Minute))
	} else if !long() {
		s.length, s.cutEvery, s.killEvery = 13*time.Second, 2*time.Second, 6*time.Second
		s.crowd.Backoff = backoff.Options{BaseDelay: 100 * time.Millisecond, MaxDelay: 500 * time.Millisecond}
	}
	return s
}

// A hundred clients, each of which publishes and subscribes. All their connections are cut at once every 15 seconds,
// and the server is killed every minute. All that is acknowledged comes exactly once and in order, and each client is
// served again soon.
func TestHundredClients(t *testing.T) {
	t.Parallel()
	s := stormLength(t)
	measured := long() || os.Getenv("HOLDFAST_MINUTES") != ""
	w := newWorld(t)
	w.serve()
	const tear = 50 * time.Millisecond // a cut in the middle of a message waits so long for one
	w.chaos(chaos.Options{HoldFor: tear})
	c := w.gather(s.crowd)
	modes := []chaos.Mode{chaos.RST, chaos.FIN, chaos.Torn}
	cut, kill := s.cutEvery, s.killEvery-s.cutEvery/2 // a kill falls between two cuts
	for n := 0; min(cut, kill) < s.length; {
		if cut < kill {
			c.pass(cut - c.at())
			at := c.at()
			w.proxy.Cut(modes[n%len(modes)])
			c.faults.hit("cut of every connection", at, c.at()+tear)
			cut += s.cutEvery
			n++
			continue
		}
		c.pass(kill - c.at())
		c.crash("server killed")
		kill += s.killEvery
	}
	c.pass(s.length - c.at())
	w.until("everybody is served again", func() bool { return c.faults.recovered(len(c.members)) })
	c.finish()
	for _, kind := range c.faults.kinds() {
		for s, name := range signs {
			p99 := quantile(c.faults.times(kind, sign(s), true), 0.99)
			if p99 > 3*time.Second && measured {
				t.Errorf("%s: the %s came %s after the server's downtime at the 99th percentile; 3 s are allowed", kind, name, round(p99))
			}
		}
	}
}

// crash kills the server and starts it again on the same data.
func (c *crowd) crash(kind string) {
	c.w.t.Helper()
	begin := c.at()
	c.w.server.Kill()
	c.ledger.crashed()
	x := c.faults.hit(kind, begin, c.at())
	c.w.serve()
	c.faults.down(x, c.at()-begin)
}
