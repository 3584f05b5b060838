package wire

import (
	"bytes"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonOptions for everything that is read as JSON. Names in a payload may repeat and escapes may name half a
// surrogate pair, because RFC 8259 and browsers allow both, and a payload that cannot be read would stop the whole
// session. UTF-8 is checked apart from this, with utf8.Valid.
var jsonOptions = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// ValidJSON reports whether data is one JSON value (RFC 8259) in UTF-8, with white space around it or not.
// Binary frames carry payloads of type JSON unchecked; whoever takes them in asks this first. It may be
// called concurrently.
func ValidJSON(data []byte) bool {
	return utf8.Valid(data) && jsontext.Value(data).IsValid(jsonOptions...)
}

// NormalizeJSON appends a JSON value to dst as JSON frames carry it: without white space around it, and with a
// blank for each line feed and carriage return. It must be valid; see [ValidJSON]. A server normalizes what
// comes in binary before it compares or stores it, so that a record resent in the other codec is the same record.
func NormalizeJSON(dst, data []byte) []byte {
	for len(data) > 0 && isSpace(data[0]) {
		data = data[1:]
	}
	for len(data) > 0 && isSpace(data[len(data)-1]) {
		data = data[:len(data)-1]
	}
	start := len(dst)
	dst = append(dst, data...)
	blank(dst[start:], '\n')
	blank(dst[start:], '\r')
	return dst
}

// blank replaces a control character, which can only be white space between tokens.
func blank(b []byte, c byte) {
	for {
		i := bytes.IndexByte(b, c)
		if i < 0 {
			return
		}
		b[i] = ' '
		b = b[i+1:]
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
