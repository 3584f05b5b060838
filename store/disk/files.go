package disk

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	// spareFiles are kept back from the rest of the process: Pebble cannot commit for long without a new file, and one for
	// its log that cannot be made ends the process.
	spareFiles = 32
	// exhaustedWait is how long a file that cannot be made is waited for. Pebble tries again at once, and for ever, where it
	// flushes and compacts.
	exhaustedWait = 100 * time.Millisecond
	// spareEvery is how soon a spare file is tried to be had again where there was none.
	spareEvery = time.Second
)

// files is the file system of a store, for which the process has always some files left.
type files struct {
	vfs.FS
	take func() (io.Closer, error) // a spare file; nil if none are kept

	mu     sync.Mutex
	spare  []io.Closer
	begged time.Time // when there was no spare file to be had
	closed bool
}

func newFiles(fsys vfs.FS) *files {
	f := &files{FS: fsys}
	if fsys == vfs.Default {
		f.take = func() (io.Closer, error) { return os.Open(os.DevNull) }
	}
	for f.refill() {
	}
	return f
}

// refill gets one more spare file.
func (f *files) refill() bool {
	if f.take == nil {
		return false
	}
	f.mu.Lock()
	full := f.closed || len(f.spare) >= spareFiles || time.Since(f.begged) < spareEvery
	f.mu.Unlock()
	if full {
		return false
	}
	c, err := f.take()
	f.mu.Lock()
	if err != nil {
		f.begged = time.Now()
	} else {
		f.spare = append(f.spare, c)
	}
	closed := f.closed
	f.mu.Unlock()
	if closed {
		f.release() // what came too late
	}
	return err == nil
}

// release gives one spare file back to the process.
func (f *files) release() bool {
	f.mu.Lock()
	n := len(f.spare)
	if n == 0 {
		f.mu.Unlock()
		return false
	}
	c := f.spare[n-1]
	f.spare = f.spare[:n-1]
	f.mu.Unlock()
	c.Close()
	return true
}

// close gives all of them back.
func (f *files) close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	for f.release() {
	}
}

func noFiles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// try makes or opens a file, at the cost of the spare ones.
func try[T any](f *files, open func() (T, error)) (T, error) {
	v, err := open()
	for noFiles(err) && f.release() {
		v, err = open()
	}
	switch {
	case noFiles(err), errors.Is(err, syscall.ENOSPC):
		time.Sleep(exhaustedWait)
	case err == nil:
		f.refill()
	}
	return v, err
}

// Create implements [vfs.FS].
func (f *files) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return try(f, func() (vfs.File, error) { return f.FS.Create(name, c) })
}

// Open implements [vfs.FS].
func (f *files) Open(name string, opts ...vfs.OpenOption) (vfs.File, error) {
	return try(f, func() (vfs.File, error) { return f.FS.Open(name, opts...) })
}

// OpenReadWrite implements [vfs.FS].
func (f *files) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return try(f, func() (vfs.File, error) { return f.FS.OpenReadWrite(name, c, opts...) })
}

// OpenDir implements [vfs.FS].
func (f *files) OpenDir(name string) (vfs.File, error) {
	return try(f, func() (vfs.File, error) { return f.FS.OpenDir(name) })
}

// ReuseForWrite implements [vfs.FS].
func (f *files) ReuseForWrite(oldname, newname string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return try(f, func() (vfs.File, error) { return f.FS.ReuseForWrite(oldname, newname, c) })
}

// List implements [vfs.FS].
func (f *files) List(dir string) ([]string, error) {
	return try(f, func() ([]string, error) { return f.FS.List(dir) })
}

// Unwrap implements [vfs.FS].
func (f *files) Unwrap() vfs.FS { return f.FS }
