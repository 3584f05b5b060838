package server_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/policy"
	"github.com/holdfast-ws/holdfast/server"
)

// oracle is a hook that answers when it is told to.
type oracle struct {
	mu    sync.Mutex
	asked []string
	no    map[string]error
	block map[string]chan struct{}
}

func (o *oracle) authorize(ctx context.Context, a server.Authorization) error {
	q := fmt.Sprint(a.User, " ", a.Operation, " ", a.Channel)
	o.mu.Lock()
	o.asked = append(o.asked, q)
	wait, no := o.block[a.Channel], o.no[q]
	o.mu.Unlock()
	if wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return no
}

func (o *oracle) times(q string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, x := range o.asked {
		if x == q {
			n++
		}
	}
	return n
}

func (o *oracle) say(q string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.no[q] = err
}

func newOracle() *oracle { return &oracle{no: map[string]error{}, block: map[string]chan struct{}{}} }

func TestAuthorize(t *testing.T) {
	o := newOracle()
	o.no["ann publish b"] = &holdfast.Error{Code: holdfast.CodeForbidden, Detail: "not b"}
	o.no["ann publish c"] = errors.New("a secret of the application's")
	o.no["ann subscribe b"] = &holdfast.Error{Code: holdfast.CodeForbidden, Detail: "nor this"}
	_, url := start(t, server.Options{Authenticate: byToken, Authorize: o.authorize, Namespaces: []policy.Namespace{{Name: "shut", Publish: policy.Nobody}}})
	p := dial(t, url, wire.JSON)
	p.as("ann", 1, wire.Subscribe{ID: 1, Channel: "a"}, wire.Subscribe{ID: 2, Channel: "b"})
	for range 2 {
		p.want(wire.TypeSubscribed)
		if s := p.dec.Subscribed; (s.Channel == "b") != (s.Code == holdfast.CodeForbidden && s.Detail == "nor this") || s.Channel == "a" && s.Code != 0 {
			t.Errorf("%+v", s)
		}
	}
	for _, tt := range []struct{ channel, detail string }{{"b", "not b"}, {"c", ""}} {
		for n := range uint64(2) { // it is asked once
			p.publish(tt.channel, n+1, "x")
			if code, _ := p.answer(); code != holdfast.CodeForbidden || p.dec.Refused.Detail != tt.detail {
				t.Errorf("%s: %v %q", tt.channel, code, p.dec.Refused.Detail)
			}
		}
	}
	p.publish("shut:a", 1, "x")
	if code, _ := p.answer(); code != holdfast.CodeForbidden {
		t.Error(code)
	}
	for q, want := range map[string]int{"ann publish b": 1, "ann publish c": 1, "ann publish shut:a": 0, "ann subscribe a": 1} {
		if got := o.times(q); got != want {
			t.Errorf("%s was asked %d times, want %d", q, got, want)
		}
	}
}

// A hook that does not answer holds up the channel that it was asked about, on that connection, and nothing else. What waited goes on in
// its order.
func TestAuthorizeBlocks(t *testing.T) {
	o := newOracle()
	slow := make(chan struct{})
	o.block["slow"] = slow
	_, url := start(t, server.Options{Authorize: o.authorize})
	p, other := dial(t, url, wire.Binary), dial(t, url, wire.JSON)
	p.as("", 1)
	other.as("", 2)
	p.publish("quick", 1, "x")
	if code, _ := p.answer(); code != 0 {
		t.Fatal(code)
	}
	p.send(text("slow", 1, "x"), &wire.Skip{Channel: "slow", From: 2, To: 3}, text("slow", 4, "x"), text("quick", 2, "x"))
	p.publish("slow", 5, "x")
	p.publish("quick", 3, "x")
	for n := uint64(1); n < 3; n = p.dec.Stored.Number {
		if _, s := p.answer(); s.Channel != "quick" || s.Number <= n {
			t.Fatalf("%+v", s)
		}
	}
	other.publish("quick", 1, "x")
	if code, _ := other.answer(); code != 0 {
		t.Fatal(code)
	}
	close(slow)
	for n := uint64(0); n < 5; n = p.dec.Stored.Number {
		if code, s := p.answer(); code != 0 || s.Channel != "slow" || s.Number <= n {
			t.Fatalf("%v %+v", code, s)
		}
	}
	if got := other.subscribe(wire.Subscribe{ID: 1, Channel: "slow", From: wire.FromStart}); got.Head != 3 {
		t.Errorf("%+v", got)
	}
}

// While the hook cannot say, publishes and subscriptions are put off, and it is asked again.
func TestAuthorizeCannotSay(t *testing.T) {
	o := newOracle()
	down := &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Detail: "the directory is down"}
	o.no[" publish a"], o.no[" subscribe a"] = down, down
	_, url := start(t, server.Options{Authorize: o.authorize})
	p := dial(t, url, wire.JSON)
	p.as("", 1)
	p.send(text("a", 1, "x"), text("a", 2, "x"))
	if code, _ := p.answer(); code != holdfast.CodeAuthUnavailable || p.dec.Refused.Number != 1 || p.dec.Refused.RetryAfter == 0 {
		t.Fatalf("%+v", p.dec.Refused)
	}
	if got := p.subscribe(wire.Subscribe{ID: 1, Channel: "a"}); got.Code != holdfast.CodeAuthUnavailable {
		t.Errorf("%+v", got)
	}
	o.say(" publish a", nil)
	o.say(" subscribe a", nil)
	p.send(text("a", 1, "x"), text("a", 2, "x"))
	for n := uint64(0); n < 2; n = p.dec.Stored.Number {
		if code, s := p.answer(); code != 0 || s.Number <= n {
			t.Fatalf("%v %+v", code, s)
		}
	}
	if got := p.subscribe(wire.Subscribe{ID: 2, Channel: "a"}); got.Code != 0 {
		t.Errorf("%+v", got)
	}
}

// With the next token the hook is asked anew about everything: subscriptions that it refuses now, end.
func TestAuthorizeAgainAfterARefresh(t *testing.T) {
	o := newOracle()
	_, url := start(t, server.Options{Authenticate: byToken, Authorize: o.authorize})
	p := dial(t, url, wire.JSON)
	p.as("ann", 1, wire.Subscribe{ID: 1, Channel: "a"}, wire.Subscribe{ID: 2, Channel: "b"})
	p.want(wire.TypeSubscribed)
	p.want(wire.TypeSubscribed)
	p.publish("c", 1, "x")
	if code, _ := p.answer(); code != 0 {
		t.Fatal(code)
	}
	o.say("ann subscribe a", &holdfast.Error{Code: holdfast.CodeForbidden, Detail: "not any more"})
	o.say("ann publish c", &holdfast.Error{Code: holdfast.CodeForbidden})
	p.send(&wire.Refresh{Token: "ann"})
	p.want(wire.TypeUnsubscribed)
	if u := p.dec.Unsubscribed; u.Channel != "a" || u.Code != holdfast.CodeForbidden || u.Detail != "not any more" {
		t.Errorf("%+v", u)
	}
	p.publish("c", 2, "x")
	if code, _ := p.answer(); code != holdfast.CodeForbidden {
		t.Error(code)
	}
}

// A connection that goes away while the hook is being asked lets go of it.
func TestAuthorizeIsLetGo(t *testing.T) {
	o := newOracle()
	o.block["a"] = make(chan struct{})
	gone := make(chan error, 1)
	_, url := start(t, server.Options{Authorize: func(ctx context.Context, a server.Authorization) error {
		err := o.authorize(ctx, a)
		gone <- err
		return err
	}})
	p := dial(t, url, wire.JSON)
	p.as("", 1)
	p.publish("a", 1, "x")
	for !slices.Contains(o.all(), " publish a") {
		p.send(&wire.Ping{ID: 1})
		p.want(wire.TypePong)
	}
	p.c.CloseNow()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func (o *oracle) all() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.asked)
}
