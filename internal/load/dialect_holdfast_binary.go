package load

import (
	"encoding/binary"
	"fmt"

	"github.com/holdfast-ws/holdfast/internal/wire"
)

// The fields of spec/protocol.md, section 5, that hot frames carry: number × 4 + kind.
const (
	tagChannel = 1<<2 | 2
	tagNumber  = 2 << 2
	tagOffset  = 3 << 2
	tagData    = 4<<2 | 2
	tagTerm    = 8<<2 | 1
)

// nextBinary returns the first frame with its length before it, and what follows it; nil if it does not end.
func nextBinary(m []byte) (f, rest []byte) {
	n, w := binary.Uvarint(m)
	if w <= 0 || n == 0 || uint64(len(m)-w) < n {
		return nil, nil
	}
	end := w + int(n)
	return m[:end], m[end:]
}

// hotBinary reads records and answers; all else is for rare.
func (t *holdfastTalk) hotBinary(f []byte, ev *Event, reply []byte) ([]byte, bool) {
	_, w := binary.Uvarint(f)
	kind := wire.Type(f[w])
	if kind != wire.TypeRecord && kind != wire.TypeStored {
		return reply, false
	}
	var channel, data, term []byte
	var number, offset uint64
	for r := f[w+1:]; len(r) > 0; {
		tag, w := binary.Uvarint(r)
		if w <= 0 {
			return reply, false
		}
		value, n, rest, ok := binaryField(tag, r[w:])
		if !ok {
			return reply, false
		}
		switch r = rest; tag {
		case tagChannel:
			channel = value
		case tagData:
			data = value
		case tagTerm:
			term = value
		case tagNumber:
			number = n
		case tagOffset:
			offset = n
		}
	}
	if kind == wire.TypeStored {
		t.stored(channel, number, ev)
		return reply, true
	}
	if term != nil {
		ev.Place.Epoch = fmt.Sprintf("%x", term)
	}
	ev.Place.Offset = offset
	ev.Payloads = append(ev.Payloads, data)
	return t.count(channel, offset, len(f), reply), true
}

// binaryField reads one field's value by the kind in its tag.
func binaryField(tag uint64, r []byte) (value []byte, n uint64, rest []byte, ok bool) {
	size := 0
	switch tag & 3 {
	case 0:
		n, w := binary.Uvarint(r)
		if w <= 0 {
			return nil, 0, nil, false
		}
		return nil, n, r[w:], true
	case 1:
		size = 8
	case 2:
		l, w := binary.Uvarint(r)
		if w <= 0 || l > uint64(len(r)-w) {
			return nil, 0, nil, false
		}
		r, size = r[w:], int(l)
	case 3:
		size = 16
	}
	if len(r) < size {
		return nil, 0, nil, false
	}
	return r[:size], 0, r[size:], true
}
