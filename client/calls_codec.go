package client

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/holdfast-ws/holdfast"
)

// CallCodec writes requests and recognises answers. It may be called concurrently.
type CallCodec interface {
	// Request makes the message that asks for a method. The id is unique among the requests of a Calls.
	Request(id uint64, method string, params any) (Message, error)
	// Answer says whether a message may be an answer, and to what. Of what a message holds nothing may be believed.
	Answer(m Message) (a Answer, ok bool)
}

// Answer is what a server said to a request.
type Answer struct {
	// ID of the request.
	ID uint64
	// Result as it came: JSON with JSONCalls.
	Result []byte
	// Err is the server's error, nil if the call succeeded. JSONCalls gives a *CallError.
	Err error
}

// JSONCalls is the codec for JSON in text messages:
//
//	{"id":1,"method":"add","params":[1,2]}
//	{"id":1,"result":3}  {"id":1,"error":{"code":-32601,"message":"no such method"}}
//
// Params that are nil are left out. A message is an answer if its id is a whole number from 0 up, or one as a string, and it has no
// method: a server's own requests and notifications are none. An answer with neither result nor error is itself the result.
type JSONCalls struct {
	// Version is sent as "jsonrpc"; JSON-RPC 2.0 wants "2.0" (www.jsonrpc.org/specification). Default: not sent. Answers are taken with any.
	Version string
}

// CallError is the error of an answer. Where the server gave an object it has its fields; else Data is what it gave, and Message that as text.
type CallError struct {
	Code    int64           `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

// Error returns the message and the code.
func (e *CallError) Error() string {
	if e.Code == 0 {
		return e.Message
	}
	return e.Message + " (" + strconv.FormatInt(e.Code, 10) + ")"
}

// Request implements CallCodec. It fails with CodeBadArgument if params cannot be JSON.
func (c JSONCalls) Request(id uint64, method string, params any) (Message, error) {
	b, err := json.Marshal(struct {
		Version string `json:"jsonrpc,omitempty"`
		ID      uint64 `json:"id"`
		Method  string `json:"method"`
		Params  any    `json:"params,omitempty"`
	}{c.Version, id, method, params})
	if err != nil {
		return Message{}, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "call " + method, Detail: "params cannot be written as JSON", Cause: err}
	}
	return Message{TextMessage, b}, nil
}

// Answer implements CallCodec.
func (c JSONCalls) Answer(m Message) (Answer, bool) {
	var got struct {
		ID     json.RawMessage `json:"id"`
		Method json.RawMessage `json:"method"`
		Result json.RawMessage `json:"result"`
		Error  json.RawMessage `json:"error"`
	}
	if m.Kind != TextMessage || json.Unmarshal(m.Data, &got) != nil || got.ID == nil || got.Method != nil {
		return Answer{}, false
	}
	digits := bytes.Trim(got.ID, `"`)
	id, err := strconv.ParseUint(string(digits), 10, 64)
	if err != nil || len(got.ID) != len(digits) && len(got.ID) != len(digits)+2 {
		return Answer{}, false
	}
	a := Answer{ID: id, Result: got.Result}
	switch {
	case got.Error != nil && string(got.Error) != "null":
		a.Result, a.Err = nil, callError(got.Error)
	case got.Result == nil && got.Error == nil:
		a.Result = m.Data
	}
	return a, true
}

func callError(raw json.RawMessage) *CallError {
	var e CallError
	if raw[0] == '{' && json.Unmarshal(raw, &e) == nil && (e.Message != "" || e.Code != 0) {
		return &e
	}
	e = CallError{Data: raw, Message: string(raw)}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		e.Message = text
	}
	return &e
}
