//go:build unix

package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
	"github.com/holdfast-ws/holdfast/internal/powercut"
)

// The power of the server fails again and again, and what was not synced is gone, or torn. What was acknowledged
// is there all the same, and nothing that anybody saw is taken back. Promises 1 and 2.
func TestPowerFailures(t *testing.T) {
	t.Parallel()
	failures := 8
	if long() {
		failures = 200
	}
	w := newWorld(t)
	w.child = &child{Power: w.path("disk"), MemTable: 256 << 10}
	w.serve()
	w.chaos(chaos.Options{})
	c := w.gather(crowdOptions{Clients: 20, Every: 60 * time.Millisecond, Size: 1000})
	for range failures {
		c.more(t, 200)
		c.pass(time.Duration(rand.IntN(500)) * time.Millisecond)
		c.crash("power failure")
	}
	c.more(t, 200)
	c.finish()
}

// The same on a disk that takes a sync for nothing is noticed.
func TestPowerFailuresOfADiskThatLies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.child = &child{Power: w.path("disk"), Sync: powercut.SyncIgnored}
	w.serve()
	w.chaos(chaos.Options{})
	c := w.gather(crowdOptions{Clients: 5, Every: 20 * time.Millisecond})
	c.more(t, 100)
	w.server.Kill()
	c.ledger.crashed()
	if err := w.restart(); err != nil {
		t.Logf("the server does not start: %v", err)
		return
	}
	violations := c.judge()
	lost := slices.IndexFunc(violations, func(v string) bool { return strings.HasPrefix(v, "promise 2:") })
	if lost < 0 {
		t.Fatalf("it was not noticed that the records are gone: %q", violations)
	}
	t.Logf("%d violations were noticed, such as: %s", len(violations), violations[lost])
}
