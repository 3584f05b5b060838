package session_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// fuzzClient is the client's machine between an application and outbox that do anything which they may, and a server that sends
// anything.
type fuzzClient struct {
	t     failer
	m     *session.Client
	codec wire.Codec
	d     wire.Decoder
	now   time.Time
	feed  feed
	over  bool

	connected, welcomed bool
	durable             bool
	waiting             map[session.EntryID]bool // persisted, without an outcome; whether it is durable
	last                session.EntryID
	mark                *session.ClientEffect
	subs                map[uint64]*fuzzReader
	nextSub             uint64
}

type fuzzReader struct {
	channel string
	at      holdfast.Position
	seen    bool
}

// FuzzClient has a server send any frames in any order: no panic, no entry ends twice, no record comes out of order without a
// gap, what the outbox is to remember makes sense, and whatever is sent can be read.
func FuzzClient(f *testing.F) {
	welcome := &wire.Welcome{Session: wire.SessionID{1}, Memory: 5, Clock: 1_700_000_000_000, MaxMessage: 100, MaxInFlight: wire.Window{Records: 3, Bytes: 100}, Heartbeat: 1000}
	for _, frames := range [][]appender{
		{welcome, &wire.Stored{Channel: "a", Number: 1, Offset: 1}, &wire.Stored{Channel: "a", Number: 1 << 50, Count: 1 << 20, Offset: 3}},
		{welcome, &wire.Refused{Channel: "a", Number: 1, Code: holdfast.CodeHole, Expected: 9}, &wire.Refused{Channel: "a", Number: 1, Code: holdfast.CodeUnknownOutcome, Expected: 2}},
		{welcome, &wire.Refused{Channel: "a", Number: 1, Code: holdfast.CodeStoreFull, RetryAfter: 5}, &wire.Refused{Channel: "a", Number: 2, Code: holdfast.CodeBadPayload}, &wire.Refused{Channel: "a", Number: 2, Code: holdfast.CodeProducerConflict}},
		{welcome, &wire.Subscribed{ID: 1, Channel: "a", First: 1}, &wire.Record{Channel: "a", Offset: 1, Term: 7}, &wire.Record{Channel: "a", Offset: 2}, &wire.Record{Channel: "a", Offset: 9}},
		{welcome, &wire.Subscribed{ID: 1, Channel: "a", First: 1}, &wire.Gap{Channel: "a", From: 1, To: 4, Term: 7, After: 4, Reason: wire.GapFork}, &wire.Gap{Channel: "a", From: 5, To: 8, Term: 8, After: 8, Reason: wire.GapRetention}, &wire.Pass{Channel: "a", Offset: 20}},
		{welcome, &wire.Subscribed{ID: 1, Channel: "a", Code: holdfast.CodeOverloaded, RetryAfter: 3}, &wire.Unsubscribed{Channel: "a", Code: holdfast.CodeCursorTaken}, &wire.Reconnect{After: 5, Code: holdfast.CodeDraining}, &wire.Ping{ID: 4}, &wire.Pong{ID: 4}},
		{&wire.Record{Channel: "a", Offset: 1}, welcome, welcome, &wire.Bye{}},
	} {
		for _, c := range []wire.Codec{wire.JSON, wire.Binary} {
			var b []byte
			for _, x := range frames {
				b = x.Append(b, c)
			}
			f.Add(b, c == wire.Binary, c == wire.JSON, []byte{2, 0, 0, 0, 1, 0, 0, 7, 1, 1, 6, 3, 4, 1, 5, 1, 7, 1, 8, 0, 0, 0, 9, 9})
		}
	}
	f.Add([]byte{}, true, false, []byte{128, 0, 9, 135, 0, 1, 138, 2, 7, 138, 4, 0, 129, 2, 1, 1, 0, 1, 2, 130, 2, 9, 139, 2, 3, 5, 0, 0, 0})
	f.Fuzz(func(t *testing.T, message []byte, binary, durable bool, steps []byte) {
		playClient(t, message, binary, durable, steps)
	})
}

// TestClientAgainstAnyServer does the same with steps drawn at random, which get further than a fuzzer's.
func TestClientAgainstAnyServer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		playClient(t, nil, rapid.Bool().Draw(t, "binary"), rapid.Bool().Draw(t, "durable"), randomSteps(rapid.Uint64().Draw(t, "seed")))
	})
}

func playClient(t failer, message []byte, binary, durable bool, steps []byte) {
	x := &fuzzClient{t: t, feed: feed{steps}, durable: durable, now: time.UnixMilli(1_700_000_000_000),
		waiting: map[session.EntryID]bool{}, subs: map[uint64]*fuzzReader{}}
	o := session.ClientOptions{Process: 1, Producer: producerOf("p", 1)}
	if durable {
		o.Durable = session.Durable
	}
	if binary {
		x.codec = wire.Binary
	}
	x.m = session.NewClient(o)
	if durable { // the outbox of an earlier process
		old := producerOf("p", 0)
		x.m.Load([]session.Lane{{Channel: "a", Producer: old, Next: 5, Resolved: 1, Acked: 1, Memory: 1}, {Channel: "b", Producer: old, Next: 2, Resolved: 1}},
			[]session.Entry{{ID: 1, Channel: "a", Producer: old, Number: 3, Sent: wire.Sent{At: 1_700_000_000_000, Memory: 1}}})
		x.waiting[1], x.last = true, 1
	}
	x.app(2, 0)
	x.app(1, 0)
	x.app(0, 0)
	if len(message) == 0 {
		x.says(128, 0)
	}
	x.d.Reset(x.codec, message)
	for !x.over {
		typ, err := x.d.Next()
		if err != nil {
			break
		}
		if !x.connected {
			x.app(0, 0)
		}
		x.step(session.ClientEvent{Kind: session.EvFrame, Type: typ, Decoder: &x.d})
		x.does(x.feed.next(), x.feed.next())
	}
	for len(x.feed.b) > 0 {
		x.does(x.feed.next(), x.feed.next())
	}
}

var fuzzChannels = []string{"a", "b"}

// does has the application, its outbox, its network or the server do one thing.
func (x *fuzzClient) does(what, n int) {
	if what >= 128 {
		x.says(what, n)
	} else {
		x.app(what, n)
	}
}

// says has the server send a frame that is about what it could be about.
func (x *fuzzClient) says(what, n int) {
	ch, num, more := fuzzChannels[n%2], uint64(n/2), uint64(x.feed.next())
	if n < 192 { // small numbers meet each other more often
		num, more = num%12, more%12
	}
	term := x.feed.next()
	var p holdfast.ProducerID
	if term%2 == 1 {
		p = producerOf("p", 0)
	}
	frames := []appender{
		&wire.Welcome{Session: wire.SessionID{1}, Memory: uint64(n % 3), Clock: 1_700_000_000_000, MaxMessage: 100, MaxInFlight: wire.Window{Records: uint32(more)}, Heartbeat: 1000, DedupeWindow: int64(n) * 100},
		&wire.Stored{Channel: ch, Producer: p, Number: num, Count: uint32(more % 8), Offset: more, Flags: wire.StoredFlags(more % 8)},
		&wire.Refused{Channel: ch, Producer: p, Number: num, Code: holdfast.CodeHole, Expected: more},
		&wire.Refused{Channel: ch, Producer: p, Number: num, Code: holdfast.CodeUnknownOutcome, Expected: more},
		&wire.Refused{Channel: ch, Producer: p, Number: num, Code: holdfast.CodeProducerUnknown, Expected: more},
		&wire.Refused{Channel: ch, Producer: p, Number: num, Code: holdfast.CodeStoreFull, RetryAfter: int64(more)},
		&wire.Refused{Channel: ch, Producer: p, Number: num, Code: holdfast.CodeBadPayload},
		&wire.Subscribed{ID: more, Channel: ch, Position: holdfast.Position{Term: holdfast.Term(num % 4), Offset: num}, First: 1, Head: num},
		&wire.Subscribed{ID: more, Channel: ch, Code: holdfast.CodeOverloaded},
		&wire.Unsubscribed{Channel: ch, Code: holdfast.CodeStoreUnavailable},
		&wire.Record{Channel: ch, Offset: num, Term: holdfast.Term(term % 40)},
		&wire.Gap{Channel: ch, From: num, To: num + more, Term: holdfast.Term(term % 40), After: num, Reason: wire.GapFork},
		&wire.Gap{Channel: ch, From: num, To: num + more, Term: holdfast.Term(term % 40), After: more, Reason: wire.GapRetention},
		&wire.Pass{Channel: ch, Offset: num, Term: holdfast.Term(term % 40)},
		&wire.Reconnect{After: int64(n), Code: holdfast.CodeDraining},
		&wire.Ping{ID: num},
		&wire.Refused{Channel: ch, Producer: p, Number: num, Code: holdfast.CodeRateLimited, RetryAfter: int64(more)},
		&wire.Unsubscribed{Channel: ch, Code: holdfast.CodeCursorTaken},
		&wire.Subscribed{ID: more, Channel: ch, Code: holdfast.CodeForbidden},
		&wire.Refresh{Left: int64(n)},
	}
	var d wire.Decoder
	d.Reset(x.codec, frames[(what-128)%len(frames)].Append(nil, x.codec))
	if typ, err := d.Next(); err == nil && x.connected && !x.over {
		x.step(session.ClientEvent{Kind: session.EvFrame, Type: typ, Decoder: &d})
	}
}

// app does one thing that an application, its outbox or its network may do now.
func (x *fuzzClient) app(what, n int) {
	switch what % 11 {
	case 0:
		if !x.connected {
			x.connected = true
			x.step(session.ClientEvent{Kind: session.EvConnected})
		}
	case 1:
		e := session.Entry{Channel: fuzzChannels[n%2], Size: n}
		if n%8 == 7 {
			e.Expires = x.now.Add(time.Second)
		}
		x.step(session.ClientEvent{Kind: session.EvPublish, Entry: e})
	case 2:
		x.nextSub++
		x.subs[x.nextSub] = &fuzzReader{channel: fuzzChannels[n%2]}
		e := session.ClientEvent{Kind: session.EvSubscribe, Sub: x.nextSub, Subscribe: wire.Subscribe{Channel: fuzzChannels[n%2], From: wire.FromStart}}
		if n%4 > 1 {
			e.Checkpoint.Position = holdfast.Position{Term: 7, Offset: uint64(n)}
		}
		x.step(e)
	case 3:
		if id := x.live(n); id != 0 && n%8 == 7 {
			x.step(session.ClientEvent{Kind: session.EvUnsubscribe, Sub: id})
		}
	case 4:
		if id := x.live(n); id != 0 {
			s := x.subs[id]
			x.step(session.ClientEvent{Kind: session.EvDone, Sub: id, Position: s.at})
		}
	case 5:
		if x.connected {
			x.connected, x.welcomed, x.mark = false, false, nil
			x.step(session.ClientEvent{Kind: session.EvDisconnected, Code: []holdfast.Code{holdfast.CodeAbnormal, holdfast.CodeOverloaded, holdfast.CodeUnauthenticated}[n%3]})
		}
	case 6:
		x.now = x.now.Add(time.Duration(n) * 50 * time.Millisecond)
		x.step(session.ClientEvent{Kind: session.EvTick})
	case 7:
		if x.durable && x.last > 0 {
			for id := range x.waiting {
				x.waiting[id] = true
			}
			x.step(session.ClientEvent{Kind: session.EvPersisted, Entry: session.Entry{ID: x.last}})
		}
	case 8:
		if f := x.mark; f != nil {
			x.mark = nil
			x.step(session.ClientEvent{Kind: session.EvMarked, Entry: f.Entry, Sent: f.Sent})
		}
	case 9:
		x.step(session.ClientEvent{Kind: session.EvDrop, Entry: session.Entry{ID: session.EntryID(n)}, Code: holdfast.CodeDropped})
	case 10:
		if x.connected {
			x.step(session.ClientEvent{Kind: session.EvMoved, At: x.now.Add(-time.Duration(n) * time.Millisecond)})
		}
	}
}

// live returns one of the subscriptions; 0 if there is none.
func (x *fuzzClient) live(n int) uint64 {
	ids := sorted(x.subs)
	if len(ids) == 0 {
		return 0
	}
	return ids[n%len(ids)]
}

func (x *fuzzClient) step(e session.ClientEvent) {
	fx := x.m.Step(x.now, &e, nil)
	if x.over && len(fx) > 0 {
		x.t.Fatalf("after the end: %+v", fx)
	}
	for i := range fx {
		x.effect(&fx[i])
		if fx[i].Kind == session.FxDisconnect {
			x.step(session.ClientEvent{Kind: session.EvDisconnected, Code: fx[i].Code})
			break // what follows was for the connection that is gone
		}
	}
	x.m.Wake()
}

// sends checks that a server can read what goes out.
func (x *fuzzClient) sends(f appender) {
	if !x.connected {
		x.t.Fatalf("%T is sent without a connection", f)
	}
	var d wire.Decoder
	b := f.Append(nil, x.codec)
	d.Reset(x.codec, b)
	if _, err := d.Next(); err != nil {
		x.t.Fatalf("the client sends %q: %v", b, err)
	}
}

func (x *fuzzClient) effect(f *session.ClientEffect) {
	switch f.Kind {
	case session.FxHello:
		x.sends(f.Hello)
	case session.FxPublish:
		if durable, ok := x.waiting[f.Entry.ID]; !ok || x.durable && !durable || !x.welcomed {
			x.t.Fatalf("entry %d is sent: durable %v, waits %v, welcomed %v", f.Entry.ID, durable, ok, x.welcomed)
		}
		x.sends(&wire.Publish{Channel: f.Entry.Channel, Producer: f.Entry.Producer, Number: f.Entry.Number, Sent: f.Sent})
	case session.FxSkip:
		x.sends(&f.Skip)
	case session.FxSubscribe:
		x.sends(f.Subscribe)
	case session.FxUnsubscribe:
		x.sends(&f.Unsub)
	case session.FxAck:
		x.sends(&f.Ack)
	case session.FxPing:
		x.sends(&wire.Ping{ID: f.Ping})
	case session.FxPong:
		x.sends(&wire.Pong{ID: f.Ping})
	case session.FxPersist:
		x.waiting[f.Entry.ID], x.last = false, f.Entry.ID
	case session.FxMark:
		x.mark = f
	case session.FxOutcome:
		if _, ok := x.waiting[f.Entry.ID]; !ok || f.Outcome == 0 {
			x.t.Fatalf("an outcome of an entry that has ended: %+v", f)
		}
		delete(x.waiting, f.Entry.ID)
	case session.FxResolved:
		if l := f.Lane; l.Resolved >= l.Next || l.Acked > l.Resolved {
			x.t.Fatalf("what the outbox is to remember makes no sense: %+v", l)
		}
	case session.FxWelcome:
		x.welcomed = true
	case session.FxDisconnect:
		x.connected, x.welcomed, x.mark = false, false, nil
	case session.FxFail:
		x.over = true
	default:
		x.reads(f)
	}
}

// reads follows the subscriptions.
func (x *fuzzClient) reads(f *session.ClientEffect) {
	s := x.subs[f.Sub]
	switch f.Kind {
	case session.FxRecord:
		if s.seen && f.Position.Offset != s.at.Offset+1 {
			x.t.Fatalf("record %v after %v", f.Position, s.at)
		}
		s.at, s.seen = f.Position, true
	case session.FxGap:
		s.at, s.seen = f.Position, true
	case session.FxEnded:
		delete(x.subs, f.Sub)
		return
	default:
		return
	}
	if cp, ok := x.m.Checkpoint(f.Sub, f.Position); !ok || len(cp.Earlier) > holdfast.MaxTerms-1 || cp.Position != f.Position {
		x.t.Fatalf("checkpoint %+v at %v", cp, f.Position)
	}
}
