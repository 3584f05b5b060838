package pieces

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
	"github.com/holdfast-ws/holdfast"
	"pgregory.net/rapid"
)

// split returns what a subscriber would get.
func split(t rapid.TB, s *Splitter) []holdfast.Record {
	t.Helper()
	var out []holdfast.Record
	for {
		p, err := s.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.Type == holdfast.Text && !utf8.Valid(p.Data) {
			t.Fatalf("text that is not UTF-8: %q", p.Data)
		}
		r := holdfast.Record{Type: p.Type, Headers: p.Headers, Data: p.Data}
		out = append(out, r.Clone())
	}
}

func join(recs []holdfast.Record) []byte {
	var b []byte
	for i := range recs {
		b = AppendRaw(b, &recs[i])
	}
	return b
}

func TestLines(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want []string // type, '+' or '-' where a header speaks of the newline, data
	}{
		{"", nil},
		{"a\nb\n", []string{"text a", "text b"}},
		{"a\nb", []string{"text a", "text- b"}},
		{"\n\n", []string{"text ", "text "}},
		{"dos\r\n", []string{"text dos\r"}},
		{"\xff\xfe\nö\n\xff", []string{"binary+ \xff\xfe", "text ö", "binary \xff"}},
	} {
		var got []string
		for _, r := range split(t, NewSplitter(strings.NewReader(tc.in), Split{})) {
			mark := map[string]string{"": "", "1": "+", "0": "-"}[r.Header(HeaderNewline)]
			got = append(got, r.Type.String()+mark+" "+string(r.Data))
		}
		if strings.Join(got, "|") != strings.Join(tc.want, "|") {
			t.Errorf("%q: %q, want %q", tc.in, got, tc.want)
		}
	}
}

func TestSizes(t *testing.T) {
	var got []string
	for _, r := range split(t, NewSplitter(iotest.OneByteReader(strings.NewReader("abcdefgh")), Split{Size: 3})) {
		got = append(got, r.Type.String()+" "+string(r.Data))
	}
	if want := "binary abc|binary def|binary gh"; strings.Join(got, "|") != want {
		t.Fatalf("%q, want %q", got, want)
	}
}

// A line over the limit travels in parts, none of which ends within a rune.
func TestLongLine(t *testing.T) {
	in := strings.Repeat("ö", MaxLine) + "\nshort\n"
	recs := split(t, NewSplitter(strings.NewReader(in), Split{}))
	if len(recs) != 3 || string(join(recs)) != in {
		t.Fatalf("%d records", len(recs))
	}
	for _, r := range recs {
		if r.Type != holdfast.Text || len(r.Data) > MaxLine+1 {
			t.Fatalf("%s of %d bytes", r.Type, len(r.Data))
		}
	}
}

func genInput(t *rapid.T) []byte {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{"\n", "\r\n", "\n\n", "ö", "\xff", "\x00", "line", "€uro\n"}).AsAny(),
		rapid.String().AsAny(),
		rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) }).AsAny(),
		rapid.Custom(func(t *rapid.T) string { return strings.Repeat("xö", rapid.IntRange(0, MaxLine).Draw(t, "n")) }).AsAny(),
	)
	var b []byte
	for _, p := range rapid.SliceOfN(piece, 0, 20).Draw(t, "input") {
		b = append(b, p.(string)...)
	}
	return b
}

func genSplit(t *rapid.T) Split {
	if rapid.Bool().Draw(t, "lines") {
		return Split{}
	}
	return Split{Size: rapid.IntRange(1, 70_000).Draw(t, "size")}
}

// Bytes in are bytes out, for any input and any split, also when the splitter is begun anew in the middle.
func TestBytesInAreBytesOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, how := genInput(t), genSplit(t)
		if how.Size > 0 && len(in)/how.Size > 5000 {
			how.Size = len(in)/5000 + 1
		}
		whole := split(t, NewSplitter(bytes.NewReader(in), how))
		if got := join(whole); !bytes.Equal(got, in) {
			t.Fatalf("%d bytes in, %d out", len(in), len(got))
		}

		first := NewSplitter(bytes.NewReader(in), how)
		var recs []holdfast.Record
		for range rapid.IntRange(0, len(whole)).Draw(t, "killed after") {
			p, err := first.Next()
			if err != nil {
				t.Fatal(err)
			}
			r := holdfast.Record{Type: p.Type, Headers: p.Headers, Data: p.Data}
			recs = append(recs, r.Clone())
		}
		n, sum := first.Taken()
		if sum != xxhash.Sum64(in[:n]) {
			t.Fatal("the sum is not that of the bytes taken")
		}
		second := NewSplitter(iotest.HalfReader(bytes.NewReader(in)), how)
		if err := second.Skip(n, sum); err != nil {
			t.Fatal(err)
		}
		recs = append(recs, split(t, second)...)
		if len(recs) != len(whole) || !bytes.Equal(join(recs), in) {
			t.Fatalf("%d records, begun anew %d", len(whole), len(recs))
		}
	})
}

func TestSkipRefusesAnotherInput(t *testing.T) {
	s := NewSplitter(strings.NewReader("hello world"), Split{Size: 5})
	s.Next()
	n, sum := s.Taken()
	for name, in := range map[string]string{"other": "hallo world", "shorter": "hell", "empty": ""} {
		err := NewSplitter(strings.NewReader(in), Split{Size: 5}).Skip(n, sum)
		if holdfast.CodeOf(err) != holdfast.CodeOutboxMismatch {
			t.Errorf("%s: %v", name, err)
		} else {
			t.Log(err)
		}
	}
	longer := NewSplitter(strings.NewReader("hello world!"), Split{Size: 5})
	if err := longer.Skip(n, sum); err != nil || longer.AtEnd() {
		t.Error(err)
	}
}

// never panics when it is read.
type never struct{}

func (never) Read([]byte) (int, error) { panic("read") }

// What is ready needs no reading.
func TestReady(t *testing.T) {
	for _, how := range []Split{{}, {Size: 3}} {
		s := NewSplitter(io.MultiReader(strings.NewReader("ab\ncd\ne"), never{}), how)
		if s.Ready() {
			t.Error("nothing was read, but something is ready")
		}
		for range 2 {
			if p, err := s.Next(); err != nil || len(p.Data) < 2 {
				t.Fatal(p, err)
			}
		}
		if s.Ready() {
			t.Errorf("%s: a half piece is ready", how)
		}
	}
}

func TestReadErrorIsNotAnEnd(t *testing.T) {
	broken := errors.New("broken")
	for _, how := range []Split{{}, {Size: 4}} {
		s := NewSplitter(io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(broken)), how)
		if _, err := s.Next(); !errors.Is(err, broken) {
			t.Errorf("%s: %v", how, err)
		}
	}
}

func TestForcedTypes(t *testing.T) {
	for _, typ := range []holdfast.ContentType{holdfast.Binary, holdfast.Text, holdfast.JSON} {
		s := NewSplitter(strings.NewReader("{}\n[1]"), Split{})
		s.As(typ)
		recs := split(t, s)
		if len(recs) != 2 || recs[0].Type != typ || string(join(recs)) != "{}\n[1]" {
			t.Errorf("%s: %+v", typ, recs)
		}
	}
}

func TestEOFRecordHasNoBytes(t *testing.T) {
	r := holdfast.Record{Type: holdfast.Text, Headers: []holdfast.Header{{Name: HeaderEOF, Value: "1"}}}
	if !IsEOF(&r) || len(AppendRaw(nil, &r)) != 0 {
		t.Fatal("the mark of the end has bytes")
	}
}

func TestParseSplitAndSize(t *testing.T) {
	for in, want := range map[string]string{"line": "line", "4096": "4096", "64k": "65536", "1M": "1048576", "2kib": "2048", "3B": "3"} {
		if s, err := ParseSplit(in); err != nil || s.String() != want {
			t.Errorf("%s: %s, %v", in, s, err)
		}
	}
	for _, in := range []string{"", "0", "-1", "lines", "1x", "k", "65M", "9999999999G", "1kk"} {
		if _, err := ParseSplit(in); holdfast.CodeOf(err) != holdfast.CodeBadArgument {
			t.Errorf("%q: %v", in, err)
		}
	}
}
