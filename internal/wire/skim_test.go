package wire_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast/internal/wire"
)

// payloads are JSON values, and things that only look like some.
var payloads = []string{
	`1`, `0`, `-0`, `-1.5e+10`, `01`, `1.`, `.5`, `1e`, `1e5`, `1E-07`, `-`, `+1`, `0x1`, `1_000`, `Infinity`,
	`"a"`, `""`, `"eight by"`, `"more than eight"`, `"exactly16bytes!!"`, `"a\"b"`, `"\u0041"`, `"\ud800"`, "\"a\tb\"", "\"1234567\x01\"", "\"12345678\x1f\"", `"naïve"`, "\"\xff\"", "\"\x7f\"", `"open`,
	`true`, `false`, `null`, `tru`, `True`, `nul`,
	`{}`, `{"a":1}`, `{"a":1,"a":2}`, `{"a":{"b":[1,2,{"c":null}]}}`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1`, `{"a":1]`, `{"a" :1}`, `{ }`,
	`[]`, `[1,2]`, `[1,]`, `[,1]`, `[`, `[1}`, `[[[[1]]]]`, "[1,\n2]", strings.Repeat("[", 31) + strings.Repeat("]", 31),
	strings.Repeat("[", 40) + strings.Repeat("]", 40), strings.Repeat(`{"a":`, 33) + "1" + strings.Repeat("}", 33), ``, ` 1`, `1 `,
}

var publishes = []string{
	`{"t":"publish","ch":"c","n":1,"data":%s}`,
	` {"t":"publish","ch":"chat:lobby","n":123456789012345,"data":%s}`,
	`{"t":"publish","ch":"chat:lobby","n":1234567890123456,"data":%s}`,
	`{"t":"publish","ch":"chat:lobby","n":9007199254740992,"data":%s}`,
	`{"t":"publish","ch":"c","n":01,"data":%s}`, `{"t":"publish","ch":"c","n":-1,"data":%s}`, `{"t":"publish","ch":"c","n":1.0,"data":%s}`,
	`{"t":"publish","ch":"","n":0,"data":%s}`,
	`{"t":"publish","ch":"c\u0041","n":1,"data":%s}`, `{"t":"publish","ch":"naïve","n":1,"data":%s}`, "{\"t\":\"publish\",\"ch\":\"\xff\",\"n\":1,\"data\":%s}",
	`{"t":"publish","ch":"c","n":1,"data":%s,"h":[["a","b"]]}`, `{"t":"publish","ch":"c","n":1,"data":%s,"data":1}`, `{"t":"publish","ch":"c","n":1,"data":%s,"more":1}`,
	`{"t":"publish","n":1,"ch":"c","data":%s}`, `{"ch":"c","n":1,"data":%s,"t":"publish"}`, `{"t":"publish","ch":"c","n":1,"text":%s}`,
	`{"t":"publish", "ch":"c","n":1,"data":%s}`, `{"t":"publish","ch":"c","n":1,"data":%s}x`, `{"t":"publish","ch":"c","n":1,"data":%s}}`,
	`{"t":"publish","ch":"` + strings.Repeat("c", 255) + `","n":1,"data":%s}`, `{"t":"publish","ch":"` + strings.Repeat("c", 256) + `","n":1,"data":%s}`,
}

// What is skimmed is what the tokens say, down to the mistakes.
func checkSkim(t *testing.T, message []byte) {
	t.Helper()
	var skims, tokens wire.Decoder
	tokens.ReadTokens()
	for _, d := range []*wire.Decoder{&skims, &tokens} {
		d.Limits.MaxFrame = 4096
		d.Reset(wire.JSON, bytes.Clone(message))
	}
	for {
		got, gotErr := skims.Next()
		want, wantErr := tokens.Next()
		if got != want || !reflect.DeepEqual(gotErr, wantErr) {
			t.Fatalf("%q: %v, %v; tokens say %v, %v", message, got, gotErr, want, wantErr)
		}
		if wantErr != nil {
			return
		}
		if g, w := skims.FrameOf(got), tokens.FrameOf(want); !reflect.DeepEqual(g, w) {
			t.Fatalf("%q: %+v; tokens say %+v", message, g, w)
		}
		if g, w := skims.Rest(), tokens.Rest(); !bytes.Equal(g, w) {
			t.Fatalf("%q: %q is left; tokens leave %q", message, g, w)
		}
	}
}

func TestSkimmedPublishes(t *testing.T) {
	for _, frame := range publishes {
		for _, data := range payloads {
			m := fmt.Sprintf(frame, data)
			checkSkim(t, []byte(m))
			checkSkim(t, []byte(m+"\n"+`{"t":"ping","id":7}`+m+"\n\n"+m))
			for i := range len(m) {
				checkSkim(t, []byte(m[:i]))
			}
		}
	}
	checkSkim(t, fmt.Appendf(nil, publishes[0], `"`+strings.Repeat("x", 5000)+`"`))
}

// A client's own frames are among those that are skimmed.
func TestOwnPublishesAreSkimmed(t *testing.T) {
	p := samplePublish()
	var d wire.Decoder
	d.Reset(wire.JSON, p.Append(nil, wire.JSON))
	if _, err := d.Next(); err != nil || d.Tokens() {
		t.Errorf("%v; read by tokens: %v", err, d.Tokens())
	}
}

func FuzzSkim(f *testing.F) {
	for _, frame := range publishes {
		f.Add(fmt.Appendf(nil, frame, `{"a":[1,"b"]}`))
	}
	for _, data := range payloads {
		f.Add(fmt.Appendf(nil, publishes[0], data))
	}
	f.Fuzz(func(t *testing.T, message []byte) { checkSkim(t, message) })
}
