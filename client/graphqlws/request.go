package graphqlws

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/holdfast-ws/holdfast"
)

// Request is an operation.
type Request struct {
	// Query is the document.
	Query string `json:"query"`
	// OperationName says which operation of the document, where there are several. Optional.
	OperationName string `json:"operationName,omitempty"`
	// Variables must be a JSON object. Optional.
	Variables any `json:"variables,omitempty"`
	// Extensions must be a JSON object. Optional.
	Extensions any `json:"extensions,omitempty"`
}

func (r *Request) op(verb string) string { return strings.TrimSuffix(verb+" "+r.OperationName, " ") }

// Result is one result of an operation.
type Result struct {
	// Data as JSON; nil or "null" if there is none.
	Data json.RawMessage
	// Errors of the execution; beside them there may be Data.
	Errors Errors
	// Extensions as JSON, nil if there are none.
	Extensions json.RawMessage
	// Gap is what may be missing right before this result; zero: nothing.
	Gap Gap
}

// Gap says that results of a subscription may be missing.
type Gap struct {
	// Reconnects is how often the subscription was sent again because its connection had ended. What the server published in between is missing.
	Reconnects int
	// Dropped is how many results were dropped because the application was too slow.
	Dropped int
}

// IsZero tells whether nothing is missing.
func (g Gap) IsZero() bool { return g == Gap{} }

func (g Gap) plus(h Gap) Gap { return Gap{g.Reconnects + h.Reconnects, g.Dropped + h.Dropped} }

// Decode reads the data into v. If the result has errors it fails with CodeCallFailed, with Errors as the cause, and v has
// what data there is. Data that does not fit fails with CodeBadPayload.
func (r Result) Decode(v any) error {
	if len(r.Data) > 0 && string(r.Data) != "null" {
		if err := json.Unmarshal(r.Data, v); err != nil && len(r.Errors) == 0 {
			return &holdfast.Error{Code: holdfast.CodeBadPayload, Op: "read a GraphQL result", Detail: "the data does not fit", Cause: err}
		}
	}
	if len(r.Errors) > 0 {
		return &holdfast.Error{Code: holdfast.CodeCallFailed, Op: "read a GraphQL result", Detail: "the server answered with errors", Cause: r.Errors}
	}
	return nil
}

// Errors are what a server has to say of an operation. errors.As finds it, and each Error in it.
type Errors []*Error

// Error returns all messages.
func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, one := range e {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the single errors.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}

// Error is a GraphQL error (GraphQL specification of October 2021, 7.1.2).
type Error struct {
	Message   string     `json:"message"`
	Locations []Location `json:"locations,omitempty"`
	// Path to the field in the result: strings, and float64 for places in lists.
	Path       []any          `json:"path,omitempty"`
	Extensions map[string]any `json:"extensions,omitempty"`
}

// Location is a place in the document, from 1 up.
type Location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Error returns the message, and where.
func (e *Error) Error() string {
	if len(e.Locations) == 0 {
		return e.Message
	}
	return e.Message + " (line " + strconv.Itoa(e.Locations[0].Line) + ", column " + strconv.Itoa(e.Locations[0].Column) + ")"
}
