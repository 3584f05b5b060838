// Package envelope reads and writes the messages of the envelope dialect (docs/envelope.md): JSON objects that name their own type,
// as many small WebSocket clients speak them. It is pure: it has no socket and no clock. [Parse] reads what a client sends, the
// Append functions write what a server says, [Arrivals] decides what a client is done with, and [Recent] which of its messages came
// before.
package envelope

import (
	"github.com/holdfast-ws/holdfast"
)

// The headers of records that came by an envelope.
const (
	// HeaderID holds the id that the sender has given its message, as JSON.
	HeaderID = "envelope-id"
	// HeaderWhole is on a record that is an object of the application's own, and is delivered as it is.
	HeaderWhole = "envelope-whole"
)

// MaxID is the longest id of a message, in bytes of JSON.
const MaxID = 256

// DefaultChannel is the channel of a client that names none.
const DefaultChannel = "default"

func bad(detail, hint string) error {
	return &holdfast.Error{Code: holdfast.CodeBadPayload, Op: "read envelope", Detail: detail, Hint: hint}
}
