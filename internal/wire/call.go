package wire

import "github.com/holdfast-ws/holdfast"

// Call is a request to the application or to the server itself. A client sends it; reply answers.
type Call struct {
	// ID of the request, which the reply repeats.
	ID uint64
	// Name of what is called.
	Name string
	// Key makes the call idempotent: the same key is carried out once. Without it a call is made at most once.
	Key string
	// Type says how Data is to be read.
	Type holdfast.ContentType
	Data []byte
}

// Append appends the frame.
func (f *Call) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeCall, len(f.Name)+len(f.Data))
	w.number(fID, f.ID)
	w.string(fName, f.Name)
	w.string(fKey, f.Key)
	w.payload(f.Type, f.Data)
	return w.end()
}

func (f *Call) parse(r *reader) {
	*f = Call{}
	for r.next() {
		switch r.field {
		case fID:
			f.ID = r.number()
		case fName:
			f.Name = r.name()
		case fKey:
			f.Key = r.text()
		case fContent:
			f.Type = r.contentType()
		case fData:
			f.Data = r.payload(&f.Type)
		default:
			r.skip()
		}
	}
}
