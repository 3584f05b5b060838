package graphqlws

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// What a server closes with has the class that the protocol gives to it, or the application.
func TestCloseCodesHaveClasses(t *testing.T) {
	retried := map[holdfast.Code]bool{4408: true, 4500: true, 4504: true}
	o := Options{}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		v := o.classes().Classify(&holdfast.Error{Code: code})
		if v.Class != codes[code] || v.Retryable != retried[code] {
			t.Errorf("%d: %v, retried %v", code, v.Class, v.Retryable)
		}
	}
	o.Init = func(ctx context.Context) (any, error) { return nil, nil }
	o.Socket.Classes = &client.Classes{Codes: map[holdfast.Code]client.Class{4403: client.ClassPolicy, 4999: client.ClassServer}}
	all := o.classes()
	for code, want := range map[holdfast.Code]client.Class{4401: client.ClassAuthentication, 4403: client.ClassPolicy, 4999: client.ClassServer} {
		if v := all.Classify(&holdfast.Error{Code: code}); v.Class != want || v.Retryable != (want != client.ClassPolicy) {
			t.Errorf("%d: %v, retried %v", code, v.Class, v.Retryable)
		}
	}
	if len(o.Socket.Classes.Codes) != 2 {
		t.Error("the application's classes were changed")
	}
}

func TestFramesFromOutside(t *testing.T) {
	for _, tc := range []struct{ payload, data, errors string }{
		{`{"data":{"a":1}}`, `{"a":1}`, ""},
		{`{"data":null,"errors":[{"message":"no","locations":[{"line":2,"column":3}]}]}`, `null`, "no (line 2, column 3)"},
		{`{"errors":[{"message":"a"},null,{"message":"b"}]}`, "", "a; ; b"},
		{`{"errors":{"message":"legacy"}}`, "", "legacy"},
		{`{"data":1,"errors":null}`, "1", ""},
		{`{"errors":5}`, "none", ""},
		{`[]`, "none", ""},
		{``, "none", ""},
	} {
		f := frame{Payload: json.RawMessage(tc.payload)}
		r, ok := f.result()
		if ok == (tc.data == "none") || ok && (string(r.Data) != tc.data || r.Errors.Error() != tc.errors) {
			t.Errorf("%s: got %v %s %v", tc.payload, ok, r.Data, r.Errors)
		}
	}
}

func FuzzFrame(f *testing.F) {
	for _, s := range []string{`{"type":"next","id":"1","payload":{"data":{"a":1},"errors":[{"message":"x","path":["a",0],"locations":[{}]}]}}`,
		`{"type":"error","id":"1","payload":[{"message":"x"}]}`, `{"type":"error","payload":{"message":"x"}}`, `{"type":"ping"}`, `{"type":"ka"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, ok := parse(client.Message{Kind: client.TextMessage, Data: b})
		if !ok {
			return
		}
		if m.Type == "" {
			t.Error("no type")
		}
		_ = m.failure("test").Error()
		if r, ok := m.result(); ok {
			var v any
			if err := r.Decode(&v); err != nil {
				_ = err.Error()
			}
		}
		if again, ok := parse(m.message()); !ok || again.ID != m.ID || again.Type != m.Type {
			t.Errorf("%+v became %+v", m, again)
		}
	})
}
