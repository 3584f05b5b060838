package wire

import "github.com/holdfast-ws/holdfast"

// Reconnect asks the client to come back: the server is being shut down, or moves it elsewhere. A server sends
// it; the connection still works until it is closed.
type Reconnect struct {
	// After is how long to wait first, in milliseconds.
	After int64
	// URL to come back to; empty: the same.
	URL string
	// Code from spec/codes.json: why.
	Code holdfast.Code
}

// Append appends the frame.
func (f *Reconnect) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeReconnect, 0)
	w.millis(fDelay, f.After)
	w.string(fURL, f.URL)
	w.number(fCode, uint64(f.Code))
	return w.end()
}

func (f *Reconnect) parse(r *reader) {
	*f = Reconnect{}
	for r.next() {
		switch r.field {
		case fDelay:
			f.After = r.millis()
		case fURL:
			f.URL = r.text()
		case fCode:
			f.Code = r.code()
		default:
			r.skip()
		}
	}
}
