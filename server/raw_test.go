package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
)

// echo sends everything back.
func echo(ctx context.Context, c *server.RawConn) error {
	for m, err := range c.Messages(ctx) {
		if err != nil {
			return err
		}
		if err := c.Write(ctx, m.Type, m.Data); err != nil {
			return err
		}
	}
	return nil
}

// rawSite runs an application that has a raw handler at /app/socket, and a server beside it.
func rawSite(t *testing.T, so server.Options, o server.RawOptions) (*server.Server, string) {
	t.Helper()
	so.Logger = slog.New(slog.DiscardHandler)
	s, err := server.New(so)
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.Raw(o)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/app/socket", h)
	mux.Handle("/ws", s)
	app := httptest.NewServer(mux)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s.Shutdown(ctx) //nolint:errcheck // nobody is waited for
		app.Close()
	})
	return s, "ws" + strings.TrimPrefix(app.URL, "http") + "/app/socket"
}

func dialApp(t *testing.T, url string, o *websocket.DialOptions) (*websocket.Conn, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	c, _, err := websocket.Dial(ctx, url, o)
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(64 << 20)
	t.Cleanup(func() { c.CloseNow() })
	return c, ctx
}

func closeCode(c *websocket.Conn, ctx context.Context) holdfast.Code {
	for {
		if _, _, err := c.Read(ctx); err != nil {
			return holdfast.Code(websocket.CloseStatus(err))
		}
	}
}

// A raw connection has the application's protocol, and is a connection like any other: told of, listed, counted, ended.
func TestRawConnectionsAreManaged(t *testing.T) {
	for name, compression := range map[string]server.Compression{"plain": server.CompressionOff, "compressed": server.CompressionOn} {
		t.Run(name, func(t *testing.T) {
			s, url := rawSite(t, server.Options{Authenticate: fromQuery}, server.RawOptions{Handle: echo, Subprotocols: []string{"app.v2", "app.v1"}, Compression: compression})
			heard := listen(t, s)
			c, ctx := dialApp(t, url+"?token=ann", &websocket.DialOptions{Subprotocols: []string{"app.v1"}, CompressionMode: websocket.CompressionNoContextTakeover,
				HTTPHeader: http.Header{"User-Agent": {"gauge/2"}}})
			for _, m := range []struct {
				typ  websocket.MessageType
				data []byte
			}{{websocket.MessageText, []byte("grüß")}, {websocket.MessageBinary, []byte{0xff, 0}}, {websocket.MessageText, nil},
				{websocket.MessageBinary, bytes.Repeat([]byte("abc"), 200_000)}} {
				if err := c.Write(ctx, m.typ, m.data); err != nil {
					t.Fatal(err)
				}
				typ, data, err := c.Read(ctx)
				if err != nil || typ != m.typ || !bytes.Equal(data, m.data) {
					t.Fatalf("%v %d bytes, %v; want %v %d", typ, len(data), err, m.typ, len(m.data))
				}
			}
			all := slices.Collect(s.Connections(server.Selector{User: "ann"}))
			if len(all) != 1 || all[0].Protocol != "app.v1" || all[0].Agent != "gauge/2" || all[0].MessagesIn != 4 || all[0].BytesIn < 600_000 ||
				all[0].State != server.ConnectionOpen || !all[0].Address.IsLoopback() || all[0].BytesOut == 0 {
				t.Fatalf("%+v", all)
			}
			if st := s.Stats(); st.Connections != 1 || st.Accepted != 1 || st.RawReceived != 4 || st.RawSent != 4 {
				t.Errorf("%+v", st)
			}
			if n, err := s.Disconnect(server.Selector{User: "ann"}, server.Farewell{Code: 4444, Reason: "enough"}); n != 1 || err != nil {
				t.Error(n, err)
			}
			if code := closeCode(c, ctx); code != 4444 {
				t.Errorf("closed with %d", code)
			}
			for _, want := range []server.EventKind{server.EventConnected, server.EventAuthenticated, server.EventClosed} {
				e := take(t, heard)
				if e.Kind != want || e.ID != all[0].ID || e.User != "ann" {
					t.Errorf("%+v, want %v", e, want)
				}
				if want == server.EventClosed && (e.Code != 4444 || e.Reason != "enough" || e.By != server.ClosedByServer) {
					t.Errorf("%+v", e)
				}
			}
		})
	}
}

// fromQuery lets everybody in as who the query says, except eve.
func fromQuery(_ context.Context, c server.Credentials) (server.User, error) {
	if name := c.Request.URL.Query().Get("token"); name != "eve" {
		return server.User{ID: name}, nil
	}
	return server.User{}, &holdfast.Error{Code: holdfast.CodeUnauthenticated, Detail: "eve is not let in"}
}

// Who is not let in is told so over HTTP, as at /ws.
func TestRawRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		o      server.Options
		query  string
		header http.Header
		status int
		code   holdfast.Code
	}{
		"not authenticated":                       {server.Options{Authenticate: fromQuery}, "?token=eve", nil, 401, holdfast.CodeUnauthenticated},
		"another origin":                          {server.Options{Authenticate: fromQuery}, "?token=ann", http.Header{"Origin": {"https://evil.example"}}, 403, holdfast.CodeOrigin},
		"through a proxy, without authentication": {server.Options{}, "", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, 403, holdfast.CodeForwarded},
		"too many":                                {server.Options{MaxConnections: 1}, "", nil, 503, holdfast.CodeTooManyConnections},
		"too many from one address":               {server.Options{MaxPerAddress: 1}, "", nil, 429, holdfast.CodeTooManyForAddress},
		"too many at once":                        {server.Options{ConnectRate: 0.001}, "", nil, 503, holdfast.CodeOverloaded},
		"who decides is down": {server.Options{Authenticate: func(_ context.Context, c server.Credentials) (server.User, error) {
			if c.Request.URL.RawQuery != "" {
				return server.User{}, holdfast.CodeAuthUnavailable
			}
			return server.User{}, nil
		}}, "?x", nil, 503, holdfast.CodeAuthUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			s, url := rawSite(t, c.o, server.RawOptions{Handle: echo})
			_, ctx := dialApp(t, url, nil) // one is in
			for range 3 {
				_, res, err := websocket.Dial(ctx, url+c.query, &websocket.DialOptions{HTTPHeader: c.header})
				if err == nil || res.StatusCode != c.status || res.Header.Get("Holdfast-Code") != fmt.Sprint(int(c.code)) ||
					(c.code.Action() == holdfast.ActionLater) != (res.Header.Get("Retry-After") != "") {
					t.Fatalf("%v, %+v", err, res)
				}
			}
			if n := s.Stats().TurnedAway[c.code]; n != 3 {
				t.Errorf("counted %d times", n)
			}
			eventually(t, "the one that is in is listed, alone", func() bool { return len(slices.Collect(s.Connections(server.Selector{}))) == 1 })
		})
	}
}

// One user's limit is for sessions and raw connections together.
func TestRawConnectionsOfOneUser(t *testing.T) {
	s, url := rawSite(t, server.Options{MaxPerUser: 2, Authenticate: func(ctx context.Context, c server.Credentials) (server.User, error) {
		if c.Token != "" {
			return server.User{ID: c.Token}, nil
		}
		return fromQuery(ctx, c)
	}}, server.RawOptions{Handle: echo})
	p := dial(t, strings.TrimSuffix(url, "/app/socket")+"/ws", wire.Binary)
	if code := p.helloAs("ann", 1, 1); code != 0 {
		t.Fatal(code)
	}
	first, ctx := dialApp(t, url+"?token=ann", nil)
	eventually(t, "it is in", func() bool { return len(slices.Collect(s.Connections(server.Selector{User: "ann"}))) == 2 })
	second, _ := dialApp(t, url+"?token=ann", nil)
	if code := closeCode(second, ctx); code != holdfast.CodeTooManyForUser {
		t.Errorf("closed with %v", code)
	}
	if first.Write(ctx, websocket.MessageText, []byte("x")) != nil {
		t.Error("the first is gone")
	}
	if _, data, err := first.Read(ctx); string(data) != "x" || err != nil {
		t.Error(string(data), err)
	}
}

// How a handler ends is what the peer is told, behind all that was written before.
func TestHowARawHandlerEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end    func(ctx context.Context, c *server.RawConn) error
		code   holdfast.Code
		reason string
	}{
		"well":                  {func(context.Context, *server.RawConn) error { return nil }, 1000, ""},
		"with an error of ours": {func(context.Context, *server.RawConn) error { return &holdfast.Error{Code: 4444, Detail: "no game"} }, 4444, "no game"},
		"with a code":           {func(context.Context, *server.RawConn) error { return holdfast.CodePolicy }, 1008, ""},
		"with an error":         {func(context.Context, *server.RawConn) error { return errors.New("secret") }, 1011, ""},
		"with a code that is none to send": {func(context.Context, *server.RawConn) error {
			return &holdfast.Error{Code: 403, Detail: "secret"}
		}, 1011, ""},
		"with a panic": {func(context.Context, *server.RawConn) error { panic("secret") }, 1011, ""},
		"having closed": {func(_ context.Context, c *server.RawConn) error {
			if err := c.Close(1006, ""); !errors.Is(err, holdfast.CodeBadArgument) {
				return err
			}
			if err := c.Close(4001, "bye"); err != nil {
				return err
			}
			return errors.New("too late to say")
		}, 4001, "bye"},
	} {
		t.Run(name, func(t *testing.T) {
			s, url := rawSite(t, server.Options{}, server.RawOptions{Handle: func(ctx context.Context, rc *server.RawConn) error {
				for range 3 {
					if err := rc.Write(ctx, server.BinaryMessage, make([]byte, 100_000)); err != nil {
						t.Error(err)
					}
				}
				return c.end(ctx, rc)
			}})
			conn, ctx := dialApp(t, url, nil)
			for range 3 {
				if _, b, err := conn.Read(ctx); len(b) != 100_000 || err != nil {
					t.Fatal(len(b), err)
				}
			}
			_, _, err := conn.Read(ctx)
			ce, _ := errors.AsType[websocket.CloseError](err)
			if holdfast.Code(ce.Code) != c.code || ce.Reason != c.reason {
				t.Errorf("closed with %v", err)
			}
			eventually(t, "it is gone", func() bool { return s.Stats().Connections == 0 })
			if n := s.Stats().Closed[c.code]; n != 1 {
				t.Errorf("counted %d times", n)
			}
		})
	}
}

// What a handler hears of the connection's end is the code, whoever gave it; messages that came before are read first.
func TestWhatARawHandlerHears(t *testing.T) {
	for name, c := range map[string]struct {
		end   func(s *server.Server, c *websocket.Conn)
		code  holdfast.Code
		iterr bool
	}{
		"the peer closes":             {func(_ *server.Server, c *websocket.Conn) { c.Close(1000, "") }, 1000, false},
		"the peer goes away":          {func(_ *server.Server, c *websocket.Conn) { c.Close(1001, "") }, 1001, false},
		"the peer has a code":         {func(_ *server.Server, c *websocket.Conn) { c.Close(4321, "why") }, 4321, true},
		"it is cut":                   {func(_ *server.Server, c *websocket.Conn) { c.CloseNow() }, holdfast.CodeAbnormal, true},
		"a message that is too large": {func(_ *server.Server, c *websocket.Conn) { c.Write(context.Background(), 2, make([]byte, 2000)) }, 1009, true},
		"it is disconnected": {func(s *server.Server, _ *websocket.Conn) {
			s.Disconnect(server.Selector{ID: 1 << 32}, server.Farewell{})
		}, holdfast.CodeRevoked, true},
	} {
		t.Run(name, func(t *testing.T) {
			began, go_ := make(chan struct{}), make(chan struct{})
			ended := make(chan error, 1)
			s, url := rawSite(t, server.Options{}, server.RawOptions{MaxMessage: 1000, Handle: func(ctx context.Context, rc *server.RawConn) error {
				close(began)
				<-go_
				<-ctx.Done()
				n := 0
				for m, err := range rc.Messages(context.Background()) {
					if err != nil {
						if !c.iterr {
							t.Errorf("yielded %v", err)
						}
						break
					}
					if n++; string(m.Data) != fmt.Sprint(n) {
						t.Errorf("%q, want %d", m.Data, n)
					}
				}
				if n != 3 {
					t.Errorf("%d messages", n)
				}
				_, err := rc.Read(context.Background())
				if werr := rc.Write(context.Background(), server.TextMessage, nil); holdfast.CodeOf(werr) != holdfast.CodeOf(err) {
					t.Errorf("a write fails with %v", werr)
				}
				ended <- err
				return err
			}})
			conn, ctx := dialApp(t, url, nil)
			<-began
			for n := range 3 {
				if err := conn.Write(ctx, websocket.MessageText, fmt.Append(nil, n+1)); err != nil {
					t.Fatal(err)
				}
			}
			eventually(t, "they have come", func() bool {
				for look := range s.Connections(server.Selector{}) {
					return look.MessagesIn == 3
				}
				return false
			})
			close(go_)
			c.end(s, conn)
			if err := <-ended; !errors.Is(err, c.code) {
				t.Errorf("Read returns %v, want %v", err, c.code)
			}
		})
	}
}

// A caller's context bounds the caller's waiting, and the connection outlives it.
func TestRawContexts(t *testing.T) {
	_, url := rawSite(t, server.Options{}, server.RawOptions{QueueBytes: 1000, Handle: func(ctx context.Context, c *server.RawConn) error {
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		if _, err := c.Read(short); !errors.Is(err, holdfast.CodeCanceled) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("read: %v", err)
		}
		n := 0
		for ; ; n++ { // until the system's buffers and the queue are full
			if err := c.Write(short, server.BinaryMessage, make([]byte, 100_000)); errors.Is(err, holdfast.CodeCanceled) {
				break
			} else if err != nil {
				return err
			}
		}
		if err := c.Write(ctx, server.TextMessage, []byte("\xff")); !errors.Is(err, holdfast.CodeBadPayload) {
			t.Errorf("text that is none: %v", err)
		}
		if err := c.Write(ctx, 7, nil); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("no type: %v", err)
		}
		return c.Write(ctx, server.TextMessage, fmt.Append(nil, n))
	}})
	c, ctx := dialApp(t, url, nil)
	for n := 0; ; n++ {
		typ, data, err := c.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if typ == websocket.MessageText {
			if string(data) != fmt.Sprint(n) {
				t.Errorf("%d messages came, and %s were taken", n, data)
			}
			return
		}
	}
}

// What becomes of a message for which there is no room is the application's choice, and the queue stays within its limit.
func TestRawQueueThatIsFull(t *testing.T) {
	const size, limit = 10_000, 100_000
	for name, c := range map[string]struct {
		full server.RawFull
		err  holdfast.Code
	}{"refuses": {server.RawRefuses, holdfast.CodeQueueFull}, "drops the oldest": {server.RawDropsOldest, 0}, "closes": {server.RawCloses, holdfast.CodeWriteTimeout}} {
		t.Run(name, func(t *testing.T) {
			wrote := make(chan int, 1)
			over := make(chan struct{})
			s, url := rawSite(t, server.Options{}, server.RawOptions{QueueBytes: limit, Full: c.full, WriteTimeout: time.Minute, Handle: func(ctx context.Context, rc *server.RawConn) error {
				n := 0
				for ; c.full != server.RawDropsOldest || rc.Dropped() < 100; n++ {
					p := make([]byte, size)
					copy(p, fmt.Sprint(n))
					if err := rc.Write(ctx, server.BinaryMessage, p); c.err != 0 && errors.Is(err, c.err) {
						break
					} else if err != nil {
						t.Error(err)
						break
					}
				}
				wrote <- n
				<-over
				return nil
			}})
			conn, ctx := dialApp(t, url, nil)
			n := <-wrote
			if c.full != server.RawCloses {
				for look := range s.Connections(server.Selector{}) {
					if look.Waiting < limit/2 {
						t.Errorf("%d bytes wait", look.Waiting)
					}
				}
			}
			close(over)
			came, last := 0, ""
			for {
				_, data, err := conn.Read(ctx)
				if err != nil {
					break
				}
				came++
				last = string(bytes.TrimRight(data, "\x00"))
			}
			switch c.full {
			case server.RawDropsOldest:
				if lost := n - came; lost < 100 || last != fmt.Sprint(n-1) {
					t.Errorf("%d of %d came, the last %s", came, n, last)
				}
			default:
				if came != n {
					t.Errorf("%d of %d came", came, n)
				}
			}
		})
	}
}

// While a handler reads nothing, little is taken from the peer; when it reads again, nothing is missing.
func TestRawHandlerThatDoesNotRead(t *testing.T) {
	const messages, size = 5000, 4000
	read := make(chan struct{})
	s, url := rawSite(t, server.Options{}, server.RawOptions{Handle: func(ctx context.Context, c *server.RawConn) error {
		<-read
		for n := range messages {
			m, err := c.Read(ctx)
			if err != nil {
				return err
			}
			if !strings.HasPrefix(string(m.Data), fmt.Sprint(n, " ")) || len(m.Data) != size {
				return fmt.Errorf("message %d is %.20q", n, m.Data)
			}
		}
		return nil
	}})
	c, ctx := dialApp(t, url, nil)
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := range messages {
			p := bytes.Repeat([]byte(" "), size)
			copy(p, fmt.Sprint(n, " "))
			if err := c.Write(ctx, websocket.MessageBinary, p); err != nil {
				t.Error(err)
				return
			}
		}
	})
	in := func() (n, held uint64) {
		for look := range s.Connections(server.Selector{}) {
			return look.MessagesIn, look.BytesIn
		}
		return 0, 0
	}
	eventually(t, "reading pauses", func() bool {
		n, _ := in()
		time.Sleep(20 * time.Millisecond) // time for more to come, if it may
		again, _ := in()
		return n > 0 && n == again
	})
	if n, held := in(); held > 512<<10 {
		t.Errorf("%d messages, %d bytes were taken", n, held)
	}
	close(read)
	if code := closeCode(c, ctx); code != 1000 {
		t.Errorf("closed with %v", code)
	}
	wg.Wait()
}

// onRawPipe runs f with a client of a raw handler, in time that is made up.
func onRawPipe(t *testing.T, so server.Options, o server.RawOptions, f func(t *testing.T, s *server.Server, c *websocket.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		so.Logger = slog.New(slog.DiscardHandler)
		s, err := server.New(so)
		if err != nil {
			t.Fatal(err)
		}
		h, err := s.Raw(o)
		if err != nil {
			t.Fatal(err)
		}
		l := &pipes{accepted: make(chan net.Conn), closed: make(chan struct{})}
		app := &http.Server{Handler: h}
		var wg sync.WaitGroup
		wg.Go(func() { app.Serve(l) }) //nolint:errcheck // ends with Close
		transport := &http.Transport{DialContext: l.dial}
		c, _, err := websocket.Dial(t.Context(), "ws://pipe/", &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
		if err != nil {
			t.Fatal(err)
		}
		f(t, s, c)
		c.CloseNow()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s.Shutdown(ctx) //nolint:errcheck // nobody is waited for
		app.Close()
		wg.Wait()
	})
}

// A peer that answers pings stays; one that answers none is given up after the heartbeat and as many pongs as may be missing.
func TestRawHeartbeats(t *testing.T) {
	for name, c := range map[string]struct {
		o     server.RawOptions
		after time.Duration
	}{
		"by default":   {server.RawOptions{Handle: echo}, time.Minute},
		"sooner":       {server.RawOptions{Handle: echo, Heartbeat: 5 * time.Second, PongTimeout: 2 * time.Second, MaxMissed: 1}, 7 * time.Second},
		"more patient": {server.RawOptions{Handle: echo, Heartbeat: 10 * time.Second, PongTimeout: 10 * time.Second, MaxMissed: 6}, 70 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			onRawPipe(t, server.Options{}, c.o, func(t *testing.T, s *server.Server, conn *websocket.Conn) {
				go conn.Reader(t.Context()) //nolint:errcheck // answers pings, until the connection is closed
				time.Sleep(time.Hour)
				if st := s.Stats(); st.Connections != 1 {
					t.Fatalf("a peer that answers is gone: %v", st.Closed)
				}
				for look := range s.Connections(server.Selector{}) {
					if look.RTT <= 0 {
						t.Error("no round trip was measured")
					}
				}
			})
			onRawPipe(t, server.Options{}, c.o, func(t *testing.T, s *server.Server, _ *websocket.Conn) {
				time.Sleep(c.after - 3*time.Second)
				if n := s.Stats().Closed[holdfast.CodeHeartbeatTimeout]; n != 0 {
					t.Error("given up too early")
				}
				time.Sleep(10 * time.Second)
				if n := s.Stats().Closed[holdfast.CodeHeartbeatTimeout]; n != 1 {
					t.Errorf("given up %d times: %v", n, s.Stats().Closed)
				}
			})
		})
	}
}

// A peer that takes no byte while some wait for it is given up; one that takes them slowly is not.
func TestRawWriteTimeout(t *testing.T) {
	o := server.RawOptions{QueueBytes: 200_000, Handle: func(ctx context.Context, c *server.RawConn) error {
		for {
			if err := c.Write(ctx, server.BinaryMessage, make([]byte, 10_000)); err != nil {
				return err
			}
		}
	}}
	onRawPipe(t, server.Options{}, o, func(t *testing.T, s *server.Server, c *websocket.Conn) {
		for range 100 {
			if _, _, err := c.Read(t.Context()); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
		}
		if n := s.Stats().Closed[holdfast.CodeWriteTimeout]; n != 0 {
			t.Fatal("a slow peer was given up")
		}
		time.Sleep(15 * time.Second)
		if n := s.Stats().Closed[holdfast.CodeWriteTimeout]; n != 1 {
			t.Errorf("a peer that takes nothing was given up %d times", n)
		}
		time.Sleep(time.Minute) // all of it ends, though the peer reads nothing
		if n := s.Stats().Connections; n != 0 {
			t.Errorf("%d connections", n)
		}
	})
}

func TestRawIdleTimeout(t *testing.T) {
	o := server.RawOptions{Handle: echo, IdleTimeout: time.Minute}
	onRawPipe(t, server.Options{}, o, func(t *testing.T, s *server.Server, c *websocket.Conn) {
		for range 5 {
			time.Sleep(50 * time.Second)
			c.Write(t.Context(), websocket.MessageText, []byte("x"))
			if _, _, err := c.Read(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if code := closeCode(c, t.Context()); code != holdfast.CodeIdle {
			t.Errorf("closed with %v", code)
		}
	})
}

// A connection lasts as long as the credentials; the application's protocol may bring the next ones.
func TestRawCredentialsEnd(t *testing.T) {
	so := server.Options{Authenticate: func(_ context.Context, c server.Credentials) (server.User, error) {
		if c.Token == "bad" {
			return server.User{}, holdfast.CodeUnauthenticated
		}
		id := "ann"
		if c.Token == "bob" {
			id = "bob"
		}
		return server.User{ID: id, Expires: time.Now().Add(10 * time.Minute)}, nil
	}}
	var renewals []error
	o := server.RawOptions{Handle: func(ctx context.Context, c *server.RawConn) error {
		for _, token := range []string{"next", "bad", "bob"} {
			time.Sleep(3 * time.Minute)
			renewals = append(renewals, c.Renew(ctx, token))
		}
		_, err := c.Read(ctx)
		return err
	}}
	onRawPipe(t, so, o, func(t *testing.T, s *server.Server, c *websocket.Conn) {
		began := time.Now()
		if code := closeCode(c, t.Context()); code != holdfast.CodeTokenExpired {
			t.Errorf("closed with %v", code)
		}
		if lasted := time.Since(began); lasted < 12*time.Minute || lasted > 14*time.Minute {
			t.Errorf("it lasted %v", lasted)
		}
		if renewals[0] != nil || !errors.Is(renewals[1], holdfast.CodeUnauthenticated) || !errors.Is(renewals[2], holdfast.CodeUserMismatch) {
			t.Errorf("renewed with %v", renewals)
		}
	})
}

// At shutdown clients are sent away one after the other, spread over the drain period, with a code that has them come back.
func TestRawDrain(t *testing.T) {
	for name, want := range map[string]holdfast.Code{"by default": holdfast.CodeServiceRestart, "as going away": holdfast.CodeGoingAway} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := server.New(server.Options{DrainPeriod: 30 * time.Second})
				if err != nil {
					t.Fatal(err)
				}
				o := server.RawOptions{Handle: echo}
				if want != holdfast.CodeServiceRestart {
					o.DrainCode = want
				}
				h, err := s.Raw(o)
				if err != nil {
					t.Fatal(err)
				}
				l := &pipes{accepted: make(chan net.Conn), closed: make(chan struct{})}
				app := &http.Server{Handler: h}
				var wg sync.WaitGroup
				wg.Go(func() { app.Serve(l) }) //nolint:errcheck // ends with Close
				const n = 30
				began := time.Now()
				at := make(chan time.Duration, n)
				for range n {
					hc := &http.Client{Transport: &http.Transport{DialContext: l.dial}}
					c, _, err := websocket.Dial(t.Context(), "ws://pipe/", &websocket.DialOptions{HTTPClient: hc})
					if err != nil {
						t.Fatal(err)
					}
					wg.Go(func() {
						if _, _, err := c.Read(context.Background()); holdfast.Code(websocket.CloseStatus(err)) != want {
							t.Errorf("closed with %v", err)
						}
						at <- time.Since(began)
					})
				}
				synctest.Wait() // all are in
				if err := s.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
				var times []time.Duration
				for range n {
					times = append(times, <-at)
				}
				slices.Sort(times)
				for i, d := range times {
					if want := time.Duration(i) * time.Second; d < want-time.Second || d > want+3*time.Second {
						t.Errorf("the %d. was sent away after %v", i, d)
					}
				}
				hc := &http.Client{Transport: &http.Transport{DialContext: l.dial}}
				_, res, err := websocket.Dial(t.Context(), "ws://pipe/", &websocket.DialOptions{HTTPClient: hc})
				if err == nil || res.StatusCode != http.StatusServiceUnavailable {
					t.Errorf("afterwards: %v %v", err, res)
				}
				hc.CloseIdleConnections()
				app.Close()
				wg.Wait()
			})
		})
	}
}

func TestRawOptionsThatCannotBe(t *testing.T) {
	s, err := server.New(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Shutdown(context.Background())
	for name, o := range map[string]server.RawOptions{
		"no handler": {}, "Full": {Handle: echo, Full: 9}, "DrainCode": {Handle: echo, DrainCode: 1006},
		"MaxMessage": {Handle: echo, MaxMessage: -1}, "Heartbeat": {Handle: echo, Heartbeat: -1}, "MaxMissed": {Handle: echo, MaxMissed: -1},
	} {
		if _, err := s.Raw(o); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
