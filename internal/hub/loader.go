package hub

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// loaders is how many goroutines read the store.
const loaders = 4

// loadRecords bounds the records of one load; bytes alone would not, since records may be empty.
const loadRecords = 4096

// loader has what waits for the store. Subscriptions to be opened and pages to be read take turns, so that a
// storm of returning clients does not starve those who are here.
type loader struct {
	mu       sync.Mutex
	cond     sync.Cond
	inflight map[loadKey]*load
	loads    fifo[*load]
	opens    fifo[openJob]
	turn     bool // the next is a load
	readers  int  // that open subscriptions themselves at the moment
	closed   bool
	wg       sync.WaitGroup // loaders, and such readers
}

type openJob struct {
	c   *cursor
	r   OpenRequest
	err error // answer with this
}

// loadKind is what a load is for.
type loadKind uint8

const (
	// loadPage reads records from start on.
	loadPage loadKind = iota
	// loadState asks where the log begins and ends, because the cursor's view of it is out of date.
	loadState
)

type loadKey struct {
	ch    *channel
	start uint64
	epoch uint32
	codec uint8
	kind  loadKind
}

// load is one read of the store, for all who wait for it. Of the results one is set: page, err, or state, which says
// where the log is if it has not got the record.
type load struct {
	loadKey
	waiters []waiter // guarded by loader.mu until the load is done

	page    *page
	state   store.State
	err     error
	dropped bool         // the hub closes
	left    atomic.Int32 // shards that have not seen it yet
}

// waiter is a cursor, or a member with a stalled range.
type waiter struct {
	c *cursor
	m *Member
}

func (l *loader) init() {
	l.cond.L = &l.mu
	l.inflight = map[loadKey]*load{}
}

// request has the waiter called when the load is done. It never waits.
func (l *loader) request(key loadKey, w waiter) {
	l.mu.Lock()
	ld := l.inflight[key]
	if ld == nil {
		ld = &load{loadKey: key}
		l.inflight[key] = ld
		l.loads.push(ld)
		l.cond.Signal()
	}
	ld.waiters = append(ld.waiters, w)
	l.mu.Unlock()
}

func (l *loader) pushOpen(j openJob) {
	l.mu.Lock()
	l.opens.push(j)
	l.cond.Signal()
	l.mu.Unlock()
}

// lend lets a reader do what a loader would, if not too many do: each may be held up by the disk, which costs a thread.
func (l *loader) lend() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.readers == loaders || l.opens.len() > 0 {
		return false
	}
	l.readers++
	l.wg.Add(1)
	return true
}

func (l *loader) takeBack() {
	l.mu.Lock()
	l.readers--
	l.mu.Unlock()
	l.wg.Done()
}

// next waits for something to do; ok is false at the end.
func (l *loader) next() (ld *load, j openJob, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.loads.len() == 0 && l.opens.len() == 0 {
		if l.closed {
			return nil, j, false
		}
		l.cond.Wait()
	}
	l.turn = !l.turn
	if l.opens.len() == 0 || l.turn && l.loads.len() > 0 {
		return l.loads.pop(), j, true
	}
	return nil, l.opens.pop(), true
}

// close answers what is queued, and ends the loaders.
func (l *loader) close() {
	l.mu.Lock()
	l.closed = true
	l.cond.Broadcast()
	l.mu.Unlock()
	l.wg.Wait()
}

func (l *loader) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

// load is a loader's goroutine.
func (h *Hub) load() {
	var scratch []byte
	for {
		ld, j, ok := h.loader.next()
		if !ok {
			return
		}
		if ld == nil {
			h.open(&j, byLoader)
			continue
		}
		if !h.loader.isClosed() {
			h.loads.Add(1)
			h.slowDown()
			scratch = h.execute(ld, scratch)
		} else {
			ld.dropped = true
		}
		h.finish(ld)
	}
}

// SlowHistory has every read of history wait first, so that whoever reads much of it leaves room for the rest; 0 ends that. It may
// be called concurrently. What is read by somebody else or was read lately is had without waiting.
func (h *Hub) SlowHistory(by time.Duration) { h.slow.Store(int64(by)) }

func (h *Hub) slowDown() {
	if by := time.Duration(h.slow.Load()); by > 0 {
		t := time.NewTimer(by)
		defer t.Stop()
		select {
		case <-t.C:
		case <-h.stop:
		}
	}
}

func (h *Hub) execute(ld *load, scratch []byte) []byte {
	trims := h.trims.Load()
	if ld.kind == loadPage {
		_, head := ld.ch.now()
		c, err := h.log.Read(h.ctx, ld.ch.name, ld.start-1, store.Limit{Records: loadRecords, Bytes: h.pageSize, Through: head})
		if err != nil {
			ld.err = err
			return scratch
		}
		if r := c.Records(); len(r) > 0 && r[0].Offset == ld.start {
			ld.page, scratch = h.encode(ld, &c, scratch)
			h.cache.put(ld.page)
			return scratch
		}
	}
	if ld.state, ld.err = h.log.State(h.ctx, ld.ch.name); ld.err == nil {
		ld.ch.learn(ld.epoch, ld.state.Head, ld.state.Floor, trims)
	}
	return scratch
}

// encode makes a page of what was read, as much as goes into one.
func (h *Hub) encode(ld *load, c *store.Committed, scratch []byte) (*page, []byte) {
	records := c.Records()
	enc := h.encoders[ld.codec]
	scratch = scratch[:0]
	var ends []uint32
	var terms []store.TermStart
	for i := range records {
		scratch = enc.AppendRecord(scratch, &records[i], c.StartsTerm(i))
		if i > 0 && len(scratch) > h.pageSize {
			scratch = scratch[:ends[i-1]]
			break
		}
		ends = append(ends, uint32(len(scratch)))
		if c.StartsTerm(i) {
			terms = append(terms, store.TermStart{Term: records[i].Term, First: records[i].Offset})
		}
	}
	p := newPage(ld.ch, ld.epoch, int(ld.codec), &records[0], len(scratch), len(scratch)/len(ends))
	p.buf = append(p.buf, scratch...)
	p.ends = append(p.ends, ends...)
	p.terms = terms
	if cap(scratch) > 4*h.pageSize {
		scratch = nil
	}
	return p, scratch
}

// finish hands a load to the shards of those who wait for it.
func (h *Hub) finish(ld *load) {
	l := &h.loader
	l.mu.Lock()
	delete(l.inflight, ld.loadKey)
	l.mu.Unlock()
	var seen [256]bool
	mine := seen[:]
	if len(h.crew.shards) > len(mine) {
		mine = make([]bool, len(h.crew.shards))
	}
	for i := range ld.waiters {
		mine[ld.waiters[i].member().shard.id] = true
	}
	ld.left.Store(1)
	for i, s := range h.crew.shards {
		if mine[i] {
			ld.left.Add(1)
			s.post(func(in *inbox) { in.loads = append(in.loads, ld) })
		}
	}
	h.seen(ld)
}

// seen counts a shard as done with a load, and lets go of its page after the last.
func (h *Hub) seen(ld *load) {
	if ld.left.Add(-1) == 0 && ld.page != nil {
		h.cache.unpin(ld.page)
	}
}

func (w waiter) member() *Member {
	if w.c != nil {
		return w.c.m
	}
	return w.m
}

func (ld *load) brokenLog() error {
	if ld.err != nil {
		return ld.err
	}
	return &holdfast.Error{Code: holdfast.CodeStoreDamaged, Op: "read " + ld.ch.name, Detail: "the store returned no record at an offset that it says it has"}
}

// fifo is a queue that gives its memory back when it is empty.
type fifo[T any] struct {
	list []T
	head int
}

func (f *fifo[T]) len() int { return len(f.list) - f.head }

func (f *fifo[T]) push(v T) {
	if f.head > 64 && f.head > len(f.list)/2 {
		n := copy(f.list, f.list[f.head:])
		clear(f.list[n:])
		f.list, f.head = f.list[:n], 0
	}
	f.list = append(f.list, v)
}

func (f *fifo[T]) pop() T {
	var zero T
	v := f.list[f.head]
	f.list[f.head] = zero
	f.head++
	if f.head == len(f.list) {
		if cap(f.list) > 1024 {
			f.list = nil
		}
		f.list, f.head = f.list[:0], 0
	}
	return v
}
