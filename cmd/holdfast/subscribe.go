package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/output"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/pieces"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/report"
)

type subscribeCmd struct {
	URL        string        `arg:"" help:"The server, such as http://127.0.0.1:8080."`
	Channel    string        `arg:"" help:"The channel, such as chat:lobby."`
	From       string        `default:"head" placeholder:"start|head|OFFSET" help:"Where to begin: with the oldest record, with what comes from now on, or after an offset (${default}). A cursor that knows better goes first."`
	Output     string        `short:"o" placeholder:"FILE" help:"Write to this file and not to standard output."`
	Cursor     string        `placeholder:"FILE" help:"Keep in this file how much of the output is durable: started again, the subscriber goes on exactly there."`
	Count      uint64        `short:"n" placeholder:"N" help:"End after so many records."`
	UntilEOF   bool          `name:"until-eof" help:"End at the mark that publish --eof sets."`
	Raw        bool          `xor:"form" help:"Write the bytes that were published, and nothing else."`
	JSON       bool          `xor:"form" help:"Write a JSON object a line."`
	Codec      string        `default:"bin" enum:"bin,json" placeholder:"bin|json" help:"How frames are encoded (${default})."`
	Progress   bool          `help:"Say how far it is now and then, also where standard error is no terminal."`
	Stats      string        `placeholder:"FILE" help:"Append a line of counts, as JSON, to this file every so often."`
	StatsEvery time.Duration `default:"200ms" hidden:""`
	retryFlags `embed:""`
}

const (
	checkpointEvery   = 200 * time.Millisecond
	checkpointBytes   = 1 << 20
	checkpointRecords = 4096
)

// subscriber is one run of the command. Its counters may be read at any time; the rest belongs to run.
type subscriber struct {
	c     *subscribeCmd
	e     *env
	out   sink
	sess  *client.Session
	sub   *client.Subscription
	watch *watcher

	fresh bool              // the cursor does not say yet where to begin
	last  holdfast.Position // of what was written
	undue bool              // something was written since the last checkpoint
	dirty int               // records since then
	eof   bool
	begun time.Time // the last checkpoint

	buf      []byte
	gaps     atomic.Uint64
	received atomic.Uint64
	replayed atomic.Uint64 // received, and older than the connection by the clocks
	count    atomic.Uint64
	length   atomic.Int64
	sawEOF   atomic.Bool
}

func (c *subscribeCmd) Run(e *env) error {
	if c.Cursor != "" && c.Output == "" {
		return usage("subscribe: --cursor needs --output, since only a file can be cut off where it was durable")
	}
	from, err := c.from()
	if err != nil {
		return err
	}
	if err := holdfast.CheckChannel(c.Channel); err != nil {
		return err
	}
	s := &subscriber{c: c, e: e, begun: time.Now()}
	if err := s.open(&from); err != nil {
		return err
	}
	defer s.out.Close()
	if s.done() {
		return nil // an earlier run has seen all that was asked for
	}
	o, err := c.session(c.Codec)
	if err != nil {
		return err
	}
	if s.sess, err = client.OpenSession(e.ctx, c.URL, o); err != nil {
		return err
	}
	s.watch = watchSession(e, s.sess)
	if s.sub, err = s.sess.Subscribe(e.ctx, c.Channel, from); err != nil {
		return err
	}
	stats, err := report.Start(c.Stats, c.StatsEvery, s.report)
	if err != nil {
		return err
	}
	bar := startProgress(e, c.Progress, s.progress)
	err = s.run()
	bar.stop()
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	s.sess.Close(ctx) //nolint:errcheck // everything that counts is in the output
	s.watch.stop()
	return cmp.Or(s.result(err), stats.Close())
}

// from reads --from.
func (c *subscribeCmd) from() (o client.SubscribeOptions, err error) {
	o.Window = client.Window{Records: 4 * checkpointRecords, Bytes: 4 * checkpointBytes}
	switch c.From {
	case "head":
		o.From = client.FromHead
	case "start":
		o.From = client.FromStart
	default:
		o.From = client.FromOffset
		if o.Offset, err = strconv.ParseUint(c.From, 10, 64); err != nil {
			return o, usage("subscribe: --from is start, head or an offset, not %q", c.From)
		}
	}
	return o, nil
}

func (c *subscribeCmd) form() string {
	switch {
	case c.Raw:
		return "raw"
	case c.JSON:
		return "json"
	}
	return "lines"
}

// open opens the output, and lets the subscription go on where its durable part ends.
func (s *subscriber) open(o *client.SubscribeOptions) error {
	if s.c.Output == "" {
		s.out = &stream{w: s.e.stdout}
		return nil
	}
	f, err := output.Open(output.Options{Path: s.c.Output, CursorPath: s.c.Cursor, Channel: s.c.Channel, Form: s.c.form()})
	if err != nil {
		return err
	}
	s.out = f
	cur := f.Cursor()
	s.fresh = s.c.Cursor != "" && cur.Checkpoint == ""
	if s.c.Cursor != "" {
		o.Ack = client.AckManual
	}
	if cur.Checkpoint != "" {
		if err := o.Checkpoint.UnmarshalText([]byte(cur.Checkpoint)); err != nil {
			f.Close()
			return &holdfast.Error{Code: holdfast.CodeCursorFile, Op: "read cursor", Detail: s.c.Cursor + ": checkpoint", Cause: err}
		}
	}
	s.eof = cur.EOF
	s.sawEOF.Store(cur.EOF)
	s.count.Store(cur.Count)
	s.length.Store(cur.Length)
	if f.CutOff() > 0 {
		s.e.say("cut off %d bytes of %s that were not durable, going on at %d", f.CutOff(), s.c.Output, cur.Length)
	}
	return nil
}

// done reports whether all that was asked for has been seen.
func (s *subscriber) done() bool {
	return s.c.Count > 0 && s.count.Load() >= s.c.Count || s.c.UntilEOF && s.eof
}

// item is what the subscription yields.
type item struct {
	rec holdfast.Record
	err error
}

// start notes in the cursor where the subscription began: killed before the first record, it begins there again.
func (s *subscriber) start() error {
	if !s.fresh {
		return nil
	}
	cp, err := s.sub.Start(s.e.ctx)
	if err != nil {
		return err
	}
	return s.out.Checkpoint(cp.String(), s.eof)
}

// run writes what comes until all has come that was asked for.
func (s *subscriber) run() error {
	if err := s.start(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(s.e.ctx)
	items := s.items(ctx)
	defer func() {
		cancel()
		for range items { // until its goroutine has ended
		}
	}()
	t := time.NewTicker(checkpointEvery / 4)
	defer t.Stop()
	for {
		var err error
		select {
		case it, ok := <-items:
			if !ok {
				return cmp.Or(s.checkpoint(), s.e.ctx.Err(), s.sess.Err(), error(holdfast.CodeClosed))
			}
			err = s.take(it)
			if len(items) == 0 && err == nil {
				err = s.out.Flush()
			}
		case <-t.C:
		}
		if err == nil && s.due() {
			err = s.checkpoint()
		}
		if err != nil || s.done() {
			return cmp.Or(err, s.checkpoint())
		}
	}
}

// items passes on what the subscription yields, so that the writing side can look at the clock, too.
func (s *subscriber) items(ctx context.Context) <-chan item {
	items := make(chan item, 256)
	go func() {
		defer close(items)
		for rec, err := range s.sub.Records(ctx) {
			select {
			case items <- item{rec, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return items
}

// take writes one record, or tells a gap.
func (s *subscriber) take(it item) error {
	if gap, ok := errors.AsType[*client.Gap](it.err); ok {
		s.gaps.Add(1)
		s.e.say("%v", gap)
		return nil
	}
	if it.err != nil {
		return it.err
	}
	r := &it.rec
	s.received.Add(1)
	if r.Time.UnixMilli() < s.watch.welcomed.Load() {
		s.replayed.Add(1)
	}
	s.last, s.undue = r.Position(), true
	s.dirty++
	if pieces.IsEOF(r) {
		s.eof = true
		s.sawEOF.Store(true)
		return nil
	}
	s.buf = s.c.append(s.buf[:0], r)
	if err := s.out.Write(s.buf, 1); err != nil {
		return err
	}
	s.count.Add(1)
	s.length.Add(int64(len(s.buf)))
	return nil
}

func (s *subscriber) due() bool {
	return s.undue && (time.Since(s.begun) >= checkpointEvery || s.out.Undone() >= checkpointBytes || s.dirty >= checkpointRecords)
}

// checkpoint makes what was written durable, and only then acknowledges it.
func (s *subscriber) checkpoint() error {
	if !s.undue {
		return s.out.Flush()
	}
	s.undue, s.dirty, s.begun = false, 0, time.Now()
	cp, err := s.sub.Checkpoint(s.last).MarshalText()
	if err != nil {
		return err
	}
	if err := s.out.Checkpoint(string(cp), s.eof); err != nil {
		return err
	}
	s.sub.Ack(s.last)
	return nil
}

// result says how it went.
func (s *subscriber) result(err error) error {
	n := s.gaps.Load()
	if s.e.ctx.Err() != nil && s.c.Count == 0 && !s.c.UntilEOF {
		err = nil // no end was asked for, so this is it
	}
	switch {
	case err != nil && s.e.ctx.Err() != nil:
		return &exitError{exitFailed, fmt.Sprintf("subscribe to %s: interrupted after %d records and %d gaps", s.c.Channel, s.count.Load(), n)}
	case err != nil:
		return err
	case n > 0:
		return &exitError{exitGaps, fmt.Sprintf("subscribe to %s: %d records, with %d gaps", s.c.Channel, s.count.Load(), n)}
	}
	return nil
}

func (s *subscriber) report(final bool) any {
	st := s.sess.Stats()
	r := report.Subscribe{At: time.Now().UnixMilli(), Process: os.Getpid(), Final: final, Received: s.received.Load(), Replayed: s.replayed.Load(),
		Duplicates: st.DuplicatesDropped, Gaps: s.gaps.Load(), Count: s.count.Load(), Length: s.length.Load(), EOF: s.sawEOF.Load(), Connects: st.Connects}
	if f, ok := s.out.(*output.File); ok {
		r.CutOff = f.CutOff()
	}
	return r
}

func (s *subscriber) progress() progressFacts {
	return progressFacts{What: "subscribe", State: fmt.Sprint(s.sess.State()), Bytes: s.length.Load(),
		Detail: fmt.Sprintf("%d records, %d gaps", s.count.Load(), s.gaps.Load())}
}
