package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is many connections, which a poller reads, or else a goroutine for each.
type crowd struct {
	t     *Target
	poll  *poller // nil: there is none here
	o     *Options
	ready *gate
	now   atomic.Pointer[measuring]
	// seen is how many messages of sender 1 were sent before anybody here came; set before gathering.
	seen uint64

	// stops says that a member stops reading at its first delivery, and keeps its connection; set before gathering.
	stops bool

	mu      sync.Mutex
	members []*member
	wg      sync.WaitGroup
	closing atomic.Bool
}

// measuring is what deliveries are counted by at present.
type measuring struct {
	got  *gate      // deliveries that are fresh
	hist *Histogram // nil: latencies are not looked at
}

// measure says by what deliveries are counted from now on.
func (c *crowd) measure(got *gate, hist *Histogram) { c.now.Store(&measuring{got, hist}) }

func (c *crowd) fail(err error) {
	c.ready.fail(err)
	c.now.Load().got.fail(err)
}

// member is one connection of a crowd.
type member struct {
	crowd *crowd
	conn  *Conn
	check checker
	place Place
	own   *gate // nil, or counts this member's deliveries
	first int64 // when its first delivery came
}

func newCrowd(t *Target, o *Options, n int) *crowd {
	c := &crowd{t: t, o: o, ready: newGate(int64(n))}
	c.measure(newGate(1<<62), nil)
	if t.TLS == nil && o.Reading == ReadingThread {
		if p, err := newPoller(); err == nil {
			c.poll = p
			c.wg.Go(p.run)
		}
	}
	return c
}

// gather dials n connections, the first of which is number from.
func (c *crowd) gather(ctx context.Context, from, n int, role func(i int) Role) {
	var dialing sync.WaitGroup
	slots := make(chan struct{}, c.o.Dialing)
	for i := from; i < from+n && ctx.Err() == nil; i++ {
		slots <- struct{}{}
		dialing.Go(func() {
			defer func() { <-slots }()
			if _, err := c.join(ctx, i, role(i), nil); err != nil {
				c.fail(fmt.Errorf("connection %d: %w", i, err))
			}
		})
	}
	dialing.Wait()
}

// stoppedBuffer is what the kernel keeps for a connection that is not read; by default it would be megabytes.
const stoppedBuffer = 4 << 10

// join dials one connection. own, if it is not nil, counts its deliveries.
func (c *crowd) join(ctx context.Context, i int, role Role, own *gate) (*member, error) {
	conn, err := c.t.Dial(ctx, i, role)
	if err != nil {
		return nil, err
	}
	if tcp, ok := conn.nc.(*net.TCPConn); ok && c.stops {
		tcp.SetReadBuffer(stoppedBuffer)
	}
	m := &member{crowd: c, conn: conn, own: own}
	m.check.begin(1, c.seen+1)
	c.mu.Lock()
	c.members = append(c.members, m)
	c.mu.Unlock()
	end := func(err error) {
		if err == errStopped || c.closing.Load() {
			return
		}
		c.fail(fmt.Errorf("connection %d: %w", i, err))
		if own != nil {
			own.fail(err)
		}
	}
	if c.poll != nil {
		return m, c.poll.add(conn, m, end)
	}
	c.wg.Go(func() { end(conn.Serve(m)) })
	return m, nil
}

// Take is one message.
func (m *member) Take(ev *Event, at int64) error {
	c := m.crowd
	if ev.Err != "" {
		return errors.New(ev.Err)
	}
	if ev.Ready > 0 {
		c.ready.add(ev.Ready)
	}
	m.place = ev.Place
	if len(ev.Payloads) == 0 {
		return nil
	}
	if c.stops {
		return errStopped
	}
	if m.first == 0 {
		m.first = at
	}
	now, fresh := c.now.Load(), 0
	for _, p := range ev.Payloads {
		mk, ok := m.check.see(p)
		if !ok {
			continue
		}
		fresh++
		if now.hist != nil {
			now.hist.Record(time.Duration(at-mk.at), 1)
		}
	}
	now.got.add(fresh)
	if m.own != nil {
		m.own.add(fresh)
	}
	return nil
}

// close ends all connections, and waits for their goroutines. Nobody joins any more.
func (c *crowd) close() {
	if c.closing.Swap(true) {
		return
	}
	if c.poll != nil {
		c.poll.stop()
		c.wg.Wait()
		c.poll.free()
	}
	c.mu.Lock()
	for _, m := range c.members {
		m.conn.Close()
	}
	c.mu.Unlock()
	c.wg.Wait()
}

// faults holds what everybody saw against what sender sent. After close.
func (c *crowd) faults(sender int, last uint64) (f Faults) {
	for _, m := range c.members {
		m.check.end(sender, last)
		f.add(m.check.faults)
	}
	return f
}
