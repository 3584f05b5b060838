package client

import (
	"context"
	"encoding/json"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
)

// MessageKind is what a WebSocket message holds.
type MessageKind uint8

const (
	// TextMessage holds UTF-8.
	TextMessage MessageKind = iota + 1
	// BinaryMessage holds any bytes.
	BinaryMessage
)

// String returns "text" or "binary".
func (k MessageKind) String() string { return name(int(k), "none", "text", "binary") }

func (k MessageKind) wire() websocket.MessageType {
	if k == TextMessage {
		return websocket.MessageText
	}
	return websocket.MessageBinary
}

// Message is one WebSocket message.
type Message struct {
	Kind MessageKind
	Data []byte
}

// Text makes a text message. It must be UTF-8, or servers end the connection with 1007.
func Text(s string) Message { return Message{TextMessage, []byte(s)} }

// Bytes makes a binary message. The bytes are not copied until it is sent.
func Bytes(b []byte) Message { return Message{BinaryMessage, b} }

// JSON reads the message, of either kind, as JSON into v. It fails with CodeBadPayload.
func (m Message) JSON(v any) error {
	if err := json.Unmarshal(m.Data, v); err != nil {
		return &holdfast.Error{Code: holdfast.CodeBadPayload, Op: "read a message as JSON", Cause: err}
	}
	return nil
}

// SendOption changes one send.
type SendOption func(*sendOptions)

type sendOptions struct {
	expires time.Time
	conn    uint64
}

// WithExpiry drops the message (and an event tells) if it was not written within d. Default: QueueOptions.TTL.
func WithExpiry(d time.Duration) SendOption {
	return func(o *sendOptions) { o.expires = time.Now().Add(d) }
}

// OnConnection has the message written on connection n (see [Socket.Connection]) or not at all: Send fails with CodeDisconnected if that has
// ended, and what was not written when it ends is dropped, and not kept in QueueOptions.File. It is for what means nothing, or
// harm, on a later connection: a request whose failure is told, an acknowledgement.
func OnConnection(n uint64) SendOption {
	return func(o *sendOptions) { o.conn = n }
}

// Setup is a connection that is not open yet, for SocketOptions.OnOpen alone.
type Setup struct {
	conn   *websocket.Conn
	number uint64
	mode   HeartbeatMode
}

// Connection returns the connection's number; see [Socket.Connection].
func (u *Setup) Connection() uint64 { return u.number }

// SetHeartbeat changes what a heartbeat is on this connection, where that depends on what the server chose. Default: Heartbeat.Mode.
func (u *Setup) SetHeartbeat(m HeartbeatMode) { u.mode = m }

// Send writes a message at once.
func (u *Setup) Send(ctx context.Context, m Message) error {
	return u.conn.Write(ctx, m.Kind.wire(), m.Data)
}

// SendJSON writes a text message with v as JSON at once.
func (u *Setup) SendJSON(ctx context.Context, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "send", Detail: "v cannot be written as JSON", Cause: err}
	}
	return u.Send(ctx, Message{TextMessage, data})
}

// Receive returns the next message. When ctx ends the attempt has failed.
func (u *Setup) Receive(ctx context.Context) (Message, error) {
	typ, data, err := u.conn.Read(ctx)
	if err != nil {
		return Message{}, err
	}
	return Message{kindOf(typ), data}, nil
}

// Subprotocol returns what the server chose, or "".
func (u *Setup) Subprotocol() string { return u.conn.Subprotocol() }

func kindOf(t websocket.MessageType) MessageKind {
	if t == websocket.MessageText {
		return TextMessage
	}
	return BinaryMessage
}
