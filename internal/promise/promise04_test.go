package promise

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/store"
)

// keepOnly makes the server keep so many records of a channel, and apply that at once.
func (w *world) keepOnly(n uint64) {
	keep := store.Retention{Records: n}
	w.memory.Retention, w.disk.Retention = keep, keep
	w.disk.TrimEvery, w.disk.TrimSlack = -1, -1
	w.o.TrimEvery = 2 * time.Millisecond
}

// contiguous checks that items leave nothing out and double nothing: each offset behind after is in one record or in
// one gap. It returns how many offsets were gone.
func (w *world) contiguous(items []item, after uint64) (gone uint64) {
	w.Helper()
	for _, x := range items {
		if x.gap == nil {
			if x.rec.Offset != after+1 || string(x.rec.Data) != string(body(0, int(after))) {
				w.Fatalf("offset %d with %.20q after %d", x.rec.Offset, x.rec.Data, after)
			}
			after++
			continue
		}
		w.judge(x.gap)
		if x.gap.Reason != client.GapRetention || x.gap.From != after+1 || x.gap.To < x.gap.From || x.gap.After.Offset != x.gap.To {
			w.Fatalf("%+v after %d", x.gap, after)
		}
		gone += x.gap.To - x.gap.From + 1
		after = x.gap.To
	}
	return gone
}

// Promise 4: retention passes a subscriber that sleeps, and one that is connected but slow. Both are told which
// offsets are gone, and get the rest.
func TestPromise04Retention(t *testing.T) {
	matrix(t, func(w *world) {
		const keep, all = 20, 100
		w.keepOnly(keep)
		w.o.CacheBytes = 1 // so that nothing is remembered beside the store
		w.start()
		pub := w.session(client.SessionOptions{})
		pub.publish("c", 0, 9)
		sleeper := w.session(client.SessionOptions{})
		sub := sleeper.subscribe("c", client.SubscribeOptions{From: client.FromStart})
		seen := w.records(sub, 5)
		cp := sub.Checkpoint(seen[4].Position())
		sleeper.leave()
		slow := w.session(client.SessionOptions{}).subscribe("c", client.SubscribeOptions{From: client.FromStart, Window: client.Window{Records: 3}})
		w.bodies(w.records(slow, 1), 0, 1)

		pub.enqueue("c", 10, all-1)
		floor := func() uint64 {
			st, err := w.spy.State(w.ctx, "c")
			if err != nil {
				w.Error(err)
			}
			return st.Floor
		}
		w.until("retention has passed", func() bool { return floor() == all-keep })
		last := func(x item) bool { return x.gap == nil && x.rec.Offset == all }
		if gone := w.contiguous(w.items(slow, last), 1); gone == 0 || gone > all-keep {
			w.Errorf("the slow one is told of %d that are gone", gone)
		}
		woken := w.session(client.SessionOptions{}).subscribe("c", client.SubscribeOptions{Checkpoint: cp})
		if gone := w.contiguous(w.items(woken, last), 5); gone != all-keep-5 {
			w.Errorf("the sleeper is told of %d that are gone, want %d", gone, all-keep-5)
		}
	})
}

// forked checks that a subscriber that stands at seen is told of a fork after common, and then gets what there is now.
func (w *world) forked(sub *client.Subscription, common, seen uint64, then int) {
	w.Helper()
	got := w.items(sub, func(x item) bool { return x.gap == nil && string(x.rec.Data) == string(body(0, then+1)) })
	g := got[0].gap
	if g == nil || g.Reason != client.GapFork || g.From != common+1 || g.To != seen || g.After.Offset != common {
		w.Fatalf("%+v %+v; want a fork with the gap %d to %d", got[0].rec, g, common+1, seen)
	}
	w.judge(g)
	if len(got) != 3 {
		w.Fatalf("%d items", len(got))
	}
	w.bodies([]holdfast.Record{got[1].rec, got[2].rec}, then, common+1)
}

// Promise 4: a memory store that was restarted, and a data folder that was put back to an older copy, have forked from
// what their subscribers saw: one that stayed, and one that comes back with a checkpoint.
func TestPromise04Fork(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		common := uint64(0)
		pub := w.direct()
		pub.publish("c", 0, 4)
		w.stop()
		backup := filepath.Join(w.TempDir(), "copy")
		if w.store == onDisk {
			common = 5
			if err := os.CopyFS(backup, os.DirFS(w.dir)); err != nil {
				w.Fatal(err)
			}
		}
		w.startAgainWith(5)
		w.direct().publish("c", 5, 8)
		stays := w.session(client.SessionOptions{})
		sub := stays.subscribe("c", client.SubscribeOptions{From: client.FromStart})
		seen := w.records(sub, 9)
		cp := sub.Checkpoint(seen[8].Position())
		w.stop()
		w.dir = backup
		w.start()
		w.direct().publish("c", 20, 21)
		w.forked(sub, common, 9, 20)
		back := w.session(client.SessionOptions{}).subscribe("c", client.SubscribeOptions{Checkpoint: cp})
		w.forked(back, common, 9, 20)
	})
}

// startAgainWith starts the server, and publishes once more what a memory store has forgotten of the first n records.
func (w *world) startAgainWith(n int) {
	w.Helper()
	w.start()
	if w.store == inMemory {
		w.direct().publish("c", 0, n-1)
	}
}
