package session_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// end drives a server's machine alone.
type end struct {
	t *testing.T
	m session.Server
	d wire.Decoder
}

func newEnd(t *testing.T, l session.ServerLimits) *end {
	x := &end{t: t, m: session.NewServer(0, &l, wire.JSON)}
	x.frame(&wire.Hello{Producer: producerOf("p", 1)})
	x.step(session.ServerEvent{Kind: session.SvAuthenticated, Decoder: &x.d})
	return x
}

func (x *end) step(e session.ServerEvent) []session.ServerEffect { return x.m.Step(0, &e, nil) }

func (x *end) frame(f appender) []session.ServerEffect {
	x.t.Helper()
	x.d.Reset(wire.JSON, f.Append(nil, wire.JSON))
	typ, err := x.d.Next()
	if err != nil {
		x.t.Fatal(err)
	}
	return x.step(session.ServerEvent{Kind: session.SvFrame, Type: typ, Decoder: &x.d})
}

func kinds(fx []session.ServerEffect) (ks []session.ServerEffectKind) {
	for i := range fx {
		ks = append(ks, fx[i].Kind)
	}
	return ks
}

func (x *end) want(fx []session.ServerEffect, want ...session.ServerEffectKind) {
	x.t.Helper()
	if got := kinds(fx); fmt.Sprint(got) != fmt.Sprint(want) {
		x.t.Fatalf("effects %v, want %v", got, want)
	}
}

var someLimits = session.ServerLimits{MaxMessage: 100, MaxInFlight: wire.Window{Records: 4, Bytes: 1000}, MaxSubscriptions: 1000,
	DefaultWindow: wire.Window{Records: 8, Bytes: 1000}, MaxWindow: wire.Window{Records: 8, Bytes: 1000}, MaxHalted: 8}

// Promise 1: a seal has no number of its own. One that is deferred is taken when it comes again.
func TestDeferredSealComesAgain(t *testing.T) {
	x := newEnd(t, someLimits)
	seal := &wire.Skip{Channel: "a", From: 6, To: 5, Successor: producerOf("p", 2)}
	x.want(x.frame(seal), session.FxSvSubmitSkip)
	answer := session.ServerEvent{Kind: session.SvAnswered, Answer: session.AnswerDeferred, Code: holdfast.CodeStoreFull,
		Channel: "a", Producer: producerOf("p", 1), From: 6, Number: 5}
	x.want(x.step(answer), session.FxSvRefused)
	x.want(x.frame(seal), session.FxSvSubmitSkip)
	x.want(x.step(answer), session.FxSvRefused)
	x.want(x.frame(&wire.Publish{Channel: "a", Number: 7, Type: holdfast.Text})) // behind it: discarded
	x.want(x.frame(seal), session.FxSvSubmitSkip)
}

// Promise 8: what is unanswered is bounded by what the client was told, with room for what it sends again.
func TestFarTooManyUnanswered(t *testing.T) {
	x := newEnd(t, someLimits)
	for n := uint64(1); n <= 16; n++ {
		x.want(x.frame(&wire.Publish{Channel: "a", Number: n, Type: holdfast.Text}), session.FxSvSubmit)
	}
	x.step(session.ServerEvent{Kind: session.SvAnswered, Answer: session.AnswerStored, Channel: "a", Producer: producerOf("p", 1), Number: 1, Offset: 1})
	x.want(x.frame(&wire.Publish{Channel: "a", Number: 17, Type: holdfast.Text}), session.FxSvSubmit)
	fx := x.frame(&wire.Skip{Channel: "a", From: 18, To: 18})
	x.want(fx, session.FxSvEnd)
	if fx[0].Code != holdfast.CodeOverloaded || fx[0].Detail == "" {
		t.Fatalf("it ends with %v, %q", fx[0].Code, fx[0].Detail)
	}
}

// Promise 9: a client that is on its way when the server begins to drain is asked to come back, too.
func TestDrainBeforeTheWelcome(t *testing.T) {
	l := someLimits
	x := &end{t: t, m: session.NewServer(0, &l, wire.JSON)}
	x.want(x.step(session.ServerEvent{Kind: session.SvDrain, After: 7}))
	x.want(x.frame(&wire.Hello{Producer: producerOf("p", 1)}), session.FxSvAuthenticate)
	fx := x.step(session.ServerEvent{Kind: session.SvAuthenticated, Decoder: &x.d})
	x.want(fx, session.FxSvWelcome, session.FxSvReconnect)
	if fx[1].After != 7 || fx[1].Code != holdfast.CodeDraining {
		t.Fatalf("asked to come back after %d for %v", fx[1].After, fx[1].Code)
	}
}

// Many subscriptions that come and go are found by channel and by number as few are.
func TestManySubscriptions(t *testing.T) {
	l := someLimits
	l.MaxSubscriptions = 40
	x := newEnd(t, l)
	rnd := rand.New(rand.NewPCG(1, 2))
	open := map[string]uint32{}
	for range 5000 {
		ch := fmt.Sprintf("c%d", rnd.IntN(60))
		id, is := open[ch]
		switch {
		case is && rnd.IntN(3) == 0:
			x.want(x.step(session.ServerEvent{Kind: session.SvTaken, Sub: id, Code: holdfast.CodeCursorTaken}), session.FxSvUnsubscribed)
			delete(open, ch)
		case is && rnd.IntN(2) == 0:
			fx := x.frame(&wire.Unsubscribe{ID: 1, Channel: ch})
			x.want(fx, session.FxSvClose, session.FxSvUnsubscribed)
			if fx[0].Sub != id {
				t.Fatalf("%s is %d, closed %d", ch, id, fx[0].Sub)
			}
			delete(open, ch)
		case is, len(open) == 40:
			fx := x.frame(&wire.Subscribe{ID: 1, Channel: ch})
			x.want(fx, session.FxSvSubscribed)
			if fx[0].Code == 0 {
				t.Fatalf("%s was subscribed to twice, or too many", ch)
			}
		default:
			fx := x.frame(&wire.Subscribe{ID: 1, Channel: ch})
			x.want(fx, session.FxSvOpen)
			open[ch] = fx[0].Sub
			x.want(x.step(session.ServerEvent{Kind: session.SvOpened, Sub: fx[0].Sub}), session.FxSvSubscribed)
		}
		for ch, id := range open {
			if n, _ := x.m.Allowance(id); n != 8 {
				t.Fatalf("%s, %d: allowance %d", ch, id, n)
			}
		}
		if x.m.Subscriptions() != len(open) {
			t.Fatalf("%d subscriptions, want %d", x.m.Subscriptions(), len(open))
		}
	}
}

// Promise 6: while a write is blocked, what counts is whether the peer takes bytes, however silent it is. One that takes none
// for as long as the limit is given up, and one that was stalled has its heartbeat anew.
func TestStalledPeer(t *testing.T) {
	limits := someLimits
	limits.Heartbeat, limits.PongTimeout, limits.StallTimeout = 1000, 500, 5000
	sweep := func(x *end, at int64, stalled, taking bool) []session.ServerEffect {
		return x.m.Step(at, &session.ServerEvent{Kind: session.SvSweep, Stalled: stalled, Taking: taking}, nil)
	}
	t.Run("slow", func(t *testing.T) {
		x := newEnd(t, limits)
		for at := int64(1); at < 60_000; at += 1000 {
			x.want(sweep(x, at, true, true))
		}
		x.want(sweep(x, 60_001, false, false)) // it could not answer a ping before
		x.want(sweep(x, 61_100, false, false), session.FxSvPing)
		x.want(sweep(x, 61_600, false, false), session.FxSvEnd)
	})
	t.Run("gone", func(t *testing.T) {
		x := newEnd(t, limits)
		for after, want := range map[int64]bool{0: false, 1500: false, 1501: true} {
			fx := x.m.Step(1+after, &session.ServerEvent{Kind: session.SvSweep, Stalled: true, After: after}, nil)
			if ended := len(fx) == 1 && fx[0].Kind == session.FxSvEnd && fx[0].Code == holdfast.CodeHeartbeatTimeout; ended != want || !want && len(fx) > 0 {
				t.Errorf("sent in vain for %d ms: %v", after, fx)
			}
			x = newEnd(t, limits)
		}
	})
	t.Run("takes nothing", func(t *testing.T) {
		x := newEnd(t, limits)
		x.want(sweep(x, 1, true, false))
		x.want(sweep(x, 5001, true, false))
		fx := sweep(x, 5002, true, false)
		x.want(fx, session.FxSvEnd)
		if fx[0].Code != holdfast.CodeWriteTimeout {
			t.Errorf("ended with %v", fx[0].Code)
		}
	})
}
