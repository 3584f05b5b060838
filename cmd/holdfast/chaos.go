package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
)

type chaosCmd struct {
	Listen   string        `required:"" placeholder:"ADDR" help:"Address to take connections on; port 0 for a free one."`
	To       string        `required:"" placeholder:"ADDR" help:"Address to pass them on to."`
	Seed     uint64        `placeholder:"N" help:"Where everything at random comes from; it is printed at the start."`
	CutEvery time.Duration `placeholder:"DURATION" help:"About how often something happens to each connection."`
	Mode     modes         `default:"rst,fin" placeholder:"MODE,..." help:"What happens at random: rst, fin, torn (reset within a message), halfopen (silent both ways), mute (server to client), deaf (client to server), stall (silent, then on)."`
	HoldFor  time.Duration `default:"3s" placeholder:"DURATION" help:"How long silences last (${default})."`
	Delay    time.Duration `placeholder:"DURATION" help:"Time that every byte takes longer, each way."`
	Jitter   time.Duration `placeholder:"DURATION" help:"At most so much on top of the delay, at random."`
	Rate     size          `placeholder:"BYTES_PER_S" help:"Bound on each direction of each connection."`
	Schedule string        `placeholder:"FILE" help:"What happens when: lines of TIME MODE [FOR], also refuse FOR and repeat."`
	Verbose  bool          `short:"v" help:"Say each thing that is done."`
	JSON     bool          `help:"Print the counts as JSON."`
}

func (c *chaosCmd) Run(e *env) error {
	o := chaos.Options{Listen: c.Listen, To: c.To, Seed: c.Seed, CutEvery: c.CutEvery, Modes: c.Mode.list, HoldFor: c.HoldFor,
		Delay: c.Delay, Jitter: c.Jitter, Rate: int(c.Rate)}
	if c.Schedule != "" {
		f, err := os.Open(c.Schedule)
		if err != nil {
			return &holdfast.Error{Code: holdfast.CodeIO, Op: "read schedule", Cause: err}
		}
		defer f.Close()
		if o.Schedule, err = chaos.ParseSchedule(f); err != nil {
			return err
		}
	}
	if c.Verbose {
		begin := time.Now()
		o.Logf = func(format string, args ...any) {
			fmt.Fprintf(e.stderr, "%8.3f %s\n", time.Since(begin).Seconds(), fmt.Sprintf(format, args...))
		}
	}
	p, err := chaos.New(o)
	if err != nil {
		return err
	}
	defer p.Close()
	fmt.Fprintf(e.stdout, "listening on %s (to %s, seed %d)\n", p.Addr(), c.To, p.Seed())
	usr1, stop := countSignal()
	defer stop()
	for {
		select {
		case <-usr1:
			c.counts(e, p.Stats())
		case <-e.ctx.Done():
			p.Close()
			return c.counts(e, p.Stats())
		}
	}
}

func (c *chaosCmd) counts(e *env, s chaos.Stats) error {
	if c.JSON {
		return json.NewEncoder(e.stdout).Encode(s)
	}
	_, err := fmt.Fprintf(e.stdout, "%d connections (%d refused, %d to nobody, %d open), %d cut:", s.Accepted, s.Refused, s.Unreachable, s.Open, s.Cuts())
	for _, m := range chaos.Modes {
		if n := s.Done[m]; n > 0 {
			fmt.Fprintf(e.stdout, " %s %d", m, n)
		}
	}
	fmt.Fprintf(e.stdout, "; %d bytes up, %d down\n", s.BytesUp, s.BytesDown)
	return err
}
