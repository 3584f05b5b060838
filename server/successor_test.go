package server_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/simnet"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// shared is a store that a predecessor leaves to its successor.
type shared struct{ store.Backend }

func (shared) Close() error { return nil }

// serve starts a server in a bubble. ended has what Serve returns.
func serve(t *testing.T, l net.Listener, o server.Options) (srv *server.Server, ended chan error) {
	t.Helper()
	o.Access, o.Logger = server.AccessAnyone, slog.New(slog.DiscardHandler)
	srv, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ended = make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	return srv, ended
}

func get(srv *server.Server, path string) *http.Response {
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Result()
}

// Readiness turns first: for ShutdownDelay the server is unready, and does everything else as before.
func TestShutdownDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const delay = 7 * time.Second
		network := simnet.New(simnet.Options{})
		l, err := network.Listen("127.0.0.1:80")
		if err != nil {
			t.Fatal(err)
		}
		srv, served := serve(t, l, server.Options{ShutdownDelay: delay, DrainPeriod: 10 * time.Second})
		open := func() *client.Session {
			s, err := client.OpenSession(t.Context(), "ws://127.0.0.1:80", client.SessionOptions{Dial: network.Dialer("a")})
			if err == nil {
				err = s.Connected(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		early := open()
		if code := get(srv, "/readyz").StatusCode; code != 200 {
			t.Errorf("ready: %d", code)
		}
		began := time.Now()
		over := make(chan error, 1)
		go func() { over <- srv.Shutdown(context.Background()) }()
		synctest.Wait()
		if code := get(srv, "/readyz").StatusCode; code != 503 {
			t.Errorf("ready while it is shut down: %d", code)
		}
		if code := get(srv, "/healthz").StatusCode; code != 200 {
			t.Errorf("alive while it is shut down: %d", code)
		}
		late := open() // a load balancer that has not noticed sends others still
		if _, err := late.Publish(t.Context(), "c", []byte("x")); err != nil {
			t.Error(err)
		}
		time.Sleep(delay - time.Millisecond - time.Since(began))
		for _, s := range []*client.Session{early, late} {
			if n := s.Stats().Connects; s.State() != client.StateOpen || n != 1 {
				t.Errorf("a session is %v after %d connects, and nobody was to leave yet", s.State(), n)
			}
			defer s.Close(context.Background())
		}
		if err := <-over; err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < delay+5*time.Second || took > delay+10*time.Second {
			t.Errorf("two clients have left after %v", took)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

// Who comes while the server drains is told to come when it is over, and one after the other.
func TestRefusedWhileItDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const crowd, period = 20, 40 * time.Second
		network := simnet.New(simnet.Options{})
		l, err := network.Listen("127.0.0.1:80")
		if err != nil {
			t.Fatal(err)
		}
		srv, served := serve(t, l, server.Options{DrainPeriod: period, ConnectRate: 0.5, ConnectBurst: crowd})
		for range crowd {
			s, err := client.OpenSession(t.Context(), "ws://127.0.0.1:80", client.SessionOptions{Dial: network.Dialer("a")})
			if err == nil {
				err = s.Connected(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close(context.Background())
		}
		ctx, cancel := context.WithCancel(context.Background())
		over := make(chan error, 1)
		go func() { over <- srv.Shutdown(ctx) }()
		synctest.Wait()
		for i := range 5 {
			r := get(srv, "/ws")
			// the last leaves after 38 s; a second later the successor may be there, and takes one each two seconds
			if want := strconv.Itoa(39 + 2*i); r.StatusCode != 503 || r.Header.Get("Retry-After") != want || r.Header.Get("Holdfast-Code") != "4104" {
				t.Errorf("number %d: %d %v, want to be told %s", i, r.StatusCode, r.Header, want)
			}
		}
		c, err := network.Dialer("b")(t.Context(), "tcp", "127.0.0.1:80")
		if err != nil {
			t.Error("the listener has gone before the drain is over:", err)
		} else {
			c.Close()
		}
		cancel()
		if err := <-over; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		<-served
	})
}

// A rolling restart: a hundred sessions publish and read all the time, and leave the predecessor over its drain period. None tries more than
// once while it drains, they come to the successor one by one, and nothing is lost or doubled.
func TestSuccessor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const crowd, period, each = 100, 20 * time.Second, 60
		network := simnet.New(simnet.Options{})
		listen := func() net.Listener {
			l, err := network.Listen("127.0.0.1:80")
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		backend := memory.New(memory.Options{})
		first, served := serve(t, listen(), server.Options{Store: shared{backend}, DrainPeriod: period, ConnectRate: 10, ConnectBurst: crowd})
		var wg sync.WaitGroup
		var mu sync.Mutex
		var left, came []time.Duration
		began := time.Now()
		sessions := make([]*client.Session, crowd)
		for i := range sessions {
			s, err := client.OpenSession(t.Context(), "ws://127.0.0.1:80", client.SessionOptions{Dial: network.Dialer("a")})
			if err != nil {
				t.Fatal(err)
			}
			sessions[i] = s
			if err := s.Connected(t.Context()); err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				for e := range s.Events(t.Context()) {
					mu.Lock()
					switch e.Kind {
					case client.EventDisconnect:
						left = append(left, e.Time.Sub(began))
					case client.EventWelcome:
						came = append(came, e.Time.Sub(began))
					}
					mu.Unlock()
				}
			})
			wg.Go(func() {
				for n := range each {
					if _, err := s.Publish(t.Context(), "c:"+strconv.Itoa(i), []byte(strconv.Itoa(n))); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Second)
				}
			})
		}
		time.Sleep(10 * time.Second)
		began = time.Now()
		if err := first.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		drained := time.Since(began)
		<-served
		second, served := serve(t, listen(), server.Options{Store: shared{backend}})
		for _, s := range sessions {
			if err := s.Connected(t.Context()); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(each * time.Second)
		for i, s := range sessions {
			if st := s.Stats(); st.Connects != 2 || st.Attempts > 3 || st.Lost+st.Unknown+st.Gaps > 0 {
				t.Errorf("session %d: %+v", i, st)
			}
			s.Close(context.Background())
		}
		wg.Wait()
		if drained > period {
			t.Errorf("it took %v to drain", drained)
		}
		if len(left) != crowd || len(came) != crowd {
			t.Errorf("%d have left and %d come back, of %d", len(left), len(came), crowd)
		}
		mostIn(t, "left", left, 0, period, crowd/10)
		mostIn(t, "came back", came, drained, period, crowd*3/10) // ten a second, and 20 in each tenth but for jitter
		for i := range crowd {
			onceEach(t, backend, "c:"+strconv.Itoa(i), each)
		}
		if err := second.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		<-served
		backend.Close()
	})
}

// onceEach fails if a channel has not the numbers from 0 on, each once.
func onceEach(t *testing.T, b store.Backend, channel string, numbers int) {
	t.Helper()
	page, err := b.Read(t.Context(), channel, 0, store.Limit{Records: 2 * numbers, Bytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for i := range page {
		if got := string(page[i].Data); got != strconv.Itoa(i) {
			t.Errorf("record %d of %s is number %s", i, channel, got)
			return
		}
	}
	if len(page) != numbers {
		t.Errorf("%s has %d records, want %d", channel, len(page), numbers)
	}
}

// mostIn fails if a tenth of a period holds more than so many, or something was outside.
func mostIn(t *testing.T, what string, at []time.Duration, begin, period time.Duration, most int) {
	t.Helper()
	var tenths [10]int
	for _, d := range at {
		i := int((d - begin) * 10 / period)
		if d < begin || i > 9 {
			t.Errorf("one %s after %v", what, d)
			continue
		}
		tenths[i]++
	}
	if slices.Max(tenths[:]) > most {
		t.Errorf("%s, by tenths of the period: %v, and none may hold more than %d", what, tenths, most)
	}
}
