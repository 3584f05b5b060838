package load

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Dialect is how a kind of server is spoken to. A Dialect is used by many goroutines; a Conversation is one connection's.
type Dialect interface {
	Name() string
	// Request says what the upgrade asks for.
	Request() Request
	// Open begins the conversation of one connection. It is used by one goroutine that reads and one that writes; what they
	// share it guards itself.
	Open(Role) Conversation
}

// Request is what the upgrade asks for.
type Request struct {
	// Path of the endpoint. Default: "/".
	Path string
	// Subprotocols that are offered. Default: none.
	Subprotocols []string
	// Extensions that are offered, such as [Deflate]. Default: none.
	Extensions string
	// Header has further lines. Default: none.
	Header http.Header
}

// Deflate is the extension of permessage-deflate as a load asks for it. What comes is inflated; what goes is not deflated, so that
// it costs the load nothing.
const Deflate = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

// Role is what a connection is there for.
type Role struct {
	// Subscribe has the channels to subscribe to. Default: none.
	Subscribe []string
	// Resume is where to go on. Default: nothing that came before.
	Resume *Place
	// Start begins with the oldest that the server keeps, where it has a log and Resume is nil. Default: at the head.
	Start bool
	// Publishes says that it publishes, and wants to be told what was taken. Default: it does not.
	Publishes bool
}

// Place is where a subscriber has come to; what is in it is the dialect's own (epoch and offset, term and offset, …).
type Place struct {
	Epoch  string
	Offset uint64
}

// Conversation is what is said on one connection.
type Conversation interface {
	// Hello appends the frames (whole, masked) that are sent after the upgrade.
	Hello(dst []byte) []byte
	// Publish appends the frames that publish payload, and no others.
	Publish(dst []byte, channel string, payload []byte) []byte
	// Received takes one whole message of the server (inflated), and tells what it was. What it appends to reply is sent.
	// Pings and closes of WebSocket do not come here.
	Received(op byte, message []byte, ev *Event, reply []byte) []byte
}

// Event is what one message has brought. Who calls Received resets it before each message; slices are reused.
type Event struct {
	Ready    int      // subscriptions that have been confirmed; a connection that only publishes counts 1 when it may
	Acked    int      // publishes that the server has acknowledged (a cumulative ack counts all that it covers)
	Payloads [][]byte // payloads of deliveries, in place, valid until the next message
	Place    Place    // after this message, where the dialect has one; Epoch stays what it was where the message names none
	Err      string   // what was refused, or not understood
}

// Reset makes it ready for the next message.
func (e *Event) Reset() {
	e.Ready, e.Acked, e.Err = 0, 0, ""
	e.Payloads = e.Payloads[:0]
}

var dialects = map[string]Dialect{}

// register is called by each file of a dialect.
func register(d Dialect) { dialects[d.Name()] = d }

// DialectOf returns the dialect of that name.
func DialectOf(name string) (Dialect, error) {
	if d := dialects[name]; d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("no dialect is called %q; there are %s", name, strings.Join(Dialects(), ", "))
}

// Dialects returns the names of all dialects.
func Dialects() []string {
	var names []string
	for n := range dialects {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
