package load

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// publisher sends, with so many in flight at most.
type publisher struct {
	conn   *Conn
	sender int
	size   int
	slots  chan struct{} // one for each that may be sent
	ready  *gate
	acked  atomic.Pointer[gate]
	seq    uint64
	frame  []byte
	body   []byte
	ended  chan struct{}
	err    error
}

// newPublisher dials connection i.
func newPublisher(ctx context.Context, t *Target, o *Options, i, sender, inFlight int) (*publisher, error) {
	conn, err := t.Dial(ctx, i, Role{Publishes: true})
	if err != nil {
		return nil, err
	}
	p := &publisher{conn: conn, sender: sender, size: o.Size, slots: make(chan struct{}, inFlight),
		ready: newGate(1), ended: make(chan struct{})}
	p.acked.Store(newGate(1 << 62))
	for range inFlight {
		p.slots <- struct{}{}
	}
	go func() {
		defer close(p.ended)
		p.err = conn.Serve(p)
		p.ready.fail(p.err)
		p.acked.Load().fail(p.err)
	}()
	if _, err := p.ready.wait(ctx, o.Timeout, "publishers ready"); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// Take is one message.
func (p *publisher) Take(ev *Event, _ int64) error {
	if ev.Err != "" {
		return errors.New(ev.Err)
	}
	if ev.Ready > 0 {
		p.ready.add(ev.Ready)
	}
	if ev.Acked > 0 {
		p.acked.Load().add(ev.Acked)
		for range ev.Acked {
			select {
			case p.slots <- struct{}{}:
			default: // sent at a rate, without slots
			}
		}
	}
	return nil
}

// publish sends one message as soon as a slot is free.
func (p *publisher) publish(ctx context.Context, channel string) error {
	select {
	case <-p.slots:
	default:
		select {
		case <-p.slots:
		case <-p.ended:
			return p.err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return p.send(channel)
}

// publishMany sends n messages, each with a write of its own, as an application would.
func (p *publisher) publishMany(ctx context.Context, channel string, n int) error {
	for range n {
		if err := p.publish(ctx, channel); err != nil {
			return err
		}
	}
	return nil
}

// publishAcked sends n messages, and waits until they are acknowledged.
func (p *publisher) publishAcked(ctx context.Context, channel string, n int, timeout time.Duration) error {
	all := newGate(int64(n))
	p.acked.Store(all)
	err := p.publishMany(ctx, channel, n)
	if err == nil {
		_, err = all.wait(ctx, timeout, "acknowledgements")
	}
	return err
}

// send sends one message now.
func (p *publisher) send(channel string) error {
	p.seq++
	p.body = appendPayload(p.body[:0], mark{p.sender, p.seq, time.Now().UnixNano()}, p.size)
	p.frame = p.conn.Talk.Publish(p.frame[:0], channel, p.body)
	return p.conn.Send(p.frame)
}

func (p *publisher) close() {
	p.conn.Close()
	<-p.ended
}
