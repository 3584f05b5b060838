package wire

// Ping asks whether the other end is alive, and how far away. Either end sends it; pong answers with the same ID.
type Ping struct {
	// ID is the sender's own: a counter, or a time.
	ID uint64
}

// Append appends the frame.
func (f *Ping) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypePing, 0)
	w.number(fID, f.ID)
	return w.end()
}

func (f *Ping) parse(r *reader) {
	*f = Ping{}
	for r.next() {
		switch r.field {
		case fID:
			f.ID = r.number()
		default:
			r.skip()
		}
	}
}
