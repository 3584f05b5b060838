package disk

import (
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

const (
	spaceAge   = 100 * time.Millisecond
	spaceBytes = 1 << 20
)

// space knows how much is free on the disk, about. A full disk would kill the database, so appends stop while
// there is still room to flush and compact what it holds.
type space struct {
	opts *Options
	dir  string

	mu      sync.Mutex
	known   bool
	at      time.Time
	free    uint64
	written uint64 // since then
}

// room says what may be written if a batch of that many bytes comes next.
func (s *space) room(now time.Time, batch uint64) store.Room {
	s.mu.Lock()
	old := now.Sub(s.at)
	stale := !s.known || old < 0 || old >= spaceAge || s.written >= spaceBytes
	s.mu.Unlock()
	if stale {
		s.refresh(now)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written += batch
	// the batch is in the log first, then in a table, and that may be written again by a compaction
	need := s.written + batch
	switch {
	case s.free < need+s.opts.MemTableSize:
		return store.NoRoom
	case s.free < need+3*s.opts.MemTableSize:
		return store.RoomToResolve
	}
	return store.RoomForAll
}

func (s *space) refresh(now time.Time) {
	free, err := s.ask()
	if err != nil {
		// it is not known; a disk that is full all the same ends the process at the next commit
		free = 1 << 62
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.at, s.free, s.written = true, now, free, 0
}

func (s *space) ask() (uint64, error) {
	if s.opts.FreeSpace != nil {
		return s.opts.FreeSpace()
	}
	u, err := s.opts.FS.GetDiskUsage(s.dir)
	return u.AvailBytes, err
}

// check is room for something small beside the appends.
func (s *space) check(now time.Time, op string) error {
	if s.room(now, 0) == store.NoRoom {
		return &holdfast.Error{Code: holdfast.CodeStoreFull, Op: op}
	}
	return nil
}
