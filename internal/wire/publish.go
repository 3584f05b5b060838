package wire

import "github.com/holdfast-ws/holdfast"

// Publish asks for a record to be appended. A client sends it, in the order of the lane's numbers.
type Publish struct {
	// Channel to append to.
	Channel string
	// Producer of the lane, where it is another one than the hello's: an older outbox that is being resent.
	Producer holdfast.ProducerID
	// Number in the lane, from 1, without a hole.
	Number uint64
	// Sent is zero on the first attempt.
	Sent Sent
	// Type says how Data is to be read.
	Type holdfast.ContentType
	// Headers in their order; at most 64, names may repeat.
	Headers []holdfast.Header
	// Data of the record. Of type JSON it is one JSON value.
	Data []byte
}

// Append appends the frame.
func (f *Publish) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypePublish, len(f.Channel)+len(f.Data))
	w.string(fChannel, f.Channel)
	w.hex128(fProducer, (*[16]byte)(&f.Producer))
	w.number(fNumber, f.Number)
	w.millis(fSent, f.Sent.At)
	w.hex64(fMemory, f.Sent.Memory)
	w.headers(fHeaders, f.Headers)
	w.payload(f.Type, f.Data)
	return w.end()
}

func (f *Publish) parse(r *reader) {
	*f = Publish{}
	for r.next() {
		switch r.field {
		case fChannel:
			f.Channel = r.name()
		case fProducer:
			f.Producer = r.hex128()
		case fNumber:
			f.Number = r.number()
		case fSent:
			f.Sent.At = r.millis()
		case fMemory:
			f.Sent.Memory = r.hex64()
		case fHeaders:
			f.Headers = r.addHeaders(f.Headers)
		case fContent:
			f.Type = r.contentType()
		case fData:
			f.Data = r.payload(&f.Type)
		default:
			r.skip()
		}
	}
}

// Sent says when, and under which memory of lanes, a resent record was first sent. Zero: it was not sent before.
type Sent struct {
	// At is the server's time in Unix milliseconds, as the client reckons it from the welcome's clock.
	At int64
	// Memory of lanes, as the welcome named it then.
	Memory uint64
}
