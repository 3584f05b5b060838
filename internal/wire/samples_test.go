package wire_test

import (
	"strings"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

const maxNumber = 1<<53 - 1

var (
	alice   = holdfast.ProducerID{0xa1, 0x1c, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
	bob     = holdfast.ProducerID{0xb0, 0xb0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}
	session = wire.SessionID{0x5e, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3}
)

const (
	term1  holdfast.Term = 0x7e24_0000_0000_0001
	term2  holdfast.Term = 0x7e24_0000_0000_0002
	memory               = 0x3e30_0000_0000_0009
	clock                = 1_790_000_000_000
)

// sample is a frame that encodes to exactly one JSON line and one binary frame, and back.
type sample struct {
	name  string
	frame wire.Frame
}

// samples are the vectors in spec/vectors/frames.json.
var samples = []sample{
	{"hello/empty", &wire.Hello{}},
	{"hello/minimal", &wire.Hello{Session: session, Process: 0xbeef, Counter: 1, Producer: alice}},
	{"hello/full", &wire.Hello{
		Token: "eyJhbGciOiJFZERTQSJ9.e30.c2ln", User: "alice", Session: session, Process: 0x0102030405060708, Counter: 7,
		Producer: alice, Agent: "holdfast-go/0.1",
		Subscriptions: []wire.Subscribe{
			{ID: 1, Channel: "chat:lobby"},
			{
				ID: 2, Channel: "prices", From: wire.FromPosition, Position: holdfast.Position{Term: term2, Offset: 4711},
				Earlier: []holdfast.TermEnd{{Term: term1, Last: 4000}}, Window: wire.Window{Records: 256, Bytes: 1 << 20},
			},
		},
	}},
	{"publish/minimal", &wire.Publish{Channel: "c", Number: 1}},
	{"publish/json", &wire.Publish{Channel: "chat:lobby", Number: 1, Type: holdfast.JSON, Data: []byte(`{"m":"hi","n":[1,2.5e3,null]}`)}},
	{"publish/text", &wire.Publish{Channel: "chat:lobby", Number: 2, Type: holdfast.Text, Data: []byte("hi")}},
	{"publish/text-empty", &wire.Publish{Channel: "chat:lobby", Number: 3, Type: holdfast.Text}},
	{"publish/text-escapes", &wire.Publish{Channel: "chat:lobby", Number: 4, Type: holdfast.Text, Data: []byte("a\"b\\c\n\r\t\b\f\x01\x7f/ é € 😀 \u2028")}},
	{"publish/binary", &wire.Publish{Channel: "chat:lobby", Number: 5, Data: []byte{0, 1, 0xfe, 0xff}}},
	{"publish/headers", &wire.Publish{Channel: "chat:lobby", Number: 6, Type: holdfast.Text, Data: []byte("hi"), Headers: []holdfast.Header{
		{Name: "trace", Value: "00-4bf9"}, {Name: "tag", Value: "a"}, {Name: "tag", Value: "b"}, {Name: "empty"}, {Value: "no name"},
	}}},
	{"publish/resent", &wire.Publish{
		Channel: "chat:lobby", Producer: bob, Number: 42, Sent: wire.Sent{At: clock, Memory: memory},
		Type: holdfast.JSON, Data: []byte(`"again"`),
	}},
	{"publish/largest", &wire.Publish{
		Channel: strings.Repeat("c", 255), Number: maxNumber, Sent: wire.Sent{At: maxNumber, Memory: 1<<64 - 1},
	}},
	{"publish/127-bytes", &wire.Publish{Channel: "c", Number: 1, Data: []byte(strings.Repeat("x", 127))}},
	{"publish/300-bytes", &wire.Publish{Channel: "c", Number: 1, Type: holdfast.Text, Data: []byte(strings.Repeat("y", 300))}},
	{"skip/minimal", &wire.Skip{Channel: "c", From: 1, To: 1}},
	{"skip/full", &wire.Skip{Channel: "chat:lobby", Producer: bob, From: 3, To: 9}},
	{"skip/seal", &wire.Skip{Channel: "chat:lobby", Producer: bob, From: 10, To: 9, Successor: alice}},
	{"subscribe/head", &wire.Subscribe{ID: 1, Channel: "chat:lobby"}},
	{"subscribe/start", &wire.Subscribe{ID: 2, Channel: "chat:lobby", From: wire.FromStart}},
	{"subscribe/position", &wire.Subscribe{
		ID: 3, Channel: "chat:lobby", From: wire.FromPosition, Position: holdfast.Position{Term: term2, Offset: 90},
		Earlier: []holdfast.TermEnd{{Term: term1, Last: 40}, {Term: 5, Last: 41}}, Pending: 12,
	}},
	{"subscribe/position-empty-channel", &wire.Subscribe{ID: 4, Channel: "chat:lobby", From: wire.FromPosition}},
	{"subscribe/offset", &wire.Subscribe{ID: 5, Channel: "chat:lobby", From: wire.FromPosition, Position: holdfast.Position{Offset: 17}}},
	{"subscribe/last", &wire.Subscribe{ID: 6, Channel: "chat:lobby", From: wire.FromLast, Last: 50}},
	{"subscribe/time", &wire.Subscribe{ID: 7, Channel: "chat:lobby", From: wire.FromTime, Since: clock}},
	{"subscribe/cursor", &wire.Subscribe{ID: 8, Channel: "chat:lobby", From: wire.FromStart, Cursor: "billing", Window: wire.Window{Records: 1}}},
	{"subscribe/largest", &wire.Subscribe{
		ID: maxNumber, Channel: "c", From: wire.FromPosition, Position: holdfast.Position{Term: 1<<64 - 1, Offset: maxNumber},
		Window: wire.Window{Records: 1<<32 - 1, Bytes: 1<<32 - 1},
	}},
	{"unsubscribe/minimal", &wire.Unsubscribe{ID: 9, Channel: "chat:lobby"}},
	{"ack/minimal", &wire.Ack{Channel: "chat:lobby", Offset: 90}},
	{"ack/cursor", &wire.Ack{Channel: "chat:lobby", Offset: maxNumber, Generation: 3}},
	{"call/minimal", &wire.Call{ID: 1, Name: "holdfast.channels"}},
	{"call/full", &wire.Call{ID: 2, Name: "orders.place", Key: "order-77", Type: holdfast.JSON, Data: []byte(`{"sku":1}`)}},
	{"refresh/minimal", &wire.Refresh{Token: "eyJhbGciOiJFZERTQSJ9.e30.c2ln"}},
	{"refresh/asked-for", &wire.Refresh{Left: 60_000}},
	{"ping/empty", &wire.Ping{}},
	{"ping/id", &wire.Ping{ID: 128}},
	{"pong/empty", &wire.Pong{}},
	{"pong/id", &wire.Pong{ID: maxNumber}},
	{"bye/empty", &wire.Bye{}},
	{"bye/full", &wire.Bye{Code: holdfast.CodeBye, Reason: "the user has left"}},
	{"welcome/minimal", &wire.Welcome{Session: session, Memory: memory, Copies: 1, Clock: clock}},
	{"welcome/full", &wire.Welcome{
		Session: session, User: "alice", Agent: "holdfast/0.1", Heartbeat: 30_000, MaxMessage: 1 << 20,
		MaxInFlight: wire.Window{Records: 1024, Bytes: 4 << 20}, MaxWindow: wire.Window{Records: 65_536, Bytes: 16 << 20},
		MaxSubscriptions: 1000, DedupeWindow: 604_800_000, Memory: memory, Synced: true, Copies: 1, Clock: clock,
		Results: []wire.Subscribed{
			{ID: 1, Channel: "chat:lobby", Position: holdfast.Position{Term: term1, Offset: 12}, First: 1, Head: 12},
			{ID: 2, Channel: "prices", Code: holdfast.CodeForbidden, Detail: "no right to read prices"},
		},
	}},
	{"stored/minimal", &wire.Stored{Channel: "chat:lobby", Number: 1, Offset: 1, Copies: 1}},
	{"stored/cumulative", &wire.Stored{Channel: "chat:lobby", Producer: bob, Number: 64, Count: 64, Offset: 164, Flags: wire.FlagSynced, Copies: 3}},
	{"stored/duplicate", &wire.Stored{Channel: "chat:lobby", Number: 3, Offset: 7, Flags: wire.FlagSynced | wire.FlagDuplicate, Copies: 1}},
	{"stored/duplicate-not-retained", &wire.Stored{Channel: "chat:lobby", Number: 3, Flags: wire.FlagDuplicate, Copies: 1}},
	{"stored/skipped", &wire.Stored{Channel: "chat:lobby", Number: 9, Flags: wire.FlagSkipped | wire.FlagSynced, Copies: 1}},
	{"refused/halted", &wire.Refused{Channel: "chat:lobby", Number: 12, Code: holdfast.CodeRateLimited, RetryAfter: 1500}},
	{"refused/hole", &wire.Refused{Channel: "chat:lobby", Producer: bob, Number: 12, Code: holdfast.CodeHole, Expected: 10}},
	{"refused/for-good", &wire.Refused{Channel: "chat:lobby", Number: 12, Code: holdfast.CodeMessageTooLarge, Detail: "data: 2097152 bytes; the limit is 1048576"}},
	{"record/minimal", &wire.Record{Channel: "c", Offset: 1}},
	{"record/json", &wire.Record{Channel: "chat:lobby", Offset: 12, Time: clock, Publisher: "alice", Type: holdfast.JSON, Data: []byte(`{"m":"hi"}`)}},
	{"record/text", &wire.Record{Channel: "chat:lobby", Offset: 13, Time: clock + 1, Publisher: "bob", Type: holdfast.Text, Data: []byte("grüß dich")}},
	{"record/term-starts", &wire.Record{Channel: "chat:lobby", Offset: 14, Term: term2, Time: clock + 2, Data: []byte{0xff}}},
	{"record/full", &wire.Record{
		Channel: "chat:lobby", Offset: maxNumber, Term: term2, Time: clock, Publisher: "Zoë \"Z\"",
		Type: holdfast.Text, Headers: []holdfast.Header{{Name: "k", Value: "1"}, {Name: "k", Value: "2"}}, Data: []byte("x"),
	}},
	{"pass/minimal", &wire.Pass{Channel: "chat:lobby", Offset: 40}},
	{"pass/full", &wire.Pass{Channel: "chat:lobby", Offset: 41, Term: term1}},
	{"gap/retention", &wire.Gap{Channel: "chat:lobby", From: 13, To: 99, Term: term1, After: 99, Reason: wire.GapRetention}},
	{"gap/fork", &wire.Gap{Channel: "chat:lobby", From: 13, To: 20, Term: term1, After: 12, Reason: wire.GapFork}},
	{"gap/fork-to-nothing", &wire.Gap{Channel: "chat:lobby", From: 1, To: 20, Reason: wire.GapFork}},
	{"subscribed/empty-channel", &wire.Subscribed{ID: 1, Channel: "chat:lobby", First: 1}},
	{"subscribed/full", &wire.Subscribed{ID: 2, Channel: "chat:lobby", Position: holdfast.Position{Term: term2, Offset: 90}, First: 14, Head: 120, Generation: 3}},
	{"subscribed/failed", &wire.Subscribed{ID: 3, Channel: "chat:lobby", Code: holdfast.CodeOverloaded, Detail: "no room", RetryAfter: 2000}},
	{"unsubscribed/minimal", &wire.Unsubscribed{ID: 9, Channel: "chat:lobby"}},
	{"unsubscribed/cursor-taken", &wire.Unsubscribed{Channel: "chat:lobby", Code: holdfast.CodeCursorTaken, Detail: "generation 4 has it"}},
	{"reply/minimal", &wire.Reply{ID: 1}},
	{"reply/full", &wire.Reply{ID: 2, Type: holdfast.JSON, Data: []byte(`["chat:lobby"]`)}},
	{"reply/failed", &wire.Reply{ID: 3, Code: holdfast.CodeNoSuchCall, Detail: "orders.plaice"}},
	{"join/minimal", &wire.Join{Channel: "chat:lobby", User: "alice", Session: session}},
	{"join/full", &wire.Join{Channel: "chat:lobby", User: "alice", Session: session, Term: term1, Version: 6, Type: holdfast.JSON, Data: []byte(`{"typing":false}`)}},
	{"leave/full", &wire.Leave{Channel: "chat:lobby", User: "alice", Session: session, Term: term1, Version: 7}},
	{"receipt/full", &wire.Receipt{Channel: "chat:lobby", Cursor: "billing", User: "bob", Offset: 90}},
	{"reconnect/minimal", &wire.Reconnect{After: 2500}},
	{"reconnect/full", &wire.Reconnect{After: 2500, URL: "wss://b.example/ws", Code: holdfast.CodeDraining}},
}

// typeOf returns the type of a frame: "record/full" is a record.
func (s sample) typeName() string { name, _, _ := strings.Cut(s.name, "/"); return name }
