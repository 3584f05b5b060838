package server_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
)

// tokenIsUser lets everybody in as who the token says.
func tokenIsUser(_ context.Context, c server.Credentials) (server.User, error) {
	return server.User{ID: c.Token}, nil
}

// helloAs says hello as a user, in a session of its own unless one is given, and returns the code if the server refuses.
func (p *peer) helloAs(user string, session byte, counter uint64) holdfast.Code {
	p.t.Helper()
	h := wire.Hello{Token: user, Process: 1, Counter: counter, Producer: holdfast.NewProducerID(), Agent: "test/1"}
	h.Session[0] = session
	p.send(&h)
	_, b, err := p.c.Read(p.ctx)
	if err != nil {
		return holdfast.Code(websocket.CloseStatus(err))
	}
	p.dec.Reset(p.codec, b)
	p.open = true
	p.want(wire.TypeWelcome)
	return 0
}

// listen listens until the test ends, from now on.
func listen(t *testing.T, s *server.Server) <-chan server.ConnectionEvent {
	t.Helper()
	heard := make(chan server.ConnectionEvent, 1000)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range s.Events(ctx) {
			heard <- e
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	eventually(t, "somebody listens", func() bool { return server.Listening(s) })
	return heard
}

func take(t *testing.T, heard <-chan server.ConnectionEvent) server.ConnectionEvent {
	t.Helper()
	select {
	case e := <-heard:
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("no event came")
	}
	return server.ConnectionEvent{}
}

// A connection's life is told from its beginning to its end, with who ended it and how.
func TestTheLifeOfAConnection(t *testing.T) {
	for name, c := range map[string]struct {
		end    func(s *server.Server, p *peer)
		code   holdfast.Code
		reason string
		by     server.CloseSide
	}{
		"the client closes": {func(_ *server.Server, p *peer) { p.c.Close(4444, "lunch") }, 4444, "lunch", server.ClosedByClient},
		"the client says goodbye": {func(_ *server.Server, p *peer) { p.send(&wire.Bye{}); p.closed() },
			holdfast.CodeNormal, "", server.ClosedByClient},
		"it is cut": {func(_ *server.Server, p *peer) { p.c.CloseNow() }, holdfast.CodeAbnormal, "", server.ClosedByNobody},
		"the server closes": {func(s *server.Server, p *peer) {
			s.Disconnect(server.Selector{User: "ann"}, server.Farewell{Reason: "enough"})
			p.closed()
		}, holdfast.CodeRevoked, "enough", server.ClosedByServer},
		"a fault": {func(_ *server.Server, p *peer) {
			p.c.Write(p.ctx, websocket.MessageText, []byte("x"))
			p.closed()
		}, holdfast.CodeUnsupportedData, "not what holdfast.v1.bin speaks", server.ClosedByServer},
	} {
		t.Run(name, func(t *testing.T) {
			s, url := start(t, server.Options{Authenticate: tokenIsUser})
			heard := listen(t, s)
			p := dial(t, url, wire.Binary)
			connected := take(t, heard)
			if connected.Kind != server.EventConnected || connected.ID == 0 || connected.User != "" || !connected.Address.IsLoopback() || connected.Time.IsZero() {
				t.Errorf("%+v", connected)
			}
			if code := p.helloAs("ann", 7, 1); code != 0 {
				t.Fatal(code)
			}
			in := take(t, heard)
			if in.Kind != server.EventAuthenticated || in.ID != connected.ID || in.User != "ann" || !strings.HasPrefix(in.Session, "07000") {
				t.Errorf("%+v", in)
			}
			c.end(s, p)
			out := take(t, heard)
			if out.Kind != server.EventClosed || out.ID != in.ID || out.User != "ann" || out.Session != in.Session ||
				out.Code != c.code || out.Reason != c.reason || out.By != c.by || out.Duration < 0 || out.Address != in.Address {
				t.Errorf("%+v", out)
			}
			eventually(t, "nobody is there", func() bool { return len(slices.Collect(s.Connections(server.Selector{}))) == 0 })
		})
	}
}

// A listener that does not listen misses the oldest events, is told how many, and holds nobody up.
func TestAListenerThatIsBehind(t *testing.T) {
	s, url := start(t, server.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	const connections = 600 // three events each
	stuck, told := make(chan struct{}), make(chan server.ConnectionEvent)
	go func() {
		defer close(told)
		first := true
		for e := range s.Events(ctx) {
			if first {
				<-stuck
				first = false
			}
			told <- e
		}
	}()
	eventually(t, "somebody listens", func() bool { return server.Listening(s) })
	for range connections {
		p := dial(t, url, wire.Binary)
		p.hello()
		p.c.CloseNow()
	}
	eventually(t, "all are gone", func() bool {
		return s.Stats().Connections == 0 && len(slices.Collect(s.Connections(server.Selector{}))) == 0
	})
	close(stuck)
	seen, missed := 0, 0
	for seen+missed < 3*connections {
		if e := <-told; e.Kind == server.EventMissed {
			missed += e.Missed
		} else {
			seen++
		}
	}
	if seen != 1024+1 || missed != 3*connections-seen {
		t.Errorf("%d were told of and %d missed, of %d", seen, missed, 3*connections)
	}
	cancel()
	for range told { //nolint:revive // until it ends
	}
}

func TestConnectionsAreListed(t *testing.T) {
	s, url := start(t, server.Options{Authenticate: tokenIsUser, Heartbeat: 50 * time.Millisecond})
	ann, bob, nobody := dial(t, url, wire.Binary), dial(t, url, wire.JSON), dial(t, url, wire.Binary)
	ann.helloAs("ann", 1, 1)
	bob.helloAs("bob", 2, 1)
	bob.send(&wire.Subscribe{ID: 1, Channel: "a"}, &wire.Subscribe{ID: 2, Channel: "b"})
	bob.want(wire.TypeSubscribed)
	bob.want(wire.TypeSubscribed)
	list := func(sel server.Selector) (all []server.Connection) { return slices.Collect(s.Connections(sel)) }
	eventually(t, "all are there", func() bool { return len(list(server.Selector{})) == 3 })
	one := func(sel server.Selector) server.Connection {
		t.Helper()
		all := list(sel)
		if len(all) != 1 {
			t.Fatalf("%+v: %+v", sel, all)
		}
		return all[0]
	}
	b := one(server.Selector{User: "bob"})
	if b.Subscriptions != 2 || b.Protocol != wire.JSON.Subprotocol() || b.Agent != "test/1" || b.State != server.ConnectionOpen || b.MessagesIn != 2 ||
		b.BytesIn == 0 || b.BytesOut == 0 || b.Waiting < 0 || time.Since(b.Since) > time.Minute || b.Age < 0 || b.Age > time.Minute {
		t.Errorf("%+v", b)
	}
	for what, sel := range map[string]server.Selector{
		"id": {ID: b.ID}, "session": {Session: b.Session}, "id and user": {ID: b.ID, User: "bob"},
		"user and address": {User: "bob", Address: netip.MustParsePrefix("127.0.0.0/8")},
	} {
		if got := one(sel); got.ID != b.ID {
			t.Errorf("by %s: %+v", what, got)
		}
	}
	for what, sel := range map[string]server.Selector{
		"another's user": {ID: b.ID, User: "ann"}, "no such user": {User: "eve"}, "no such session": {Session: "0f"}, "no session": {Session: "xyz"},
		"no such id": {ID: 1 << 40}, "another address": {User: "bob", Address: netip.MustParsePrefix("10.0.0.0/8")},
		"a session that is too long": {Session: b.Session + "00"},
	} {
		if got := list(sel); len(got) != 0 {
			t.Errorf("by %s: %+v", what, got)
		}
	}
	if all := list(server.Selector{Address: netip.MustParsePrefix("127.0.0.1/32")}); len(all) != 3 {
		t.Errorf("by address: %+v", all)
	}
	greeting := slices.DeleteFunc(list(server.Selector{}), func(c server.Connection) bool { return c.State != server.ConnectionGreeting })
	if len(greeting) != 1 || greeting[0].User != "" || greeting[0].Session != "" {
		t.Errorf("%+v", greeting)
	}
	go nobody.closed() // reads, and so answers pings
	eventually(t, "a round trip was measured", func() bool {
		for _, c := range list(server.Selector{}) {
			if c.RTT > 0 && c.RTT < 20*time.Second {
				return true
			}
		}
		return false
	})
}

// A user's surplus is refused with a code that says so, and what the user has goes on.
func TestConnectionsOfOneUser(t *testing.T) {
	s, url := start(t, server.Options{Authenticate: tokenIsUser, MaxPerUser: 2})
	first, second, third := dial(t, url, wire.Binary), dial(t, url, wire.JSON), dial(t, url, wire.Binary)
	if a, b := first.helloAs("ann", 1, 1), second.helloAs("ann", 2, 1); a != 0 || b != 0 {
		t.Fatal(a, b)
	}
	if code := third.helloAs("ann", 3, 1); code != holdfast.CodeTooManyForUser || code.Action() != holdfast.ActionLater {
		t.Fatalf("the third is answered with %v", code)
	}
	for _, p := range []*peer{first, second} {
		p.publish("a", 1, "still here")
		p.want(wire.TypeStored)
	}
	if code := dial(t, url, wire.Binary).helloAs("bob", 4, 1); code != 0 {
		t.Errorf("another user: %v", code)
	}
	// A session that comes back while its old connection seems to be there takes its place.
	again := dial(t, url, wire.Binary)
	if code := again.helloAs("ann", 1, 2); code != 0 {
		t.Errorf("a session that comes back: %v", code)
	}
	if code := first.closed(); code != holdfast.CodeReplaced {
		t.Errorf("its old connection: %v", code)
	}
	second.c.CloseNow()
	eventually(t, "there is room again", func() bool { return dial(t, url, wire.Binary).helloAs("ann", 5, 1) == 0 })
	if n := s.Stats().Closed[holdfast.CodeTooManyForUser]; n == 0 {
		t.Error("it is not counted")
	}
}

// Whoever has as many connections as one address may have is told so over HTTP, before anything is done; what is there goes on.
func TestConnectionsFromOneAddress(t *testing.T) {
	s, url := start(t, server.Options{MaxPerAddress: 2})
	first, second := dial(t, url, wire.Binary), dial(t, url, wire.Binary)
	first.hello() // the second is not even greeted, and counts
	_, res, err := websocket.Dial(first.ctx, url, &websocket.DialOptions{Subprotocols: []string{wire.Binary.Subprotocol()}})
	if err == nil || res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" || res.Header.Get("Holdfast-Code") != "4121" {
		t.Fatalf("%v, %+v", err, res)
	}
	first.publish("a", 1, "still here")
	first.want(wire.TypeStored)
	second.c.CloseNow()
	eventually(t, "there is room again", func() bool {
		c, _, err := websocket.Dial(first.ctx, url, &websocket.DialOptions{Subprotocols: []string{wire.Binary.Subprotocol()}})
		if err == nil {
			c.CloseNow()
		}
		return err == nil
	})
	if n := s.Stats().TurnedAway[holdfast.CodeTooManyForAddress]; n == 0 {
		t.Error("it is not counted")
	}
	// An upgrade that fails gives its place back.
	base := "http" + strings.TrimPrefix(url, "ws")
	for range 5 {
		r, _ := http.NewRequest("GET", base, nil)
		r.Header.Set("Sec-WebSocket-Protocol", wire.Binary.Subprotocol())
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	eventually(t, "there is room still", func() bool {
		c, _, err := websocket.Dial(first.ctx, url, &websocket.DialOptions{Subprotocols: []string{wire.Binary.Subprotocol()}})
		if err == nil {
			c.CloseNow()
		}
		return err == nil
	})
	http.DefaultClient.CloseIdleConnections()
}

// A client that is disconnected hears the code; one of ours does with it what the code says.
func TestDisconnectedSessions(t *testing.T) {
	for name, c := range map[string]struct {
		farewell server.Farewell
		code     holdfast.Code
		over     bool
	}{
		"for good":          {server.Farewell{Reason: "no longer a member"}, holdfast.CodeRevoked, true},
		"to come back":      {server.Farewell{Code: holdfast.CodeServiceRestart}, holdfast.CodeServiceRestart, false},
		"to show its token": {server.Farewell{Code: holdfast.CodeUnauthenticated}, holdfast.CodeUnauthenticated, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, url := start(t, server.Options{Authenticate: tokenIsUser})
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			session, err := client.OpenSession(ctx, url, client.SessionOptions{Token: func(context.Context) (string, error) { return "ann", nil }})
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close(ctx)
			if _, err := session.Publish(ctx, "a", []byte("1")); err != nil {
				t.Fatal(err)
			}
			if n, err := s.Disconnect(server.Selector{User: "ann"}, c.farewell); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			_, err = session.Publish(ctx, "a", []byte("2"))
			for c.over && err == nil { // it may have gone out before the session heard of it
				_, err = session.Publish(ctx, "a", []byte("2"))
			}
			if c.over != (err != nil) || c.over && !errors.Is(err, c.code) {
				t.Errorf("afterwards: %v", err)
			}
			if n := s.Stats().Closed[c.code]; n != 1 {
				t.Errorf("counted %d times", n)
			}
			if c.over && s.Stats().Accepted != 1 {
				t.Error("it came back by itself")
			}
		})
	}
}

func TestWhatCannotBeDisconnected(t *testing.T) {
	s, url := start(t, server.Options{Authenticate: tokenIsUser})
	p := dial(t, url, wire.Binary)
	p.helloAs("ann", 1, 1)
	for name, c := range map[string]struct {
		sel server.Selector
		f   server.Farewell
	}{
		"nothing is selected": {},
		"no close code":       {server.Selector{User: "ann"}, server.Farewell{Code: 1006}},
		"an HTTP status":      {server.Selector{User: "ann"}, server.Farewell{Code: 403}},
		"a long reason":       {server.Selector{User: "ann"}, server.Farewell{Reason: strings.Repeat("x", 124)}},
		"no text":             {server.Selector{User: "ann"}, server.Farewell{Reason: "\xff"}},
	} {
		if n, err := s.Disconnect(c.sel, c.f); n != 0 || !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	if n, err := s.Disconnect(server.Selector{User: "bob"}, server.Farewell{}); n != 0 || err != nil {
		t.Errorf("nobody: %d, %v", n, err)
	}
	p.publish("a", 1, "still here")
	p.want(wire.TypeStored)
}

// Who is disconnected while it is being found out who this is, by rights that counted before, does not slip in.
func TestDisconnectedWhileAuthenticated(t *testing.T) {
	for name, sel := range map[string]server.Selector{
		"by user": {User: "ann"}, "by session": {Session: "01" + strings.Repeat("0", 30)},
		"by user and address": {User: "ann", Address: netip.MustParsePrefix("127.0.0.1/32")},
	} {
		t.Run(name, func(t *testing.T) {
			asked, answer := make(chan struct{}), make(chan struct{})
			s, url := start(t, server.Options{Authenticate: func(_ context.Context, c server.Credentials) (server.User, error) {
				asked <- struct{}{}
				<-answer
				return server.User{ID: c.Token}, nil
			}})
			p, q := dial(t, url, wire.Binary), dial(t, url, wire.Binary)
			go func() {
				<-asked
				<-asked
				if n, err := s.Disconnect(sel, server.Farewell{Reason: "left"}); n != 0 || err != nil {
					t.Error(n, err)
				}
				close(answer)
			}()
			other := make(chan holdfast.Code)
			go func() { other <- q.helloAs("bob", 2, 1) }()
			if code := p.helloAs("ann", 1, 1); code != holdfast.CodeRevoked {
				t.Errorf("let in, or refused with %v", code)
			}
			if code := <-other; code != 0 {
				t.Errorf("somebody else: %v", code)
			}
		})
	}
}

// An idle client is one that has no subscription and sends nothing; heartbeats keep none that is.
func TestIdleTimeout(t *testing.T) {
	const idle = 5 * time.Minute
	for name, c := range map[string]struct {
		use  func(ctx context.Context, s *client.Session) error
		idle bool
	}{
		"nothing": {func(context.Context, *client.Session) error { return nil }, true},
		"a publish once": {func(ctx context.Context, s *client.Session) error {
			_, err := s.Publish(ctx, "a", []byte("1"))
			return err
		}, true},
		"a subscription": {func(ctx context.Context, s *client.Session) error {
			_, err := s.Subscribe(ctx, "a", client.SubscribeOptions{})
			return err
		}, false},
		"a publish now and then": {func(ctx context.Context, s *client.Session) error {
			for range 10 {
				time.Sleep(idle - 10*time.Second)
				if _, err := s.Publish(ctx, "a", []byte("1")); err != nil {
					return err
				}
			}
			return nil
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			o := func(o *server.Options) { o.Authenticate, o.IdleTimeout = nil, idle }
			onPipes(t, o, func(t *testing.T, _ *issued, s *client.Session) {
				if err := c.use(t.Context(), s); err != nil {
					t.Error(err)
				}
				open := s.Stats().Connects
				time.Sleep(idle - 20*time.Second)
				if n := s.Stats().Connects; n != open || n != 1 {
					t.Errorf("closed too early: %d connects", n)
				}
				time.Sleep(50 * time.Second) // it comes back, since there could be something for it to do
				if n := s.Stats().Connects; (n > open) != c.idle {
					t.Errorf("%d connects", n)
				}
			})
		})
	}
}
