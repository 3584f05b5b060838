package holdfast

import (
	"errors"
	"strings"
	"time"
)

// Error is how everything in Holdfast fails. It says what was tried, why it failed, and what to do.
//
// errors.Is(err, holdfast.CodeX) is true for an Error with that code; errors.As finds the Error itself;
// Unwrap gives the cause.
type Error struct {
	// Code is from spec/codes.json.
	Code Code
	// Op is what was tried: "open store", "publish to chat:lobby".
	Op string
	// Detail says what was wrong this time: the field, the value, the limit. Optional.
	Detail string
	// Hint says what to do, where there is something better to say than the code's own hint. Optional.
	Hint string
	// RetryAfter is how long to wait before trying again; 0 where nothing was said.
	RetryAfter time.Duration
	// Cause is the error behind this one. Optional.
	Cause error
}

// Error returns one line: what failed, why, what to do.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op)
		b.WriteString(": ")
	}
	if e.Detail != "" {
		b.WriteString(e.Detail)
	} else {
		b.WriteString(e.Code.What())
	}
	if e.Cause != nil {
		b.WriteString(": ")
		b.WriteString(e.Cause.Error())
	}
	b.WriteString(" (")
	b.WriteString(e.Code.String())
	b.WriteByte(')')
	if h := e.hint(); h != "" {
		b.WriteString("; ")
		b.WriteString(h)
	}
	return b.String()
}

func (e *Error) hint() string {
	if e.Hint != "" {
		return e.Hint
	}
	return e.Code.Hint()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is makes errors.Is(err, CodeX) and errors.Is(err, &Error{Code: CodeX}) work.
func (e *Error) Is(target error) bool {
	if c, ok := target.(Code); ok {
		return e.Code == c
	}
	t, ok := target.(*Error)
	return ok && t.Op == "" && t.Detail == "" && t.Cause == nil && t.Code == e.Code
}

// Error makes a Code usable as the target of errors.Is, and as the cause of an Error.
func (c Code) Error() string { return c.String() + ": " + c.What() }

// CodeOf returns the code of the first Error (or Code) in err's chain, or 0.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	if c, ok := errors.AsType[Code](err); ok {
		return c
	}
	return 0
}
