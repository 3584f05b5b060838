package wire_test

import (
	"encoding/json"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Generators of frames as they come out of a decoder: nothing is empty but not nil, JSON is compact.

func number() *rapid.Generator[uint64] {
	return rapid.OneOf(rapid.Uint64Range(0, 300), rapid.Uint64Range(0, maxNumber), rapid.Just(uint64(maxNumber)))
}

func millis() *rapid.Generator[int64] { return rapid.Int64Range(0, maxNumber) }

func name() *rapid.Generator[string] {
	return rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-z]{1,8}:[a-z0-9]{1,12}`), rapid.StringN(0, 60, 255))
}

func text() *rapid.Generator[string] { return rapid.StringN(0, 200, 2000) }

func id128() *rapid.Generator[[16]byte] {
	return rapid.Custom(func(t *rapid.T) (v [16]byte) {
		if rapid.Bool().Draw(t, "set") {
			copy(v[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		}
		return v
	})
}

func producer(t *rapid.T) holdfast.ProducerID { return id128().Draw(t, "producer") }

func term(t *rapid.T) holdfast.Term { return holdfast.Term(rapid.Uint64().Draw(t, "term")) }

func code(t *rapid.T) holdfast.Code { return holdfast.Code(rapid.Uint16().Draw(t, "code")) }

func window(t *rapid.T) wire.Window {
	return wire.Window{Records: rapid.Uint32().Draw(t, "records"), Bytes: rapid.Uint32().Draw(t, "bytes")}
}

func headers(t *rapid.T) []holdfast.Header {
	list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) holdfast.Header {
		return holdfast.Header{Name: name().Draw(t, "name"), Value: text().Draw(t, "value")}
	}), 0, 4).Draw(t, "headers")
	if len(list) == 0 {
		return nil
	}
	return list
}

// payload draws a content type and data that fits it.
func payload(t *rapid.T) (holdfast.ContentType, []byte) {
	var data []byte
	typ := holdfast.ContentType(rapid.IntRange(0, 2).Draw(t, "type"))
	switch typ {
	case holdfast.JSON:
		data, _ = json.Marshal(jsonValue(3).Draw(t, "json"))
	case holdfast.Text:
		data = []byte(text().Draw(t, "text"))
	case holdfast.Binary:
		data = rapid.SliceOfN(rapid.Byte(), 0, 400).Draw(t, "bytes")
	}
	if len(data) == 0 {
		data = nil
	}
	return typ, data
}

func jsonValue(depth int) *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Float64Range(-1e9, 1e9).AsAny(), rapid.String().AsAny())
	if depth == 0 {
		return leaf
	}
	return rapid.OneOf(leaf,
		rapid.SliceOfN(jsonValue(depth-1), 0, 4).AsAny(),
		rapid.MapOfN(rapid.String(), jsonValue(depth-1), 0, 4).AsAny())
}

func subscribe(t *rapid.T) wire.Subscribe {
	s := wire.Subscribe{
		ID: number().Draw(t, "id"), Channel: name().Draw(t, "channel"), From: wire.From(rapid.IntRange(0, 4).Draw(t, "from")),
		Position: holdfast.Position{Term: term(t), Offset: number().Draw(t, "offset")},
		Last:     number().Draw(t, "last"), Since: millis().Draw(t, "since"), Cursor: name().Draw(t, "cursor"), Window: window(t),
	}
	for range rapid.IntRange(0, 8).Draw(t, "earlier") {
		s.Pending = number().Draw(t, "pending")
		s.Earlier = append(s.Earlier, holdfast.TermEnd{Term: term(t), Last: number().Draw(t, "end")})
	}
	return s
}

func subscribed(t *rapid.T) wire.Subscribed {
	return wire.Subscribed{
		ID: number().Draw(t, "id"), Channel: name().Draw(t, "channel"),
		Position: holdfast.Position{Term: term(t), Offset: number().Draw(t, "offset")},
		First:    number().Draw(t, "first"), Head: number().Draw(t, "head"), Generation: number().Draw(t, "generation"),
		Code: code(t), Detail: text().Draw(t, "detail"), RetryAfter: millis().Draw(t, "retry"),
	}
}

func recordFrame() *rapid.Generator[*wire.Record] {
	return rapid.Custom(func(t *rapid.T) *wire.Record {
		f := &wire.Record{
			Channel: name().Draw(t, "channel"), Offset: number().Draw(t, "offset"), Term: term(t),
			Time: millis().Draw(t, "time"), Publisher: name().Draw(t, "publisher"), Headers: headers(t),
		}
		f.Type, f.Data = payload(t)
		return f
	})
}

func anyFrame() *rapid.Generator[wire.Frame] {
	return rapid.Custom(func(t *rapid.T) wire.Frame {
		typ := rapid.SampledFrom(wire.Types()).Draw(t, "frame type")
		if typ < 32 {
			return clientFrame(t, typ)
		}
		return serverFrame(t, typ)
	})
}

func clientFrame(t *rapid.T, typ wire.Type) wire.Frame {
	num := func(label string) uint64 { return number().Draw(t, label) }
	str := func(label string) string { return name().Draw(t, label) }
	switch typ {
	case wire.TypeHello:
		f := &wire.Hello{
			Token: text().Draw(t, "token"), User: str("user"), Session: id128().Draw(t, "session"),
			Process: rapid.Uint64().Draw(t, "process"), Counter: num("counter"), Producer: producer(t), Agent: str("agent"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "subscriptions") {
			f.Subscriptions = append(f.Subscriptions, subscribe(t))
		}
		return f
	case wire.TypePublish:
		f := &wire.Publish{
			Channel: str("channel"), Producer: producer(t), Number: num("number"), Headers: headers(t),
			Sent: wire.Sent{At: millis().Draw(t, "at"), Memory: rapid.Uint64().Draw(t, "memory")},
		}
		f.Type, f.Data = payload(t)
		return f
	case wire.TypeSkip:
		return &wire.Skip{Channel: str("channel"), Producer: producer(t), From: num("from"), To: num("to"), Successor: producer(t)}
	case wire.TypeSubscribe:
		s := subscribe(t)
		return &s
	case wire.TypeUnsubscribe:
		return &wire.Unsubscribe{ID: num("id"), Channel: str("channel")}
	case wire.TypeAck:
		return &wire.Ack{Channel: str("channel"), Offset: num("offset"), Generation: num("generation")}
	case wire.TypeCall:
		f := &wire.Call{ID: num("id"), Name: str("name"), Key: text().Draw(t, "key")}
		f.Type, f.Data = payload(t)
		return f
	case wire.TypeRefresh:
		return &wire.Refresh{Token: text().Draw(t, "token"), Left: millis().Draw(t, "left")}
	case wire.TypePing:
		return &wire.Ping{ID: num("id")}
	case wire.TypePong:
		return &wire.Pong{ID: num("id")}
	case wire.TypeBye:
		return &wire.Bye{Code: code(t), Reason: text().Draw(t, "reason")}
	}
	panic("no generator for " + typ.String())
}

func serverFrame(t *rapid.T, typ wire.Type) wire.Frame {
	num := func(label string) uint64 { return number().Draw(t, label) }
	str := func(label string) string { return name().Draw(t, label) }
	small := func(label string) uint32 { return rapid.Uint32().Draw(t, label) }
	detail := func() string { return text().Draw(t, "detail") }
	switch typ {
	case wire.TypeWelcome:
		f := &wire.Welcome{
			Session: id128().Draw(t, "session"), User: str("user"), Agent: str("agent"), Heartbeat: millis().Draw(t, "heartbeat"),
			MaxMessage: small("message"), MaxInFlight: window(t), MaxWindow: window(t), MaxSubscriptions: small("subscriptions"),
			DedupeWindow: millis().Draw(t, "dedupe"), Memory: rapid.Uint64().Draw(t, "memory"),
			Synced: rapid.Bool().Draw(t, "synced"), Copies: small("copies"), Clock: millis().Draw(t, "clock"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "results") {
			f.Results = append(f.Results, subscribed(t))
		}
		return f
	case wire.TypeStored:
		return &wire.Stored{
			Channel: str("channel"), Producer: producer(t), Number: num("number"), Count: small("count"), Offset: num("offset"),
			Flags: wire.StoredFlags(rapid.IntRange(0, 7).Draw(t, "flags")), Copies: small("copies"),
		}
	case wire.TypeRefused:
		return &wire.Refused{
			Channel: str("channel"), Producer: producer(t), Number: num("number"), Code: code(t),
			RetryAfter: millis().Draw(t, "retry"), Expected: num("expected"), Detail: detail(),
		}
	case wire.TypeRecord:
		return recordFrame().Draw(t, "record")
	case wire.TypePass:
		return &wire.Pass{Channel: str("channel"), Offset: num("offset"), Term: term(t)}
	case wire.TypeGap:
		return &wire.Gap{
			Channel: str("channel"), From: num("from"), To: num("to"), Term: term(t), After: num("after"),
			Reason: wire.GapReason(rapid.IntRange(0, 2).Draw(t, "reason")),
		}
	case wire.TypeSubscribed:
		s := subscribed(t)
		return &s
	case wire.TypeUnsubscribed:
		return &wire.Unsubscribed{ID: num("id"), Channel: str("channel"), Code: code(t), Detail: detail()}
	case wire.TypeReply:
		f := &wire.Reply{ID: num("id"), Code: code(t), Detail: detail()}
		f.Type, f.Data = payload(t)
		return f
	case wire.TypeJoin:
		f := &wire.Join{Channel: str("channel"), User: str("user"), Session: id128().Draw(t, "session"), Term: term(t), Version: num("version")}
		f.Type, f.Data = payload(t)
		return f
	case wire.TypeLeave:
		return &wire.Leave{Channel: str("channel"), User: str("user"), Session: id128().Draw(t, "session"), Term: term(t), Version: num("version")}
	case wire.TypeReceipt:
		return &wire.Receipt{Channel: str("channel"), Cursor: str("cursor"), User: str("user"), Offset: num("offset")}
	case wire.TypeReconnect:
		return &wire.Reconnect{After: millis().Draw(t, "after"), URL: text().Draw(t, "url"), Code: code(t)}
	}
	panic("no generator for " + typ.String())
}
