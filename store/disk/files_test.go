package disk

import (
	"errors"
	"io"
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
