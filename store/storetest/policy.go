package storetest

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

func testRetention(t *testing.T, open Open) {
	t.Run("records", func(t *testing.T) {
		const c = "chat:count"
		r := newRig(t, open, func(o *Options) { o.Retention.Records = 10 })
		for n := range uint64(35) {
			r.put(c, 1)
			r.trim()
			floor := max(n+1, 10) - 10
			if st := r.state(c); st.Floor != floor || st.Head != n+1 {
				t.Fatalf("after %d records: %+v", n+1, st)
			}
			r.offsets(r.read(c, 0, store.Limit{}), floor+1, n+1)
		}
		if r.reopen() {
			r.offsets(r.read(c, 3, store.Limit{}), 26, 35)
			r.put(c, 1)
		}
	})
	t.Run("records within a batch", func(t *testing.T) {
		const c = "chat:count"
		r := newRig(t, open, func(o *Options) { o.Retention.Records = 10 })
		r.append(make([]store.Draft, 0)...)
		ds := make([]store.Draft, 1234)
		for i := range ds {
			ds[i] = store.Draft{Channel: c, Data: bytes.Repeat([]byte{byte(i)}, i)}
		}
		r.append(ds...)
		r.trim()
		r.offsets(r.read(c, 0, store.Limit{}), 1225, 1234)
		if got := r.read(c, 1230, store.Limit{})[0]; len(got.Data) != 1230 || got.Data[0] != byte(1230%256) {
			t.Fatalf("wrong data")
		}
	})
	t.Run("bytes", func(t *testing.T) {
		const c, limit = "chat:bytes", 10_000
		r := newRig(t, open, func(o *Options) { o.Retention.Bytes = limit })
		for range 10 {
			ds := make([]store.Draft, 30)
			for i := range ds {
				ds[i] = store.Draft{Channel: c, Data: make([]byte, 100)}
			}
			r.append(ds...)
			r.trim()
		}
		st := r.state(c)
		if st.Bytes > limit || st.Bytes < limit-300 {
			t.Errorf("%d bytes are retained, want at most %d and not much less", st.Bytes, limit)
		}
		r.offsets(r.read(c, 0, store.Limit{}), st.Floor+1, 300)
	})
	t.Run("age", func(t *testing.T) {
		const c = "chat:age"
		r := newRig(t, open, func(o *Options) { o.Retention.Age = time.Minute })
		r.put(c, 3)
		r.clock.add(30 * time.Second)
		r.put(c, 4)
		r.clock.add(30 * time.Second)
		if got := r.trim(); got.Records != 0 {
			t.Fatalf("trimmed %+v too early", got)
		}
		r.clock.add(time.Millisecond)
		if got := r.trim(); got.Records != 3 || got.Channels != 1 {
			t.Fatalf("trimmed %+v, want 3 records of 1 channel", got)
		}
		r.offsets(r.read(c, 0, store.Limit{}), 4, 7)
		r.clock.add(time.Hour)
		r.trim()
		if st := r.state(c); st.Floor != 7 || st.Head != 7 || st.Bytes != 0 {
			t.Fatalf("all is gone: %+v", st)
		}
		r.offsets(r.read(c, 0, store.Limit{}), 8, 7)
		if r.reopen() {
			if st := r.state(c); st.Floor != 7 || st.Head != 7 {
				t.Fatalf("opened again: %+v", st)
			}
			r.put(c, 2)
			r.offsets(r.read(c, 0, store.Limit{}), 8, 9)
		}
	})
}

func testCursors(t *testing.T, open Open) {
	const c = "chat:cursors"
	r := newRig(t, open)
	pos := func(term holdfast.Term, o uint64) holdfast.Position { return holdfast.Position{Term: term, Offset: o} }
	cursor := func(channel, name string) store.Cursor {
		t.Helper()
		k, err := r.b.OpenCursor(r.ctx, channel, name)
		r.must(err)
		return k
	}
	save := func(us ...store.CursorUpdate) []int {
		t.Helper()
		taken, err := r.b.SaveCursors(r.ctx, us)
		r.must(err)
		return taken
	}
	up := func(k store.Cursor, name string, p holdfast.Position) store.CursorUpdate {
		return store.CursorUpdate{Channel: c, Name: name, Generation: k.Generation, Position: p}
	}
	first := cursor(c, "a")
	if first.Known || first.Generation == 0 {
		t.Fatalf("a new cursor: %+v", first)
	}
	if again := cursor(c, "a"); again.Known || again.Generation <= first.Generation {
		t.Fatalf("taken over before it was saved: %+v", again)
	}
	k := cursor(c, "a")
	other := cursor(c, "b")
	save(up(k, "a", pos(7, 10)), up(k, "a", pos(7, 5)), up(other, "b", pos(7, 3)), up(k, "none", pos(7, 3)),
		store.CursorUpdate{Channel: "chat:none", Name: "a", Generation: 1})
	next := cursor(c, "a")
	if !next.Known || next.Position != pos(7, 10) {
		t.Fatalf("saved: %+v", next)
	}
	if taken := save(up(k, "a", pos(7, 20)), up(next, "a", pos(7, 9)), up(next, "a", pos(8, 1)), up(k, "a", pos(9, 20))); !slices.Equal(taken, []int{0, 3}) {
		t.Fatalf("taken: %v", taken)
	}
	future := next
	future.Generation += 1000
	if taken := save(up(future, "a", pos(8, 99))); len(taken) != 0 {
		t.Fatalf("an update of a generation that never was: %v", taken)
	}
	if st := r.state(c); st.Head != 0 || len(st.Terms) != 0 {
		t.Fatalf("a cursor has written the channel: %+v", st)
	}
	last := cursor(c, "a")
	if last.Position != pos(8, 1) {
		t.Fatalf("moved to another term: %+v", last)
	}
	// a place before everything, in a channel that nobody has written, is a place
	const empty = "chat:empty"
	none := cursor(empty, "a")
	save(store.CursorUpdate{Channel: empty, Name: "a", Generation: none.Generation})
	if again := cursor(empty, "a"); !again.Known || again.Position != pos(0, 0) {
		t.Fatalf("saved before the channel was written: %+v", again)
	}
	if r.reopen() {
		if got := cursor(c, "a"); got.Position != pos(8, 1) || !got.Known || got.Generation <= last.Generation {
			t.Fatalf("opened again: %+v after %+v", got, last)
		}
		r.append(publish(empty, 'P', 1, "a"))
		if again := cursor(empty, "a"); !again.Known || again.Position != pos(0, 0) {
			t.Fatalf("saved before the channel was written, and opened again: %+v", again)
		}
	}
}

func testDelete(t *testing.T, open Open) {
	const c = "chat:delete"
	r := newRig(t, open)
	r.must(r.b.Delete(r.ctx, c))
	r.append(publish(c, 'P', 1, "a"), publish(c, 'P', 2, "b"), publish("chat:stays", 'P', 1, "a"))
	old, err := r.b.OpenCursor(r.ctx, c, "k")
	r.must(err)
	terms := map[holdfast.Term]bool{r.state(c).Terms[0].Term: true}
	for round := range 4 {
		r.must(r.b.Delete(r.ctx, c))
		if st := r.state(c); !reflect.DeepEqual(st, store.State{}) {
			t.Fatalf("deleted: %+v", st)
		}
		r.offsets(r.read(c, 0, store.Limit{}), 1, 0)
		k, err := r.b.OpenCursor(r.ctx, c, "k")
		r.must(err)
		if k.Known || k.Generation <= old.Generation {
			t.Fatalf("the cursor is there: %+v after %+v", k, old)
		}
		taken, err := r.b.SaveCursors(r.ctx, []store.CursorUpdate{{Channel: c, Name: "k", Generation: old.Generation, Position: holdfast.Position{Term: 1, Offset: 1}}})
		if r.must(err); len(taken) != 1 {
			t.Fatal("the holder of the deleted cursor was not told")
		}
		old = k
		// what was in doubt when its channel was deleted is unknown: nobody remembers it
		doubt := r.append(resent(publish(c, 'P', 3, "c"), r.clock.Now(), r.b.Info().Memory), resent(publish(c, 'Q', 1, "c"), r.clock.Now(), r.b.Info().Memory))
		checkResult(t, "in doubt", doubt[0], expected(store.Unknown, 1))
		checkResult(t, "in doubt", doubt[1], expected(store.Unknown, 1))
		// and it stays so when the numbers before it have been given up since
		doubt = r.append(skip(c, 'R', 1, 4), resent(publish(c, 'R', 5, "e"), r.clock.Now(), r.b.Info().Memory), publish(c, 'R', 5, "f"))
		checkResult(t, "in doubt, behind a skip", doubt[1], expected(store.Unknown, 5))
		checkResult(t, "never sent before, behind a skip", doubt[2], at(store.Stored, 1))
		r.must(r.b.Delete(r.ctx, c))
		// a frame of a connection that is older than the deletion may have been on its way since before it
		late := publish(c, 'S', 1, "g")
		late.Since = r.clock.Now()
		doubt = r.append(late, skip(c, 'S', 1, 4), publish(c, 'S', 5, "h"))
		checkResult(t, "perhaps late", doubt[0], expected(store.ProducerUnknown, 1))
		r.must(r.b.Delete(r.ctx, c))
		r.clock.add(time.Second)
		late.Since = r.clock.Now()
		checkResult(t, "of a younger connection", r.append(late)[0], at(store.Stored, 1))
		r.must(r.b.Delete(r.ctx, c))
		res := r.append(publish(c, 'P', 2, "b"), publish(c, 'P', 1, "x"), store.Draft{Channel: c})
		checkResult(t, "lanes are gone", res[0], expected(store.ProducerUnknown, 1))
		checkResult(t, "it begins anew", res[1], at(store.Stored, 1))
		checkResult(t, "it goes on", res[2], at(store.Stored, 2))
		if terms[res[1].Term] || !res[1].TermStart || res[2].Term != res[1].Term || res[2].TermStart {
			t.Fatalf("round %d: the term is not a new one: %+v", round, res)
		}
		terms[res[1].Term] = true
		r.offsets(r.read(c, 0, store.Limit{}), 1, 2)
		if got := r.append(store.Draft{Channel: c})[0]; got.Term != res[1].Term || got.TermStart {
			t.Fatalf("round %d: another term: %+v", round, got)
		}
		r.offsets(r.read("chat:stays", 0, store.Limit{}), 1, 1)
		if round == 2 && !r.reopen() {
			return
		}
	}
}

func testChannels(t *testing.T, open Open) {
	r := newRig(t, open)
	var want []string
	for i := range 700 {
		name := fmt.Sprintf("ns%d:%d", i%3, i)
		want = append(want, name)
		r.append(store.Draft{Channel: name})
	}
	_, err := r.b.OpenCursor(r.ctx, "ns:cursor", "x")
	r.must(err)
	r.append(publish("ns:hole", 'P', 5, "x"), with(publish("ns:refused", 'P', 1, "x"), store.Refuse, holdfast.CodeForbidden))
	r.must(r.b.Delete(r.ctx, want[0]))
	want = want[1:]
	for range 2 {
		var got []string
		for name, err := range r.b.Channels(r.ctx) {
			r.must(err)
			got = append(got, name)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%d channels, want %d", len(got), len(want))
		}
		for range r.b.Channels(r.ctx) {
			break
		}
		if !r.reopen() {
			return
		}
	}
}
