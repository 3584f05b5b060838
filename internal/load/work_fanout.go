package load

import (
	"context"
	"fmt"
	"time"
)

var fanout = Work{
	Name:     "fanout",
	About:    "one publisher, many subscribers of one channel; InFlight publishes may be unanswered",
	Defaults: Options{Connections: 1000, Messages: 300, Warmup: 30, InFlight: 1},
	run:      runFanout,
}

var latency = Work{
	Name:     "latency",
	About:    "one publisher at a fixed rate, many subscribers of one channel",
	Defaults: Options{Connections: 500, Messages: 100, Warmup: 10, Rate: 20, InFlight: 64},
	run:      runFanout,
}

// audience is subscribers of one channel and its publisher.
type audience struct {
	*crowd
	pub     *publisher
	channel string
}

func gatherAudience(ctx context.Context, t *Target, o *Options) (*audience, error) {
	a := &audience{crowd: newCrowd(t, o, o.Connections), channel: o.Name}
	a.gather(ctx, 0, o.Connections, func(int) Role { return Role{Subscribe: []string{a.channel}} })
	_, err := a.ready.wait(ctx, o.Timeout, "subscribers ready")
	if err == nil {
		a.pub, err = newPublisher(ctx, t, o, o.Connections, 1, o.InFlight)
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func runFanout(ctx context.Context, t *Target, o Options) (*Result, error) {
	a, err := gatherAudience(ctx, t, &o)
	if err != nil {
		return nil, err
	}
	defer a.pub.close()
	defer a.close()
	if err := a.warm(ctx); err != nil {
		return nil, err
	}
	var hist Histogram
	done := newGate(int64(o.Connections) * int64(o.Messages))
	if o.Settles == SettlesDelivered {
		done.step, done.steps = int64(o.Connections), make(chan struct{}, o.Messages)
	}
	a.measure(done, &hist)
	stopPeak := t.Process.Peak(ctx)
	c := startClock(t.Process, &o)
	if o.Settles == SettlesDelivered {
		err = a.publishSettled(ctx, &o, done)
	} else {
		err = a.publishAll(ctx, &o)
	}
	if err != nil {
		return nil, err
	}
	r := &Result{Unit: "deliveries", Wanted: done.want.Load()}
	at, err := done.wait(ctx, o.Timeout, "deliveries")
	if err != nil && !isLate(err) {
		return nil, err
	}
	c.stop(r, done.n.Load(), at)
	r.Peak = stopPeak()
	a.close()
	r.latencies(&hist)
	r.Faults = a.faults(1, a.pub.seq)
	return r, nil
}

// warm publishes what is not measured, and waits until it has come.
func (a *audience) warm(ctx context.Context) error {
	if a.o.Warmup == 0 {
		return nil
	}
	warmed := newGate(int64(a.o.Connections) * int64(a.o.Warmup))
	a.measure(warmed, nil)
	if err := a.pub.publishMany(ctx, a.channel, a.o.Warmup); err != nil {
		return err
	}
	if _, err := warmed.wait(ctx, a.o.Timeout, "deliveries to warm up"); err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	return nil
}

// publishAll publishes at the rate, or as fast as the answers come.
func (a *audience) publishAll(ctx context.Context, o *Options) error {
	if o.Rate == 0 {
		return a.pub.publishMany(ctx, a.channel, o.Messages)
	}
	return pace(ctx, o.Rate, o.Messages, func(int) error { return a.pub.send(a.channel) })
}

// publishSettled publishes each message when enough of those before it have been delivered.
func (a *audience) publishSettled(ctx context.Context, o *Options, done *gate) error {
	for i := range o.Messages {
		if i >= o.InFlight {
			select {
			case <-done.steps:
			case <-done.opened:
				return done.err
			case <-time.After(o.Timeout):
				return nil // seen in the count
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := a.pub.send(a.channel); err != nil {
			return err
		}
	}
	return nil
}

// pace does something n times, so many times a second.
func pace(ctx context.Context, rate float64, n int, do func(i int) error) error {
	begun := time.Now()
	for i := range n {
		due := begun.Add(time.Duration(float64(i) / rate * float64(time.Second)))
		select {
		case <-time.After(time.Until(due)):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := do(i); err != nil {
			return err
		}
	}
	return nil
}
