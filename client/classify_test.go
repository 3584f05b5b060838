package client_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	gorilla "github.com/gorilla/websocket"
	"github.com/lxzan/gws"
	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// answered is an error of a library that knows the HTTP status.
type answered int

func (a answered) Error() string   { return "refused" }
func (a answered) StatusCode() int { return int(a) }

func dialError(err error) error {
	return &url.Error{Op: "Get", URL: "http://h/", Err: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}}
}

// classCase is an error and what it is.
type classCase struct {
	err   error
	class client.Class
	retry bool
}

// failures are errors of every kind. Those that real parts make are in classify_real_test.go.
var failures = map[string]classCase{
	"coder's close":           {websocket.CloseError{Code: 1012}, client.ClassServer, true},
	"coder's close, wrapped":  {fmt.Errorf("read: %w", websocket.CloseError{Code: 1008}), client.ClassPolicy, false},
	"gorilla's close":         {&gorilla.CloseError{Code: 1013}, client.ClassOverload, true},
	"gobwas' close":           {wsutil.ClosedError{Code: ws.StatusPolicyViolation}, client.ClassPolicy, false},
	"gws' close":              {&gws.CloseError{Code: 3000}, client.ClassAuthentication, true},
	"coder's limit":           {fmt.Errorf("read: %w", websocket.ErrMessageTooBig), client.ClassPolicy, false},
	"joined":                  {errors.Join(errors.New("one"), websocket.CloseError{Code: 1000}), client.ClassClosed, false},
	"a status by its method":  {fmt.Errorf("upgrade: %w", answered(429)), client.ClassRateLimit, true},
	"no status by its method": {answered(0), client.ClassNetwork, true},

	"a code":                     {holdfast.CodeRateLimited, client.ClassRateLimit, true},
	"an error with a code":       {&holdfast.Error{Code: holdfast.CodeForbidden}, client.ClassPolicy, false},
	"disconnected, for a reason": {&holdfast.Error{Code: holdfast.CodeDisconnected, Cause: context.DeadlineExceeded}, client.ClassTimeout, true},
	"disconnected, for none":     {&holdfast.Error{Code: holdfast.CodeDisconnected}, client.ClassNetwork, true},
	"abnormal, by TLS":           {&holdfast.Error{Code: holdfast.CodeAbnormal, Cause: tls.AlertError(40)}, client.ClassTLS, false},
	"no retries left":            {&holdfast.Error{Code: holdfast.CodeRetriesExhausted, Cause: context.DeadlineExceeded}, client.ClassTimeout, false},
	"a typed nil":                {(*holdfast.Error)(nil), client.ClassNetwork, true},

	"canceled":        {fmt.Errorf("dial: %w", context.Canceled), client.ClassClosed, false},
	"deadline":        {context.DeadlineExceeded, client.ClassTimeout, true},
	"a file's":        {os.ErrDeadlineExceeded, client.ClassTimeout, true},
	"refused":         {dialError(syscall.ECONNREFUSED), client.ClassNetwork, true},
	"reset":           {&net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}, client.ClassNetwork, true},
	"unreachable":     {dialError(syscall.ENETUNREACH), client.ClassNetwork, true},
	"no route":        {dialError(syscall.EHOSTUNREACH), client.ClassNetwork, true},
	"system timeout":  {dialError(syscall.ETIMEDOUT), client.ClassTimeout, true},
	"no files left":   {dialError(syscall.EMFILE), client.ClassOverload, true},
	"no ports left":   {dialError(syscall.EADDRNOTAVAIL), client.ClassOverload, true},
	"Windows: files":  {dialError(syscall.Errno(10024)), client.ClassOverload, true},
	"end":             {io.EOF, client.ClassNetwork, true},
	"unexpected end":  {io.ErrUnexpectedEOF, client.ClassNetwork, true},
	"closed by us":    {net.ErrClosed, client.ClassNetwork, true},
	"unknown to all":  {errors.New("the dog ate it"), client.ClassNetwork, true},
	"a broken URL":    {parseError("http://[::1"), client.ClassProtocol, false},
	"a broken host":   {&net.AddrError{Err: "missing port in address", Addr: "h"}, client.ClassProtocol, false},
	"unknown network": {net.UnknownNetworkError("carrier pigeon"), client.ClassProtocol, false},

	"no such host":    {&net.DNSError{Err: "no such host", Name: "h", IsNotFound: true}, client.ClassNetwork, true},
	"DNS has trouble": {&net.DNSError{Err: "server misbehaving", Name: "h", IsTemporary: true}, client.ClassNetwork, true},
	"DNS is silent":   {&net.DNSError{Err: "i/o timeout", Name: "h", IsTimeout: true}, client.ClassTimeout, true},

	"an alert that passes":   {tls.AlertError(20), client.ClassTLS, true},
	"an alert that stays":    {tls.AlertError(48), client.ClassTLS, false},
	"ECH":                    {&tls.ECHRejectionError{}, client.ClassTLS, false},
	"TLS, in words alone":    {errors.New("tls: server selected unsupported protocol version 301"), client.ClassTLS, false},
	"X.509, in words alone":  {errors.New("x509: negative serial number"), client.ClassTLS, false},
	"roots":                  {x509.SystemRootsError{}, client.ClassTLS, false},
	"constraint":             {x509.ConstraintViolationError{}, client.ClassTLS, false},
	"critical extension":     {x509.UnhandledCriticalExtension{}, client.ClassTLS, false},
	"insecure algorithm":     {x509.InsecureAlgorithmError(x509.MD5WithRSA), client.ClassTLS, false},
	"TLS was slow":           {slowTLS{}, client.ClassTimeout, true},
	"TLS was being shut":     {errors.New("tls: protocol is shutdown"), client.ClassNetwork, true},
	"an alert of another op": {&net.OpError{Op: "read", Err: errors.New("handshake failure")}, client.ClassNetwork, true},
}

type slowTLS struct{}

func (slowTLS) Error() string   { return "tls: DialWithDialer timed out" }
func (slowTLS) Timeout() bool   { return true }
func (slowTLS) Temporary() bool { return true }

func parseError(text string) error {
	_, err := url.Parse(text)
	return err
}

func TestFailuresHaveClasses(t *testing.T) {
	for name, want := range failures {
		v := client.Classify(want.err)
		if v.Class != want.class || v.Retryable != want.retry || v.Hint == "" {
			t.Errorf("%s: %+v; want %v, retryable %v", name, v, want.class, want.retry)
		}
	}
	if v := client.Classify(nil); v != (client.Verdict{}) {
		t.Errorf("nothing failed: %+v", v)
	}
}

// What was found in the bytes by this end may be the fault of something in between, and is tried again; the same code in
// the server's close frame is its judgement.
func TestBrokenBytesAreTriedAgain(t *testing.T) {
	found := &holdfast.Error{Code: holdfast.CodeProtocolError, Op: client.OpInbound}
	if v := client.Classify(found); v.Class != client.ClassProtocol || !v.Retryable {
		t.Errorf("%+v", v)
	}
	never := &client.Classes{Strategies: map[client.Class]client.Strategy{client.ClassProtocol: {Retry: client.RetryNever}}}
	if v := never.Classify(found); v.Retryable {
		t.Errorf("although never: %+v", v)
	}
	if v := client.Classify(websocket.CloseError{Code: 1002}); v.Class != client.ClassProtocol || v.Retryable {
		t.Errorf("the server's: %+v", v)
	}
}

// The hint and the time to wait are those of the error, from the outermost that has some.
func TestVerdictsTellMore(t *testing.T) {
	inner := &holdfast.Error{Code: holdfast.CodeHTTPUnavailable, RetryAfter: 7 * time.Second, Hint: "wait a week"}
	v := client.Classify(&holdfast.Error{Code: holdfast.CodeDisconnected, Cause: fmt.Errorf("wrapped: %w", inner)})
	if want := (client.Verdict{Class: client.ClassOverload, Retryable: true, Code: 503, Status: 503, RetryAfter: 7 * time.Second, Hint: "wait a week"}); v != want {
		t.Errorf("%+v\nwant %+v", v, want)
	}
	if v := client.Classify(&holdfast.Error{Code: holdfast.CodeCircuitOpen, RetryAfter: -time.Second}); v.RetryAfter != 0 || v.Hint != holdfast.CodeCircuitOpen.Hint() {
		t.Errorf("%+v", v)
	}
	if v := client.Classify(&holdfast.Error{Code: 4398}); v.Hint != client.ClassPolicy.Hint() {
		t.Errorf("an unknown code: %+v", v)
	}
}

// Whatever an error is wrapped in, it stays what it is. Nothing makes Classify panic.
func TestWrappedFailuresKeepTheirClasses(t *testing.T) {
	var names []string
	for name := range failures {
		names = append(names, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		f := failures[rapid.SampledFrom(names).Draw(t, "failure")]
		err, want := f.err, client.Classify(f.err)
		for range rapid.IntRange(0, 150).Draw(t, "deep") {
			switch rapid.IntRange(0, 2).Draw(t, "wrapped in") {
			case 0:
				err = fmt.Errorf("while it rained: %w", err)
			case 1:
				err = errors.Join(nil, err)
			default:
				err = &holdfast.Error{Code: 0, Op: "connect", Cause: err}
			}
		}
		got := client.Classify(err)
		if got != want {
			t.Fatalf("%v: %+v, want %+v", err, got, want)
		}
	})
}
