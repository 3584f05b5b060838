package wire

import "github.com/holdfast-ws/holdfast"

// Gap says that the records From to To are gone for this subscriber, and that others follow after (Term,
// After). A server sends it.
type Gap struct {
	Channel string
	// From and To are offsets, both included.
	From, To uint64
	// Term and After are the position after which records follow; it takes the place of the client's.
	Term  holdfast.Term
	After uint64
	// Reason why they are gone.
	Reason GapReason
}

// Append appends the frame.
func (f *Gap) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeGap, 0)
	w.string(fChannel, f.Channel)
	w.number(fFrom, f.From)
	w.number(fTo, f.To)
	w.hex64(fTerm, uint64(f.Term))
	w.number(fAfter, f.After)
	w.word(fReason, uint8(f.Reason), gapReasons)
	return w.end()
}

func (f *Gap) parse(r *reader) {
	*f = Gap{}
	for r.next() {
		switch r.field {
		case fChannel:
			f.Channel = r.name()
		case fFrom:
			f.From = r.number()
		case fTo:
			f.To = r.number()
		case fTerm:
			f.Term = holdfast.Term(r.hex64())
		case fAfter:
			f.After = r.number()
		case fReason:
			f.Reason = r.gapReason()
		default:
			r.skip()
		}
	}
}

// GapReason says why records are gone; 0 is a reason that this version does not know.
type GapReason uint8

const (
	// GapRetention: retention removed them.
	GapRetention GapReason = 1
	// GapFork: the log went another way; those offsets carry other records now, or none.
	GapFork GapReason = 2
)

var gapReasons = []string{"", GapRetention: "retention", GapFork: "fork"}

// String returns the word that JSON frames carry.
func (g GapReason) String() string {
	if g != 0 && int(g) < len(gapReasons) {
		return gapReasons[g]
	}
	return "unknown"
}

func (r *reader) gapReason() GapReason {
	if v := r.word(gapReasons); v != noWord {
		return GapReason(v)
	}
	return 0
}
