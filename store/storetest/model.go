package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// model says what a backend must do, in plain maps and without any economy.
type model struct {
	info     store.Info
	opts     Options
	now      time.Time
	channels map[string]*modelChannel
	cursors  map[[2]string]store.Cursor
	gen      uint64
	deleted  time.Time                         // when a channel was deleted last
	used     map[string]map[holdfast.Term]bool // terms that a channel of that name has had
}

type modelChannel struct {
	records []modelRecord
	floor   uint64
	terms   []store.TermStart
	opened  holdfast.Term
	lanes   map[holdfast.ProducerID]*modelLane
}

type modelRecord struct {
	draft store.Draft
	term  holdfast.Term
	ms    int64
}

type modelLane struct {
	last      uint64
	sealed    bool
	successor holdfast.ProducerID
	updated   int64
	offsets   map[uint64]uint64 // number → offset, of all records ever
}

func (m *model) channel(name string) *modelChannel {
	if m.channels[name] == nil {
		m.channels[name] = &modelChannel{lanes: map[holdfast.ProducerID]*modelLane{}}
	}
	return m.channels[name]
}

func (m *model) decide(d *store.Draft) store.Result {
	c := m.channel(d.Channel)
	if d.Producer.IsZero() {
		switch {
		case d.Kind == store.Skip:
			return outcome(store.Skipped)
		case d.Verdict == store.Refuse:
			return coded(store.Refused, d.Code)
		case d.Verdict == store.Defer:
			return coded(store.Deferred, d.Code)
		}
		return m.store(c, d)
	}
	l := c.lanes[d.Producer]
	absent := l == nil
	if absent {
		l = &modelLane{offsets: map[uint64]uint64{}}
	}
	if d.Kind == store.Skip {
		return m.skip(c, l, absent, d)
	}
	stale := !d.Sent.IsZero() && (d.Sent.Memory != m.info.Memory || m.now.Sub(d.Sent.At) > m.opts.DedupeWindow)
	switch {
	case d.Number == 0:
		return outcome(store.Conflict)
	case d.Number <= l.last:
		return c.resolved(l, d)
	case l.sealed:
		return outcome(store.Conflict)
	case stale, len(l.offsets) == 0 && !d.Sent.IsZero() && !d.Sent.At.After(m.deleted):
		return expected(store.Unknown, l.last+1)
	case absent && d.Sent.IsZero() && d.Number > 1:
		return expected(store.ProducerUnknown, 1)
	case len(l.offsets) == 0 && d.Sent.IsZero() && !d.Since.IsZero() && !m.deleted.IsZero() && !d.Since.After(m.deleted):
		return expected(store.ProducerUnknown, l.last+1)
	case d.Number != l.last+1:
		return expected(store.Hole, l.last+1)
	case d.Verdict == store.Defer:
		return coded(store.Deferred, d.Code)
	case absent && len(c.lanes) >= m.opts.MaxLanes:
		return coded(store.Deferred, holdfast.CodeTooManyLanes)
	}
	c.lanes[d.Producer] = l
	l.last, l.updated = d.Number, max(l.updated, m.now.UnixMilli())
	if d.Verdict == store.Refuse {
		return coded(store.Refused, d.Code)
	}
	res := m.store(c, d)
	l.offsets[d.Number] = res.Offset
	return res
}

func (m *model) skip(c *modelChannel, l *modelLane, absent bool, d *store.Draft) store.Result {
	seal := !d.Successor.IsZero()
	switch {
	case seal && l.sealed && l.successor == d.Successor, !seal && d.Number <= l.last:
		return outcome(store.Skipped)
	case seal && l.sealed:
		return outcome(store.Conflict)
	case d.From > l.last+1 && !(seal && absent):
		return expected(store.Hole, l.last+1)
	case l.sealed:
		return outcome(store.Conflict)
	case absent && len(c.lanes) >= m.opts.MaxLanes:
		return coded(store.Deferred, holdfast.CodeTooManyLanes)
	}
	c.lanes[d.Producer] = l
	l.last, l.updated = max(l.last, d.Number), max(l.updated, m.now.UnixMilli())
	l.sealed, l.successor = seal, d.Successor
	return outcome(store.Skipped)
}

// resolved answers a publish under a number that is used. If the number has no record, that it was skipped
// is known from its neighbours: the lane's records before and after it.
func (c *modelChannel) resolved(l *modelLane, d *store.Draft) store.Result {
	var before, after, latest uint64 // numbers of records
	for n := range l.offsets {
		latest = max(latest, n)
		if n <= d.Number {
			before = max(before, n)
		} else if after == 0 || n < after {
			after = n
		}
	}
	gone := func(n uint64) bool { return n > 0 && l.offsets[n] <= c.floor }
	switch {
	case d.Number > latest:
		return outcome(store.Skipped)
	case (gone(before) || gone(after)) && d.Sent.IsZero():
		return outcome(store.Conflict)
	case gone(before) || gone(after):
		return at(store.Duplicate, 0)
	case before != d.Number:
		return outcome(store.Skipped)
	}
	o := l.offsets[before]
	if c.records[o-1].draft.Hash != d.Hash {
		return outcome(store.Conflict)
	}
	return at(store.Duplicate, o)
}

// store appends; the term is filled in when the backend has said it.
func (m *model) store(c *modelChannel, d *store.Draft) store.Result {
	ms := m.now.UnixMilli()
	if n := len(c.records); n > 0 {
		ms = max(ms, c.records[n-1].ms)
	}
	c.records = append(c.records, modelRecord{draft: *d, ms: ms})
	return store.Result{Outcome: store.Stored, Offset: uint64(len(c.records)), Time: time.UnixMilli(ms)}
}

// term checks and takes over the term that the backend gave a record.
func (m *model) term(t testing.TB, name string, res *store.Result) {
	c := m.channels[name]
	fresh := c.opened != m.info.Term
	if res.TermStart != fresh {
		t.Fatalf("%s@%d: starts a term: %v, want %v", name, res.Offset, res.TermStart, fresh)
	}
	if fresh {
		if m.used[name] == nil {
			m.used[name] = map[holdfast.Term]bool{}
		}
		if m.used[name][res.Term] || res.Term == 0 {
			t.Fatalf("%s@%d: the term was used before", name, res.Offset)
		}
		m.used[name][res.Term] = true
		c.opened = m.info.Term
		c.terms = append(c.terms, store.TermStart{Term: res.Term, First: res.Offset})
	}
	if want := c.terms[len(c.terms)-1].Term; res.Term != want {
		t.Fatalf("%s@%d: term %v, want %v", name, res.Offset, res.Term, want)
	}
	c.records[res.Offset-1].term = res.Term
}

// bound is where the floor must be after a Trim, and may be before one.
func (m *model) bound(c *modelChannel) uint64 {
	floor := c.floor
	head := uint64(len(c.records))
	if n := m.opts.Retention.Records; n > 0 && head > n {
		floor = max(floor, head-n)
	}
	if age := m.opts.Retention.Age; age > 0 {
		for floor < head && c.records[floor].ms < m.now.Add(-age).UnixMilli() {
			floor++
		}
	}
	return floor
}

// source of choices: rapid, which can shrink them, or a fast generator.
type source interface{ intn(n int) int }

type rapidSource struct{ t *rapid.T }

func (s rapidSource) intn(n int) int { return rapid.IntRange(0, n-1).Draw(s.t, "") }

type randSource struct{ *rand.Rand }

func (s randSource) intn(n int) int { return s.IntN(n) }

// walk makes random calls, and compares.
type walk struct {
	*rig
	src source
	m   *model
}

var walkChannels = []string{"a:1", "a:2", "b:1", "b"}

func newWalk(t testing.TB, open Open, src source) *walk {
	r := newRig(t, open, func(o *Options) {
		o.MaxLanes = 4
		o.Retention = store.Retention{Records: uint64(20 + src.intn(200)), Age: 2 * time.Hour}
	})
	w := &walk{rig: r, src: src, m: &model{opts: r.opts, used: map[string]map[holdfast.Term]bool{}}}
	w.forget()
	return w
}

// forget makes the model that of an empty store.
func (w *walk) forget() {
	w.m.info = w.b.Info()
	w.m.channels = map[string]*modelChannel{}
	w.m.cursors = map[[2]string]store.Cursor{}
	w.m.used = map[string]map[holdfast.Term]bool{}
	w.m.gen, w.m.deleted = 0, time.Time{}
}

func (w *walk) name() string { return walkChannels[w.src.intn(len(walkChannels))] }

// step makes one call.
func (w *walk) step() {
	w.m.now = w.clock.Now()
	switch k := w.src.intn(100); {
	case k < 50:
		w.batch()
	case k < 65:
		w.readSome(w.name())
	case k < 75:
		w.clock.add(time.Duration(w.src.intn(60_000)) * time.Millisecond)
	case k < 84:
		w.trimAll()
	case k < 94:
		w.cursor()
	case k < 96:
		w.delete(w.name())
	case k < 98:
		if w.reopen() {
			w.m.info = w.b.Info()
		} else {
			w.forget()
		}
	default:
		w.before(w.name())
	}
	for _, name := range walkChannels {
		w.check(name)
	}
}

// batch appends some drafts.
func (w *walk) batch() {
	ds := make([]store.Draft, 1+w.src.intn(20))
	want := make([]store.Result, len(ds))
	for i := range ds {
		ds[i] = w.draft()
		want[i] = w.m.decide(&ds[i])
	}
	got := w.append(ds...)
	for i := range ds {
		checkResult(w.t, fmt.Sprintf("draft %+v", ds[i]), got[i], want[i])
		if got[i].Outcome == store.Stored {
			w.m.term(w.t, ds[i].Channel, &got[i])
			if !got[i].Time.Equal(want[i].Time) {
				w.t.Errorf("time %v, want %v", got[i].Time, want[i].Time)
			}
		}
	}
	if w.t.Failed() {
		w.t.FailNow()
	}
}

// draft makes one that is mostly the next of its lane.
func (w *walk) draft() store.Draft {
	name := w.name()
	p := byte('P' + w.src.intn(6))
	l := w.m.channel(name).lanes[producer(p)]
	last := uint64(0)
	if l != nil {
		last = l.last
	}
	number := last + 1
	switch k := w.src.intn(10); {
	case k == 0:
		number = last + uint64(w.src.intn(4))
	case k < 4:
		number = uint64(w.src.intn(int(last) + 2))
	}
	d := publish(name, p, number, fmt.Sprint(string(p), number))
	switch w.src.intn(30) {
	case 0:
		d.Hash++
	case 1:
		d.Producer, d.Number = holdfast.ProducerID{}, 0
	case 2, 3:
		d.Verdict, d.Code = store.Refuse, holdfast.CodeForbidden
	case 4, 5:
		d.Verdict, d.Code = store.Defer, holdfast.CodeRateLimited
	case 6, 7:
		d = skip(name, p, number-min(number, uint64(w.src.intn(3))), number)
	case 8:
		if w.src.intn(4) == 0 {
			d = seal(name, p, number, number, byte('P'+w.src.intn(6)))
		}
	}
	switch w.src.intn(8) {
	case 0:
		d.Sent = store.FirstSent{At: w.m.now.Add(-time.Duration(w.src.intn(90)) * time.Minute), Memory: w.m.info.Memory}
	case 1:
		d.Sent = store.FirstSent{At: w.m.now, Memory: w.m.info.Memory + uint64(w.src.intn(2))}
	}
	return d
}

// check compares a channel's state.
func (w *walk) check(name string) {
	st := w.state(name)
	c := w.m.channel(name)
	if st.Floor < c.floor || st.Floor > w.m.bound(c) {
		w.t.Fatalf("%s: floor %d, want %d to %d", name, st.Floor, c.floor, w.m.bound(c))
	}
	c.floor = st.Floor
	if st.Head != uint64(len(c.records)) || !slices.Equal(st.Terms, c.terms[len(c.terms)-min(len(c.terms), len(st.Terms)):]) {
		w.t.Fatalf("%s: %+v, want head %d and terms %v", name, st, len(c.records), c.terms)
	}
	if len(st.Terms) < min(len(c.terms), store.MaxTermStarts) || len(c.records) > 0 && st.Floor < st.Head && st.TermAt(st.Floor+1) == 0 {
		w.t.Fatalf("%s: terms are missing: %+v", name, st)
	}
}

func (w *walk) readSome(name string) {
	c := w.m.channel(name)
	head := uint64(len(c.records))
	after := uint64(w.src.intn(int(head) + 3))
	l := store.Limit{Records: w.src.intn(40), Through: uint64(w.src.intn(int(head) + 2))}
	got := w.read(name, after, l)
	from, through := max(after, c.floor)+1, head
	if l.Through > 0 {
		through = min(through, l.Through)
	}
	if l.Records > 0 {
		through = min(through, from+uint64(l.Records)-1)
	}
	w.offsets(got, from, max(through, from-1))
	for i := range got {
		g, want := &got[i], &c.records[got[i].Offset-1]
		if string(g.Data) != string(want.draft.Data) || g.Producer != want.draft.Producer || g.Number != want.draft.Number ||
			g.Time.UnixMilli() != want.ms || g.Type != want.draft.Type || g.Term != want.term || g.Channel != name {
			w.t.Fatalf("%s@%d: %+v, want %+v", name, g.Offset, g, want)
		}
	}
}

func (w *walk) before(name string) {
	c := w.m.channel(name)
	when := w.m.now.Add(-time.Duration(w.src.intn(7200)) * time.Second)
	want := c.floor
	for want < uint64(len(c.records)) && c.records[want].ms < when.UnixMilli() {
		want++
	}
	got, err := w.b.Before(w.ctx, name, when)
	if w.must(err); got != want {
		w.t.Fatalf("%s before %v: %d, want %d", name, when, got, want)
	}
}

func (w *walk) trimAll() {
	var want store.Trimmed
	for name, c := range w.m.channels {
		st := w.state(name)
		if to := w.m.bound(c); to > st.Floor {
			want.Channels++
			want.Records += to - st.Floor
		}
		c.floor = w.m.bound(c)
		for p, l := range c.lanes {
			if l.updated < w.m.now.Add(-w.opts.DedupeWindow).UnixMilli() {
				delete(c.lanes, p)
				want.Lanes++
			}
		}
	}
	if got := w.trim(); got != want {
		w.t.Fatalf("trimmed %+v, want %+v", got, want)
	}
}

func (w *walk) delete(name string) {
	w.must(w.b.Delete(w.ctx, name))
	w.m.channels[name] = nil
	w.m.deleted = time.UnixMilli(w.m.now.UnixMilli())
	for k := range w.m.cursors {
		if k[0] == name {
			delete(w.m.cursors, k)
		}
	}
}

func (w *walk) cursor() {
	k := [2]string{w.name(), string(rune('x' + w.src.intn(2)))}
	want := w.m.cursors[k]
	if w.src.intn(3) == 0 {
		got, err := w.b.OpenCursor(w.ctx, k[0], k[1])
		w.must(err)
		if got.Generation <= w.m.gen || got.Known != want.Known || got.Position != want.Position {
			w.t.Fatalf("cursor %v: %+v after generation %d, want %+v", k, got, w.m.gen, want)
		}
		w.m.cursors[k], w.m.gen = got, got.Generation
		return
	}
	u := store.CursorUpdate{Channel: k[0], Name: k[1], Generation: want.Generation + uint64(w.src.intn(3)) - 1}
	u.Position = holdfast.Position{Term: holdfast.Term(1 + w.src.intn(2)), Offset: uint64(w.src.intn(50))}
	taken, err := w.b.SaveCursors(w.ctx, []store.CursorUpdate{u})
	w.must(err)
	if _, ok := w.m.cursors[k]; !ok {
		if len(taken) != 0 {
			w.t.Fatalf("cursor %v, which is none, was taken", k)
		}
		return
	}
	if (len(taken) == 1) != (u.Generation < want.Generation) {
		w.t.Fatalf("cursor %v generation %d, update %d: taken %v", k, want.Generation, u.Generation, taken)
	}
	if u.Generation == want.Generation && (!want.Known || u.Position.Term != want.Position.Term || u.Position.Offset > want.Position.Offset) {
		want.Position, want.Known = u.Position, true
		w.m.cursors[k] = want
	}
}

// testModel makes short walks, which rapid shrinks if they fail.
func testModel(t *testing.T, open Open) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWalk(tbOf{t, rt}, open, rapidSource{rt})
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			w.step()
		}
		w.must(w.b.Close())
	})
}

// tbOf is a rapid.T with what it lacks of the test around it.
type tbOf struct {
	*testing.T
	rt *rapid.T
}

func (t tbOf) Fatal(args ...any)                 { t.rt.Fatal(args...) }
func (t tbOf) Fatalf(format string, args ...any) { t.rt.Fatalf(format, args...) }
func (t tbOf) Errorf(format string, args ...any) { t.rt.Errorf(format, args...) }
func (t tbOf) Error(args ...any)                 { t.rt.Error(args...) }
func (t tbOf) FailNow()                          { t.rt.FailNow() }
func (t tbOf) Failed() bool                      { return t.rt.Failed() }

// testModelLong makes long walks: 24,000 calls with 130,000 drafts in all, and fewer under the race detector.
func testModelLong(t *testing.T, open Open) {
	seeds := uint64(8)
	if raceEnabled {
		seeds = 3
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := newWalk(t, open, randSource{rand.New(rand.NewPCG(seed, 1))})
			steps := 3000
			if testing.Short() || raceEnabled {
				steps = 300
			}
			for range steps {
				w.step()
			}
		})
	}
}
