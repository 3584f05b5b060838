package client

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
)

// Classify says what a failure is, by the table of spec/classes.json. See [Classes.Classify].
func Classify(err error) Verdict { return (*Classes)(nil).Classify(err) }

// Classify says what a failure of a connection, or of an attempt to make one, is. It knows *holdfast.Error and
// holdfast.Code, close errors of coder/websocket and of libraries like it, HTTP statuses (errors with a method StatusCode() int),
// the errors of net, TLS, X.509, DNS and the system, and those of contexts, however deep they lie. What it does not
// know is ClassNetwork, so that it is tried again: also what coder/websocket's Dial says of a status, which is only in the
// response that it returns. Nil gives the zero Verdict. It may be called concurrently, also on nil.
func (c *Classes) Classify(err error) Verdict {
	if err == nil {
		return Verdict{}
	}
	f := classify(err)
	v := Verdict{Class: f.class, Code: f.code, Status: f.status, RetryAfter: f.retryAfter, Hint: f.hint}
	if c != nil && !f.ours && c.Codes[f.code] != ClassNone {
		v.Class, f.retry = c.Codes[f.code], RetryDefault
	}
	v.Retryable = c.retryable(v.Class, f.retry)
	if c != nil && c.Match != nil {
		if k := c.Match(err, v); k != ClassNone && k != v.Class {
			v.Class = k
			if !f.ours {
				f.retry = RetryDefault
			}
			v.Retryable = c.retryable(k, f.retry)
		}
	}
	if v.Hint == "" {
		v.Hint = v.Class.Hint()
	}
	return v
}

// finding is what the table says of a failure.
type finding struct {
	class  Class
	code   holdfast.Code
	status int
	retry  RetryMode // in place of the class's own
	hint   string    // "": the class's own
	ours   bool      // it is over for this end, whatever class an application gives to it

	retryAfter time.Duration
}

// classify asks from the most definite to the most general.
func classify(err error) finding {
	if e, ok := errors.AsType[*holdfast.Error](err); ok && e == nil {
		return finding{class: ClassNetwork}
	} else if ok {
		return ofHoldfast(e)
	}
	if code, ok := errors.AsType[holdfast.Code](err); ok {
		return ofCode(code)
	}
	if code, ok := closeCodeOf(err); ok {
		return ofRange(classOfClose[:], code)
	}
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return ofRange(classOfClose[:], holdfast.CodeMessageTooBig)
	}
	if errors.Is(err, context.Canceled) {
		return finding{class: ClassClosed, retry: RetryNever, ours: true}
	}
	if s, ok := errors.AsType[interface {
		error
		StatusCode() int
	}](err); ok && s.StatusCode() >= 100 && s.StatusCode() < 1000 {
		return ofStatus(holdfast.Code(s.StatusCode()))
	}
	return ofTransport(err)
}

// ofHoldfast looks at the cause where the code says only that there is no connection.
func ofHoldfast(e *holdfast.Error) finding {
	f := ofCode(e.Code)
	switch e.Code {
	case 0, holdfast.CodeDisconnected, holdfast.CodeAbnormal, holdfast.CodeIO:
		if e.Cause != nil {
			cause := classify(e.Cause)
			if cause.code == 0 {
				cause.code = f.code
			}
			f = cause
		}
	case holdfast.CodeRetriesExhausted:
		if e.Cause != nil {
			f.class = classify(e.Cause).class
		}
	}
	f.retryAfter = max(f.retryAfter, e.RetryAfter)
	if e.Hint != "" {
		f.hint = e.Hint
	}
	if f.class == ClassProtocol && corrupt(e) {
		// This end found it in the bytes; something in between may have made the mistake, and not make it again.
		f.retry = RetryAlways
	}
	return f
}

// ofCode knows where a code comes from by its range.
func ofCode(code holdfast.Code) finding {
	switch {
	case code == 0:
		return finding{class: ClassNetwork}
	case code < 1000:
		return ofStatus(code)
	case code < 4000 || code > 4999:
		return ofRange(classOfClose[:], code)
	}
	f := ofRange(classOfHoldfast[:], code)
	f.hint, f.ours = code.Hint(), f.retry == RetryNever
	return f
}

func ofStatus(code holdfast.Code) finding {
	f := ofRange(classOfStatus[:], code)
	if code >= 100 {
		f.status = int(code)
	}
	return f
}

func ofRange(table []classRange, code holdfast.Code) finding {
	r := rangeOf(table, code)
	return finding{class: r.class, code: code, retry: r.retry, hint: r.hint}
}

// closeCodeOf finds a close frame's code: coder/websocket's, or that of an error which is called CloseError or ClosedError
// and has a number as its field Code, as in gorilla/websocket, gobwas/ws and gws.
func closeCodeOf(err error) (holdfast.Code, bool) {
	code := int64(-1)
	eachError(err, func(err error) bool {
		if ce, ok := err.(websocket.CloseError); ok {
			code = int64(ce.Code)
			return true
		}
		v := reflect.ValueOf(err)
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct || v.Type().Name() != "CloseError" && v.Type().Name() != "ClosedError" {
			return false
		}
		switch f := v.FieldByName("Code"); {
		case !f.IsValid():
		case f.CanInt():
			code = f.Int()
		case f.CanUint():
			code = int64(min(f.Uint(), 1<<16))
		}
		return code >= 0
	})
	return holdfast.Code(max(code, 0)), code >= 0 && code < 1<<16
}

// eachError goes through an error and all below it until look returns true.
func eachError(err error, look func(error) bool) {
	rest := []error{err}
	for len(rest) > 0 {
		err, rest = rest[len(rest)-1], rest[:len(rest)-1]
		if err == nil {
			continue
		}
		if look(err) {
			return
		}
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			rest = append(rest, u.Unwrap())
		case interface{ Unwrap() []error }:
			for _, e := range slices.Backward(u.Unwrap()) {
				rest = append(rest, e)
			}
		}
	}
}

// ofTransport is about what net, TLS, HTTP and the system say.
func ofTransport(err error) finding {
	if f, ok := ofTLS(err); ok {
		return f
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return ofDNS(dns)
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok && outOfResources(errno) {
		return finding{class: ClassOverload, hint: "raise this machine's limits on open files and ports, or open fewer connections"}
	}
	if isTimeout(err) {
		return finding{class: ClassTimeout}
	}
	if isAddress(err) {
		return finding{class: ClassProtocol, hint: "check the URL"}
	}
	if code, ok := proxyStatus(err); ok {
		f := ofStatus(code)
		f.hint = "a proxy on the way said so: check its address, user, password and rules"
		return f
	}
	if strings.Contains(err.Error(), "malformed HTTP") { // net/http has no type for it
		return finding{class: ClassProtocol, hint: "what answers there does not speak HTTP: check the host and the port"}
	}
	return finding{class: ClassNetwork}
}

func ofDNS(e *net.DNSError) finding {
	switch {
	case e.IsTimeout:
		return finding{class: ClassTimeout, hint: "the name server did not answer: check the network"}
	case e.IsNotFound:
		return finding{class: ClassNetwork, hint: "check the host in the URL, and whether this machine is online"}
	}
	return finding{class: ClassNetwork, hint: "the name server could not say: check the network"}
}

// isAddress reports whether the URL or address was wrong before anything was sent.
func isAddress(err error) bool {
	if u, ok := errors.AsType[*url.Error](err); ok && u.Op == "parse" {
		return true
	}
	_, addr := errors.AsType[*net.AddrError](err)
	_, parse := errors.AsType[*net.ParseError](err)
	_, invalid := errors.AsType[net.InvalidAddrError](err)
	_, network := errors.AsType[net.UnknownNetworkError](err)
	return addr || parse || invalid || network
}

// statusByText are the words of HTTP's statuses.
var statusByText = func() map[string]holdfast.Code {
	m := map[string]holdfast.Code{}
	for code := 300; code < 600; code++ {
		if text := http.StatusText(code); text != "" {
			m[text] = holdfast.Code(code)
		}
	}
	return m
}()

// proxyStatus finds the status with which a proxy refused to CONNECT. net/http gives nothing of it but the words of the
// status line, as the whole error below a *url.Error.
func proxyStatus(err error) (holdfast.Code, bool) {
	u, ok := errors.AsType[*url.Error](err)
	if !ok || u.Err == nil {
		return 0, false
	}
	code, ok := statusByText[u.Err.Error()]
	return code, ok
}

// outOfResources reports whether this machine has no more of something. The numbers from 10000 up are those of Windows.
func outOfResources(errno syscall.Errno) bool {
	switch errno {
	case syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL, 10024, 10049, 10055:
		return true
	}
	return false
}
