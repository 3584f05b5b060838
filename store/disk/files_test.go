package disk

import (
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// crowded is a process that may have so many files open.
type crowded struct {
	vfs.FS
	free  int
	tries int
}

type place struct{ c *crowded }

func (p place) Close() error { p.c.free++; return nil }

func (c *crowded) take() (io.Closer, error) {
	if c.tries++; c.free == 0 {
		return nil, syscall.EMFILE
	}
	c.free--
	return place{c}, nil
}

func (c *crowded) Create(string, vfs.DiskWriteCategory) (vfs.File, error) {
	_, err := c.take()
	return nil, err
}

// The store makes files though the process has none left, until its own are used up; then it waits a little with each failure.
// When there are files again, it puts some aside anew.
func TestSpareFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &crowded{FS: vfs.NewMem(), free: 100}
		f := &files{FS: c, take: c.take}
		for f.refill() {
		}
		if c.free != 100-spareFiles {
			t.Fatalf("%d of 100 files are free", c.free)
		}
		c.free = 0 // somebody else has them
		begin := time.Now()
		for n := range spareFiles {
			if _, err := f.Create("x", ""); err != nil {
				t.Fatalf("file %d: %v", n, err)
			}
		}
		if time.Since(begin) != 0 {
			t.Errorf("it took %s", time.Since(begin))
		}
		for range 3 {
			if _, err := f.Create("x", ""); !errors.Is(err, syscall.EMFILE) {
				t.Fatal(err)
			}
		}
		if waited := time.Since(begin); waited != 3*exhaustedWait {
			t.Errorf("it has waited %s", waited)
		}
		time.Sleep(spareEvery)
		c.free = 60
		for range spareFiles + 1 {
			if _, err := f.Create("x", ""); err != nil {
				t.Fatal(err)
			}
		}
		if len(f.spare) == 0 {
			t.Error("no file was put aside again")
		}
		f.close()
		if len(f.spare) != 0 || f.refill() && len(f.spare) != 0 {
			t.Error("files are kept after the end")
		}
	})
}

// full is a disk without room.
type full struct{ vfs.FS }

type fullFile struct{ vfs.File }

func (full) Create(string, vfs.DiskWriteCategory) (vfs.File, error) { return fullFile{}, nil }

func (fullFile) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
}

// On a full disk Pebble tries the same table again and again: each time it has to wait. What it writes at a client's wish fails at once.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &files{FS: full{}}
		for name, want := range map[string]time.Duration{"000007.sst": fullWait, "000008.log": 0} {
			v, err := f.Create(name, "")
			if err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			if _, err := v.Write([]byte("x")); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%s: %v", name, err)
			}
			if waited := time.Since(begin); waited != want {
				t.Errorf("%s: it has waited %s, want %s", name, waited, want)
			}
		}
	})
}
