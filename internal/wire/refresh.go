package wire

// Refresh gives the server a new token before the old one ends. A client sends it; only a failure is answered,
// by a close. A server sends one to ask for it.
type Refresh struct {
	// Token is the client's next one.
	Token string
	// Left is how long the present token is good for, in milliseconds. It is the server's to say.
	Left int64
}

// Append appends the frame.
func (f *Refresh) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeRefresh, 0)
	w.string(fToken, f.Token)
	w.millis(fDelay, f.Left)
	return w.end()
}

func (f *Refresh) parse(r *reader) {
	*f = Refresh{}
	for r.next() {
		switch r.field {
		case fToken:
			f.Token = r.text()
		case fDelay:
			f.Left = r.millis()
		default:
			r.skip()
		}
	}
}
