package block

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// rec is a record as it lies in a body.
type rec struct {
	flags    byte
	slot     uint64
	delta    uint64
	number   uint64
	hash     uint64
	links    [store.LaneLevels]uint64 // distances
	headers  []byte                   // behind their count
	nheaders int
	data     []byte
}

func (r *rec) level() int { return int(r.flags>>2) & 3 }

// parse reads the record at the beginning of p and returns what is behind it; ok is false if there is none.
func (r *rec) parse(p []byte) (rest []byte, ok bool) {
	if len(p) == 0 {
		return nil, false
	}
	*r = rec{flags: p[0]}
	if r.flags&flagsUnknown != 0 || r.flags&3 == 3 {
		return nil, false
	}
	p = p[1:]
	if r.slot, p, ok = uvarint(p); !ok {
		return nil, false
	}
	if r.delta, p, ok = uvarint(p); !ok {
		return nil, false
	}
	if r.number, p, ok = uvarint(p); !ok {
		return nil, false
	}
	if r.flags&flagLane != 0 {
		if len(p) < 8 {
			return nil, false
		}
		r.hash, p = binary.LittleEndian.Uint64(p), p[8:]
		for k := range r.level() + 1 {
			if r.links[k], p, ok = uvarint(p); !ok {
				return nil, false
			}
		}
	}
	if r.flags&flagHeaders != 0 {
		if p, ok = r.parseHeaders(p); !ok {
			return nil, false
		}
	}
	r.data, p, ok = sized(p)
	return p, ok
}

func (r *rec) parseHeaders(p []byte) (rest []byte, ok bool) {
	n, p, ok := uvarint(p)
	if !ok || n == 0 || n > uint64(len(p)/2) {
		return nil, false
	}
	r.headers, r.nheaders = p, int(n)
	for range 2 * n {
		if _, p, ok = sized(p); !ok {
			return nil, false
		}
	}
	r.headers = r.headers[:len(r.headers)-len(p)]
	return p, true
}

// header returns the headers, which share one string.
func (r *rec) header() []holdfast.Header {
	if r.nheaders == 0 {
		return nil
	}
	all := string(r.headers)
	hs := make([]holdfast.Header, r.nheaders)
	p, at := r.headers, 0
	next := func() string {
		s, rest, _ := sized(p)
		end := at + len(p) - len(rest)
		p, at = rest, end
		return all[end-len(s) : end]
	}
	for i := range hs {
		hs[i].Name = next()
		hs[i].Value = next()
	}
	return hs
}

func uvarint(p []byte) (uint64, []byte, bool) {
	v, n := binary.Uvarint(p)
	if n <= 0 {
		return 0, nil, false
	}
	return v, p[n:], true
}

// sized reads bytes behind their length.
func sized(p []byte) (b, rest []byte, ok bool) {
	n, p, ok := uvarint(p)
	if !ok || n > uint64(len(p)) {
		return nil, nil, false
	}
	return p[:n:n], p[n:], true
}

// Node returns the node of the record at offset, which must be one of the block's. A record without a lane
// has the zero Node.
func (b *Block) Node(offset uint64) store.Node {
	var r rec
	r.parse(b.body[b.pos[offset-b.First]:])
	if r.flags&flagLane == 0 {
		return store.Node{}
	}
	n := store.Node{Number: r.number, Hash: r.hash, Level: r.level()}
	for k := range n.Level + 1 {
		if r.links[k] != 0 {
			n.Links[k] = offset - r.links[k]
		}
	}
	return n
}

// TimeOf returns the time of the record at offset in milliseconds since 1970.
func (b *Block) TimeOf(offset uint64) int64 {
	var r rec
	r.parse(b.body[b.pos[offset-b.First]:])
	return b.Time + int64(r.delta)
}

// LastTime returns the time of the last record.
func (b *Block) LastTime() int64 { return b.ms }

// Records appends the records with the offsets from to through, both among the block's, to dst, as many as
// the limit allows beside what is in dst already; dst always gets one if it is empty. It takes what it used
// off the limit, and reports whether there is some left. The records share a copy of their bytes.
func (b *Block) Records(dst []holdfast.Record, channel string, terms []store.TermStart, from, through uint64, limit *store.Limit) ([]holdfast.Record, bool) {
	i, j := int(from-b.First), int(through-b.First)+1
	more := true
	if limit.Records > 0 && j-i >= limit.Records {
		j, more = i+limit.Records, false
	}
	if limit.Bytes > 0 {
		end, _ := slices.BinarySearch(b.pos[i:j], b.pos[i]+uint32(min(limit.Bytes, 1<<30)))
		// the record at i+end-1 is the first that may end behind the limit
		for end > 0 && b.end(i+end-1)-int(b.pos[i]) > limit.Bytes {
			end--
		}
		if len(dst) == 0 {
			end = max(end, 1)
		}
		if i+end < j {
			j, more = i+end, false
		}
	}
	if i >= j {
		return dst, false
	}
	raw := slices.Clone(b.body[b.pos[i]:b.end(j-1)])
	if limit.Records > 0 {
		limit.Records -= j - i
	}
	if limit.Bytes > 0 {
		if limit.Bytes -= len(raw); limit.Bytes <= 0 {
			more = false
		}
	}
	return b.decode(dst, channel, terms, i, j, raw), more
}

// decode appends the records i to j, whose bytes are raw.
func (b *Block) decode(dst []holdfast.Record, channel string, terms []store.TermStart, i, j int, raw []byte) []holdfast.Record {
	dst = slices.Grow(dst, j-i)
	t := len(terms) - 1
	for t > 0 && terms[t].First > b.First+uint64(i) {
		t--
	}
	for ; i < j; i++ {
		offset := b.First + uint64(i)
		for t+1 < len(terms) && terms[t+1].First <= offset {
			t++
		}
		var r rec
		raw, _ = r.parse(raw)
		s := &b.slots[r.slot]
		out := holdfast.Record{
			Channel: channel, Offset: offset, Time: time.UnixMilli(b.Time + int64(r.delta)),
			Publisher: s.publisher, Producer: s.producer, Number: r.number,
			Type: holdfast.ContentType(r.flags & 3), Headers: r.header(), Data: r.data,
		}
		if t >= 0 && terms[t].First <= offset {
			out.Term = terms[t].Term
		}
		dst = append(dst, out)
	}
	return dst
}
