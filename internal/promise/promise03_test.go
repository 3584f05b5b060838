package promise

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/holdfast-ws/holdfast/client"
)

// follower reads the channel to its end in two sessions, and checks that each record comes once and in order.
type follower struct {
	window      client.Window
	from        uint64
	change, all int // the session after so many records, until all have come
}

func (f *follower) follow(w *world, first, second *sess, sub *client.Subscription) error {
	next := f.from
	check := func(sub *client.Subscription, until uint64) (cp client.Checkpoint, err error) {
		for r, err := range sub.Records(w.ctx) {
			if err != nil {
				return cp, err
			}
			if r.Offset != next+1 || string(r.Data) != string(body(0, int(next))) {
				return cp, fmt.Errorf("offset %d with %.20q; want offset %d", r.Offset, r.Data, next+1)
			}
			cp = sub.Checkpoint(r.Position())
			if next++; next >= until {
				break
			}
		}
		return cp, nil
	}
	cp, err := check(sub, min(f.from+uint64(f.change), uint64(f.all)))
	if err != nil || next == uint64(f.all) {
		return err
	}
	first.leave()
	text, err := cp.MarshalText()
	if err != nil {
		return err
	}
	var saved client.Checkpoint
	if err := saved.UnmarshalText(text); err != nil {
		return err
	}
	if sub, err = second.Subscribe(w.ctx, "c", client.SubscribeOptions{Checkpoint: saved, Window: f.window}); err != nil {
		return err
	}
	_, err = check(sub, uint64(f.all))
	return err
}

// Promise 3: three subscribers with different windows join at random offsets, are cut, change their sessions, and go on
// exactly after their positions.
func TestPromise03OrderNoHoleNoDouble(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		const all = 80
		pub := w.session(client.SessionOptions{})
		var wg sync.WaitGroup
		cuts := w.some(5, all)
		restart := -1
		if w.store == onDisk {
			restart = w.rng.IntN(all)
		}
		errs := make(chan error, 4)
		windows := []client.Window{{Records: 1}, {Records: 7}, {Bytes: 2000}}
		join := w.some(3, all)
		for i := range all {
			if _, err := pub.Enqueue(w.ctx, "c", body(0, i)); err != nil {
				w.Fatal(err)
			}
			if cuts[i] {
				w.proxy.cut()
			}
			if i == restart {
				w.restart()
			}
			if !join[i] {
				continue
			}
			w.until("the channel is as long as that", func() bool { return w.head("c") > uint64(i/2) })
			f := follower{window: windows[len(windows)-1], from: uint64(w.rng.IntN(i/2 + 1)), change: 1 + w.rng.IntN(all), all: all}
			windows = windows[:len(windows)-1]
			first, second := w.session(client.SessionOptions{}), w.session(client.SessionOptions{})
			sub := first.subscribe("c", client.SubscribeOptions{From: client.FromOffset, Offset: f.from, Window: f.window})
			wg.Go(func() {
				if err := f.follow(w, first, second, sub); err != nil {
					errs <- err
				}
			})
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			w.Error(err)
		}
	})
}

// Promise 3: cuts in the middle of a replay, with nothing live to help.
func TestPromise03ReplayIsCut(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		const all = 60
		w.direct().enqueue("c", 0, all-1)
		w.until("all is stored", func() bool { return w.head("c") == all })
		s := w.session(client.SessionOptions{})
		sub := s.subscribe("c", client.SubscribeOptions{From: client.FromStart, Window: client.Window{Records: 4}})
		cuts := w.some(8, all)
		n := 0
		w.items(sub, func(x item) bool {
			if x.gap != nil || x.rec.Offset != uint64(n+1) {
				w.Fatalf("item %d: %+v", n, x)
			}
			if cuts[n] {
				w.proxy.cut()
			}
			n++
			return n == all
		})
		if err := sub.Close(); err != nil {
			w.Error(err)
		}
		for _, err := range sub.Records(w.ctx) {
			if err == nil || errors.Is(err, w.ctx.Err()) {
				w.Errorf("a record behind the last: %v", err)
			}
		}
	})
}
