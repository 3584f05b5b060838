package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// editor is a person at a terminal. Its prompt is the status line.
type editor struct {
	in      *os.File
	out     io.Writer
	term    *term.Terminal
	history *history
	before  *term.State
	shown   string // as prompt
	w, h    int
	once    sync.Once
}

func newEditor(in *os.File, out io.Writer, c *connectCmd) *editor {
	ed := &editor{in: in, out: out}
	ed.term = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "")
	path := ""
	if !c.NoHistory {
		path = historyFile()
	}
	ed.history = openHistory(path)
	ed.term.History = ed.history
	return ed
}

// enter takes the terminal over.
func (ed *editor) enter() (err error) {
	if ed.before, err = term.MakeRaw(int(ed.in.Fd())); err != nil {
		return &holdfast.Error{Code: holdfast.CodeIO, Op: "use the terminal", Cause: err, Hint: "use --format plain"}
	}
	return nil
}

// leave gives the terminal back. An interruption is a signal from then on.
func (ed *editor) leave() {
	ed.once.Do(func() {
		fmt.Fprint(ed.out, "\r\x1b[K")
		term.Restore(int(ed.in.Fd()), ed.before) //nolint:errcheck // there is nothing else to try
	})
}

// prompt draws the prompt anew if it, or the window, has changed.
func (ed *editor) prompt(text string) {
	w, h, err := term.GetSize(int(ed.in.Fd()))
	if err == nil && (w != ed.w || h != ed.h) && w > 0 && h > 0 {
		ed.w, ed.h = w, h
		ed.term.SetSize(w, h) //nolint:errcheck // drawn wrong until the next line
	}
	if text == ed.shown {
		return
	}
	ed.shown = text
	ed.term.SetPrompt(text)
	ed.term.Write(nil) //nolint:errcheck // as all drawing
}

// sendPatience is how long a line of a person's may wait for a server that takes nothing.
const sendPatience = 5 * time.Second

func (ed *editor) feed(ctx context.Context, r *connection) error {
	for {
		line, err := ed.term.ReadLine()
		if err != nil && !errors.Is(err, term.ErrPasteIndicator) { // Ctrl-C, Ctrl-D, or the terminal is gone
			r.do(func() { r.end(nil) })
			return nil
		}
		text, isCommand := strings.CutPrefix(line, "/")
		switch {
		case line == "":
		case isCommand && !strings.HasPrefix(text, "/"):
			r.do(func() { r.command(text) })
		case isCommand:
			ed.send(ctx, r, client.Text(text))
		default:
			ed.send(ctx, r, messageOf([]byte(line)))
		}
	}
}

// send sends a message of a person's, who is told where that fails.
func (ed *editor) send(ctx context.Context, r *connection, m client.Message) {
	ctx, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	if err := r.sock.Send(ctx, m); err != nil {
		r.do(func() { r.out.event("not sent: " + err.Error()) })
	}
}
