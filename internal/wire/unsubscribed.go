package wire

import "github.com/holdfast-ws/holdfast"

// Unsubscribed answers an unsubscribe, or says that the server has ended a subscription (then ID is 0 and Code
// says why). No record of the channel follows. A server sends it.
type Unsubscribed struct {
	// ID of the request; 0 without one.
	ID      uint64
	Channel string
	// Code from spec/codes.json; 0: it was asked for, and it worked.
	Code holdfast.Code
	// Detail for people to read.
	Detail string
}

// Append appends the frame.
func (f *Unsubscribed) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeUnsubscribed, 0)
	w.number(fID, f.ID)
	w.string(fChannel, f.Channel)
	w.number(fCode, uint64(f.Code))
	w.string(fDetail, f.Detail)
	return w.end()
}

func (f *Unsubscribed) parse(r *reader) {
	*f = Unsubscribed{}
	for r.next() {
		switch r.field {
		case fID:
			f.ID = r.number()
		case fChannel:
			f.Channel = r.name()
		case fCode:
			f.Code = r.code()
		case fDetail:
			f.Detail = r.text()
		default:
			r.skip()
		}
	}
}
