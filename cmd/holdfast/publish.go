package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/pieces"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/report"
)

type publishCmd struct {
	URL        string        `arg:"" help:"The server, such as http://127.0.0.1:8080."`
	Channel    string        `arg:"" help:"The channel, such as chat:lobby."`
	Input      string        `short:"i" placeholder:"FILE" help:"Read this file and not standard input."`
	Split      split         `default:"line" placeholder:"line|SIZE" help:"What a record is: a line without its newline, or so many bytes (${default})."`
	Rate       size          `placeholder:"BYTES_PER_S" help:"Read no faster than this."`
	Outbox     string        `placeholder:"FILE" help:"Keep what is not acknowledged in this file: started again on the same input, the publisher goes on where it was."`
	EOF        bool          `name:"eof" help:"Publish a last record that marks the end of the stream."`
	Type       string        `default:"auto" enum:"auto,binary,text,json" placeholder:"TYPE" help:"What the records are: auto (a line is text if it is UTF-8), binary, text or json."`
	Codec      string        `default:"bin" enum:"bin,json" placeholder:"bin|json" help:"How frames are encoded (${default})."`
	Progress   bool          `help:"Say how far it is now and then, also where standard error is no terminal."`
	JSON       bool          `help:"Print the counts as JSON at the end."`
	Stats      string        `placeholder:"FILE" help:"Append a line of counts, as JSON, to this file every so often."`
	StatsEvery time.Duration `default:"200ms" hidden:""`
	retryFlags `embed:""`
}

// publisher is one run of the command.
type publisher struct {
	c       *publishCmd
	e       *env
	sess    *client.Session
	outbox  *client.Outbox
	in      *pieces.Splitter
	total   int64 // bytes of the input; 0 if it is not known
	found   int   // records that the outbox held when it was opened
	taken   atomic.Uint64
	records atomic.Uint64
	refused atomic.Uint64 // before they came into the outbox
	ended   bool          // the mark at the end is in the outbox
}

// closeTimeout is how long answers are waited for after an interruption.
const closeTimeout = 2 * time.Second

func (c *publishCmd) Run(e *env) error {
	if c.Split.Size > 0 && (c.Type == "text" || c.Type == "json") {
		return usage("publish: --type %s needs --split line, since a piece of %d bytes is neither text nor JSON", c.Type, c.Split.Size)
	}
	if err := holdfast.CheckChannel(c.Channel); err != nil {
		return err
	}
	p := &publisher{c: c, e: e}
	input, err := p.open()
	if err != nil {
		return err
	}
	defer input.Close()
	defer p.outbox.Close()
	// Before the session is opened: an outbox of another input must not publish anything.
	if err := p.goOn(); err != nil {
		return err
	}
	o, err := c.session(c.Codec)
	if err != nil {
		return err
	}
	o.Outbox = p.outbox
	if p.sess, err = client.OpenSession(e.ctx, c.URL, o); err != nil {
		return err
	}
	stats, err := report.Start(c.Stats, c.StatsEvery, p.report)
	if err != nil {
		return err
	}
	watch := watchSession(e, p.sess)
	bar := startProgress(e, c.Progress, p.progress)
	err = p.run()
	bar.stop()
	watch.stop()
	return cmp.Or(p.result(err), stats.Close())
}

// open opens the input and the outbox.
func (p *publisher) open() (io.Closer, error) {
	var in io.ReadCloser = io.NopCloser(p.e.stdin)
	if p.c.Input != "" {
		f, err := os.Open(p.c.Input)
		if err != nil {
			return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "read input", Cause: err, Hint: "check --input"}
		}
		if st, err := f.Stat(); err == nil && st.Mode().IsRegular() {
			p.total = st.Size()
		}
		in = f
	}
	p.in = pieces.NewSplitter(in, p.c.Split.Split)
	switch p.c.Type {
	case "binary":
		p.in.As(holdfast.Binary)
	case "text":
		p.in.As(holdfast.Text)
	case "json":
		p.in.As(holdfast.JSON)
	}
	if p.c.Outbox == "" {
		p.outbox = client.NewMemoryOutbox(client.OutboxOptions{})
		return in, nil
	}
	var err error
	if p.outbox, err = client.OpenFileOutbox(p.c.Outbox, client.OutboxOptions{}); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

// goOn reads over what the outbox has already taken of the input.
func (p *publisher) goOn() error {
	if p.c.Outbox == "" {
		return nil
	}
	if err := p.outbox.Bind("publish", p.c.Channel+" by "+p.c.Split.String()); err != nil {
		return err
	}
	p.found = p.outbox.Len()
	mark, sum := p.outbox.Taken()
	n, ended := mark>>1, mark&1 == 1
	if mark > 0 { // an outbox that has taken nothing has no sum either
		if err := p.in.Skip(n, sum); err != nil {
			return err
		}
	}
	if ended && !p.in.AtEnd() {
		return &holdfast.Error{Code: holdfast.CodeOutboxMismatch, Op: "go on with the input",
			Detail: fmt.Sprintf("input: %d bytes and the mark of their end have been published, and now it is longer", n)}
	}
	p.ended = ended
	p.taken.Store(n)
	if n > 0 || p.found > 0 {
		p.e.say("going on after %d bytes, with %d records in the outbox", n, p.found)
	}
	return nil
}

// run publishes the input and waits for all answers, also where the input ended badly.
func (p *publisher) run() error {
	err := p.feed()
	if p.e.ctx.Err() == nil && p.sess.Err() == nil {
		err = cmp.Or(err, p.sess.Flush(p.e.ctx))
	}
	patience := 10 * time.Second // for the goodbye; nothing waits for an answer any more
	if err != nil {
		patience = closeTimeout
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	closed := p.sess.Close(ctx)
	if err != nil {
		return err
	}
	return closed
}

// feed puts the input into the outbox, piece by piece.
func (p *publisher) feed() error {
	pace := pacer{rate: int64(p.c.Rate)}
	for !p.ended {
		next, err := p.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := pace.wait(p.e.ctx, len(next.Data)+1); err != nil {
			return err
		}
		n, sum := p.in.Taken()
		if err := p.enqueue(next, n<<1, sum); err != nil {
			return err
		}
		p.taken.Store(n)
	}
	if p.c.EOF && !p.ended {
		n, sum := p.in.Taken()
		end := pieces.Piece{Headers: []holdfast.Header{{Name: pieces.HeaderEOF, Value: "1"}}}
		return p.enqueue(end, n<<1|1, sum)
	}
	return nil
}

// next returns the next piece. Reading may wait for ever, so an interruption leaves the reader behind.
func (p *publisher) next() (pieces.Piece, error) {
	type read struct {
		piece pieces.Piece
		err   error
	}
	if p.total > 0 || p.in.Ready() {
		if err := p.e.ctx.Err(); err != nil {
			return pieces.Piece{}, err
		}
		return p.in.Next()
	}
	c := make(chan read, 1)
	go func() {
		piece, err := p.in.Next()
		c <- read{piece, err}
	}()
	select {
	case r := <-c:
		return r.piece, r.err
	case <-p.e.ctx.Done():
		return pieces.Piece{}, p.e.ctx.Err()
	}
}

// enqueue puts one piece into the outbox, with how much of the input it takes.
func (p *publisher) enqueue(piece pieces.Piece, mark, sum uint64) error {
	opts := []client.PublishOption{client.WithType(piece.Type), client.WithTaken(mark, sum), client.WithWait(client.WaitTaken)}
	if len(piece.Headers) > 0 {
		opts = append(opts, client.WithHeaders(piece.Headers...))
	}
	_, err := p.sess.Enqueue(p.e.ctx, p.c.Channel, piece.Data, opts...)
	switch code := holdfast.CodeOf(err); {
	case err == nil:
		p.records.Add(1)
	case code == holdfast.CodeMessageTooLarge || code == holdfast.CodeBadPayload:
		// The server would refuse it, so it was not taken. What comes after it goes on, as it would there.
		p.refused.Add(1)
		p.e.say("the record before byte %d of the input: %v", mark>>1, err)
		return nil
	}
	return err
}

// result says how it went, in words or JSON.
func (p *publisher) result(err error) error {
	s := p.sess.Stats()
	left, failed := p.outbox.Len(), s.Failed+p.refused.Load()
	if p.c.JSON {
		json.NewEncoder(p.e.stdout).Encode(p.report(true)) //nolint:errcheck // the exit code says how it went
	}
	kept := ""
	if p.c.Outbox != "" {
		kept = "; they are in " + p.c.Outbox + ", so start again to go on"
	}
	switch {
	case err != nil && p.e.ctx.Err() != nil:
		return &exitError{exitFailed, fmt.Sprintf("publish to %s: interrupted with %d records acknowledged and %d outstanding%s",
			p.c.Channel, s.Delivered, left, kept)}
	case err != nil:
		return err
	case s.Unknown > 0:
		return &exitError{exitUnknown, fmt.Sprintf("publish to %s: whether %d of %d records were stored can no longer be known; look into the channel before publishing them again",
			p.c.Channel, s.Unknown, s.Unknown+failed+s.Delivered)}
	case failed > 0:
		return &exitError{exitFailed, fmt.Sprintf("publish to %s: %d of %d records were refused; the others are stored", p.c.Channel, failed, failed+s.Delivered)}
	case s.Lost > 0:
		return &exitError{exitFailed, fmt.Sprintf("publish to %s: the server has lost %d records that it had acknowledged; publish those again if you still have them, all else is stored",
			p.c.Channel, s.Lost)}
	case left > 0:
		return &exitError{exitFailed, fmt.Sprintf("publish to %s: %d records are outstanding%s", p.c.Channel, left, kept)}
	}
	return nil
}

func (p *publisher) report(final bool) any {
	s := p.sess.Stats()
	return report.Publish{At: time.Now().UnixMilli(), Process: os.Getpid(), Final: final, Found: p.found, Taken: p.taken.Load(),
		Enqueued: p.records.Load(), Delivered: s.Delivered, Duplicates: s.Duplicates, Resent: s.Resent, Failed: s.Failed + p.refused.Load(),
		Unknown: s.Unknown, Unanswered: p.outbox.Len(), Connects: s.Connects,
		Connected: p.sess.State() == client.StateOpen}
}

func (p *publisher) progress() progressFacts {
	s := p.sess.Stats()
	return progressFacts{What: "publish", State: fmt.Sprint(p.sess.State()), Bytes: int64(p.taken.Load()), Total: p.total,
		Detail: fmt.Sprintf("%d acknowledged, %d waiting", s.Delivered, p.outbox.Len())}
}

func codecOf(name string) client.Codec {
	if name == "json" {
		return client.CodecJSON
	}
	return client.CodecBinary
}

func agent() string { return "holdfast/" + readVersion().Version }
