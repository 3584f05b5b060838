package server

import (
	"sync"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/envelope"
	"github.com/holdfast-ws/holdfast/internal/hub"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// The hub's encoders by index: a codec, and the same compressed; and the envelope dialect.
const (
	encodeJSON = iota
	encodeBinary
	encodeJSONDeflated
	encodeBinaryDeflated
	encodeEnvelopes
)

func encoders() []hub.Encoder {
	return []hub.Encoder{
		encodeJSON: plain{wire.JSON}, encodeBinary: plain{wire.Binary},
		encodeJSONDeflated: deflated{plain{wire.JSON}}, encodeBinaryDeflated: deflated{plain{wire.Binary}},
		encodeEnvelopes: encoderEnvelopes{},
	}
}

func encoderOf(c wire.Codec, compressed bool) int {
	switch {
	case c == wire.JSON && !compressed:
		return encodeJSON
	case c == wire.JSON:
		return encodeJSONDeflated
	case !compressed:
		return encodeBinary
	}
	return encodeBinaryDeflated
}

func opcode(c wire.Codec) ws.Opcode {
	if c == wire.JSON {
		return ws.OpText
	}
	return ws.OpBinary
}

// plain joins frames behind one header.
type plain struct{ codec wire.Codec }

func (p plain) AppendRecord(dst []byte, r *holdfast.Record, startsTerm bool) []byte {
	return wire.AppendRecord(dst, p.codec, r, startsTerm)
}

func (p plain) AppendHeader(dst []byte, n int) []byte {
	return ws.AppendHeader(dst, opcode(p.codec), n, 0)
}

func (plain) Framed() bool { return false }

// deflated makes a message of each record, compressed if that is worth it. It is done once for all
// subscribers, which is why there is no context takeover.
type deflated struct{ plain }

// deflateFrom is the size from which compressing pays.
const deflateFrom = 512

var scratches = sync.Pool{New: func() any { return new([]byte) }}

func (d deflated) AppendRecord(dst []byte, r *holdfast.Record, startsTerm bool) []byte {
	frame, packed := scratches.Get().(*[]byte), scratches.Get().(*[]byte)
	defer scratches.Put(frame)
	defer scratches.Put(packed)
	*frame = wire.AppendRecord((*frame)[:0], d.codec, r, startsTerm)
	if len(*frame) >= deflateFrom {
		*packed = ws.AppendDeflated((*packed)[:0], *frame)
		if len(*packed) < len(*frame) {
			dst = ws.AppendHeader(dst, opcode(d.codec), len(*packed), ws.FlagCompressed)
			return append(dst, *packed...)
		}
	}
	dst = ws.AppendHeader(dst, opcode(d.codec), len(*frame), 0)
	return append(dst, *frame...)
}

func (deflated) Framed() bool { return true }

// encoderEnvelopes makes a message of each record.
type encoderEnvelopes struct{}

func (encoderEnvelopes) AppendRecord(dst []byte, r *holdfast.Record, _ bool) []byte {
	text := scratches.Get().(*[]byte)
	defer scratches.Put(text)
	*text = envelope.AppendRecord((*text)[:0], r)
	return append(ws.AppendHeader(dst, ws.OpText, len(*text), 0), *text...)
}

// AppendHeader appends nothing: what waits as replies are whole messages already.
func (encoderEnvelopes) AppendHeader(dst []byte, _ int) []byte { return dst }

func (encoderEnvelopes) Framed() bool { return true }
