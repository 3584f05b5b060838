package foreign

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/client"
)

// answering is a server that answers a status so often before it lets anybody in.
type answering struct {
	http.Handler
	status int
	times  int32
	header http.Header
	asked  atomic.Int32
	tokens chan string
}

func (a *answering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case a.tokens <- r.Header.Get("Authorization"):
	default:
	}
	if a.asked.Add(1) > a.times {
		a.Handler.ServeHTTP(w, r)
		return
	}
	maps.Copy(w.Header(), a.header)
	http.Error(w, "not now", a.status)
}

func newAnswering(status int, times int32) *answering {
	return &answering{Handler: gorillaEcho(false), status: status, times: times, header: http.Header{}, tokens: make(chan string, 8)}
}

// An answer that is not 101 is told by its status. Some end the socket, at once; after others it comes back, and what was sent meanwhile goes
// out then.
func TestAnswer(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"400", "401", "403", "404", "426", "500", "502", "503", "504", "200"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := expected(t)
			status, _ := strconv.Atoi(name)
			a := newAnswering(status, 2)
			m := meet(t, serve(t, a), client.SocketOptions{})
			if r.then == stops {
				m.failure(1, r)
				m.stopped(r)
				m.happened(append(refused(r, 1)[:2], "failed")...)
				if n := a.asked.Load(); n != 1 {
					t.Errorf("it asked %d times", n)
				}
				return
			}
			m.send(3)
			m.failure(1, r)
			m.failure(2, r)
			m.echoed(3)
			m.exchange(3)
			m.kind(1, client.SocketOpen)
			m.happened(joined(refused(r, 2), opened)...)
			if st := m.Stats(); st.Attempts != 3 || st.Failures != 2 || st.Connects != 1 || st.Retries != 2 || st.Errors[r.class] != 2 {
				t.Errorf("%+v", st)
			}
			m.finish()
		})
	}
}

// Where a new token can be asked for, 401 is tried again with one.
func TestAnswerWithANewToken(t *testing.T) {
	t.Parallel()
	r := expected(t)
	a := newAnswering(http.StatusUnauthorized, 1)
	var n atomic.Int32
	m := meet(t, serve(t, a), client.SocketOptions{Token: func(context.Context) (string, error) {
		return "token " + strconv.Itoa(int(n.Add(1))), nil
	}})
	m.failure(1, r)
	m.exchange(3)
	m.kind(1, client.SocketOpen)
	m.happened(joined(refused(r, 1), opened)...)
	for _, want := range []string{"Bearer token 1", "Bearer token 2"} {
		if got := <-a.tokens; got != want {
			t.Errorf("it came with %q, want %q", got, want)
		}
	}
	if r.then != reconnects {
		t.Errorf("the page says that it %s", r.then)
	}
	m.finish()
}

// Retry-After, in seconds or as a date, opens the circuit breaker for that long: no attempt is made before.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		status  int
		times   int // that it says so
		value   func() string
		atLeast time.Duration // of all of them
	}{
		{"429", http.StatusTooManyRequests, 1, func() string { return "2" }, 2 * time.Second},
		{"429-again", http.StatusTooManyRequests, 3, func() string { return "1" }, 3 * time.Second},
		{"503", http.StatusServiceUnavailable, 1, func() string { return "2" }, 2 * time.Second},
		// a date has whole seconds
		{"503-date", http.StatusServiceUnavailable, 1, func() string { return time.Now().Add(4 * time.Second).UTC().Format(http.TimeFormat) }, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, guard := range map[string]client.Guard{"breaker": client.GuardOn, "backoff": client.GuardOff} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					r := expected(t)
					a := newAnswering(c.status, int32(c.times))
					a.header.Set("Retry-After", c.value())
					m := meet(t, serve(t, a), client.SocketOptions{Guard: guard})
					failed := m.failure(1, r)
					m.send(3)
					m.echoed(3)
					open := m.kind(1, client.SocketOpen)
					if d := open.Time.Sub(failed.Time); d < c.atLeast {
						t.Errorf("it came back after %v, want %v", d, c.atLeast)
					}
					tale := []string{"connecting"}
					for n := range c.times {
						tale = append(tale, refused(r, 1)[1], fmt.Sprintf("retry %d", n+1))
						if guard == client.GuardOn {
							tale = append(tale, "circuit open", "blocked", "circuit half-open", "connecting")
						}
					}
					m.happened(joined(tale, opened)...)
					if st := m.Stats(); st.Attempts != uint64(c.times)+1 || st.Retries != c.times || st.Errors[r.class] != uint64(c.times) {
						t.Errorf("%+v", st)
					}
					m.finish()
				})
			}
		})
	}
}
