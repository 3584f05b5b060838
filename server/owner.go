package server

import (
	"time"
	"unsafe"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/hub"
	"github.com/holdfast-ws/holdfast/internal/near"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/store"
)

// What the hub tells a connection: the methods of hub.Owner.

// Answered is part of hub.Owner.
func (c *conn) Answered(drafts []store.Draft, results []store.Result, at int64) {
	x := scratchPool.Get().(*scratch)
	defer x.release()
	now, answered := c.srv.instant()
	c.srv.count.latency.Record(time.Duration(answered-at), len(drafts))
	if c.gate != nil {
		c.settle(drafts, results)
	}
	var e session.ServerEvent
	for i := range drafts {
		answer(&e, &drafts[i], &results[i])
		x.fx = c.machine.Step(now, &e, x.fx)
	}
	c.apply(x, now)
	if c.dialect != nil {
		c.ws.Resume()
	}
}

// Opened is part of hub.Owner.
func (c *conn) Opened(sub uint32, o hub.Opened) {
	e := session.ServerEvent{Kind: session.SvOpened, Sub: sub, Position: o.Position, First: o.First, Head: o.Head, Generation: o.Generation}
	if o.Err != nil {
		e.Code, e.Detail = subscriptionCode(codeOf(o.Err)), detail(o.Err)
	} else {
		resume(&e, &o.Resumption)
	}
	c.step(&e)
	if c.dialect != nil {
		c.dialect.release(c)
	}
}

// subscriptionCode is what a subscriber hears. That the store is broken is for the server's owner to mend, and no fault of the
// subscription's, which is asked for again.
func subscriptionCode(c holdfast.Code) holdfast.Code {
	switch c {
	case holdfast.CodeIO, holdfast.CodeStoreDamaged, holdfast.CodeClosed, holdfast.CodeCanceled:
		return holdfast.CodeStoreUnavailable
	}
	return c
}

func codeOf(err error) holdfast.Code {
	if c := holdfast.CodeOf(err); c != 0 {
		return c
	}
	return holdfast.CodeStoreUnavailable
}

func detail(err error) string {
	if e, ok := err.(*holdfast.Error); ok {
		return e.Detail // the code says the rest
	}
	return err.Error()
}

// Allowance is part of hub.Owner.
func (c *conn) Allowance(sub uint32) (records, bytes int) { return c.machine.Allowance(sub) }

// Prefetch is part of hub.Owner. It only computes addresses, since to look at anything would be to wait for it.
func (c *conn) Prefetch() {
	p := unsafe.Pointer(&c.machine)
	near.Fetch(p)
	near.Fetch(unsafe.Add(p, 96))
	near.Fetch(unsafe.Add(p, 160))
}

// Flushed is part of hub.Owner.
func (c *conn) Flushed(sub uint32, first, last uint64, bytes int) {
	if c.dialect != nil {
		c.sent(sub, last)
	}
	c.machine.Step(0, &session.ServerEvent{Kind: session.SvFlushed, Sub: sub, First: first, Last: last, Bytes: bytes}, nil)
}

// Gap is part of hub.Owner.
func (c *conn) Gap(sub uint32, r store.Resumption) {
	e := session.ServerEvent{Kind: session.SvGap, Sub: sub}
	resume(&e, &r)
	c.step(&e)
}

// CursorTaken is part of hub.Owner.
func (c *conn) CursorTaken(sub uint32) {
	if c.dialect != nil {
		defer c.taken(sub)
	}
	c.step(&session.ServerEvent{Kind: session.SvTaken, Sub: sub, Code: holdfast.CodeCursorTaken})
	c.member.Urgent()
}

// Failed is part of hub.Owner.
func (c *conn) Failed(sub uint32, err error) {
	c.srv.logger.Error("a channel cannot be read", "error", err)
	c.step(&session.ServerEvent{Kind: session.SvTaken, Sub: sub, Code: holdfast.CodeStoreUnavailable, Detail: detail(err)})
	c.member.Urgent()
}

// Sweep is part of hub.Owner.
func (c *conn) Sweep(_ time.Time, f hub.SweepFacts) {
	if c.member == nil {
		return
	}
	e := session.ServerEvent{Kind: session.SvSweep, Stalled: !f.StalledSince.IsZero(), Taking: f.Took, After: f.InVain.Milliseconds()}
	x := scratchPool.Get().(*scratch)
	defer x.release()
	now := c.srv.millis()
	x.fx = c.machine.Step(now, &e, x.fx)
	c.apply(x, now)
	if c.dialect != nil {
		c.sweepDialect(x, now, f)
	}
}

// Resume is part of hub.Owner.
func (c *conn) Resume() { c.ws.Resume() }

// Broken is part of hub.Owner.
func (c *conn) Broken(err error) {
	c.srv.logger.Debug("a connection broke", "remote", c.srv.addressOf(c.id), "error", err)
	c.ws.Close()
}
