package client

import (
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast"
)

// inbound watches the bytes that a server sends on their way to coder/websocket, and fails the connection where they break
// RFC 6455. That library finds much of this itself, but its errors cannot be told from those of the network, and it lets
// pass what is masked, a length that is not minimal, and text and reasons that are not UTF-8. It also takes an end of the
// stream for the end of the message, and would hand over the part that came as if it was all.
//
// Bytes are only looked at; nothing is held but an unfinished header, an unfinished rune and a close frame.
type inbound struct {
	io.ReadWriteCloser
	deflate bool  // negotiated
	err     error // sticky

	head       [10]byte // an unfinished header
	nhead      int
	left       uint64 // bytes of the current frame's payload that are still to come
	op         byte   // of the current frame
	fin        bool
	msgOp      byte // of the current message, 0 between two
	compressed bool // the current message
	text       runes
	goodbye    [maxControl]byte // the payload of a close frame
	ngoodbye   int
}

const (
	opcodeText   = 0x1
	opcodeBinary = 0x2
	opcodeClose  = 0x8
	opcodePong   = 0xa

	maxControl = 125
)

// errCut is why a connection has ended without a close frame.
var errCut = errors.New("the connection was cut")

// Read passes on what breaks no rule. What breaks one is never seen above, and neither is anything behind it.
func (in *inbound) Read(p []byte) (int, error) {
	if in.err != nil {
		return 0, in.err
	}
	n, err := in.ReadWriteCloser.Read(p)
	ok, bad := in.look(p[:n])
	if bad != nil {
		in.err = bad
		if ok > 0 {
			bad = nil
		}
		return ok, bad
	}
	if err != nil {
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errCut
		}
		in.err = err
	}
	return n, err
}

// look takes the next bytes, and returns how many of them may pass where not all may.
func (in *inbound) look(p []byte) (int, error) {
	for i := 0; i < len(p); {
		if in.left == 0 {
			in.head[in.nhead] = p[i]
			in.nhead++
			whole, err := in.header()
			if err != nil {
				return i, err
			}
			i++
			if !whole {
				continue
			}
		}
		k := int(min(uint64(len(p)-i), in.left))
		in.left -= uint64(k)
		if err := in.payload(p[i : i+k]); err != nil {
			if k == 0 {
				i-- // with its header an empty frame would be whole, and end the message
			}
			return i, err
		}
		i += k
	}
	return len(p), nil
}

// header says whether the frame's header is whole, and begins the frame if it is. A mistake is found as soon as its byte
// is there.
func (in *inbound) header() (whole bool, err error) {
	h := in.head[:in.nhead]
	if len(h) == 1 {
		return false, in.first(h[0])
	}
	if h[1]&0x80 != 0 {
		return false, violation("a frame that is masked")
	}
	if h[0]&opcodeClose != 0 && h[1] > maxControl {
		return false, violation("a control frame with more than 125 bytes")
	}
	switch n := h[1]; n {
	case 126:
		if len(h) < 4 {
			return false, nil
		}
		if in.left = uint64(binary.BigEndian.Uint16(h[2:])); in.left < 126 {
			return false, violation("a length in 16 bits that fits into 7")
		}
	case 127:
		if len(h) < 10 {
			return false, nil
		}
		if in.left = binary.BigEndian.Uint64(h[2:]); in.left < 1<<16 || in.left >= 1<<63 {
			return false, violation("a length in 64 bits that fits into 16, or has the highest of them set")
		}
	default:
		in.left = uint64(n)
	}
	in.nhead = 0
	return true, nil
}

// first checks the first byte of a header, and takes from it what the frame is.
func (in *inbound) first(b byte) error {
	in.fin, in.op = b&0x80 != 0, b&15
	data := in.op == opcodeText || in.op == opcodeBinary
	switch {
	case b&0x30 != 0:
		return violation("reserved bit RSV2 or RSV3 is set")
	case b&0x40 != 0 && !in.deflate:
		return violation("reserved bit RSV1 is set, but permessage-deflate was not negotiated")
	case b&0x40 != 0 && !data:
		return violation("reserved bit RSV1 is set on a frame that is not the first of a message")
	case in.op > opcodeBinary && in.op < opcodeClose || in.op > opcodePong:
		return violation("a reserved opcode")
	case in.op >= opcodeClose && !in.fin:
		return violation("a control frame in fragments")
	case in.op == 0 && in.msgOp == 0:
		return violation("a continuation of nothing")
	case data && in.msgOp != 0:
		return violation("a new message within one that is not finished")
	case data:
		in.msgOp, in.compressed, in.text = in.op, b&0x40 != 0, runes{}
	}
	return nil
}

// payload takes the next bytes of a frame's payload, or none of an empty one.
func (in *inbound) payload(p []byte) error {
	last := in.left == 0
	if in.op >= opcodeClose {
		if in.op == opcodeClose {
			in.ngoodbye += copy(in.goodbye[in.ngoodbye:], p)
			if last {
				p, in.ngoodbye = in.goodbye[:in.ngoodbye], 0
				return checkGoodbye(p)
			}
		}
		return nil
	}
	last = last && in.fin
	if in.msgOp == opcodeText && !in.compressed && (!in.text.take(p) || last && in.text.n > 0) {
		return notUTF8("a text message that is not UTF-8")
	}
	if last {
		in.msgOp = 0
	}
	return nil
}

// checkGoodbye checks the payload of a close frame. Codes are those of IANA's registry that may be sent, and the ranges
// for libraries and applications.
func checkGoodbye(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if len(p) == 1 {
		return violation("a close frame with one byte")
	}
	if c := binary.BigEndian.Uint16(p); c < 1000 || c > 1003 && c < 1007 || c > 1014 && c < 3000 || c > 4999 {
		return violation("a close frame with code " + strconv.Itoa(int(c)))
	}
	if !utf8.Valid(p[2:]) {
		return notUTF8("a close frame whose reason is not UTF-8")
	}
	return nil
}

// runes checks a text that comes in parts, and says no at the first byte that nothing can mend.
type runes struct {
	rest [utf8.UTFMax]byte // the start of a rune
	n    int
}

func (r *runes) take(p []byte) bool {
	for r.n > 0 && len(p) > 0 {
		r.rest[r.n] = p[0]
		r.n++
		p = p[1:]
		if utf8.FullRune(r.rest[:r.n]) {
			if !utf8.Valid(r.rest[:r.n]) {
				return false
			}
			r.n = 0
		}
	}
	if r.n > 0 {
		return true
	}
	whole := len(p)
	for i := len(p) - 1; i >= 0 && i >= len(p)-utf8.UTFMax; i-- {
		if utf8.RuneStart(p[i]) {
			if !utf8.FullRune(p[i:]) {
				whole = i
			}
			break
		}
	}
	r.n = copy(r.rest[:], p[whole:])
	return utf8.Valid(p[:whole])
}

const opInbound = "read from the server"

func violation(detail string) error {
	return &holdfast.Error{Code: holdfast.CodeProtocolError, Op: opInbound, Detail: detail}
}

func notUTF8(detail string) error {
	return &holdfast.Error{Code: holdfast.CodeInvalidPayload, Op: opInbound, Detail: detail}
}

// watching puts an inbound on every connection that is upgraded.
type watching struct{ http.RoundTripper }

func (w watching) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.RoundTripper.RoundTrip(r)
	if err == nil && resp.StatusCode == http.StatusSwitchingProtocols {
		if rwc, ok := resp.Body.(io.ReadWriteCloser); ok {
			resp.Body = &inbound{ReadWriteCloser: rwc, deflate: resp.Header.Get("Sec-WebSocket-Extensions") != ""}
		}
	}
	return resp, err
}

// checkDeflate refuses an answer to the offer of permessage-deflate for which RFC 7692, 7.1, has a client fail the
// connection, and which coder/websocket takes: a parameter that comes twice, a window of no size, and a context that is
// taken over, which was not offered. The name and the names of the parameters have been checked.
func checkDeflate(h http.Header) error {
	answer := strings.Join(h.Values("Sec-WebSocket-Extensions"), ",")
	if answer == "" {
		return nil
	}
	bad := func(detail string) error {
		return &holdfast.Error{Code: holdfast.CodeNotHoldfast, Detail: "it answers the offer of permessage-deflate with " + detail}
	}
	seen := map[string]bool{}
	for param := range strings.SplitSeq(answer, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if seen[name] {
			return bad(name + " twice")
		}
		seen[name] = true
		if name == "server_max_window_bits" {
			switch strings.Trim(value, `"`) {
			case "8", "9", "10", "11", "12", "13", "14", "15":
			default:
				return bad("a window of " + value + " bits")
			}
		}
	}
	if !seen["server_no_context_takeover"] {
		return bad("a context that is taken over")
	}
	return nil
}
