package disk_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
)

// fill makes a folder with records that lie in tables and in the log.
func fill(t *testing.T, dir string) {
	t.Helper()
	s := open(t, dir, disk.Options{MemTableSize: 256 << 10})
	for i := range 200 {
		ds := make([]store.Draft, 10)
		for j := range ds {
			ds[j] = store.Draft{Channel: "chat:a", Data: make([]byte, 500+i)}
		}
		if err := s.Append(ds, make([]store.Result, len(ds))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// snapshot returns names, sizes and times of all files but the lock.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "LOCK" {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		lines = append(lines, path+" "+info.ModTime().String()+" "+info.Mode().String()+" "+fmt.Sprint(info.Size()))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func glob(t *testing.T, dir, pattern string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %v, %v", pattern, all, err)
	}
	sort.Strings(all)
	return all[len(all)-1]
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRefusals damages a folder in many ways: Open refuses it with a code, and leaves it as it is.
func TestRefusals(t *testing.T) {
	truncate := func(pattern string, keep float64) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			path := glob(t, dir, pattern)
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, int64(float64(info.Size())*keep)); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(pattern string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Remove(glob(t, dir, pattern)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		damage func(*testing.T, string)
		code   holdfast.Code
	}{
		"manifest cut off":      {truncate("MANIFEST-*", 0.6), holdfast.CodeStoreDamaged},
		"manifest nearly whole": {truncate("MANIFEST-*", 0.99), holdfast.CodeStoreDamaged},
		"manifest empty":        {truncate("MANIFEST-*", 0), holdfast.CodeStoreDamaged},
		"manifest gone":         {remove("MANIFEST-*"), holdfast.CodeStoreDamaged},
		"manifest's marker gone": {func(t *testing.T, dir string) {
			remove("marker.manifest.*")(t, dir)
		}, holdfast.CodeStoreDamaged},
		"table gone":    {remove("*.sst"), holdfast.CodeStoreDamaged},
		"table cut off": {truncate("*.sst", 0.5), holdfast.CodeStoreDamaged},
		"FORMAT gone":   {remove("FORMAT"), holdfast.CodeStoreDamaged},
		"FORMAT garbage": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "FORMAT"), "garbage\n")
		}, holdfast.CodeStoreDamaged},
		"FORMAT newer": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "FORMAT"), "holdfast data folder, format 2\n")
		}, holdfast.CodeStoreNewer},
		"GUARD garbage": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "GUARD"), "garbage\n")
		}, holdfast.CodeStoreDamaged},
		"database newer": {func(t *testing.T, dir string) {
			old := glob(t, dir, "marker.format-version.*")
			if err := os.Rename(old, filepath.Join(dir, "marker.format-version.000999.999")); err != nil {
				t.Fatal(err)
			}
		}, holdfast.CodeStoreNewer},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			fill(t, dir)
			c.damage(t, dir)
			before := snapshot(t, dir)
			s, err := disk.Open(dir, disk.Options{})
			if err == nil {
				s.Close()
				t.Fatal("it was opened")
			}
			if !errors.Is(err, c.code) {
				t.Fatalf("refused with %v, want %v", err, c.code)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %v", err)
			}
			if after := snapshot(t, dir); after != before {
				t.Errorf("the folder was changed:\n%s\nwas\n%s", after, before)
			}
		})
	}
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, disk.Options{})
	_, err := disk.Open(dir, disk.Options{})
	if !errors.Is(err, holdfast.CodeStoreLocked) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("opened twice: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, dir, disk.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
}

func TestNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "x")
	if _, err := disk.Open(filepath.Join(file, "data"), disk.Options{}); !errors.Is(err, holdfast.CodeIO) {
		t.Fatalf("a folder below a file: %v", err)
	}
	s := open(t, filepath.Join(t.TempDir(), "a", "b"), disk.Options{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedTable changes a byte in a table: what was there is either read as it was, or not at all.
func TestDamagedTable(t *testing.T) {
	for at := range 10 {
		dir := t.TempDir()
		fill(t, dir)
		path := glob(t, dir, "*.sst")
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)*at/10] ^= 0x55
		write(t, path, string(b))
		s, err := disk.Open(dir, disk.Options{})
		if err != nil {
			if !errors.Is(err, holdfast.CodeStoreDamaged) {
				t.Errorf("byte %d/10: %v", at, err)
			}
			continue
		}
		after := uint64(0)
		for after < 2000 {
			recs, err := s.Read(context.Background(), "chat:a", after, store.Limit{})
			if err != nil {
				if !errors.Is(err, holdfast.CodeStoreDamaged) {
					t.Errorf("byte %d/10: %v", at, err)
				}
				break
			}
			if len(recs) == 0 {
				t.Fatalf("byte %d/10: nothing after %d", at, after)
			}
			for i := range recs {
				after++
				if recs[i].Offset != after || len(recs[i].Data) != 500+int(after-1)/10 {
					t.Fatalf("byte %d/10: wrong data at %d", at, after)
				}
			}
		}
		s.Close()
	}
}

// TestFull lets the disk run full and have room again.
func TestFull(t *testing.T) {
	var free atomic.Uint64
	const mem = 1 << 20
	free.Store(1 << 30)
	now := time.UnixMilli(1_700_000_000_000)
	s := open(t, "data", disk.Options{
		FS: vfs.NewMem(), MemTableSize: mem, Now: func() time.Time { return now },
		FreeSpace: func() (uint64, error) { return free.Load(), nil },
	})
	defer s.Close()
	set := func(n uint64) {
		free.Store(n)
		now = now.Add(time.Second)
	}
	draft := func(n uint64) store.Draft {
		d := store.Draft{Channel: "chat:a", Number: n, Data: []byte("x"), Hash: 1}
		d.Producer[0] = 'P'
		return d
	}
	send := func(d store.Draft) store.Result {
		t.Helper()
		res := make([]store.Result, 1)
		if err := s.Append([]store.Draft{d}, res); err != nil {
			t.Fatal(err)
		}
		return res[0]
	}
	want := func(got store.Result, o store.Outcome, c holdfast.Code) {
		t.Helper()
		if got.Outcome != o || got.Code != c {
			t.Errorf("got %+v, want outcome %d code %v", got, o, c)
		}
	}
	skip := draft(2)
	skip.Kind, skip.From = store.Skip, 2
	want(send(draft(1)), store.Stored, 0)
	set(3*mem - 1)
	want(send(draft(2)), store.Deferred, holdfast.CodeStoreFull)
	want(send(store.Draft{Channel: "chat:a"}), store.Deferred, holdfast.CodeStoreFull)
	want(send(draft(1)), store.Duplicate, 0)
	want(send(draft(9)), store.Hole, 0)
	want(send(skip), store.Skipped, 0)
	if _, err := s.OpenCursor(context.Background(), "chat:a", "k"); err != nil {
		t.Error(err)
	}
	set(mem - 1)
	skip.Number, skip.From = 3, 3
	want(send(skip), store.Deferred, holdfast.CodeStoreFull)
	want(send(draft(1)), store.Duplicate, 0)
	if _, err := s.OpenCursor(context.Background(), "chat:a", "k"); !errors.Is(err, holdfast.CodeStoreFull) {
		t.Errorf("a cursor without room: %v", err)
	}
	set(4 * mem)
	want(send(draft(3)), store.Stored, 0)
	big := draft(4)
	big.Data = make([]byte, 2*mem)
	want(send(big), store.Deferred, holdfast.CodeStoreFull)
	want(send(draft(4)), store.Stored, 0)
}

// TestWriteFails makes writes and fsyncs of the log fail: Exit is called, nothing is acknowledged, and nothing
// of the batch is seen.
func TestWriteFails(t *testing.T) {
	for _, op := range []errorfs.OpKind{errorfs.OpFileSync, errorfs.OpFileWrite} {
		var on atomic.Bool
		mem := vfs.NewCrashableMem()
		fsys := errorfs.Wrap(mem, errorfs.InjectorFunc(func(o errorfs.Op) error {
			isSync := o.Kind == errorfs.OpFileSync || o.Kind == errorfs.OpFileSyncData || o.Kind == errorfs.OpFileSyncTo
			if on.Load() && strings.HasSuffix(o.Path, ".log") && (o.Kind == op || op == errorfs.OpFileSync && isSync) {
				return syscall.EIO
			}
			return nil
		}))
		var exited atomic.Int32
		s := open(t, "data", disk.Options{FS: fsys, Exit: func(err error) {
			if !errors.Is(err, holdfast.CodeIO) {
				t.Errorf("exit with %v", err)
			}
			exited.Add(1)
		}})
		l := load{next: 1}
		ds := l.batch()
		if err := s.Append(ds, make([]store.Result, len(ds))); err != nil {
			t.Fatal(err)
		}
		on.Store(true)
		l.next = 2
		ds = l.batch()
		if err := s.Append(ds, make([]store.Result, len(ds))); err == nil {
			t.Fatal("the append succeeded")
		}
		if exited.Load() != 1 {
			t.Fatalf("exit was called %d times", exited.Load())
		}
		st, err := s.State(context.Background(), "crash:0")
		if err != nil || st.Head != loadLanes {
			t.Errorf("state after the failure: %+v, %v", st, err)
		}
		recs, err := s.Read(context.Background(), "crash:0", 0, store.Limit{})
		if err != nil || len(recs) != loadLanes {
			t.Errorf("%d records after the failure, %v", len(recs), err)
		}
		if err := s.Append(ds, make([]store.Result, len(ds))); err == nil {
			t.Error("a second append succeeded")
		}
		on.Store(false)
		s = open(t, "data", disk.Options{FS: mem.CrashClone(vfs.CrashCloneCfg{})})
		l.check(t, s, 1)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestQuietChannels looks at what a channel takes in memory when it is only known.
func TestQuietChannels(t *testing.T) {
	const n, most = 4000, 600
	mem := vfs.NewMem()
	name := func(i int) string { return fmt.Sprint("quiet:", i) }
	s := open(t, "data", disk.Options{FS: mem})
	for from := 0; from < n; from += 1000 {
		ds := make([]store.Draft, 1000)
		for i := range ds {
			ds[i].Channel = name(from + i)
		}
		if err := s.Append(ds, make([]store.Result, len(ds))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, "data", disk.Options{FS: mem})
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	look := func(from, to int) {
		for i := from; i < to; i++ {
			if st, err := s.State(context.Background(), name(i)); err != nil || st.Head != 1 {
				t.Fatalf("%s: %+v, %v", name(i), st, err)
			}
		}
	}
	look(0, 100)
	before := heap()
	look(100, n)
	if each := (heap() - before) / (n - 100); each > most {
		t.Errorf("%d bytes for each channel, want at most %d", each, most)
	} else {
		t.Logf("%d bytes for each channel", each)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
