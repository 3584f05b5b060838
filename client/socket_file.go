package client

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// queueFile keeps a socket's queue over a crash. It begins with a line that names its format; then come entries: length of the body (4 bytes, little
// endian), CRC-32C of the body (4), body. A body is a kind (1 text, 2 binary, 3 done), an id (8) and, of a message, when it
// expires (8, Unix nanoseconds, 0 never) and its bytes. An entry that is cut off or damaged at the end was never promised, and is cut off.
// When nothing waits the file is made empty again.
type queueFile struct {
	path string
	lock *os.File

	mu      sync.Mutex
	f       journalFile
	buf     []byte // not yet written
	last    uint64 // id
	live    int    // messages that are not done
	bytes   int    // of theirs
	size    int    // of the file
	synced  uint64
	syncing bool
	turn    chan struct{} // closed when a sync has ended; nil if nobody waits
	err     error
}

const (
	queueMagic   = "holdfast queue 1\n"
	entryHead    = 8
	bodyHead     = 9
	bodyDone     = 3
	maxQueueBody = 64 << 20
)

// openQueueFile returns the messages that wait in the file.
func openQueueFile(path string) (*queueFile, []storedMessage, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, queueError(holdfast.CodeIO, path, "", err)
	}
	lock, err := lockFile(path + ".lock")
	if errors.Is(err, errLocked) {
		return nil, nil, queueError(holdfast.CodeOutboxLocked, path, "another socket uses it", nil)
	}
	if err != nil {
		return nil, nil, queueError(holdfast.CodeIO, path, "", err)
	}
	q := &queueFile{path: path, lock: lock}
	list, err := q.open()
	if err != nil {
		if q.f != nil {
			q.f.Close()
		}
		unlockFile(lock)
		return nil, nil, err
	}
	return q, list, nil
}

func queueError(code holdfast.Code, path, detail string, cause error) error {
	return &holdfast.Error{Code: code, Op: "open queue " + path, Detail: detail, Cause: cause}
}

// storedMessage is one that an earlier socket has left.
type storedMessage struct {
	id      uint64
	kind    MessageKind
	expires time.Time
	data    []byte
}

func (q *queueFile) open() ([]storedMessage, error) {
	content, err := os.ReadFile(q.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, queueError(holdfast.CodeIO, q.path, "", err)
	}
	if len(content) >= len(queueMagic) && string(content[:len(queueMagic)]) != queueMagic {
		return nil, queueError(holdfast.CodeOutboxDamaged, q.path, "it is not a queue of this version", nil)
	}
	list, last := parseQueue(content)
	q.last, q.live = last, len(list)
	for i := range list {
		q.bytes += len(list[i].data)
	}
	if err := q.rewrite(list); err != nil {
		return nil, queueError(holdfast.CodeIO, q.path, "", err)
	}
	return list, nil
}

// parseQueue reads entries up to the first that is not whole.
func parseQueue(b []byte) (list []storedMessage, last uint64) {
	if len(b) < len(queueMagic) {
		return nil, 0
	}
	b = b[len(queueMagic):]
	done := map[uint64]bool{}
	for len(b) >= entryHead {
		n := int(binary.LittleEndian.Uint32(b))
		if n < bodyHead || n > maxQueueBody || n > len(b)-entryHead {
			break
		}
		body := b[entryHead : entryHead+n]
		if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(b[4:]) {
			break
		}
		b = b[entryHead+n:]
		id := binary.LittleEndian.Uint64(body[1:])
		last = max(last, id)
		switch kind := MessageKind(body[0]); {
		case kind == bodyDone:
			done[id] = true
		case (kind == TextMessage || kind == BinaryMessage) && n >= bodyHead+8:
			m := storedMessage{id: id, kind: kind, data: body[bodyHead+8:]}
			if ns := int64(binary.LittleEndian.Uint64(body[bodyHead:])); ns != 0 {
				m.expires = time.Unix(0, ns)
			}
			list = append(list, m)
		}
	}
	kept := list[:0]
	for _, m := range list {
		if !done[m.id] {
			kept = append(kept, m)
		}
	}
	return kept, last
}

// rewrite puts a file with these messages alone into the place of the old one.
func (q *queueFile) rewrite(list []storedMessage) error {
	b := []byte(queueMagic)
	for i := range list {
		m := &list[i]
		it := queued{kind: m.kind, id: m.id}
		if !m.expires.IsZero() {
			it.expires = m.expires.UnixNano()
		}
		b = appendMessage(b, it, m.data)
	}
	temp := q.path + ".new"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	next := opened(f)
	_, err = next.Write(b)
	if err = errors.Join(err, next.Sync(), next.Close()); err != nil {
		return err
	}
	if q.f != nil { // some systems do not rename over an open file
		q.f.Close()
		q.f = nil
	}
	if err := errors.Join(os.Rename(temp, q.path), syncDir(filepath.Dir(q.path))); err != nil {
		return err
	}
	if f, err = os.OpenFile(q.path, os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return err
	}
	q.f, q.size = opened(f), len(b)
	return nil
}

func appendMessage(b []byte, it queued, data []byte) []byte {
	b, at := beginEntry(b, byte(it.kind), it.id)
	b = binary.LittleEndian.AppendUint64(b, uint64(it.expires))
	return endEntry(append(b, data...), at)
}

func beginEntry(b []byte, kind byte, id uint64) ([]byte, int) {
	at := len(b)
	b = append(b, make([]byte, entryHead)...)
	return binary.LittleEndian.AppendUint64(append(b, kind), id), at
}

func endEntry(b []byte, at int) []byte {
	body := b[at+entryHead:]
	binary.LittleEndian.PutUint32(b[at:], uint32(len(body)))
	binary.LittleEndian.PutUint32(b[at+4:], crc32.Checksum(body, castagnoli))
	return b
}

// add takes a message in and returns its id. It is durable when sync has returned.
func (q *queueFile) add(it queued, data []byte) uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last++
	q.live++
	q.bytes += len(data)
	it.id = q.last
	q.buf = appendMessage(q.buf, it, data)
	return it.id
}

// done says that a message is out, or dropped. It becomes durable with what is synced next: after a crash it may go out again.
func (q *queueFile) done(id uint64, size int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	b, at := beginEntry(q.buf, bodyDone, id)
	q.buf = endEntry(b, at)
	q.live--
	q.bytes -= size
}

// sync waits until everything up to id is on disk. Whoever comes first does it for all who wait.
func (q *queueFile) sync(id uint64) error {
	q.mu.Lock()
	for q.err == nil && q.synced < id {
		if q.syncing {
			q.waitLocked()
			continue
		}
		q.flushLocked()
	}
	err := q.err
	q.mu.Unlock()
	if err != nil {
		return &holdfast.Error{Code: holdfast.CodeIO, Op: "write queue " + q.path, Detail: "message " + strconv.FormatUint(id, 10) + " may not be durable", Cause: err}
	}
	return nil
}

func (q *queueFile) waitLocked() {
	if q.turn == nil {
		q.turn = make(chan struct{})
	}
	turn := q.turn
	q.mu.Unlock()
	<-turn
	q.mu.Lock()
}

// flushLocked writes and syncs what has gathered, without the lock.
func (q *queueFile) flushLocked() {
	q.syncing = true
	buf, through := q.buf, q.last
	empty, garbage := q.live == 0, q.size+len(buf) > garbageFrom+4*q.bytes
	q.buf = nil
	q.mu.Unlock()
	err := q.write(buf, empty, garbage)
	q.mu.Lock()
	q.syncing = false
	if err != nil {
		q.err = err
	} else {
		q.synced = through
	}
	if q.turn != nil {
		close(q.turn)
		q.turn = nil
	}
}

// garbageFrom is how large a file gets before what is done is thrown out of it.
const garbageFrom = 1 << 20

// write writes and syncs. Whoever is syncing owns the file.
func (q *queueFile) write(buf []byte, empty, garbage bool) error {
	if empty {
		return q.rewrite(nil)
	}
	n, err := q.f.Write(buf)
	q.size += n
	if err = errors.Join(err, q.f.Sync()); err != nil || !garbage {
		return err
	}
	content, err := os.ReadFile(q.path)
	if err != nil {
		return err
	}
	list, _ := parseQueue(content)
	return q.rewrite(list)
}

// settle writes that messages are done when nothing waits any more, so that a quiet socket leaves an empty file.
func (q *queueFile) settle() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.live == 0 && len(q.buf) > 0 && !q.syncing && q.err == nil {
		q.flushLocked()
	}
}

// close writes the rest and lets go of the file.
func (q *queueFile) close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.syncing {
		q.waitLocked()
	}
	if len(q.buf) > 0 && q.err == nil {
		q.flushLocked()
	}
	err := q.err
	if q.f != nil {
		err = errors.Join(err, q.f.Close())
	}
	return errors.Join(err, unlockFile(q.lock))
}
