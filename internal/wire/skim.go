package wire

import (
	"encoding/binary"

	"github.com/holdfast-ws/holdfast"
)

// skimPublish reads a publish that is written the way every client of ours writes one: these keys in this order, no white
// space, no escapes, ASCII. It is what nearly all publishes look like, and costs a third of reading token by token. It
// reports false, and has read nothing, where a frame is anything else; the reader proper then says what it is.
func (r *reader) skimPublish(p *Publish) bool {
	b, i := r.msg, r.offset()
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	start := i
	const head = `{"t":"publish","ch":"`
	if i = skimText(b, i, head); i < 0 {
		return false
	}
	channel := i
	if i = skimString(b, i); i < 0 || i-1-channel > maxName {
		return false
	}
	name := b[channel : i-1]
	if i = skimText(b, i, `,"n":`); i < 0 {
		return false
	}
	number, i := skimNumber(b, i)
	if i < 0 {
		return false
	}
	if i = skimText(b, i, `,"data":`); i < 0 {
		return false
	}
	data := i
	if i = skimValue(b, i, 0); i < 0 || i == len(b) || b[i] != '}' {
		return false
	}
	r.start, r.at, r.frame = start, data, TypePublish
	r.pos, r.opened = i+1, false
	*p = Publish{Channel: r.intern(name), Number: number, Type: holdfast.JSON, Data: b[data:i:i]}
	return true
}

// The functions below return where what they skim ends, or -1 if it is not as they want it.

func skimText(b []byte, i int, text string) int {
	if len(b)-i < len(text) || string(b[i:i+len(text)]) != text {
		return -1
	}
	return i + len(text)
}

// maxSkimDepth bounds how deep the values are that are skimmed.
const maxSkimDepth = 32

func skimValue(b []byte, i, depth int) int {
	if i >= len(b) || depth > maxSkimDepth {
		return -1
	}
	switch c := b[i]; {
	case c == '"':
		return skimString(b, i+1)
	case c == '{':
		return skimMembers(b, i+1, depth+1)
	case c == '[':
		return skimElements(b, i+1, depth+1)
	case c == 't':
		return skimText(b, i, "true")
	case c == 'f':
		return skimText(b, i, "false")
	case c == 'n':
		return skimText(b, i, "null")
	}
	return skimAnyNumber(b, i)
}

func skimMembers(b []byte, i, depth int) int {
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return -1
		}
		if i = skimString(b, i+1); i < 0 || i >= len(b) || b[i] != ':' {
			return -1
		}
		if i = skimValue(b, i+1, depth); i < 0 || i >= len(b) {
			return -1
		}
		switch b[i] {
		case ',':
			i++
		case '}':
			return i + 1
		default:
			return -1
		}
	}
}

func skimElements(b []byte, i, depth int) int {
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = skimValue(b, i, depth); i < 0 || i >= len(b) {
			return -1
		}
		switch b[i] {
		case ',':
			i++
		case ']':
			return i + 1
		default:
			return -1
		}
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// skimString passes the rest of a string, whose opening quote was read, and its closing quote. Eight bytes at a time: the
// usual trick (Hacker's Delight, 6-1) finds a zero byte after a byte has been xored with what is sought.
func skimString(b []byte, i int) int {
	for len(b)-i >= 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		quote, escape := x^(ones*'"'), x^(ones*'\\')
		special := x | (x - ones*0x20) | (quote - ones) | (escape - ones)
		if special&highs != 0 {
			break
		}
		i += 8
	}
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c == '\\' || c < 0x20 || c >= 0x80:
			return -1
		}
	}
	return -1
}

// skimNumber reads a whole number of at most 15 digits, so that it is below the limit of all numbers in frames.
func skimNumber(b []byte, i int) (n uint64, end int) {
	first := i
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		if n = n*10 + uint64(b[i]-'0'); i-first == 15 {
			return 0, -1
		}
	}
	if i == first || b[first] == '0' && i-first > 1 {
		return 0, -1
	}
	return n, i
}

func skimDigits(b []byte, i int) int {
	first := i
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	if i == first {
		return -1
	}
	return i
}

// skimAnyNumber passes a number of RFC 8259.
func skimAnyNumber(b []byte, i int) int {
	if i < len(b) && b[i] == '-' {
		i++
	}
	first := i
	if i = skimDigits(b, i); i < 0 || b[first] == '0' && i-first > 1 {
		return -1
	}
	if i < len(b) && b[i] == '.' {
		if i = skimDigits(b, i+1); i < 0 {
			return -1
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		return skimDigits(b, i)
	}
	return i
}
