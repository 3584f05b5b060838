//go:build linux

package main

import (
	"context"
	"testing"
	"time"
)

// The server has less memory than it would like, and subscribers that are slow: it lives, and all comes exactly once.
func TestLittleMemory(t *testing.T) {
	t.Parallel()
	times := 1
	if long() {
		times = 50
	}
	w := newWorld(t)
	w.env = []string{"GOMEMLIMIT=64MiB"}
	w.serve()
	var c *crowd
	started := make(chan struct{})
	c = w.gather(crowdOptions{Clients: 15, Every: 30 * time.Millisecond, Size: 8000, Hold: func(ctx context.Context, client int) {
		<-started
		if client >= 3 { // one in each channel is slow
			return
		}
		select {
		case <-time.After(100 * time.Millisecond): // so these fall behind
		case <-c.publishing.Done():
		case <-ctx.Done():
		}
	}})
	close(started)
	c.faults.add("slow subscribers", 3)
	for range times {
		c.more(t, 6000)
	}
	slow, quick := c.members[0].last.Load(), c.members[c.o.Channels].last.Load() // of one channel
	c.finish()
	peak := peak(t, w.server.Pid())
	t.Logf("peak memory of the server: %d KiB; a slow subscriber was at %d when another one was at %d", peak, slow, quick)
	if peak > 300<<10 {
		t.Errorf("the server took %d KiB", peak)
	}
}
