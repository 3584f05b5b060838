package server

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/coder/websocket"
	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// Whoever comes while the server drains is given a moment after it, one after the other; to ask again makes nothing longer.
func TestReturnsAreSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const least = time.Second
		begin := time.Unix(1e9, 0)
		crowd := rapid.IntRange(1, 300).Draw(t, "crowd")
		step := time.Duration(rapid.Int64Range(1e5, 1e8).Draw(t, "step"))
		drain := time.Duration(rapid.Int64Range(0, 60e9).Draw(t, "drain"))
		r := returning{from: begin.Add(drain + least), step: step, crowd: crowd}
		now := begin
		var moments []time.Time
		for range rapid.IntRange(1, 3*crowd).Draw(t, "asked") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*drain)/int64(crowd)+1).Draw(t, "later")))
			wait := r.next(now, least)
			if wait < least {
				t.Fatalf("told to wait for %v", wait)
			}
			at := now.Add(wait)
			if last := r.from.Add(step * time.Duration(crowd-1)); at.After(last) && wait > least {
				t.Fatalf("told to come %v after the last moment that there is", at.Sub(last))
			}
			moments = append(moments, at)
		}
		if moments = moments[:min(crowd, len(moments))]; now.Before(r.from.Add(-least)) && len(slices.Compact(moments)) < len(moments) {
			t.Fatal("two of the crowd are told to come in the same moment")
		}
	})
}

// A server without connections says at once that a successor may be there.
func TestReturnsOfNobody(t *testing.T) {
	now := time.Unix(1e9, 0)
	r := returning{from: now.Add(time.Second), step: time.Millisecond}
	for range 3 {
		if wait := r.next(now, time.Second); wait != time.Second {
			t.Fatalf("told to wait for %v", wait)
		}
	}
}

// Who comes while the server drains is told to come when that will be over: after the drain period, or sooner if whoever shuts the server down
// does not wait for so long.
func TestComeAgainWhenItIsOver(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	soon, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for _, tt := range []struct {
		name        string
		ctx         context.Context
		least, most time.Duration
	}{
		{"all the time that it takes", t.Context(), 20 * time.Second, 31 * time.Second},
		{"five seconds", soon, 2 * time.Second, 6 * time.Second},
		{"at once", ended, time.Second, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := New(Options{})
			if err != nil {
				t.Fatal(err)
			}
			h := httptest.NewServer(s)
			defer h.Close()
			for range 10 {
				c, _, err := websocket.Dial(t.Context(), h.URL+"/ws", &websocket.DialOptions{Subprotocols: []string{wire.JSON.Subprotocol()}})
				if err != nil {
					t.Fatal(err)
				}
				defer c.CloseNow()
			}
			s.beginDrain(tt.ctx, time.Now())
			var e *holdfast.Error
			if err := s.comeAgain(); !errors.As(err, &e) || e.RetryAfter < tt.least || e.RetryAfter > tt.most {
				t.Errorf("%+v, want %v to %v", e, tt.least, tt.most)
			}
			s.Shutdown(ended) //nolint:errcheck // says that the context has ended
			if err := s.comeAgain(); !errors.As(err, &e) || e.RetryAfter > s.o.RetryAfter {
				t.Errorf("when the drain has been cut short: %v", e.RetryAfter)
			}
		})
	}
}

// A connection that is upgraded just as the server begins to drain is told so.
func TestUpgradedTooLate(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		codec, d, err := s.negotiate(r)
		if err != nil {
			t.Error(err)
		}
		id, err := s.enter(r)
		if err != nil {
			t.Error(err)
		}
		wc, err := ws.Upgrade(w, r, ws.Options{Subprotocols: []string{codec.Subprotocol()}, Budget: s.budget, Poller: s.poller})
		if err != nil {
			t.Error(err)
			return
		}
		s.beginDrain(t.Context(), time.Now())
		s.start(wc, codec, d, r, id)
	}))
	defer h.Close()
	c, _, err := websocket.Dial(t.Context(), h.URL, &websocket.DialOptions{Subprotocols: []string{wire.JSON.Subprotocol()}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if _, _, err = c.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
		t.Error(err)
	}
	if n := s.reserved.Load(); n != 0 {
		t.Errorf("%d places are held", n)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
