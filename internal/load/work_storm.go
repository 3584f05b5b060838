package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

var storm = Work{
	Name:     "storm",
	About:    "subscribers are cut off, and come back at once, each with Messages records to catch up on",
	Defaults: Options{Connections: 5000, Messages: 20, InFlight: 64, Dialing: 512, Rest: time.Second},
	run:      runStorm,
}

func runStorm(ctx context.Context, t *Target, o Options) (*Result, error) {
	places, p, err := cutOff(ctx, t, &o)
	if err != nil {
		return nil, err
	}
	defer p.close()
	var hist Histogram
	done := newGate(int64(o.Connections))
	a := newCrowd(t, &o, o.Connections)
	a.seen = 1
	defer a.close()
	stopPeak := t.Process.Peak(ctx)
	c := startClock(t.Process, &o)
	var clients sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer func() { cancel(); clients.Wait() }() // before the crowd is closed
	slots := make(chan struct{}, o.Dialing)
	for i := range o.Connections {
		slots <- struct{}{}
		clients.Go(func() {
			caught := newGate(int64(o.Messages))
			_, err := a.join(ctx, i, Role{Subscribe: []string{o.Name}, Resume: &places[i]}, caught)
			<-slots
			var at time.Time
			if err == nil {
				at, err = caught.wait(ctx, o.Timeout, "records")
			}
			if isLate(err) {
				return // seen in the count
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
	if err != nil && !isLate(err) {
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

func isLate(err error) bool {
	_, late := errors.AsType[*errLate](err)
	return late
}

// cutOff lets subscribers come, gives each a place by one record, cuts them off, and publishes what they are to catch up on. It
// returns the places and the publisher.
func cutOff(ctx context.Context, t *Target, o *Options) (places []Place, p *publisher, err error) {
	gathering := *o
	gathering.Dialing = min(o.Dialing, 64)
	a, err := gatherAudience(ctx, t, &gathering)
	if err != nil {
		return nil, nil, err
	}
	p = a.pub
	defer func() {
		if a.close(); err != nil {
			p.close()
		}
	}()
	came := newGate(int64(o.Connections))
	a.measure(came, nil)
	if err := p.publish(ctx, o.Name); err != nil {
		return nil, nil, err
	}
	if _, err := came.wait(ctx, o.Timeout, "deliveries of the first record"); err != nil {
		return nil, nil, err
	}
	a.close()
	for _, m := range a.members {
		places = append(places, m.place)
	}
	select { // until the server has seen that they are gone
	case <-time.After(o.Rest):
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	if err := p.publishAcked(ctx, o.Name, o.Messages, o.Timeout); err != nil {
		return nil, nil, fmt.Errorf("publish what is to be caught up on: %w", err)
	}
	return places, p, nil
}
