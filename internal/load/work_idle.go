package load

import (
	"context"
	"fmt"
)

var idle = Work{
	Name:     "idle",
	About:    "connections with one subscription each that then do nothing: memory",
	Defaults: Options{Connections: 10000, Channels: ChannelsShared},
	run:      runIdle,
}

var connect = Work{
	Name:     "connect",
	About:    "connections with one subscription each, one after the other on each of Dialing: CPU",
	Defaults: Options{Connections: 5000, Channels: ChannelsShared, Rest: 1},
	run:      runIdle,
}

func runIdle(ctx context.Context, t *Target, o Options) (*Result, error) {
	r := &Result{Unit: "connections", Wanted: int64(o.Connections), Before: t.Process.Memory()}
	stopPeak := t.Process.Peak(ctx)
	a := newCrowd(t, &o, o.Connections)
	defer a.close()
	c := startClock(t.Process, &o)
	a.gather(ctx, 0, o.Connections, func(i int) Role {
		if o.Channels == ChannelsOwn {
			return Role{Subscribe: []string{fmt.Sprintf("%s-%d", o.Name, i)}}
		}
		return Role{Subscribe: []string{o.Name}}
	})
	at, err := a.ready.wait(ctx, o.Timeout, "subscriptions")
	if err != nil {
		return nil, err
	}
	c.stop(r, a.ready.n.Load(), at)
	if r.After, err = rested(ctx, t, o.Rest); err != nil {
		return nil, err
	}
	r.Peak = stopPeak()
	more := r.After.minus(r.Before)
	r.MemoryEach = float64(more.RSS) / float64(o.Connections)
	r.more("anon_each", float64(more.Anon)/float64(o.Connections))
	return r, nil
}
