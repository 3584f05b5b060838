package load

import "bytes"

// A payload is one JSON object of fixed width, {"m":"~M~SSSSSSNNNNNNNNNNTTTTTTTTTTTTTTTTTTT","p":"xxx…"}: a marker, the sender, its
// sequence number from 1, and the time of sending in Unix nanoseconds.
const (
	marker      = "~M~"
	senderWidth = 6
	seqWidth    = 10
	timeWidth   = 19
	markedWidth = senderWidth + seqWidth + timeWidth

	payloadBegin = `{"m":"` + marker
	payloadPad   = `","p":"`
	payloadEnd   = `"}`
	minPayload   = len(payloadBegin) + markedWidth + len(payloadPad) + len(payloadEnd)
)

// mark is what a payload carries.
type mark struct {
	sender int
	seq    uint64
	at     int64
}

// appendPayload appends a payload of size bytes, or the least there can be.
func appendPayload(dst []byte, m mark, size int) []byte {
	dst = append(dst, payloadBegin...)
	dst = appendFixed(dst, uint64(m.sender), senderWidth)
	dst = appendFixed(dst, m.seq, seqWidth)
	dst = appendFixed(dst, uint64(m.at), timeWidth)
	dst = append(dst, payloadPad...)
	for pad := size - minPayload; pad > 0; {
		n := min(pad, len(padding))
		dst = append(dst, padding[:n]...)
		pad -= n
	}
	return append(dst, payloadEnd...)
}

// padding is not all of one letter, so that compression has something to do.
const padding = "the quick brown fox jumps over the lazy dog; pack my box with five dozen liquor jugs; how vexingly quick daft zebras jump. "

func appendFixed(dst []byte, v uint64, width int) []byte {
	at := len(dst)
	for range width {
		dst = append(dst, '0')
	}
	for i := at + width - 1; v > 0 && i >= at; i-- {
		dst[i] = '0' + byte(v%10)
		v /= 10
	}
	return dst
}

// parsePayload finds the mark; where a server has moved it, it is looked for.
func parsePayload(p []byte) (m mark, ok bool) {
	at := len(payloadBegin)
	if len(p) < at+markedWidth || string(p[:at]) != payloadBegin {
		i := bytes.Index(p, []byte(marker))
		if i < 0 || len(p) < i+len(marker)+markedWidth {
			return m, false
		}
		at = i + len(marker)
	}
	m.sender = int(fixed(p[at : at+senderWidth]))
	at += senderWidth
	m.seq = fixed(p[at : at+seqWidth])
	at += seqWidth
	m.at = int64(fixed(p[at : at+timeWidth]))
	return m, true
}

func fixed(b []byte) (v uint64) {
	for _, c := range b {
		v = v*10 + uint64(c-'0')
	}
	return v
}
