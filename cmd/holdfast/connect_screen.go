package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast/client"
)

// direction of a message.
type direction uint8

const (
	outgoing direction = iota
	incoming
)

// form of what is written.
type form uint8

const (
	formPlain form = iota // received messages alone
	formMarks             // both, marked
	formJSON              // both, and events, an object a line
	formNone              // nothing: a command gets the messages
)

// screen writes messages and events. It belongs to the connection's owner; plain may be called by others.
type screen struct {
	c          *connectCmd
	e          *env
	form       form
	isTerminal bool // standard output is one
	colour     bool
	edit       *editor // what writes to the terminal while a line is typed; else nil
}

func newScreen(c *connectCmd, e *env) *screen {
	s := &screen{c: c, e: e, isTerminal: isTerminal(e.stdout)}
	s.colour = s.isTerminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	switch c.Format {
	case "marks":
		s.form = formMarks
	case "json":
		s.form = formJSON
	case "auto":
		if s.isTerminal {
			s.form = formMarks
		}
		if c.Exec != "" {
			s.form = formNone
		}
	}
	return s
}

// The colours of a terminal.
const (
	dim    = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	reset  = "\x1b[0m"
)

func (s *screen) paint(colour, text string) string {
	if !s.colour || colour == "" {
		return text
	}
	return colour + text + reset
}

// write writes to standard output, around the line that is being typed.
func (s *screen) write(b []byte) error {
	var w io.Writer = s.e.stdout
	if s.edit != nil {
		w = s.edit.term
	}
	_, err := w.Write(b)
	return err
}

// prompt shows the status, where there is somebody to see it.
func (s *screen) prompt(text, colour string) {
	if s.edit != nil {
		s.edit.prompt(s.paint(colour, text) + "> ")
	}
}

// event tells a line of what happened.
func (s *screen) event(text string) {
	switch {
	case s.form == formJSON: // has it as an object
	case s.edit != nil:
		s.write([]byte(s.paint(dim, "* "+printable([]byte(text))) + "\n")) //nolint:errcheck // as all drawing
	default:
		s.e.say("%s", printable([]byte(text)))
	}
}

// message writes a message. What a person has typed is there already.
func (s *screen) message(d direction, m client.Message) error {
	switch {
	case s.form == formNone, s.form == formPlain && d == outgoing:
		return nil
	case s.form == formPlain:
		return s.write(s.plain(m))
	case s.form == formJSON:
		return s.object(messageObject(d, m, s.c.JSON))
	}
	mark, colour := "< ", cyan
	if d == outgoing {
		mark, colour = "> ", green
	}
	text := strings.TrimSuffix(string(s.plain(m)), "\n")
	text = strings.ReplaceAll(text, "\n", "\n  ")
	return s.write([]byte(s.paint(colour, mark) + text + "\n"))
}

// plain is a message as a line. On a terminal nothing in it can move the cursor.
func (s *screen) plain(m client.Message) []byte {
	var b []byte
	switch {
	case m.Kind == client.TextMessage:
		b = bytes.Clone(m.Data)
	case s.c.Binary == "base64":
		b = base64.StdEncoding.AppendEncode(nil, m.Data)
	case s.c.Binary == "raw":
		if s.form == formMarks || s.isTerminal {
			return append(harmless(m.Data), '\n')
		}
		return m.Data // and no newline
	default:
		b = hex.AppendEncode(nil, m.Data)
	}
	if s.c.JSON && m.Kind == client.TextMessage {
		var pretty bytes.Buffer
		if json.Indent(&pretty, b, "", "  ") == nil {
			b = pretty.Bytes()
		}
	}
	if s.isTerminal {
		b = harmless(b)
	}
	return append(b, '\n')
}

// harmless writes what is not to be seen as Go would in a string; newlines and tabs stay.
func harmless(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == '\n' || r == '\t' || strconv.IsGraphic(r) && (r != utf8.RuneError || n > 1):
			out = append(out, data[:n]...)
		default:
			q := strconv.QuoteToGraphic(string(data[:n]))
			out = append(out, q[1:len(q)-1]...)
		}
		data = data[n:]
	}
	return out
}

func (s *screen) object(o object) error {
	line, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return s.write(append(line, '\n'))
}

// object is a line of --format json. Event says which of the other fields are there.
type object struct {
	Event string    `json:"event"` // sent, received, or a client.SocketEventKind
	Time  time.Time `json:"time"`

	Kind   string          `json:"kind,omitempty"` // of a message: text or binary
	Data   json.RawMessage `json:"data,omitempty"` // with --json, where it is JSON
	Text   *string         `json:"text,omitempty"`
	Base64 *[]byte         `json:"base64,omitempty"`

	State   string  `json:"state,omitempty"`
	Before  string  `json:"before,omitempty"`
	Code    int     `json:"code,omitempty"`
	What    string  `json:"what,omitempty"` // the code, explained
	Reason  string  `json:"reason,omitempty"`
	Clean   *bool   `json:"clean,omitempty"`
	Class   string  `json:"class,omitempty"`
	Error   string  `json:"error,omitempty"`
	Attempt int     `json:"attempt,omitempty"`
	Max     int     `json:"max,omitempty"`
	DelayMs float64 `json:"delayMs,omitempty"`
	Circuit string  `json:"circuit,omitempty"`
	RTTMs   float64 `json:"rttMs,omitempty"`
	Missed  int     `json:"missed,omitempty"`
	N       int     `json:"n,omitempty"`
}

func messageObject(d direction, m client.Message, asJSON bool) object {
	o := object{Event: "received", Time: time.Now().UTC(), Kind: m.Kind.String()}
	if d == outgoing {
		o.Event = "sent"
	}
	text := string(m.Data)
	switch {
	case m.Kind == client.BinaryMessage:
		o.Base64 = &m.Data
	case asJSON && json.Valid(m.Data):
		o.Data = m.Data
	default:
		o.Text = &text
	}
	return o
}
