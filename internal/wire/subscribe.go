package wire

import "github.com/holdfast-ws/holdfast"

// Subscribe asks for a channel's records. A client sends it, by itself or in its hello; subscribed answers. There
// is one subscription for each channel and connection.
type Subscribe struct {
	// ID of the request, which the answer repeats.
	ID      uint64
	Channel string
	// From says where the records begin.
	From From
	// Position after which they begin, for FromPosition. With a zero Term and an Offset above 0: after that
	// offset, whatever its term.
	Position holdfast.Position
	// Earlier terms of the subscriber's history with their last offsets, oldest first, the position's own term not
	// among them; at most 8.
	Earlier []holdfast.TermEnd
	// Pending, for FromPosition: how many of the records up to Position the application is still to be done with.
	// They count against the window.
	Pending uint64
	// Last n records, for FromLast.
	Last uint64
	// Since is a time in Unix milliseconds, for FromTime.
	Since int64
	// Cursor is the name of a cursor that the server keeps. Its saved position counts, unless From is FromPosition: then
	// the subscriber knows better. Without a saved position From counts.
	Cursor string
	// Window is how much may be on its way that is not acknowledged.
	Window Window
}

// Append appends the frame.
func (f *Subscribe) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeSubscribe, 0)
	f.append(&w)
	return w.end()
}

func (f *Subscribe) append(w *writer) {
	w.number(fID, f.ID)
	w.string(fChannel, f.Channel)
	w.word(fAt, uint8(f.From), fromWords)
	w.hex64(fTerm, uint64(f.Position.Term))
	w.number(fOffset, f.Position.Offset)
	w.terms(fEarlier, f.Earlier)
	w.number(fPending, f.Pending)
	w.number(fLast, f.Last)
	w.millis(fSince, f.Since)
	w.string(fCursor, f.Cursor)
	w.window(fWindow, f.Window)
}

func (f *Subscribe) parse(r *reader) {
	*f = Subscribe{}
	for r.next() {
		switch r.field {
		case fID:
			f.ID = r.number()
		case fChannel:
			f.Channel = r.name()
		case fAt:
			f.From = r.from()
		case fTerm:
			f.Position.Term = holdfast.Term(r.hex64())
		case fOffset:
			f.Position.Offset = r.number()
		case fEarlier:
			r.list(func() { f.addEarlier(r) })
		case fPending:
			f.Pending = r.number()
		case fLast:
			f.Last = r.number()
		case fSince:
			f.Since = r.millis()
		case fCursor:
			f.Cursor = r.name()
		case fWindow:
			f.Window = r.window()
		default:
			r.skip()
		}
	}
}

func (f *Subscribe) addEarlier(r *reader) {
	if len(f.Earlier) >= r.limits.MaxEarlier {
		r.failLimit(len(f.Earlier)+1, r.limits.MaxEarlier, "terms")
		return
	}
	f.Earlier = append(f.Earlier, r.termEnd())
}

// From says where a subscription begins.
type From uint8

const (
	// FromHead begins with what is published from now on.
	FromHead From = iota
	// FromStart begins with the oldest record that is retained.
	FromStart
	// FromPosition begins after a position.
	FromPosition
	// FromLast begins with the last n records.
	FromLast
	// FromTime begins with the first record that is not older than a time.
	FromTime
)

var fromWords = []string{FromHead: "head", FromStart: "start", FromPosition: "position", FromLast: "last", FromTime: "time"}

// String returns the word that JSON frames carry.
func (f From) String() string {
	if int(f) < len(fromWords) {
		return fromWords[f]
	}
	return "unknown"
}

// from reads where to begin. A word that is not known cannot be passed over: it would begin elsewhere.
func (r *reader) from() From {
	v := r.word(fromWords)
	if v == noWord {
		r.failWant("head, start, position, last or time (0 to 4)")
		return 0
	}
	return From(v)
}
