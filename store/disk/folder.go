package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast"
)

const (
	formatFile = "FORMAT"
	formatLine = "holdfast data folder, format "
	formatText = "\n\nThe records, lanes and cursors of a Holdfast server, in a Pebble database. Copy the folder only while\nno server uses it. GUARD says how long the database's list of tables was at least when it was last looked at.\n"
	guardFile  = "GUARD"
)

// makeFolder makes a folder with its parents, durably: a folder whose own name is lost takes with it whatever was
// synced below.
func makeFolder(fsys vfs.FS, dir string) error {
	missing := dir
	var parents []string // of what is missing
	for {
		if _, err := fsys.Stat(missing); err == nil {
			break
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		parent := fsys.PathDir(missing)
		if parent == missing {
			break
		}
		parents = append(parents, parent)
		missing = parent
	}
	if err := fsys.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, parent := range parents {
		if err := syncDir(fsys, parent); err != nil {
			return err
		}
	}
	return nil
}

func syncDir(fsys vfs.FS, dir string) error {
	d, err := fsys.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// checkFolder looks at the folder's files, before anything is written, and reports whether there is a database.
func (s *Store) checkFolder() (exists bool, err error) {
	text, err := readFile(s.opts.FS, s.opts.FS.PathJoin(s.dir, formatFile))
	hasFormat := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, s.openError(holdfast.CodeIO, "", err)
	}
	if hasFormat {
		line, _, _ := strings.Cut(text, "\n")
		num, ok := strings.CutPrefix(line, formatLine)
		v, err := strconv.ParseUint(num, 10, 32)
		switch {
		case !ok || err != nil || v == 0:
			return false, s.openError(holdfast.CodeStoreDamaged, "the file "+formatFile+" cannot be read", nil)
		case v > formatVersion:
			return false, s.openError(holdfast.CodeStoreNewer, fmt.Sprintf("the data folder has format %d, and this version reads %d", v, formatVersion), nil)
		}
	}
	desc, err := pebble.Peek(s.dir, s.opts.FS)
	if err != nil {
		return false, s.pebbleError(err)
	}
	if desc.Exists && !hasFormat {
		return false, s.openError(holdfast.CodeStoreDamaged, "the folder holds a database, but no file "+formatFile, nil)
	}
	known, err := s.guard.check(desc)
	if err != nil {
		return false, s.openError(holdfast.CodeStoreDamaged, "", err)
	}
	if !desc.Exists {
		return false, nil
	}
	if !known {
		// the server ended while it made the folder: nothing was ever acknowledged in it
		return s.hasMeta()
	}
	return true, nil
}

// hasMeta reports whether the database was made completely.
func (s *Store) hasMeta() (bool, error) {
	o := s.pebbleOptions()
	o.ReadOnly = true
	db, err := pebble.Open(s.dir, o)
	if err != nil {
		return false, s.pebbleError(err)
	}
	v, err := get(db, []byte{kindMeta})
	if err = errors.Join(err, db.Close()); err != nil {
		return false, s.pebbleError(err)
	}
	return v != nil, nil
}

func (s *Store) writeFormat() error {
	return writeFile(s.opts.FS, s.dir, formatFile, formatLine+strconv.Itoa(formatVersion)+formatText)
}

// guard remembers the name and the length of Pebble's manifest, the list of tables. Pebble takes the end of a
// manifest for its end wherever it is, so that one that was cut off would silently lose whole tables; and it
// makes a new database where there is no manifest at all.
type guard struct {
	fs  vfs.FS
	dir string

	mu   sync.Mutex
	last string
}

// check compares the manifest with what is remembered; known is false if nothing is.
func (g *guard) check(desc *pebble.DBDesc) (known bool, err error) {
	text, err := readFile(g.fs, g.fs.PathJoin(g.dir, guardFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var num, size int64
	if _, err := fmt.Sscanf(text, "MANIFEST-%d %d\n", &num, &size); err != nil {
		return true, errors.New("the file " + guardFile + " cannot be read")
	}
	if !desc.Exists {
		return true, errors.New("the database's manifest is missing")
	}
	var now int64
	if _, err := fmt.Sscanf(g.fs.PathBase(desc.ManifestFilename), "MANIFEST-%d", &now); err != nil {
		return true, err
	}
	if now < num {
		return true, fmt.Errorf("the database's manifest is number %d, but there was a number %d", now, num)
	}
	if now > num {
		return true, nil
	}
	st, err := g.fs.Stat(g.fs.PathJoin(g.dir, g.fs.PathBase(desc.ManifestFilename)))
	if err != nil {
		return true, err
	}
	if st.Size() < size {
		return true, fmt.Errorf("the database's manifest has %d bytes, but it had %d", st.Size(), size)
	}
	return true, nil
}

// write remembers the manifest as it is now.
func (g *guard) write() error {
	desc, err := pebble.Peek(g.dir, g.fs)
	if err != nil {
		return err
	}
	name := g.fs.PathBase(desc.ManifestFilename)
	f, err := g.fs.OpenReadWrite(g.fs.PathJoin(g.dir, name), vfs.WriteCategoryUnspecified)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a new one has just taken its place; the next call sees it
	}
	if err != nil {
		return err
	}
	st, err := f.Stat()
	if err == nil {
		// what Pebble has written but not yet synced must not be missed after a power failure
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	text := fmt.Sprintf("%s %d\n", name, st.Size())
	g.mu.Lock()
	same := g.last == text
	g.last = text
	g.mu.Unlock()
	if same {
		return nil
	}
	return writeFile(g.fs, g.dir, guardFile, text)
}

func readFile(fsys vfs.FS, path string) (string, error) {
	f, err := fsys.Open(path)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	return string(b), errors.Join(err, f.Close())
}

// writeFile replaces a file as a whole, durably.
func writeFile(fsys vfs.FS, dir, name, text string) error {
	path := fsys.PathJoin(dir, name)
	f, err := fsys.Create(path+".tmp", vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte(text))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := fsys.Rename(path+".tmp", path); err != nil {
		return err
	}
	return syncDir(fsys, dir)
}
