package session_test

import (
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// at steps the machine at a time.
func (x *end) at(now int64, e session.ServerEvent) []session.ServerEffect {
	x.d.Hello = wire.Hello{}
	return x.m.Step(now, &e, nil)
}

// A client whose credentials end is asked for the next ones at the window, then after half of what is left each time, and closed at
// the end. What it gives counts when it has been checked.
func TestCredentialsEnd(t *testing.T) {
	l := someLimits
	l.Heartbeat, l.PongTimeout, l.RefreshWindow = 1<<40, 1<<40, 60_000
	begin := func(left int64) *end {
		x := &end{t: t, m: session.NewServer(0, &l, wire.JSON)}
		x.frame(&wire.Hello{Producer: producerOf("p", 1)})
		x.want(x.at(0, session.ServerEvent{Kind: session.SvAuthenticated, Decoder: &x.d, After: left}), session.FxSvWelcome)
		return x
	}
	sweep := session.ServerEvent{Kind: session.SvSweep}
	asks := func(x *end, until int64) (asked []int64) {
		for now := int64(0); now < until; now += 1000 {
			for _, f := range x.at(now, sweep) {
				if f.Kind != session.FxSvAskRefresh || f.After <= 0 {
					t.Fatalf("%v at %d", f.Kind, now)
				}
				asked = append(asked, now/1000)
			}
		}
		return asked
	}
	for _, tt := range []struct {
		name  string
		left  int64
		first int64 // s
	}{{"long", 600_000, 540}, {"shorter than the window", 30_000, 20}, {"very short", 3000, 2}} {
		x := begin(tt.left)
		asked := asks(x, tt.left)
		if len(asked) == 0 || asked[0] != tt.first || len(asked) > 7 {
			t.Errorf("%s: asked at %v, want from %d", tt.name, asked, tt.first)
		}
		fx := x.at(tt.left, sweep)
		if x.want(fx, session.FxSvEnd); fx[0].Code != holdfast.CodeTokenExpired {
			t.Errorf("%s: ended with %v", tt.name, fx[0].Code)
		}
	}
	if asked := asks(begin(0), 10_000_000); asked != nil {
		t.Errorf("what never ends is asked for at %v", asked)
	}
	x := begin(600_000)
	x.want(x.frame(&wire.Refresh{Token: "a"}), session.FxSvRefresh)
	x.want(x.frame(&wire.Refresh{Token: "b"})) // one at a time
	x.want(x.at(500_000, session.ServerEvent{Kind: session.SvRefreshed, After: 600_000}))
	x.want(x.at(1_000_000, sweep))
	x.want(x.frame(&wire.Refresh{Token: "c"}), session.FxSvRefresh)
	x.want(x.at(1_050_000, session.ServerEvent{Kind: session.SvRefreshed, Code: holdfast.CodeAuthUnavailable}))
	x.want(x.at(1_050_000, sweep), session.FxSvAskRefresh) // the old ones are good for another 50 s
	x.want(x.frame(&wire.Refresh{Token: "d"}), session.FxSvRefresh)
	x.want(x.at(1_051_000, session.ServerEvent{Kind: session.SvRefreshed, Code: holdfast.CodeUserMismatch}), session.FxSvEnd)
}
