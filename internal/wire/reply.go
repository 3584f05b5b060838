package wire

import "github.com/holdfast-ws/holdfast"

// Reply answers a call. A server sends it.
type Reply struct {
	// ID of the call.
	ID uint64
	// Code from spec/codes.json; 0: it worked.
	Code holdfast.Code
	// Detail for people to read.
	Detail string
	// Type says how Data is to be read.
	Type holdfast.ContentType
	Data []byte
}

// Append appends the frame.
func (f *Reply) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeReply, len(f.Data))
	w.number(fID, f.ID)
	w.number(fCode, uint64(f.Code))
	w.string(fDetail, f.Detail)
	w.payload(f.Type, f.Data)
	return w.end()
}

func (f *Reply) parse(r *reader) {
	*f = Reply{}
	for r.next() {
		switch r.field {
		case fID:
			f.ID = r.number()
		case fCode:
			f.Code = r.code()
		case fDetail:
			f.Detail = r.text()
		case fContent:
			f.Type = r.contentType()
		case fData:
			f.Data = r.payload(&f.Type)
		default:
			r.skip()
		}
	}
}
