package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// testRecords writes records of all shapes and reads them again.
func testRecords(t *testing.T, open Open) {
	const c = "chat:shapes"
	r := newRig(t, open)
	many := make([]holdfast.Header, 300)
	for i := range many {
		many[i] = holdfast.Header{Name: fmt.Sprint("n", i), Value: strings.Repeat("v", i)}
	}
	shapes := []store.Draft{
		{},
		{Data: []byte{}, Type: holdfast.Binary},
		{Data: []byte{0, 1, 255}, Publisher: "ann"},
		{Data: []byte("text"), Type: holdfast.Text, Producer: producer('P'), Number: 1, Publisher: "bob"},
		{Data: []byte(`{"a":1}`), Type: holdfast.JSON, Headers: []holdfast.Header{{Name: "a", Value: "b"}, {Name: "a"}, {Name: "", Value: "c"}}},
		{Data: bytes.Repeat([]byte("large"), 100_000), Headers: many, Producer: producer('Q'), Number: 1, Publisher: strings.Repeat("p", 1000)},
		{Data: []byte("after"), Producer: producer('P'), Number: 2, Publisher: "bob"},
	}
	for i := range 40 { // more users than a small table has
		shapes = append(shapes, store.Draft{Publisher: fmt.Sprint("user", i), Data: fmt.Append(nil, i)})
	}
	var want []holdfast.Record
	for i := range shapes {
		d := &shapes[i]
		d.Channel = c
		d.Hash = store.ContentHash(d.Type, d.Headers, d.Data)
		want = append(want, holdfast.Record{
			Channel: c, Term: r.b.Info().Term, Offset: uint64(i + 1), Time: r.clock.Now(), Publisher: d.Publisher,
			Producer: d.Producer, Number: d.Number, Type: d.Type, Headers: slices.Clone(d.Headers), Data: bytes.Clone(d.Data),
		})
	}
	r.append(shapes[:6]...)
	r.append(shapes[6:]...)
	for i := range shapes {
		clear(shapes[i].Data) // the caller's again
		clear(shapes[i].Headers)
	}
	for range 2 {
		got := r.read(c, 0, store.Limit{})
		compareRecords(t, got, want)
		for i := range got {
			clear(got[i].Data) // the caller's
		}
		compareRecords(t, r.read(c, 0, store.Limit{}), want)
		if !r.reopen() {
			return
		}
	}
}

// compareRecords does not tell an empty slice from none.
func compareRecords(t testing.TB, got, want []holdfast.Record) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i := range got {
		g, w := got[i], want[i]
		if !bytes.Equal(g.Data, w.Data) || !slices.Equal(g.Headers, w.Headers) || !g.Time.Equal(w.Time) {
			t.Fatalf("record %d: data, headers or time differ", i)
		}
		g.Data, g.Headers, g.Time, w.Data, w.Headers, w.Time = nil, nil, time.Time{}, nil, nil, time.Time{}
		if !reflect.DeepEqual(g, w) {
			t.Fatalf("record %d: got %+v, want %+v", i, g, w)
		}
	}
}

func testLimits(t *testing.T, open Open) {
	const c, n = "chat:limits", 2500
	r := newRig(t, open)
	data := bytes.Repeat([]byte("x"), 100)
	for from := 1; from <= n; {
		ds := make([]store.Draft, min(700, n+1-from))
		for i := range ds {
			ds[i] = store.Draft{Channel: c, Data: data}
		}
		r.append(ds...)
		from += len(ds)
	}
	r.offsets(r.read(c, 0, store.Limit{}), 1, n)
	r.offsets(r.read(c, 17, store.Limit{Records: 1}), 18, 18)
	r.offsets(r.read(c, 690, store.Limit{Records: 30}), 691, 720)
	r.offsets(r.read(c, 690, store.Limit{Through: 700}), 691, 700)
	r.offsets(r.read(c, 690, store.Limit{Through: 700, Records: 4}), 691, 694)
	r.offsets(r.read(c, n-1, store.Limit{Through: n + 5}), n, n)
	r.offsets(r.read(c, n, store.Limit{}), n+1, n)
	r.offsets(r.read(c, n+100, store.Limit{}), n+1, n)
	r.offsets(r.read(c, 1<<64-1, store.Limit{}), n+1, n)
	r.offsets(r.read(c, 100, store.Limit{Through: 100}), 101, 100)
	r.offsets(r.read(c, 100, store.Limit{Through: 50}), 101, 100)
	r.offsets(r.read(c, 5, store.Limit{Bytes: 1}), 6, 6)
	for _, bytes := range []int{99, 250, 1000, 100_000} {
		got := r.read(c, 5, store.Limit{Bytes: bytes})
		if len(got) == 0 || len(got) > 1 && len(got)*len(data) > bytes {
			t.Errorf("%d bytes: %d records", bytes, len(got))
		}
		if bytes >= 1000 && len(got)*len(data)*2 < bytes {
			t.Errorf("%d bytes: only %d records", bytes, len(got))
		}
		r.offsets(got, 6, 5+uint64(len(got)))
	}
	r.offsets(r.read("chat:none", 0, store.Limit{}), 1, 0)
	if st := r.state("chat:none"); !reflect.DeepEqual(st, store.State{}) {
		t.Errorf("a channel never written has state %+v", st)
	}
	if st := r.state(c); st.Bytes < n*int64(len(data)) || st.Bytes > 2*n*int64(len(data)) {
		t.Errorf("%d bytes retained", st.Bytes)
	}
}

func testBefore(t *testing.T, open Open) {
	const c = "chat:before"
	r := newRig(t, open, func(o *Options) { o.Retention.Records = 50 })
	start := r.clock.Now()
	for range 30 { // two records each second
		r.append(store.Draft{Channel: c}, store.Draft{Channel: c})
		r.clock.add(time.Second)
	}
	r.trim()
	for _, k := range []struct {
		at   time.Duration
		want uint64
	}{
		{-time.Hour, 10}, {0, 10}, {5 * time.Second, 10}, {5*time.Second + 1, 12}, {6 * time.Second, 12}, {20 * time.Second, 40},
		{20*time.Second - 1, 40}, {20*time.Second + time.Millisecond, 42}, {time.Hour, 60},
	} {
		got, err := r.b.Before(r.ctx, c, start.Add(k.at))
		if err != nil || got != k.want {
			t.Errorf("before %v: %d, %v; want %d", k.at, got, err, k.want)
		}
	}
	if got, err := r.b.Before(r.ctx, "chat:none", start); got != 0 || err != nil {
		t.Errorf("before, no channel: %d, %v", got, err)
	}
}

// testTime moves the clock back.
func testTime(t *testing.T, open Open) {
	const c = "chat:time"
	r := newRig(t, open)
	start := r.clock.Now()
	for i, d := range []time.Duration{0, 1500 * time.Microsecond, -time.Hour, time.Millisecond} {
		if i > 0 && i != 2 || r.reopen() {
			r.clock.add(d)
		}
		r.append(store.Draft{Channel: c})
	}
	recs := r.read(c, 0, store.Limit{})
	for i := range recs {
		if recs[i].Time.Before(start) || recs[i].Time != recs[i].Time.Truncate(time.Millisecond) {
			t.Errorf("record %d has time %v", i, recs[i].Time)
		}
		if i > 0 && recs[i].Time.Before(recs[i-1].Time) {
			t.Errorf("record %d is older than its predecessor", i)
		}
	}
}

func testTerms(t *testing.T, open Open) {
	const c = "chat:terms"
	r := newRig(t, open)
	var want []store.TermStart
	head := uint64(0)
	for range 70 {
		keeps := r.reopen()
		if !keeps {
			want, head = nil, 0
		}
		if got := r.state(c).Terms; len(got) != len(want) {
			t.Fatalf("opening alone started a term")
		}
		res := r.append(store.Draft{Channel: c}, store.Draft{Channel: c})
		if !res[0].TermStart || res[1].TermStart || res[0].Term != r.b.Info().Term || res[1].Term != res[0].Term {
			t.Fatalf("term: %+v", res)
		}
		want = append(want, store.TermStart{Term: r.b.Info().Term, First: head + 1})
		head += 2
		if got := r.state(c).Terms; !slices.Equal(got, want) {
			t.Fatalf("terms %v, want %v", got, want)
		}
		if again := r.append(store.Draft{Channel: c})[0]; again.TermStart {
			t.Fatal("a term started twice")
		}
		head++
		if !keeps && len(want) == 1 && head > 3 {
			break
		}
	}
	st := r.state(c)
	for _, rec := range r.read(c, 0, store.Limit{}) {
		if rec.Term != st.TermAt(rec.Offset) {
			t.Fatalf("record %d has term %v", rec.Offset, rec.Term)
		}
	}
}

// testLog looks at the backend through a Log.
func testLog(t *testing.T, open Open) {
	r := newRig(t, open)
	l := store.NewLog(r.b)
	ds := []store.Draft{publish("chat:b", 'P', 1, "a"), publish("chat:a", 'P', 1, "b"), publish("chat:b", 'P', 1, "a"), publish("chat:b", 'P', 2, "c")}
	for round := range uint64(2) {
		res := make([]store.Result, len(ds))
		got, err := l.Append(ds, res)
		r.must(err)
		if round == 1 {
			if len(got) != 0 {
				t.Fatalf("duplicates were committed: %+v", got)
			}
			break
		}
		if len(got) != 2 || got[0].Channel() != "chat:b" || got[1].Channel() != "chat:a" {
			t.Fatalf("committed %+v", got)
		}
		r.offsets(got[0].Records(), 1, 2)
		if !got[0].StartsTerm(0) || got[0].StartsTerm(1) || !got[1].StartsTerm(0) {
			t.Fatal("terms start in the wrong place")
		}
		read, err := l.Read(r.ctx, "chat:b", 0, store.Limit{})
		r.must(err)
		compareRecords(t, read.Records(), got[0].Records())
		if !read.StartsTerm(0) || read.StartsTerm(1) {
			t.Fatal("terms start in the wrong place when read")
		}
	}
}

// testClosed calls everything on a store that is closed.
func testClosed(t *testing.T, open Open) {
	r := newRig(t, open)
	r.put("chat:a", 1)
	r.must(r.b.Close())
	r.must(r.b.Close())
	for name, err := range calls(r.ctx, r.b) {
		if !errors.Is(err, holdfast.CodeClosed) {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
	if err := r.b.Append(make([]store.Draft, 1), make([]store.Result, 1)); !errors.Is(err, holdfast.CodeClosed) {
		t.Errorf("Append after Close: %v", err)
	}
}

func testCanceled(t *testing.T, open Open) {
	r := newRig(t, open)
	r.put("chat:a", 1)
	ctx, cancel := context.WithCancel(r.ctx)
	cancel()
	for name, err := range calls(ctx, r.b) {
		if !errors.Is(err, holdfast.CodeCanceled) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s, canceled: %v", name, err)
		}
	}
	r.offsets(r.read("chat:a", 0, store.Limit{}), 1, 1)
}

// calls makes every call that takes a context.
func calls(ctx context.Context, b store.Backend) map[string]error {
	errs := map[string]error{}
	_, errs["Read"] = b.Read(ctx, "chat:a", 0, store.Limit{})
	_, errs["State"] = b.State(ctx, "chat:a")
	_, errs["Before"] = b.Before(ctx, "chat:a", time.Now())
	_, errs["OpenCursor"] = b.OpenCursor(ctx, "chat:a", "k")
	_, errs["SaveCursors"] = b.SaveCursors(ctx, []store.CursorUpdate{{Channel: "chat:a", Name: "k", Generation: 1}})
	_, errs["Trim"] = b.Trim(ctx)
	errs["Delete"] = b.Delete(ctx, "chat:a")
	for _, err := range b.Channels(ctx) {
		errs["Channels"] = err
	}
	return errs
}
