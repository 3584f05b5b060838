package wire

import "strconv"

// Codec is how frames are written.
type Codec uint8

const (
	// JSON writes each frame as one line of JSON. Messages are WebSocket text messages.
	JSON Codec = iota
	// Binary writes each frame with its length before it. Messages are WebSocket binary messages.
	Binary
)

var subprotocols = [...]string{JSON: "holdfast.v1.json", Binary: "holdfast.v1.bin"}

// Subprotocol returns the WebSocket subprotocol that asks for this codec.
func (c Codec) Subprotocol() string {
	if int(c) < len(subprotocols) {
		return subprotocols[c]
	}
	return ""
}

// CodecOf returns the codec that a WebSocket subprotocol asks for, and false if there is none.
func CodecOf(subprotocol string) (Codec, bool) {
	for c, s := range subprotocols {
		if s == subprotocol {
			return Codec(c), true
		}
	}
	return 0, false
}

// String returns "json" or "binary".
func (c Codec) String() string {
	switch c {
	case JSON:
		return "json"
	case Binary:
		return "binary"
	}
	return "codec " + strconv.Itoa(int(c))
}

// Type says which frame it is. Below 32 a client sends it; TypePing, TypePong and TypeRefresh are sent by both ends.
type Type uint8

// The frame types, with the numbers that binary frames carry.
const (
	TypeHello       Type = 1
	TypePublish     Type = 2
	TypeSkip        Type = 3
	TypeSubscribe   Type = 4
	TypeUnsubscribe Type = 5
	TypeAck         Type = 6
	TypeCall        Type = 7
	TypeRefresh     Type = 8
	TypePing        Type = 9
	TypePong        Type = 10
	TypeBye         Type = 11

	TypeWelcome      Type = 32
	TypeStored       Type = 33
	TypeRefused      Type = 34
	TypeRecord       Type = 35
	TypePass         Type = 36
	TypeGap          Type = 37
	TypeSubscribed   Type = 38
	TypeUnsubscribed Type = 39
	TypeReply        Type = 40
	TypeJoin         Type = 41
	TypeLeave        Type = 42
	TypeReceipt      Type = 43
	TypeReconnect    Type = 44
)

// typeNames are what JSON frames carry under "t".
var typeNames = [...]string{
	TypeHello:        "hello",
	TypePublish:      "publish",
	TypeSkip:         "skip",
	TypeSubscribe:    "subscribe",
	TypeUnsubscribe:  "unsubscribe",
	TypeAck:          "ack",
	TypeCall:         "call",
	TypeRefresh:      "refresh",
	TypePing:         "ping",
	TypePong:         "pong",
	TypeBye:          "bye",
	TypeWelcome:      "welcome",
	TypeStored:       "stored",
	TypeRefused:      "refused",
	TypeRecord:       "record",
	TypePass:         "pass",
	TypeGap:          "gap",
	TypeSubscribed:   "subscribed",
	TypeUnsubscribed: "unsubscribed",
	TypeReply:        "reply",
	TypeJoin:         "join",
	TypeLeave:        "leave",
	TypeReceipt:      "receipt",
	TypeReconnect:    "reconnect",
}

// String returns the name that JSON frames carry.
func (t Type) String() string {
	if t.known() {
		return typeNames[t]
	}
	return "type " + strconv.Itoa(int(t))
}

func (t Type) known() bool { return int(t) < len(typeNames) && typeNames[t] != "" }
