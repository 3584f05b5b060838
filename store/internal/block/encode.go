package block

import (
	"encoding/binary"
	"errors"

	"github.com/cespare/xxhash/v2"
)

// version is the first byte of an encoded block. After it come a checksum of 8 bytes over the key and all that
// follows, then as uvarints the number of records, Start, Time and the number of slots; each slot as the 16
// bytes of its producer and its publisher behind its length; then the records.
const version = 1

const headSize = 9

var (
	// ErrDamaged says that bytes are not a block, or not the one of that key.
	ErrDamaged = errors.New("block: damaged")
	// ErrNewer says that a block was written by a newer version.
	ErrNewer = errors.New("block: written by a newer version")
)

// MaxEncoded returns how many bytes [Block.AppendTo] adds at most.
func (b *Block) MaxEncoded() int {
	n := headSize + 4*binary.MaxVarintLen64 + len(b.body)
	for i := range b.slots {
		n += 16 + binary.MaxVarintLen32 + len(b.slots[i].publisher)
	}
	return n
}

// AppendTo appends the encoded block to dst. The key is part of the checksum, so that a block is not taken
// for another one.
func (b *Block) AppendTo(dst, key []byte) []byte {
	at := len(dst)
	dst = append(dst, version, 0, 0, 0, 0, 0, 0, 0, 0)
	dst = binary.AppendUvarint(dst, uint64(len(b.pos)))
	dst = binary.AppendUvarint(dst, b.Start)
	dst = binary.AppendUvarint(dst, uint64(b.Time))
	dst = binary.AppendUvarint(dst, uint64(len(b.slots)))
	for i := range b.slots {
		s := &b.slots[i]
		dst = append(dst, s.producer[:]...)
		dst = binary.AppendUvarint(dst, uint64(len(s.publisher)))
		dst = append(dst, s.publisher...)
	}
	dst = append(dst, b.body...)
	binary.LittleEndian.PutUint64(dst[at+1:], Sum(key, dst[at+headSize:]))
	return dst
}

// Sum is the checksum of a value under a key.
func Sum(key, value []byte) uint64 {
	var d xxhash.Digest
	d.Reset()
	d.Write(key)
	d.Write(value)
	return d.Sum64()
}

// Parse makes b the block that was encoded in value under key; first is the offset of its first record.
// It checks all of it, so that nothing can fail later. The block refers to value.
func (b *Block) Parse(key, value []byte, first uint64) error {
	*b = Block{First: first, slots: b.slots[:0], pos: b.pos[:0]}
	if len(value) < headSize || value[0] == 0 {
		return ErrDamaged
	}
	if value[0] > version {
		return ErrNewer
	}
	p := value[headSize:]
	if binary.LittleEndian.Uint64(value[1:]) != Sum(key, p) {
		return ErrDamaged
	}
	count, p, ok := uvarint(p)
	if !ok || count == 0 || count > uint64(len(p)) || first == 0 || first+count < first {
		return ErrDamaged
	}
	if b.Start, p, ok = uvarint(p); !ok {
		return ErrDamaged
	}
	ms, p, ok := uvarint(p)
	if !ok || int64(ms) < 0 {
		return ErrDamaged
	}
	b.Time = int64(ms)
	if p, ok = b.parseSlots(p); !ok {
		return ErrDamaged
	}
	return b.parseBody(p, int(count))
}

func (b *Block) parseSlots(p []byte) (rest []byte, ok bool) {
	n, p, ok := uvarint(p)
	if !ok {
		return nil, false
	}
	for range n {
		var s slot
		if len(p) < len(s.producer) {
			return nil, false
		}
		p = p[copy(s.producer[:], p):]
		var name []byte
		if name, p, ok = sized(p); !ok {
			return nil, false
		}
		s.publisher = string(name)
		b.slots = append(b.slots, s)
	}
	return p, true
}

func (b *Block) parseBody(p []byte, count int) error {
	b.body = p[:len(p):len(p)]
	b.ms = b.Time
	for i := range count {
		b.pos = append(b.pos, uint32(len(b.body)-len(p)))
		var r rec
		var ok bool
		if p, ok = r.parse(p); !ok || r.slot >= uint64(len(b.slots)) {
			return ErrDamaged
		}
		t := b.Time + int64(r.delta)
		if int64(r.delta) < 0 || t < b.ms {
			return ErrDamaged
		}
		b.ms = t
		offset := b.First + uint64(i)
		for _, l := range r.links {
			if l >= offset {
				return ErrDamaged
			}
		}
	}
	if len(p) != 0 || uint64(len(b.body)) > 1<<32-1 {
		return ErrDamaged
	}
	return nil
}
