package disk_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
)

// TestDurableBeforeVisible holds an fsync of the log up: until it is through, nothing of the batch is seen, in a
// channel that there was, and in one that the batch makes.
func TestDurableBeforeVisible(t *testing.T) {
	var on atomic.Bool
	entered, release := make(chan struct{}, 1), make(chan struct{})
	fsys := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(o errorfs.Op) error {
		isSync := o.Kind == errorfs.OpFileSync || o.Kind == errorfs.OpFileSyncData || o.Kind == errorfs.OpFileSyncTo
		if isSync && strings.HasSuffix(o.Path, ".log") && on.CompareAndSwap(true, false) {
			entered <- struct{}{}
			<-release
		}
		return nil
	}))
	// with next to no cache, readers would load channels from the database if that were allowed meanwhile
	s := open(t, "data", disk.Options{FS: fsys, CachedChannels: 2})
	defer s.Close()
	appendTo(t, s, 3, "old", "other:1", "other:2", "other:3")
	on.Store(true)
	appended := make(chan error)
	go func() {
		ds := []store.Draft{{Channel: "old"}, {Channel: "new"}}
		appended <- s.Append(ds, make([]store.Result, len(ds)))
	}()
	<-entered
	look := func(name string, head uint64) {
		t.Helper()
		ctx := context.Background()
		st, err := s.State(ctx, name)
		if err != nil || st.Head != head || head == 0 && len(st.Terms) > 0 {
			t.Errorf("%s: %+v, %v; want head %d", name, st, err, head)
		}
		recs, err := s.Read(ctx, name, 0, store.Limit{})
		if err != nil || uint64(len(recs)) != head {
			t.Errorf("%s: %d records, %v; want %d", name, len(recs), err, head)
		}
		if last, err := s.Before(ctx, name, time.Now().Add(time.Hour)); err != nil || last != head {
			t.Errorf("%s: before: %d, %v; want %d", name, last, err, head)
		}
	}
	for range 3 {
		for _, name := range []string{"old", "other:1", "other:2", "other:3"} {
			look(name, 3)
			look("new", 0)
		}
	}
	select {
	case err := <-appended:
		t.Fatalf("Append has returned before its fsync: %v", err)
	default:
	}
	close(release)
	if err := <-appended; err != nil {
		t.Fatal(err)
	}
	look("old", 4)
	look("new", 1)
}
