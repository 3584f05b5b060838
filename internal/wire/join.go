package wire

import "github.com/holdfast-ws/holdfast"

// Join says that a session is present in a channel. A server sends it.
type Join struct {
	Channel, User string
	Session       SessionID
	// Term and Version order what happens to the channel's presence, so that a resume brings the difference or
	// the whole.
	Term    holdfast.Term
	Version uint64
	// Type says how Data is to be read.
	Type holdfast.ContentType
	// Data is what the session says of itself.
	Data []byte
}

// Append appends the frame.
func (f *Join) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeJoin, len(f.Channel)+len(f.Data))
	w.string(fChannel, f.Channel)
	w.string(fUser, f.User)
	w.hex128(fSession, (*[16]byte)(&f.Session))
	w.hex64(fTerm, uint64(f.Term))
	w.number(fVersion, f.Version)
	w.payload(f.Type, f.Data)
	return w.end()
}

func (f *Join) parse(r *reader) {
	*f = Join{}
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
		case fContent:
			f.Type = r.contentType()
		case fData:
			f.Data = r.payload(&f.Type)
		default:
			r.skip()
		}
	}
}
