package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

var ingest = Work{
	Name:     "ingest",
	About:    "publishers, each with a channel of its own, and no subscriber: publish and ack",
	Defaults: Options{Connections: 20, Warmup: 500, InFlight: 64, Channels: ChannelsOwn},
	run:      runIngest,
}

func runIngest(ctx context.Context, t *Target, o Options) (*Result, error) {
	or(&o.Messages, 200_000/o.Connections)
	var publishers []*publisher
	defer func() {
		for _, p := range publishers {
			p.close()
		}
	}()
	for i := range o.Connections {
		p, err := newPublisher(ctx, t, &o, i, i+1, o.InFlight)
		if err != nil {
			return nil, err
		}
		publishers = append(publishers, p)
	}
	channel := func(i int) string {
		if o.Channels == ChannelsShared {
			return o.Name
		}
		return fmt.Sprintf("%s-%d", o.Name, i)
	}
	// all publishes n messages on each connection, and waits for the answers.
	all := func(n int) (*gate, error) {
		var wg sync.WaitGroup
		errs := make([]error, len(publishers))
		done := newGate(int64(n) * int64(len(publishers)))
		for i, p := range publishers {
			p.acked.Store(done)
			wg.Go(func() { errs[i] = p.publishMany(ctx, channel(i), n) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return nil, err
		}
		_, err := done.wait(ctx, o.Timeout, "acknowledgements")
		return done, err
	}
	if o.Warmup > 0 {
		if _, err := all(o.Warmup); err != nil {
			return nil, fmt.Errorf("warming up: %w", err)
		}
	}
	stopPeak := t.Process.Peak(ctx)
	c := startClock(t.Process, &o)
	done, err := all(o.Messages)
	if err != nil {
		return nil, err
	}
	r := &Result{Unit: "acks", Wanted: done.want.Load()}
	c.stop(r, done.n.Load(), done.at)
	r.Peak = stopPeak()
	return r, nil
}
