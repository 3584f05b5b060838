package wire_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

var update = flag.Bool("update", false, "write spec/vectors anew")

const vectorsDir = "../../spec/vectors"

// A vector in frames.json encodes to exactly these bytes, and they decode to these fields.
type frameVector struct {
	Name   string         `json:"name"`
	Frame  string         `json:"frame"`
	Fields map[string]any `json:"fields"`
	JSON   string         `json:"json"`
	Binary string         `json:"bin"`
}

// A vector in accepted.json decodes to these frames, but encodes to other bytes.
type acceptedVector struct {
	Name   string         `json:"name"`
	Codec  string         `json:"codec"`
	Text   string         `json:"text,omitempty"`
	Hex    string         `json:"hex,omitempty"`
	Frames []decodedFrame `json:"frames"`
}

type decodedFrame struct {
	Frame  string         `json:"frame"`
	Fields map[string]any `json:"fields"`
}

// A vector in invalid.json is an error, at this offset. The reason is for people.
type invalidVector struct {
	Name   string `json:"name"`
	Codec  string `json:"codec"`
	Text   string `json:"text,omitempty"`
	Hex    string `json:"hex,omitempty"`
	Offset int    `json:"offset"`
	Reason string `json:"reason"`
}

func TestFrameVectors(t *testing.T) {
	var vectors []frameVector
	for _, s := range samples {
		v := frameVector{Name: s.name, Frame: s.typeName(), Fields: fieldsOf(s.frame)}
		for _, c := range codecs {
			b := s.frame.Append(nil, c)
			if c == wire.JSON {
				v.JSON = string(b)
			} else {
				v.Binary = hex.EncodeToString(b)
			}
			if got := decodeOne(t, c, b); !reflect.DeepEqual(got, s.frame) {
				t.Errorf("%s, %s: decoded\n%+v, want\n%+v", s.name, c, got, s.frame)
			}
		}
		vectors = append(vectors, v)
	}
	golden(t, "frames.json", vectors)
}

func TestEveryTypeHasVectors(t *testing.T) {
	have := map[string]bool{}
	for _, s := range samples {
		have[s.typeName()] = true
	}
	for _, typ := range wire.Types() {
		if !have[typ.String()] {
			t.Errorf("no vector for %s", typ)
		}
	}
}

func TestAcceptedVectors(t *testing.T) {
	var vectors []acceptedVector
	for _, m := range accepted {
		v := acceptedVector{Name: m.name, Codec: m.codec.String(), Text: m.text(), Hex: m.hex(), Frames: []decodedFrame{}}
		var d wire.Decoder
		d.Reset(m.codec, m.message)
		for {
			typ, err := d.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", m.name, err)
			}
			v.Frames = append(v.Frames, decodedFrame{typ.String(), fieldsOf(d.FrameOf(typ))})
		}
		vectors = append(vectors, v)
	}
	golden(t, "accepted.json", vectors)
}

func TestInvalidVectors(t *testing.T) {
	var vectors []invalidVector
	for _, m := range invalid {
		err := decodeAll(m.codec, m.message)
		if err == nil {
			t.Errorf("%s: no error", m.name)
			continue
		}
		if !errors.Is(err, holdfast.CodeBadFrame) {
			t.Errorf("%s: %v is not a bad_frame", m.name, err)
		}
		vectors = append(vectors, invalidVector{m.name, m.codec.String(), m.text(), m.hex(), err.Offset, err.Reason})
	}
	golden(t, "invalid.json", vectors)
}

// TestTruncated cuts every vector at every byte: what is left is an error at the cut.
func TestTruncated(t *testing.T) {
	for _, s := range samples {
		for _, c := range codecs {
			b := s.frame.Append(nil, c)
			whole := len(b)
			if c == wire.JSON {
				whole-- // the line feed may be missing
			}
			for i := range whole {
				err := decodeAll(c, b[:i])
				if i == 0 {
					if err != nil {
						t.Errorf("%s, %s: empty message: %v", s.name, c, err)
					}
					continue
				}
				if err == nil || err.Offset != i {
					t.Errorf("%s, %s, first %d bytes: %+v", s.name, c, i, err)
				}
			}
			if err := decodeAll(c, b[:whole]); err != nil {
				t.Errorf("%s, %s: %v", s.name, c, err)
			}
		}
	}
}

// decodeAll returns the first error of a message, or nil.
func decodeAll(c wire.Codec, message []byte) *wire.Error {
	var d wire.Decoder
	d.Reset(c, message)
	for {
		if _, err := d.Next(); err != nil {
			e, _ := errors.AsType[*wire.Error](err)
			return e
		}
	}
}

// decodeOne returns the only frame of a message.
func decodeOne(t testing.TB, c wire.Codec, message []byte) wire.Frame {
	t.Helper()
	var d wire.Decoder
	d.Reset(c, message)
	typ, err := d.Next()
	if err != nil {
		t.Fatalf("%s %q: %v", c, message, err)
	}
	f := copyOf(d.FrameOf(typ))
	if typ, err := d.Next(); err != io.EOF {
		t.Fatalf("%s %q: after the frame: %v, %v", c, message, typ, err)
	}
	return f
}

func copyOf(f wire.Frame) wire.Frame {
	c := reflect.New(reflect.TypeOf(f).Elem())
	c.Elem().Set(reflect.ValueOf(f).Elem())
	return c.Interface().(wire.Frame)
}

func golden(t *testing.T, file string, vectors any) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(vectors); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(vectorsDir, file)
	if *update {
		if err := os.MkdirAll(vectorsDir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, b.Bytes()) {
		t.Errorf("%s is not what the codecs do; if the change is meant: go test ./internal/wire -run Vectors -update", path)
		t.Log(firstDifference(string(want), b.String()))
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d:\n have %s\n want %s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(w), len(g))
}

// fieldsOf describes a decoded frame in a way that every language can: without what is zero, ids as
// hexadecimal digits, data that is not text as hexadecimal digits too.
func fieldsOf(f any) map[string]any {
	m := map[string]any{}
	v := reflect.Indirect(reflect.ValueOf(f))
	typ, _ := fieldValue(v, "Type").(holdfast.ContentType)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if v.Field(i).IsZero() {
			continue
		}
		key := string(unicode.ToLower(rune(name[0]))) + name[1:]
		if strings.ToUpper(name) == name {
			key = strings.ToLower(name)
		}
		m[key] = describe(name, v.Field(i).Interface(), typ)
	}
	return m
}

func fieldValue(v reflect.Value, name string) any {
	if f := v.FieldByName(name); f.IsValid() {
		return f.Interface()
	}
	return nil
}

func describe(name string, value any, typ holdfast.ContentType) any {
	hex64 := func(v uint64) string { return fmt.Sprintf("%016x", v) }
	switch v := value.(type) {
	case []byte:
		if typ == holdfast.Binary {
			return hex.EncodeToString(v)
		}
		return string(v)
	case uint64:
		if name == "Memory" || name == "Process" {
			return hex64(v)
		}
	case holdfast.Term:
		return hex64(uint64(v))
	case holdfast.Position:
		return []any{hex64(uint64(v.Term)), v.Offset}
	case wire.Window:
		return []any{v.Records, v.Bytes}
	case wire.Sent:
		return fieldsOf(v)
	case wire.StoredFlags:
		words := []string{}
		for i, w := range []string{"synced", "duplicate", "skipped"} {
			if v&(1<<i) != 0 {
				words = append(words, w)
			}
		}
		return words
	case holdfast.Code:
		return uint16(v)
	case []holdfast.Header, []holdfast.TermEnd, []wire.Subscribe, []wire.Subscribed:
		return describeList(v)
	case fmt.Stringer:
		return v.String()
	}
	return value
}

func describeList(list any) []any {
	out := []any{}
	v := reflect.ValueOf(list)
	for i := range v.Len() {
		switch e := v.Index(i).Interface().(type) {
		case holdfast.Header:
			out = append(out, []any{e.Name, e.Value})
		case holdfast.TermEnd:
			out = append(out, []any{fmt.Sprintf("%016x", uint64(e.Term)), e.Last})
		default:
			out = append(out, fieldsOf(e))
		}
	}
	return out
}
