package wire

import "github.com/holdfast-ws/holdfast"

// Stored answers publishes and skips: every number of the lane up to Number is resolved. The last Count of
// them were stored at consecutive offsets that end with Offset. A server sends it, after all of it is as durable
// as it says.
type Stored struct {
	Channel string
	// Producer of the lane, where it is another one than the hello's.
	Producer holdfast.ProducerID
	// Number up to which all is resolved; cumulative.
	Number uint64
	// Count of records that were stored at consecutive offsets; 0 means 1.
	Count uint32
	// Offset of Number's record; 0 if there is none, or none is known any more.
	Offset uint64
	// Flags say how it is kept, and whether it was there before.
	Flags StoredFlags
	// Copies is on how many machines the weakest of them is.
	Copies uint32
}

// Append appends the frame.
func (f *Stored) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeStored, 0)
	w.string(fChannel, f.Channel)
	w.hex128(fProducer, (*[16]byte)(&f.Producer))
	w.number(fNumber, f.Number)
	w.number(fCount, uint64(f.Count))
	w.number(fOffset, f.Offset)
	w.flag(fSynced, f.Flags&FlagSynced != 0)
	w.flag(fDuplicate, f.Flags&FlagDuplicate != 0)
	w.flag(fSkipped, f.Flags&FlagSkipped != 0)
	w.number(fCopies, uint64(f.Copies))
	return w.end()
}

func (f *Stored) parse(r *reader) {
	*f = Stored{}
	for r.next() {
		switch r.field {
		case fChannel:
			f.Channel = r.name()
		case fProducer:
			f.Producer = r.hex128()
		case fNumber:
			f.Number = r.number()
		case fCount:
			f.Count = r.number32()
		case fOffset:
			f.Offset = r.number()
		case fSynced:
			f.Flags |= r.flagOf(FlagSynced)
		case fDuplicate:
			f.Flags |= r.flagOf(FlagDuplicate)
		case fSkipped:
			f.Flags |= r.flagOf(FlagSkipped)
		case fCopies:
			f.Copies = r.number32()
		default:
			r.skip()
		}
	}
}

func (r *reader) flagOf(f StoredFlags) StoredFlags {
	if r.flag() {
		return f
	}
	return 0
}

// StoredFlags are facts about stored records.
type StoredFlags uint8

const (
	// FlagSynced: it was fsynced.
	FlagSynced StoredFlags = 1 << iota
	// FlagDuplicate: it was stored before; Offset is that record's, or 0 if it is no longer retained.
	FlagDuplicate
	// FlagSkipped: Number was resolved without a record; Offset is 0.
	FlagSkipped
)
