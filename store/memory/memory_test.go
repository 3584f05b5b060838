package memory_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/holdfast-ws/holdfast"

	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
	"github.com/holdfast-ws/holdfast/store/storetest"
)

func TestBackend(t *testing.T) {
	storetest.Run(t, func(t testing.TB, o storetest.Options) store.Backend {
		if o.Retention == (store.Retention{}) {
			o.Retention.Bytes = math.MaxInt64
		}
		return memory.New(memory.Options{Retention: o.Retention, DedupeWindow: o.DedupeWindow, MaxLanes: o.MaxLanes, Now: o.Now})
	})
}

func drafts(channel string, n, size int) []store.Draft {
	ds := make([]store.Draft, n)
	for i := range ds {
		ds[i] = store.Draft{Channel: channel, Data: make([]byte, size)}
	}
	return ds
}

func appendAll(t *testing.T, s *memory.Store, ds []store.Draft) []store.Result {
	t.Helper()
	res := make([]store.Result, len(ds))
	if err := s.Append(ds, res); err != nil {
		t.Fatal(err)
	}
	return res
}

// TestMaxBytes fills a store far over its bound: the largest channels lose their oldest records, small ones nothing.
func TestMaxBytes(t *testing.T) {
	const limit = 8 << 20
	s := memory.New(memory.Options{MaxBytes: limit, Retention: store.Retention{Bytes: math.MaxInt64}})
	defer s.Close()
	ctx := context.Background()
	appendAll(t, s, drafts("small", 10, 100))
	for range 300 {
		appendAll(t, s, drafts("large:1", 100, 1000))
		appendAll(t, s, drafts("large:2", 50, 1000))
	}
	sum := int64(0)
	for name, want := range map[string]uint64{"small": 10, "large:1": 30_000, "large:2": 15_000} {
		st, err := s.State(ctx, name)
		if err != nil || st.Head != want {
			t.Fatalf("%s: %+v, %v", name, st, err)
		}
		if trimmed := st.Floor > 0; trimmed != (name != "small") || st.Floor == st.Head {
			t.Errorf("%s: %+v", name, st)
		}
		recs, err := s.Read(ctx, name, 0, store.Limit{})
		if err != nil || uint64(len(recs)) != st.Head-st.Floor || recs[0].Offset != st.Floor+1 {
			t.Errorf("%s: %d records, %v", name, len(recs), err)
		}
		sum += st.Bytes
	}
	if sum > limit || sum < limit/2 {
		t.Errorf("%d bytes are kept, the limit is %d", sum, limit)
	}
}

// TestRetentionWhileAppending: between two Trims a channel does not grow over its bounds.
func TestRetentionWhileAppending(t *testing.T) {
	s := memory.New(memory.Options{RetentionFor: func(channel string) store.Retention {
		return map[string]store.Retention{"count": {Records: 10}, "bytes": {Bytes: 5000}}[channel]
	}})
	defer s.Close()
	for range 50 {
		appendAll(t, s, append(append(drafts("count", 7, 10), drafts("bytes", 7, 400)...), drafts("all", 1, 10)...))
		for name, ok := range map[string]func(store.State) bool{
			"count": func(st store.State) bool { return st.Head-st.Floor <= 10 },
			"bytes": func(st store.State) bool { return st.Bytes <= 5000 },
			"all":   func(st store.State) bool { return st.Floor == 0 },
		} {
			if st, err := s.State(context.Background(), name); err != nil || !ok(st) {
				t.Fatalf("%s: %+v, %v", name, st, err)
			}
		}
	}
}

// TestFixedMemory: channels, lanes and cursors cannot take more than their share either.
func TestFixedMemory(t *testing.T) {
	s := memory.New(memory.Options{MaxBytes: 1 << 20})
	defer s.Close()
	var deferred, stored int
	for i := range 5000 {
		d := store.Draft{Channel: "lanes", Number: 1}
		d.Producer[0], d.Producer[1] = byte(i), byte(i>>8)
		c := store.Draft{Channel: fmt.Sprint("c", i)}
		for _, r := range appendAll(t, s, []store.Draft{d, c}) {
			switch {
			case r.Outcome == store.Stored:
				stored++
			case r.Outcome == store.Deferred && r.Code.Action() == holdfast.ActionLater:
				deferred++
			default:
				t.Fatalf("%+v", r)
			}
		}
	}
	if stored < 500 || deferred < 5000 {
		t.Errorf("%d stored, %d deferred", stored, deferred)
	}
	if r := appendAll(t, s, drafts("c0", 1, 10))[0]; r.Outcome != store.Stored {
		t.Errorf("a channel that there was: %+v", r)
	}
	var err error
	for i := 0; i < 100_000 && err == nil; i++ {
		_, err = s.OpenCursor(context.Background(), "c0", fmt.Sprint(i))
	}
	if !errors.Is(err, holdfast.CodeOverloaded) {
		t.Errorf("cursors without end: %v", err)
	}
}
