package foreign

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/breaker"
	"github.com/holdfast-ws/holdfast/client"
)

// meeting is a socket, all that it tells, and what the test has said over it.
type meeting struct {
	*client.Socket
	t    *testing.T
	ctx  context.Context
	said int // messages that were sent, and came back

	mu     sync.Mutex
	events []client.SocketEvent
	grew   chan struct{} // closed when there is another event
}

// soon has little patience, so that the tests are short. How many attempts there are stays as it is.
var soon = backoff.Options{BaseDelay: 20 * time.Millisecond, MaxDelay: 200 * time.Millisecond}

// patient are options for what is away for as long as the test needs: no end of attempts, and a circuit breaker that opens for a moment.
var patient = client.SocketOptions{
	Backoff:        backoff.Options{BaseDelay: soon.BaseDelay, MaxDelay: soon.MaxDelay, MaxRetries: -1},
	BreakerOptions: breaker.Options{ResetTimeout: 200 * time.Millisecond, HalfOpenMaxRequests: 1},
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// meet opens a socket whose every event is heard: it does not dial before somebody listens. What o does not say of backoff, proxies and
// dialing is as is good for tests.
func meet(t *testing.T, url string, o client.SocketOptions) *meeting {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	heard := make(chan struct{})
	o.Dial = after(heard, o.Dial)
	if o.Backoff == (backoff.Options{}) {
		o.Backoff = soon
	}
	if o.Proxy == nil {
		o.Proxy = direct
	}
	s, err := client.Open(ctx, url, o)
	if err != nil {
		t.Fatal(err)
	}
	m := &meeting{Socket: s, t: t, ctx: ctx, grew: make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		first := true
		for e := range s.Events(ctx) {
			m.add(e)
			if first {
				close(heard)
			}
			first = false
		}
	}()
	t.Cleanup(func() {
		s.Close(holdfast.CodeNormal, "")
		<-done
		if t.Failed() {
			t.Logf("what happened: %s\n%+v", m.tale(), s.Stats())
		}
	})
	return m
}

// after dials when a channel is closed.
func after(ready <-chan struct{}, dial dialFunc) dialFunc {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		select {
		case <-ready:
			return dial(ctx, network, addr)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// direct goes through no proxy, whatever the environment of the tests says.
func direct(*http.Request) (*url.URL, error) { return nil, nil }

func (m *meeting) add(e client.SocketEvent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = append(m.events, e)
	close(m.grew)
	m.grew = make(chan struct{})
}

// until waits for the nth event, from 1, that is so.
func (m *meeting) until(n int, what string, is func(client.SocketEvent) bool) client.SocketEvent {
	m.t.Helper()
	for {
		m.mu.Lock()
		grew, seen := m.grew, 0
		for _, e := range m.events {
			if is(e) {
				if seen++; seen == n {
					m.mu.Unlock()
					return e
				}
			}
		}
		m.mu.Unlock()
		select {
		case <-grew:
		case <-m.ctx.Done():
			m.t.Fatalf("waited in vain for %s number %d: %s", what, n, m.tale())
		}
	}
}

// kind waits for the nth event of a kind.
func (m *meeting) kind(n int, k client.SocketEventKind) client.SocketEvent {
	m.t.Helper()
	return m.until(n, k.String(), func(e client.SocketEvent) bool { return e.Kind == k })
}

// state waits for the nth time that the socket gets into a state.
func (m *meeting) state(n int, s client.State) client.SocketEvent {
	m.t.Helper()
	return m.until(n, s.String(), func(e client.SocketEvent) bool { return e.Kind == client.SocketState && e.State == s })
}

// tale is what has happened so far, with commas. Heartbeats and the like are left out.
func (m *meeting) tale() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for _, e := range m.events {
		switch e.Kind {
		case client.SocketState:
			all = append(all, e.State.String())
		case client.SocketClosed:
			all = append(all, fmt.Sprintf("closed %d%s", e.Code, map[bool]string{true: " clean"}[e.Clean]))
		case client.SocketError:
			all = append(all, fmt.Sprintf("error %d %v", e.Code, e.Class))
		case client.SocketRetry:
			all = append(all, fmt.Sprintf("retry %d", e.Attempt))
		case client.SocketCircuit:
			all = append(all, "circuit "+e.Circuit.String())
		case client.SocketOpen:
			all = append(all, "opened")
		case client.SocketReconnected:
			all = append(all, "reconnected")
		case client.SocketHeartbeat, client.SocketDrained:
		default:
			all = append(all, fmt.Sprintf("%v %d", e.Kind, e.N))
		}
	}
	return strings.Join(all, ", ")
}

// happened checks the whole tale.
func (m *meeting) happened(parts ...string) {
	m.t.Helper()
	if want, got := strings.Join(parts, ", "), m.tale(); got != want {
		m.t.Errorf("happened: %s\nexpected: %s", got, want)
	}
}

// send sends the next messages without waiting for their echo.
func (m *meeting) send(n int) {
	m.t.Helper()
	for i := range n {
		if err := m.SendText(m.ctx, message(m.said+i)); err != nil {
			m.t.Fatal(err)
		}
	}
}

// message is a text that no two numbers have in common, of all lengths that are written differently.
func message(n int) string {
	return fmt.Sprintf("message %d ", n) + strings.Repeat("x", []int{0, 150, 70_000}[n%3])
}

// echoed takes the echoes of the next n messages: each once, and in order.
func (m *meeting) echoed(n int) {
	m.t.Helper()
	for range n {
		got := m.receive()
		if want := message(m.said); got.Kind != client.TextMessage || string(got.Data) != want {
			m.t.Fatalf("received %.20q of %d bytes, want %.20q of %d", got.Data, len(got.Data), want, len(want))
		}
		m.said++
	}
}

func (m *meeting) receive() client.Message {
	m.t.Helper()
	for got, err := range m.Messages(m.ctx) {
		if err != nil {
			m.t.Fatal(err)
		}
		return got
	}
	m.t.Fatalf("nothing is received: %s", m.tale())
	return client.Message{}
}

// exchange sends messages and takes their echoes.
func (m *meeting) exchange(n int) {
	m.t.Helper()
	m.send(n)
	m.echoed(n)
}

// order has the server do something, which it does not echo.
func (m *meeting) order(text string) {
	m.t.Helper()
	if err := m.SendText(m.ctx, text); err != nil {
		m.t.Fatal(err)
	}
}

// finish closes the socket: nothing is left to be read, and that is its end.
func (m *meeting) finish() {
	m.t.Helper()
	if err := m.Close(holdfast.CodeNormal, "done"); err != nil {
		m.t.Error(err)
	}
	m.state(1, client.StateClosed)
	for got, err := range m.Messages(m.ctx) {
		m.t.Errorf("a message too many: %.20q, %v", got.Data, err)
	}
	if s := m.State(); s != client.StateClosed {
		m.t.Errorf("it is %v at the end", s)
	}
}

// stopped checks that the socket has given up because of what the page says, says so to all who ask, and kept its figures.
func (m *meeting) stopped(r row) {
	m.t.Helper()
	end := client.StateFailed
	if r.class == client.ClassClosed {
		end = client.StateClosed
	}
	m.state(1, end)
	st := m.Stats()
	if st.Errors[r.class] != 1 || st.State != end || r.then != stops {
		m.t.Errorf("errors %v, state %v; the page says it %s", st.Errors, st.State, r.then)
	}
	if log := m.Errors(); len(log) != 1 || log[0].Class != r.class {
		m.t.Errorf("errors %+v", log)
	} else if v := client.Classify(log[0].Err); v.Hint == "" {
		m.t.Errorf("no hint for %v", log[0].Err)
	}
	err := m.SendText(m.ctx, "too late")
	if end == client.StateClosed {
		if !errors.Is(err, holdfast.CodeClosed) || m.Err() != nil {
			m.t.Errorf("sending fails with %v; error %v", err, m.Err())
		}
		return
	}
	if m.Err() == nil || !errors.Is(err, m.Err()) || !errors.Is(m.Err(), r.code) {
		m.t.Errorf("it failed with %v, and sending with %v; want code %d", m.Err(), err, r.code)
	}
	if err := m.Opened(m.ctx); !errors.Is(err, m.Err()) {
		m.t.Errorf("waiting for it ends with %v", err)
	}
}

// failure is the event of the nth error, which must be what the page says.
func (m *meeting) failure(n int, r row) client.SocketEvent {
	m.t.Helper()
	e := m.kind(n, client.SocketError)
	if e.Code != r.code || e.Class != r.class {
		m.t.Errorf("code %d of class %v: %v; the page says %d and %v", e.Code, e.Class, e.Err, r.code, r.class)
	}
	return e
}

// refused is the tale of attempts that fail, up to the one behind the last.
func refused(r row, times int) []string {
	tale := []string{"connecting"}
	for n := range times {
		tale = append(tale, fmt.Sprintf("error %d %v", r.code, r.class), fmt.Sprintf("retry %d", n+1))
	}
	return tale
}

// ended is the tale of a connection that ends and is made again, as the nth attempt in a row since one was up for long.
func ended(r row, n int, how ...string) []string {
	return append([]string{fmt.Sprintf("closed %d%s", r.code, strings.Join(how, "")), "connecting",
		fmt.Sprintf("error %d %v", r.code, r.class)}, fmt.Sprintf("retry %d", n), "open", "reconnected")
}

// joined puts tales together.
func joined(tales ...[]string) []string { return slices.Concat(tales...) }

// opened is the tale of a first connection.
var opened = []string{"open", "opened"}
