package envelope_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/envelope"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       envelope.Message
	}{
		{"data", `{"id":"a","type":"DATA","data":{"x":1},"timestamp":5}`,
			envelope.Message{Kind: envelope.Data, ID: []byte(`"a"`), Stamp: []byte(`5`), Data: []byte(`{"x":1}`)}},
		{"members in any order, with white space", " {\n\"data\" : [1,\n2] ,\t\"timestamp\":1.5, \"type\":\"DATA\", \"id\": 7 } ",
			envelope.Message{Kind: envelope.Data, ID: []byte(`7`), Stamp: []byte(`1.5`), Data: []byte(`[1, 2]`)}},
		{"no data", `{"type":"DATA"}`, envelope.Message{Kind: envelope.Data, Data: []byte(`null`)}},
		{"to another channel", `{"type":"DATA","channel":"c","data":""}`, envelope.Message{Kind: envelope.Data, Channel: "c", Data: []byte(`""`)}},
		{"the last of a name counts", `{"type":"x","type":"DATA","data":1,"data":2}`, envelope.Message{Kind: envelope.Data, Data: []byte(`2`)}},
		{"a type in escapes", `{"type":"\u0044ATA","data":1}`, envelope.Message{Kind: envelope.Data, Data: []byte(`1`)}},
		{"an id that is none", `{"id":{},"type":"DATA","data":1}`, envelope.Message{Kind: envelope.Data, Data: []byte(`1`)}},
		{"an acknowledgement", `{"id":"b","type":"ACK","data":{"messageId":"x"}}`, envelope.Message{Kind: envelope.Ack, ID: []byte(`"b"`), Of: "x"}},
		{"one of nothing", `{"type":"ACK"}`, envelope.Message{Kind: envelope.Ack}},
		{"one of a number", `{"type":"ACK","data":{"messageId":3}}`, envelope.Message{Kind: envelope.Ack}},
		{"a heartbeat", `{"id":"c","type":"HEARTBEAT","timestamp":1}`,
			envelope.Message{Kind: envelope.Heartbeat, ID: []byte(`"c"`), Stamp: []byte(`1`)}},
		{"a ping", `{"type":"ping"}`, envelope.Message{Kind: envelope.Ping, Reply: `{"type":"pong"}`}},
		{"a command", `{"cmd":"heartbeat"}`, envelope.Message{Kind: envelope.Ping, Reply: `{"cmd":"pong"}`}},
		{"the text ping", `ping`, envelope.Message{Kind: envelope.Ping, Reply: `pong`}},
		{"the text PING", `PING`, envelope.Message{Kind: envelope.Ping, Reply: `pong`}},
		{"the text heartbeat", `heartbeat`, envelope.Message{Kind: envelope.Ping, Reply: `pong`}},
		{"an answer", `pong`, envelope.Message{}},
		{"an answer in JSON", `{"type":"pong"}`, envelope.Message{}},
		{"a token", `{"type":"auth","token":"t"}`, envelope.Message{Kind: envelope.Auth, Token: "t"}},
		{"a subscription", `{"type":"subscribe","channel":"c"}`, envelope.Message{Kind: envelope.Subscribe, Channel: "c"}},
		{"its end", `{"type":"unsubscribe","channel":"c"}`, envelope.Message{Kind: envelope.Unsubscribe, Channel: "c"}},
		{"an object", `{"type":"chat","content":"hi"}`, envelope.Message{Kind: envelope.Object, Data: []byte(`{"type":"chat","content":"hi"}`)}},
		{"an object with an id", `{"id":"d","type":1}`, envelope.Message{Kind: envelope.Object, ID: []byte(`"d"`), Data: []byte(`{"id":"d","type":1}`)}},
		{"another command", `{"cmd":"x"}`, envelope.Message{Kind: envelope.Object, Data: []byte(`{"cmd":"x"}`)}},
		{"a command with a type", `{"type":"x","cmd":"heartbeat"}`, envelope.Message{Kind: envelope.Object, Data: []byte(`{"type":"x","cmd":"heartbeat"}`)}},
		{"nothing in it", `{}`, envelope.Message{Kind: envelope.Object, Data: []byte(`{}`)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := envelope.Parse([]byte(c.text))
			if err != nil || !same(&got, &c.want) {
				t.Errorf("%+v, %v, want %+v", got, err, c.want)
			}
		})
	}
}

func same(a, b *envelope.Message) bool {
	return a.Kind == b.Kind && bytes.Equal(a.ID, b.ID) && bytes.Equal(a.Stamp, b.Stamp) && a.Channel == b.Channel &&
		bytes.Equal(a.Data, b.Data) && a.Of == b.Of && a.Token == b.Token && a.Reply == b.Reply
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, detail, id string }{
		{"nothing", ``, "message: not a JSON object", ""},
		{"a word", `hello`, "message: not a JSON object", ""},
		{"a list", `[]`, "message: not a JSON object", ""},
		{"half an object", `{"type":"DATA"`, "message: not JSON at byte 14", ""},
		{"two", `{}{}`, "message: more than one JSON value", ""},
		{"no UTF-8", "{\"a\":\"\xff\"}", "message: not UTF-8", ""},
		{"a long id", `{"id":"` + strings.Repeat("x", 300) + `"}`, "id: 302 bytes; the limit is 256", ""},
		{"a channel that is none", `{"id":"a","type":"DATA","channel":3}`, "channel: a text is wanted", `"a"`},
		{"a subscription to nothing", `{"type":"subscribe"}`, "channel: a text is wanted", ""},
		{"no token", `{"type":"auth"}`, "token: a text is wanted", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := envelope.Parse([]byte(c.text))
			e, ok := errors.AsType[*holdfast.Error](err)
			if !ok || e.Code != holdfast.CodeBadPayload || e.Detail != c.detail || string(m.ID) != c.id {
				t.Errorf("%s, %+v; want %s", m.ID, e, c.detail)
			}
		})
	}
}

// Whatever comes is refused with a code, or is something that can be published and read again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`ping`, `{"id":"a","type":"DATA","data":{"x":1},"timestamp":5}`, `{"type":"ACK","data":{"messageId":"5be1c7d0a94f3e12@1/room"}}`,
		`{"type":"chat","from":"x"}`, `{"type":"auth","token":"\ud800"}`, "{\"a\":\n[{}]} "} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		m, err := envelope.Parse(text)
		if !bytes.Equal(before, text) {
			t.Fatal("what was parsed has changed")
		}
		if err != nil {
			if holdfast.CodeOf(err) != holdfast.CodeBadPayload {
				t.Fatal(err)
			}
			return
		}
		if m.Kind != envelope.Data && m.Kind != envelope.Object {
			return
		}
		r := holdfast.Record{Channel: "c", Term: 1, Offset: 1, Time: time.UnixMilli(1), Publisher: "ann", Type: holdfast.JSON, Data: m.Data}
		if m.Kind == envelope.Object {
			r.Headers = append(r.Headers, holdfast.Header{Name: envelope.HeaderWhole, Value: "1"})
		}
		if m.ID != nil {
			r.Headers = append(r.Headers, holdfast.Header{Name: envelope.HeaderID, Value: string(m.ID)})
		}
		out := envelope.AppendRecord(nil, &r)
		var v map[string]any
		if err := json.Unmarshal(out, &v); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		if v["from"] != "ann" || bytes.ContainsAny(out, "\r\n") {
			t.Fatalf("%s", out)
		}
		var w envelope.Writer
		if ack := w.Ack(nil, m.ID); !json.Valid(ack) {
			t.Fatalf("%s", ack)
		}
	})
}

// What a client sends as data arrives as the same data.
func TestDataComesThrough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.OneOf(
			rapid.String().AsAny(), rapid.Float64().AsAny(),
			rapid.MapOf(rapid.String(), rapid.Bool()).AsAny(), rapid.SliceOf(rapid.Int()).AsAny()).Draw(t, "data")
		raw, err := json.Marshal(data)
		if err != nil {
			t.Skip("no JSON")
		}
		id := rapid.StringN(1, 20, 40).Draw(t, "id")
		quoted, _ := json.Marshal(id)
		m, err := envelope.Parse([]byte(`{"id":` + string(quoted) + `,"type":"DATA","data":` + string(raw) + `}`))
		if err != nil {
			t.Fatal(err)
		}
		r := holdfast.Record{Channel: "c", Term: 1, Offset: 1, Type: holdfast.JSON, Data: m.Data,
			Headers: []holdfast.Header{{Name: envelope.HeaderID, Value: string(m.ID)}}}
		var got struct {
			ID       string
			Data     json.RawMessage
			SourceID string
		}
		if err := json.Unmarshal(envelope.AppendRecord(nil, &r), &got); err != nil || !bytes.Equal(got.Data, raw) || got.SourceID != id || got.ID != "0000000000000001@1/c" {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}
