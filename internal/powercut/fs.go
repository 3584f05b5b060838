// Package powercut is a file system for tests that forgets what was not synced when its process is killed: a
// SIGKILL is a power failure. What is written and not yet synced is held in the process's memory; Sync of a file
// carries its content to the real disk, and Sync of a folder what was created, renamed and removed in it. Meanwhile, at
// random, a part of what is not synced gets to the disk by itself, as it does on a real one.
//
// On the real disk there is a folder with one file for each inode, so that a file can be durable before its name is, and
// its old name longer than it should.
package powercut

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options of a file system. The zero value is useful.
type Options struct {
	// Seed of what reaches the disk early. Default: drawn.
	Seed uint64
	// Early is how many of a hundred writes and changes of folders are followed by carrying a part of what is not
	// synced to the disk. Default: 5. Negative: none.
	Early int
	// Sync says what a sync does. Default: SyncDurably.
	Sync Sync
}

// Sync says what a sync does.
type Sync uint8

const (
	// SyncDurably carries everything to the disk before it returns.
	SyncDurably Sync = iota
	// SyncIgnored returns at once: a disk that lies, to show that a test notices.
	SyncIgnored
)

// FS implements vfs.FS. All methods may be called concurrently. One lock guards all of it, also while the real disk
// works, which makes the order of what gets there plain.
type FS struct {
	dir string
	o   Options

	mu   sync.Mutex
	rnd  *rand.Rand
	last uint64 // the inode made last
	root *node
	open map[uint64]*os.File // of inodes, on the real disk
}

var _ vfs.FS = (*FS)(nil)

const rootID = 1

// Open opens what the real folder dir holds of the file system, and begins an empty one if there is none.
func Open(dir string, o Options) (*FS, error) {
	if o.Seed == 0 {
		o.Seed = rand.Uint64()
	}
	if o.Early == 0 {
		o.Early = 5
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f := &FS{dir: dir, o: o, rnd: rand.New(rand.NewPCG(o.Seed, 0)), last: rootID, open: map[uint64]*os.File{}}
	var err error
	if f.root, err = f.load(rootID); errors.Is(err, fs.ErrNotExist) {
		f.root = &node{id: rootID, dir: true, entries: map[string]*node{}, durable: map[string]uint64{}}
		err = f.writeFolder(f.root)
	}
	if err != nil {
		return nil, err
	}
	return f, f.sweep()
}

func pathError(op, path string, err error) error { return &fs.PathError{Op: op, Path: path, Err: err} }

// find returns the inode at a path.
func (f *FS) find(path string) (*node, error) {
	n := f.root
	for part := range strings.SplitSeq(filepath.ToSlash(filepath.Clean(path)), "/") {
		if part == "" || part == "." {
			continue
		}
		if !n.dir {
			return nil, syscall.ENOTDIR
		}
		next := n.entries[part]
		if next == nil {
			return nil, fs.ErrNotExist
		}
		n = next
	}
	return n, nil
}

// parent returns the folder that a path is in, and its name there.
func (f *FS) parent(path string) (*node, string, error) {
	path = filepath.Clean(path)
	n, err := f.find(filepath.Dir(path))
	if err == nil && !n.dir {
		err = syscall.ENOTDIR
	}
	return n, filepath.Base(path), err
}

// set changes what a name in a folder stands for.
func (f *FS) set(dir *node, name string, to *node) error {
	if to == nil {
		delete(dir.entries, name)
	} else {
		dir.entries[name] = to
	}
	dir.pending = append(dir.pending, change{name: name, to: to})
	return f.early(dir)
}

func (f *FS) make(dir bool) *node {
	f.last++
	n := &node{id: f.last, dir: dir, changed: time.Now()}
	if dir {
		n.entries, n.durable = map[string]*node{}, map[string]uint64{}
	}
	return n
}

// Create implements vfs.FS.
func (f *FS) Create(name string, _ vfs.DiskWriteCategory) (vfs.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, base, err := f.parent(name)
	if err != nil {
		return nil, pathError("create", name, err)
	}
	n := f.make(false)
	return &file{fs: f, n: n, name: base}, f.set(dir, base, n)
}

// Link implements vfs.FS.
func (f *FS) Link(oldname, newname string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.find(oldname)
	if err != nil {
		return pathError("link", oldname, err)
	}
	dir, base, err := f.parent(newname)
	if err == nil && dir.entries[base] != nil {
		err = fs.ErrExist
	}
	if err != nil {
		return pathError("link", newname, err)
	}
	return f.set(dir, base, n)
}

func (f *FS) openNode(op, name string, opts []vfs.OpenOption) (vfs.File, error) {
	n, err := f.find(name)
	if err != nil {
		return nil, pathError(op, name, err)
	}
	h := &file{fs: f, n: n, name: filepath.Base(name)}
	for _, o := range opts {
		o.Apply(h)
	}
	return h, nil
}

// Open implements vfs.FS.
func (f *FS) Open(name string, opts ...vfs.OpenOption) (vfs.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.openNode("open", name, opts)
}

// OpenReadWrite implements vfs.FS.
func (f *FS) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h, err := f.openNode("open", name, opts)
	if !errors.Is(err, fs.ErrNotExist) {
		return h, err
	}
	dir, base, err := f.parent(name)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	n := f.make(false)
	return &file{fs: f, n: n, name: base}, f.set(dir, base, n)
}

// OpenDir implements vfs.FS.
func (f *FS) OpenDir(name string) (vfs.File, error) { return f.Open(name) }

// Remove implements vfs.FS.
func (f *FS) Remove(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, base, err := f.parent(name)
	if err == nil && dir.entries[base] == nil {
		err = fs.ErrNotExist
	}
	if err == nil && len(dir.entries[base].entries) > 0 {
		err = syscall.ENOTEMPTY
	}
	if err != nil {
		return pathError("remove", name, err)
	}
	return f.set(dir, base, nil)
}

// RemoveAll implements vfs.FS.
func (f *FS) RemoveAll(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, base, err := f.parent(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && dir.entries[base] == nil {
		return nil
	}
	if err != nil {
		return pathError("remove", name, err)
	}
	return f.set(dir, base, nil)
}

// Rename implements vfs.FS. It is one change of the folder: after a power failure there is the one name or the other.
func (f *FS) Rename(oldname, newname string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rename(oldname, newname)
}

func (f *FS) rename(oldname, newname string) error {
	from, old, err := f.parent(oldname)
	if err == nil && from.entries[old] == nil {
		err = fs.ErrNotExist
	}
	if err != nil {
		return pathError("rename", oldname, err)
	}
	to, base, err := f.parent(newname)
	if err != nil {
		return pathError("rename", newname, err)
	}
	if from != to {
		return pathError("rename", newname, errors.New("into another folder: not simulated"))
	}
	n := from.entries[old]
	delete(from.entries, old)
	from.entries[base] = n
	from.pending = append(from.pending, change{base, n, old})
	return f.early(from)
}

// ReuseForWrite implements vfs.FS.
func (f *FS) ReuseForWrite(oldname, newname string, _ vfs.DiskWriteCategory) (vfs.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.rename(oldname, newname); err != nil {
		return nil, err
	}
	return f.openNode("open", newname, nil)
}

// MkdirAll implements vfs.FS.
func (f *FS) MkdirAll(path string, _ os.FileMode) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.root
	for part := range strings.SplitSeq(filepath.ToSlash(filepath.Clean(path)), "/") {
		if part == "" || part == "." {
			continue
		}
		next := n.entries[part]
		if next == nil {
			next = f.make(true)
			if err := f.set(n, part, next); err != nil {
				return err
			}
		}
		if !next.dir {
			return pathError("mkdir", path, syscall.ENOTDIR)
		}
		n = next
	}
	return nil
}

// Lock implements vfs.FS. The lock is one on the real disk, so that no two processes use the file system at once.
func (f *FS) Lock(name string) (io.Closer, error) {
	return vfs.Default.Lock(filepath.Join(f.dir, "lock-"+strings.ReplaceAll(filepath.ToSlash(filepath.Clean(name)), "/", "-")))
}

// List implements vfs.FS.
func (f *FS) List(dir string) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.find(dir)
	if err == nil && !n.dir {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return nil, pathError("list", dir, err)
	}
	var names []string
	for name := range n.entries {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// Stat implements vfs.FS.
func (f *FS) Stat(name string) (vfs.FileInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.find(name)
	if err != nil {
		return nil, pathError("stat", name, err)
	}
	return n.info(filepath.Base(name)), nil
}

// PathBase implements vfs.FS.
func (f *FS) PathBase(path string) string { return filepath.Base(path) }

// PathJoin implements vfs.FS.
func (f *FS) PathJoin(elem ...string) string { return filepath.Join(elem...) }

// PathDir implements vfs.FS.
func (f *FS) PathDir(path string) string { return filepath.Dir(path) }

// GetDiskUsage implements vfs.FS: it is the real disk's.
func (f *FS) GetDiskUsage(string) (vfs.DiskUsage, error) { return vfs.Default.GetDiskUsage(f.dir) }

// Unwrap implements vfs.FS.
func (f *FS) Unwrap() vfs.FS { return nil }
