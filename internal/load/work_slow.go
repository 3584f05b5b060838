package load

import (
	"context"
	"errors"
	"time"
)

var slow = Work{
	Name: "slow",
	About: "subscribers that stop reading, and 10 beside them that do not, of one channel: memory less the log's own bytes " +
		"against what it was idle, and what the fast ones get. Warmup messages go before, by which the slow ones have come to a stop",
	Defaults: Options{Connections: 10000, Messages: 2000, Warmup: 64, Size: 4096, Rate: 200, InFlight: 1},
	run:      runSlow,
}

// fastOnes are the subscribers among the slow ones that go on reading.
const fastOnes = 10

// errStopped ends the reading of a connection that stays open.
var errStopped = errors.New("stopped reading")

func runSlow(ctx context.Context, t *Target, o Options) (*Result, error) {
	r := &Result{Unit: "deliveries", Wanted: fastOnes * int64(o.Messages), Before: t.Process.Memory()}
	role := func(int) Role { return Role{Subscribe: []string{o.Name}} }
	slows := newCrowd(t, &o, o.Connections)
	slows.stops = true
	defer slows.close()
	slows.gather(ctx, 0, o.Connections, role)
	if _, err := slows.ready.wait(ctx, o.Timeout, "subscriptions"); err != nil {
		return nil, err
	}
	fast := o
	fast.Connections = fastOnes
	a, err := gatherAudience(ctx, t, &fast)
	if err != nil {
		return nil, err
	}
	defer a.pub.close()
	defer a.close()
	idle, err := rested(ctx, t, o.Rest)
	if err != nil {
		return nil, err
	}
	if err := a.warm(ctx); err != nil { // fills what takes bytes for those that do not read
		return nil, err
	}
	var hist Histogram
	done := newGate(r.Wanted)
	a.measure(done, &hist)
	stopPeak := t.Process.Peak(ctx)
	c := startClock(t.Process, &o)
	if err := a.publishAll(ctx, &o); err != nil {
		return nil, err
	}
	at, err := done.wait(ctx, o.Timeout, "deliveries to those that read")
	if err != nil && !isLate(err) {
		return nil, err
	}
	c.stop(r, done.n.Load(), at)
	r.Peak = stopPeak()
	if r.After, err = rested(ctx, t, o.Rest); err != nil {
		return nil, err
	}
	r.latencies(&hist)
	log := int64(o.Warmup+o.Messages) * int64(o.Size)
	r.MemoryEach = float64(r.After.RSS-idle.RSS) / float64(o.Connections)
	r.more("idle_mb", float64(idle.RSS)/1e6)
	r.more("log_mb", float64(log)/1e6)
	r.more("of_idle", float64(r.After.RSS)/float64(max(1, idle.RSS)))
	r.more("of_idle_less_log", float64(r.After.RSS-log)/float64(max(1, idle.RSS)))
	a.close()
	r.Faults = a.faults(1, a.pub.seq)
	return r, nil
}

// rested is the memory after a rest.
func rested(ctx context.Context, t *Target, rest time.Duration) (Memory, error) {
	select {
	case <-time.After(rest):
		return t.Process.Memory(), nil
	case <-ctx.Done():
		return Memory{}, ctx.Err()
	}
}
