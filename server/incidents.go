package server

import (
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/monitor"
)

// incidentKind says to what something happened.
type incidentKind uint8

const (
	incidentTurnedAway incidentKind = iota // a connection that was not taken in
	incidentClosed                         // one that was closed
	incidentDeclined                       // a frame that its connection outlived
	incidentAccept                         // the listener
)

// String returns the word that openapi.json uses.
func (k incidentKind) String() string {
	return [...]string{"turned_away", "closed", "declined", "accept"}[k]
}

// maxIncidents bounds how many errors are remembered one by one.
const maxIncidents = 100

// incidents are the latest errors. The zero value is ready to use.
type incidents struct {
	mu   sync.Mutex
	ring *monitor.Ring[incident]
}

type incident struct {
	at   time.Time
	kind incidentKind
	code holdfast.Code
}

// add remembers an error; a code that is none is left out.
func (l *incidents) add(kind incidentKind, code holdfast.Code) {
	if kind == incidentClosed && !failure(code) {
		return
	}
	now := time.Now()
	l.mu.Lock()
	if l.ring == nil {
		l.ring = monitor.NewRing[incident](maxIncidents)
	}
	l.ring.Add(incident{now, kind, code})
	l.mu.Unlock()
}

// list returns them, the oldest first.
func (l *incidents) list() []incident {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ring == nil {
		return nil
	}
	return l.ring.Values()
}

func (l *incidents) clear() {
	l.mu.Lock()
	l.ring = nil
	l.mu.Unlock()
}

// failure reports whether a connection that ended with a code counts as an error.
func failure(code holdfast.Code) bool {
	switch code {
	case holdfast.CodeNormal, holdfast.CodeGoingAway, holdfast.CodeNoStatus, holdfast.CodeServiceRestart, holdfast.CodeDraining,
		holdfast.CodeBye, holdfast.CodeReplaced, holdfast.CodeIdle, holdfast.CodeRevoked:
		return false
	}
	return true
}

// classOf returns a code's class, as spec/classes.json has it.
func classOf(code holdfast.Code) string {
	switch code {
	case holdfast.CodeHeartbeatTimeout, holdfast.CodeWriteTimeout, holdfast.CodeAckTimeout, holdfast.CodeHelloTimeout, holdfast.CodeTimeout:
		return "timeout"
	case holdfast.CodeHTTPTooManyRequests, holdfast.CodeRateLimited, holdfast.CodeTooManyForUser, holdfast.CodeTooManyForAddress:
		return "rate_limit"
	case holdfast.CodeHTTPUnauthorized:
		return "authentication"
	case holdfast.CodeTLS:
		return "tls"
	case holdfast.CodeAbnormal, holdfast.CodeDisconnected, holdfast.CodeIO, holdfast.CodeRetriesExhausted:
		return "network"
	case holdfast.CodeNormal, holdfast.CodeReplaced, holdfast.CodeClosed, holdfast.CodeCanceled:
		return "closed"
	case holdfast.CodeHTTPBadRequest, holdfast.CodeHTTPNotFound, holdfast.CodeHTTPUpgradeRequired, holdfast.CodeProtocolError, holdfast.CodeUnsupportedData, holdfast.CodeInvalidPayload, holdfast.CodeExtensionRequired,
		holdfast.CodeBadFrame, holdfast.CodeUnsupportedProtocol, holdfast.CodeBadPayload, holdfast.CodeUnexpectedFrame, holdfast.CodeNotHoldfast:
		return "protocol"
	case holdfast.CodeDraining, holdfast.CodeStoreUnavailable, holdfast.CodeGoingAway, holdfast.CodeNoStatus, holdfast.CodeInternalError,
		holdfast.CodeServiceRestart, holdfast.CodeIdle:
		return "server"
	case holdfast.CodeHTTPUnavailable, holdfast.CodeTryAgainLater, holdfast.CodeOutboxFull, holdfast.CodeQueueFull:
		return "overload"
	case holdfast.CodePolicy, holdfast.CodeMessageTooBig:
		return "policy"
	}
	return classOfRange(code)
}

func classOfRange(code holdfast.Code) string {
	switch {
	case code >= 400 && code < 500:
		return "policy"
	case code >= 4000 && code < 4100, code >= 500 && code < 600:
		return "server"
	case code >= 4100 && code < 4200:
		return "overload"
	case code >= 4200 && code < 4300:
		return "authentication"
	case code >= 4300 && code < 4400:
		return "policy"
	}
	return "application"
}
