package pieces

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"github.com/cespare/xxhash/v2"

	"github.com/holdfast-ws/holdfast"
)

// FuzzSplit cuts any input: bytes in are bytes out, however the input comes in, and a splitter that is begun anew goes on
// where the first one was.
func FuzzSplit(f *testing.F) {
	f.Add([]byte("a\nb\r\n\n\xff\nend"), uint16(0), uint8(2))
	f.Add([]byte("\xc3"), uint16(0), uint8(0))
	f.Add([]byte("some bytes\x00"), uint16(3), uint8(1))
	f.Fuzz(func(t *testing.T, in []byte, size uint16, skip uint8) {
		how := Split{Size: int(size)}
		s := NewSplitter(iotest.OneByteReader(bytes.NewReader(in)), how)
		var out []byte
		for n := 0; ; n++ {
			p, err := s.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			out = AppendRaw(out, &holdfast.Record{Type: p.Type, Headers: p.Headers, Data: p.Data})
			if n != int(skip) {
				continue
			}
			taken, sum := s.Taken()
			if !bytes.Equal(out, in[:taken]) || sum != xxhash.Sum64(out) {
				t.Fatalf("%q is taken, of %q, as %q", in[:taken], in, out)
			}
			again := NewSplitter(bytes.NewReader(in), how)
			if err := again.Skip(taken, sum); err != nil {
				t.Fatal(err)
			}
			if err := NewSplitter(bytes.NewReader(in), how).Skip(taken, sum+1); holdfast.CodeOf(err) != holdfast.CodeOutboxMismatch {
				t.Fatalf("another input is taken for the same: %v", err)
			}
			if rest := join(split(t, again)); !bytes.Equal(rest, in[taken:]) {
				t.Fatalf("begun anew behind %d bytes of %q: %q", taken, in, rest)
			}
		}
		if !bytes.Equal(out, in) {
			t.Fatalf("%q came out as %q", in, out)
		}
	})
}

// FuzzParseSize reads what people write for a size: what is taken is a number of bytes, and is written so that it is read again.
func FuzzParseSize(f *testing.F) {
	for _, s := range []string{"4096", "64k", "1MiB", "line", "9223372036854775807", "8589934591G", "-1", "k", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseSize(s)
		if err != nil && holdfast.CodeOf(err) != holdfast.CodeBadArgument || n < 0 {
			t.Fatalf("%q: %d, %v", s, n, err)
		}
		how, err := ParseSplit(s)
		if err != nil {
			return
		}
		if again, err := ParseSplit(how.String()); again != how || err != nil || how.Size < 0 || how.Size > MaxSize {
			t.Fatalf("%q: %v, written %q, is read as %v, %v", s, how, how.String(), again, err)
		}
	})
}
