package load

import (
	"context"
	"errors"
	"sync"
)

var storm = Work{
	Name:     "storm",
	About:    "clients that come back at once, each with Messages records to catch up on",
	Defaults: Options{Connections: 5000, Messages: 20, InFlight: 64, Dialing: 512},
	run:      runStorm,
}

func runStorm(ctx context.Context, t *Target, o Options) (*Result, error) {
	place, p, err := fillLog(ctx, t, &o, o.Messages)
	if err != nil {
		return nil, err
	}
	defer p.close()
	var hist Histogram
	done := newGate(int64(o.Connections))
	a := newCrowd(t, &o, o.Connections)
	defer a.close()
	stopPeak := t.Process.Peak(ctx)
	c := startClock(t.Process, &o)
	var clients sync.WaitGroup
	slots := make(chan struct{}, o.Dialing)
	for i := range o.Connections {
		slots <- struct{}{}
		clients.Go(func() {
			caught := newGate(int64(o.Messages))
			_, err := a.join(ctx, i, Role{Subscribe: []string{o.Name}, Resume: &place}, caught)
			<-slots
			if err != nil {
				done.fail(err)
				return
			}
			at, err := caught.wait(ctx, o.Timeout, "records")
			if _, late := errors.AsType[*errLate](err); late {
				return // counted as not caught up
			}
			if err != nil {
				done.fail(err)
				return
			}
			hist.Record(at.Sub(c.begun), 1)
			done.add(1)
		})
	}
	at, err := done.wait(ctx, o.Timeout, "clients caught up")
	if _, late := errors.AsType[*errLate](err); err != nil && !late {
		return nil, err
	}
	r := &Result{Unit: "clients", Wanted: int64(o.Connections)}
	c.stop(r, done.n.Load(), at)
	r.Peak = stopPeak()
	clients.Wait()
	a.close()
	r.latencies(&hist)
	r.Faults = a.faults(1, p.seq)
	return r, nil
}

// fillLog publishes n records behind a place that it returns, and keeps the publisher.
func fillLog(ctx context.Context, t *Target, o *Options, n int) (Place, *publisher, error) {
	probe := newCrowd(t, o, 1)
	defer probe.close()
	m, err := probe.join(ctx, 0, Role{Subscribe: []string{o.Name}}, nil)
	if err != nil {
		return Place{}, nil, err
	}
	if _, err := probe.ready.wait(ctx, o.Timeout, "probe subscribed"); err != nil {
		return Place{}, nil, err
	}
	p, err := newPublisher(ctx, t, o, 1, 1, o.InFlight)
	if err != nil {
		return Place{}, nil, err
	}
	// One record before the place, so that it is not the beginning of a log.
	came := newGate(1)
	probe.measure(came, nil)
	p.sender = 0
	err = p.publish(ctx, o.Name)
	if err == nil {
		_, err = came.wait(ctx, o.Timeout, "record of the probe")
	}
	probe.close()
	place := m.place
	p.sender, p.seq = 1, 0
	all := newGate(int64(n))
	p.acked.Store(all)
	if err == nil {
		err = p.publishMany(ctx, o.Name, n)
	}
	if err == nil {
		_, err = all.wait(ctx, o.Timeout, "acknowledgements")
	}
	if err != nil {
		p.close()
		return Place{}, nil, err
	}
	return place, p, nil
}
