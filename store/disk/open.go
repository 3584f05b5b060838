package disk

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// Store is a [store.Backend]. Its methods may be called concurrently, except that there is one caller of
// Append at a time.
type Store struct {
	opts Options
	dir  string
	info store.Info
	lock *pebble.Lock
	db   *pebble.DB

	files *files
	gate  gate
	fail  *failure
	space space
	guard guard

	// turn is held by whoever writes records, lanes, channels and floors, through the commit; cursorTurn by
	// whoever writes cursors. Who needs both takes cursorTurn first.
	turn, cursorTurn turn
	deleted          time.Time // when a channel was deleted last; the turn's

	channels channels
	w        writer
	trim     trimmer
}

var _ store.Backend = (*Store)(nil)

// lockEvery is how often Wait looks whether the folder is free. It costs opening a file, and clients are away meanwhile.
const lockEvery = 20 * time.Millisecond

// Wait is Open, but a folder that another process uses is waited for until ctx ends, and then refused with CodeStoreLocked. The
// function waiting, if it is not nil, is called once when that begins. It is how a server follows another one that is being shut down. A process
// that ends, however it ends, frees its folder.
func Wait(ctx context.Context, dir string, o Options, waiting func()) (*Store, error) {
	tick := time.NewTicker(lockEvery)
	defer tick.Stop()
	for {
		s, err := Open(dir, o)
		if err == nil || !errors.Is(err, holdfast.CodeStoreLocked) {
			return s, err
		}
		if waiting != nil {
			waiting()
			waiting = nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, &holdfast.Error{Code: holdfast.CodeStoreLocked, Op: "open store " + dir, Cause: ctx.Err(),
				Detail: "another server uses the data folder " + dir + ", and it was waited for in vain",
				Hint:   "is it being shut down? That takes its --shutdown-delay, its --drain, and seldom more than some seconds"}
		}
	}
}

// Open opens the data folder, and makes it if there is none. It writes nothing into a folder that it refuses:
// one that is used by another process (CodeStoreLocked), that was written by a newer version
// (CodeStoreNewer), or that is damaged (CodeStoreDamaged).
func Open(dir string, o Options) (*Store, error) {
	o = o.withDefaults()
	if o.FS == vfs.Default {
		// the lock knows folders of one process by their names
		if abs, err := filepath.Abs(dir); err == nil {
			dir = abs
		}
	}
	files := newFiles(o.FS)
	o.FS = files
	s := &Store{
		opts: o, files: files, dir: dir, turn: newTurn(), cursorTurn: newTurn(),
		fail: &failure{exit: o.Exit}, guard: guard{fs: o.FS, dir: dir},
	}
	s.space.opts, s.space.dir = &s.opts, dir
	s.trim.turn = newTurn()
	if err := s.openFolder(); err != nil {
		files.close()
		return nil, err
	}
	s.channels.init(o.CachedChannels)
	s.w.init(s)
	return s, nil
}

func (s *Store) openFolder() (err error) {
	if err := makeFolder(s.opts.FS, s.dir); err != nil {
		return s.openError(holdfast.CodeIO, "", err)
	}
	if s.lock, err = pebble.LockDirectory(s.dir, s.opts.FS); err != nil {
		return s.lockError(err)
	}
	defer func() {
		if err != nil {
			s.lock.Close()
		}
	}()
	exists, err := s.checkFolder()
	if err != nil {
		return err
	}
	if exists {
		if err := s.checkMeta(); err != nil {
			return err
		}
	} else if err := s.writeFormat(); err != nil {
		return s.openError(holdfast.CodeIO, "", err)
	}
	if s.db, err = pebble.Open(s.dir, s.pebbleOptions()); err != nil {
		return s.pebbleError(err)
	}
	if err := s.openMeta(!exists); err != nil {
		s.db.Close()
		return err
	}
	if err := s.guard.write(); err != nil {
		s.db.Close()
		return s.openError(holdfast.CodeIO, "", err)
	}
	return nil
}

// pebbleOptions are the settings that measurements ask for: few, large tables at the top, since what is
// written is mostly read from the server's own memory, and goes again with retention.
func (s *Store) pebbleOptions() *pebble.Options {
	o := &pebble.Options{
		FS: s.opts.FS, Lock: s.lock, Logger: logger{s.fail},
		FormatMajorVersion: pebble.FormatValueSeparation,
		CacheSize:          s.opts.CacheSize,
		MemTableSize:       s.opts.MemTableSize,
		// three, so that a flush under way does not stop appends
		MemTableStopWritesThreshold: 2,
		L0CompactionThreshold:       12,
		L0StopWritesThreshold:       48,
		LBaseMaxBytes:               512 << 20,
		MaxOpenFiles:                500,
		// whoever reads what is damaged gets an error; the rest stays readable
		EventListener: &pebble.EventListener{DataCorruption: func(pebble.DataCorruptionInfo) {}},
	}
	o.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionNone })
	return o
}

// checkMeta reads the meta value without writing anything.
func (s *Store) checkMeta() error {
	o := s.pebbleOptions()
	o.ReadOnly = true
	db, err := pebble.Open(s.dir, o)
	if err != nil {
		return s.pebbleError(err)
	}
	_, err = s.readMeta(db)
	return errors.Join(err, db.Close())
}

func (s *Store) readMeta(db *pebble.DB) (m metaValue, err error) {
	key := []byte{kindMeta}
	v, err := get(db, key)
	if err != nil {
		return m, s.pebbleError(err)
	}
	if v == nil {
		return m, s.openError(holdfast.CodeStoreDamaged, "the folder's meta entry is missing", nil)
	}
	if err = m.decode(key, v); err == nil && m.format > formatVersion {
		err = errNewer
	}
	if err != nil {
		return m, s.pebbleError(err)
	}
	return m, nil
}

// openMeta fills in Info, after it has written the meta value of a new folder.
func (s *Store) openMeta(fresh bool) error {
	if fresh {
		var id [8]byte
		rand.Read(id[:])
		key := []byte{kindMeta}
		m := metaValue{format: formatVersion, memory: binary.LittleEndian.Uint64(id[:]) | 1, created: uint64(s.opts.Now().UnixMilli())}
		if err := s.db.Set(key, m.encode(key), pebble.Sync); err != nil {
			return s.openError(holdfast.CodeIO, "", err)
		}
	}
	m, err := s.readMeta(s.db)
	if err != nil {
		return err
	}
	key := []byte{kindDeleted}
	if v, err := get(s.db, key); err != nil {
		return s.pebbleError(err)
	} else if v != nil {
		ms, err := decodeCounter(key, v)
		if err != nil {
			return s.pebbleError(err)
		}
		s.deleted = time.UnixMilli(int64(ms))
	}
	s.info = store.Info{
		Name: "disk", Term: holdfast.NewTerm(), Memory: m.memory,
		Durability: store.Durability{Synced: true, Copies: 1}, DedupeWindow: s.opts.DedupeWindow,
	}
	return nil
}

// get returns a copy of a value, or nil if there is none.
func get(db *pebble.DB, key []byte) ([]byte, error) {
	v, closer, err := db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	return append([]byte{}, v...), nil
}

func (s *Store) openError(code holdfast.Code, detail string, cause error) error {
	if cause != nil && detail == "" && code == holdfast.CodeIO {
		detail = "the data folder cannot be used"
	}
	return &holdfast.Error{Code: code, Op: "open store " + s.dir, Detail: detail, Cause: cause}
}

// lockError tells a lock that somebody holds from a folder that cannot be written.
func (s *Store) lockError(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		return s.openError(holdfast.CodeIO, "", err)
	}
	return s.openError(holdfast.CodeStoreLocked, "another server uses the data folder "+s.dir, nil)
}

// pebbleError says why Pebble, or what was read from it, refuses the folder.
func (s *Store) pebbleError(err error) error {
	switch {
	case errors.Is(err, errNewer), strings.Contains(err.Error(), "unknown format major version"):
		return s.openError(holdfast.CodeStoreNewer, "", err)
	case errors.Is(err, syscall.ENOSPC):
		return s.openError(holdfast.CodeStoreFull, "the disk has no space to open the data folder", err)
	case errors.Is(err, fs.ErrPermission):
		return s.openError(holdfast.CodeIO, "", err)
	}
	return s.openError(holdfast.CodeStoreDamaged, "", err)
}

// Info implements [store.Backend].
func (s *Store) Info() store.Info { return s.info }

// Close implements [store.Backend].
func (s *Store) Close() error {
	if !s.gate.close() {
		return nil
	}
	if err := s.fail.get(); err != nil {
		// Pebble is in a state in which it may not even close, and the process is meant to have ended
		s.files.close()
		return err
	}
	err := s.db.Close()
	err = errors.Join(err, s.guard.write(), s.lock.Close())
	s.files.close()
	return err
}
