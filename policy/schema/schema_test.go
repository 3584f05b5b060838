package schema

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/policy"
)

var _ policy.Validator = (*Schema)(nil)

const message = `{"type":"object","required":["text"],"additionalProperties":false,
	"properties":{"text":{"type":"string","maxLength":5},"n":{"type":"integer","multipleOf":3},"when":{"format":"date-time"},"tree":{"$ref":"#"}}}`

func TestValidate(t *testing.T) {
	s, err := Parse([]byte(message))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ data, want string }{
		{`{"text":"hello"}`, ""},
		{`{"text":"hello","n":6,"when":"2026-01-02T03:04:05Z","tree":{"text":""}}`, ""},
		{`{"text":"hello","n":6e2}`, ""},
		{`{"text":"hello!"}`, "at '/text': "},
		{`{"text":7}`, "at '/text': got number, want string"},
		{`{}`, "missing property 'text'"},
		{`{"text":"","more":1}`, "'more' not allowed"},
		{`{"text":"","n":4}`, "at '/n': "},
		{`{"text":"","when":"today"}`, "at '/when': "},
		{`{"text":"","tree":{"text":"","tree":{}}}`, "at '/tree/tree': "},
		{`[]`, "got array, want object"},
		{`{"text":"","n":1e1000000000}`, "exponent"},
		{`{"text":"","n":[[1e-1000000000]]}`, "exponent"},
		{`{"text":"","n":1` + strings.Repeat("0", 500) + `}`, "digits"},
		{`{"text":`, "no JSON"},
	} {
		began := time.Now()
		err := s.Validate([]byte(tt.data))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%.60s: got %v after %v, want %q", tt.data, err, time.Since(began), tt.want)
		}
	}
}

func TestParse(t *testing.T) {
	for _, doc := range []string{``, `{"type":"nothing"}`, `{"pattern":"("}`, `{"$ref":"file:///etc/hostname"}`, `{"$ref":"http://127.0.0.1:1/"}`, `{"$ref":"other.json"}`} {
		if _, err := Parse([]byte(doc)); holdfast.CodeOf(err) != holdfast.CodeBadArgument {
			t.Errorf("%s: got %v", doc, err)
		}
	}
	for _, doc := range []string{`true`, `{}`, `{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"a":{"type":"string"}},"$ref":"#/definitions/a"}`} {
		if _, err := Parse([]byte(doc)); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func FuzzValidate(f *testing.F) {
	s, err := Parse([]byte(message))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{`{"text":"hello","n":3}`, `{"n":1e99}`, `[]`, `{"tree":{"tree":{}}}`, `1e1000000000`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := s.Validate(data); err != nil && (err.Error() == "" || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%q: %q is no line", data, err)
		}
	})
}

func BenchmarkValidate(b *testing.B) {
	s, err := Parse([]byte(message))
	if err != nil {
		b.Fatal(err)
	}
	data := []byte(`{"text":"hello","n":6,"when":"2026-01-02T03:04:05Z"}`)
	for b.Loop() {
		if err := s.Validate(data); err != nil {
			b.Fatal(err)
		}
	}
}
