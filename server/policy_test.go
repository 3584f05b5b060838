package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/policy"
	"github.com/holdfast-ws/holdfast/policy/schema"
	"github.com/holdfast-ws/holdfast/server"
)

// byToken takes a token such as `ann {"publish": ["chat:*"]}` for what it says.
func byToken(_ context.Context, c server.Credentials) (server.User, error) {
	id, claim, ok := strings.Cut(c.Token, " ")
	u := server.User{ID: id, Expires: time.Now().Add(time.Hour)}
	if !ok {
		return u, nil
	}
	var v any
	if err := json.Unmarshal([]byte(claim), &v); err != nil {
		return u, err
	}
	u.Claims = map[string]any{policy.Claim: v}
	return u, nil
}

// as says hello with a token, under a producer of the test's.
func (p *peer) as(token string, producer byte, subs ...wire.Subscribe) {
	p.t.Helper()
	p.send(&wire.Hello{Token: token, Process: 1, Counter: 1, Producer: holdfast.ProducerID{producer}, Subscriptions: subs})
	p.want(wire.TypeWelcome)
}

// answer returns the next answer to a publish: the code of a refusal, or 0 and what was stored.
func (p *peer) answer() (holdfast.Code, wire.Stored) {
	p.t.Helper()
	for {
		switch p.next() {
		case wire.TypeRefused:
			return p.dec.Refused.Code, wire.Stored{}
		case wire.TypeStored:
			return 0, p.dec.Stored
		}
	}
}

// subscribe returns the answer to a subscription.
func (p *peer) subscribe(q wire.Subscribe) wire.Subscribed {
	p.t.Helper()
	p.send(&q)
	for p.next() != wire.TypeSubscribed {
	}
	return p.dec.Subscribed
}

func text(channel string, number uint64, data string) *wire.Publish {
	return &wire.Publish{Channel: channel, Number: number, Type: holdfast.Text, Data: []byte(data)}
}

func mustParse(t *testing.T, doc string) *schema.Schema {
	t.Helper()
	s, err := schema.Parse([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What somebody tries who may not, by name, with what he is told; and what those who may are told.
func TestPolicyAttacks(t *testing.T) {
	_, url := start(t, server.Options{Authenticate: byToken, Namespaces: []policy.Namespace{
		{Name: "inbox", Subscribe: policy.Self, Publish: policy.Users, History: policy.Self},
		{Name: "news", Publish: policy.Granted, History: policy.Granted},
		{Name: "shut", Subscribe: policy.Nobody, Publish: policy.Nobody},
		{Name: "form", Schema: mustParse(t, `{"type":"object","required":["a"]}`), MaxRecord: 20},
	}})
	const editor, reader = `eve {"publish":["news:*"],"subscribe":["*"]}`, `rob {"subscribe":["news:*"]}`
	publish := func(channel string, typ holdfast.ContentType, data string) func(p *peer) (holdfast.Code, string) {
		return func(p *peer) (holdfast.Code, string) {
			p.send(&wire.Publish{Channel: channel, Number: 1, Type: typ, Data: []byte(data)})
			code, _ := p.answer()
			return code, p.dec.Refused.Detail
		}
	}
	subscribe := func(q wire.Subscribe) func(p *peer) (holdfast.Code, string) {
		return func(p *peer) (holdfast.Code, string) {
			q.ID = 9
			s := p.subscribe(q)
			return s.Code, s.Detail
		}
	}
	for i, tt := range []struct {
		name, token string
		do          func(p *peer) (holdfast.Code, string)
		code        holdfast.Code
		detail      string
	}{
		{"good: her own inbox", "ann", subscribe(wire.Subscribe{Channel: "inbox:ann", From: wire.FromStart}), 0, ""},
		{"good: writes to another's inbox", "ann", publish("inbox:bob", holdfast.Text, "x"), 0, ""},
		{"good: publishes what is granted", editor, publish("news:a", holdfast.Text, "x"), 0, ""},
		{"good: fits the schema", "ann", publish("form:a", holdfast.JSON, `{"a":1}`), 0, ""},
		{"good: no namespace", "ann", publish("lobby", holdfast.Text, "x"), 0, ""},
		{"subscription without right: another's inbox", "ann", subscribe(wire.Subscribe{Channel: "inbox:bob"}), holdfast.CodeForbidden, "subscribe: it is for the user alone"},
		{"subscription without right: nobody's", "ann", subscribe(wire.Subscribe{Channel: "shut:a"}), holdfast.CodeForbidden, "subscribe: it is for nobody"},
		{"subscription without right: not granted", reader, subscribe(wire.Subscribe{Channel: "inbox:rob"}), holdfast.CodeForbidden, "subscribe: the token does not grant it"},
		{"history without right: from the start", "ann", subscribe(wire.Subscribe{Channel: "news:a", From: wire.FromStart}), holdfast.CodeForbidden, "history: "},
		{"history without right: the last", "ann", subscribe(wire.Subscribe{Channel: "news:a", From: wire.FromLast, Last: 1}), holdfast.CodeForbidden, "history: "},
		{"history without right: since", "ann", subscribe(wire.Subscribe{Channel: "news:a", From: wire.FromTime, Since: 1}), holdfast.CodeForbidden, "history: "},
		{"history without right: an offset", "ann", subscribe(wire.Subscribe{Channel: "news:a", From: wire.FromPosition, Position: holdfast.Position{Offset: 1}}), holdfast.CodeForbidden, "history: "},
		{"publish without right: not granted", "ann", publish("news:a", holdfast.Text, "x"), holdfast.CodeForbidden, "publish: the token has no claim"},
		{"publish without right: reads alone", reader, publish("news:a", holdfast.Text, "x"), holdfast.CodeForbidden, "publish: the token does not grant it"},
		{"publish without right: nobody's", "ann", publish("shut:a", holdfast.Text, "x"), holdfast.CodeForbidden, "publish: it is for nobody"},
		{"publish to a reserved channel", "ann", publish("$server", holdfast.Text, "x"), holdfast.CodeForbidden, "publish: names that begin with $"},
		{"publish to a reserved channel that is granted", `eve {"publish":["*"]}`, publish("$server:a", holdfast.Text, "x"), holdfast.CodeForbidden, "names that begin with $"},
		{"schema violation", "ann", publish("form:a", holdfast.JSON, `{"b":1}`), holdfast.CodeSchemaViolation, "missing property 'a'"},
		{"schema violation: no JSON", "ann", publish("form:a", holdfast.Text, `{"a":1}`), holdfast.CodeSchemaViolation, "takes JSON"},
		{"larger than the namespace takes", "ann", publish("form:a", holdfast.JSON, `{"a":"01234567890123456789"}`), holdfast.CodeMessageTooLarge, "limit of 20 bytes in namespace form"},
	} {
		for _, codec := range []wire.Codec{wire.JSON, wire.Binary} {
			t.Run(fmt.Sprint(tt.name, " ", codec.Subprotocol()), func(t *testing.T) {
				p := dial(t, url, codec)
				p.as(tt.token, byte(1+2*i)+byte(codec))
				if code, detail := tt.do(p); code != tt.code || !strings.Contains(detail, tt.detail) {
					t.Errorf("got %v, %q; want %v, %q", code, detail, tt.code, tt.detail)
				}
				p.publish("lobby", 1, "still here")
				if code, _ := p.answer(); tt.token == "ann" && tt.name != "good: no namespace" && code != 0 {
					t.Errorf("the connection does not go on: %v", code)
				}
			})
		}
	}
	t.Run("a claim that is not as it should be", func(t *testing.T) {
		p := dial(t, url, wire.JSON)
		p.send(&wire.Hello{Token: `eve {"publish":"*"}`, Producer: holdfast.ProducerID{1}})
		if code := p.closed(); code != holdfast.CodeUnauthenticated {
			t.Error(code)
		}
	})
}

// Another user's named cursor cannot be used: the name belongs to each user by itself.
func TestOtherUsersNamedCursor(t *testing.T) {
	_, url := start(t, server.Options{Authenticate: byToken})
	ann := dial(t, url, wire.JSON)
	ann.as("ann", 1)
	for n := range uint64(3) {
		ann.publish("chat:a", n+1, "x")
		ann.answer()
	}
	q := wire.Subscribe{ID: 1, Channel: "chat:a", From: wire.FromStart, Cursor: "mine"}
	opened := ann.subscribe(q)
	ann.want(wire.TypeRecord)
	ann.send(&wire.Ack{Channel: "chat:a", Offset: 1, Generation: opened.Generation})
	mallory := dial(t, url, wire.JSON)
	mallory.as("mallory", 2)
	if got := mallory.subscribe(q); got.Code != 0 || got.Position.Offset != 0 {
		t.Errorf("another user's cursor is at %+v", got)
	}
	for mallory.next() != wire.TypeRecord || mallory.dec.Record.Offset < 3 {
	}
	mallory.send(&wire.Ack{Channel: "chat:a", Offset: 3, Generation: mallory.dec.Subscribed.Generation})
	mallory.c.CloseNow()
	// ann has not lost hers, and it is where she left it
	ann.send(&wire.Unsubscribe{ID: 2, Channel: "chat:a"})
	for ann.next() != wire.TypeUnsubscribed {
	}
	if ann.dec.Unsubscribed.ID != 2 || ann.dec.Unsubscribed.Code != 0 {
		t.Errorf("ann's subscription was ended: %+v", ann.dec.Unsubscribed)
	}
	q.ID = 3
	if got := ann.subscribe(q); got.Code != 0 || got.Position.Offset != 1 {
		t.Errorf("ann's cursor is at %+v", got)
	}
}

// Promise 1: what was stored is answered as the duplicate that it is, whatever has changed since it was sent first.
func TestDuplicateComesBeforePolicy(t *testing.T) {
	type change struct {
		name  string
		apply func(o *server.Options)
		token string
		fresh holdfast.Code // what a new record is told
	}
	for _, tt := range []change{
		{"right revoked by configuration", func(o *server.Options) {
			o.Namespaces = []policy.Namespace{{Name: "chat", Publish: policy.Nobody}}
		}, "ann", holdfast.CodeForbidden},
		{"right revoked with the token", func(*server.Options) {}, `ann {"subscribe":["*"]}`, holdfast.CodeForbidden},
		{"right revoked by the hook", func(o *server.Options) {
			o.Authorize = func(context.Context, server.Authorization) error { return errors.New("no") }
		}, "ann", holdfast.CodeForbidden},
		{"the hook cannot say", func(o *server.Options) {
			o.Authorize = func(context.Context, server.Authorization) error {
				return &holdfast.Error{Code: holdfast.CodeAuthUnavailable}
			}
		}, "ann", holdfast.CodeAuthUnavailable},
		{"schema", func(o *server.Options) {
			o.Namespaces = []policy.Namespace{{Name: "chat", Schema: mustParse(t, `{"required":["b"]}`)}}
		}, "ann", holdfast.CodeSchemaViolation},
		{"namespace takes less", func(o *server.Options) {
			o.Namespaces = []policy.Namespace{{Name: "chat", MaxRecord: 1}}
		}, "ann", holdfast.CodeMessageTooLarge},
		{"server takes less", func(o *server.Options) { o.MaxMessage = 1 }, "ann", holdfast.CodeMessageTooLarge},
		{"rate exceeded", func(o *server.Options) {
			o.Limits = policy.Limits{User: policy.Rates{Publishes: policy.Rate{PerSecond: 0.001, Burst: 1}}}
		}, "ann", holdfast.CodeRateLimited},
	} {
		for _, codec := range []wire.Codec{wire.JSON, wire.Binary} {
			t.Run(fmt.Sprint(tt.name, " ", codec.Subprotocol()), func(t *testing.T) {
				keep := newKeeper()
				_, url := start(t, server.Options{Store: keep.lend(), Authenticate: byToken})
				// white space, so that a hash of anything but the normal form is found out
				record := func(n uint64) *wire.Publish {
					return &wire.Publish{Channel: "chat:a", Number: n, Type: holdfast.JSON, Data: []byte("{\"a\": 1 \n }"), Headers: []holdfast.Header{{Name: "h", Value: "v"}}}
				}
				p := dial(t, url, wire.Binary)
				p.as("ann", 1)
				p.send(record(1), record(2))
				if code, s := p.answer(); code != 0 || s.Number != 2 {
					t.Fatal(code, s)
				}
				p.c.CloseNow()

				o := server.Options{Store: keep.lend(), Authenticate: byToken}
				tt.apply(&o)
				_, url = start(t, o)
				p = dial(t, url, codec)
				p.as(tt.token, 1)
				if tt.fresh == holdfast.CodeRateLimited { // use it up
					p.publish("other", 1, "x")
					p.answer()
				}
				p.send(record(1), record(2), record(3), record(2))
				code, s := p.answer()
				if code != 0 || s.Number != 2 || s.Count != 2 || s.Offset != 2 || s.Flags&wire.FlagDuplicate == 0 {
					t.Fatalf("got %v %+v: the log has it", code, s)
				}
				if code, _ := p.answer(); code != tt.fresh {
					t.Errorf("a new record: %v", code)
				}
				if code, s := p.answer(); code != 0 || s.Number != 2 || s.Flags&wire.FlagDuplicate == 0 {
					t.Errorf("behind the refusal: %v %+v", code, s)
				}
			})
		}
	}
}

// Promise 1: a refusal in the middle of a pipelined window loses, doubles and reorders nothing, and the lane goes on.
func TestRefusedInTheMiddleOfAWindow(t *testing.T) {
	s, url := start(t, server.Options{Namespaces: []policy.Namespace{{Name: "chat", Schema: mustParse(t, `{"type":"integer"}`)}},
		Limits: policy.Limits{Connection: policy.Rates{Publishes: policy.Rate{PerSecond: 20, Burst: 4}}}})
	p := dial(t, url, wire.Binary)
	p.as("", 1)
	const n = 12
	window := func(from uint64) (frames []frame) {
		for i := from; i <= n; i++ {
			data := fmt.Sprint(i)
			if i%5 == 0 {
				data = `"five"`
			}
			frames = append(frames, &wire.Publish{Channel: "chat:a", Number: i, Type: holdfast.JSON, Data: []byte(data)})
		}
		return frames
	}
	p.send(window(1)...)
	limited := 0
	for next := uint64(1); next <= n; {
		switch p.next() {
		case wire.TypeStored:
			next = p.dec.Stored.Number + 1
		case wire.TypeRefused:
			f := p.dec.Refused
			switch {
			case f.Code == holdfast.CodeRateLimited && f.Number == next && f.RetryAfter >= 50 && strings.Contains(f.Detail, "publishes of each connection"):
				limited++
				time.Sleep(time.Duration(f.RetryAfter) * time.Millisecond) // as it is told
				p.send(window(next)...)
			case f.Code == holdfast.CodeSchemaViolation && f.Number%5 == 0:
				next = f.Number + 1
			default:
				t.Fatalf("%d is next, and the answer is %+v", next, f)
			}
		}
	}
	if got := p.subscribe(wire.Subscribe{ID: 1, Channel: "chat:a", From: wire.FromStart}); got.Head != 10 {
		t.Fatalf("%+v", got)
	}
	for offset, want := range []string{"1", "2", "3", "4", "6", "7", "8", "9", "11", "12"} {
		p.want(wire.TypeRecord)
		if r := p.dec.Record; r.Offset != uint64(offset+1) || string(r.Data) != want {
			t.Errorf("record %d is %s at %d", offset+1, r.Data, r.Offset)
		}
	}
	st := s.Stats()
	if limited < 2 || st.Limited["connection_publishes"] == 0 || st.Declined[holdfast.CodeRateLimited] != uint64(limited) || st.Declined[holdfast.CodeSchemaViolation] != 2 {
		t.Errorf("%d times limited; figures: %v %v", limited, st.Limited, st.Declined)
	}
	if m := metricOf(t, s, "holdfast_limited_total", "connection_publishes"); m != float64(st.Limited["connection_publishes"]) {
		t.Errorf("metric: %v", m)
	}
}

// What is sent again and known already uses nothing up.
func TestDuplicatesAreFree(t *testing.T) {
	_, url := start(t, server.Options{Limits: policy.Limits{Address: policy.Rates{Publishes: policy.Rate{PerSecond: 0.001, Burst: 3}, Bytes: policy.Rate{PerSecond: 0.001, Burst: 30}}}})
	p := dial(t, url, wire.JSON)
	p.as("", 1)
	p.send(text("a", 1, "x"), text("a", 2, "x"))
	p.answer()
	for range 10 {
		p.send(text("a", 1, "x"), text("a", 2, "x"))
		if code, s := p.answer(); code != 0 || s.Flags&wire.FlagDuplicate == 0 {
			t.Fatal(code, s)
		}
	}
	p.send(text("a", 3, strings.Repeat("x", 28)))
	if code, _ := p.answer(); code != 0 {
		t.Errorf("the third is told %v", code)
	}
	p.send(text("a", 4, "x"))
	if code, _ := p.answer(); code != holdfast.CodeRateLimited {
		t.Errorf("the fourth is told %v", code)
	}
}

// Without the right to history a position leads no further back than a reconnect needs, even one that is true.
func TestResumeWithoutHistory(t *testing.T) {
	var mu sync.Mutex
	ahead := time.Duration(0)
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(ahead)
	}
	_, url := start(t, server.Options{Now: now, Namespaces: []policy.Namespace{{Name: "news", History: policy.Nobody, ResumeWithin: time.Minute}}})
	p := dial(t, url, wire.JSON)
	p.as("", 1)
	p.send(text("news:a", 1, "x"), text("news:a", 2, "x"), text("news:a", 3, "x"))
	p.answer()
	term := p.subscribe(wire.Subscribe{ID: 1, Channel: "news:a"}).Position.Term
	resume := func() (gap *wire.Gap, first uint64) {
		q := dial(t, url, wire.JSON)
		q.as("", 2)
		if s := q.subscribe(wire.Subscribe{ID: 1, Channel: "news:a", From: wire.FromPosition, Position: holdfast.Position{Term: term, Offset: 1}}); s.Code != 0 {
			t.Fatalf("%+v", s)
		}
		p.send(text("news:a", 4, "x"))
		if code, _ := p.answer(); code != 0 {
			t.Fatal(code)
		}
		for {
			switch q.next() {
			case wire.TypeGap:
				g := q.dec.Gap
				gap = &g
			case wire.TypeRecord:
				return gap, q.dec.Record.Offset
			}
		}
	}
	if gap, first := resume(); gap != nil || first != 2 {
		t.Errorf("within the time: %+v, then %d", gap, first)
	}
	mu.Lock()
	ahead = time.Hour
	mu.Unlock()
	q := dial(t, url, wire.JSON)
	q.as("", 3)
	q.send(&wire.Subscribe{ID: 1, Channel: "news:a", From: wire.FromPosition, Position: holdfast.Position{Term: term, Offset: 1}})
	q.want(wire.TypeSubscribed)
	q.want(wire.TypeGap)
	if g := q.dec.Gap; g.From != 2 || g.To != 4 || g.After != 4 {
		t.Errorf("beyond the time: %+v", g)
	}
	p.send(text("news:a", 5, "x"))
	q.want(wire.TypeRecord)
	if q.dec.Record.Offset != 5 {
		t.Errorf("then %d", q.dec.Record.Offset)
	}
}

// A refresh with other claims counts at once: subscriptions end, and publishes are refused; what was stored is still known.
func TestRefreshTakesRightsAway(t *testing.T) {
	_, url := start(t, server.Options{Authenticate: byToken})
	p := dial(t, url, wire.JSON)
	p.as(`ann {"subscribe":["a","b"],"publish":["a","b"]}`, 1, wire.Subscribe{ID: 1, Channel: "a"}, wire.Subscribe{ID: 2, Channel: "b"})
	for range 2 {
		p.want(wire.TypeSubscribed)
	}
	p.publish("a", 1, "x")
	if code, _ := p.answer(); code != 0 {
		t.Fatal(code)
	}
	p.want(wire.TypeRecord)
	p.send(&wire.Refresh{Token: `ann {"subscribe":["b"],"publish":["b"]}`})
	p.want(wire.TypeUnsubscribed)
	if u := p.dec.Unsubscribed; u.Channel != "a" || u.ID != 0 || u.Code != holdfast.CodeForbidden || !strings.Contains(u.Detail, "does not grant") {
		t.Errorf("%+v", u)
	}
	p.send(text("a", 1, "x"), text("a", 2, "x"), text("b", 1, "x"))
	if code, s := p.answer(); code != 0 || s.Flags&wire.FlagDuplicate == 0 || s.Offset != 1 {
		t.Errorf("what was stored: %v %+v", code, s)
	}
	if code, _ := p.answer(); code != holdfast.CodeForbidden {
		t.Errorf("what is new: %v", code)
	}
	if code, s := p.answer(); code != 0 || s.Channel != "b" {
		t.Errorf("what is still granted: %v", code)
	}
	p.want(wire.TypeRecord) // of b
	if got := p.subscribe(wire.Subscribe{ID: 3, Channel: "a"}); got.Code != holdfast.CodeForbidden {
		t.Errorf("%+v", got)
	}
	p.send(&wire.Refresh{Token: `ann {"subscribe":["a"],"publish":["a"]}`}) // and gives others
	p.want(wire.TypeUnsubscribed)
	if got := p.subscribe(wire.Subscribe{ID: 4, Channel: "a"}); got.Code != 0 {
		t.Errorf("%+v", got)
	}
	p.send(&wire.Refresh{Token: `ann {"publish":"a"}`})
	if code := p.closed(); code != holdfast.CodeUnauthenticated {
		t.Errorf("a refresh with a bad claim: %v", code)
	}
}

// Each connection of an address that has used its share up is told when to come back.
func TestConnectsOfAnAddress(t *testing.T) {
	s, url := start(t, server.Options{Limits: policy.Limits{Connects: policy.Rate{PerSecond: 0.1, Burst: 2}}})
	for range 2 {
		dial(t, url, wire.JSON).as("", 1)
	}
	_, resp, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{Subprotocols: []string{wire.JSON.Subprotocol()}})
	if err == nil || resp == nil || resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Holdfast-Code") != "4102" {
		t.Fatalf("%v %v", err, resp)
	}
	if after := resp.Header.Get("Retry-After"); after != "10" {
		t.Errorf("Retry-After: %s", after)
	}
	st := s.Stats()
	if st.Limited["address_connects"] != 1 || st.TurnedAway[holdfast.CodeRateLimited] != 1 || st.Accounts != 1 {
		t.Errorf("%v %v %d", st.Limited, st.TurnedAway, st.Accounts)
	}
}

// Subscriptions beyond the limit come again later; who floods the server with what needs no answer is disconnected.
func TestMessagesOfAConnection(t *testing.T) {
	s, url := start(t, server.Options{Limits: policy.Limits{Connection: policy.Rates{Messages: policy.Rate{PerSecond: 0.1, Burst: 4}}}})
	p := dial(t, url, wire.JSON)
	p.as("", 1) // one
	for i := range uint64(3) {
		if got := p.subscribe(wire.Subscribe{ID: i + 1, Channel: fmt.Sprint(i)}); got.Code != 0 {
			t.Fatalf("%+v", got)
		}
	}
	got := p.subscribe(wire.Subscribe{ID: 9, Channel: "nine"})
	if got.ID != 9 || got.Channel != "nine" || got.Code != holdfast.CodeRateLimited || got.RetryAfter < 9_000 || got.RetryAfter > 20_000 {
		t.Fatalf("%+v", got)
	}
	for range 6 {
		p.send(&wire.Ack{Channel: "0", Offset: 1})
	}
	p.want(wire.TypeReconnect)
	if r := p.dec.Reconnect; r.Code != holdfast.CodeRateLimited || r.After < 9_000 {
		t.Errorf("%+v", r)
	}
	if code := p.closed(); code != holdfast.CodeRateLimited {
		t.Error(code)
	}
	if st := s.Stats(); st.Limited["connection_messages"] != 2 || st.Closed[holdfast.CodeRateLimited] != 1 {
		t.Errorf("%v %v", st.Limited, st.Closed)
	}
}

// A user's share is one, over all connections; so is a namespace's.
func TestSharesAreShared(t *testing.T) {
	one := policy.Rate{PerSecond: 0.001, Burst: 1}
	for name, o := range map[string]server.Options{
		"user":      {Limits: policy.Limits{User: policy.Rates{Publishes: one}}},
		"namespace": {Namespaces: []policy.Namespace{{Name: "chat", Rate: one}}},
	} {
		t.Run(name, func(t *testing.T) {
			o.Authenticate = byToken
			s, url := start(t, o)
			a, b, c := dial(t, url, wire.JSON), dial(t, url, wire.JSON), dial(t, url, wire.JSON)
			a.as("ann", 1)
			b.as("ann", 2)
			c.as("bob", 3)
			for i, p := range []*peer{a, b, c} {
				p.publish("chat:a", 1, "x")
				if code, _ := p.answer(); (code == holdfast.CodeRateLimited) != (i == 1) {
					t.Errorf("%d: %v", i, code)
				}
			}
			if st := s.Stats(); st.Limited[name+"_publishes"] != 1 || st.Accounts != 2 {
				t.Errorf("%v, %d accounts", st.Limited, st.Accounts)
			}
		})
	}
}

// A rule that asks who the user is cannot be kept where nobody is asked.
func TestPolicyOptionsAreChecked(t *testing.T) {
	for want, o := range map[string]server.Options{
		"Authenticate": {Namespaces: []policy.Namespace{{Name: "a", Publish: policy.Users}}},
		"listed twice": {Namespaces: []policy.Namespace{{Name: "a"}, {Name: "a"}}},
		"Connects":     {Limits: policy.Limits{Connects: policy.Rate{PerSecond: -1}}},
	} {
		if _, err := server.New(o); holdfast.CodeOf(err) != holdfast.CodeBadArgument || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
