package store

import (
	"context"
	"iter"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Log wraps a backend and mints [Committed]. Its methods may be called concurrently, except that there is one
// caller of Append at a time.
type Log struct {
	backend Backend
	info    Info
	groups  []Committed
	index   map[string]int
}

// NewLog wraps a backend. The Log owns it from now on: Close closes it.
func NewLog(b Backend) *Log {
	return &Log{backend: b, info: b.Info(), index: map[string]int{}}
}

// Committed is proof that records are as durable as their store promises: only a [Log] makes one that holds
// any. The zero value commits nothing.
type Committed struct {
	channel string
	records []holdfast.Record
	terms   []bool // terms[i]: records[i] starts its term
}

// Channel returns the channel that the records belong to.
func (c *Committed) Channel() string { return c.channel }

// Records returns the records, in order of their offsets. Whoever asks must not change them.
func (c *Committed) Records() []holdfast.Record { return c.records }

// StartsTerm reports whether the i-th record is the first of its term.
func (c *Committed) StartsTerm(i int) bool { return c.terms[i] }

// Info returns what the backend says of itself.
func (l *Log) Info() Info { return l.info }

// Append commits drafts; see [Backend.Append]. It returns one Committed for each channel that got records, in
// the order of their first drafts. Their records point to what the drafts point to, and the slice itself is
// used again by the next Append.
func (l *Log) Append(drafts []Draft, results []Result) ([]Committed, error) {
	if err := l.backend.Append(drafts, results); err != nil {
		return nil, err
	}
	l.groups = l.groups[:0]
	last := -1
	for i := range drafts {
		if results[i].Outcome != Stored {
			continue
		}
		d := &drafts[i]
		if last < 0 || l.groups[last].channel != d.Channel {
			last = l.group(d.Channel)
		}
		g, r := &l.groups[last], &results[i]
		g.records = append(g.records, holdfast.Record{
			Channel: d.Channel, Term: r.Term, Offset: r.Offset, Time: r.Time, Publisher: d.Publisher,
			Producer: d.Producer, Number: d.Number, Type: d.Type, Headers: d.Headers, Data: d.Data,
		})
		g.terms = append(g.terms, r.TermStart)
	}
	clear(l.index)
	return l.groups, nil
}

// group returns the index of the channel's group, begun if need be on the memory of an earlier Append's.
func (l *Log) group(channel string) int {
	if i, ok := l.index[channel]; ok {
		return i
	}
	n := len(l.groups)
	if n < cap(l.groups) {
		l.groups = l.groups[:n+1]
		g := &l.groups[n]
		clear(g.records)
		*g = Committed{channel: channel, records: g.records[:0], terms: g.terms[:0]}
	} else {
		l.groups = append(l.groups, Committed{channel: channel})
	}
	l.index[channel] = n
	return n
}

// Read returns records after an offset; see [Backend.Read].
func (l *Log) Read(ctx context.Context, channel string, after uint64, limit Limit) (Committed, error) {
	recs, err := l.backend.Read(ctx, channel, after, limit)
	if err != nil || len(recs) == 0 {
		return Committed{channel: channel}, err
	}
	c := Committed{channel: channel, records: recs, terms: make([]bool, len(recs))}
	var st State
	for i := range recs {
		switch {
		case i > 0:
			c.terms[i] = recs[i].Term != recs[i-1].Term
		case recs[0].Offset == 1:
			c.terms[0] = true
		default:
			if st, err = l.backend.State(ctx, channel); err != nil {
				return Committed{channel: channel}, err
			}
			for _, t := range st.Terms {
				c.terms[0] = c.terms[0] || t.First == recs[0].Offset
			}
		}
	}
	return c, nil
}

// State returns where a channel's log begins and ends.
func (l *Log) State(ctx context.Context, channel string) (State, error) {
	return l.backend.State(ctx, channel)
}

// Before returns the last offset older than t; see [Backend.Before].
func (l *Log) Before(ctx context.Context, channel string, t time.Time) (uint64, error) {
	return l.backend.Before(ctx, channel, t)
}

// OpenCursor takes a named cursor over; see [Backend.OpenCursor].
func (l *Log) OpenCursor(ctx context.Context, channel, name string) (Cursor, error) {
	return l.backend.OpenCursor(ctx, channel, name)
}

// SaveCursors moves named cursors; see [Backend.SaveCursors].
func (l *Log) SaveCursors(ctx context.Context, updates []CursorUpdate) ([]int, error) {
	return l.backend.SaveCursors(ctx, updates)
}

// Delete removes a channel; see [Backend.Delete].
func (l *Log) Delete(ctx context.Context, channel string) error {
	return l.backend.Delete(ctx, channel)
}

// Channels yields the names of all channels that have been written.
func (l *Log) Channels(ctx context.Context) iter.Seq2[string, error] { return l.backend.Channels(ctx) }

// Trim applies retention; see [Backend.Trim].
func (l *Log) Trim(ctx context.Context) (Trimmed, error) { return l.backend.Trim(ctx) }

// Close closes the backend.
func (l *Log) Close() error { return l.backend.Close() }
