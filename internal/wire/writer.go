package wire

import (
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/holdfast-ws/holdfast"
)

// writer appends one frame. Its methods write one field each, in the codec at hand, and nothing at all for a
// field that is zero. It lives on the stack.
type writer struct {
	b     []byte
	codec Codec
	start int // where the frame's content begins: behind its length
	space int // how many bytes were kept free for the length
}

// begin starts a frame; hint is about how many bytes of content follow, so that the room left for the length
// is mostly right.
func begin(b []byte, c Codec, t Type, hint int) writer {
	w := writer{b: b, codec: c}
	if c == Binary {
		w.space = uvarintLen(uint64(hint + 24))
		w.b = append(w.b, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"[:w.space]...)
		w.start = len(w.b)
		w.b = append(w.b, byte(t))
		return w
	}
	w.b = append(w.b, `{"t":"`...)
	w.b = append(w.b, typeNames[t]...)
	w.b = append(w.b, '"')
	return w
}

// end closes the frame and returns the bytes.
func (w *writer) end() []byte {
	if w.codec == Binary {
		return closeLength(w.b, w.start, w.space)
	}
	return append(w.b, '}', '\n')
}

// closeLength writes the length of what stands in b from start on into the space before it, and moves it
// if the space is too wide or too narrow.
func closeLength(b []byte, start, space int) []byte {
	n := len(b) - start
	need := uvarintLen(uint64(n))
	if need != space {
		for range need - space {
			b = append(b, 0)
		}
		copy(b[start-space+need:], b[start:start+n])
		b = b[:start-space+need+n]
	}
	at := start - space
	for range need - 1 {
		b[at] = byte(n) | 0x80
		n >>= 7
		at++
	}
	b[at] = byte(n)
	return b
}

func uvarintLen(v uint64) int {
	n := 1
	for v >= 0x80 {
		v >>= 7
		n++
	}
	return n
}

// tag writes the field's tag, and in JSON its key.
func (w *writer) tag(f field) {
	if w.codec == Binary {
		w.b = binary.AppendUvarint(w.b, f.tag())
		return
	}
	w.key(fields[f].key)
}

func (w *writer) key(key string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, key...)
	w.b = append(w.b, '"', ':')
}

func (w *writer) number(f field, v uint64) {
	if v == 0 {
		return
	}
	w.tag(f)
	w.rawNumber(v)
}

func (w *writer) rawNumber(v uint64) {
	if w.codec == Binary {
		w.b = binary.AppendUvarint(w.b, v)
		return
	}
	w.b = strconv.AppendUint(w.b, v, 10)
}

// millis writes a time or a duration; one before 1970 is as good as none.
func (w *writer) millis(f field, v int64) {
	if v > 0 {
		w.number(f, uint64(v))
	}
}

func (w *writer) flag(f field, v bool) {
	if !v {
		return
	}
	w.tag(f)
	if w.codec == Binary {
		w.b = append(w.b, 1)
		return
	}
	w.b = append(w.b, "true"...)
}

// word writes a value that JSON names; words is indexed by it.
func (w *writer) word(f field, v uint8, words []string) {
	if v == 0 || int(v) >= len(words) {
		return
	}
	w.tag(f)
	if w.codec == Binary {
		w.b = append(w.b, v)
		return
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, words[v]...)
	w.b = append(w.b, '"')
}

func (w *writer) hex64(f field, v uint64) {
	if v == 0 {
		return
	}
	w.tag(f)
	w.rawHex64(v)
}

func (w *writer) rawHex64(v uint64) {
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], v)
	w.hex(raw[:])
}

func (w *writer) hex128(f field, v *[16]byte) {
	if *v == [16]byte{} {
		return
	}
	w.tag(f)
	w.hex(v[:])
}

func (w *writer) hex(raw []byte) {
	if w.codec == Binary {
		w.b = append(w.b, raw...)
		return
	}
	const digits = "0123456789abcdef"
	w.b = append(w.b, '"')
	for _, c := range raw {
		w.b = append(w.b, digits[c>>4], digits[c&15])
	}
	w.b = append(w.b, '"')
}

func (w *writer) string(f field, s string) {
	if s == "" {
		return
	}
	w.tag(f)
	w.rawString(s)
}

func (w *writer) rawString(s string) {
	if w.codec == Binary {
		w.b = binary.AppendUvarint(w.b, uint64(len(s)))
		w.b = append(w.b, s...)
		return
	}
	w.b = appendQuoted(w.b, s)
}

// appendQuoted appends a JSON string. What is not UTF-8 becomes U+FFFD.
func appendQuoted[S string | []byte](b []byte, s S) []byte {
	start := len(b)
	b = append(b, '"')
	b = append(b, s...)
	if raw := b[start+1:]; !plain(raw) {
		return requote(b, start)
	}
	return append(b, '"')
}

// plain reports whether s can stand between quotes as it is. It looks at eight bytes at a time.
func plain(s []byte) bool {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	rest, high := s, uint64(0)
	for ; len(rest) >= 8; rest = rest[8:] {
		x := binary.LittleEndian.Uint64(rest)
		quote, backslash := x^ones*'"', x^ones*'\\'
		// the high bit of each byte below a space, and of each that is 0 in quote or backslash
		if ((x-ones*' ')&^x|(quote-ones)&^quote|(backslash-ones)&^backslash)&highs != 0 {
			return false
		}
		high |= x & highs
	}
	for _, c := range rest {
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
		high |= uint64(c & 0x80)
	}
	return high == 0 || utf8.Valid(s)
}

// requote puts a quoted string in the place of the raw one that b ends with, behind the quote at start. The
// quoted one is first written behind it, because it may be longer.
func requote(b []byte, start int) []byte {
	end := len(b)
	b, _ = jsontext.AppendQuote(b, b[start+1:end]) // the error says that something was replaced
	n := copy(b[start:], b[end:])
	return b[:start+n]
}

// payload writes a record's or a call's data, and how it is to be read.
func (w *writer) payload(t holdfast.ContentType, data []byte) {
	if w.codec == Binary {
		w.number(fContent, uint64(t))
		if len(data) > 0 {
			w.tag(fData)
			w.b = binary.AppendUvarint(w.b, uint64(len(data)))
			w.b = append(w.b, data...)
		}
		return
	}
	switch t {
	case holdfast.JSON:
		w.key(fields[fData].key)
		start := len(w.b)
		w.b = NormalizeJSON(w.b, data)
		if len(w.b) == start {
			w.b = append(w.b, "null"...)
		}
	case holdfast.Text:
		w.key(keyText)
		w.b = appendQuoted(w.b, data)
	case holdfast.Binary:
		if len(data) > 0 {
			w.key(keyBase64)
			w.b = append(w.b, '"')
			w.b = base64.StdEncoding.AppendEncode(w.b, data)
			w.b = append(w.b, '"')
		}
	}
}
