package wire

import "github.com/holdfast-ws/holdfast"

// Skip says that the lane's numbers From to To will never come. It is answered by a stored frame with
// FlagSkipped. A client sends it for entries that it gives up.
type Skip struct {
	Channel string
	// Producer of the lane, where it is another one than the hello's.
	Producer holdfast.ProducerID
	// From and To are numbers in the lane, both included.
	From, To uint64
	// Successor, if set, seals the lane in favour of another producer: nothing is taken in this lane any more.
	Successor holdfast.ProducerID
}

// Append appends the frame.
func (f *Skip) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeSkip, 0)
	w.string(fChannel, f.Channel)
	w.hex128(fProducer, (*[16]byte)(&f.Producer))
	w.number(fFrom, f.From)
	w.number(fTo, f.To)
	w.hex128(fSuccessor, (*[16]byte)(&f.Successor))
	return w.end()
}

func (f *Skip) parse(r *reader) {
	*f = Skip{}
	for r.next() {
		switch r.field {
		case fChannel:
			f.Channel = r.name()
		case fProducer:
			f.Producer = r.hex128()
		case fFrom:
			f.From = r.number()
		case fTo:
			f.To = r.number()
		case fSuccessor:
			f.Successor = r.hex128()
		default:
			r.skip()
		}
	}
}
