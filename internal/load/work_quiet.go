package load

import (
	"context"
	"fmt"
)

var quiet = Work{
	Name: "quiet",
	About: "Subscriptions channels on each connection, a record in each of them, of which InFlight are then active at Rate " +
		"publishes a second in all: memory of a channel, latency and CPU beside the quiet ones",
	Defaults: Options{Connections: 100, Subscriptions: 1000, Messages: 1000, Warmup: 20, Rate: 200, InFlight: 10},
	run:      runQuiet,
}

func runQuiet(ctx context.Context, t *Target, o Options) (*Result, error) {
	channels := o.Connections * o.Subscriptions
	name := func(i int) string { return fmt.Sprintf("%s-%d", o.Name, i) }
	r := &Result{Unit: "deliveries", Wanted: int64(o.Messages), Before: t.Process.Memory()}
	a := newCrowd(t, &o, channels)
	defer a.close()
	a.gather(ctx, 0, o.Connections, func(i int) Role {
		role := Role{Subscribe: make([]string, o.Subscriptions)}
		for j := range role.Subscribe {
			role.Subscribe[j] = name(i*o.Subscriptions + j)
		}
		return role
	})
	if _, err := a.ready.wait(ctx, o.Timeout, "subscriptions"); err != nil {
		return nil, err
	}
	p, err := newPublisher(ctx, t, &o, o.Connections, 1, 64)
	if err != nil {
		return nil, err
	}
	defer p.close()
	came := newGate(int64(channels))
	a.measure(came, nil)
	for i := range channels {
		if err := p.publish(ctx, name(i)); err != nil {
			return nil, err
		}
	}
	if _, err := came.wait(ctx, o.Timeout, "first records"); err != nil {
		return nil, err
	}
	if r.After, err = rested(ctx, t, o.Rest); err != nil {
		return nil, err
	}
	r.MemoryEach = float64(r.After.minus(r.Before).RSS) / float64(channels)
	var hist Histogram
	done := newGate(int64(o.Messages))
	a.measure(done, &hist)
	c := startClock(t.Process, &o)
	stride := max(1, channels/o.InFlight)
	err = pace(ctx, o.Rate, o.Messages, func(i int) error { return p.send(name(i % o.InFlight * stride)) })
	if err != nil {
		return nil, err
	}
	at, err := done.wait(ctx, o.Timeout, "deliveries")
	if err != nil && !isLate(err) {
		return nil, err
	}
	c.stop(r, done.n.Load(), at)
	r.latencies(&hist)
	r.Lost = r.Wanted - r.Count
	return r, nil
}
