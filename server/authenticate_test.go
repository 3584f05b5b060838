package server_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
)

// pipes is a listener in memory.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.accepted:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipes) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (l *pipes) dial(context.Context, string, string) (net.Conn, error) {
	a, b := net.Pipe()
	select {
	case l.accepted <- b:
		return a, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// issued is a hook, and a client that gets its tokens where the hook knows them: "ann 3" is the third.
type issued struct {
	mu    sync.Mutex
	n     int
	life  time.Duration
	user  string // whom new tokens are for
	fail  error  // of the client's function
	down  bool   // the hook cannot say
	asked []auth.Reason
}

func (i *issued) set(f func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f()
}

func (i *issued) token(context.Context) (string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.n++
	return fmt.Sprintf("%s %d", i.user, i.n), i.fail
}

func (i *issued) authenticate(_ context.Context, c server.Credentials) (server.User, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked = append(i.asked, c.Reason)
	user, n, _ := strings.Cut(c.Token, " ")
	switch {
	case c.Request == nil || c.Request.Header.Get("X-Test") != "yes":
		return server.User{}, errors.New("the request is missing; its token is " + c.Token)
	case i.down:
		return server.User{}, &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Op: "test"}
	case n != fmt.Sprint(i.n):
		return server.User{}, &holdfast.Error{Code: holdfast.CodeUnauthenticated, Detail: "an old token"}
	}
	return server.User{ID: user, Expires: time.Now().Add(i.life)}, nil
}

// onPipes runs f with a session, in time that is made up. Tokens are good for ten minutes.
func onPipes(t *testing.T, change func(o *server.Options), f func(t *testing.T, i *issued, s *client.Session)) {
	synctest.Test(t, func(t *testing.T) {
		i := &issued{life: 10 * time.Minute, user: "ann"}
		l := &pipes{accepted: make(chan net.Conn), closed: make(chan struct{})}
		o := server.Options{Authenticate: i.authenticate, DrainPeriod: time.Millisecond, Logger: slog.New(slog.DiscardHandler)}
		if change != nil {
			change(&o)
		}
		srv, err := server.New(o)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := srv.Serve(l); err != http.ErrServerClosed {
				t.Error(err)
			}
		})
		s, err := client.OpenSession(t.Context(), "http://pipe", client.SessionOptions{Dial: l.dial, Token: i.token, Header: http.Header{"X-Test": {"yes"}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Connected(t.Context()); err != nil {
			t.Error(err)
		} else {
			f(t, i, s)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.Close(ctx)      //nolint:errcheck // it may have nobody to say goodbye to
		srv.Shutdown(ctx) //nolint:errcheck // nor may the server
		wg.Wait()
	})
}

// A session whose token ends is asked for the next before, and goes on over the same connection for as long as there is one.
func TestRefreshInPlace(t *testing.T) {
	onPipes(t, nil, func(t *testing.T, i *issued, s *client.Session) {
		time.Sleep(9*time.Minute - time.Second)
		i.set(func() {
			if i.n != 1 {
				t.Errorf("%d tokens were asked for before it was time", i.n)
			}
		})
		time.Sleep(10 * time.Hour)
		if _, err := s.Publish(t.Context(), "c", []byte("a")); err != nil {
			t.Fatal(err)
		}
		i.set(func() {
			if i.n < 60 || i.n > 70 || i.asked[0] != auth.ReasonHello || i.asked[1] != auth.ReasonRefresh {
				t.Errorf("%d tokens in ten hours, %v", i.n, i.asked[:2])
			}
		})
		if st := s.Stats(); st.Connects != 1 {
			t.Errorf("%d connects", st.Connects)
		}
	})
}

// A client that has no next token is asked again, and disconnected when the time is over; it comes back with a token when there is one.
func TestTokenExpires(t *testing.T) {
	onPipes(t, nil, func(t *testing.T, i *issued, s *client.Session) {
		i.set(func() { i.fail = errors.New("no network") })
		time.Sleep(10*time.Minute - time.Second)
		if s.Stats().Connects != 1 || s.State() != client.StateOpen {
			t.Fatalf("%v before the token's end", s.State())
		}
		i.set(func() {
			if i.n < 4 || i.n > 8 {
				t.Errorf("it was asked %d times", i.n-1)
			}
		})
		time.Sleep(4 * time.Second)
		if s.State() == client.StateOpen {
			t.Fatal("it is open behind the token's end")
		}
		i.set(func() { i.fail = nil })
		if err := s.Connected(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// While what decides about tokens does not answer, the present one stays good, to its end.
func TestRefreshWhileTheHookIsDown(t *testing.T) {
	onPipes(t, nil, func(t *testing.T, i *issued, s *client.Session) {
		i.set(func() { i.down = true })
		time.Sleep(9*time.Minute + 40*time.Second)
		i.set(func() { i.down = false })
		time.Sleep(10 * time.Minute)
		if s.Stats().Connects != 1 || s.State() != client.StateOpen {
			t.Fatalf("%d connects, %v", s.Stats().Connects, s.State())
		}
	})
}

// A refresh cannot make another user of a connection.
func TestRefreshOfAnotherUser(t *testing.T) {
	onPipes(t, nil, func(t *testing.T, i *issued, s *client.Session) {
		i.set(func() { i.user = "bob" })
		time.Sleep(10 * time.Minute)
		if _, err := s.Publish(t.Context(), "c", nil); !errors.Is(err, holdfast.CodeUserMismatch) {
			t.Fatalf("published with %v", err)
		}
	})
}

// A token that is good for less than the window is not asked for all the time.
func TestShortTokens(t *testing.T) {
	onPipes(t, func(o *server.Options) { o.RefreshWindow = time.Hour }, func(t *testing.T, i *issued, s *client.Session) {
		time.Sleep(time.Hour)
		i.set(func() {
			if i.n > 12 || s.Stats().Connects != 1 {
				t.Errorf("%d tokens of ten minutes in an hour, %d connects", i.n, s.Stats().Connects)
			}
		})
	})
}

// What is behind a hook's error stays here: it may be anything.
func TestHookErrorsAreNotPassedOn(t *testing.T) {
	for name, err := range map[string]error{
		"plain":   errors.New("very-secret"),
		"ours":    &holdfast.Error{Code: holdfast.CodeUnauthenticated, Detail: "no", Cause: errors.New("very-secret")},
		"wrapped": fmt.Errorf("very-secret: %w", holdfast.CodeUnauthenticated),
	} {
		t.Run(name, func(t *testing.T) {
			_, url := start(t, server.Options{Authenticate: func(context.Context, server.Credentials) (server.User, error) { return server.User{}, err }})
			p := dial(t, url, wire.JSON)
			p.send(&wire.Hello{})
			if _, _, err := p.c.Read(p.ctx); err == nil || !strings.Contains(err.Error(), "4200") || strings.Contains(err.Error(), "very-secret") {
				t.Fatal(err)
			}
		})
	}
}

// Refreshes where nothing ends, and many at once, do no harm.
func TestRefreshesThatNobodyAskedFor(t *testing.T) {
	for name, life := range map[string]time.Duration{"no end": 0, "an end": time.Hour} {
		t.Run(name, func(t *testing.T) {
			_, url := start(t, server.Options{Authenticate: func(context.Context, server.Credentials) (server.User, error) {
				u := server.User{ID: "ann"}
				if life != 0 {
					u.Expires = time.Now().Add(life)
				}
				return u, nil
			}})
			p := dial(t, url, wire.Binary)
			p.hello()
			for range 50 {
				p.send(&wire.Refresh{Token: "x"}, &wire.Refresh{})
			}
			p.send(&wire.Ping{ID: 7})
			p.want(wire.TypePong)
		})
	}
}

// Whoever knows another user's session, down to its process and counter, gets one of his own, and that user's goes on.
func TestOtherUsersSession(t *testing.T) {
	s, url := start(t, server.Options{Authenticate: func(_ context.Context, c server.Credentials) (server.User, error) {
		return server.User{ID: c.Token}, nil
	}})
	hello := &wire.Hello{Token: "ann", Process: 7, Counter: 3, Producer: holdfast.NewProducerID()}
	ann := dial(t, url, wire.Binary)
	ann.send(hello)
	ann.want(wire.TypeWelcome)
	thief := *hello
	thief.Token, thief.Session, thief.Counter = "bob", ann.dec.Welcome.Session, 1<<40
	bob := dial(t, url, wire.Binary)
	bob.send(&thief)
	bob.want(wire.TypeWelcome)
	if bob.dec.Welcome.Session == thief.Session {
		t.Error("bob has ann's session")
	}
	ann.publish("c", 1, "x")
	ann.want(wire.TypeStored)
	if st := s.Stats(); st.Replaced != 0 {
		t.Errorf("%+v", st)
	}
}
