package load

import (
	"context"
	"fmt"
)

var replay = Work{
	Name:     "replay",
	About:    "a history of Messages records that all subscribers read from its start at once",
	Defaults: Options{Connections: 1000, Messages: 10000, InFlight: 256, Dialing: 512},
	run:      runReplay,
}

func runReplay(ctx context.Context, t *Target, o Options) (*Result, error) {
	p, err := newPublisher(ctx, t, &o, o.Connections, 1, o.InFlight)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if err := p.publishAcked(ctx, o.Name, o.Messages, o.Timeout); err != nil {
		return nil, fmt.Errorf("publish the history: %w", err)
	}
	r := &Result{Unit: "deliveries", Wanted: int64(o.Connections) * int64(o.Messages), Before: t.Process.Memory()}
	a := newCrowd(t, &o, o.Connections)
	defer a.close()
	done := newGate(r.Wanted)
	a.measure(done, nil)
	stopPeak := t.Process.Peak(ctx)
	c := startClock(t.Process, &o)
	a.gather(ctx, 0, o.Connections, func(int) Role { return Role{Subscribe: []string{o.Name}, Start: true} })
	at, err := done.wait(ctx, o.Timeout, "deliveries")
	if err != nil && !isLate(err) {
		return nil, err
	}
	c.stop(r, done.n.Load(), at)
	r.After = t.Process.Memory()
	r.Peak = stopPeak()
	a.close()
	r.Faults = a.faults(1, p.seq)
	r.more("peak_over_before_mb", float64(r.Peak-r.Before.RSS)/1e6)
	return r, nil
}
