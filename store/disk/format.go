package disk

import (
	"encoding/binary"
	"errors"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/internal/block"
)

// formatVersion of the data folder as a whole: the keys, and what they mean.
const formatVersion = 1

// Keys begin with a letter for their kind; numbers in them are big-endian, so that they sort.
const (
	kindBlock      = 'r' // channel id, first offset → a block of records
	kindLane       = 'p' // channel id, producer → lane
	kindChannel    = 'c' // name → channelValue
	kindFloor      = 'f' // channel id → floorValue; apart from the channel, because only Trim writes it
	kindCursor     = 'u' // channel id, name → store.Cursor
	kindMeta       = 'm' // → metaValue
	kindNextID     = 'n' // → the next channel id; ids are never used again
	kindGeneration = 'g' // → the cursor generation drawn last
	kindDeleted    = 'd' // → when a channel was deleted last, Unix ms
)

func appendID(dst []byte, kind byte, id uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, kind), id)
}

func appendBlockKey(dst []byte, id, first uint64) []byte {
	return binary.BigEndian.AppendUint64(appendID(dst, kindBlock, id), first)
}

func appendLaneKey(dst []byte, id uint64, p holdfast.ProducerID) []byte {
	return append(appendID(dst, kindLane, id), p[:]...)
}

func channelKey(name string) []byte { return append([]byte{kindChannel}, name...) }

func cursorKey(id uint64, name string) []byte { return append(appendID(nil, kindCursor, id), name...) }

// blockFirst returns the offset in a block's key.
func blockFirst(key []byte) (uint64, bool) {
	if len(key) != 17 {
		return 0, false
	}
	return binary.BigEndian.Uint64(key[9:]), true
}

var (
	errDamaged = errors.New("a value is damaged")
	errNewer   = errors.New("a value was written by a newer version")
)

// valueVersion is the first byte of each value but blocks, which have their own. After it come four bytes of
// a checksum over the key and what follows.
const valueVersion = 1

// begin starts a value, and end completes it.
func begin(dst []byte) []byte { return append(dst, valueVersion, 0, 0, 0, 0) }

func end(key, value []byte) []byte {
	binary.LittleEndian.PutUint32(value[1:], uint32(block.Sum(key, value[5:])))
	return value
}

// decoder reads what lies between. After its first failure it returns zeros.
type decoder struct {
	p   []byte
	err error
}

func open(key, value []byte) decoder {
	switch {
	case len(value) < 5 || value[0] == 0:
		return decoder{err: errDamaged}
	case value[0] > valueVersion:
		return decoder{err: errNewer}
	case binary.LittleEndian.Uint32(value[1:]) != uint32(block.Sum(key, value[5:])):
		return decoder{err: errDamaged}
	}
	return decoder{p: value[5:]}
}

func (d *decoder) fail() {
	if d.err == nil {
		d.err = errDamaged
	}
	d.p = nil
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.p)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.p = d.p[n:]
	return v
}

func (d *decoder) byte() byte {
	if len(d.p) == 0 {
		d.fail()
		return 0
	}
	b := d.p[0]
	d.p = d.p[1:]
	return b
}

func (d *decoder) fixed64() uint64 {
	if len(d.p) < 8 {
		d.fail()
		return 0
	}
	v := binary.LittleEndian.Uint64(d.p)
	d.p = d.p[8:]
	return v
}

func (d *decoder) bytes(dst []byte) {
	if len(d.p) < len(dst) {
		d.fail()
		return
	}
	d.p = d.p[copy(dst, d.p):]
}

// done fails if something is left.
func (d *decoder) done() error {
	if len(d.p) > 0 {
		d.fail()
	}
	return d.err
}

// metaValue is what does not change for the life of a data folder.
type metaValue struct {
	format, memory uint64
	created        uint64 // milliseconds since 1970
}

func (m *metaValue) encode(key []byte) []byte {
	v := binary.AppendUvarint(begin(nil), m.format)
	v = binary.LittleEndian.AppendUint64(v, m.memory)
	return end(key, binary.AppendUvarint(v, m.created))
}

func (m *metaValue) decode(key, value []byte) error {
	d := open(key, value)
	*m = metaValue{format: d.uvarint(), memory: d.fixed64(), created: d.uvarint()}
	return d.done()
}

// channelValue is what is written when a channel is made, and when a term starts.
type channelValue struct {
	id uint64
	// opened is the term of the store when the last of terms started; a channel that is made anew after a
	// Delete has a term of its own instead.
	opened holdfast.Term
	terms  []store.TermStart
}

func (c *channelValue) encode(key []byte) []byte {
	v := binary.AppendUvarint(begin(nil), c.id)
	v = binary.LittleEndian.AppendUint64(v, uint64(c.opened))
	v = binary.AppendUvarint(v, uint64(len(c.terms)))
	for _, t := range c.terms {
		v = binary.LittleEndian.AppendUint64(v, uint64(t.Term))
		v = binary.AppendUvarint(v, t.First)
	}
	return end(key, v)
}

func (c *channelValue) decode(key, value []byte) error {
	d := open(key, value)
	*c = channelValue{id: d.uvarint(), opened: holdfast.Term(d.fixed64())}
	first := uint64(0)
	for n := d.uvarint(); n > 0 && d.err == nil; n-- {
		t := store.TermStart{Term: holdfast.Term(d.fixed64()), First: d.uvarint()}
		if t.First <= first || t.Term == 0 {
			d.fail()
			break
		}
		first = t.First
		c.terms = append(c.terms, t)
	}
	if c.id == 0 {
		d.fail()
	}
	return d.done()
}

// floorValue is where retention has left a log.
type floorValue struct {
	floor uint64
	cum   uint64 // bytes of the log up to the floor
	ms    uint64 // time of the record at the floor
}

func (f *floorValue) encode(key []byte) []byte {
	v := binary.AppendUvarint(begin(nil), f.floor)
	v = binary.AppendUvarint(v, f.cum)
	return end(key, binary.AppendUvarint(v, f.ms))
}

func (f *floorValue) decode(key, value []byte) error {
	d := open(key, value)
	*f = floorValue{floor: d.uvarint(), cum: d.uvarint(), ms: d.uvarint()}
	return d.done()
}

// encodeLane encodes on the memory of buf.
func encodeLane(buf, key []byte, l *store.Lane) []byte {
	v := begin(buf[:0])
	flags := byte(0)
	if l.Sealed {
		flags = 1
	}
	v = append(v, flags)
	if l.Sealed {
		v = append(v, l.Successor[:]...)
	}
	v = binary.AppendUvarint(v, l.Last)
	v = binary.AppendUvarint(v, uint64(l.Updated))
	v = binary.AppendUvarint(v, l.Number)
	for _, o := range l.Links {
		v = binary.AppendUvarint(v, o)
	}
	return end(key, v)
}

func decodeLane(l *store.Lane, key, value []byte) error {
	d := open(key, value)
	*l = store.Lane{Exists: true}
	switch d.byte() {
	case 0:
	case 1:
		l.Sealed = true
		d.bytes(l.Successor[:])
	default:
		d.fail()
	}
	l.Last, l.Updated, l.Number = d.uvarint(), int64(d.uvarint()), d.uvarint()
	for k := range l.Links {
		l.Links[k] = d.uvarint()
	}
	return d.done()
}

func encodeCursor(key []byte, c *store.Cursor) []byte {
	v := binary.AppendUvarint(begin(nil), c.Generation)
	if c.Known {
		v = binary.LittleEndian.AppendUint64(append(v, 1), uint64(c.Position.Term))
		v = binary.AppendUvarint(v, c.Position.Offset)
	} else {
		v = append(v, 0)
	}
	return end(key, v)
}

func decodeCursor(c *store.Cursor, key, value []byte) error {
	d := open(key, value)
	*c = store.Cursor{Generation: d.uvarint()}
	switch d.byte() {
	case 0:
	case 1:
		c.Known = true
		c.Position = holdfast.Position{Term: holdfast.Term(d.fixed64()), Offset: d.uvarint()}
	default:
		d.fail()
	}
	return d.done()
}

func encodeCounter(key []byte, n uint64) []byte {
	return end(key, binary.AppendUvarint(begin(nil), n))
}

func decodeCounter(key, value []byte) (uint64, error) {
	d := open(key, value)
	n := d.uvarint()
	return n, d.done()
}
