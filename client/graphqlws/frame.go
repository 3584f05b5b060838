package graphqlws

import (
	"bytes"
	"encoding/json"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

const (
	// Subprotocol is graphql-transport-ws.
	Subprotocol = "graphql-transport-ws"
	// SubprotocolLegacy is that of subscriptions-transport-ws.
	SubprotocolLegacy = "graphql-ws"
)

// dialect is how a protocol calls things.
type dialect struct{ start, stop, next string }

var (
	transport = dialect{"subscribe", "complete", "next"}
	legacy    = dialect{"start", "stop", "data"}
)

func dialectOf(subprotocol string) (dialect, bool) {
	switch subprotocol {
	case Subprotocol:
		return transport, true
	case SubprotocolLegacy:
		return legacy, true
	}
	return dialect{}, false
}

// frame is a message of either protocol.
type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func (f frame) message() client.Message {
	b, err := json.Marshal(f)
	if err != nil { // a Payload that is not JSON, which nothing here makes
		panic(err)
	}
	return client.Message{Kind: client.TextMessage, Data: b}
}

// parse reads a frame. A frame without a type is none.
func parse(m client.Message) (frame, bool) {
	var f frame
	if m.Kind != client.TextMessage || json.Unmarshal(m.Data, &f) != nil || f.Type == "" {
		return frame{}, false
	}
	return f, true
}

// result reads the payload of a next or data frame.
func (f *frame) result() (Result, bool) {
	var r struct {
		Data, Extensions json.RawMessage
		Errors           json.RawMessage
	}
	if !isObject(f.Payload) || json.Unmarshal(f.Payload, &r) != nil {
		return Result{}, false
	}
	result := Result{Data: r.Data, Extensions: r.Extensions}
	if len(r.Errors) > 0 && string(r.Errors) != "null" {
		if result.Errors = readErrors(r.Errors); result.Errors == nil {
			return Result{}, false
		}
	}
	return result, true
}

// readErrors reads a list of errors, or the legacy protocol's single one. It returns nil if it is neither.
func readErrors(b json.RawMessage) Errors {
	var list Errors
	if json.Unmarshal(b, &list) == nil {
		for i, e := range list {
			if e == nil {
				list[i] = &Error{}
			}
		}
		return list
	}
	var one Error
	if isObject(b) && json.Unmarshal(b, &one) == nil {
		return Errors{&one}
	}
	return nil
}

// failure is what an error frame says.
func (f *frame) failure(op string) error {
	e := &holdfast.Error{Code: holdfast.CodeCallFailed, Op: op, Detail: "the server refused the operation"}
	if errs := readErrors(f.Payload); len(errs) > 0 {
		e.Cause = errs
	}
	return e
}

func isObject(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && b[0] == '{'
}
