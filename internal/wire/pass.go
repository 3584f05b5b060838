package wire

import "github.com/holdfast-ws/holdfast"

// Pass says that nothing up to Offset is for this subscriber: those records were compacted or filtered away. It
// is no loss; the position moves there. A server sends it.
type Pass struct {
	Channel string
	Offset  uint64
	// Term of the record at Offset, where it is another one than the last that was named.
	Term holdfast.Term
}

// Append appends the frame.
func (f *Pass) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypePass, 0)
	w.string(fChannel, f.Channel)
	w.number(fOffset, f.Offset)
	w.hex64(fTerm, uint64(f.Term))
	return w.end()
}

func (f *Pass) parse(r *reader) {
	*f = Pass{}
	for r.next() {
		switch r.field {
		case fChannel:
			f.Channel = r.name()
		case fOffset:
			f.Offset = r.number()
		case fTerm:
			f.Term = holdfast.Term(r.hex64())
		default:
			r.skip()
		}
	}
}
