package load

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
)

// mqtt is MQTT 3.1.1 with quality of service 1 both ways. Subscribers have a persistent session: a Place's epoch is their client id,
// and what was published while they were away comes when they are back under it. One Place is good for one connection at a time.
type mqtt struct{}

func init() { register(mqtt{}) }

func (mqtt) Name() string     { return "mqtt" }
func (mqtt) Request() Request { return Request{Subprotocols: []string{"mqtt"}} }

func (mqtt) Open(r Role) Conversation {
	t := &mqttTalk{role: r, client: rand.Text()}
	if r.Resume != nil {
		t.client = r.Resume.Epoch
	}
	return t
}

type mqttTalk struct {
	role   Role
	client string
	in     stream // of the goroutine that reads
	acks   []byte // likewise
	packet uint16 // of the goroutine that writes: id of the last publish
}

// The types of control packets, with the flags that they must have.
const (
	mqttConnect   = 0x10
	mqttConnack   = 0x20
	mqttPublish   = 0x30
	mqttPuback    = 0x40
	mqttSubscribe = 0x82
	mqttSuback    = 0x90

	mqttOnce    = 1 << 1 // flag of a publish: quality of service 1
	mqttQuality = 3 << 1 // and its mask

	mqttClean = 1 << 1 // flag of a connect: no session
)

func (t *mqttTalk) Hello(dst []byte) []byte {
	var flags byte
	if len(t.role.Subscribe) == 0 {
		flags = mqttClean
	}
	body := append([]byte("\x00\x04MQTT\x04"), flags, 0, 0) // no keep-alive: the server is not pinged
	body = appendMQTTString(body, t.client)
	dst = appendMQTT(dst, mqttConnect, body)
	if t.role.Resume != nil {
		return dst // the session has the subscriptions
	}
	for i, ch := range t.role.Subscribe {
		body := binary.BigEndian.AppendUint16(nil, uint16(i+1))
		dst = appendMQTT(dst, mqttSubscribe, append(appendMQTTString(body, ch), 1))
	}
	return dst
}

func (t *mqttTalk) Publish(dst []byte, channel string, payload []byte) []byte {
	if t.packet++; t.packet == 0 {
		t.packet = 1
	}
	var b [300]byte
	h := appendMQTTHead(b[:0], mqttPublish|mqttOnce, 2+len(channel)+2+len(payload))
	h = appendMQTTString(h, channel)
	h = binary.BigEndian.AppendUint16(h, t.packet)
	return AppendFrame(dst, OpBinary, h, payload)
}

func (t *mqttTalk) Received(_ byte, m []byte, ev *Event, reply []byte) []byte {
	t.acks = t.acks[:0]
	b := t.in.next(m)
	for {
		kind, body, n, err := mqttPacket(b)
		if err != nil {
			ev.Err = err.Error()
			return reply
		}
		if n == 0 {
			break
		}
		t.take(kind, body, ev)
		b = b[n:]
	}
	if err := t.in.keep(b); err != nil {
		ev.Err = err.Error()
	}
	if len(t.acks) > 0 {
		reply = AppendFrame(reply, OpBinary, t.acks)
	}
	return reply
}

// mqttPacket returns the first packet of b and its length; 0: it is not all there.
func mqttPacket(b []byte) (kind byte, body []byte, n int, err error) {
	size := 0
	for i := 1; i < len(b); i++ {
		size |= int(b[i]&0x7f) << (7 * (i - 1))
		switch {
		case b[i] < 0x80 && len(b) < i+1+size:
			return 0, nil, 0, nil
		case b[i] < 0x80:
			return b[0], b[i+1 : i+1+size], i + 1 + size, nil
		case i == 4:
			return 0, nil, 0, errors.New("an MQTT packet whose length does not end")
		}
	}
	return 0, nil, 0, nil
}

func (t *mqttTalk) take(kind byte, body []byte, ev *Event) {
	switch {
	case kind&0xf0 == mqttPublish:
		t.delivery(kind, body, ev)
	case kind == mqttPuback && len(body) == 2:
		ev.Acked++
	case kind == mqttSuback && len(body) == 3 && body[2] == 1:
		ev.Ready++
	case kind == mqttConnack && len(body) == 2:
		t.connected(body[0]&1 != 0, body[1], ev)
	default:
		ev.Err = fmt.Sprintf("not understood, or refused: %x %x", kind, body[:min(len(body), 16)])
	}
}

func (t *mqttTalk) connected(session bool, code byte, ev *Event) {
	ev.Place = Place{Epoch: t.client}
	switch {
	case code != 0:
		ev.Err = fmt.Sprintf("connect: code %d", code)
	case t.role.Resume != nil && !session:
		ev.Err = "the session is gone"
	case t.role.Resume != nil:
		ev.Ready += len(t.role.Subscribe)
	case len(t.role.Subscribe) == 0:
		ev.Ready++
	}
}

// delivery takes a publish of the server, and acknowledges it.
func (t *mqttTalk) delivery(kind byte, body []byte, ev *Event) {
	at := 2
	if len(body) >= 2 {
		at += int(binary.BigEndian.Uint16(body))
	}
	if kind&mqttQuality != 0 {
		at += 2
	}
	if len(body) < at {
		ev.Err = "an MQTT publish that is too short"
		return
	}
	if kind&mqttQuality != 0 {
		t.acks = append(t.acks, mqttPuback, 2, body[at-2], body[at-1])
	}
	ev.Payloads = append(ev.Payloads, body[at:])
}

func appendMQTT(dst []byte, kind byte, body []byte) []byte {
	return AppendFrame(dst, OpBinary, appendMQTTHead(nil, kind, len(body)), body)
}

func appendMQTTHead(dst []byte, kind byte, size int) []byte {
	return binary.AppendUvarint(append(dst, kind), uint64(size))
}

func appendMQTTString(dst []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(s))), s...)
}
