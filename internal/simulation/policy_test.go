package simulation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/policy"
	"github.com/holdfast-ws/holdfast/server"
)

// policyPlan is who may do what in a run, and how much.
type policyPlan struct {
	Tokens time.Duration // how long they live; 0: nobody is authenticated
	Schema bool          // records are JSON; those that are marked ! never fit, and those marked ? not while the schema is tight
	Hook   bool          // is asked about each channel, and takes its time
	Limits policy.Limits
	Rate   policy.Rate // of the namespace
}

func (p *policyPlan) String() string {
	if *p == (policyPlan{}) {
		return ""
	}
	return fmt.Sprintf("  tokens live for %v, schema %v, hook %v, limits %+v, rate of the namespace %+v\n", p.Tokens, p.Schema, p.Hook, p.Limits, p.Rate)
}

// drawPolicy adds policy to a plan, from dice of its own, so that all else stays as it is drawn without.
func drawPolicy(p *plan) {
	d := dice{rand.New(rand.NewPCG(p.Seed, 0xacce55))}
	if !d.chance(60) {
		return
	}
	x := &p.Policy
	if d.chance(60) {
		x.Tokens = d.between(8*time.Second, 60*time.Second)
	}
	x.Schema, x.Hook = d.chance(50), d.chance(30)
	rate := func(percent int, low, high float64) (r policy.Rate) {
		if d.chance(percent) {
			r.PerSecond = low + d.rand.Float64()*(high-low)
			r.Burst = 1 + d.rand.IntN(int(high))
		}
		return r
	}
	x.Limits.Connection = policy.Rates{Publishes: rate(40, 2, 20), Messages: rate(15, 20, 60)}
	x.Limits.User.Publishes = rate(25, 2, 20)
	x.Limits.Address.Bytes = rate(25, 20_000, 100_000)
	x.Limits.Connects = rate(15, 1, 4)
	x.Rate = rate(20, 2, 20)
	var kinds, names []string
	if x.Tokens > 0 {
		kinds = append(kinds, "right revoked", "right revoked", "no tokens", "hook down")
	}
	if x.Schema {
		kinds = append(kinds, "schema tight")
	}
	if x.Hook {
		kinds = append(kinds, "hook down")
	}
	for _, c := range p.Publishers {
		names = append(names, c.Name)
	}
	for at := d.between(0, 10*time.Second); at < p.Length && len(kinds) > 0; at += d.between(time.Second, 20*time.Second) {
		s := step{At: at, Kind: d.pick(kinds), For: d.between(100*time.Millisecond, 40*time.Second)}
		if s.Kind == "right revoked" {
			s.Who = d.pick(names)
			s.N = int64(d.rand.IntN(3)) // how its connection fares
		}
		p.Steps = append(p.Steps, s)
	}
	slices.SortStableFunc(p.Steps, func(a, b step) int { return int(a.At - b.At) })
}

// rule sets a server's policy.
func (w *world) rule(o *server.Options) {
	x := &w.plan.Policy
	if *x != (policyPlan{}) { // nobody is barred without a word from now on, and no rate is a reason
		w.note(check.Event{Kind: check.Barred, Client: "nobody", Code: holdfast.CodeForbidden})
	}
	o.Limits = x.Limits
	n := policy.Namespace{Name: "c", Rate: x.Rate}
	if x.Schema {
		n.Schema = w.authority
	}
	if x.Schema || x.Rate != (policy.Rate{}) {
		o.Namespaces = []policy.Namespace{n}
	}
	if x.Tokens > 0 {
		o.Authenticate, o.RefreshWindow = w.authority.authenticate, x.Tokens/4
	}
	if x.Hook {
		o.Authorize = w.authority.authorize
	}
}

// maxClones bounds the numbers that newcomers with a copied outbox have.
const maxClones = 20

// applyPolicy does what a step says, if it is about policy.
func (w *world) applyPolicy(s *step) (done, mine bool) {
	a := w.authority
	switch s.Kind {
	case "right revoked":
		c := w.client(s.Who)
		if c == nil {
			return false, true
		}
		w.note(check.Event{Kind: check.Barred, Client: s.Who, Code: holdfast.CodeForbidden})
		for i := range maxClones { // who has a copy of its outbox is the same user
			w.note(check.Event{Kind: check.Barred, Client: fmt.Sprintf("%s'%d", s.Who, i), Code: holdfast.CodeForbidden})
		}
		a.set(func() { a.revoked[userOf(s.Who)] = true })
		w.after(s.For, func() { a.set(func() { delete(a.revoked, userOf(s.Who)) }) })
		switch host := c.current().host; s.N { // so that what was sent is sent again without the right
		case 1:
			w.net.Reset(host)
		case 2:
			w.net.Cut(host, 3, 400)
		}
	case "no tokens":
		a.set(func() { a.closed = true })
		w.after(s.For, func() { a.set(func() { a.closed = false }) })
	case "hook down":
		a.set(func() { a.down = true })
		w.after(s.For, func() { a.set(func() { a.down = false }) })
	case "schema tight":
		w.note(check.Event{Kind: check.Barred, Code: holdfast.CodeSchemaViolation})
		a.set(func() { a.tight = true })
		w.after(s.For, func() { a.set(func() { a.tight = false }) })
	default:
		return false, false
	}
	return true, true
}

// authority gives tokens, takes them, and is asked about rights and records.
type authority struct {
	w *world

	mu      sync.Mutex
	revoked map[string]bool // users that may not publish
	closed  bool            // it gives no tokens
	down    bool            // it does not say who anybody is, nor what he may
	tight   bool
}

func (a *authority) set(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f()
}

func (a *authority) heal() {
	a.set(func() { a.closed, a.down, a.tight = false, false, false; clear(a.revoked) })
}

// userOf is the user of a client. Whoever has a copy of an outbox is its user, and so are all that share a named cursor.
func userOf(name string) string {
	if strings.HasPrefix(name, "s") {
		return "reader"
	}
	user, _, _ := strings.Cut(name, "'")
	return user
}

func (a *authority) tokensOf(name string) func(context.Context) (string, error) {
	user := userOf(name)
	return func(context.Context) (string, error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.closed {
			return "", errors.New("no tokens at the moment")
		}
		a.w.count("tokens")
		return fmt.Sprint(user, " ", time.Now().Add(a.w.plan.Policy.Tokens).UnixNano(), " ", !a.revoked[user]), nil
	}
}

func (a *authority) authenticate(_ context.Context, c server.Credentials) (server.User, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.Token == "" { // of the dialect
		c.Token = c.Request.URL.Query().Get("token")
	}
	parts := strings.Fields(c.Token)
	if len(parts) != 3 {
		return server.User{}, &holdfast.Error{Code: holdfast.CodeUnauthenticated}
	}
	if a.down {
		return server.User{}, &holdfast.Error{Code: holdfast.CodeAuthUnavailable}
	}
	end, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || time.Now().After(time.Unix(0, end)) {
		return server.User{}, &holdfast.Error{Code: holdfast.CodeTokenExpired}
	}
	publish := []any{}
	if parts[2] == "true" {
		publish = append(publish, "c:*", envelopeChannel)
	}
	return server.User{ID: parts[0], Expires: time.Unix(0, end), Claims: map[string]any{policy.Claim: map[string]any{
		"subscribe": []any{"c:*", envelopeChannel}, "publish": publish,
	}}}, nil
}

// authorize takes its time, and says yes if it says anything.
func (a *authority) authorize(ctx context.Context, q server.Authorization) error {
	select {
	case <-time.After(time.Duration(len(q.Channel)) * 30 * time.Millisecond):
	case <-ctx.Done():
		return ctx.Err()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.down {
		return &holdfast.Error{Code: holdfast.CodeAuthUnavailable}
	}
	return nil
}

// Validate makes it a schema.
func (a *authority) Validate(data []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case bytes.Contains(data, []byte("! ")):
		return errors.New("it never fits")
	case a.tight && bytes.Contains(data, []byte("? ")):
		return errors.New("it does not fit at the moment")
	}
	return nil
}

// compose makes a record's data. Where there is a schema it is JSON, with white space around it that is not part of it.
func (w *world) compose(message string, size, n int) (name, data string, typ holdfast.ContentType) {
	if !w.plan.Policy.Schema {
		return message, message + " " + strings.Repeat("x", size), holdfast.Text
	}
	switch n % 7 {
	case 3:
		message += "!"
		w.note(check.Event{Kind: check.Barred, Message: message, Code: holdfast.CodeSchemaViolation})
	case 2, 5:
		message += "?"
	}
	return message, " " + strconv.Quote(message+" "+strings.Repeat("x", size)) + "\n", holdfast.JSON
}

// messageOf is the name that compose has put into the data.
func messageOf(data []byte) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(string(data), `"`), " ")
	return name
}
