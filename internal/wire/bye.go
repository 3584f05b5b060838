package wire

import "github.com/holdfast-ws/holdfast"

// Bye says that the session ends on purpose: nothing of it need be kept. A client sends it before it closes.
type Bye struct {
	// Code from spec/codes.json; 0 says nothing.
	Code holdfast.Code
	// Reason for people to read.
	Reason string
}

// Append appends the frame.
func (f *Bye) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeBye, 0)
	w.number(fCode, uint64(f.Code))
	w.string(fDetail, f.Reason)
	return w.end()
}

func (f *Bye) parse(r *reader) {
	*f = Bye{}
	for r.next() {
		switch r.field {
		case fCode:
			f.Code = r.code()
		case fDetail:
			f.Reason = r.text()
		default:
			r.skip()
		}
	}
}
