package wire

import (
	"encoding/binary"
	"strconv"
)

// nextFrame reads a frame's length and type. The frame's end is r.end then.
func (r *reader) nextFrame() Type {
	start := r.pos
	r.start, r.at, r.end, r.field = start, start, len(r.msg), fUnknown
	n, w := binary.Uvarint(r.msg[start:])
	switch {
	case w == 0 || w > 0 && n > uint64(len(r.msg)-start-w):
		r.failAt(len(r.msg), "the message ends within a frame")
	case w < 0:
		r.fail("the frame's length is over 64 bits")
	case n == 0:
		r.fail("the frame is empty: not even a type")
	default:
		r.checkFrame(w + int(n))
		r.pos = start + w + 1
		r.end = start + w + int(n)
		return Type(r.msg[start+w])
	}
	return 0
}

func (r *reader) nextBinary() bool {
	if r.pos >= r.end {
		return false
	}
	r.at, r.field = r.pos, fUnknown
	tag := r.uvarint()
	if r.err != nil {
		return false
	}
	r.kind = kind(tag & 3)
	if tag>>2 == 0 {
		r.fail("field number 0")
		return false
	}
	if tag>>2 < uint64(fieldCount) {
		r.field = field(tag >> 2)
		shape := fields[r.field].shape
		if shape.kind() != r.kind {
			r.fail(r.field.String() + ": kind " + strconv.Itoa(int(shape.kind())) + " wanted, not " + strconv.Itoa(int(r.kind)))
			return false
		}
		if !shape.repeated() && !r.first(r.field) {
			return false
		}
	}
	r.at = r.pos
	return true
}

func (r *reader) skipBinary() {
	switch r.kind {
	case kindUvarint:
		r.uvarint()
	case kindFixed64:
		r.take(8)
	case kindBytes:
		r.bytes()
	case kindFixed128:
		r.take(16)
	}
}

func (r *reader) uvarint() uint64 {
	if r.pos < r.end && r.msg[r.pos] < 0x80 {
		r.pos++
		return uint64(r.msg[r.pos-1])
	}
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.msg[r.pos:r.end])
	switch {
	case n == 0:
		r.failAt(r.end, "the frame ends within a field")
		return 0
	case n < 0:
		r.fail(r.field.String() + ": the number is over 64 bits")
		return 0
	}
	r.pos += n
	return v
}

// take returns the next n bytes, which alias the message.
func (r *reader) take(n int) []byte {
	if r.err != nil {
		return nil
	}
	if n > r.end-r.pos {
		r.failAt(r.end, "the frame ends within a field")
		return nil
	}
	r.pos += n
	return r.msg[r.pos-n : r.pos : r.pos]
}

// bytes returns what follows its length.
func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(r.end-r.pos) {
		r.failAt(r.end, "the frame ends within a field")
		return nil
	}
	if n == 0 {
		return nil
	}
	return r.take(int(n))
}

// within reads a value of several parts, which has its length before it and must be used up.
func (r *reader) within(read func()) {
	n := r.uvarint()
	if n > uint64(r.end-r.pos) {
		r.failAt(r.end, "the frame ends within a field")
	}
	if r.err != nil {
		return
	}
	outer := r.end
	r.end = r.pos + int(n)
	f := r.field
	read()
	r.field = f
	if r.err == nil && r.pos != r.end {
		r.failAt(r.pos, f.String()+": the value is longer than its parts")
	}
	r.end = outer
}
