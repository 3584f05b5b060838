package client

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/fsync"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// journal is the file behind a durable outbox. Lines are appended to a buffer under the outbox's lock; one
// goroutine writes what has gathered, with one fsync for all of it, and tells who waits. When most of the file
// is garbage the goroutine writes a snapshot in its place.
type journal struct {
	path string
	o    *Outbox
	lock *os.File

	// under the outbox's lock
	buf     []byte
	chain   uint32
	size    int // bytes in the file and in buf
	live    int // of these, the entries that wait for their answer
	dirty   []laneKey
	err     error
	closing bool
	notices

	f      journalFile // the writer's
	signal chan struct{}
	done   chan struct{}
}

// journalFile is what the journal needs of its file.
type journalFile interface {
	io.WriteCloser
	Sync() error
}

// opened is put around each file of a journal that is opened for writing. Tests make it one that loses what was not synced.
var opened = func(f *os.File) journalFile { return fsync.File{File: f} }

// notices are due when the bytes that were appended before them are durable.
type notices struct {
	through session.EntryID // 0: nothing new
	marks   []marked
	kept    []*Receipt
	then    []func()
	waiters []chan error
}

type marked struct {
	through session.EntryID
	sent    wire.Sent
}

// compactAbove is the size below which a file is not worth compacting.
const compactAbove = 1 << 20

func (n *notices) wanted() bool {
	return n.through != 0 || len(n.marks) > 0 || len(n.kept) > 0 || len(n.then) > 0 || len(n.waiters) > 0
}

func (j *journal) start() {
	j.signal = make(chan struct{}, 1)
	j.done = make(chan struct{})
	go j.run()
}

// append adds a line whose body fn appends, and returns how many bytes it takes. The caller has the lock.
func (j *journal) append(fn func(b []byte) []byte) int {
	if j.err != nil {
		return 0
	}
	before := len(j.buf)
	j.buf, j.chain = appendLine(j.buf, j.chain, fn)
	n := len(j.buf) - before
	j.size += n
	return n
}

// kick wakes the writer.
func (j *journal) kick() {
	select {
	case j.signal <- struct{}{}:
	default:
	}
}

// sync returns when all that was appended before is durable.
func (j *journal) sync() error {
	j.o.mu.Lock()
	if j.err != nil || j.closing {
		defer j.o.mu.Unlock()
		return j.err
	}
	w := make(chan error, 1)
	j.waiters = append(j.waiters, w)
	j.o.mu.Unlock()
	j.kick()
	return <-w
}

// close writes the rest and lets go of the file.
func (j *journal) close() error {
	j.o.mu.Lock()
	j.closing = true
	j.o.mu.Unlock()
	j.kick()
	<-j.done
	err := j.err
	if j.f != nil {
		err = errors.Join(err, j.f.Close())
	}
	return errors.Join(err, unlockFile(j.lock))
}

func (j *journal) run() {
	defer close(j.done)
	for range j.signal {
		j.o.mu.Lock()
		batch, due, over := j.buf, j.notices, j.closing
		j.buf, j.notices = nil, notices{}
		compact := j.size > compactAbove && j.live*2 < j.size && j.err == nil
		if compact {
			batch = j.snapshot()
		}
		err := j.err
		j.o.mu.Unlock()

		if err == nil {
			err = j.write(batch, compact)
		}
		j.tell(due, err)
		if over {
			return
		}
	}
}

// snapshot returns a file's whole content. The caller has the lock; what was in the buffer is contained.
func (j *journal) snapshot() []byte {
	b := appendSnapshot(nil, j)
	j.size = len(b)
	return b
}

func (j *journal) write(batch []byte, whole bool) error {
	if whole {
		return j.replace(batch)
	}
	if len(batch) > 0 {
		if _, err := j.f.Write(batch); err != nil {
			return j.failure("write", err)
		}
	}
	if err := j.f.Sync(); err != nil {
		return j.failure("sync", err)
	}
	return nil
}

func (j *journal) failure(verb string, err error) error {
	return &holdfast.Error{Code: holdfast.CodeIO, Op: verb + " outbox " + j.path, Cause: err,
		Hint: "nothing more is sent; make room, or repair the disk, and open the outbox again"}
}

// replace puts a file with that content in the place of the old one, durably.
func (j *journal) replace(content []byte) error {
	next := j.path + ".new"
	if err := writeFile(next, content); err != nil {
		return j.failure("compact", err)
	}
	if j.f != nil { // Windows replaces no file that is open
		j.f.Close()
		j.f = nil
	}
	if err := os.Rename(next, j.path); err != nil {
		return j.failure("compact", err)
	}
	if err := syncDir(filepath.Dir(j.path)); err != nil {
		return j.failure("compact", err)
	}
	f, err := os.OpenFile(j.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return j.failure("open", err)
	}
	j.f = opened(f)
	return nil
}

func writeFile(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = fsync.File{File: f}.Sync()
	}
	return errors.Join(err, f.Close())
}

// tell passes on that a batch is durable, or that nothing will be any more.
func (j *journal) tell(n notices, err error) {
	j.o.mu.Lock()
	j.err = err
	s := j.o.attached
	j.o.mu.Unlock()
	if err == nil {
		for _, r := range n.kept {
			r.keep()
		}
	}
	for _, f := range n.then {
		f()
	}
	if s != nil {
		s.journaled(n, err)
	}
	for _, w := range n.waiters {
		w <- err
	}
}
