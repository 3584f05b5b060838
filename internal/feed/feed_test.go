package feed_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast/internal/feed"
)

func dropped(n int) int { return -n }

// hear reads what there is, and then whatever comes until the feed or ctx ends.
func hear(ctx context.Context, l *feed.Listener[int]) []int { return slices.Collect(l.All(ctx)) }

func TestEveryListenerHearsAllInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := feed.New(feed.Options[int]{})
		if f.Add(0); f.Listening() {
			t.Error("somebody listens")
		}
		heard := make([][]int, 3)
		var wg sync.WaitGroup
		for i := range heard {
			wg.Go(func() { heard[i] = slices.Collect(f.Listen(t.Context())) })
		}
		synctest.Wait()
		if !f.Listening() {
			t.Error("nobody listens")
		}
		for n := range 100 {
			f.Add(n + 1)
			if n%7 == 0 {
				synctest.Wait()
			}
		}
		f.Close()
		f.Close()
		f.Add(101)
		wg.Wait()
		for i, got := range heard {
			if len(got) != 100 || got[0] != 1 || !slices.IsSorted(got) {
				t.Errorf("listener %d heard %v", i, got)
			}
		}
		if f.Listening() {
			t.Error("somebody still listens")
		}
		if late := slices.Collect(f.Listen(t.Context())); late != nil {
			t.Errorf("heard %v after the end", late)
		}
		if late := hear(t.Context(), f.Join(7)); !slices.Equal(late, []int{7}) {
			t.Errorf("heard %v after the end", late)
		}
	})
}

func TestWhoIsSlowIsToldHowMuchItMissed(t *testing.T) {
	for name, c := range map[string]struct {
		o     feed.Options[int]
		first []int
		add   int
		want  []int
	}{
		"within the backlog":   {o: feed.Options[int]{Backlog: 3, Dropped: dropped}, add: 3, want: []int{1, 2, 3}},
		"one more":             {o: feed.Options[int]{Backlog: 3, Dropped: dropped}, add: 4, want: []int{-1, 2, 3, 4}},
		"many more":            {o: feed.Options[int]{Backlog: 3, Dropped: dropped}, add: 300, want: []int{-297, 298, 299, 300}},
		"what it heard first":  {o: feed.Options[int]{Backlog: 3, Dropped: dropped}, first: []int{100}, add: 3, want: []int{-1, 1, 2, 3}},
		"nobody tells it":      {o: feed.Options[int]{Backlog: 2}, add: 5, want: []int{4, 5}},
		"a backlog of one":     {o: feed.Options[int]{Backlog: 1, Dropped: dropped}, add: 2, want: []int{-1, 2}},
		"a backlog of nothing": {o: feed.Options[int]{Backlog: -1, Dropped: dropped}, add: 2, want: []int{1, 2}},
	} {
		f := feed.New(c.o)
		l := f.Join(c.first...)
		for n := range c.add {
			f.Add(n + 1)
		}
		f.Close()
		if got := hear(t.Context(), l); !slices.Equal(got, c.want) {
			t.Errorf("%s: heard %v, want %v", name, got, c.want)
		}
	}
	f := feed.New(feed.Options[int]{Dropped: dropped})
	l := f.Join()
	for n := range 300 {
		f.Add(n)
	}
	f.Close()
	if got := hear(t.Context(), l); len(got) != feed.DefaultBacklog+1 || got[0] != -(300-feed.DefaultBacklog) {
		t.Errorf("heard %d, first %d", len(got), got[0])
	}
}

func TestListeningEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := feed.New(feed.Options[int]{})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { // with its context, though nothing comes
			for range f.Listen(ctx) {
			}
		})
		l := f.Join(1)
		wg.Go(func() { // when it is told to
			if got := hear(t.Context(), l); !slices.Equal(got, []int{1}) {
				t.Errorf("heard %v", got)
			}
		})
		synctest.Wait()
		for range hearOne(f.Join(1, 2)) { // when its loop is left
			break
		}
		cancel()
		l.Leave()
		f.Add(2)
		wg.Wait()
		if f.Listening() {
			t.Error("somebody still listens")
		}
		if got := hear(ctx, f.Join(1)); got != nil {
			t.Errorf("heard %v after its context ended", got)
		}
	})
}

func hearOne(l *feed.Listener[int]) func(func(int) bool) { return l.All(context.Background()) }

// Whatever the backlog and however reading and adding take turns: what is heard and what is said to be dropped are all there was.
func TestNothingIsLostUntold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := feed.New(feed.Options[int]{Backlog: rapid.IntRange(1, 20).Draw(t, "backlog"), Dropped: dropped})
		f.Join() // somebody who never reads holds nobody up
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		l := f.Join()
		last, next := 0, 1
		add := func() {
			for range rapid.IntRange(0, 30).Draw(t, "added") {
				f.Add(next)
				next++
			}
		}
		add()
		f.Add(next)
		next++
		turns := 0
		for e := range l.All(ctx) {
			if e < 0 {
				last -= e
			} else if last++; e != last {
				t.Fatalf("heard %d, want %d", e, last)
			}
			if turns++; turns < 40 {
				add()
			} else if turns == 40 {
				f.Close()
			}
			if last == next-1 && turns < 40 {
				f.Add(next)
				next++
			}
		}
		if last != next-1 {
			t.Fatalf("heard up to %d of %d", last, next-1)
		}
	})
}

func TestConcurrentListeners(t *testing.T) {
	f := feed.New(feed.Options[int]{Backlog: 4, Dropped: dropped})
	const events = 2000
	var readers, adders sync.WaitGroup
	for range 4 {
		l := f.Join()
		readers.Go(func() {
			n := 0
			for e := range l.All(t.Context()) {
				n += max(1, -e)
			}
			if n != 2*events {
				t.Errorf("heard of %d events, want %d", n, 2*events)
			}
		})
		readers.Go(func() {
			for range f.Listen(t.Context()) {
				return
			}
		})
	}
	for range 2 {
		adders.Go(func() {
			for range events {
				f.Add(1)
			}
		})
	}
	adders.Wait()
	f.Close()
	readers.Wait()
}
