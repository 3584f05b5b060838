package load

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// socketIO is what bench/peers/socketio speaks: packets of Socket.IO protocol 5 in those of Engine.IO protocol 4, as text. A channel
// is a room that is joined by the event "sub"; "pub" publishes and is answered by its acknowledgement callback.
//
// A Place has the session's private id and the time in the offset of the last event. A server recovers a session only after its
// connection has ended, and only if the client names an event that it has seen: a Place is good for one connection, and only after a
// delivery.
type socketIO struct{}

func init() { register(socketIO{}) }

func (socketIO) Name() string             { return "socket.io" }
func (socketIO) Request() Request         { return Request{Path: "/socket.io/?EIO=4&transport=websocket"} }
func (socketIO) Open(r Role) Conversation { return &socketIOTalk{role: r, next: len(r.Subscribe)} }

type socketIOTalk struct {
	role Role
	next int // id of the next publish; the ids before the first are those of the subscriptions
}

func (t *socketIOTalk) Hello(dst []byte) []byte {
	if r := t.role.Resume; r != nil {
		auth, _ := json.Marshal(map[string]string{"pid": r.Epoch, "offset": string(appendYeast(nil, r.Offset))})
		return AppendFrame(dst, OpText, []byte("40"), auth)
	}
	return AppendFrame(dst, OpText, []byte("40"))
}

func (t *socketIOTalk) Publish(dst []byte, channel string, payload []byte) []byte {
	var b [300]byte
	h := append(b[:0], "42"...)
	h = strconv.AppendInt(h, int64(t.next), 10)
	t.next++
	h = append(h, `["pub","`...)
	h = append(h, channel...)
	h = append(h, `",`...)
	return AppendFrame(dst, OpText, h, payload, []byte{']'})
}

var socketIOMessage = []byte(`42["msg",`)

func (t *socketIOTalk) Received(_ byte, m []byte, ev *Event, reply []byte) []byte {
	if r, ok := bytes.CutPrefix(m, socketIOMessage); ok {
		if !socketIOEvent(r, ev) {
			ev.Err = "not understood: " + string(m)
		}
		return reply
	}
	kind := string(m[:min(len(m), 2)])
	switch {
	case kind == "43":
		id, n := digits(m[2:])
		switch {
		case n == 0:
			ev.Err = "not understood: " + string(m)
		case id < uint64(len(t.role.Subscribe)):
			ev.Ready++
		default:
			ev.Acked++
		}
	case kind == "40":
		return t.connected(m[2:], ev, reply)
	case kind == "2": // Engine.IO's ping
		return AppendFrame(reply, OpText, []byte("3"))
	case strings.HasPrefix(kind, "0") || kind == "6": // open, noop
	default:
		ev.Err = "not understood: " + string(m)
	}
	return reply
}

// socketIOEvent takes the data of an event, and its offset, which stands behind them: {…},"offset"]
func socketIOEvent(r []byte, ev *Event) bool {
	r, ok := bytes.CutSuffix(r, []byte(`"]`))
	at := bytes.LastIndexByte(r, '"')
	if !ok || at < 1 || r[at-1] != ',' {
		return false
	}
	ev.Place.Offset, ok = yeast(r[at+1:])
	ev.Payloads = append(ev.Payloads, r[:at-1])
	return ok
}

// connected subscribes, which cannot be done before the server has connected the namespace: it would close the connection.
func (t *socketIOTalk) connected(m []byte, ev *Event, reply []byte) []byte {
	var answer struct{ PID string }
	if err := json.Unmarshal(m, &answer); err != nil || answer.PID == "" {
		ev.Err = "not understood: 40" + string(m)
		return reply
	}
	ev.Place.Epoch = answer.PID
	switch r := t.role.Resume; {
	case r != nil && r.Epoch != answer.PID:
		ev.Err = "the session was not recovered"
		return reply
	case r != nil: // its rooms with it
		ev.Ready += len(t.role.Subscribe)
		return reply
	case len(t.role.Subscribe) == 0:
		ev.Ready++
	}
	for i, ch := range t.role.Subscribe {
		reply = AppendFrame(reply, OpText, []byte("42"+strconv.Itoa(i)+`["sub","`+ch+`"]`))
	}
	return reply
}

// An offset of Socket.IO is a time in milliseconds in base 64, then a dot and a counter if there was one of that time before. As a
// number it is the time, and in the lowest bits 0 or the counter and 1.
const (
	yeastDigits  = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
	yeastCounter = 22 // bits
)

var yeastValues = func() (v [256]int8) {
	for i := range v {
		v[i] = -1
	}
	for i, c := range []byte(yeastDigits) {
		v[c] = int8(i)
	}
	return v
}()

func yeast(b []byte) (v uint64, ok bool) {
	at, counter, dotted := bytes.Cut(b, []byte{'.'})
	v, ok = yeastNumber(at, 64-yeastCounter)
	if !ok || !dotted {
		return v << yeastCounter, ok
	}
	n, ok := yeastNumber(counter, yeastCounter)
	return v<<yeastCounter | (n + 1), ok && n+1 < 1<<yeastCounter
}

func yeastNumber(b []byte, bits int) (v uint64, ok bool) {
	for _, c := range b {
		d := yeastValues[c]
		if d < 0 || v >= 1<<(bits-6) {
			return 0, false
		}
		v = v<<6 | uint64(d)
	}
	return v, len(b) > 0
}

func appendYeast(dst []byte, v uint64) []byte {
	dst = appendYeastNumber(dst, v>>yeastCounter)
	if n := v & (1<<yeastCounter - 1); n > 0 {
		dst = append(dst, '.')
		dst = appendYeastNumber(dst, n-1)
	}
	return dst
}

func appendYeastNumber(dst []byte, v uint64) []byte {
	if v >= 64 {
		dst = appendYeastNumber(dst, v/64)
	}
	return append(dst, yeastDigits[v%64])
}
