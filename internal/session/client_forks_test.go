package session_test

import (
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Promise 8: a server that tells of fork after fork does not make the client remember more terms than a position has.
func TestForksWithoutEnd(t *testing.T) {
	x := &fuzzClient{t: t, codec: wire.JSON, now: time.UnixMilli(0), subs: map[uint64]*fuzzReader{}}
	x.m = session.NewClient(session.ClientOptions{})
	x.app(2, 0)
	x.app(0, 0)
	frames := []appender{&wire.Welcome{}, &wire.Subscribed{ID: 1, Channel: "a", First: 1}}
	for n := uint64(1); n < 50; n++ {
		frames = append(frames, &wire.Gap{Channel: "a", From: n, To: n, Term: holdfast.Term(n), After: 10 * n, Reason: wire.GapFork})
	}
	for _, f := range frames {
		x.d.Reset(wire.JSON, f.Append(nil, wire.JSON))
		typ, err := x.d.Next()
		if err != nil {
			t.Fatal(err)
		}
		x.step(session.ClientEvent{Kind: session.EvFrame, Type: typ, Decoder: &x.d})
	}
	x.app(5, 0)
	x.app(0, 0) // a hello with all of it, which a server can read
}
