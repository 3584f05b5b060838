package ws

import (
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/holdfast-ws/holdfast"
)

// ErrStalled is returned by TryWrite when the socket, or the buffer before it, has taken only a part.
var ErrStalled = errors.New("ws: the socket takes no more bytes at the moment")

// ErrSettled is returned by Serve, once, where Options.Settle asks for it: call Serve again on a fresh goroutine.
var ErrSettled = errors.New("ws: the first input is handled")

// CloseError is why Serve ended when the peer has sent a valid close frame.
type CloseError struct {
	// Code is the code in the frame, or 1005 (no status) where there was none.
	Code uint16
	// Reason is the text in the frame, UTF-8, at most 123 bytes.
	Reason string
}

// Error returns one line with the code, its name and the reason.
func (e *CloseError) Error() string {
	s := "closed by the peer: " + strconv.Itoa(int(e.Code)) + " (" + holdfast.Code(e.Code).String() + ")"
	if e.Reason != "" {
		s += ": " + strconv.Quote(e.Reason)
	}
	return s
}

// CloseCode returns the code of the close frame that is to be sent when Serve has returned err: the echo of
// the peer's, the code of a protocol error or limit, 1011 for an error of another kind. It returns 0 when
// there is nobody left to send one to.
func CloseCode(err error) uint16 {
	if err == nil {
		return 0
	}
	if ce, ok := errors.AsType[*CloseError](err); ok {
		return ce.Code
	}
	switch code := uint16(holdfast.CodeOf(err)); {
	case holdfast.Code(code) == holdfast.CodeAbnormal, holdfast.Code(code) == holdfast.CodeClosed:
		return 0
	case validCloseCode(code):
		return code
	}
	return uint16(holdfast.CodeInternalError)
}

const opRead = "read WebSocket frame"

func protocolError(format string, a ...any) error {
	return &holdfast.Error{Code: holdfast.CodeProtocolError, Op: opRead, Detail: fmt.Sprintf(format, a...)}
}

func payloadError(detail string, cause error) error {
	return &holdfast.Error{Code: holdfast.CodeInvalidPayload, Op: opRead, Detail: detail, Cause: cause}
}

func tooBig(limit int) error {
	return &holdfast.Error{
		Code: holdfast.CodeMessageTooBig, Op: opRead,
		Detail: "message is over the limit of " + strconv.Itoa(limit) + " bytes",
	}
}

func overBudget(b *Budget) error {
	return &holdfast.Error{
		Code: holdfast.CodeBudget, Op: opRead,
		Detail: "the unfinished messages of all connections reach the limit of " + strconv.FormatInt(b.max(), 10) + " bytes",
	}
}

func ioError(op string, cause error) error {
	return &holdfast.Error{Code: holdfast.CodeAbnormal, Op: op, Cause: cause}
}

func closedError(op string) error {
	return &holdfast.Error{Code: holdfast.CodeClosed, Op: op, Cause: net.ErrClosed}
}
