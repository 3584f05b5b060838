package ws

import (
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// reader is the parsing half of a connection: bytes in, messages out. It holds no more than an unfinished
// header, the unmasked bytes of an unfinished message and those of an unfinished control frame.
type reader struct {
	budget     *Budget
	maxMessage int
	msg        []byte // the unfinished message, unmasked; its capacity is taken from budget
	ctl        []byte // the unfinished control frame, unmasked
	valid      int    // bytes of msg known to be whole runes (text, not compressed)
	left       int    // bytes of the current frame that are still to come
	head       [maxHeader]byte
	nhead      uint8 // bytes in head
	mask       [4]byte
	maskPos    uint8
	op         ws.OpCode // of the current frame
	msgOp      Opcode    // of the current message; 0 between messages
	inFrame    bool
	fin        bool // of the current frame
	deflate    bool // negotiated
	compressed bool // the current message is
}

// feed takes the next bytes of the stream, which it changes (unmasking), and keeps none of them.
func (r *reader) feed(h Handler, p []byte) error {
	for len(p) > 0 {
		whole := false // the frame begins in p
		if !r.inFrame {
			n, err := r.header(p)
			if err != nil {
				return err
			}
			p = p[n:]
			if !r.inFrame {
				return nil
			}
			whole = true
		}
		k := min(len(p), r.left)
		chunk := p[:k]
		p = p[k:]
		ws.Cipher(chunk, r.mask, int(r.maskPos))
		r.maskPos = uint8((int(r.maskPos) + k) & 3)
		r.left -= k
		r.inFrame = r.left > 0
		whole = whole && !r.inFrame
		var err error
		if r.op.IsControl() {
			err = r.control(h, chunk, whole)
		} else {
			err = r.data(h, chunk, whole)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// header takes the bytes of a frame header from the start of p and says how many.
func (r *reader) header(p []byte) (int, error) {
	b, k := p, 0
	if r.nhead > 0 {
		k = copy(r.head[r.nhead:], p)
		b = r.head[:int(r.nhead)+k]
	}
	hd, n, err := parseHeader(b)
	if err != nil {
		return 0, err
	}
	if n == 0 {
		// At most 13 bytes: with 14 every header is whole.
		if r.nhead == 0 {
			k = copy(r.head[:], p)
		}
		r.nhead += uint8(k)
		if r.nhead >= 2 {
			return k, r.check(hd)
		}
		return k, nil
	}
	if err := r.check(hd); err != nil {
		return 0, err
	}
	n -= int(r.nhead)
	r.nhead = 0
	return n, r.begin(hd)
}

// check refuses what RFC 6455, 5.2 to 5.5, and RFC 7692, 6, forbid. The header may lack its mask and the long
// form of its length: all that is looked at stands in its first two bytes.
func (r *reader) check(hd ws.Header) error {
	if hd.Rsv&3 != 0 {
		return protocolError("reserved bit RSV2 or RSV3 is set")
	}
	if hd.Rsv != 0 {
		switch {
		case !r.deflate:
			return protocolError("reserved bit RSV1 is set, but permessage-deflate was not negotiated")
		case hd.OpCode != ws.OpText && hd.OpCode != ws.OpBinary:
			return protocolError("reserved bit RSV1 is set on a frame that is not the first of a message")
		}
		hd.Rsv = 0
	}
	state := ws.StateServerSide
	if r.msgOp != 0 {
		state = state.Set(ws.StateFragmented)
	}
	if err := ws.CheckHeader(hd, state); err != nil {
		return protocolError("%v", err)
	}
	return nil
}

// begin enters a frame whose header is whole and was checked.
func (r *reader) begin(hd ws.Header) error {
	if !hd.OpCode.IsControl() {
		if hd.OpCode != ws.OpContinuation {
			r.msgOp, r.compressed = Opcode(hd.OpCode), hd.Rsv != 0
		}
		if hd.Length > int64(r.maxPayload()-len(r.msg)) {
			return tooBig(r.maxMessage)
		}
	}
	r.op, r.fin, r.mask, r.maskPos = hd.OpCode, hd.Fin, hd.Mask, 0
	r.left, r.inFrame = int(hd.Length), true
	return nil
}

// maxPayload is the most bytes that the frames of the current message may carry. What cannot be compressed
// grows a little by the attempt, so a compressed message gets that much more room.
func (r *reader) maxPayload() int {
	if r.compressed {
		return r.maxMessage + r.maxMessage>>8 + 64
	}
	return r.maxMessage
}

func (r *reader) control(h Handler, chunk []byte, whole bool) error {
	if !whole {
		r.ctl = append(r.ctl, chunk...)
		if r.inFrame {
			return nil
		}
		chunk, r.ctl = r.ctl, nil
	}
	op := Opcode(r.op)
	if op != OpClose {
		return h.Control(op, chunk)
	}
	ce, err := parseClose(chunk)
	if err != nil {
		return err
	}
	if err := h.Control(op, chunk); err != nil {
		return err
	}
	return ce
}

func (r *reader) data(h Handler, chunk []byte, whole bool) error {
	text := r.msgOp == OpText && !r.compressed
	if whole && r.fin && r.op != ws.OpContinuation {
		if text && !utf8.Valid(chunk) {
			return errNotUTF8
		}
		return r.deliver(h, chunk)
	}
	if err := r.gather(chunk); err != nil {
		return err
	}
	if text {
		n, ok := validPrefix(r.msg[r.valid:])
		if r.valid += n; !ok {
			return errNotUTF8
		}
	}
	if r.inFrame || !r.fin {
		return nil
	}
	if text && r.valid < len(r.msg) {
		return errNotUTF8
	}
	err := r.deliver(h, r.msg)
	r.release()
	return err
}

var errNotUTF8 = payloadError("text that is not UTF-8", nil)

// deliver hands a whole message over. p is its payload, still compressed if the message is.
func (r *reader) deliver(h Handler, p []byte) error {
	op := r.msgOp
	r.msgOp = 0
	if !r.compressed {
		return h.Message(op, p)
	}
	r.compressed = false
	f := inflaters.Get().(*inflater)
	defer f.free(r.budget)
	out, err := f.inflate(p, r.maxMessage, r.budget)
	if err != nil {
		return err
	}
	if op == OpText && !utf8.Valid(out) {
		return errNotUTF8
	}
	return h.Message(op, out)
}

// gather appends to the unfinished message. Its buffer grows with what has arrived; the length in the frame's
// header can only make it smaller.
func (r *reader) gather(chunk []byte) error {
	need := len(r.msg) + len(chunk)
	if need > cap(r.msg) {
		size := max(2*cap(r.msg), need+need/4, 64)
		if r.fin {
			size = min(size, need+r.left)
		}
		if !r.budget.take(size - cap(r.msg)) {
			return overBudget(r.budget)
		}
		b := make([]byte, len(r.msg), size)
		copy(b, r.msg)
		r.msg = b
	}
	r.msg = append(r.msg, chunk...)
	return nil
}

// release gives up the unfinished message.
func (r *reader) release() {
	r.budget.give(cap(r.msg))
	r.msg, r.valid = nil, 0
}

// validPrefix returns how many bytes of b are whole, valid runes, where at most the start of a valid rune
// follows them; else ok is false.
func validPrefix(b []byte) (n int, ok bool) {
	n = len(b)
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				n = i
			}
			break
		}
	}
	return n, utf8.Valid(b[:n])
}
