package promise

import (
	"context"
	"math"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Promise 9: at a planned shutdown each client is asked to come back at a moment of its own within the drain period, and
// whoever comes meanwhile is told to come when it is over.
func TestPromise09ShutdownSpreads(t *testing.T) {
	matrix(t, func(w *world) {
		const clients, period = 10, 20 * time.Second
		w.o.DrainPeriod, w.o.RetryAfter = period, 7*time.Second
		w.start()
		peers := make([]*peer, clients)
		for i := range peers {
			peers[i] = w.peer()
			peers[i].hello(holdfast.NewProducerID())
		}
		ctx, cancel := context.WithCancel(w.ctx)
		over := make(chan struct{})
		srv := w.srv
		go func() {
			defer close(over)
			srv.Shutdown(ctx)
		}()
		delays := make([]time.Duration, clients)
		for i, p := range peers {
			p.want(wire.TypeReconnect)
			delays[i] = time.Duration(p.dec.Reconnect.After) * time.Millisecond
			w.judgeCode(p.dec.Reconnect.Code)
			if p.dec.Reconnect.Code != holdfast.CodeDraining {
				w.Errorf("asked to come back for %v", p.dec.Reconnect.Code)
			}
		}
		slices.Sort(delays)
		for i, d := range delays {
			if at := time.Duration(i) * period / clients; d != at {
				w.Errorf("delay %d of %d is %v, want %v in a period of %v", i, clients, d, at, period)
			}
		}
		h := httptest.NewServer(srv)
		defer h.Close()
		resp, err := h.Client().Get(h.URL + "/ws")
		if err != nil {
			w.Fatal(err)
		}
		resp.Body.Close()
		// the last is asked to leave after 18 s, and 7 s later the successor may be there
		after, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if resp.StatusCode != 503 || err != nil || after < 7 || after > 25 || resp.Header.Get("Holdfast-Code") != "4104" {
			w.Errorf("while it drains: %d %v", resp.StatusCode, resp.Header)
		}
		for _, p := range peers {
			p.leave()
		}
		cancel()
		<-over
	})
}

// Promise 9: Retry-After is honoured, on top of the backoff.
func TestPromise09RetryAfter(t *testing.T) {
	matrix(t, func(w *world) {
		w.o.MaxConnections, w.o.RetryAfter = 1, 90*time.Second
		w.start()
		w.peer()
		s := w.session(client.SessionOptions{})
		e := s.event("the session is turned away", func(e client.Event) bool { return e.Kind == client.EventRetry })
		if e.Delay < 89*time.Second || e.Delay > 115*time.Second {
			w.Errorf("it comes back after %v", e.Delay)
		}
		w.refused("turned away", e.Err, holdfast.CodeTooManyConnections)
		if n := s.Stats().Attempts; n != 1 {
			w.Errorf("%d attempts", n)
		}
	})
}

// Promise 9: no cut leads to a dial that does not pass the backoff, and a connection that did not stay up does not start
// it anew.
func TestPromise09EveryDialWaits(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		const base = 4 * time.Millisecond
		s := w.session(client.SessionOptions{Backoff: backoff.Options{BaseDelay: base, MaxDelay: time.Minute}})
		for i := range uint64(4) {
			w.until("it is connected", func() bool { return s.State() == client.StateOpen && s.Stats().Connects == i+1 })
			w.proxy.cut()
			w.until("it knows of the cut", func() bool { return len(s.all(client.EventRetry)) == int(i+1) })
		}
		for i, e := range s.all(client.EventRetry) {
			middle := float64(base) * math.Pow(2, float64(i))
			if d := float64(e.Delay); d < middle/2-1 || d > middle*3/2+1 {
				w.Errorf("retry %d comes after %v, want about %v", i+1, e.Delay, time.Duration(middle))
			}
		}
		if st := s.Stats(); st.Attempts > 5 {
			w.Errorf("%d attempts for 4 cuts", st.Attempts)
		}
	})
}
