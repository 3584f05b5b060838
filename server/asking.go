package server

import (
	"context"
	"errors"
	"slices"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/policy"
	"github.com/holdfast-ws/holdfast/store"
)

// Authorization is what Options.Authorize is asked.
type Authorization struct {
	// User who asks; empty where nobody is known.
	User string
	// Operation is policy.Subscribe or policy.Publish. Who may read history is not asked.
	Operation policy.Operation
	Channel   string
}

type question struct {
	operation policy.Operation
	channel   string
}

// asker has the hook asked, one question of a connection after the other, and keeps what waits for the answer. The member's lock
// guards it.
type asker struct {
	decided map[question]*holdfast.Error // nil: yes
	queue   []question
	queued  map[question]bool
	drafts  []store.Draft // in order; their data is copied
	subs    []waiting
	size    int  // of the drafts
	round   int  // grows when rights may have changed: what was answered before does not count
	busy    bool // a goroutine asks
	ctx     context.Context
	cancel  context.CancelFunc
}

// waiting is a subscription that waits.
type waiting struct {
	sub uint32
	q   wire.Subscribe
}

// maxDecided bounds what a connection remembers of the hook's answers. Beyond it all are forgotten, and the hook is asked again.
const maxDecided = 1024

func newAsker() *asker {
	a := &asker{decided: map[question]*holdfast.Error{}, queued: map[question]bool{}}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	return a
}

func (a *asker) close() { a.cancel() }

// full reports whether so much waits for the hook that nothing more should be read.
func (g *gate) full() bool { return g != nil && g.asker != nil && g.asker.size > maxBehind }

// answered returns the hook's refusal, if it has refused.
func (g *gate) answered(q question) *holdfast.Error {
	if g == nil || g.asker == nil {
		return nil
	}
	return g.asker.decided[q]
}

// holds keeps a draft back until the hook has been asked about its channel. Locked.
func (g *gate) holds(c *conn, d *store.Draft) bool {
	if g == nil || g.asker == nil || d.Code != 0 {
		return false
	}
	a, q := g.asker, question{policy.Publish, d.Channel}
	if _, ok := a.decided[q]; ok || c.srv.policy.set.Check(policy.Publish, d.Channel, c.who()) != nil {
		return false
	}
	held := *d
	held.Data, held.Headers = slices.Clone(d.Data), slices.Clone(d.Headers)
	a.drafts = append(a.drafts, held)
	a.size += behindCost + len(d.Data)
	a.ask(c, q)
	return true
}

// holdsSub does the same with a subscription.
func (g *gate) holdsSub(c *conn, sub uint32, q *wire.Subscribe) bool {
	if g == nil || g.asker == nil {
		return false
	}
	a := g.asker
	held := *q
	held.Earlier = slices.Clone(q.Earlier)
	a.subs = append(a.subs, waiting{sub, held})
	a.ask(c, question{policy.Subscribe, q.Channel})
	return true
}

// drop forgets a subscription that has ended.
func (g *gate) drop(sub uint32) {
	if g != nil && g.asker != nil {
		g.asker.subs = slices.DeleteFunc(g.asker.subs, func(w waiting) bool { return w.sub == sub })
	}
}

// askAgain forgets what the hook has said, and asks about all subscriptions. Locked.
func (g *gate) askAgain(c *conn) {
	if g == nil || g.asker == nil {
		return
	}
	a := g.asker
	a.round++
	clear(a.decided)
	for s := range c.machine.Subscribed() {
		a.ask(c, question{policy.Subscribe, s.Channel})
	}
}

// ask has the hook asked soon.
func (a *asker) ask(c *conn, q question) {
	if !a.queued[q] {
		a.queue, a.queued[q] = append(a.queue, q), true
	}
	if !a.busy {
		a.busy = true
		c.srv.wg.Go(func() { a.run(c) })
	}
}

// run asks until there is nothing to ask.
func (a *asker) run(c *conn) {
	c.member.Lock()
	defer c.member.Unlock()
	for len(a.queue) > 0 && !c.ending {
		q, round := a.queue[0], a.round
		c.member.Unlock()
		err := c.srv.authorize(a.ctx, Authorization{User: c.user, Operation: q.operation, Channel: q.channel})
		c.member.Lock()
		if c.ending {
			break
		}
		if a.round != round {
			continue // who the client is has changed meanwhile
		}
		a.queue = a.queue[1:]
		delete(a.queued, q)
		a.decide(c, q, err)
		c.member.Urgent()
		c.member.Unlock()
		c.member.Dry()
		c.ws.Resume()
		c.member.Lock()
	}
	a.busy = false
}

// authorize asks the hook. What is no error of ours may say anything, so its text is not passed on.
func (s *Server) authorize(ctx context.Context, q Authorization) *holdfast.Error {
	limited, cancel := context.WithTimeout(ctx, s.o.HelloTimeout)
	defer cancel()
	err := s.o.Authorize(limited, q)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil { // the connection has gone, and nobody hears this
		return &holdfast.Error{Code: holdfast.CodeCanceled}
	}
	if e, ok := errors.AsType[*holdfast.Error](err); ok && e.Code != 0 {
		s.unavailable(err)
		return &holdfast.Error{Code: e.Code, Detail: e.Detail, RetryAfter: e.RetryAfter}
	}
	if limited.Err() != nil {
		late := &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Op: "authorize", Detail: "the hook did not answer in time", Cause: err}
		s.unavailable(late)
		return &holdfast.Error{Code: late.Code, Detail: late.Detail}
	}
	return &holdfast.Error{Code: holdfast.CodeForbidden}
}

// decide goes on with what has waited for an answer. Locked.
func (a *asker) decide(c *conn, q question, err *holdfast.Error) {
	passing := err != nil && err.Code.Action() != holdfast.ActionStop
	if !passing && q.operation == policy.Publish {
		if len(a.decided) >= maxDecided {
			clear(a.decided)
		}
		a.decided[q] = err
	}
	if q.operation == policy.Publish {
		a.submit(c, q.channel, err, passing)
		return
	}
	var left []waiting
	for _, w := range a.subs {
		if w.q.Channel != q.channel {
			left = append(left, w)
			continue
		}
		if err == nil {
			c.member.OpenLater(c.member.Open(c.openRequest(w.sub, &w.q)))
			continue
		}
		c.refuseSub(w.sub, err)
	}
	a.subs = left
	if err != nil && !passing {
		c.revoke(func(channel string) error {
			if channel == q.channel {
				return err
			}
			return nil
		})
	}
}

// submit hands over the drafts for a channel that have waited. If it cannot be known now whether they may be published, they are
// put off, so that they come again.
func (a *asker) submit(c *conn, channel string, err *holdfast.Error, passing bool) {
	x := scratchPool.Get().(*scratch)
	defer x.release()
	_, x.at = c.srv.instant()
	var left []store.Draft
	a.size = 0
	for i := range a.drafts {
		d := &a.drafts[i]
		if d.Channel != channel {
			left = append(left, *d)
			a.size += behindCost + len(d.Data)
			continue
		}
		x.drafts = append(x.drafts, *d)
		d = &x.drafts[len(x.drafts)-1]
		if passing && d.Kind == store.Publish {
			refuse(d, err)
		} else {
			c.judge(d)
		}
	}
	a.drafts = left
	c.submit(x)
}
