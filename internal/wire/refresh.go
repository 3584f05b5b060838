package wire

// Refresh gives the server a new token before the old one ends. A client sends it; only a failure is answered,
// by a close.
type Refresh struct {
	Token string
}

// Append appends the frame.
func (f *Refresh) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeRefresh, 0)
	w.string(fToken, f.Token)
	return w.end()
}

func (f *Refresh) parse(r *reader) {
	*f = Refresh{}
	for r.next() {
		switch r.field {
		case fToken:
			f.Token = r.text()
		default:
			r.skip()
		}
	}
}
