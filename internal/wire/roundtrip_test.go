package wire_test

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Any frame, in either codec, comes back as it was, and encodes to the same bytes again.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFrame().Draw(t, "frame")
		for _, c := range codecs {
			b := f.Append([]byte("before"), c)
			if !bytes.HasPrefix(b, []byte("before")) {
				t.Fatalf("%s: what was there is gone: %q", c, b)
			}
			b = b[len("before"):]
			if c == wire.JSON && (bytes.IndexByte(b, '\n') != len(b)-1 || !json.Valid(b)) {
				t.Fatalf("not one line of JSON: %q", b)
			}
			var d wire.Decoder
			d.Reset(c, b)
			typ, err := d.Next()
			if err != nil {
				t.Fatalf("%s: %v: %q", c, err, b)
			}
			got := d.FrameOf(typ)
			if !reflect.DeepEqual(got, f) {
				t.Fatalf("%s: %q decodes to\n%+v, want\n%+v", c, b, got, f)
			}
			if again := got.Append(nil, c); !bytes.Equal(again, b) {
				t.Fatalf("%s: %q encodes again to %q", c, b, again)
			}
		}
	})
}

// Frames that are put into one message come out one after the other, and the decoder can be used again and again.
func TestMessageOfSeveralFrames(t *testing.T) {
	var d wire.Decoder
	rapid.Check(t, func(t *rapid.T) {
		frames := rapid.SliceOfN(anyFrame(), 0, 8).Draw(t, "frames")
		for _, c := range codecs {
			var b []byte
			for _, f := range frames {
				b = f.Append(b, c)
			}
			d.Reset(c, b)
			for i, f := range frames {
				typ, err := d.Next()
				if err != nil {
					t.Fatalf("%s: frame %d of %q: %v", c, i, b, err)
				}
				if got := d.FrameOf(typ); !reflect.DeepEqual(got, f) {
					t.Fatalf("%s: frame %d of %q is\n%+v, want\n%+v", c, i, b, got, f)
				}
			}
			if typ, err := d.Next(); err != io.EOF {
				t.Fatalf("%s: after the last frame of %q: %v, %v", c, b, typ, err)
			}
		}
	})
}

// AppendRecord writes what a Record frame of the same fields writes.
func TestAppendRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := recordFrame().Draw(t, "record")
		r := holdfast.Record{
			Channel: f.Channel, Term: 77, Offset: f.Offset, Time: time.UnixMilli(f.Time), Publisher: f.Publisher,
			Producer: alice, Number: 5, Type: f.Type, Headers: f.Headers, Data: f.Data,
		}
		starts := f.Term != 0
		if starts {
			r.Term = f.Term
		}
		for _, c := range codecs {
			if got, want := wire.AppendRecord(nil, c, &r, starts), f.Append(nil, c); !bytes.Equal(got, want) {
				t.Fatalf("%s: %q, want %q", c, got, want)
			}
		}
	})
}

// A JSON frame is one line whatever the record holds, so that a bad record cannot break its neighbours apart.
func TestJSONFrameIsOneLine(t *testing.T) {
	for name, r := range map[string]holdfast.Record{
		"pretty-printed JSON": {Type: holdfast.JSON, Data: []byte("\n{\r\n  \"a\": 1\n}\n")},
		"no JSON at all":      {Type: holdfast.JSON},
		"text not UTF-8":      {Type: holdfast.Text, Data: []byte("a\xff\nb")},
		"name not UTF-8":      {Publisher: "a\xc3\n"},
		"time before 1970":    {Time: time.UnixMilli(-5)},
		"zero time":           {},
	} {
		b := wire.AppendRecord(nil, wire.JSON, &r, true)
		if bytes.IndexByte(b, '\n') != len(b)-1 || bytes.IndexByte(b, '\r') >= 0 {
			t.Errorf("%s: not one line: %q", name, b)
		}
		decodeOne(t, wire.JSON, b)
	}
}

// Each byte at each place in a text, alone and beside others, is escaped if JSON wants it, and only then.
func TestTextIsEscapedWhereItMustBe(t *testing.T) {
	for c := range 0x80 {
		for n := 1; n <= 20; n++ {
			for i := range n {
				text := bytes.Repeat([]byte("a"), n)
				text[i] = byte(c)
				p := wire.Publish{Type: holdfast.Text, Data: text}
				line := p.Append(nil, wire.JSON)
				got := decodeOne(t, wire.JSON, line).(*wire.Publish)
				if !bytes.Equal(got.Data, text) {
					t.Fatalf("%q came as %q", text, got.Data)
				}
				if escaped := bytes.IndexByte(line, '\\') >= 0; escaped != (c < ' ' || c == '"' || c == '\\') {
					t.Fatalf("%q is written %s", text, line)
				}
			}
		}
	}
}

func TestNormalizeJSON(t *testing.T) {
	for _, tt := range []struct{ data, want string }{
		{`{"a":1}`, `{"a":1}`},
		{" \t\r\n 1 \n", "1"},
		{"{\n\t\"a\":\r\n[1,\n2]}", "{ \t\"a\":  [1, 2]}"},
		{`"a\nb"`, `"a\nb"`},
	} {
		if !wire.ValidJSON([]byte(tt.data)) {
			t.Errorf("%q is said to be no JSON", tt.data)
		}
		if got := string(wire.NormalizeJSON([]byte("x"), []byte(tt.data))); got != "x"+tt.want {
			t.Errorf("%q becomes %q, want %q", tt.data, got[1:], tt.want)
		}
	}
}

func TestValidJSON(t *testing.T) {
	for data, want := range map[string]bool{
		`null`: true, ` {"a":[1,2,{}]} `: true, `{"a":1,"a":2}`: true, `"\ud800"`: true, `"é"`: true,
		``: false, ` `: false, `{`: false, `1 2`: false, `{"a":1,}`: false, `01`: false, "\"\xff\"": false, "\"\n\"": false, `NaN`: false,
	} {
		if got := wire.ValidJSON([]byte(data)); got != want {
			t.Errorf("ValidJSON(%q) = %v", data, got)
		}
	}
}

// What the binary codec takes as valid JSON, the JSON codec carries unchanged in meaning, and the other way round.
func FuzzJSONPayload(f *testing.F) {
	for _, s := range []string{`{"a":1}`, " 1\n", `"\ud800"`, `[[[]]]`, `{`, "\"\xff\"", `1}`, `1,"n":2`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := wire.Publish{Type: holdfast.JSON, Data: data}
		line := p.Append(nil, wire.JSON)
		if !wire.ValidJSON(data) {
			return
		}
		got := decodeOne(t, wire.JSON, line).(*wire.Publish)
		if want := wire.NormalizeJSON(nil, data); got.Type != holdfast.JSON || !bytes.Equal(got.Data, want) {
			t.Fatalf("%q came as %s %q, want %q", data, got.Type, got.Data, want)
		}
	})
}
