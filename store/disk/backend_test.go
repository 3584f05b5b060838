package disk_test

import (
	"math"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
	"github.com/holdfast-ws/holdfast/store/storetest"
)

// exact makes a store's retention exact, as the suite wants it.
func exact(o storetest.Options, fs vfs.FS) disk.Options {
	if o.Retention == (store.Retention{}) {
		o.Retention.Bytes = math.MaxInt64
	}
	return disk.Options{
		Retention: o.Retention, DedupeWindow: o.DedupeWindow, MaxLanes: o.MaxLanes, Now: o.Now, FS: fs,
		TrimEvery: -1, TrimSlack: -1, MemTableSize: 1 << 20, CacheSize: 1 << 20, CachedChannels: 3, CachedLanes: 3,
	}
}

func open(t testing.TB, dir string, o disk.Options) *disk.Store {
	t.Helper()
	s, err := disk.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestBackend runs the suite on a file system in memory, with caches that hold next to nothing.
func TestBackend(t *testing.T) {
	var folders sync.Map
	storetest.Run(t, func(t testing.TB, o storetest.Options) store.Backend {
		fs, _ := folders.LoadOrStore(o.Dir, vfs.NewMem())
		return open(t, "data", exact(o, fs.(vfs.FS)))
	})
}
