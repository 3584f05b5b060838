package client

import (
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-ws/holdfast"
)

// Checkpoint is all that a subscriber must save to go on after a record, in another process too: its position,
// and the terms of the history that led there, by which a forked log is recognised. The zero Checkpoint means
// that nothing was seen yet. It marshals to one line of text, and so to a string in JSON.
type Checkpoint struct {
	Position holdfast.Position
	// Earlier terms, oldest first; at most holdfast.MaxTerms-1.
	Earlier []holdfast.TermEnd
}

// IsZero reports whether nothing was seen yet.
func (c Checkpoint) IsZero() bool { return c.Position == holdfast.Position{} && len(c.Earlier) == 0 }

// Equal reports whether two checkpoints are the same.
func (c Checkpoint) Equal(d Checkpoint) bool {
	return c.Position == d.Position && slices.Equal(c.Earlier, d.Earlier)
}

// String returns "term@offset", followed by " term@last" for each earlier term.
func (c Checkpoint) String() string {
	var b strings.Builder
	b.WriteString(c.Position.String())
	for _, e := range c.Earlier {
		b.WriteByte(' ')
		b.WriteString(e.Term.String())
		b.WriteByte('@')
		b.WriteString(strconv.FormatUint(e.Last, 10))
	}
	return b.String()
}

// MarshalText implements encoding.TextMarshaler. The zero Checkpoint is empty text.
func (c Checkpoint) MarshalText() ([]byte, error) {
	if c.IsZero() {
		return []byte{}, nil
	}
	return []byte(c.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler. It fails with CodeBadArgument.
func (c *Checkpoint) UnmarshalText(text []byte) error {
	d, err := ParseCheckpoint(string(text))
	if err == nil {
		*c = d
	}
	return err
}

// ParseCheckpoint reads what MarshalText or String wrote. It fails with CodeBadArgument.
func ParseCheckpoint(text string) (Checkpoint, error) {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return Checkpoint{}, nil
	}
	bad := func(detail string, cause error) (Checkpoint, error) {
		return Checkpoint{}, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "parse checkpoint", Detail: detail, Cause: cause}
	}
	if len(fields) > holdfast.MaxTerms {
		return bad("checkpoint: "+strconv.Itoa(len(fields))+" terms; the limit is "+strconv.Itoa(holdfast.MaxTerms), nil)
	}
	var c Checkpoint
	for i, f := range fields {
		p, err := holdfast.ParsePosition(f)
		if err != nil {
			return bad("checkpoint: part "+strconv.Itoa(i+1), err)
		}
		if i == 0 {
			c.Position = p
		} else {
			c.Earlier = append(c.Earlier, holdfast.TermEnd{Term: p.Term, Last: p.Offset})
		}
	}
	return c, nil
}
