package server

import (
	"iter"
	"maps"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/monitor"
	"github.com/holdfast-ws/holdfast/policy"
	"github.com/holdfast-ws/holdfast/store"
)

// policies is what a server has been told about who may do what.
type policies struct {
	set      *policy.Set
	accounts *policy.Accounts // nil where nothing has a limit
	gated    bool             // connections have a gate
	limited  *[policy.Scopes][policy.Connects + 1]atomic.Uint64
}

func newPolicies(o *Options) (p policies, err error) {
	if p.set, err = policy.NewSet(o.Namespaces); err != nil {
		return p, err
	}
	if p.set.WantsUsers() && o.Authenticate == nil {
		return p, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start server",
			Detail: "Namespaces: rules about users need Authenticate, since nobody is known without"}
	}
	if err := o.Limits.Check(); err != nil {
		return p, err
	}
	limits := o.Limits
	limits.Remembered = 0
	metered := limits != policy.Limits{}
	for i := range o.Namespaces {
		metered = metered || o.Namespaces[i].Rate != policy.Rate{}
	}
	if metered {
		p.accounts = policy.NewAccounts(o.Limits)
	}
	p.gated = metered || o.Authorize != nil
	p.limited = new([policy.Scopes][policy.Connects + 1]atomic.Uint64)
	return p, nil
}

// sweep forgets accounts that nobody needs.
func (p *policies) sweep(now time.Time) {
	if p.accounts != nil {
		p.accounts.Sweep(now)
	}
}

// short counts that somebody had to wait, and returns what he is told.
func (p *policies) short(s policy.Short, op string) *holdfast.Error {
	p.limited[s.Scope][s.Resource].Add(1)
	return s.Error(op)
}

// stats adds the figures of limits.
func (p *policies) stats(st *Stats) {
	st.Limited = maps.Collect(p.counts())
	if p.accounts != nil {
		st.Accounts, st.AccountsForgotten = p.accounts.Len()
	}
}

// counts yields how often each limit had somebody wait, for those that had.
func (p *policies) counts() iter.Seq2[string, uint64] {
	return func(yield func(string, uint64) bool) {
		for scope := range p.limited {
			for resource := range p.limited[scope] {
				n := p.limited[scope][resource].Load()
				if n > 0 && !yield(policy.Scope(scope).String()+"_"+policy.Resource(resource).String(), n) {
					return
				}
			}
		}
	}
}

func (p *policies) limitedMetric() monitor.Metric {
	m := monitor.Metric{Name: "holdfast_limited_total", Help: "How often a limit had somebody wait, by limit.", Kind: monitor.Counter, Label: "limit"}
	for name, n := range p.counts() {
		m.Samples = append(m.Samples, monitor.Sample{Label: name, Value: float64(n)})
	}
	return m
}

// admitAddress lets an address connect as often as it may.
func (s *Server) admitAddress(r *http.Request) error {
	t := s.policy.accounts
	if t == nil {
		return nil
	}
	a := t.Address(policy.AddressKey(r.RemoteAddr))
	defer t.Release(a)
	if short, ok := policy.Take(time.Now(), policy.Cost{policy.Connects: 1}, a); !ok {
		return s.policy.short(short, "connect")
	}
	return nil
}

func (c *conn) who() policy.User { return policy.User{ID: c.user, Grants: c.grants} }

// judge adds the verdict of policy to a draft. It counts only if the store finds that the draft is no duplicate. Locked.
func (c *conn) judge(d *store.Draft) {
	p := &c.srv.policy
	if d.Code == 0 && p.set == nil && c.gate == nil && !c.grants.Any() && d.Channel[0] != policy.Reserved {
		return
	}
	if d.Kind == store.Publish && c.gate != nil {
		if short, ok := c.gate.take(c, d.Channel, costOf(d)); !ok {
			refuse(d, p.short(short, "publish"))
			return
		}
	}
	if err := c.rule(d); err != nil {
		c.gate.give(c, d.Channel, policy.Cost{policy.Bytes: costOf(d)[policy.Bytes]}) // the store does not get them
		refuse(d, err)
	}
}

// rule returns why a draft breaks the rules of its channel, or nil. A skip needs the same rights as a publish, though it cannot be
// refused: see store.Refuse.
func (c *conn) rule(d *store.Draft) *holdfast.Error {
	if d.Code != 0 { // it broke one before
		return &holdfast.Error{Code: d.Code}
	}
	if err := c.srv.policy.set.Check(policy.Publish, d.Channel, c.who()); err != nil {
		return err.(*holdfast.Error)
	}
	if err := c.gate.answered(question{policy.Publish, d.Channel}); err != nil {
		return err
	}
	n := c.srv.policy.set.Of(d.Channel)
	if n == nil || d.Kind != store.Publish {
		return nil
	}
	return fits(n, d)
}

// refuse makes an error a draft's verdict.
func refuse(d *store.Draft, err *holdfast.Error) {
	d.Code, d.Verdict = err.Code, store.Refuse
	if a := err.Code.Action(); a == holdfast.ActionLater || a == holdfast.ActionNow {
		d.Verdict = store.Defer
	}
	if err.Detail != "" || err.RetryAfter != 0 {
		d.Reason = &store.Reason{Detail: err.Detail, RetryAfter: err.RetryAfter}
	}
	d.Data, d.Headers = nil, nil
}

// open begins a subscription if the client may have it. Locked.
func (c *conn) open(x *scratch, f *session.ServerEffect) {
	q := f.Subscribe
	if err := c.maySubscribe(q); err != nil {
		c.refuseSub(f.Sub, err)
		return
	}
	if c.gate.holdsSub(c, f.Sub, q) {
		return
	}
	x.opens = append(x.opens, c.member.Open(c.openRequest(f.Sub, q)))
}

func (c *conn) maySubscribe(q *wire.Subscribe) error {
	set, u := c.srv.policy.set, c.who()
	if set == nil && !u.Grants.Any() {
		return nil
	}
	if err := set.Check(policy.Subscribe, q.Channel, u); err != nil {
		return err
	}
	if c.dialect != nil && c.dialect.resumes {
		return nil
	}
	switch q.From {
	case wire.FromStart, wire.FromLast, wire.FromTime:
		return set.Check(policy.History, q.Channel, u)
	case wire.FromPosition:
		if q.Position.Term == 0 && q.Position.Offset > 0 { // somebody typed it
			return set.Check(policy.History, q.Channel, u)
		}
	}
	return nil
}

// notBefore is for who may not read history: how far back he may resume. A position proves nothing, since a client can make one up.
func (c *conn) notBefore(channel string) time.Time {
	set, u := c.srv.policy.set, c.who()
	if set == nil && !u.Grants.Any() || set.Check(policy.History, channel, u) == nil {
		return time.Time{}
	}
	within := policy.DefaultResumeWithin
	if n := set.Of(channel); n != nil {
		within = n.ResumeWithin
	}
	return c.srv.o.Now().Add(-within)
}

// refuseSub answers a subscription that has no answer yet.
func (c *conn) refuseSub(sub uint32, err error) {
	e := session.ServerEvent{Kind: session.SvOpened, Sub: sub, Code: codeOf(err), Detail: detail(err)}
	if h, ok := err.(*holdfast.Error); ok {
		e.After = milliseconds(h.RetryAfter)
	}
	c.step(&e)
}

// cursorName makes named cursors a user's own: another user's of the same name is another one.
func (c *conn) cursorName(name string) string {
	if name == "" || c.srv.o.Authenticate == nil {
		return name
	}
	return c.user + "\x00" + name
}

// regrant goes on with what the next token grants: subscriptions that it does not, end. Locked.
func (c *conn) regrant(g policy.Grants) {
	c.grants = g
	set := c.srv.policy.set
	if set != nil || g.Any() {
		c.revoke(func(channel string) error { return set.Check(policy.Subscribe, channel, c.who()) })
	}
	c.gate.askAgain(c)
}

// revoke ends the subscriptions for which there is an error. Locked.
func (c *conn) revoke(why func(channel string) error) {
	type gone struct {
		session.Subscription
		err error
	}
	var list []gone
	for s := range c.machine.Subscribed() {
		if err := why(s.Channel); err != nil {
			list = append(list, gone{s, err})
		}
	}
	for _, x := range list {
		c.gate.drop(x.Sub)
		c.member.CloseSub(x.Sub)
		if !x.Open {
			c.refuseSub(x.Sub, x.err)
			continue
		}
		c.step(&session.ServerEvent{Kind: session.SvTaken, Sub: x.Sub, Code: codeOf(x.err), Detail: detail(x.err)})
	}
	c.member.Urgent()
}
