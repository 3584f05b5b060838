package wire

// Pong answers a ping. Either end sends it, before anything else that waits to be sent.
type Pong struct {
	// ID of the ping.
	ID uint64
}

// Append appends the frame.
func (f *Pong) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypePong, 0)
	w.number(fID, f.ID)
	return w.end()
}

func (f *Pong) parse(r *reader) {
	*f = Pong{}
	for r.next() {
		switch r.field {
		case fID:
			f.ID = r.number()
		default:
			r.skip()
		}
	}
}
