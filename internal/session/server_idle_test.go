package session_test

import (
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// A client is idle that has no subscription, waits for no answer, and sends nothing but heartbeats, for longer than the limit.
func TestIdle(t *testing.T) {
	const limit = 60_000
	l := someLimits
	l.Heartbeat, l.PongTimeout, l.IdleTimeout = 1<<40, 1<<40, limit
	type step struct {
		at    int64
		frame appender
		event *session.ServerEvent
	}
	publish := &wire.Publish{Channel: "a", Number: 1, Type: holdfast.Text}
	subscribe := &wire.Subscribe{ID: 1, Channel: "a"}
	stored := &session.ServerEvent{Kind: session.SvAnswered, Answer: session.AnswerStored, Channel: "a", Producer: producerOf("p", 1), Number: 1, Offset: 1}
	for name, c := range map[string]struct {
		limit int64
		steps []step
		ends  int64 // when a sweep ends it; 0: it does not
	}{
		"from the beginning":                  {limit, nil, 61_000},
		"without a limit":                     {0, nil, 0},
		"after a publish":                     {limit, []step{{at: 30_000, frame: publish}, {at: 30_000, event: stored}}, 91_000},
		"after heartbeats":                    {limit, []step{{at: 30_000, frame: &wire.Ping{ID: 1}}, {at: 40_000, event: &session.ServerEvent{Kind: session.SvHeard}}}, 61_000},
		"with a publish that has no answer":   {limit, []step{{at: 30_000, frame: publish}}, 0},
		"a publish that was answered late":    {limit, []step{{at: 30_000, frame: publish}, {at: 200_000, event: stored}}, 260_000},
		"with a subscription":                 {limit, []step{{at: 30_000, frame: subscribe}}, 0},
		"with a subscription that was ended":  {limit, []step{{at: 30_000, frame: subscribe}, {at: 200_000, frame: &wire.Unsubscribe{ID: 2, Channel: "a"}}}, 261_000},
		"with a subscription that was closed": {limit, []step{{at: 30_000, frame: subscribe}, {at: 200_000, event: &session.ServerEvent{Kind: session.SvTaken, Sub: 1, Code: holdfast.CodeCursorTaken}}}, 260_000},
	} {
		t.Run(name, func(t *testing.T) {
			l := l
			l.IdleTimeout = c.limit
			x := newEnd(t, l)
			for now := int64(0); now < 1_000_000; now += 1000 {
				for len(c.steps) > 0 && c.steps[0].at == now {
					if s := c.steps[0]; s.frame != nil {
						x.d.Reset(wire.JSON, s.frame.Append(nil, wire.JSON))
						typ, err := x.d.Next()
						if err != nil {
							t.Fatal(err)
						}
						x.at(now, session.ServerEvent{Kind: session.SvFrame, Type: typ, Decoder: &x.d})
					} else {
						x.at(now, *s.event)
					}
					c.steps = c.steps[1:]
				}
				if fx := x.at(now, session.ServerEvent{Kind: session.SvSweep}); len(fx) > 0 {
					if now != c.ends || fx[0].Kind != session.FxSvEnd || fx[0].Code != holdfast.CodeIdle {
						t.Errorf("%v %v after %d ms, want the end at %d", fx[0].Kind, fx[0].Code, now, c.ends)
					}
					return
				}
			}
			if c.ends != 0 {
				t.Errorf("it does not end, and should at %d", c.ends)
			}
		})
	}
}
