package client

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// unreachable says in one sentence why nobody answered at a URL.
func unreachable(target string, timeout time.Duration, err error) *holdfast.Error {
	e := &holdfast.Error{Code: holdfast.CodeDisconnected, Op: "connect to " + target,
		Hint: "check the address, and that a server runs there; the session tries again by itself"}
	addr := target
	if u, perr := url.Parse(target); perr == nil {
		addr = u.Host
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Addr != nil { // it may be a proxy's
		addr = op.Addr.String()
	}
	dns, noName := errors.AsType[*net.DNSError](err)
	op, _ := errors.AsType[*net.OpError](err)
	switch timedOut := isTimeout(err); {
	case isTLS(err):
		e.Code, e.Hint, e.Cause = holdfast.CodeTLS, "", root(err)
	case strings.Contains(err.Error(), "malformed HTTP"):
		e.Code, e.Hint, e.Cause = holdfast.CodeNotHoldfast, "", root(err)
	case timedOut && !noName:
		e.Detail = addr + " did not answer within " + timeout.String()
	case noName:
		e.Detail, e.Cause = "the host "+dns.Name+" is not known", whole{dns.Err, err}
		if dns.IsTimeout || dns.IsTemporary {
			e.Detail = "the host " + dns.Name + " could not be looked up"
		}
	case op != nil && op.Op == "dial":
		e.Detail, e.Cause = addr+" cannot be reached", root(err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		e.Detail, e.Cause = addr+" ended the connection before it answered", root(err)
	default:
		e.Cause = root(err)
	}
	return e
}

// unanswered is the error of an attempt that nobody answered, or not with a connection. It tells no URL as it is: that may hold secrets.
func (s *Socket) unanswered(target string, resp *http.Response, err error) error {
	op := "connect to " + shown(target)
	if resp != nil {
		e := refusal(op, resp, err).(*holdfast.Error)
		if e.Code == holdfast.CodeNotHoldfast && resp.Header.Get("Holdfast-Code") == "" { // nor need it be
			e.Code = holdfast.Code(resp.StatusCode)
		}
		if resp.StatusCode == http.StatusSwitchingProtocols {
			e.Code, e.Detail = holdfast.CodeProtocolError, "it agreed to the upgrade, but not as RFC 6455 has it"
		}
		return e
	}
	if e, ok := errors.AsType[*holdfast.Error](err); ok { // a proxy's
		return e
	}
	e, v := unreachable(target, s.o.ConnectTimeout, err), Classify(err)
	switch {
	case v.Class == ClassTLS && !v.Retryable:
		e.Code = holdfast.CodeTLS
	case e.Code == holdfast.CodeNotHoldfast:
		e.Code, e.Detail = holdfast.CodeProtocolError, "what answers there does not speak HTTP"
	}
	e.Op, e.Hint = op, v.Hint
	if e.Cause == nil {
		e.Cause = root(err)
	}
	e.Cause = whole{e.Cause.Error(), err}
	return e
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// root leaves out through whose hands an error went.
func root(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	for _, known := range []error{errCut, io.ErrUnexpectedEOF, io.EOF, net.ErrClosed, context.Canceled} {
		if errors.Is(err, known) {
			return known
		}
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// whole is an error that is told in other words.
type whole struct {
	text string
	error
}

func (w whole) Error() string { return w.text }
func (w whole) Unwrap() error { return w.error }

// because returns why something failed, without what it was and what to do.
func because(err error) string {
	e, ok := errors.AsType[*holdfast.Error](err)
	if !ok {
		return err.Error()
	}
	text := e.Detail
	if text == "" {
		text = e.Code.What()
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}
