package disk_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"go.uber.org/goleak"

	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
)

func appendTo(t *testing.T, s *disk.Store, n int, channels ...string) {
	t.Helper()
	var ds []store.Draft
	for range n {
		for _, c := range channels {
			ds = append(ds, store.Draft{Channel: c, Data: make([]byte, 100)})
		}
	}
	if err := s.Append(ds, make([]store.Result, len(ds))); err != nil {
		t.Fatal(err)
	}
}

// TestPace: Trim works every ten seconds, and on channels that are a quarter over.
func TestPace(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	s := open(t, "data", disk.Options{FS: vfs.NewMem(), Retention: store.Retention{Records: 100}, Now: func() time.Time { return now }})
	defer s.Close()
	for _, c := range []struct {
		records int
		wait    time.Duration
		want    uint64
	}{
		{125, 0, 0}, {1, 9 * time.Second, 0}, {0, time.Second, 26}, {50, 9 * time.Second, 0}, {0, time.Second, 50}, {25, 10 * time.Second, 0},
	} {
		now = now.Add(c.wait)
		if c.records > 0 {
			appendTo(t, s, c.records, "chat:a")
		}
		got, err := s.Trim(context.Background())
		if err != nil || got.Records != c.want {
			t.Fatalf("%+v: %+v, %v", c, got, err)
		}
	}
}

// TestSweep: channels that were written before the store was opened are trimmed too, in a few rounds however
// many there are, and quiet ones when they grow old.
func TestSweep(t *testing.T) {
	const n = 1100
	now := time.UnixMilli(1_700_000_000_000)
	o := disk.Options{
		FS: vfs.NewMem(), Retention: store.Retention{Records: 3, Age: time.Hour}, TrimEvery: -1, TrimSlack: -1, CachedChannels: 100,
		Now: func() time.Time { return now },
	}
	s := open(t, "data", o)
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint("sweep:", i)
	}
	appendTo(t, s, 5, names...)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, "data", o)
	defer s.Close()
	for _, want := range []uint64{2 * n, 3 * n} {
		got := uint64(0)
		for range 2 {
			tr, err := s.Trim(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			got += tr.Records
		}
		if got != want {
			t.Fatalf("%d records were removed, want %d", got, want)
		}
		now = now.Add(time.Hour + time.Second)
	}
}

// TestNoGoroutines: Close leaves nothing running.
func TestNoGoroutines(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := open(t, t.TempDir(), disk.Options{TrimEvery: -1})
	appendTo(t, s, 100, "chat:a", "chat:b")
	if _, err := s.Trim(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t, before)
}
