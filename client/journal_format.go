package client

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// The file is a magic of eight bytes, the last of which is the version, and lines. A line is a header of
// twelve bytes, little endian, and a body:
//
//	length of the body  uint32
//	checksum            uint32   CRC-32C of the body, chained: it begins with the previous line's checksum
//	header's checksum   uint32   CRC-32C of the eight bytes before
//
// A length can be trusted because of the checksum over it. So a file that ends within a line was cut off while
// that line was being written, which loses nothing that was promised; anything else that does not fit is damage.
//
// A body is a kind and its fields: numbers as uvarints, strings and data with their length before them.
const journalMagic = "hfoutbx\x01"

const lineHeader = 12

type lineKind byte

const (
	lineOutbox    lineKind = 1 // random id, user: the first line
	lineBind      lineKind = 2 // kind, id
	lineTaken     lineKind = 3 // input, sum
	lineLane      lineKind = 4 // channel, producer, next, resolved, successor, acked, at, memory, forgotten: all up to resolved have their answer; the first files end a line before acked, and many before forgotten
	lineForgotten lineKind = 5 // channel, producer: the lane's successor has taken over
	lineEntry     lineKind = 6 // a record
	lineMark      lineKind = 7 // through, at, memory: all entries so far that have no mark get this one
	lineEnded     lineKind = 8 // channel, producer, number: this entry is not to be sent any more
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendLine appends a line and returns the checksum that the next one begins with.
func appendLine(b []byte, chain uint32, fn func([]byte) []byte) ([]byte, uint32) {
	at := len(b)
	b = append(b, make([]byte, lineHeader)...)
	b = fn(b)
	body := b[at+lineHeader:]
	chain = crc32.Update(chain, castagnoli, body)
	h := b[at : at+lineHeader]
	binary.LittleEndian.PutUint32(h, uint32(len(body)))
	binary.LittleEndian.PutUint32(h[4:], chain)
	binary.LittleEndian.PutUint32(h[8:], crc32.Checksum(h[:8], castagnoli))
	return b, chain
}

func appendString[T string | []byte](b []byte, s T) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func appendKey(b []byte, k laneKey) []byte {
	b = appendString(b, k.channel)
	return append(b, k.producer[:]...)
}

func appendOutbox(b []byte, id [16]byte, user string) []byte {
	b = append(b, byte(lineOutbox))
	b = append(b, id[:]...)
	return appendString(b, user)
}

func appendBind(b []byte, kind, id string) []byte {
	b = append(b, byte(lineBind))
	b = appendString(b, kind)
	return appendString(b, id)
}

func appendTaken(b []byte, input, sum uint64) []byte {
	b = append(b, byte(lineTaken))
	b = binary.AppendUvarint(b, input)
	return binary.AppendUvarint(b, sum)
}

func appendLane(b []byte, k laneKey, l *lane) []byte {
	b = append(b, byte(lineLane))
	b = appendKey(b, k)
	b = binary.AppendUvarint(b, l.next)
	b = binary.AppendUvarint(b, l.resolved)
	b = append(b, l.successor[:]...)
	b = binary.AppendUvarint(b, l.acked)
	b = appendSent(b, l.answer)
	if l.forgotten > 0 {
		b = binary.AppendUvarint(b, l.forgotten)
	}
	return b
}

func appendForgotten(b []byte, k laneKey) []byte { return appendKey(append(b, byte(lineForgotten)), k) }

func appendEnded(b []byte, k laneKey, number uint64) []byte {
	b = appendKey(append(b, byte(lineEnded)), k)
	return binary.AppendUvarint(b, number)
}

func appendMark(b []byte, through session.EntryID, sent wire.Sent) []byte {
	b = append(b, byte(lineMark))
	b = binary.AppendUvarint(b, uint64(through))
	return appendSent(b, sent)
}

func appendSent(b []byte, sent wire.Sent) []byte {
	b = binary.AppendUvarint(b, uint64(sent.At))
	return binary.AppendUvarint(b, sent.Memory)
}

func appendEntry(b []byte, e *entry) []byte {
	b = append(b, byte(lineEntry))
	b = binary.AppendUvarint(b, uint64(e.id))
	b = appendKey(b, laneKey{e.channel, e.producer})
	b = binary.AppendUvarint(b, e.number)
	b = appendSent(b, e.sent)
	var expires int64
	if !e.expires.IsZero() {
		expires = e.expires.UnixMilli()
	}
	b = binary.AppendUvarint(b, uint64(expires))
	var taken byte
	if e.taken {
		taken = 1
	}
	b = append(b, taken)
	b = binary.AppendUvarint(b, e.input)
	b = binary.AppendUvarint(b, e.sum)
	b = append(b, byte(e.typ))
	b = binary.AppendUvarint(b, uint64(len(e.headers)))
	for _, h := range e.headers {
		b = appendString(b, h.Name)
		b = appendString(b, h.Value)
	}
	return appendString(b, e.data)
}

// appendSnapshot appends a whole file and begins its chain. The caller has the outbox's lock.
func appendSnapshot(b []byte, j *journal) []byte {
	o := j.o
	b = append(b, journalMagic...)
	j.chain = 0
	line := func(fn func([]byte) []byte) int {
		before := len(b)
		b, j.chain = appendLine(b, j.chain, fn)
		return len(b) - before
	}
	line(func(b []byte) []byte { return appendOutbox(b, o.uid, o.o.User) })
	if o.kind != "" || o.id != "" {
		line(func(b []byte) []byte { return appendBind(b, o.kind, o.id) })
	}
	line(func(b []byte) []byte { return appendTaken(b, o.input, o.sum) })
	for k, l := range o.lanes {
		l.dirty = false
		line(func(b []byte) []byte { return appendLane(b, k, l) })
	}
	j.dirty = j.dirty[:0]
	j.live = 0
	for e := o.first; e != nil; e = e.next {
		e.written = line(func(b []byte) []byte { return appendEntry(b, e) })
		j.live += e.written
	}
	return b
}

// lineReader reads the fields of a body. The first mistake makes it bad, and everything after it zero.
type lineReader struct {
	b   []byte
	bad bool
}

func (r *lineReader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	s := r.b[:n:n]
	r.b = r.b[n:]
	return s
}

func (r *lineReader) byte() byte {
	if s := r.take(1); s != nil {
		return s[0]
	}
	return 0
}

func (r *lineReader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.take(-1)
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *lineReader) bytes() []byte {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.take(-1)
		return nil
	}
	return r.take(int(n))
}

func (r *lineReader) string() string { return string(r.bytes()) }

func (r *lineReader) id() (p [16]byte) {
	copy(p[:], r.take(len(p)))
	return p
}

func (r *lineReader) key() laneKey { return laneKey{r.string(), r.id()} }

func (r *lineReader) sent() wire.Sent { return wire.Sent{At: int64(r.uint()), Memory: r.uint()} }

func (r *lineReader) entry() *entry {
	e := &entry{receipt: &Receipt{kept: true}}
	e.id = session.EntryID(r.uint())
	k := r.key()
	e.channel, e.producer = k.channel, k.producer
	e.number = r.uint()
	e.sent = r.sent()
	if ms := r.uint(); ms != 0 && ms <= math.MaxInt64 {
		e.expires = time.UnixMilli(int64(ms))
	}
	e.taken = r.byte() == 1
	e.input, e.sum = r.uint(), r.uint()
	e.typ = holdfast.ContentType(r.byte())
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.take(-1)
		return e
	}
	for range n {
		if r.bad {
			return e
		}
		e.headers = append(e.headers, holdfast.Header{Name: r.string(), Value: r.string()})
	}
	e.data = r.bytes()
	e.receipt.channel, e.receipt.producer, e.receipt.number = e.channel, e.producer, e.number
	if e.id == 0 || e.number == 0 || e.number == math.MaxUint64 || e.typ > holdfast.JSON {
		r.bad = true
	}
	e.measure()
	return e
}
