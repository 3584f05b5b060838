package ws

import (
	"bytes"
	"compress/flate"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"pgregory.net/rapid"
)

func TestAppendHeader(t *testing.T) {
	for _, tc := range []struct {
		op    Opcode
		n     int
		flags HeaderFlags
		want  string
	}{
		{OpText, 5, 0, "\x81\x05"},
		{OpBinary, 125, 0, "\x82\x7d"},
		{OpBinary, 126, 0, "\x82\x7e\x00\x7e"},
		{OpBinary, 65535, 0, "\x82\x7e\xff\xff"},
		{OpBinary, 65536, 0, "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"},
		{OpText, 1, FlagCompressed, "\xc1\x01"},
		{OpText, 1, FlagMore, "\x01\x01"},
		{OpText, 1, FlagMore | FlagCompressed, "\x41\x01"},
		{OpPong, 0, 0, "\x8a\x00"},
	} {
		if got := AppendHeader([]byte("x"), tc.op, tc.n, tc.flags); string(got) != "x"+tc.want {
			t.Errorf("%v %d %v: %x", tc.op, tc.n, tc.flags, got)
		}
	}
}

func TestAppendHeaderIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(65_000, 66_000), rapid.IntRange(0, 1<<30)).Draw(t, "n")
		b := AppendHeader(nil, OpBinary, n, 0)
		h, k, err := parseHeader(append(b, "more"...))
		if err != nil || k != len(b) || h.Length != int64(n) || h.Masked || !h.Fin || h.OpCode != ws.OpBinary {
			t.Fatalf("%x: %+v, %d, %v", b, h, k, err)
		}
		for i := range b {
			if _, k, err := parseHeader(b[:i]); k != 0 || err != nil {
				t.Fatalf("%x cut to %d: %d, %v", b, i, k, err)
			}
		}
	})
}

func TestAppendClose(t *testing.T) {
	for _, tc := range []struct {
		code   uint16
		reason string
		want   string
	}{
		{1000, "", "\x88\x02\x03\xe8"},
		{4301, "why", "\x88\x05\x10\xcdwhy"},
		{1005, "dropped", "\x88\x00"},
		{1006, "", "\x88\x00"},
		{0, "", "\x88\x00"},
		{1000, strings.Repeat("x", 200), "\x88\x7d\x03\xe8" + strings.Repeat("x", 123)},
		{1000, strings.Repeat("é", 100), "\x88\x7c\x03\xe8" + strings.Repeat("é", 61)},
		{1000, "a\xff", "\x88\x06\x03\xe8a\uFFFD"},
	} {
		if got := AppendClose(nil, tc.code, tc.reason); string(got) != tc.want {
			t.Errorf("%d %q: %q", tc.code, tc.reason, got)
		}
	}
}

func TestAppendCloseIsAlwaysValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := AppendClose(nil, rapid.Uint16().Draw(t, "code"), string(rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "reason")))
		if int(b[1]) != len(b)-2 || b[1] > maxControl {
			t.Fatalf("%x", b)
		}
		if _, err := parseClose(b[2:]); err != nil {
			t.Fatalf("%x: %v", b, err)
		}
	})
}

// gobwas's cipher is assembly, so it is held against the definition: at every length, offset and alignment.
func TestCipher(t *testing.T) {
	for align := range 8 {
		for n := range 200 {
			for offset := range 4 {
				got, want := make([]byte, align+n)[align:], make([]byte, n)
				for i := range want {
					got[i] = byte(i * 7)
					want[i] = got[i] ^ testMask[(offset+i)%4]
				}
				if ws.Cipher(got, testMask, offset); !bytes.Equal(got, want) {
					t.Fatalf("%d bytes at offset %d, alignment %d", n, offset, align)
				}
			}
		}
	}
}

// textish draws bytes that are UTF-8 often enough.
var textish = rapid.Custom(func(t *rapid.T) []byte {
	b := []byte(rapid.String().Draw(t, "text"))
	for range rapid.IntRange(0, 2).Draw(t, "mistakes") {
		if len(b) > 0 {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
	}
	return b
})

// validPrefix says no at the first byte that no continuation can mend, and at no other.
func TestValidPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := textish.Draw(t, "b")
		n, ok := validPrefix(b)
		if ok != (utf8.Valid(b[:n]) && len(b)-n < utf8.UTFMax) {
			t.Fatalf("%q: %d, %t", b, n, ok)
		}
		mendable := false
		for _, tail := range []string{"", "\x80", "\x80\x80", "\x80\x80\x80", "\xbf", "\xbf\x80", "\xbf\xbf\xbf", "\x9f\x80", "\x8f\x80\x80", "\x90\x80\x80", "\xa0\x80"} {
			mendable = mendable || utf8.Valid(append(bytes.Clone(b), tail...))
		}
		if ok != mendable {
			t.Fatalf("%q: ok %t, but can be mended: %t", b, ok, mendable)
		}
	})
}

// What AppendDeflated makes is read by the standard library, and by us.
func TestDeflateRoundTrip(t *testing.T) {
	inputs := []string{"", "a", "Hello", strings.Repeat("abc", 1000), strings.Repeat("0123456789abcdef", 10_000)}
	for _, s := range inputs {
		checkRoundTrip(t, []byte(s))
	}
	rapid.Check(t, func(t *rapid.T) {
		checkRoundTrip(t, bytes.Repeat(rapid.SliceOf(rapid.Byte()).Draw(t, "b"), rapid.IntRange(1, 50).Draw(t, "times")))
	})
}

func checkRoundTrip(t interface{ Fatalf(string, ...any) }, src []byte) {
	d := AppendDeflated([]byte("kept"), src)
	if !bytes.HasPrefix(d, []byte("kept")) {
		t.Fatalf("dst is gone: %x", d)
	}
	d = d[4:]
	r := flate.NewReader(io.MultiReader(bytes.NewReader(d), strings.NewReader(flushTail+finalTail)))
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, src) {
		t.Fatalf("compress/flate reads %d bytes of %d: %v", len(got), len(src), err)
	}
	b := &Budget{}
	f := inflaters.Get().(*inflater)
	got, err := f.inflate(d, max(len(src), 1), b)
	if err != nil || !bytes.Equal(got, src) {
		t.Fatalf("inflate reads %d bytes of %d: %v", len(got), len(src), err)
	}
	f.free(b)
	if b.Used() != 0 {
		t.Fatalf("%d bytes still held", b.Used())
	}
}
