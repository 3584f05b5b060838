package load

import "strconv"

// natsDialect is core NATS over WebSocket: publish and subscribe, nothing kept. Who publishes asks for +OK behind each operation, which
// says that the server has read it; it is all that core NATS acknowledges.
type natsDialect struct{}

func init() { register(natsDialect{}) }

func (natsDialect) Name() string             { return "nats" }
func (natsDialect) Request() Request         { return Request{} }
func (natsDialect) Open(r Role) Conversation { return &natsTalk{role: r} }

// natsSubject is what the subjects of channels begin with: not bench., which is the stream's of JetStream.
const natsSubject = "live."

type natsTalk struct {
	role  Role
	in    natsParser
	ready bool // the PONG behind the hello has come, and +OK means a publish
}

func (t *natsTalk) Hello(dst []byte) []byte {
	b := natsConnect(nil, t.role.Publishes)
	for i, ch := range t.role.Subscribe {
		b = append(b, "SUB "+natsSubject+ch+" "+strconv.Itoa(i+1)+"\r\n"...)
	}
	return AppendFrame(dst, OpBinary, append(b, "PING\r\n"...))
}

func natsConnect(b []byte, verbose bool) []byte {
	b = append(b, `CONNECT {"verbose":`...)
	b = strconv.AppendBool(b, verbose)
	return append(b, `,"pedantic":false,"headers":true,"no_responders":true,"protocol":1,"lang":"load","version":"1"}`+"\r\n"...)
}

func (t *natsTalk) Publish(dst []byte, channel string, payload []byte) []byte {
	var b [300]byte
	h := append(b[:0], "PUB "+natsSubject...)
	h = append(h, channel...)
	h = append(h, ' ')
	h = strconv.AppendInt(h, int64(len(payload)), 10)
	return AppendFrame(dst, OpBinary, append(h, "\r\n"...), payload, []byte("\r\n"))
}

func (t *natsTalk) Received(_ byte, m []byte, ev *Event, reply []byte) []byte {
	t.in.each(m, ev, func(op *natsOp) {
		switch string(op.name) {
		case "MSG":
			ev.Payloads = append(ev.Payloads, op.payload)
		case "+OK":
			if t.ready {
				ev.Acked++
			}
		case "PONG":
			t.ready = true
			ev.Ready += max(1, len(t.role.Subscribe))
		case "PING":
			reply = AppendFrame(reply, OpBinary, []byte("PONG\r\n"))
		case "INFO":
		default:
			ev.Err = string(op.line)
		}
	})
	return reply
}
