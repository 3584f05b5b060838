package load

// plain is what the bare and the gathered hub speak: "sub CHANNEL" subscribes and is answered with "on"; "pub CHANNEL PAYLOAD" goes to
// the channel's subscribers as it is, without the words before it, and is answered with "ok", or "ok N" for N of them.
type plain struct{}

func init() { register(plain{}) }

func (plain) Name() string             { return "plain" }
func (plain) Request() Request         { return Request{} }
func (plain) Open(r Role) Conversation { return &plainTalk{role: r} }

type plainTalk struct{ role Role }

func (t *plainTalk) Hello(dst []byte) []byte {
	for _, ch := range t.role.Subscribe {
		dst = AppendFrame(dst, OpText, []byte("sub "+ch))
	}
	if len(t.role.Subscribe) == 0 { // so that it is known to be served
		dst = AppendFrame(dst, OpText, []byte("sub"))
	}
	return dst
}

func (t *plainTalk) Publish(dst []byte, channel string, payload []byte) []byte {
	return AppendFrame(dst, OpText, []byte("pub "+channel+" "), payload)
}

func (t *plainTalk) Received(_ byte, m []byte, ev *Event, reply []byte) []byte {
	switch {
	case len(m) > 0 && m[0] == '{':
		ev.Payloads = append(ev.Payloads, m)
	case string(m) == "ok":
		ev.Acked++
	case string(m) == "on":
		ev.Ready++
	default:
		ev.Err = "not understood: " + string(m)
	}
	return reply
}
