package ws

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

const (
	maxHeader  = 14  // bytes of the longest frame header: 2, a length of 8, a mask of 4
	maxControl = 125 // bytes of the longest payload of a control frame
	maxReason  = maxControl - 2
)

// HeaderFlags are the bits of a frame header that AppendHeader does not set by itself.
type HeaderFlags uint8

const (
	// FlagCompressed sets RSV1: the message is compressed. Only on the first frame of a text or binary
	// message.
	FlagCompressed HeaderFlags = 1 << iota
	// FlagMore clears FIN: more frames of this message follow.
	FlagMore
)

// AppendHeader appends the header of a server's frame (unmasked) with a payload of n bytes.
func AppendHeader(b []byte, op Opcode, n int, f HeaderFlags) []byte {
	b0 := byte(op) | 0x80
	if f&FlagMore != 0 {
		b0 &^= 0x80
	}
	if f&FlagCompressed != 0 {
		b0 |= 0x40
	}
	switch {
	case n <= maxControl:
		return append(b, b0, byte(n))
	case n < 1<<16:
		return append(b, b0, 126, byte(n>>8), byte(n))
	}
	return binary.BigEndian.AppendUint64(append(b, b0, 127), uint64(n))
}

// AppendClose appends a whole close frame. The reason is made valid UTF-8 and cut to 123 bytes at a rune's
// boundary. A code that must not be sent (0, 1005, 1006, 1015, …) gives a frame without code and reason.
func AppendClose(b []byte, code uint16, reason string) []byte {
	if !validCloseCode(code) {
		return AppendHeader(b, OpClose, 0, 0)
	}
	reason = strings.ToValidUTF8(reason, "\uFFFD")
	if len(reason) > maxReason {
		cut := maxReason
		for !utf8.RuneStart(reason[cut]) {
			cut--
		}
		reason = reason[:cut]
	}
	b = AppendHeader(b, OpClose, 2+len(reason), 0)
	b = binary.BigEndian.AppendUint16(b, code)
	return append(b, reason...)
}

// validCloseCode says whether a close frame may carry the code: those of IANA's registry that are meant for
// the wire, and the ranges for libraries and applications. gobwas's check refuses 1012 to 1014 and takes 5000
// up.
func validCloseCode(code uint16) bool {
	return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999
}

// parseHeader reads a frame header from the start of b. It returns n = 0 where b ends before the header does,
// and an error as soon as what is there cannot become a valid header on its own.
func parseHeader(b []byte) (h ws.Header, n int, err error) {
	if len(b) < 2 {
		return h, 0, nil
	}
	h.Fin = b[0]&0x80 != 0
	h.Rsv = b[0] >> 4 & 7
	h.OpCode = ws.OpCode(b[0] & 15)
	h.Masked = b[1]&0x80 != 0
	h.Length = int64(b[1] & 0x7f)
	n = 2
	switch h.Length {
	case 126:
		n = 4
		if len(b) < n {
			return h, 0, nil
		}
		if h.Length = int64(binary.BigEndian.Uint16(b[2:])); h.Length <= maxControl {
			return h, 0, protocolError("length %d is encoded in 16 bits, which is not minimal", h.Length)
		}
	case 127:
		n = 10
		if len(b) < n {
			return h, 0, nil
		}
		if h.Length = int64(binary.BigEndian.Uint64(b[2:])); h.Length < 1<<16 {
			return h, 0, protocolError("length in 64 bits that is not minimal, or has the highest of them set")
		}
	}
	if !h.Masked {
		return h, n, nil
	}
	if n += 4; len(b) < n {
		return h, 0, nil
	}
	h.Mask = [4]byte(b[n-4:])
	return h, n, nil
}

// parseClose checks the payload of a close frame.
func parseClose(p []byte) (*CloseError, error) {
	if len(p) == 0 {
		return &CloseError{Code: 1005}, nil
	}
	if len(p) == 1 {
		return nil, protocolError("close frame with one byte")
	}
	code := binary.BigEndian.Uint16(p)
	if !validCloseCode(code) {
		return nil, protocolError("close frame with code %d", code)
	}
	if !utf8.Valid(p[2:]) {
		return nil, payloadError("the reason in a close frame is not UTF-8", nil)
	}
	return &CloseError{Code: code, Reason: string(p[2:])}, nil
}
