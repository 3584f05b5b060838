package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
)

// ofTLS knows every error with which crypto/tls and crypto/x509 end a connection. Only some have types: those that are
// plain texts begin with the name of their package, and alerts are known by the operation that net.OpError names.
func ofTLS(err error) (finding, bool) {
	f := finding{class: ClassTLS}
	found := false
	eachError(err, func(err error) bool {
		switch e := err.(type) {
		case x509.HostnameError, *x509.HostnameError:
			f.hint = "the certificate is for another name: check the host in the URL"
		case x509.UnknownAuthorityError, *x509.UnknownAuthorityError, x509.SystemRootsError, *x509.SystemRootsError:
			f.hint = "the certificate was issued by somebody unknown: add their certificate to the roots"
		case x509.CertificateInvalidError:
			if e.Reason == x509.Expired {
				f.hint = "the certificate is not valid now: renew it, or set this machine's clock"
			}
		case tls.RecordHeaderError:
			f.hint = noTLS
		case tls.AlertError:
			f.retry = passing(e.Error())
		case *net.OpError:
			if e.Op != "remote error" && e.Op != "local error" || e.Err == nil {
				return false
			}
			f.retry = passing(e.Err.Error())
		case *tls.CertificateVerificationError, *tls.ECHRejectionError, x509.ConstraintViolationError,
			x509.UnhandledCriticalExtension, x509.InsecureAlgorithmError:
		default:
			if errors.Is(err, http.ErrSchemeMismatch) {
				f.hint = noTLS
			} else if !saysTLS(err) {
				return false
			}
		}
		found = true
		return f.hint != "" || f.retry != RetryDefault // below may be something more definite
	})
	return f, found
}

// saysTLS knows an error by its text, if there is none below it that says more. A timeout, and a connection that was being
// shut anyway, are not about TLS.
func saysTLS(err error) bool {
	switch e := err.(type) {
	case interface{ Unwrap() error }, interface{ Unwrap() []error }:
		return false
	case net.Error:
		if e.Timeout() {
			return false
		}
	}
	text := err.Error()
	return strings.HasPrefix(text, "tls: ") && text != "tls: protocol is shutdown" || strings.HasPrefix(text, "x509: ")
}

const noTLS = "the server does not speak TLS at this port: use ws://, or its port for TLS"

// passing says whether an alert is about bytes or the moment, and not about what the two sides can do. The numbers are
// those of RFC 8446, section 6: bad_record_mac, record_overflow, decode_error, decrypt_error, internal_error, user_canceled.
func passing(text string) RetryMode {
	for _, alert := range [...]tls.AlertError{20, 22, 50, 51, 80, 90} {
		if text == alert.Error() {
			return RetryAlways
		}
	}
	return RetryDefault
}
