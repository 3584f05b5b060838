package wire

import (
	"bytes"
	"encoding/base64"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// nextLine opens the next JSON frame and returns its type; 0 for one that is not known. The type mostly
// comes first. If not, the frame is read ahead once, to find it.
func (r *reader) nextLine() (Type, error) {
	r.field, r.form, r.pending, r.typed = fUnknown, formJSON, false, false
	if !r.opened && r.blankFrom(r.pos) { // tokens need not be opened to see that there are none
		return 0, io.EOF
	}
	r.openTokens()
	start := r.offset()
	for start < len(r.msg) && isSpace(r.msg[start]) {
		start++
	}
	r.start, r.at = start, start
	tok, err := r.js.ReadToken()
	switch {
	case err == io.EOF:
		return 0, io.EOF
	case err != nil:
		r.failSyntax(err, r.base)
		return 0, r.err
	case tok.Kind() != '{':
		r.fail("not a JSON object")
		return 0, r.err
	}
	name, more := r.key()
	if !more {
		r.failAt(start, "t: the frame has no type")
		return 0, r.err
	}
	var t Type
	if name != nil && name.form == formType {
		t = r.frameType()
	} else {
		r.ahead, r.pending = name, true
		t = r.lookAhead(start)
	}
	return t, r.failure()
}

// blankFrom reports whether nothing but white space is left of the message.
func (r *reader) blankFrom(i int) bool {
	for i < len(r.msg) && isSpace(r.msg[i]) {
		i++
	}
	return i == len(r.msg)
}

// failure returns the mistake as an error that is nil if there is none.
func (r *reader) failure() error {
	if r.err != nil {
		return r.err
	}
	return nil
}

// frameType reads the value of "t".
func (r *reader) frameType() Type {
	r.typed = true
	v := r.value()
	if r.err != nil {
		return 0
	}
	return r.typeOf(v, r.at)
}

// lookAhead finds the type of the frame that begins at start, whatever the order of its keys.
func (r *reader) lookAhead(start int) Type {
	d := jsontext.NewDecoder(bytes.NewBuffer(r.msg[start:len(r.msg):len(r.msg)]), jsonOptions...)
	_, err := d.ReadToken()
	for err == nil && d.PeekKind() != '}' {
		var name, v jsontext.Value
		if name, err = d.ReadValue(); err != nil {
			break
		}
		found := lookupKey(r.plain(name))
		if v, err = d.ReadValue(); err == nil && found != nil && found.form == formType {
			return r.typeOf(v, start+int(d.InputOffset())-len(v))
		}
	}
	if err != nil {
		r.failSyntax(err, start)
		return 0
	}
	r.failAt(start, "t: the frame has no type")
	return 0
}

// typeOf returns the type that v, which is at that offset, names; 0 if it is not known.
func (r *reader) typeOf(v []byte, at int) Type {
	if v[0] != '"' {
		r.failAt(at, "t: want a string")
		return 0
	}
	switch name := r.plain(v); string(name) { // the frequent ones
	case "publish":
		return TypePublish
	case "record":
		return TypeRecord
	case "ack":
		return TypeAck
	default:
		return typesByName[string(name)]
	}
}

// plain returns a key or a word without its quotes and escapes; nothing if it has escapes and is longer than
// any that is known.
func (r *reader) plain(quoted []byte) []byte {
	s := quoted[1 : len(quoted)-1]
	switch {
	case bytes.IndexByte(s, '\\') < 0:
		return s
	case len(s) > maxName:
		return nil
	}
	return r.unquote(quoted)
}

var typesByName = func() map[string]Type {
	m := make(map[string]Type, len(typeNames))
	for t, name := range typeNames {
		if name != "" {
			m[name] = Type(t)
		}
	}
	return m
}()

// key reads the next key of the object at hand, and false at the object's end. The name is nil if the table
// does not have it.
func (r *reader) key() (*jsonName, bool) {
	if r.pending {
		r.pending = false
		return r.ahead, true
	}
	if r.js.PeekKind() == '}' {
		if _, err := r.js.ReadToken(); err != nil {
			r.failSyntax(err, r.base)
		}
		return nil, false
	}
	v := r.value()
	if r.err != nil {
		return nil, false
	}
	return lookupKey(r.plain(v)), true
}

func (r *reader) nextJSON() bool {
	for {
		name, more := r.key()
		switch {
		case !more:
			return false
		case name == nil:
			r.field, r.form = fUnknown, formJSON
			return true
		case name.form == formType && r.nested:
			r.field, r.form = fUnknown, formJSON
			return true
		case name.form == formType:
			if r.typed {
				r.fail("t: the field is there twice")
				return false
			}
			r.typed = true
			r.skip()
			if r.err != nil {
				return false
			}
		default:
			r.field, r.form = name.field, name.form
			return r.first(name.field)
		}
	}
}

// token reads the bracket that opens or closes a value of several.
func (r *reader) token(want jsontext.Kind) bool {
	if r.err != nil {
		return false
	}
	tok, err := r.js.ReadToken()
	if err != nil {
		r.failSyntax(err, r.base)
		return false
	}
	if tok.Kind() != want {
		r.at = r.offset() - 1
		r.failWant(bracketNames[want])
		return false
	}
	return true
}

var bracketNames = map[jsontext.Kind]string{'[': "an array", ']': "the end of the array", '{': "an object"}

// value reads one JSON value whole. It aliases the message.
func (r *reader) value() []byte {
	if r.err != nil {
		return nil
	}
	v, err := r.js.ReadValue()
	if err != nil {
		r.failSyntax(err, r.base)
		return nil
	}
	r.at = r.offset() - len(v)
	return v
}

func (r *reader) jsonNumber() uint64 {
	s := r.value()
	v := uint64(0)
	for _, c := range s {
		if c < '0' || c > '9' {
			r.failWant("a whole number without sign, point and exponent")
			return 0
		}
		if v > maxNumber {
			break // too large already; the caller says so
		}
		v = v*10 + uint64(c-'0')
	}
	return v
}

// jsonString reads a string. It aliases the message or the scratch.
func (r *reader) jsonString() []byte {
	v := r.value()
	if r.err != nil {
		return nil
	}
	if v[0] != '"' {
		r.failWant("a string")
		return nil
	}
	s := v[1 : len(v)-1 : len(v)-1]
	if len(s) == 0 {
		return nil
	}
	if bytes.IndexByte(s, '\\') >= 0 {
		return r.unquote(v)
	}
	return s
}

// unquote resolves escapes, into the scratch.
func (r *reader) unquote(v []byte) []byte {
	start := len(r.scratch)
	r.scratch, _ = jsontext.AppendUnquote(r.scratch, v) // the error says that half a surrogate pair became U+FFFD
	return r.scratch[start:len(r.scratch):len(r.scratch)]
}

func (r *reader) jsonBase64() []byte {
	s := r.jsonString()
	if len(s) == 0 {
		return nil
	}
	start := len(r.scratch)
	var err error
	if bytes.ContainsAny(s, "\r\n") { // which the decoder would pass over
		err = base64.CorruptInputError(0)
	} else {
		r.scratch, err = base64.StdEncoding.AppendDecode(r.scratch, s)
	}
	if err != nil {
		r.failWant("base64 (standard alphabet, padded)")
		return nil
	}
	return r.scratch[start:len(r.scratch):len(r.scratch)]
}
