package powercut

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// node is an inode. The lock of FS guards it.
type node struct {
	id  uint64
	dir bool

	// a folder's
	entries map[string]*node
	durable map[string]uint64 // on the disk: name to inode
	pending []change          // what is to be done to durable, in order

	// a file's
	data    []byte
	dirty   []extent // not on the disk, in the order of writing
	changed time.Time
}

type change struct {
	name string
	to   *node  // nil: removed
	old  string // the name that it had before, if it was renamed
}

type extent struct{ from, to int64 }

func (f *FS) folderPath(id uint64) string { return filepath.Join(f.dir, fmt.Sprintf("d%d", id)) }
func (f *FS) filePath(id uint64) string   { return filepath.Join(f.dir, fmt.Sprintf("f%d", id)) }

// load reads an inode, and what is below it, from the disk.
func (f *FS) load(id uint64) (*node, error) {
	f.last = max(f.last, id)
	text, err := os.ReadFile(f.folderPath(id))
	if errors.Is(err, fs.ErrNotExist) && id != rootID {
		data, err := os.ReadFile(f.filePath(id))
		if errors.Is(err, fs.ErrNotExist) {
			err = nil // the name was durable, and nothing of the content
		}
		return &node{id: id, data: data}, err
	}
	if err != nil {
		return nil, err
	}
	n := &node{id: id, dir: true, entries: map[string]*node{}, durable: map[string]uint64{}}
	if err := json.Unmarshal(text, &n.durable); err != nil {
		return nil, err
	}
	for name, id := range n.durable {
		if n.entries[name], err = f.load(id); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// sweep removes inodes that no name leads to.
func (f *FS) sweep() error {
	used := map[string]bool{}
	var mark func(n *node)
	mark = func(n *node) {
		used[filepath.Base(f.folderPath(n.id))], used[filepath.Base(f.filePath(n.id))] = true, true
		for _, e := range n.entries {
			mark(e)
		}
	}
	mark(f.root)
	list, err := os.ReadDir(f.dir)
	for _, e := range list {
		if id, ok := strings.CutPrefix(e.Name(), "f"); !ok || used[e.Name()] {
			continue
		} else if _, err := strconv.ParseUint(id, 10, 64); err != nil {
			continue
		}
		err = errors.Join(err, os.Remove(filepath.Join(f.dir, e.Name())))
	}
	return err
}

// writeFolder replaces a folder's durable list on the disk; all of it or nothing.
func (f *FS) writeFolder(n *node) error {
	text, err := json.Marshal(n.durable)
	if err != nil {
		return err
	}
	path := f.folderPath(n.id)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// flushFolder makes the first k pending changes of a folder durable.
func (f *FS) flushFolder(n *node, k int) error {
	if k == 0 {
		return nil
	}
	var gone []uint64
	for _, c := range n.pending[:k] {
		delete(n.durable, c.old)
		if old := n.durable[c.name]; old != 0 {
			gone = append(gone, old)
		}
		if delete(n.durable, c.name); c.to == nil {
			continue
		}
		n.durable[c.name] = c.to.id
		if c.to.dir && len(c.to.durable) == 0 {
			if err := f.writeFolder(c.to); err != nil {
				return err
			}
		}
	}
	n.pending = append([]change(nil), n.pending[k:]...)
	if err := f.writeFolder(n); err != nil {
		return err
	}
	for _, id := range gone {
		if f.named(f.root, id) {
			continue
		}
		if disk := f.open[id]; disk != nil {
			disk.Close()
			delete(f.open, id)
		}
		os.Remove(f.filePath(id)) // if it is there
	}
	return nil
}

// named reports whether an inode still has a name, on the disk or in memory.
func (f *FS) named(n *node, id uint64) bool {
	for _, d := range n.durable {
		if d == id {
			return true
		}
	}
	for _, c := range n.pending {
		if c.to != nil && c.to.id == id {
			return true
		}
	}
	for _, e := range n.entries {
		if e.id == id || e.dir && f.named(e, id) {
			return true
		}
	}
	return false
}

// flushFile carries at most so many bytes of what is not synced to the disk, in the order of writing.
func (f *FS) flushFile(n *node, atMost int64) error {
	if len(n.dirty) == 0 {
		return nil
	}
	disk := f.open[n.id]
	if disk == nil {
		var err error
		if disk, err = os.OpenFile(f.filePath(n.id), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
			return err
		}
		f.open[n.id] = disk
	}
	for len(n.dirty) > 0 && atMost > 0 {
		d := &n.dirty[0]
		k := min(d.to-d.from, atMost)
		if _, err := disk.WriteAt(n.data[d.from:d.from+k], d.from); err != nil {
			return err
		}
		atMost -= k
		if d.from += k; d.from == d.to {
			n.dirty = n.dirty[1:]
		}
	}
	return nil
}

func (n *node) unsynced() (bytes int64) {
	for _, d := range n.dirty {
		bytes += d.to - d.from
	}
	return bytes
}

// early now and then carries a part of what is not synced to the disk.
func (f *FS) early(n *node) error {
	if f.o.Early < 0 || f.rnd.IntN(100) >= f.o.Early {
		return nil
	}
	// all of it, as often as not
	if n.dir {
		return f.flushFolder(n, min(len(n.pending), f.rnd.IntN(2*len(n.pending)+1)))
	}
	return f.flushFile(n, min(n.unsynced(), f.rnd.Int64N(2*n.unsynced()+1)))
}
