// Package pieces cuts a stream of bytes into records and joins records to the same bytes again.
//
// By lines, a record is a line without its newline: text if it is UTF-8, else binary. By size, a record is so
// many bytes, the last one what is left. Joining writes a newline after each record that is text or JSON and
// none after binary ones; the header [HeaderNewline] says so where it is otherwise. So every stream comes out
// as it went in, byte by byte, and both kinds may be mixed with records that others have published.
package pieces

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
	"github.com/holdfast-ws/holdfast"
)

const (
	// HeaderNewline says whether a newline follows the record's bytes in the stream, "1" or "0", where its
	// type does not say it.
	HeaderNewline = "holdfast-newline"
	// HeaderEOF marks the last record of a stream; it has no bytes in it.
	HeaderEOF = "holdfast-eof"
)

// MaxLine is how long a line may be to travel as one record; a longer one travels in parts. In the worst case
// (control characters in a JSON frame) it takes six times as much on the wire, still below the server's
// default limit of 1 MiB.
const MaxLine = 128 << 10

// MaxSize is the largest record that a stream can be cut into.
const MaxSize = 64 << 20

// Split says how a stream is cut: by lines (the zero value), or into pieces of Size bytes.
type Split struct {
	Size int
}

// ParseSplit reads "line", or a size: 4096, 64k, 1M.
func ParseSplit(s string) (Split, error) {
	if s == "line" {
		return Split{}, nil
	}
	n, err := ParseSize(s)
	if err != nil || n < 1 || n > MaxSize {
		return Split{}, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "read --split",
			Detail: fmt.Sprintf("split: %q is neither line nor a size from 1 to 64M", s), Hint: "use --split line, or --split 4096"}
	}
	return Split{Size: int(n)}, nil
}

// String returns what [ParseSplit] reads.
func (s Split) String() string {
	if s.Size == 0 {
		return "line"
	}
	return strconv.Itoa(s.Size)
}

// ParseSize reads a number of bytes: 4096, 64k, 1M, 2GiB. The units are powers of 1024.
func ParseSize(s string) (int64, error) {
	digits := strings.TrimRight(s, "kKmMgGiIbB")
	n, err := strconv.ParseInt(digits, 10, 64)
	shift := 0
	switch strings.ToLower(s[len(digits):]) {
	case "", "b":
	case "k", "kb", "ki", "kib":
		shift = 10
	case "m", "mb", "mi", "mib":
		shift = 20
	case "g", "gb", "gi", "gib":
		shift = 30
	default:
		err = errors.New("no such unit")
	}
	if err != nil || n < 0 || n > 1<<62>>shift {
		return 0, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "read size", Detail: fmt.Sprintf("size: %q is no number of bytes", s),
			Hint: "write it like 4096, 64k or 50M"}
	}
	return n << shift, nil
}

// Piece is one record to be.
type Piece struct {
	// Data is valid until the next call of [Splitter.Next].
	Data    []byte
	Type    holdfast.ContentType
	Headers []holdfast.Header
}

// Splitter cuts a stream. It is for one goroutine at a time.
type Splitter struct {
	split Split
	r     io.Reader
	buf   []byte // buf[at:end] is read and not taken
	at    int
	end   int
	err   error // why nothing more comes from r
	sum   xxhash.Digest
	taken uint64
	typ   holdfast.ContentType
	force bool
}

// NewSplitter returns a Splitter that reads r.
func NewSplitter(r io.Reader, s Split) *Splitter {
	size := MaxLine + 1
	if s.Size > 0 {
		size = max(4096, s.Size)
	}
	sp := &Splitter{split: s, r: r, buf: make([]byte, size)}
	sp.sum.Reset()
	return sp
}

// As makes all pieces that type, whatever is in them.
func (s *Splitter) As(t holdfast.ContentType) { s.typ, s.force = t, true }

// Taken returns how many bytes of the stream the pieces so far have taken, and the xxhash64 of them.
func (s *Splitter) Taken() (n, sum uint64) { return s.taken, s.sum.Sum64() }

// Skip reads n bytes, which must have that sum, without making pieces of them. It comes before the first Next.
// It returns CodeOutboxMismatch if the stream is shorter or has other bytes.
func (s *Splitter) Skip(n, sum uint64) error {
	for s.taken < n && s.fill() {
		m := int(min(n-s.taken, uint64(s.end-s.at)))
		s.take(m)
	}
	switch {
	case s.taken < n && !errors.Is(s.err, io.EOF):
		return readError(s.err)
	case s.taken < n:
		return mismatch(fmt.Sprintf("input: it has %d bytes, and %d have been published of another or longer one", s.taken, n))
	case s.sum.Sum64() != sum:
		return mismatch(fmt.Sprintf("input: its first %d bytes are not the ones that have been published", n))
	}
	return nil
}

// AtEnd reports whether the stream has ended; it waits for the next byte to know.
func (s *Splitter) AtEnd() bool { return !s.fill() }

func mismatch(detail string) error {
	return &holdfast.Error{Code: holdfast.CodeOutboxMismatch, Op: "go on with the input", Detail: detail}
}

func readError(err error) error {
	return &holdfast.Error{Code: holdfast.CodeIO, Op: "read input", Cause: err}
}

// Ready reports whether the next piece has been read already, so that Next will not wait.
func (s *Splitter) Ready() bool {
	have := s.buf[s.at:s.end]
	if s.split.Size > 0 {
		return len(have) >= s.split.Size
	}
	return len(have) == len(s.buf) || bytes.IndexByte(have, '\n') >= 0
}

// Next returns the next piece, or io.EOF at the end.
func (s *Splitter) Next() (Piece, error) {
	for scanned := 0; ; {
		have := s.buf[s.at:s.end]
		if s.split.Size == 0 {
			if i := bytes.IndexByte(have[scanned:], '\n'); i >= 0 {
				line := s.take(scanned + i + 1)
				return s.piece(line[:len(line)-1], true), nil
			}
			scanned = len(have)
		} else if len(have) >= s.split.Size {
			return s.piece(s.take(s.split.Size), false), nil
		}
		switch {
		case s.split.Size == 0 && len(have) == len(s.buf):
			return s.piece(s.take(runeBoundary(have)), false), nil
		case s.more():
		case !errors.Is(s.err, io.EOF):
			return Piece{}, readError(s.err)
		case len(have) > 0:
			return s.piece(s.take(len(have)), false), nil
		default:
			return Piece{}, io.EOF
		}
	}
}

// take counts and sums the next n bytes of the buffer, and returns them.
func (s *Splitter) take(n int) []byte {
	b := s.buf[s.at : s.at+n]
	s.at += n
	s.sum.Write(b)
	s.taken += uint64(n)
	return b
}

// fill makes sure that the buffer has something, and returns false if there is nothing more to come.
func (s *Splitter) fill() bool { return s.at < s.end || s.more() }

// more reads once, behind what the buffer has, and returns false if nothing came.
func (s *Splitter) more() bool {
	if s.at > 0 {
		s.end = copy(s.buf, s.buf[s.at:s.end])
		s.at = 0
	}
	for empty := 0; s.err == nil; empty++ {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.err = err
		if n > 0 {
			return true
		}
		if err == nil && empty == 100 {
			s.err = io.ErrNoProgress
		}
	}
	return false
}

// piece decides the type, and whether a header is needed for the newline to come out right.
func (s *Splitter) piece(data []byte, newline bool) Piece {
	p := Piece{Data: data}
	switch {
	case s.force:
		p.Type = s.typ
	case s.split.Size == 0 && utf8.Valid(data):
		p.Type = holdfast.Text
	}
	if newline != newlineByType(p.Type) {
		p.Headers = newlineHeaders[newline]
	}
	return p
}

var newlineHeaders = map[bool][]holdfast.Header{
	true:  {{Name: HeaderNewline, Value: "1"}},
	false: {{Name: HeaderNewline, Value: "0"}},
}

func newlineByType(t holdfast.ContentType) bool { return t != holdfast.Binary }

// runeBoundary returns the length of the longest part of data that does not end within a rune.
func runeBoundary(data []byte) int {
	for back := 1; back < utf8.UTFMax && back < len(data); back++ {
		if i := len(data) - back; utf8.RuneStart(data[i]) {
			if !utf8.FullRune(data[i:]) {
				return i
			}
			break
		}
	}
	return len(data)
}

// AppendRaw appends the bytes of the stream that the record stands for.
func AppendRaw(dst []byte, r *holdfast.Record) []byte {
	if IsEOF(r) {
		return dst
	}
	dst = append(dst, r.Data...)
	newline := newlineByType(r.Type)
	switch r.Header(HeaderNewline) {
	case "1":
		newline = true
	case "0":
		newline = false
	}
	if newline {
		dst = append(dst, '\n')
	}
	return dst
}

// IsEOF reports whether the record is the mark at the end of a stream.
func IsEOF(r *holdfast.Record) bool { return len(r.Headers) > 0 && r.Header(HeaderEOF) != "" }
