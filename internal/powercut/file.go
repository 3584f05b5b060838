package powercut

import (
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// file is an open file or folder.
type file struct {
	fs   *FS
	n    *node
	name string
	at   int64 // of Read and Write; the file system's lock guards it
}

// Close implements vfs.File. It makes nothing durable.
func (h *file) Close() error { return nil }

// Read implements vfs.File.
func (h *file) Read(p []byte) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	k, err := h.read(p, h.at)
	h.at += int64(k)
	return k, err
}

// ReadAt implements vfs.File.
func (h *file) ReadAt(p []byte, at int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	k, err := h.read(p, at)
	if err == nil && k < len(p) {
		err = io.EOF
	}
	return k, err
}

func (h *file) read(p []byte, at int64) (int, error) {
	if h.n.dir {
		return 0, fs.ErrInvalid
	}
	if at >= int64(len(h.n.data)) && len(p) > 0 {
		return 0, io.EOF
	}
	return copy(p, h.n.data[at:]), nil
}

// Write implements vfs.File.
func (h *file) Write(p []byte) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	k, err := h.write(p, h.at)
	h.at += int64(k)
	return k, err
}

// WriteAt implements vfs.File.
func (h *file) WriteAt(p []byte, at int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	return h.write(p, at)
}

func (h *file) write(p []byte, at int64) (int, error) {
	n := h.n
	if n.dir {
		return 0, fs.ErrInvalid
	}
	end := at + int64(len(p))
	if old := int64(len(n.data)); end > old {
		n.data = append(n.data, make([]byte, end-old)...)
	}
	copy(n.data[at:], p)
	n.changed = time.Now()
	if k := len(n.dirty); k > 0 && n.dirty[k-1].to == at {
		n.dirty[k-1].to = end
	} else if len(p) > 0 {
		n.dirty = append(n.dirty, extent{at, end})
	}
	return len(p), h.fs.early(n)
}

// Preallocate implements vfs.File. It does nothing.
func (h *file) Preallocate(int64, int64) error { return nil }

// Stat implements vfs.File.
func (h *file) Stat() (vfs.FileInfo, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	return h.n.info(h.name), nil
}

// Sync implements vfs.File.
func (h *file) Sync() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	switch {
	case h.fs.o.Sync == SyncIgnored:
		return nil
	case h.n.dir:
		return h.fs.flushFolder(h.n, len(h.n.pending))
	}
	return h.fs.flushFile(h.n, h.n.unsynced())
}

// SyncTo implements vfs.File. It promises nothing, and so does nothing.
func (h *file) SyncTo(int64) (fullSync bool, err error) { return false, nil }

// SyncData implements vfs.File.
func (h *file) SyncData() error { return h.Sync() }

// Prefetch implements vfs.File.
func (h *file) Prefetch(int64, int64) error { return nil }

// Fd implements vfs.File.
func (h *file) Fd() uintptr { return vfs.InvalidFd }

type info struct {
	name    string
	size    int64
	dir     bool
	changed time.Time
}

func (n *node) info(name string) vfs.FileInfo {
	return info{name, int64(len(n.data)), n.dir, n.changed}
}

func (i info) Name() string { return i.name }
func (i info) Size() int64  { return i.size }
func (i info) Mode() os.FileMode {
	if i.dir {
		return os.ModeDir | 0o700
	}
	return 0o600
}
func (i info) ModTime() time.Time     { return i.changed }
func (i info) IsDir() bool            { return i.dir }
func (i info) Sys() any               { return nil }
func (i info) DeviceID() vfs.DeviceID { return vfs.DeviceID{} }
