// Package block holds runs of records of one channel in one piece of memory: what the memory store keeps, and
// what the disk store writes as one value.
package block

import (
	"encoding/binary"
	"sort"
	"strings"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// Block is a run of records of one channel with contiguous offsets. A Block may be read by many while one
// appends to it, if the readers use a [Block.Snapshot] that was taken when nobody appended.
type Block struct {
	// First is the offset of the first record, and Time its time in milliseconds since 1970.
	First uint64
	Time  int64
	// Start is how many bytes the log had before this block, since it began.
	Start uint64

	slots []slot
	body  []byte
	pos   []uint32 // where in body each record begins
	last  int      // slot of the latest record
	index map[slot]int
	ms    int64 // time of the latest record
}

// slot is a producer and a user; the records refer to it by its index.
type slot struct {
	producer  holdfast.ProducerID
	publisher string
}

// flags of a record, beside its type in bits 0 and 1 and its level in bits 2 and 3.
const (
	flagHeaders  = 1 << 4
	flagLane     = 1 << 5
	flagsUnknown = 1<<6 | 1<<7
)

// growth is about what a record takes beside its data; where there is less room a block doubles its memory.
const growth = 64

// indexFrom is how many slots are searched one by one before there is an index of them.
const indexFrom = 8

// Reset makes b an empty block again, on the memory that it has.
func (b *Block) Reset(first, start uint64, ms int64) {
	clear(b.slots)
	clear(b.index)
	*b = Block{First: first, Start: start, Time: ms, ms: ms, slots: b.slots[:0], body: b.body[:0], pos: b.pos[:0], index: b.index}
}

// Grow makes room for that many bytes and records.
func (b *Block) Grow(bytes, records int) {
	if cap(b.body) < bytes {
		b.body = append(make([]byte, 0, bytes), b.body...)
	}
	if cap(b.pos) < records {
		b.pos = append(make([]uint32, 0, records), b.pos...)
	}
}

// MaxSizeOf returns how many bytes a record of that draft takes at most.
func MaxSizeOf(d *store.Draft) int {
	n := 8 + (6+store.LaneLevels)*binary.MaxVarintLen64 + len(d.Data)
	for _, h := range d.Headers {
		n += len(h.Name) + len(h.Value) + 2*binary.MaxVarintLen32
	}
	return n
}

// Close gives back what only appending needs.
func (b *Block) Close() { b.index = nil }

// Snapshot returns the block as it is now, for readers.
func (b *Block) Snapshot() Block {
	return Block{
		First: b.First, Time: b.Time, Start: b.Start, ms: b.ms,
		slots: b.slots[:len(b.slots):len(b.slots)], body: b.body[:len(b.body):len(b.body)], pos: b.pos[:len(b.pos):len(b.pos)],
	}
}

// Len returns how many records there are.
func (b *Block) Len() int { return len(b.pos) }

// Last returns the offset of the last record; First-1 if there is none.
func (b *Block) Last() uint64 { return b.First + uint64(len(b.pos)) - 1 }

// Size returns how many bytes the records take.
func (b *Block) Size() int { return len(b.body) }

// Memory returns about how many bytes of memory the block takes.
func (b *Block) Memory() int { return cap(b.body) + 4*cap(b.pos) + 40*cap(b.slots) + 128 }

// SizeOf returns how many bytes the record at offset takes.
func (b *Block) SizeOf(offset uint64) int {
	i := int(offset - b.First)
	return b.end(i) - int(b.pos[i])
}

// Before returns how many bytes of the block come before the record at offset.
func (b *Block) Before(offset uint64) int {
	if i := int(offset - b.First); i < len(b.pos) {
		return int(b.pos[i])
	}
	return len(b.body)
}

func (b *Block) end(i int) int {
	if i+1 < len(b.pos) {
		return int(b.pos[i+1])
	}
	return len(b.body)
}

// Append adds a record with the next offset. The time must not lie before that of the record before it.
// The node is nil for a record without a lane.
func (b *Block) Append(d *store.Draft, n *store.Node, ms int64) {
	offset := b.First + uint64(len(b.pos))
	b.pos = append(b.pos, uint32(len(b.body)))
	flags := byte(d.Type) & 3
	if len(d.Headers) > 0 {
		flags |= flagHeaders
	}
	if n != nil {
		flags |= flagLane | byte(n.Level)<<2
	}
	if len(b.body)+len(d.Data)+growth > cap(b.body) {
		b.Grow(max(2*cap(b.body), len(b.body)+MaxSizeOf(d)), 0)
	}
	p := append(b.body, flags)
	p = binary.AppendUvarint(p, uint64(b.slot(d)))
	p = binary.AppendUvarint(p, uint64(ms-b.Time))
	p = binary.AppendUvarint(p, d.Number)
	if n != nil {
		p = binary.LittleEndian.AppendUint64(p, n.Hash)
		for _, l := range n.Links[:n.Level+1] {
			if l != 0 {
				l = offset - l
			}
			p = binary.AppendUvarint(p, l)
		}
	}
	if len(d.Headers) > 0 {
		p = binary.AppendUvarint(p, uint64(len(d.Headers)))
		for _, h := range d.Headers {
			p = binary.AppendUvarint(p, uint64(len(h.Name)))
			p = append(p, h.Name...)
			p = binary.AppendUvarint(p, uint64(len(h.Value)))
			p = append(p, h.Value...)
		}
	}
	p = binary.AppendUvarint(p, uint64(len(d.Data)))
	b.body = append(p, d.Data...)
	b.ms = ms
}

// slot returns the index of the draft's slot.
func (b *Block) slot(d *store.Draft) int {
	if len(b.slots) > 0 {
		if s := &b.slots[b.last]; s.producer == d.Producer && s.publisher == d.Publisher {
			return b.last
		}
	}
	s := slot{d.Producer, d.Publisher}
	if len(b.slots) <= indexFrom {
		for i := range b.slots {
			if b.slots[i] == s {
				b.last = i
				return i
			}
		}
	} else if i, ok := b.index[s]; ok {
		b.last = i
		return i
	}
	s.publisher = strings.Clone(s.publisher)
	b.last = len(b.slots)
	b.slots = append(b.slots, s)
	if len(b.slots) > indexFrom {
		b.reindex()
	}
	return b.last
}

func (b *Block) reindex() {
	if b.index == nil {
		b.index = make(map[slot]int, 4*indexFrom)
	}
	from := b.last
	if len(b.index) == 0 {
		from = 0
	}
	for i := from; i < len(b.slots); i++ {
		b.index[b.slots[i]] = i
	}
}

// Cut returns the last offset to remove so that at least n bytes of the block go; First-1 if n <= 0.
func (b *Block) Cut(n int) uint64 {
	if n <= 0 {
		return b.First - 1
	}
	i := sort.Search(len(b.pos), func(i int) bool { return b.end(i) >= n })
	return min(b.First+uint64(i), b.Last())
}

// OlderThan returns the last offset whose record's time is before ms; First-1 if there is none.
func (b *Block) OlderThan(ms int64) uint64 {
	i := sort.Search(len(b.pos), func(i int) bool { return b.TimeOf(b.First+uint64(i)) >= ms })
	return b.First + uint64(i) - 1
}
