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
	case 2, 3, 4: // a first attempt, over a connection that is so old
		d.Since = w.m.now.Add(-time.Duration(w.src.intn(90)) * time.Minute)
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
