package envelope

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Kind says what a message asks for.
type Kind uint8

const (
	// Nothing is to be done: an answer to a heartbeat, say.
	Nothing Kind = iota
	// Data is to be published, and answered with an ACK.
	Data
	// Object is to be published whole. It is answered if it has an ID.
	Object
	// Ack says that the client has the record named by Of.
	Ack
	// Heartbeat is answered with an ACK of its ID.
	Heartbeat
	// Ping is answered with Reply, as it is.
	Ping
	// Auth brings Token.
	Auth
	// Subscribe and Unsubscribe name a channel.
	Subscribe
	Unsubscribe
)

// Message is one message of a client's. Its slices alias what was parsed.
type Message struct {
	Kind Kind
	// ID that the client gave the message, a JSON string or number; nil without one.
	ID []byte
	// Stamp is its timestamp, a JSON number; nil without one.
	Stamp []byte
	// Channel to publish to or to subscribe to; empty: the connection's.
	Channel string
	// Data to publish, one JSON value, as records have it.
	Data []byte
	// Of is the id of the record that an Ack is about.
	Of string
	// Token of an Auth.
	Token string
	// Reply to a Ping.
	Reply string
}

// pings are the texts that heartbeats of some clients consist of, with what answers them.
var pings = map[string]string{"ping": "pong", "PING": "pong", "heartbeat": "pong", "pong": "", "PONG": ""}

// options of reading: names may repeat and escapes may name half a surrogate pair, as browsers allow.
var options = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// Parse reads a text message. The error is a *holdfast.Error with CodeBadPayload that names the field; the message then has the ID
// all the same if that could be read, so that the answer can name it.
func Parse(text []byte) (Message, error) {
	if reply, ok := pings[string(text)]; ok {
		if reply == "" {
			return Message{}, nil
		}
		return Message{Kind: Ping, Reply: reply}, nil
	}
	if !utf8.Valid(text) {
		return Message{}, bad("message: not UTF-8", "")
	}
	f, err := fieldsOf(text)
	if err != nil {
		return Message{}, err
	}
	m := Message{ID: f.id, Stamp: f.stamp}
	if len(m.ID) > MaxID {
		m.ID = nil
		return m, bad("id: "+strconv.Itoa(len(f.id))+" bytes; the limit is "+strconv.Itoa(MaxID), "make ids shorter")
	}
	return m, m.fill(text, &f)
}

const hint = "send a JSON object, or the text ping"

// fields are the members of an object that mean something here, as JSON; nil where there is none.
type fields struct {
	id, stamp, typ, cmd, data, channel, token []byte
}

// fieldsOf reads an object. Of members with the same name the last counts, as in JavaScript.
func fieldsOf(text []byte) (f fields, err error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(text), options...)
	if d.PeekKind() != '{' {
		return f, bad("message: not a JSON object", hint)
	}
	if _, err := d.ReadToken(); err != nil {
		return f, notJSON(err)
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return f, notJSON(err)
		}
		at := f.member(name.String())
		v, err := d.ReadValue()
		if err != nil {
			return f, notJSON(err)
		}
		if at != nil {
			end := int(d.InputOffset())
			*at = text[end-len(v) : end : end]
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return f, notJSON(err)
	}
	if d.PeekKind() != 0 || len(bytes.TrimSpace(text[d.InputOffset():])) > 0 {
		return f, bad("message: more than one JSON value", "send each object in a message of its own")
	}
	f.id, f.stamp = only(f.id, '"', '0'), only(f.stamp, '0')
	return f, nil
}

// notJSON says where an object cannot be read.
func notJSON(err error) error {
	detail := "message: not JSON"
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		detail += " at byte " + strconv.FormatInt(e.ByteOffset, 10)
	}
	return bad(detail, hint)
}

// member returns where a member is kept, or nil.
func (f *fields) member(name string) *[]byte {
	switch name {
	case "id":
		return &f.id
	case "timestamp":
		return &f.stamp
	case "type":
		return &f.typ
	case "cmd":
		return &f.cmd
	case "data":
		return &f.data
	case "channel":
		return &f.channel
	case "token":
		return &f.token
	}
	return nil
}

// only returns v if it is of one of these kinds.
func only(v []byte, kinds ...jsontext.Kind) []byte {
	for _, k := range kinds {
		if len(v) > 0 && jsontext.Value(v).Kind() == k {
			return v
		}
	}
	return nil
}

// text returns what a JSON string says, or "" of anything else.
func text(v []byte) string {
	if v = only(v, '"'); v == nil {
		return ""
	}
	s, err := jsontext.AppendUnquote(nil, v)
	if err != nil { // half a surrogate pair, which has become U+FFFD
		s = bytes.ToValidUTF8(s, []byte("\uFFFD"))
	}
	return string(s)
}

// fill goes by the type.
func (m *Message) fill(whole []byte, f *fields) error {
	channel := text(f.channel)
	switch typ := text(f.typ); typ {
	case "DATA":
		m.Kind, m.Channel, m.Data = Data, channel, f.data
		if f.channel != nil && channel == "" {
			return bad("channel: a text is wanted", "")
		}
		if m.Data == nil {
			m.Data = []byte("null")
		}
		m.Data = wire.NormalizeJSON(nil, m.Data)
	case "ACK":
		m.Kind, m.Of = Ack, acked(f.data)
	case "HEARTBEAT":
		m.Kind = Heartbeat
	case "ping":
		m.Kind, m.Reply = Ping, `{"type":"pong"}`
	case "pong", "RECONNECT", "ERROR":
		m.Kind = Nothing
	case "auth":
		m.Kind, m.Token = Auth, text(f.token)
		if m.Token == "" {
			return bad("token: a text is wanted", "send {\"type\":\"auth\",\"token\":\"…\"}")
		}
	case "subscribe", "unsubscribe":
		m.Kind, m.Channel = Subscribe, channel
		if typ == "unsubscribe" {
			m.Kind = Unsubscribe
		}
		if channel == "" {
			return bad("channel: a text is wanted", "")
		}
	default:
		if f.typ == nil && text(f.cmd) == "heartbeat" {
			m.Kind, m.Reply = Ping, `{"cmd":"pong"}`
			return nil
		}
		m.Kind, m.Data = Object, wire.NormalizeJSON(nil, whole)
	}
	return nil
}

// acked reads the messageId of an ACK's data; what cannot be read is about no record of ours.
func acked(data []byte) string {
	if only(data, '{') == nil {
		return ""
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(data), options...)
	d.ReadToken() //nolint:errcheck // the value was read before
	id := ""
	for d.PeekKind() == '"' {
		name, _ := d.ReadToken()
		is := name.String() == "messageId"
		v, err := d.ReadValue()
		if err != nil {
			return ""
		}
		if is {
			id = text(v)
		}
	}
	return id
}
