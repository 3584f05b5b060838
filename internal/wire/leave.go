package wire

import "github.com/holdfast-ws/holdfast"

// Leave says that a session is no longer present in a channel; a short disconnect does not count. A server
// sends it.
type Leave struct {
	Channel, User string
	Session       SessionID
	// Term and Version as in Join.
	Term    holdfast.Term
	Version uint64
}

// Append appends the frame.
func (f *Leave) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeLeave, 0)
	w.string(fChannel, f.Channel)
	w.string(fUser, f.User)
	w.hex128(fSession, (*[16]byte)(&f.Session))
	w.hex64(fTerm, uint64(f.Term))
	w.number(fVersion, f.Version)
	return w.end()
}

func (f *Leave) parse(r *reader) {
	*f = Leave{}
	for r.next() {
		switch r.field {
		case fChannel:
			f.Channel = r.name()
		case fUser:
			f.User = r.name()
		case fSession:
			f.Session = r.hex128()
		case fTerm:
			f.Term = holdfast.Term(r.hex64())
		case fVersion:
			f.Version = r.number()
		default:
			r.skip()
		}
	}
}
