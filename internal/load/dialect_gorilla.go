package load

import "bytes"

// gorilla is what bench/peers/gorilla speaks: the words of the bare hub, and what has waited for a connection comes as lines of one
// message.
type gorilla struct{ plain }

func init() { register(gorilla{}) }

func (gorilla) Name() string             { return "gorilla" }
func (gorilla) Open(r Role) Conversation { return &gorillaTalk{plainTalk{role: r}} }

type gorillaTalk struct{ plainTalk }

func (t *gorillaTalk) Received(op byte, m []byte, ev *Event, reply []byte) []byte {
	for line := range bytes.SplitSeq(m, []byte{'\n'}) {
		reply = t.plainTalk.Received(op, line, ev, reply)
	}
	return reply
}
