package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// laneStep is one draft and what is to become of it.
type laneStep struct {
	draft store.Draft
	want  store.Result
}

func outcome(o store.Outcome) store.Result           { return store.Result{Outcome: o} }
func at(o store.Outcome, offset uint64) store.Result { return store.Result{Outcome: o, Offset: offset} }
func expected(o store.Outcome, number uint64) store.Result {
	return store.Result{Outcome: o, Expected: number}
}
func coded(o store.Outcome, c holdfast.Code) store.Result { return store.Result{Outcome: o, Code: c} }

func with(d store.Draft, v store.Verdict, c holdfast.Code) store.Draft {
	d.Verdict, d.Code = v, c
	return d
}

func resent(d store.Draft, at time.Time, memory uint64) store.Draft {
	d.Sent = store.FirstSent{At: at, Memory: memory}
	return d
}

// laneCases is every rule of lanes, each from an empty store.
func laneCases(memory uint64, now time.Time) map[string][]laneStep {
	const c = "chat:a"
	p := func(n uint64, data string) store.Draft { return publish(c, 'P', n, data) }
	q := func(n uint64, data string) store.Draft { return publish(c, 'Q', n, data) }
	recent := now.Add(-time.Minute)
	return map[string][]laneStep{
		"the next number is stored": {
			{p(1, "a"), at(store.Stored, 1)}, {p(2, "b"), at(store.Stored, 2)}, {q(1, "a"), at(store.Stored, 3)},
		},
		"a number that is used is a duplicate": {
			{p(1, "a"), at(store.Stored, 1)}, {q(1, "x"), at(store.Stored, 2)}, {p(2, "b"), at(store.Stored, 3)},
			{p(1, "a"), at(store.Duplicate, 1)}, {p(2, "b"), at(store.Duplicate, 3)}, {q(1, "x"), at(store.Duplicate, 2)},
		},
		"other content is a conflict": {
			{p(1, "a"), at(store.Stored, 1)}, {p(1, "b"), outcome(store.Conflict)}, {p(2, "c"), at(store.Stored, 2)},
			{p(1, "a"), at(store.Duplicate, 1)},
		},
		"a duplicate is one whatever policy says now": {
			{p(1, "a"), at(store.Stored, 1)},
			{with(p(1, "a"), store.Refuse, holdfast.CodeForbidden), at(store.Duplicate, 1)},
			{with(p(1, "a"), store.Defer, holdfast.CodeRateLimited), at(store.Duplicate, 1)},
		},
		"a higher number is a hole": {
			{p(1, "a"), at(store.Stored, 1)}, {p(3, "c"), expected(store.Hole, 2)}, {p(2, "b"), at(store.Stored, 2)},
			{p(3, "c"), at(store.Stored, 3)},
		},
		"a lane that is not known": {
			{p(2, "b"), expected(store.ProducerUnknown, 1)},
			{resent(p(2, "b"), recent, memory), expected(store.Hole, 1)},
			{p(1, "a"), at(store.Stored, 1)},
		},
		"number 0 is none": {{p(0, "a"), outcome(store.Conflict)}},
		"a refusal resolves the number": {
			{with(p(1, "a"), store.Refuse, holdfast.CodeForbidden), coded(store.Refused, holdfast.CodeForbidden)},
			{p(2, "b"), at(store.Stored, 1)},
			{p(1, "a"), outcome(store.Skipped)},
		},
		"a deferral changes nothing": {
			{with(p(1, "a"), store.Defer, holdfast.CodeRateLimited), coded(store.Deferred, holdfast.CodeRateLimited)},
			{p(2, "b"), expected(store.ProducerUnknown, 1)},
			{p(1, "a"), at(store.Stored, 1)},
			{with(p(2, "b"), store.Defer, holdfast.CodeRateLimited), coded(store.Deferred, holdfast.CodeRateLimited)},
			{p(3, "c"), expected(store.Hole, 2)},
			{p(2, "b"), at(store.Stored, 2)},
		},
		"a hole comes before policy": {
			{p(1, "a"), at(store.Stored, 1)},
			{with(p(3, "c"), store.Refuse, holdfast.CodeForbidden), expected(store.Hole, 2)},
		},
		"a skip resolves its numbers": {
			{p(1, "a"), at(store.Stored, 1)},
			{skip(c, 'P', 2, 4), outcome(store.Skipped)},
			{skip(c, 'P', 2, 4), outcome(store.Skipped)},
			{skip(c, 'P', 1, 3), outcome(store.Skipped)},
			{p(3, "late"), outcome(store.Skipped)},
			{p(5, "e"), at(store.Stored, 2)},
			{p(1, "a"), at(store.Duplicate, 1)}, {p(1, "x"), outcome(store.Conflict)},
			{p(4, "late"), outcome(store.Skipped)},
			{p(5, "e"), at(store.Duplicate, 2)},
		},
		"a skip may begin below what is resolved": {
			{p(1, "a"), at(store.Stored, 1)}, {skip(c, 'P', 1, 3), outcome(store.Skipped)}, {p(4, "d"), at(store.Stored, 2)},
		},
		"a skip leaves no hole": {
			{skip(c, 'P', 2, 3), expected(store.Hole, 1)}, {skip(c, 'P', 1, 2), outcome(store.Skipped)},
			{skip(c, 'P', 4, 4), expected(store.Hole, 3)}, {p(3, "c"), at(store.Stored, 1)},
		},
		"a sealed lane takes nothing": {
			{p(1, "a"), at(store.Stored, 1)},
			{seal(c, 'P', 2, 3, 'S'), outcome(store.Skipped)},
			{seal(c, 'P', 2, 3, 'S'), outcome(store.Skipped)},
			{seal(c, 'P', 2, 3, 'T'), outcome(store.Conflict)},
			{p(1, "a"), at(store.Duplicate, 1)},
			{p(2, "b"), outcome(store.Skipped)},
			{p(4, "d"), outcome(store.Conflict)},
			{resent(p(4, "d"), recent, memory+1), outcome(store.Conflict)},
			{skip(c, 'P', 1, 3), outcome(store.Skipped)},
			{skip(c, 'P', 4, 4), outcome(store.Conflict)},
			{skip(c, 'P', 6, 6), expected(store.Hole, 4)},
			{publish(c, 'S', 1, "b"), at(store.Stored, 2)},
		},
		"a seal makes a lane": {
			{seal(c, 'P', 7, 9, 'S'), outcome(store.Skipped)},
			{p(9, "x"), outcome(store.Skipped)}, {p(10, "y"), outcome(store.Conflict)},
		},
		"a seal leaves no hole": {
			{p(1, "a"), at(store.Stored, 1)}, {seal(c, 'P', 3, 3, 'S'), expected(store.Hole, 2)}, {p(2, "b"), at(store.Stored, 2)},
			{seal(c, 'P', 1, 1, 'S'), outcome(store.Skipped)}, {p(3, "c"), outcome(store.Conflict)}, {p(2, "b"), at(store.Duplicate, 2)},
		},
		"what was sent to another memory is unknown": {
			{p(1, "a"), at(store.Stored, 1)},
			{resent(p(2, "b"), recent, memory+1), expected(store.Unknown, 2)},
			{resent(p(5, "b"), recent, memory+1), expected(store.Unknown, 2)},
			{resent(p(1, "a"), recent, memory+1), at(store.Duplicate, 1)},
			{resent(q(1, "b"), recent, memory+1), expected(store.Unknown, 1)},
			{resent(p(2, "b"), recent, memory), at(store.Stored, 2)},
		},
		"what was sent before the dedupe window is unknown": {
			{resent(p(1, "a"), now.Add(-time.Hour-time.Millisecond), memory), expected(store.Unknown, 1)},
			{resent(p(1, "a"), now.Add(-time.Hour), memory), at(store.Stored, 1)},
		},
		"lanes of different channels are apart": {
			{p(1, "a"), at(store.Stored, 1)}, {publish("chat:b", 'P', 1, "x"), at(store.Stored, 1)},
			{publish("chat:b", 'P', 1, "x"), at(store.Duplicate, 1)}, {p(1, "x"), outcome(store.Conflict)},
		},
		"without a producer there is no lane": {
			{store.Draft{Channel: c, Data: []byte("a")}, at(store.Stored, 1)},
			{store.Draft{Channel: c, Data: []byte("a")}, at(store.Stored, 2)},
			{with(store.Draft{Channel: c}, store.Refuse, holdfast.CodeForbidden), coded(store.Refused, holdfast.CodeForbidden)},
			{with(store.Draft{Channel: c}, store.Defer, holdfast.CodeRateLimited), coded(store.Deferred, holdfast.CodeRateLimited)},
			{store.Draft{Channel: c, Kind: store.Skip, Number: 3}, outcome(store.Skipped)},
			{store.Draft{Channel: c, Data: []byte("b")}, at(store.Stored, 3)},
		},
		"huge numbers": {
			{p(1<<64-1, "x"), expected(store.ProducerUnknown, 1)},
			{skip(c, 'P', 1, 1<<64-1), outcome(store.Skipped)},
			{p(1<<64-1, "x"), outcome(store.Skipped)},
			{skip(c, 'P', 1<<64-1, 1<<64-1), outcome(store.Skipped)},
			{seal(c, 'P', 1<<64-1, 1<<64-1, 'S'), outcome(store.Skipped)},
		},
	}
}

// testLanes runs each case three times: a batch for each draft, all in one batch, and with the store opened
// again before each draft.
func testLanes(t *testing.T, open Open) {
	for _, how := range []string{"one by one", "in one batch", "reopened"} {
		t.Run(how, func(t *testing.T) {
			probe := newRig(t, open)
			info := probe.b.Info()
			if how == "reopened" && !probe.reopen() {
				return // this store forgets
			}
			for name := range laneCases(info.Memory, probe.clock.Now()) {
				t.Run(name, func(t *testing.T) {
					r := newRig(t, open)
					steps := laneCases(r.b.Info().Memory, r.clock.Now())[name]
					var ds []store.Draft
					for _, s := range steps {
						ds = append(ds, s.draft)
					}
					var got []store.Result
					if how == "in one batch" {
						got = r.append(ds...)
					} else {
						for i := range ds {
							if how == "reopened" && i > 0 {
								r.reopen()
							}
							got = append(got, r.append(ds[i])...)
						}
					}
					for i, s := range steps {
						checkResult(t, fmt.Sprintf("step %d", i+1), got[i], s.want)
					}
				})
			}
		})
	}
}

// checkResult compares what does not depend on the clock and the term.
func checkResult(t testing.TB, what string, got, want store.Result) {
	t.Helper()
	if got.Outcome != want.Outcome || got.Code != want.Code || got.Offset != want.Offset || got.Expected != want.Expected {
		t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
	if stored := got.Outcome == store.Stored; stored != !got.Time.IsZero() || stored != (got.Term != 0) {
		t.Errorf("%s: time and term do not fit the outcome: %+v", what, got)
	}
}

// testLaneHistory asks for old numbers of long lanes that are interleaved, and partly no longer retained.
func testLaneHistory(t *testing.T, open Open) {
	const c, lanes, n, keep = "chat:long", 3, 6000, 4000
	r := newRig(t, open, func(o *Options) { o.Retention.Records = keep })
	var ds []store.Draft
	offsets := map[[2]uint64]uint64{}
	for i := range uint64(n) {
		for l := range uint64(lanes) {
			if i%7 == l {
				ds = append(ds, skip(c, byte('P'+l), i+1, i+1))
			} else {
				ds = append(ds, publish(c, byte('P'+l), i+1, fmt.Sprint(l, i)))
				offsets[[2]uint64{l, i + 1}] = uint64(len(offsets) + 1)
			}
		}
		if len(ds) >= 999 || i == n-1 {
			r.append(ds...)
			ds = ds[:0]
		}
	}
	r.trim()
	floor := r.state(c).Floor
	if want := uint64(len(offsets)) - keep; floor != want {
		t.Fatalf("floor %d, want %d", floor, want)
	}
	for i := uint64(1); i <= n; i++ {
		for l := range uint64(lanes) {
			d := publish(c, byte('P'+l), i, fmt.Sprint(l, i-1))
			ds = append(ds, resent(d, r.clock.Now(), r.b.Info().Memory))
		}
	}
	got := r.append(ds...)
	for k, d := range ds {
		l := uint64(d.Producer[0] - 'P')
		o, stored := offsets[[2]uint64{l, d.Number}]
		want := at(store.Duplicate, o)
		switch {
		case !stored:
			want = outcome(store.Skipped)
			// that it was skipped shows in the records before and after it
			before, after := offsets[[2]uint64{l, d.Number - 1}], offsets[[2]uint64{l, d.Number + 1}]
			if before > 0 && before <= floor || after > 0 && after <= floor {
				want = at(store.Duplicate, 0)
			}
		case o <= floor:
			want = at(store.Duplicate, 0)
		}
		checkResult(t, fmt.Sprintf("lane %d number %d", l, d.Number), got[k], want)
	}
	first := publish(c, 'Q', 1, "1 0")
	checkResult(t, "a first attempt under a number that is too old to check", r.append(first)[0], outcome(store.Conflict))
}

func testLaneCap(t *testing.T, open Open) {
	const c = "chat:cap"
	r := newRig(t, open, func(o *Options) { o.MaxLanes = 2 })
	full := coded(store.Deferred, holdfast.CodeTooManyLanes)
	for round := range 2 {
		var got []store.Result
		for _, d := range []store.Draft{
			publish(c, 'P', 1, "a"), skip(c, 'Q', 1, 1), publish(c, 'R', 1, "a"), skip(c, 'R', 1, 1), seal(c, 'R', 1, 1, 'S'),
			with(publish(c, 'R', 1, "a"), store.Refuse, holdfast.CodeForbidden), publish("chat:other", 'R', 1, "a"),
		} {
			got = append(got, r.append(d)...)
		}
		want := []store.Result{at(store.Stored, 1), outcome(store.Skipped), full, full, full, full, at(store.Stored, 1)}
		if round == 1 {
			want[0].Outcome, want[6].Outcome = store.Duplicate, store.Duplicate
		}
		for i := range want {
			checkResult(t, fmt.Sprintf("round %d draft %d", round, i), got[i], want[i])
		}
		if !r.reopen() {
			return
		}
	}
	r.clock.add(time.Hour + time.Millisecond)
	r.trim()
	checkResult(t, "after lanes were forgotten", r.append(publish(c, 'R', 1, "a"))[0], at(store.Stored, 2))
}

// Who may not publish cannot use the lanes up.
func testRefusedLanes(t *testing.T, open Open) {
	const c = "chat:refused"
	r := newRig(t, open, func(o *Options) { o.MaxLanes = 4 })
	refuse := func(d store.Draft) store.Draft { return with(d, store.Refuse, holdfast.CodeForbidden) }
	full, refused := coded(store.Deferred, holdfast.CodeTooManyLanes), coded(store.Refused, holdfast.CodeForbidden)
	for i, x := range []struct {
		d    store.Draft
		want store.Result
	}{
		{refuse(publish(c, 'P', 1, "a")), refused},
		{refuse(skip(c, 'Q', 1, 1)), outcome(store.Skipped)},
		{refuse(publish(c, 'R', 1, "a")), full},
		{refuse(skip(c, 'R', 1, 1)), full},
		{refuse(seal(c, 'R', 1, 1, 'S')), full},
		{refuse(publish(c, 'P', 2, "b")), refused},
		{refuse(skip(c, 'Q', 2, 2)), outcome(store.Skipped)},
		{publish(c, 'R', 1, "a"), at(store.Stored, 1)},
		{publish(c, 'S', 1, "a"), at(store.Stored, 2)},
		{publish(c, 'T', 1, "a"), full},
		{refuse(publish(c, 'R', 1, "a")), at(store.Duplicate, 1)},
	} {
		checkResult(t, fmt.Sprint("draft ", i), r.append(x.d)[0], x.want)
	}
}

func testForget(t *testing.T, open Open) {
	const c = "chat:forget"
	r := newRig(t, open)
	r.append(publish(c, 'P', 1, "a"), publish(c, 'Q', 1, "a"))
	r.clock.add(30 * time.Minute)
	r.append(publish(c, 'Q', 2, "b"))
	r.clock.add(30 * time.Minute)
	if got := r.trim(); got.Lanes != 0 {
		t.Fatalf("forgot %d lanes within the window", got.Lanes)
	}
	r.clock.add(time.Millisecond)
	checkResult(t, "until Trim nothing is forgotten", r.append(publish(c, 'P', 1, "a"))[0], at(store.Duplicate, 1))
	if got := r.trim(); got.Lanes != 1 {
		t.Fatalf("forgot %d lanes, want 1", got.Lanes)
	}
	res := r.append(publish(c, 'P', 2, "b"), publish(c, 'Q', 2, "b"), publish(c, 'P', 1, "a"), publish(c, 'P', 1, "a"))
	for i, want := range []store.Result{expected(store.ProducerUnknown, 1), at(store.Duplicate, 3), at(store.Stored, 4), at(store.Duplicate, 4)} {
		checkResult(t, fmt.Sprint(i), res[i], want)
	}
}
