package hub

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// draftCost is what a draft is counted as beside its data.
const draftCost = 256

// queue is where drafts wait for the commit loop, which takes them whole.
type queue struct {
	mu        sync.Mutex
	pending   *drafts
	bytes     int // waiting or being committed
	limit     int
	waiting   []*Member // to be told when there is room
	deletions []deletion
	sweep     bool // look for quiet tails
	closed    bool
	some      atomic.Bool // drafts wait
	lazy      int         // the commit loop is woken for so many drafts only, since readers commit
	failed    error
	fatal     func(error)
	wake      chan struct{}
	wg        sync.WaitGroup
}

// drafts are what was submitted, with copies of what they point to.
type drafts struct {
	list    []store.Draft
	runs    []run
	arena   []byte
	headers []holdfast.Header
}

// run says whose the next n drafts are, and when the first of them came, by the owner's clock.
type run struct {
	m  *Member
	n  int
	at int64
}

type deletion struct {
	ctx     context.Context
	channel string
	done    chan error
}

func (q *queue) init(limit int, fatal func(error)) {
	q.pending = new(drafts)
	q.limit, q.fatal = limit, fatal
	q.wake = make(chan struct{}, 1)
}

func (q *queue) size() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes
}

// ready reports whether there is room. If not, m is told when there is.
func (q *queue) ready(m *Member) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bytes < q.limit {
		return true
	}
	if !m.queued {
		m.queued = true
		q.waiting = append(q.waiting, m)
	}
	return false
}

func (q *queue) submit(m *Member, list []store.Draft, at int64) {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return
	}
	p := q.pending
	before := len(p.list)
	for i := range list {
		q.bytes += p.add(&list[i])
	}
	if n := len(p.runs); n > 0 && p.runs[n-1].m == m {
		p.runs[n-1].n += len(list)
	} else {
		p.runs = append(p.runs, run{m, len(list), at})
	}
	if before == 0 {
		q.some.Store(true)
	}
	wake := before <= q.lazy && len(p.list) > q.lazy
	q.mu.Unlock()
	if wake {
		q.signal()
	}
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// add copies a draft and returns what it is counted as. A buffer that has grown leaves earlier copies
// where they are.
func (p *drafts) add(d *store.Draft) int {
	a := len(p.arena)
	p.arena = append(p.arena, d.Data...)
	b := len(p.headers)
	p.headers = append(p.headers, d.Headers...)
	p.list = append(p.list, *d)
	c := &p.list[len(p.list)-1]
	c.Data = p.arena[a:len(p.arena):len(p.arena)]
	c.Headers = p.headers[b:len(p.headers):len(p.headers)]
	return cost(d)
}

func cost(d *store.Draft) int {
	n := draftCost + len(d.Data)
	for i := range d.Headers {
		n += 32 + len(d.Headers[i].Name) + len(d.Headers[i].Value)
	}
	return n
}

// Above these the buffers of a batch are not kept for the next if most of them was not used.
const (
	keepArena  = 1 << 20
	keepDrafts = 4096
)

func (p *drafts) reset() {
	p.arena = kept(p.arena, keepArena)
	p.list = kept(p.list, keepDrafts)
	p.runs = kept(p.runs, keepDrafts)
	p.headers = kept(p.headers, keepDrafts)
}

func kept[T any](list []T, most int) []T {
	if cap(list) > most && len(list) < cap(list)/4 {
		return nil
	}
	clear(list)
	return list[:0]
}

// work is what the commit loop took from the queue.
type work struct {
	drafts    *drafts
	deletions []deletion
	sweep     bool
	last      bool // nothing comes after this
}

// wait waits for something to do.
func (q *queue) wait() {
	for {
		q.mu.Lock()
		some := len(q.pending.list) > 0 || len(q.deletions) > 0 || q.sweep || q.closed
		q.mu.Unlock()
		if some {
			return
		}
		<-q.wake
	}
}

// take takes what there is to do, which may be nothing.
func (q *queue) take(done *drafts) work {
	done.reset()
	q.mu.Lock()
	defer q.mu.Unlock()
	w := work{drafts: q.pending, deletions: q.deletions, sweep: q.sweep, last: q.closed}
	q.pending, q.deletions, q.sweep = done, nil, false
	q.some.Store(false)
	return w
}

// committed gives room back and tells those who wait for it.
func (q *queue) committed(bytes int) {
	q.mu.Lock()
	q.bytes -= bytes
	var waiting []*Member
	if len(q.waiting) > 0 && q.bytes < (q.limit+1)/2 {
		waiting, q.waiting = q.waiting, nil
		for _, m := range waiting {
			m.queued = false
		}
	}
	q.mu.Unlock()
	for _, m := range waiting {
		m.tryResume()
	}
}

func (q *queue) delete(d deletion) bool {
	q.mu.Lock()
	ok := !q.closed
	if ok {
		q.deletions = append(q.deletions, d)
	}
	q.mu.Unlock()
	q.signal()
	return ok
}

func (q *queue) requestSweep() {
	q.mu.Lock()
	q.sweep = true
	q.mu.Unlock()
	q.signal()
}

// fail keeps the first error and tells the hub's user.
func (q *queue) fail(err error) {
	q.mu.Lock()
	first := q.failed == nil
	if first {
		q.failed = err
	}
	q.mu.Unlock()
	if first && q.fatal != nil {
		q.fatal(err)
	}
}

// close takes no more, waits for what is there, and returns the error that ended the commits, if one did.
func (q *queue) close() error {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.signal()
	q.wg.Wait()
	return q.failed
}
