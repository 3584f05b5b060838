package wire

// Ack says that the application is done with a channel's records up to Offset. It opens the window, moves a
// named cursor, and feeds receipts. A client sends it; nothing answers.
type Ack struct {
	Channel string
	// Offset up to which all is done; cumulative.
	Offset uint64
	// Generation of the named cursor, from subscribed; 0 without one.
	Generation uint64
}

// Append appends the frame.
func (f *Ack) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeAck, 0)
	w.string(fChannel, f.Channel)
	w.number(fOffset, f.Offset)
	w.number(fGeneration, f.Generation)
	return w.end()
}

func (f *Ack) parse(r *reader) {
	*f = Ack{}
	for r.next() {
		switch r.field {
		case fChannel:
			f.Channel = r.name()
		case fOffset:
			f.Offset = r.number()
		case fGeneration:
			f.Generation = r.number()
		default:
			r.skip()
		}
	}
}
