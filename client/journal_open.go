package client

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// OpenFileOutbox opens the outbox in a file, and begins one if there is none. The records that wait in it are
// sent by the next session that uses it, unchanged. Beside the file lies another one, named PATH.lock.
//
// Errors: CodeOutboxLocked while another process has it open, CodeOutboxDamaged with the offset of the damage,
// CodeOutboxMismatch if it belongs to another user, CodeIO.
func OpenFileOutbox(path string, o OutboxOptions) (*Outbox, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, openError(holdfast.CodeIO, path, "", err)
	}
	lock, err := lockFile(path + ".lock")
	switch {
	case errors.Is(err, errLocked):
		return nil, openError(holdfast.CodeOutboxLocked, path, "", nil)
	case err != nil:
		return nil, openError(holdfast.CodeIO, path, "", err)
	}
	b := NewMemoryOutbox(o)
	b.j = &journal{path: path, o: b, lock: lock}
	if err := b.j.open(); err != nil {
		if b.j.f != nil {
			b.j.f.Close()
		}
		unlockFile(lock)
		return nil, err
	}
	b.j.start()
	return b, nil
}

func openError(code holdfast.Code, path, detail string, cause error) error {
	e := &holdfast.Error{Code: code, Op: "open outbox " + path, Detail: detail, Cause: cause}
	if code == holdfast.CodeIO {
		e.Hint = "check the path, its rights and the room on its disk"
	}
	return e
}

func (j *journal) open() error {
	content, err := os.ReadFile(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		j.o.uid = holdfast.NewProducerID()
		return j.replace(j.snapshot())
	}
	if err != nil {
		return openError(holdfast.CodeIO, j.path, "", err)
	}
	user := j.o.o.User
	good, err := j.replay(content)
	if err != nil {
		return err
	}
	if stored := j.o.o.User; user != "" && stored != user {
		return openError(holdfast.CodeOutboxMismatch, j.path, "it belongs to user "+strconv.Quote(stored)+", not to "+strconv.Quote(user), nil)
	}
	for e := j.o.first; e != nil; e = e.next {
		e.out = e.sent != wire.Sent{}
		if e.out {
			e.receipt.status = StatusSent
		}
		j.live += e.written
		j.o.room.take(e.size)
	}
	j.size = good
	return j.resume(int64(good), int64(len(content)))
}

// resume opens the file for writing after its good part, cutting off an unfinished line.
func (j *journal) resume(good, size int64) error {
	f, err := os.OpenFile(j.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return openError(holdfast.CodeIO, j.path, "", err)
	}
	j.f = opened(f)
	if good == size {
		return nil
	}
	if err := errors.Join(f.Truncate(good), j.f.Sync()); err != nil {
		return openError(holdfast.CodeIO, j.path, "cutting off an unfinished line", err)
	}
	return nil
}

// replay brings the outbox to the state that the file tells, and returns how much of the file that is: all of
// it, or all but a line that was cut off while it was written.
func (j *journal) replay(content []byte) (good int, err error) {
	damaged := func(at int, what string) (int, error) {
		return 0, openError(holdfast.CodeOutboxDamaged, j.path, "at byte "+strconv.Itoa(at)+": "+what, nil)
	}
	m := len(journalMagic)
	if len(content) < m || string(content[:m-1]) != journalMagic[:m-1] {
		return damaged(0, "this is not an outbox")
	}
	if content[m-1] != journalMagic[m-1] {
		return damaged(m-1, "its format has version "+strconv.Itoa(int(content[m-1]))+"; this program reads version "+strconv.Itoa(int(journalMagic[m-1])))
	}
	for at := m; ; {
		rest := content[at:]
		if len(rest) < lineHeader || allZero(rest) {
			if at == m {
				return damaged(at, "the first line is missing")
			}
			return at, nil
		}
		if crc32.Checksum(rest[:8], castagnoli) != binary.LittleEndian.Uint32(rest[8:]) {
			return damaged(at, "the header of a line does not have its checksum")
		}
		n := int64(binary.LittleEndian.Uint32(rest))
		if n > int64(len(rest)-lineHeader) {
			if at == m {
				return damaged(at, "the first line is unfinished")
			}
			return at, nil
		}
		body := rest[lineHeader : lineHeader+n]
		chain := crc32.Update(j.chain, castagnoli, body)
		if chain != binary.LittleEndian.Uint32(rest[4:]) {
			return damaged(at+lineHeader, "a line does not have its checksum")
		}
		if !j.o.apply(body, at == m, lineHeader+int(n)) {
			return damaged(at+lineHeader, "a line makes no sense")
		}
		j.chain = chain
		at += lineHeader + int(n)
	}
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// apply takes one line in; false if it makes no sense.
func (o *Outbox) apply(body []byte, first bool, written int) bool {
	r := lineReader{b: body}
	kind := lineKind(r.byte())
	if first != (kind == lineOutbox) {
		return false
	}
	switch kind {
	case lineOutbox:
		o.uid, o.o.User = r.id(), r.string()
	case lineBind:
		o.kind, o.id = r.string(), r.string()
	case lineTaken:
		o.input, o.sum = r.uint(), r.uint()
	case lineLane:
		o.applyLane(&r)
	case lineForgotten:
		k := r.key()
		o.answered(k, math.MaxUint64)
		delete(o.lanes, k)
	case lineEntry:
		return o.applyEntry(&r, written)
	case lineMark:
		through, sent := session.EntryID(r.uint()), r.sent()
		for e := o.first; e != nil; e = e.next {
			if e.id <= through && e.sent == (wire.Sent{}) {
				e.sent = sent
			}
		}
	case lineEnded:
		k, n := r.key(), r.uint()
		for e := o.first; e != nil; e = e.next {
			if e.number == n && e.producer == k.producer && e.channel == k.channel {
				o.unlink(e)
				break
			}
		}
	default:
		return false
	}
	return !r.bad && len(r.b) == 0
}

func (o *Outbox) applyLane(r *lineReader) {
	k := r.key()
	next, resolved, successor := r.uint(), r.uint(), r.id()
	var acked uint64
	var answer wire.Sent
	if len(r.b) > 0 {
		acked, answer = r.uint(), r.sent()
	}
	forgotten := uint64(0)
	if len(r.b) > 0 {
		forgotten = r.uint()
	}
	if r.bad || resolved >= next || acked > resolved || forgotten > resolved {
		r.bad = true
		return
	}
	l := o.lane(k)
	l.next, l.resolved, l.successor = max(l.next, next), max(l.resolved, resolved), successor
	l.acked, l.answer, l.forgotten = acked, answer, forgotten
	o.answered(k, l.resolved)
}

// answered takes out what a lane has answers for.
func (o *Outbox) answered(k laneKey, through uint64) {
	for e := o.first; e != nil; {
		next := e.next
		if e.number <= through && e.producer == k.producer && e.channel == k.channel {
			o.unlink(e)
		}
		e = next
	}
}

func (o *Outbox) applyEntry(r *lineReader, written int) bool {
	e := r.entry()
	if r.bad || len(r.b) > 0 || o.entries[e.id] != nil || o.last != nil && o.last.id >= e.id {
		return false
	}
	l := o.lane(laneKey{e.channel, e.producer})
	if e.number <= l.resolved {
		return false
	}
	l.next = max(l.next, e.number+1)
	e.written = written
	o.insert(e)
	if e.taken {
		o.input, o.sum = e.input, e.sum
	}
	return true
}
