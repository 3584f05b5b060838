package wire

import (
	"hash/maphash"
	"strconv"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast"
)

func (r *reader) number() uint64 { return r.numberBelow(maxNumber) }

func (r *reader) number32() uint32 { return uint32(r.numberBelow(1<<32 - 1)) }

func (r *reader) millis() int64 { return int64(r.numberBelow(maxNumber)) }

func (r *reader) code() holdfast.Code { return holdfast.Code(r.numberBelow(1<<16 - 1)) }

func (r *reader) numberBelow(limit uint64) uint64 {
	var v uint64
	if r.codec == Binary {
		v = r.uvarint()
	} else {
		v = r.jsonNumber()
	}
	if v > limit {
		r.fail(r.field.String() + ": the number is over " + strconv.FormatUint(limit, 10))
		return 0
	}
	return v
}

func (r *reader) flag() bool {
	if r.codec == Binary {
		v := r.uvarint()
		if v > 1 {
			r.failWant("0 or 1")
		}
		return v == 1
	}
	v := r.value()
	switch string(v) {
	case "true":
		return true
	case "false":
	default:
		r.failWant("true or false")
	}
	return false
}

// noWord is what word returns for one that this version does not know.
const noWord = 0xff

// word reads a value that JSON names.
func (r *reader) word(words []string) uint8 {
	if r.codec == Binary {
		if v := r.uvarint(); v < uint64(len(words)) {
			return uint8(v)
		}
		return noWord
	}
	s := r.jsonString()
	for i, w := range words {
		if string(s) == w {
			return uint8(i)
		}
	}
	return noWord
}

func (r *reader) hex64() uint64 {
	var raw [8]byte
	r.hex(raw[:])
	v := uint64(0)
	for _, c := range raw {
		v = v<<8 | uint64(c)
	}
	return v
}

func (r *reader) hex128() (v [16]byte) {
	r.hex(v[:])
	return v
}

// hex fills raw.
func (r *reader) hex(raw []byte) {
	if r.codec == Binary {
		copy(raw, r.take(len(raw)))
		return
	}
	s := r.jsonString()
	if r.err != nil {
		return
	}
	if len(s) == 2*len(raw) {
		var bad byte
		for i := range raw {
			hi, lo := hexDigits[s[2*i]], hexDigits[s[2*i+1]]
			bad |= hi | lo
			raw[i] = hi<<4 | lo
		}
		if bad <= 0x0f {
			return
		}
	}
	clear(raw)
	r.failWant(strconv.Itoa(2*len(raw)) + " hexadecimal digits")
}

// hexDigits has the value of each digit, and 0x80 for what is none. Capitals are none, so that an id has one
// spelling only.
var hexDigits = func() (t [256]byte) {
	for i := range t {
		t[i] = 0x80
	}
	for i, c := range []byte("0123456789abcdef") {
		t[c] = byte(i)
	}
	return t
}()

// name reads a string of at most 255 bytes.
func (r *reader) name() string { return r.string(maxName) }

// text reads a string as long as the limits allow.
func (r *reader) text() string { return r.string(r.limits.MaxString) }

func (r *reader) string(limit int) string {
	var s []byte
	if r.codec == Binary {
		s = r.bytes()
	} else {
		s = r.jsonString()
	}
	if r.err != nil {
		return ""
	}
	if len(s) > limit {
		r.failLimit(len(s), limit, "bytes")
		return ""
	}
	if !utf8.Valid(s) {
		r.failWant("UTF-8")
		return ""
	}
	return r.intern(s)
}

var hashSeed = maphash.MakeSeed()

// intern returns s as a string, without an allocation if it was seen lately. Long ones are not kept. Each hash
// has room for two strings, so that a channel and a publisher cannot drive each other out.
func (r *reader) intern(s []byte) string {
	if len(s) == 0 || len(s) > maxName {
		return string(s)
	}
	slot := &r.names[maphash.Bytes(hashSeed, s)%uint64(len(r.names))]
	for i := range slot {
		if slot[i] == string(s) {
			return slot[i]
		}
	}
	slot[0], slot[1] = string(s), slot[0]
	return slot[0]
}

// contentType reads how the payload is to be read. Binary frames only.
func (r *reader) contentType() holdfast.ContentType {
	v := r.uvarint()
	if v > uint64(holdfast.JSON) {
		r.failWant("0, 1 or 2")
		return 0
	}
	return holdfast.ContentType(v)
}

// payload reads data. In JSON the key says the type; in binary it has a field of its own, so t stays.
func (r *reader) payload(t *holdfast.ContentType) []byte {
	if r.codec == Binary {
		return r.bytes()
	}
	switch r.form {
	case formText:
		*t = holdfast.Text
		s := r.jsonString()
		if !utf8.Valid(s) {
			r.failWant("UTF-8")
		}
		return s
	case formBase64:
		*t = holdfast.Binary
		return r.jsonBase64()
	case formJSON, formType:
	}
	*t = holdfast.JSON
	v := r.value()
	if !utf8.Valid(v) {
		r.failWant("UTF-8")
	}
	return v
}

// list reads a field of several items; item reads one. Binary frames have one field for each.
func (r *reader) list(item func()) {
	if r.codec == Binary {
		r.within(item)
		return
	}
	if !r.token('[') {
		return
	}
	for r.err == nil && r.js.PeekKind() != ']' {
		item()
	}
	r.token(']')
}

// pair reads a value of two; both reads them.
func (r *reader) pair(both func()) {
	if r.codec == Binary {
		both()
		return
	}
	if r.token('[') {
		both()
		r.token(']')
	}
}

// object reads an object within a frame; parse reads its fields.
func (r *reader) object(parse func(*reader)) {
	seen, f := r.seen, r.field
	r.seen, r.nested = 0, true
	if r.codec == Binary || r.token('{') {
		parse(r)
	}
	r.seen, r.field, r.nested = seen, f, false
}

func (r *reader) window() (w Window) {
	both := func() { w.Records, w.Bytes = r.number32(), r.number32() }
	if r.codec == Binary {
		r.within(both)
	} else {
		r.pair(both)
	}
	return w
}

// addHeaders appends the headers of the field at hand to those that the frame has already, in memory that the
// next frame uses again.
func (r *reader) addHeaders(list []holdfast.Header) []holdfast.Header {
	if list == nil {
		list = r.headers[:0]
	}
	r.list(func() {
		if len(list) >= r.limits.MaxHeaders {
			r.failLimit(len(list)+1, r.limits.MaxHeaders, "headers")
			return
		}
		var h holdfast.Header
		r.pair(func() { h.Name, h.Value = r.name(), r.text() })
		list = append(list, h)
	})
	r.headers = list
	if len(list) == 0 {
		return nil
	}
	return list
}

func (r *reader) termEnd() (t holdfast.TermEnd) {
	r.pair(func() { t.Term, t.Last = holdfast.Term(r.hex64()), r.number() })
	return t
}
