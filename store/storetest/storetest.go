// Package storetest has the suite that every [store.Backend] must pass. A backend's own test calls [Run].
package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// Options are what a test asks of a backend. Its retention must be exact: Trim works at each call, and removes
// all that is over a bound.
type Options struct {
	// Dir is an empty folder, the same one when a test opens a backend again.
	Dir string
	// Retention of all channels; nothing is removed where it is zero.
	Retention store.Retention
	// DedupeWindow is an hour unless a test says otherwise.
	DedupeWindow time.Duration
	// MaxLanes is 1,000 unless a test says otherwise.
	MaxLanes int
	// Now is the clock.
	Now func() time.Time
}

// Open opens a backend. A backend that is opened a second time with the same Dir either has all that it had,
// and the same Info.Memory; or nothing, and another Info.Memory.
type Open func(t testing.TB, o Options) store.Backend

// Run runs the whole suite.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Open)
	}{
		{"lanes", testLanes},
		{"lane history", testLaneHistory},
		{"lane cap", testLaneCap},
		{"refused lanes", testRefusedLanes},
		{"lanes are forgotten", testForget},
		{"records", testRecords},
		{"limits", testLimits},
		{"before", testBefore},
		{"time", testTime},
		{"terms", testTerms},
		{"retention", testRetention},
		{"cursors", testCursors},
		{"delete", testDelete},
		{"channels", testChannels},
		{"log", testLog},
		{"closed", testClosed},
		{"canceled", testCanceled},
		{"model", testModel},
		{"model, long", testModelLong},
		{"readers", testReaders},
		{"linearizable", testLinearizable},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open) })
	}
}

// clock is one that only tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.UnixMilli(1_700_000_000_000)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// rig is a backend under test.
type rig struct {
	t     testing.TB
	open  Open
	opts  Options
	clock *clock
	b     store.Backend
	ctx   context.Context
}

func newRig(t testing.TB, open Open, change ...func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, open: open, clock: newClock(), ctx: context.Background()}
	r.opts = Options{Dir: t.TempDir(), DedupeWindow: time.Hour, MaxLanes: 1000, Now: r.clock.Now}
	for _, f := range change {
		f(&r.opts)
	}
	r.b = open(t, r.opts)
	t.Cleanup(func() { r.b.Close() })
	return r
}

// reopen closes the backend and opens it again; it reports whether it has kept what it had.
func (r *rig) reopen() bool {
	r.t.Helper()
	was := r.b.Info()
	r.must(r.b.Close())
	r.b = r.open(r.t, r.opts)
	if r.b.Info().Term == was.Term {
		r.t.Fatal("opened again, the store has the same term")
	}
	return r.b.Info().Memory == was.Memory
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// append commits drafts, of which none may fail, and returns the results.
func (r *rig) append(ds ...store.Draft) []store.Result {
	r.t.Helper()
	res := make([]store.Result, len(ds))
	r.must(r.b.Append(ds, res))
	return res
}

// put stores n records without a lane.
func (r *rig) put(channel string, n int) {
	r.t.Helper()
	for range n {
		st := r.state(channel)
		d := store.Draft{Channel: channel, Data: fmt.Appendf(nil, "%s %d", channel, st.Head+1)}
		d.Hash = store.ContentHash(d.Type, d.Headers, d.Data)
		if got := r.append(d)[0]; got.Outcome != store.Stored || got.Offset != st.Head+1 {
			r.t.Fatalf("stored at %d: %+v", st.Head+1, got)
		}
	}
}

func (r *rig) state(channel string) store.State {
	r.t.Helper()
	st, err := r.b.State(r.ctx, channel)
	r.must(err)
	return st
}

func (r *rig) read(channel string, after uint64, l store.Limit) []holdfast.Record {
	r.t.Helper()
	recs, err := r.b.Read(r.ctx, channel, after, l)
	r.must(err)
	return recs
}

func (r *rig) trim() store.Trimmed {
	r.t.Helper()
	got, err := r.b.Trim(r.ctx)
	r.must(err)
	return got
}

// offsets checks that the records have the offsets from through, and nothing else.
func (r *rig) offsets(recs []holdfast.Record, from, through uint64) {
	r.t.Helper()
	if want := int(through + 1 - from); len(recs) != want {
		r.t.Fatalf("%d records, want %d to %d", len(recs), from, through)
	}
	for i := range recs {
		if recs[i].Offset != from+uint64(i) {
			r.t.Fatalf("offset %d where %d belongs", recs[i].Offset, from+uint64(i))
		}
	}
}

// producer returns an id made of one letter.
func producer(c byte) (p holdfast.ProducerID) {
	for i := range p {
		p[i] = c
	}
	return p
}

// publish returns the draft of a producer's record.
func publish(channel string, p byte, number uint64, data string) store.Draft {
	d := store.Draft{Channel: channel, Producer: producer(p), Number: number, Type: holdfast.Text, Data: []byte(data)}
	d.Hash = store.ContentHash(d.Type, d.Headers, d.Data)
	return d
}

func skip(channel string, p byte, from, number uint64) store.Draft {
	return store.Draft{Kind: store.Skip, Channel: channel, Producer: producer(p), From: from, Number: number}
}

func seal(channel string, p byte, from, number uint64, successor byte) store.Draft {
	d := skip(channel, p, from, number)
	d.Successor = producer(successor)
	return d
}
