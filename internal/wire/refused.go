package wire

import "github.com/holdfast-ws/holdfast"

// Refused answers a publish or a skip that was not taken. The code says whether it may be tried again: if so
// (its action is now or later) the lane is halted at Number, and what follows in it is discarded without an answer
// until that number comes again. A server sends it.
type Refused struct {
	Channel string
	// Producer of the lane, where it is another one than the hello's.
	Producer holdfast.ProducerID
	// Number that was refused; for a skip its last.
	Number uint64
	// Code from spec/codes.json: why.
	Code holdfast.Code
	// RetryAfter is how long to wait before Number is sent again, in milliseconds.
	RetryAfter int64
	// Expected is the number that the lane wants; given with hole, unknown_outcome and producer_unknown.
	Expected uint64
	// Detail for people to read.
	Detail string
}

// Append appends the frame.
func (f *Refused) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeRefused, 0)
	w.string(fChannel, f.Channel)
	w.hex128(fProducer, (*[16]byte)(&f.Producer))
	w.number(fNumber, f.Number)
	w.number(fCode, uint64(f.Code))
	w.millis(fRetry, f.RetryAfter)
	w.number(fExpected, f.Expected)
	w.string(fDetail, f.Detail)
	return w.end()
}

func (f *Refused) parse(r *reader) {
	*f = Refused{}
	for r.next() {
		switch r.field {
		case fChannel:
			f.Channel = r.name()
		case fProducer:
			f.Producer = r.hex128()
		case fNumber:
			f.Number = r.number()
		case fCode:
			f.Code = r.code()
		case fRetry:
			f.RetryAfter = r.millis()
		case fExpected:
			f.Expected = r.number()
		case fDetail:
			f.Detail = r.text()
		default:
			r.skip()
		}
	}
}
