package wire

import "github.com/holdfast-ws/holdfast"

// Subscribed answers a subscribe, by itself or in the welcome. Records that come before it belong to an earlier
// subscription. A server sends it.
type Subscribed struct {
	// ID of the request.
	ID      uint64
	Channel string
	// Position after which the records begin: what the client remembers from now on, also of a channel that was
	// never written.
	Position holdfast.Position
	// First is the oldest offset that is retained, Head the last one; Head+1 and Head if nothing is.
	First, Head uint64
	// Generation of the named cursor, which acks repeat; 0 without one.
	Generation uint64
	// Code from spec/codes.json; 0: it worked.
	Code holdfast.Code
	// Detail for people to read.
	Detail string
	// RetryAfter is how long to wait before trying again, in milliseconds.
	RetryAfter int64
}

// Append appends the frame.
func (f *Subscribed) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeSubscribed, 0)
	f.append(&w)
	return w.end()
}

func (f *Subscribed) append(w *writer) {
	w.number(fID, f.ID)
	w.string(fChannel, f.Channel)
	w.hex64(fTerm, uint64(f.Position.Term))
	w.number(fOffset, f.Position.Offset)
	w.number(fFirst, f.First)
	w.number(fHead, f.Head)
	w.number(fGeneration, f.Generation)
	w.number(fCode, uint64(f.Code))
	w.string(fDetail, f.Detail)
	w.millis(fRetry, f.RetryAfter)
}

func (f *Subscribed) parse(r *reader) {
	*f = Subscribed{}
	for r.next() {
		switch r.field {
		case fID:
			f.ID = r.number()
		case fChannel:
			f.Channel = r.name()
		case fTerm:
			f.Position.Term = holdfast.Term(r.hex64())
		case fOffset:
			f.Position.Offset = r.number()
		case fFirst:
			f.First = r.number()
		case fHead:
			f.Head = r.number()
		case fGeneration:
			f.Generation = r.number()
		case fCode:
			f.Code = r.code()
		case fDetail:
			f.Detail = r.text()
		case fRetry:
			f.RetryAfter = r.millis()
		default:
			r.skip()
		}
	}
}
