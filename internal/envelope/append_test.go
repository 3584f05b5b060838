package envelope_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/envelope"
)

func TestAppendRecord(t *testing.T) {
	whole := []holdfast.Header{{Name: envelope.HeaderWhole, Value: "1"}}
	for _, c := range []struct {
		name string
		r    holdfast.Record
		want string
	}{
		{"text", holdfast.Record{Type: holdfast.Text, Data: []byte("a\"b\n")},
			`{"id":"00000000000000ab@3/c","type":"DATA","data":"a\"b\n","timestamp":9,"channel":"c"}`},
		{"bytes", holdfast.Record{Data: []byte{0, 255}},
			`{"id":"00000000000000ab@3/c","type":"DATA","data":"AP8=","encoding":"base64","timestamp":9,"channel":"c"}`},
		{"a publisher", holdfast.Record{Type: holdfast.JSON, Data: []byte("1"), Publisher: "a\"nn"},
			`{"id":"00000000000000ab@3/c","type":"DATA","data":1,"timestamp":9,"channel":"c","from":"a\"nn"}`},
		{"an id that is no JSON", holdfast.Record{Type: holdfast.JSON, Data: []byte("1"), Headers: []holdfast.Header{{Name: envelope.HeaderID, Value: `"x","from":"y"`}}},
			`{"id":"00000000000000ab@3/c","type":"DATA","data":1,"timestamp":9,"channel":"c"}`},
		{"an object", holdfast.Record{Type: holdfast.JSON, Data: []byte(`{"from":"x" }`), Publisher: "ann", Headers: whole}, `{"from":"x","from":"ann"}`},
		{"an empty one", holdfast.Record{Type: holdfast.JSON, Data: []byte(`{ }`), Publisher: "ann", Headers: whole}, `{"from":"ann"}`},
		{"of nobody", holdfast.Record{Type: holdfast.JSON, Data: []byte(`{"a":1}`), Headers: whole}, `{"a":1}`},
		{"that is none", holdfast.Record{Type: holdfast.JSON, Data: []byte(`[{}]`), Headers: whole},
			`{"id":"00000000000000ab@3/c","type":"DATA","data":[{}],"timestamp":9,"channel":"c"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.r.Channel, c.r.Term, c.r.Offset, c.r.Time = "c", 0xab, 3, time.UnixMilli(9)
			if got := string(envelope.AppendRecord(nil, &c.r)); got != c.want || !json.Valid([]byte(got)) {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestWriter(t *testing.T) {
	w := envelope.Writer{Now: 9}
	for _, c := range []struct{ got, want string }{
		{string(w.Ack(nil, []byte(`"a"`))), `{"id":"s1","type":"ACK","data":{"messageId":"a"},"timestamp":9}`},
		{string(w.Ack(nil, nil)), `{"id":"s2","type":"ACK","data":{},"timestamp":9}`},
		{string(w.Error(nil, []byte(`1`), envelope.Refusal{Code: holdfast.CodeRateLimited, Channel: "c", Detail: "\"", After: time.Second})),
			`{"id":"s3","type":"ERROR","data":{"messageId":1,"code":4102,"name":"rate_limited","channel":"c","detail":"\"","retryAfter":1000},"timestamp":9}`},
		{string(w.Reconnect(nil, 5*time.Second, holdfast.CodeDraining)),
			`{"id":"s4","type":"RECONNECT","data":{"after":5000,"code":4104,"name":"draining"},"timestamp":9}`},
		{string(w.Gap(nil, "c", 1, 7, "retention")), `{"id":"s5","type":"GAP","data":{"channel":"c","from":1,"to":7,"reason":"retention"},"timestamp":9}`},
		{string(w.Refresh(nil, time.Second)), `{"id":"s6","type":"REFRESH","data":{"left":1000},"timestamp":9}`},
		{string(w.Authenticated(nil, nil, "ann")), `{"id":"s7","type":"auth","data":{"user":"ann"},"timestamp":9}`},
		{string(w.Subscribed(nil, "subscribed", "c")), `{"id":"s8","type":"subscribed","data":{"channel":"c"},"timestamp":9}`},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func TestRecordID(t *testing.T) {
	p := holdfast.Position{Term: 0xab, Offset: 7}
	if c, q, ok := envelope.ParseRecordID(envelope.RecordID("a/b@c", p)); !ok || c != "a/b@c" || q != p {
		t.Errorf("%q, %v, %v", c, q, ok)
	}
	for _, id := range []string{"", "x", "00000000000000ab@7", "00000000000000ab@7/", "00000000000000ab@x/c", "@7/c", "00000000000000ab@7/a b"} {
		if _, _, ok := envelope.ParseRecordID(id); ok {
			t.Errorf("%q is taken", id)
		}
	}
}
