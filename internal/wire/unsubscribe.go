package wire

// Unsubscribe ends the connection's subscription to a channel. A client sends it; unsubscribed answers.
type Unsubscribe struct {
	// ID of the request, which the answer repeats.
	ID      uint64
	Channel string
}

// Append appends the frame.
func (f *Unsubscribe) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeUnsubscribe, 0)
	w.number(fID, f.ID)
	w.string(fChannel, f.Channel)
	return w.end()
}

func (f *Unsubscribe) parse(r *reader) {
	*f = Unsubscribe{}
	for r.next() {
		switch r.field {
		case fID:
			f.ID = r.number()
		case fChannel:
			f.Channel = r.name()
		default:
			r.skip()
		}
	}
}
