package wire

import (
	"encoding/hex"

	"github.com/holdfast-ws/holdfast"
)

// Hello is a connection's first frame. A client sends it; welcome answers. It carries all subscriptions, so
// that a reconnect is one round trip, and publishes may follow at once.
type Hello struct {
	// Token that says who this is; empty if the HTTP request did.
	Token string
	// User whom the client takes itself for; a token of another one is refused. Empty: whoever the token says.
	User string
	// Session is drawn by the client and stays for as long as the session lives.
	Session SessionID
	// Process is a random number drawn when the client's process (or page) starts; Counter counts its hellos. Of two
	// hellos of one process the one with the higher counter wins.
	Process, Counter uint64
	// Producer of the publishes that name none.
	Producer holdfast.ProducerID
	// Agent names the client's program and version, for people to read.
	Agent string
	// Subscriptions to begin, or to go on with.
	Subscriptions []Subscribe
}

// Append appends the frame.
func (f *Hello) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeHello, 0)
	w.string(fToken, f.Token)
	w.string(fUser, f.User)
	w.hex128(fSession, (*[16]byte)(&f.Session))
	w.hex64(fProcess, f.Process)
	w.number(fCounter, f.Counter)
	w.hex128(fProducer, (*[16]byte)(&f.Producer))
	w.string(fAgent, f.Agent)
	for i := range f.Subscriptions {
		at := w.object(fSubscriptions, i)
		f.Subscriptions[i].append(&w)
		w.close(at, '}')
	}
	w.endList(len(f.Subscriptions))
	return w.end()
}

func (f *Hello) parse(r *reader) {
	*f = Hello{}
	for r.next() {
		switch r.field {
		case fToken:
			f.Token = r.text()
		case fUser:
			f.User = r.name()
		case fSession:
			f.Session = r.hex128()
		case fProcess:
			f.Process = r.hex64()
		case fCounter:
			f.Counter = r.number()
		case fProducer:
			f.Producer = r.hex128()
		case fAgent:
			f.Agent = r.name()
		case fSubscriptions:
			r.list(func() { f.addSubscription(r) })
		default:
			r.skip()
		}
	}
}

func (f *Hello) addSubscription(r *reader) {
	if r.tooMany(len(f.Subscriptions)) {
		return
	}
	var s Subscribe
	r.object(s.parse)
	f.Subscriptions = append(f.Subscriptions, s)
}

// tooMany holds the number of subscriptions, or of their results, against the limit.
func (r *reader) tooMany(n int) bool {
	if n < r.limits.MaxSubscriptions || r.err != nil {
		return r.err != nil
	}
	r.failLimit(n+1, r.limits.MaxSubscriptions, "subscriptions")
	r.err.Code = holdfast.CodeTooManySubscriptions
	return true
}

// SessionID names a session: one client's logical connection, which outlives its sockets.
type SessionID [16]byte

// String returns 32 hexadecimal digits.
func (s SessionID) String() string { return hex.EncodeToString(s[:]) }

// Window bounds what is on its way and not yet acknowledged. A zero field is the server's default.
type Window struct{ Records, Bytes uint32 }
