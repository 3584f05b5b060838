//go:build unix

package main

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
)

// The server's clock is set by hours, forward and back. Nobody is disconnected for it; what was in doubt is still told from
// what is new; the times of records never fall; and retention takes nothing away that is not old.
func TestClockIsSet(t *testing.T) {
	t.Parallel()
	in, clock, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer clock.Close()
	w := newWorld(t)
	w.child, w.stdin = &child{Clock: true}, in
	w.serve("--trim-every", "100ms")
	w.chaos(chaos.Options{})
	c := w.gather(crowdOptions{Clients: 20, Every: 50 * time.Millisecond})
	set := func(ahead time.Duration) {
		t.Helper()
		io.WriteString(clock, ahead.String()+"\n")
		line, err := w.server.Line(w.ctx)
		if err != nil || line != fmt.Sprint("clock ", ahead) {
			t.Fatalf("%q, %v", line, err)
		}
		c.faults.add("clock set", 1)
	}
	// Those who say nothing are the ones that a server with a wrong clock would take for dead.
	var idle []*client.Session
	for range 5 {
		s, err := client.OpenSession(w.ctx, w.url(), client.SessionOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close(w.ctx)
		if err := s.Connected(w.ctx); err != nil {
			t.Fatal(err)
		}
		idle = append(idle, s)
	}
	sweep := 3 * time.Second / 2 // in which the server looks at every connection
	connections := func() (n uint64) {
		for _, m := range c.members {
			n += m.session.Stats().Connects
		}
		for _, s := range idle {
			n += s.Stats().Connects
		}
		return n
	}
	steps := []time.Duration{3 * time.Hour, -2 * time.Hour, 90 * time.Second}
	for _, ahead := range steps {
		set(ahead)
		c.pass(sweep)
		c.more(t, 100)
	}
	if n := connections(); n != uint64(len(c.members)+len(idle)) {
		t.Errorf("%d clients have connected %d times", len(c.members)+len(idle), n)
	}
	// now with records in doubt, which are sent again by another clock than they were first sent by
	for _, ahead := range []time.Duration{4 * time.Hour, -4 * time.Hour, time.Hour} {
		w.proxy.Cut(chaos.RST)
		set(ahead)
		c.more(t, 200)
	}
	c.crash("server killed")
	set(-time.Hour)
	c.more(t, 200)
	c.finish()
}
