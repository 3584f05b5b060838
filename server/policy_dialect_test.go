package server_test

import (
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/policy"
	"github.com/holdfast-ws/holdfast/server"
)

// Clients of the envelope dialect meet the same policy, and the same answers.
func TestEnvelopePolicy(t *testing.T) {
	s, url := start(t, server.Options{
		Namespaces: []policy.Namespace{{Name: "shut", Subscribe: policy.Nobody, Publish: policy.Nobody}, {Name: "form", Schema: mustParse(t, `{"type":"integer"}`)}},
		Limits: policy.Limits{Connection: policy.Rates{Publishes: policy.Rate{PerSecond: 0.01, Burst: 4}, Messages: policy.Rate{PerSecond: 0.01, Burst: 12}},
			User: policy.Rates{Publishes: policy.Rate{PerSecond: 0.01, Burst: 1}}}}) // nobody is known, so nobody is counted by his name
	p := dialEnvelope(t, url)
	p.publish(1, `1`)
	p.want("ACK")
	for _, tt := range []struct {
		message, says string
		code          holdfast.Code
	}{
		{`{"id":2,"type":"DATA","channel":"shut:a","data":1}`, "nobody", holdfast.CodeForbidden},
		{`{"id":3,"type":"DATA","channel":"$a","data":1}`, "server's", holdfast.CodeForbidden},
		{`{"id":4,"type":"DATA","channel":"form:a","data":"x"}`, "got string, want integer", holdfast.CodeSchemaViolation},
		{`{"type":"subscribe","channel":"shut:a"}`, "nobody", holdfast.CodeForbidden},
		{`{"id":5,"type":"DATA","channel":"form:a","data":1}`, "publishes of each connection", holdfast.CodeRateLimited},
	} {
		p.send(tt.message)
		m, d := p.want("ERROR")
		if d.Code != tt.code || !strings.Contains(d.Detail, tt.says) || tt.code == holdfast.CodeRateLimited && d.RetryAfter < 10_000 {
			t.Errorf("%s: %s", tt.message, m.text)
		}
	}
	p.publish(1, `1`) // it is known
	p.want("ACK")
	for range 30 {
		p.send(`{"type":"ping"}`)
	}
	if m, d := p.want("RECONNECT"); d.Code != holdfast.CodeRateLimited {
		t.Error(m.text)
	}
	if code := p.closed(); code != holdfast.CodeRateLimited {
		t.Error(code)
	}
	if st := s.Stats(); st.Limited["connection_publishes"] != 1 || st.Limited["connection_messages"] != 1 || st.Declined[holdfast.CodeForbidden] != 3 {
		t.Errorf("%v %v", st.Limited, st.Declined)
	}
}
