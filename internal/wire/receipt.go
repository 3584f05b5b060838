package wire

// Receipt says how far a named cursor is done with a channel. A server sends it to publishers that asked.
type Receipt struct {
	Channel string
	// Cursor and User name the recipient.
	Cursor, User string
	// Offset up to which it is done; cumulative.
	Offset uint64
}

// Append appends the frame.
func (f *Receipt) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeReceipt, 0)
	w.string(fChannel, f.Channel)
	w.string(fCursor, f.Cursor)
	w.string(fUser, f.User)
	w.number(fOffset, f.Offset)
	return w.end()
}

func (f *Receipt) parse(r *reader) {
	*f = Receipt{}
	for r.next() {
		switch r.field {
		case fChannel:
			f.Channel = r.name()
		case fCursor:
			f.Cursor = r.name()
		case fUser:
			f.User = r.name()
		case fOffset:
			f.Offset = r.number()
		default:
			r.skip()
		}
	}
}
