package session_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// feed hands out the bytes that decide what happens; zeros at its end.
type feed struct{ b []byte }

func (s *feed) next() int {
	if len(s.b) == 0 {
		return 0
	}
	n := s.b[0]
	s.b = s.b[1:]
	return int(n)
}

// known reports whether a code is in the table.
func known(c holdfast.Code) bool { return c.What() != holdfast.Code(1).What() }

// fuzzServer is the server's machine between a client that sends anything and a hub that does anything which a hub may.
type fuzzServer struct {
	t      failer
	limits session.ServerLimits
	m      session.Server
	d      wire.Decoder
	now    int64
	feed   feed
	ended  bool

	greeted bool
	drafts  []session.ServerEvent // submitted, and not answered
	subs    []fuzzCursor
}

type fuzzCursor struct {
	id      uint32
	channel string
	open    bool
	named   bool
	sent    uint64
}

// FuzzServer has frames in any order come to the server's machine, while the hub answers as the feed says: no panic, every
// refusal has a code of the table, nothing comes after the end, and what it holds keeps to its limits.
func FuzzServer(f *testing.F) {
	hello := &wire.Hello{Process: 1, Counter: 1, Producer: producerOf("p", 1), Subscriptions: []wire.Subscribe{
		{ID: 1, Channel: "a", From: wire.FromStart}, {ID: 2, Channel: "b", From: wire.FromPosition, Position: holdfast.Position{Term: 7, Offset: 3}, Pending: 2, Cursor: "c"}}}
	for _, frames := range [][]appender{
		{hello, &wire.Publish{Channel: "a", Number: 1, Type: holdfast.Text, Data: []byte("x")}, &wire.Publish{Channel: "a", Number: 2}, &wire.Ack{Channel: "a", Offset: 2}},
		{hello, &wire.Skip{Channel: "a", From: 1, To: 4}, &wire.Skip{Channel: "a", From: 5, To: 4, Successor: producerOf("q", 1)}, &wire.Publish{Channel: "a", Number: 1 << 50}},
		{hello, &wire.Unsubscribe{ID: 3, Channel: "a"}, &wire.Subscribe{ID: 4, Channel: "a", Cursor: "c"}, &wire.Ack{Channel: "b", Offset: 1 << 52, Generation: 1}, &wire.Bye{}},
		{hello, &wire.Ping{ID: 1}, &wire.Pong{ID: 1}, &wire.Call{ID: 1, Name: "x"}, &wire.Refresh{}, hello},
		{&wire.Ping{ID: 1}, &wire.Publish{Channel: "a", Number: 1}},
		{hello, &wire.Publish{Channel: "no good", Number: 1}, &wire.Publish{Channel: "a", Producer: producerOf("q", 2), Number: 9, Data: make([]byte, 101)}, &wire.Welcome{}},
	} {
		for _, c := range []wire.Codec{wire.JSON, wire.Binary} {
			var b []byte
			for _, x := range frames {
				b = x.Append(b, c)
			}
			f.Add(b, c == wire.Binary, []byte{7, 1, 0, 1, 5, 2, 0, 3, 0, 0, 2, 1, 1, 0, 6, 3, 0, 5, 40, 4, 0, 6, 2, 0, 5})
		}
	}
	f.Add([]byte{}, true, []byte{139, 0, 1, 1, 0, 132, 8, 3, 130, 8, 9, 0, 0, 136, 8, 1, 2, 1, 135, 8, 2, 3, 1, 5, 20})
	f.Fuzz(func(t *testing.T, message []byte, binary bool, steps []byte) { playServer(t, message, binary, steps) })
}

// TestServerAgainstAnyClient does the same with steps drawn at random, which get further than a fuzzer's.
func TestServerAgainstAnyClient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		playServer(t, nil, true, randomSteps(rapid.Uint64().Draw(t, "seed")))
	})
}

// randomSteps draws them evenly, which rapid's own slices are not.
func randomSteps(seed uint64) []byte {
	rnd := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, rnd.IntN(600))
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

func playServer(t failer, message []byte, binary bool, steps []byte) {
	codec := wire.JSON
	if binary {
		codec = wire.Binary
	}
	x := &fuzzServer{t: t, limits: someLimits, feed: feed{steps}}
	x.limits.MaxSubscriptions, x.limits.HelloTimeout, x.limits.Heartbeat, x.limits.PongTimeout, x.limits.StallTimeout = 5, 1000, 3000, 1000, 5000
	x.m = session.NewServer(0, &x.limits, codec)
	if x.greeted = len(message) > 0; !x.greeted {
		message = (&wire.Hello{Producer: producerOf("p", 1)}).Append(nil, codec)
		x.greeted = true
	}
	x.d.Reset(codec, message)
	for !x.ended {
		typ, err := x.d.Next()
		if err != nil {
			break
		}
		x.step(session.ServerEvent{Kind: session.SvFrame, Type: typ, Decoder: &x.d})
		x.does()
	}
	for len(x.feed.b) > 0 {
		x.does()
	}
}

// does has the hub do one thing, or the client say one that is about what it could be about.
func (x *fuzzServer) does() {
	what, n := x.feed.next(), x.feed.next()
	if what < 128 {
		x.hub(what, n)
		return
	}
	more := uint64(x.feed.next())
	ch, num, p := string(rune('a'+n%8)), uint64(n/8), producerOf("p", n%3)
	if n < 192 { // small numbers meet each other more often
		num, more = num%8, more%8
	}
	frames := []appender{
		&wire.Publish{Channel: ch, Producer: p, Number: num, Type: holdfast.ContentType(more % 3), Data: make([]byte, more)},
		&wire.Skip{Channel: ch, Producer: p, From: num, To: more},
		&wire.Skip{Channel: ch, Producer: p, From: num, To: num - 1, Successor: producerOf("q", 1)},
		&wire.Subscribe{ID: more, Channel: ch, Pending: num, Window: wire.Window{Records: uint32(more), Bytes: uint32(num)}},
		&wire.Subscribe{ID: more, Channel: ch, Cursor: "c"},
		&wire.Unsubscribe{ID: more, Channel: ch},
		&wire.Ack{Channel: ch, Offset: num, Generation: more % 2},
		&wire.Ack{Channel: ch, Offset: more},
		&wire.Call{ID: more},
		&wire.Hello{Producer: p, Subscriptions: []wire.Subscribe{{ID: more, Channel: ch}}},
	}
	f := frames[what%len(frames)]
	if _, hello := f.(*wire.Hello); hello && x.greeted {
		return // that would only be the end
	}
	x.greeted = true
	x.d.Reset(wire.Binary, f.Append(nil, wire.Binary))
	if typ, err := x.d.Next(); err == nil {
		x.step(session.ServerEvent{Kind: session.SvFrame, Type: typ, Decoder: &x.d})
	}
}

func (x *fuzzServer) step(e session.ServerEvent) {
	fx := x.m.Step(x.now, &e, nil)
	if x.ended && len(fx) > 0 {
		x.t.Fatalf("after the end: %+v", fx)
	}
	if len(fx) > 2+2*int(x.limits.MaxSubscriptions)+len(x.d.Hello.Subscriptions) {
		x.t.Fatalf("%d effects of one event", len(fx))
	}
	for i := range fx {
		if x.ended {
			x.t.Fatalf("after the end: %+v", fx[i:])
		}
		x.effect(&fx[i])
	}
	if n := x.m.Subscriptions(); n != len(x.subs) && !x.ended || n > int(x.limits.MaxSubscriptions) {
		x.t.Fatalf("%d subscriptions, want %d", n, len(x.subs))
	}
	if most := 4 * int(x.limits.MaxInFlight.Records); len(x.drafts) > most {
		x.t.Fatalf("%d drafts are unanswered, the limit is %d", len(x.drafts), most)
	}
}

func (x *fuzzServer) effect(f *session.ServerEffect) {
	if f.Code != 0 && !known(f.Code) {
		x.t.Fatalf("a code that nobody knows: %+v", f)
	}
	switch f.Kind {
	case session.FxSvAuthenticate:
		e := session.ServerEvent{Kind: session.SvAuthenticated, Decoder: &x.d}
		if x.feed.next() == 1 {
			e.Code = holdfast.CodeUnauthenticated
		}
		x.step(e)
	case session.FxSvSubmit:
		p := &x.d.Publish
		x.drafts = append(x.drafts, session.ServerEvent{Channel: p.Channel, Producer: f.Producer, Number: p.Number, Content: p.Type})
	case session.FxSvSubmitSkip:
		p := &x.d.Skip
		x.drafts = append(x.drafts, session.ServerEvent{Channel: p.Channel, Producer: f.Producer, Number: p.To, From: p.From})
	case session.FxSvOpen:
		if slices.ContainsFunc(x.subs, func(s fuzzCursor) bool { return s.channel == f.Subscribe.Channel }) {
			x.t.Fatalf("%s is opened twice", f.Subscribe.Channel)
		}
		x.subs = append(x.subs, fuzzCursor{id: f.Sub, channel: f.Subscribe.Channel, named: f.Subscribe.Cursor != ""})
	case session.FxSvClose:
		x.forget(f.Sub)
	case session.FxSvSaveCursor:
		if s := x.sub(f.Sub); s == nil || !s.named || f.Position.Offset > s.sent {
			x.t.Fatalf("a cursor is saved at %v, of %+v", f.Position, s)
		}
	case session.FxSvWake:
		if s := x.sub(f.Sub); s == nil || !s.open {
			x.t.Fatalf("%d is woken, and is not open", f.Sub)
		}
	case session.FxSvRefused:
		if f.Code == 0 {
			x.t.Fatalf("refused without a code: %+v", f)
		}
	case session.FxSvEnd:
		if f.Code == 0 {
			x.t.Fatalf("ended without a code")
		}
		x.ended = true
	}
}

func (x *fuzzServer) sub(id uint32) *fuzzCursor {
	for i := range x.subs {
		if x.subs[i].id == id {
			return &x.subs[i]
		}
	}
	return nil
}

func (x *fuzzServer) forget(id uint32) {
	x.subs = slices.DeleteFunc(x.subs, func(s fuzzCursor) bool { return s.id == id })
}

// hub does one thing that a hub may do now.
func (x *fuzzServer) hub(what, n int) {
	var s *fuzzCursor
	if len(x.subs) > 0 {
		s = &x.subs[n%len(x.subs)]
	}
	switch what % 8 {
	case 0:
		if len(x.drafts) > 0 {
			x.answer(n)
		}
	case 1:
		if s != nil && !s.open {
			x.open(s, n)
		}
	case 2:
		if s != nil && s.open {
			x.flush(s, n)
		}
	case 3:
		if s != nil && s.open {
			s.sent = s.sent/2 + uint64(n)
			x.step(session.ServerEvent{Kind: session.SvGap, Sub: s.id, Fork: session.Range{From: s.sent + 1, To: s.sent + 2}, Resume: holdfast.Position{Term: 9, Offset: s.sent}})
		}
	case 4:
		if s != nil && s.open {
			id := s.id
			x.forget(id)
			x.step(session.ServerEvent{Kind: session.SvTaken, Sub: id, Code: holdfast.CodeCursorTaken})
		}
	case 5:
		x.now += 100 * int64(n)
		x.step(session.ServerEvent{Kind: session.SvSweep, Stalled: n%2 == 1, Taking: n%4 == 3})
	case 6:
		x.step(session.ServerEvent{Kind: session.SvDrain, After: int64(n)})
	case 7:
		x.step(session.ServerEvent{Kind: session.SvHeard})
	}
}

func (x *fuzzServer) answer(n int) {
	e := x.drafts[0]
	x.drafts = x.drafts[1:]
	e.Kind, e.Answer = session.SvAnswered, session.Answer(1+n%9)
	switch e.Answer {
	case session.AnswerStored, session.AnswerDuplicate:
		e.Offset = uint64(n)
	case session.AnswerRefused:
		e.Code = holdfast.CodeMessageTooLarge
	case session.AnswerDeferred:
		e.Code = holdfast.CodeStoreFull
	case session.AnswerHole, session.AnswerProducerUnknown, session.AnswerUnknown:
		e.Expected = uint64(n)
	}
	x.step(e)
}

func (x *fuzzServer) open(s *fuzzCursor, n int) {
	e := session.ServerEvent{Kind: session.SvOpened, Sub: s.id, Position: holdfast.Position{Term: 7, Offset: uint64(n)}, First: 1, Head: uint64(n), Generation: uint64(n % 2)}
	if n%5 == 4 {
		e.Code = holdfast.CodePositionAhead
		x.forget(s.id)
	} else {
		s.open, s.sent = true, uint64(n)
	}
	x.step(e)
}

// flush hands a subscription as many records as its window allows, at most.
func (x *fuzzServer) flush(s *fuzzCursor, n int) {
	records, bytes := x.m.Allowance(s.id)
	if records > int(x.limits.MaxWindow.Records) || bytes > int(x.limits.MaxWindow.Bytes) {
		x.t.Fatalf("%d records and %d bytes are allowed", records, bytes)
	}
	if records == 0 {
		return
	}
	first := s.sent + 1
	s.sent += uint64(min(records, 1+n%4))
	x.step(session.ServerEvent{Kind: session.SvFlushed, Sub: s.id, First: first, Last: s.sent, Bytes: 1 + n})
}
