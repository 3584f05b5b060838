package server

import (
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/policy"
	"github.com/holdfast-ws/holdfast/store"
)

// gate is what a connection holds where clients have limits, or a hook is asked about their rights. The methods of the nil gate let
// everything through. The member's lock guards it.
type gate struct {
	table   *policy.Accounts // nil: there are no limits
	own     [3]*policy.Account
	address string
	user    string
	spaces  []space
	asker   *asker // nil: nobody is asked
}

// space is the account of a namespace to which the connection has published.
type space struct {
	namespace *policy.Namespace
	account   *policy.Account
}

func (s *Server) newGate(r *http.Request) *gate {
	if !s.policy.gated {
		return nil
	}
	g := &gate{table: s.policy.accounts, address: policy.AddressKey(r.RemoteAddr)}
	if g.table != nil {
		g.own[policy.ByConnection] = g.table.Connection()
		g.own[policy.ByAddress] = g.table.Address(g.address)
	}
	if s.o.Authorize != nil {
		g.asker = newAsker()
	}
	return g
}

// enter adds who the client is.
func (g *gate) enter(user string) {
	if g == nil {
		return
	}
	g.user = user
	if g.table != nil {
		g.own[policy.ByUser] = g.table.User(user)
	}
}

// close says that nothing comes any more.
func (g *gate) close() {
	if g != nil && g.asker != nil {
		g.asker.close()
	}
}

// leaveGate gives the accounts back. Not locked.
func (c *conn) leaveGate() {
	g := c.gate
	if g == nil || g.table == nil {
		return
	}
	c.member.Lock()
	defer c.member.Unlock()
	for _, a := range g.own {
		g.table.Release(a)
	}
	for _, s := range g.spaces {
		g.table.Release(s.account)
	}
	g.own, g.spaces = [3]*policy.Account{}, nil
}

// space returns the account of a channel's namespace, which may be nil.
func (g *gate) space(n *policy.Namespace) *policy.Account {
	if n == nil || n.Rate == (policy.Rate{}) {
		return nil
	}
	for _, s := range g.spaces {
		if s.namespace == n {
			return s.account
		}
	}
	scope, who := policy.ByUser, g.user
	if who == "" {
		scope, who = policy.ByAddress, g.address
	}
	s := space{n, g.table.Namespace(n, scope, who)}
	g.spaces = append(g.spaces, s)
	return s.account
}

// take takes what a publish costs, or says how long to wait.
func (g *gate) take(c *conn, channel string, cost policy.Cost) (policy.Short, bool) {
	if g.table == nil {
		return policy.Short{}, true
	}
	return policy.Take(time.Now(), cost, g.own[0], g.own[1], g.own[2], g.space(c.srv.policy.set.Of(channel)))
}

// give gives back a part of that.
func (g *gate) give(c *conn, channel string, cost policy.Cost) {
	if g != nil && g.table != nil {
		policy.Give(time.Now(), cost, g.own[0], g.own[1], g.own[2], g.space(c.srv.policy.set.Of(channel)))
	}
}

func costOf(d *store.Draft) policy.Cost {
	n := len(d.Data)
	for i := range d.Headers {
		n += len(d.Headers[i].Name) + len(d.Headers[i].Value)
	}
	return policy.Cost{policy.Messages: 1, policy.Publishes: 1, policy.Bytes: n}
}

// settle gives back what turned out to cost nothing: only what the store has taken counts, and a refusal for good, which resolves a
// number. So a client that sends again what was stored already has as much left for what is new.
func (c *conn) settle(drafts []store.Draft, results []store.Result) {
	g := c.gate
	if g.table == nil {
		return
	}
	for i := range drafts {
		d := &drafts[i]
		if d.Kind == store.Publish && d.Verdict != store.Defer && results[i].Outcome != store.Stored && results[i].Outcome != store.Refused {
			g.give(c, d.Channel, costOf(d))
		}
	}
}

// counts counts a frame that is no publish, and reports whether it is to be handled. Subscriptions that are too many come again later;
// who sends far too much of what needs no answer is disconnected.
func (c *conn) counts(x *scratch, t wire.Type) bool {
	g := c.gate
	if g.table == nil || t == wire.TypePublish {
		return true
	}
	now, one := time.Now(), policy.Cost{policy.Messages: 1}
	if t == wire.TypeSubscribe && c.greet == nil {
		short, ok := policy.Take(now, one, g.own[:]...)
		if ok {
			return true
		}
		q := &x.dec.Subscribe
		err := c.srv.policy.short(short, "subscribe")
		c.machine.Step(c.srv.millis(), &heard, nil)
		c.reply(x, &session.ServerEffect{Kind: session.FxSvSubscribed, ID: q.ID, Channel: q.Channel, Code: err.Code, Detail: err.Detail, After: milliseconds(err.RetryAfter)})
		return false
	}
	short, ok := policy.Overdraw(now, one, g.own[:]...)
	if ok {
		return true
	}
	err := c.srv.policy.short(short, "read message")
	c.reply(x, &session.ServerEffect{Kind: session.FxSvReconnect, Code: err.Code, After: milliseconds(err.RetryAfter)})
	c.endLocked(err.Code, err.Detail)
	return false
}

// maxComplaint is how much of what a schema has to say is passed on, in bytes.
const maxComplaint = 200

// fits returns why a record does not fit its namespace, or nil.
func fits(n *policy.Namespace, d *store.Draft) *holdfast.Error {
	switch {
	case n.MaxRecord > 0 && len(d.Data) > n.MaxRecord:
		return &holdfast.Error{Code: holdfast.CodeMessageTooLarge, Detail: "publish: data is over the limit of " + strconv.Itoa(n.MaxRecord) + " bytes in namespace " + n.Name}
	case n.Schema == nil:
		return nil
	case d.Type != holdfast.JSON:
		return &holdfast.Error{Code: holdfast.CodeSchemaViolation, Detail: "publish: data is " + d.Type.String() + ", and namespace " + n.Name + " takes JSON"}
	}
	err := n.Schema.Validate(d.Data)
	if err == nil {
		return nil
	}
	text := err.Error()
	if len(text) > maxComplaint {
		cut := maxComplaint
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return &holdfast.Error{Code: holdfast.CodeSchemaViolation, Detail: "publish: data: " + text}
}
