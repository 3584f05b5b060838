package wire

import "github.com/holdfast-ws/holdfast"

// Record is one record of a subscribed channel, after it has become durable. A server sends it.
type Record struct {
	Channel string
	Offset  uint64
	// Term is given with the first record of a term only; the others are of the same term as their predecessor.
	Term holdfast.Term
	// Time when the store took it in, in Unix milliseconds.
	Time int64
	// Publisher is the user who published it; empty without authentication.
	Publisher string
	// Type says how Data is to be read.
	Type    holdfast.ContentType
	Headers []holdfast.Header
	Data    []byte
}

// Append appends the frame.
func (f *Record) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeRecord, len(f.Channel)+len(f.Data))
	w.string(fChannel, f.Channel)
	w.number(fOffset, f.Offset)
	w.hex64(fTerm, uint64(f.Term))
	w.millis(fTime, f.Time)
	w.string(fPublisher, f.Publisher)
	w.headers(fHeaders, f.Headers)
	w.payload(f.Type, f.Data)
	return w.end()
}

func (f *Record) parse(r *reader) {
	*f = Record{}
	for r.next() {
		switch r.field {
		case fChannel:
			f.Channel = r.name()
		case fOffset:
			f.Offset = r.number()
		case fTerm:
			f.Term = holdfast.Term(r.hex64())
		case fTime:
			f.Time = r.millis()
		case fPublisher:
			f.Publisher = r.name()
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

// AppendRecord appends a record frame straight from the record; startsTerm says that it is the first of its
// term, so that the frame carries the term.
func AppendRecord(b []byte, c Codec, r *holdfast.Record, startsTerm bool) []byte {
	f := Record{
		Channel:   r.Channel,
		Offset:    r.Offset,
		Time:      r.Time.UnixMilli(),
		Publisher: r.Publisher,
		Type:      r.Type,
		Headers:   r.Headers,
		Data:      r.Data,
	}
	if startsTerm {
		f.Term = r.Term
	}
	return f.Append(b, c)
}
