package holdfast

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Term names one life of a log: a random id drawn each time a store is opened for writing, which the log's
// first append afterwards starts. The zero Term belongs to a log that was never written.
type Term uint64

// NewTerm draws a random term.
func NewTerm() Term {
	for {
		var b [8]byte
		rand.Read(b[:]) // never fails (crypto/rand, since Go 1.24)
		if t := Term(binary.BigEndian.Uint64(b[:])); t != 0 {
			return t
		}
	}
}

// String returns sixteen hexadecimal digits, or "-" for the zero term.
func (t Term) String() string {
	if t == 0 {
		return "-"
	}
	return fmt.Sprintf("%016x", uint64(t))
}

// ParseTerm reads what String wrote.
func ParseTerm(s string) (Term, error) {
	if s == "-" {
		return 0, nil
	}
	if len(s) != 16 {
		return 0, &Error{Code: CodeBadArgument, Op: "parse term", Detail: "term: 16 hexadecimal digits wanted, got " + strconv.Quote(s)}
	}
	v, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		return 0, &Error{Code: CodeBadArgument, Op: "parse term", Detail: "term: " + strconv.Quote(s), Cause: err}
	}
	return Term(v), nil
}

// Position is a place in a channel's log: the record at Offset, which was written in Term. A subscriber
// that remembers it goes on exactly after that record, on any node. The zero Position is before the first
// record of any log.
type Position struct {
	Term   Term
	Offset uint64
}

// String returns "term@offset", which [ParsePosition] reads.
func (p Position) String() string { return p.Term.String() + "@" + strconv.FormatUint(p.Offset, 10) }

// ParsePosition reads what [Position.String] wrote.
func ParsePosition(s string) (Position, error) {
	t, o, ok := strings.Cut(s, "@")
	term, err := ParseTerm(t)
	off, err2 := strconv.ParseUint(o, 10, 64)
	if !ok || err != nil || err2 != nil {
		return Position{}, &Error{Code: CodeBadArgument, Op: "parse position", Detail: "position: term@offset wanted, got " + strconv.Quote(s)}
	}
	return Position{Term: term, Offset: off}, nil
}

// TermEnd says that a history was in Term up to the offset Last. A client keeps the last
// [MaxTerms] of them beside its position; together with the log's own terms they show where a log forked.
type TermEnd struct {
	Term Term
	Last uint64
}

// MaxTerms is how many terms a client remembers of a channel, the current one among them.
const MaxTerms = 8

// ProducerID names who publishes: random, drawn anew each time an outbox is opened.
type ProducerID [16]byte

// NewProducerID draws a random id.
func NewProducerID() (p ProducerID) {
	rand.Read(p[:])
	return p
}

// IsZero reports whether p is the zero id, which names nobody.
func (p ProducerID) IsZero() bool { return p == ProducerID{} }

// String returns 32 hexadecimal digits.
func (p ProducerID) String() string { return hex.EncodeToString(p[:]) }

// ParseProducerID reads what String wrote.
func ParseProducerID(s string) (p ProducerID, err error) {
	if len(s) == hex.EncodedLen(len(p)) {
		_, err = hex.Decode(p[:], []byte(s))
	} else {
		err = hex.ErrLength
	}
	if err != nil {
		return ProducerID{}, &Error{Code: CodeBadArgument, Op: "parse producer id", Detail: "producer: 32 hexadecimal digits wanted, got " + strconv.Quote(s)}
	}
	return p, nil
}
