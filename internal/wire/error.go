package wire

import (
	"strconv"

	"github.com/holdfast-ws/holdfast"
)

// Error says that a message could not be read. errors.Is(err, holdfast.CodeBadFrame) is true for it, except
// where Code says otherwise.
type Error struct {
	// Offset of the mistake in the message, in bytes: where the value that is wrong begins, or the first byte
	// that has no place there.
	Offset int
	// Frame in which it is; 0 if that is not known.
	Frame Type
	// Reason names the field and the limit.
	Reason string
	// Code is CodeBadFrame, or CodeTooManySubscriptions.
	Code holdfast.Code
}

// Error returns one line: the frame, the offset, the reason.
func (e *Error) Error() string {
	what := "frame"
	if e.Frame != 0 {
		what = e.Frame.String() + " frame"
	}
	return what + ", byte " + strconv.Itoa(e.Offset) + " of the message: " + e.Reason
}

// Unwrap returns the code.
func (e *Error) Unwrap() error {
	if e.Code == 0 {
		return holdfast.CodeBadFrame
	}
	return e.Code
}

// Limits bound what a Decoder takes. At a limit Next returns an *Error.
type Limits struct {
	// MaxFrame is the longest frame in bytes. 0: no limit beyond the message.
	MaxFrame int
	// MaxSubscriptions in a hello, or results in a welcome. Default 1,024.
	MaxSubscriptions int
	// MaxHeaders of a record. Default 64.
	MaxHeaders int
	// MaxEarlier terms of a subscription. Default holdfast.MaxTerms (8).
	MaxEarlier int
	// MaxString is the longest token, URL, header value, detail and idempotency key, in bytes. Default 4,096. Names
	// (channels, users, cursors, calls, agents, headers) have at most 255 bytes.
	MaxString int
}

// maxName is the longest name in bytes: of a channel, user, cursor, call, agent or header.
const maxName = holdfast.MaxChannelName

func (l Limits) withDefaults() Limits {
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	def(&l.MaxSubscriptions, 1024)
	def(&l.MaxHeaders, 64)
	def(&l.MaxEarlier, holdfast.MaxTerms)
	def(&l.MaxString, 4096)
	return l
}
