package disk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
)

// folderFiles returns what a small folder holds, by name.
func folderFiles(t testing.TB) map[string][]byte {
	mem := vfs.NewCrashableMem()
	for round := range 2 { // the first round's records are in a table, the second's in the log
		s := openMem(t, mem)
		for i := range 3 {
			ds := []store.Draft{{Channel: "a", Producer: holdfast.ProducerID{1}, Number: uint64(3*round + i + 1), Data: fmt.Append(nil, "record ", i)}}
			if err := s.Append(ds, make([]store.Result, 1)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.OpenCursor(context.Background(), "a", "me"); err != nil {
			t.Fatal(err)
		}
		if round == 1 {
			mem = mem.CrashClone(vfs.CrashCloneCfg{}) // all of it was synced
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	names, err := mem.List("data")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		f, err := mem.Open("data/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if files[name], err = io.ReadAll(f); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	delete(files, "LOCK")
	return files
}

func openMem(t testing.TB, fs vfs.FS) *disk.Store {
	s, err := disk.Open("data", disk.Options{FS: fs, MemTableSize: 256 << 10, TrimEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// FuzzOpenFolder opens a folder in which one file holds other bytes, from some place on: it opens, or says with a code why
// not. What it then has is a beginning of what was there, and it can be written to, or says why not.
func FuzzOpenFolder(f *testing.F) {
	files := folderFiles(f)
	names := slices.Sorted(maps.Keys(files))
	for i, name := range names {
		n := uint16(len(files[name]))
		f.Add(uint8(i), uint16(0), []byte{}, true)
		f.Add(uint8(i), n/2, []byte{0xff}, false)
		f.Add(uint8(i), n-n/8, []byte{}, true)
		f.Add(uint8(i), n, []byte("more"), true)
	}
	f.Fuzz(func(t *testing.T, which uint8, at uint16, other []byte, cut bool) {
		fs := vfs.NewMem()
		if err := fs.MkdirAll("data", 0o755); err != nil {
			t.Fatal(err)
		}
		changed := names[int(which)%len(names)]
		for _, name := range names {
			b := slices.Clone(files[name])
			if name == changed {
				b = overwritten(b, int(at), other, cut)
			}
			w, err := fs.Create("data/"+name, vfs.WriteCategoryUnspecified)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(b)
			w.Close()
		}
		s, err := disk.Open("data", disk.Options{FS: fs, MemTableSize: 256 << 10, TrimEvery: -1, Exit: func(error) {}})
		if err != nil {
			mustHaveCode(t, err)
			return
		}
		defer s.Close()
		recs, err := s.Read(context.Background(), "a", 0, store.Limit{})
		if err != nil {
			mustHaveCode(t, err)
			return
		}
		for i, r := range recs {
			if want := fmt.Sprint("record ", i%3); r.Offset != uint64(i+1) || string(r.Data) != want {
				t.Fatalf("%s: record %d is %d, %q", changed, i+1, r.Offset, r.Data)
			}
		}
		res := make([]store.Result, 1)
		if err := s.Append([]store.Draft{{Channel: "a", Data: []byte("new")}}, res); err != nil {
			mustHaveCode(t, err)
		} else if res[0].Offset != uint64(len(recs)+1) {
			t.Fatalf("%s: a new record behind %d has offset %d", changed, len(recs), res[0].Offset)
		}
	})
}

// overwritten writes other bytes at a place, and cuts off what follows them if asked to.
func overwritten(b []byte, at int, other []byte, cut bool) []byte {
	at = min(at, len(b))
	if cut {
		return append(b[:at], other...)
	}
	n := copy(b[at:], other)
	return append(b, other[n:]...)
}

func mustHaveCode(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*holdfast.Error](err)
	if !ok || e.Code.What() == holdfast.Code(1).What() {
		t.Fatalf("an error without a code: %v", err)
	}
}
