package auth

import (
	"net/http"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Reason says why a client shows its credentials.
type Reason uint8

const (
	// ReasonHello is a client that has just connected.
	ReasonHello Reason = iota
	// ReasonRefresh is one that is connected, and gives its next token before the present one ends.
	ReasonRefresh
)

// String returns "hello" or "refresh".
func (r Reason) String() string {
	if r == ReasonRefresh {
		return "refresh"
	}
	return "hello"
}

// Credentials are what a client shows.
type Credentials struct {
	// Token from the hello, or from the refresh frame. Empty if there was none; it may be in Request then, see [Token].
	Token string
	// User that the client expects to be; the server refuses it if the answer is another one. At a refresh, who it is.
	User string
	// Request is the upgrade request, also at a refresh. It is shared, and not to be changed.
	Request *http.Request
	// Reason for asking.
	Reason Reason
}

// User is who a client is.
type User struct {
	// ID names the user; records that it publishes carry it. At most 255 bytes.
	ID string
	// Expires is when the client must have shown new credentials; it is disconnected with CodeTokenExpired otherwise. Zero: never.
	Expires time.Time
	// Claims are what else is known of the user: a token's claims, or what a webhook said. Values are as encoding/json decodes
	// them. They may be read concurrently, and are not to be changed. Optional.
	Claims map[string]any
}

// What is said in Error.Op.
const (
	opAuthenticate = "authenticate"
	opKeys         = "read keys"
)

func refuse(code holdfast.Code, detail string) *holdfast.Error {
	return &holdfast.Error{Code: code, Op: opAuthenticate, Detail: detail}
}

func badOption(detail string) error {
	return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "configure authentication", Detail: detail}
}

func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
