package holdfast

import (
	"bytes"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// ContentType says how the bytes of a record are to be read, and so how they travel in a text protocol.
type ContentType uint8

const (
	// Binary is any bytes. JSON frames carry it as base64.
	Binary ContentType = iota
	// Text is UTF-8. JSON frames carry it as a string.
	Text
	// JSON is one JSON value. JSON frames carry it as it is.
	JSON
)

// String returns the name that the protocol uses.
func (t ContentType) String() string {
	switch t {
	case Binary:
		return "binary"
	case Text:
		return "text"
	case JSON:
		return "json"
	}
	return "type " + strconv.Itoa(int(t))
}

// Header is one name and value beside a record's data. Order is kept; names may repeat.
type Header struct {
	Name, Value string
}

// Record is one published message as a subscriber sees it. A plain value: it may be copied, and its Data
// belongs to whoever holds it.
type Record struct {
	// Channel is the name of the log that the record is part of.
	Channel string
	// Term and Offset are the record's position in it; see [Position].
	Term   Term
	Offset uint64
	// Time is when the store took the record in, in milliseconds precision, never before its predecessor's.
	Time time.Time
	// Publisher is the user who published it; empty without authentication.
	Publisher string
	// Producer and Number name the record from its publisher's side: the Number-th of that lane. Number is
	// 0 where a record came by another way than a session.
	Producer ProducerID
	Number   uint64

	Type    ContentType
	Headers []Header
	Data    []byte
}

// Position returns where the record stands: what a subscriber must remember to go on after it.
func (r *Record) Position() Position { return Position{Term: r.Term, Offset: r.Offset} }

// Header returns the first value under that name, or "".
func (r *Record) Header(name string) string {
	for _, h := range r.Headers {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}

// Clone returns a copy that shares no memory with r.
func (r *Record) Clone() Record {
	c := *r
	c.Data = bytes.Clone(r.Data)
	c.Headers = slices.Clone(r.Headers)
	return c
}

// MaxChannelName is the longest channel name, in bytes.
const MaxChannelName = 255

// CheckChannel returns nil for a good channel name: 1 to [MaxChannelName] bytes of printable UTF-8 without
// spaces, quotes, backslashes and control characters. The part before the first ':' is its namespace.
func CheckChannel(name string) error {
	bad := func(what string) error {
		return &Error{Code: CodeBadChannel, Op: "check channel name", Detail: what}
	}
	if name == "" {
		return bad("channel: the name is empty")
	}
	if len(name) > MaxChannelName {
		return bad("channel: the name has " + strconv.Itoa(len(name)) + " bytes; the limit is " + strconv.Itoa(MaxChannelName))
	}
	ascii := true
	for i := range len(name) {
		switch c := name[i]; {
		case c >= utf8.RuneSelf:
			ascii = false
		case c <= ' ' || c == '"' || c == '\\' || c == 0x7f:
			return bad("channel: byte " + strconv.Itoa(i) + " of the name is " + strconv.QuoteRuneToASCII(rune(c)))
		}
	}
	if !ascii && !validUnicodeName(name) {
		return bad("channel: the name is not printable UTF-8")
	}
	return nil
}

// Namespace returns the part of a channel's name before the first ':', or "" if there is none.
func Namespace(channel string) string {
	for i := range len(channel) {
		if channel[i] == ':' {
			return channel[:i]
		}
	}
	return ""
}

func validUnicodeName(name string) bool {
	for _, r := range name {
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}
