package wire

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/holdfast-ws/holdfast"
)

// maxNumber is the largest number in a frame: what every JSON reader represents exactly.
const maxNumber = 1<<53 - 1

// maxScratch is how much decoded data a reader keeps memory for between messages.
const maxScratch = 64 << 10

// reader walks over the fields of frames. Its methods read the value of the field that next stood at, in the
// codec at hand. The first mistake sticks: from then on next returns false and values are zero.
type reader struct {
	codec  Codec
	msg    []byte
	limits Limits
	frame  Type
	err    *Error

	field field  // the one at hand; fUnknown if the table does not have it
	seen  uint64 // bit set of the fields of this object that were there
	start int    // where the frame begins
	at    int    // where the value at hand begins

	// The next byte (of JSON unless opened). Binary: the end of the object at hand, and the kind of the value at hand.
	pos, end int
	kind     kind

	// JSON: tokens straight from msg, which buf only wraps from base on; whether they have been opened, and whether they
	// have been since the last release; how the payload at hand is written; a key that was read ahead; whether the frame's
	// type, found by looking ahead, is still to come.
	js      jsontext.Decoder
	buf     bytes.Buffer
	base    int
	opened  bool
	wrapped bool
	tokens  bool // read nothing but tokens, for comparison
	form    form
	ahead   *jsonName
	pending bool
	typed   bool
	nested  bool // in an object within a frame, where "t" has no meaning

	scratch []byte            // decoded payloads and strings
	headers []holdfast.Header // reused by frames that have headers
	names   [32][2]string     // strings seen lately, by their hash
}

func (r *reader) reset(c Codec, msg []byte, l Limits) {
	if r.wrapped && c != JSON { // let go of the last message
		r.buf = bytes.Buffer{}
		r.js.Reset(&r.buf)
		r.wrapped = false
	}
	r.codec, r.msg, r.limits = c, msg, l.withDefaults()
	r.pos, r.end, r.at, r.frame, r.err = 0, len(msg), 0, 0, nil
	r.pending, r.opened = false, false
}

// openTokens begins to read tokens where the next byte is. The message is there as a whole, so it costs a few writes.
func (r *reader) openTokens() {
	if r.opened {
		return
	}
	r.base, r.opened, r.wrapped = r.pos, true, true
	r.buf = *bytes.NewBuffer(r.msg[r.pos:len(r.msg):len(r.msg)])
	r.js.Reset(&r.buf, jsonOptions...)
}

// offset returns where the next byte of the message is.
func (r *reader) offset() int {
	if r.opened {
		return r.base + int(r.js.InputOffset())
	}
	return r.pos
}

// release drops what a peer's messages have left, except for some names. It leaves an empty message.
func (r *reader) release() {
	r.reset(Binary, nil, r.limits)
	if cap(r.scratch) > maxScratch {
		r.scratch = nil
	}
	clear(r.headers[:cap(r.headers)])
}

func (r *reader) fail(reason string) { r.failAt(r.at, reason) }

func (r *reader) failAt(offset int, reason string) {
	if r.err == nil {
		r.err = &Error{Offset: min(max(offset, 0), len(r.msg)), Frame: r.frame, Reason: reason}
	}
}

// failSyntax reports what jsontext found in the message from base on.
func (r *reader) failSyntax(err error, base int) {
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok || syntax.Err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		r.failAt(len(r.msg), "the message ends within a frame")
		return
	}
	r.failAt(base+int(syntax.ByteOffset), "not JSON: "+syntax.Err.Error())
}

func (r *reader) failLimit(n, limit int, unit string) {
	r.fail(r.field.String() + ": " + strconv.Itoa(n) + " " + unit + "; the limit is " + strconv.Itoa(limit))
}

// checkFrame holds a frame of n bytes against the limit.
func (r *reader) checkFrame(n int) {
	if limit := r.limits.MaxFrame; limit > 0 && n > limit {
		r.failAt(r.start, "the frame has "+strconv.Itoa(n)+" bytes; the limit is "+strconv.Itoa(limit))
	}
}

func (r *reader) failWant(what string) { r.fail(r.field.String() + ": want " + what) }

// next goes to the next field of the object at hand and reports whether there is one.
func (r *reader) next() bool {
	if r.err != nil {
		return false
	}
	if r.codec == Binary {
		return r.nextBinary()
	}
	return r.nextJSON()
}

// first marks a field as seen; a second one is a mistake.
func (r *reader) first(f field) bool {
	bit := uint64(1) << f
	if r.seen&bit != 0 {
		r.fail(f.String() + ": the field is there twice")
		return false
	}
	r.seen |= bit
	return true
}

// skip passes over a value that the frame has no use for.
func (r *reader) skip() {
	if r.err != nil {
		return
	}
	if r.codec == Binary {
		r.skipBinary()
		return
	}
	if err := r.js.SkipValue(); err != nil {
		r.failSyntax(err, r.base)
	}
}

// skipFrame passes over the rest of a frame of a type that is not known.
func (r *reader) skipFrame() {
	if r.codec == Binary {
		r.pos = r.end
		return
	}
	for r.next() {
		r.skip()
	}
}
