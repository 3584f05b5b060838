package hub

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	lookEvery   = 16          // writes between two looks at the urgent list
	sweepParts  = 8           // a sweep looks at this part of the members
	sweepPeriod = time.Second // in which every member is looked at once
	sweepTick   = sweepPeriod / sweepParts
)

// worker writes to the sockets of its members, and owns their cursors' places in the channels' lists.
type worker struct {
	hub  *Hub
	id   int
	load atomic.Int64 // members
	wake chan struct{}
	stop chan struct{}

	mu      sync.Mutex
	in      inbox
	pending bool         // there is something in the inbox, and wake was signalled
	lazy    bool         // there is something in the inbox that can wait for the next tick
	urgent  atomic.Int32 // length of in.urgent

	// The worker's own.
	work    inbox
	hurried []*Member // urgent members taken in between
	members []*Member
	swept   int       // part of the members
	runs    []*cursor // the run queue
	spare   []*cursor
	writer  writer
	looked  uint64 // writes at the last look at the urgent list
	views   [MaxEncoders]view
	counted counters // not yet published

	counters atomicCounters
}

// inbox is what others ask of a worker.
type inbox struct {
	joins, parts   []*Member
	enters, leaves []*cursor
	urgent         []*Member
	writable       []*Member
	channels       []*channel
	runs           []*cursor
	loads          []*load
}

type counters struct{ deliveries, writes, bytes, stalls, gaps, broken uint64 }

type atomicCounters struct {
	deliveries, writes, bytes, stalls, gaps, broken atomic.Uint64
	members, cursors, stalled                       atomic.Int64
}

func newWorker(h *Hub, id int) *worker {
	return &worker{hub: h, id: id, wake: make(chan struct{}, 1), stop: make(chan struct{})}
}

// ---- what others call

// notifyLocked says that there is something in the inbox. It unlocks.
func (w *worker) notifyLocked() {
	first := !w.pending
	w.pending = true
	w.mu.Unlock()
	if first {
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

// post is for what is rare.
func (w *worker) post(put func(in *inbox)) {
	w.mu.Lock()
	put(&w.in)
	w.notifyLocked()
}

func (w *worker) pushUrgent(m *Member) {
	w.mu.Lock()
	w.in.urgent = append(w.in.urgent, m)
	w.urgent.Store(int32(len(w.in.urgent)))
	w.notifyLocked()
}

func (w *worker) pushAllUrgent(list []*Member) {
	w.mu.Lock()
	w.in.urgent = append(w.in.urgent, list...)
	w.urgent.Store(int32(len(w.in.urgent)))
	w.notifyLocked()
}

func (w *worker) pushChannels(list []*channel) {
	w.mu.Lock()
	w.in.channels = append(w.in.channels, list...)
	w.notifyLocked()
}

func (w *worker) pushRun(c *cursor) {
	w.mu.Lock()
	w.in.runs = append(w.in.runs, c)
	w.notifyLocked()
}

// pushJoin does not wake the worker: a new member has nothing to be written yet, and is swept at the next tick.
func (w *worker) pushJoin(m *Member) {
	w.mu.Lock()
	w.in.joins = append(w.in.joins, m)
	w.lazy = true
	w.mu.Unlock()
}

// pushEnter wakes the worker if there is something to be sent. A cursor at the head is taken in with what comes next: it is
// counted in its channel already, so that a commit wakes the worker.
func (w *worker) pushEnter(c *cursor, behind bool) {
	w.mu.Lock()
	w.in.enters = append(w.in.enters, c)
	if !behind {
		w.lazy = true
		w.mu.Unlock()
		return
	}
	w.notifyLocked()
}

func (w *worker) pushLeave(c *cursor) {
	w.mu.Lock()
	w.in.leaves = append(w.in.leaves, c)
	w.notifyLocked()
}

func (w *worker) pushWritable(m *Member) {
	w.mu.Lock()
	w.in.writable = append(w.in.writable, m)
	w.notifyLocked()
}

func (w *worker) close() { close(w.stop) }

// ---- the worker's goroutine

func (w *worker) run() {
	tick := time.NewTicker(sweepTick)
	defer tick.Stop()
	for {
		select {
		case <-w.wake:
		case <-tick.C:
			w.sweep()
		case <-w.stop:
			w.round() // answers that the commit loop gave last
			return
		}
		for w.round() {
			select {
			case <-tick.C:
				w.sweep()
			case <-w.stop:
				w.round()
				return
			default:
			}
		}
	}
}

// round does what is in the inbox and then one write for each cursor in the run queue. It reports whether there was
// anything.
func (w *worker) round() bool {
	w.mu.Lock()
	arrived := w.pending || w.lazy
	w.in, w.work = w.work, w.in
	w.pending, w.lazy = false, false
	w.urgent.Store(0)
	w.mu.Unlock()
	if !arrived && len(w.runs) == 0 {
		return false
	}
	in := &w.work
	if arrived {
		w.arrivals(in)
		for _, m := range in.urgent {
			w.attend(m)
		}
		for _, m := range in.writable {
			w.proceed(m)
		}
		for _, ch := range in.channels {
			w.fan(ch)
		}
		for _, ld := range in.loads {
			w.loaded(ld)
		}
		w.runs = append(w.runs, in.runs...)
		in.reset()
	}
	runs := w.runs
	w.runs = w.spare[:0]
	for _, c := range runs {
		w.step(c)
		w.look()
	}
	clear(runs)
	w.spare = runs[:0]
	w.publish()
	return true
}

func (in *inbox) reset() {
	in.joins, in.parts = emptied(in.joins), emptied(in.parts)
	in.enters, in.leaves = emptied(in.enters), emptied(in.leaves)
	in.urgent, in.writable = emptied(in.urgent), emptied(in.writable)
	in.channels, in.runs, in.loads = emptied(in.channels), emptied(in.runs), emptied(in.loads)
}

func emptied[T any](list []T) []T {
	clear(list)
	if cap(list) > 16384 {
		return nil
	}
	return list[:0]
}

// look attends to urgent members once in a while, so that replies do not queue behind fan-out.
func (w *worker) look() {
	if w.counted.writes-w.looked < lookEvery {
		return
	}
	w.looked = w.counted.writes
	if w.urgent.Load() == 0 {
		return
	}
	w.mu.Lock()
	w.in.urgent, w.hurried = w.hurried[:0], w.in.urgent
	w.urgent.Store(0)
	w.mu.Unlock()
	for _, m := range w.hurried {
		w.attend(m)
	}
	w.hurried = emptied(w.hurried)
}

// arrivals takes in and lets go. What comes comes before what goes, since it may be the same.
func (w *worker) arrivals(in *inbox) {
	for _, m := range in.joins {
		m.index = int32(len(w.members))
		w.members = append(w.members, m)
	}
	for _, c := range in.enters {
		w.enter(c)
	}
	for _, c := range in.leaves {
		w.leave(c)
	}
	for _, m := range in.parts {
		w.part(m)
	}
	w.counters.members.Store(int64(len(w.members)))
}

func (w *worker) part(m *Member) {
	last := len(w.members) - 1
	w.members[m.index] = w.members[last]
	w.members[m.index].index = m.index
	w.members[last] = nil
	w.members = w.members[:last]
	m.mu.Lock()
	st := m.stall
	m.stall = nil
	m.mu.Unlock()
	if st != nil {
		w.dropStall(st)
	}
}

func (w *worker) enter(c *cursor) {
	ch := c.ch
	l := &ch.lists[w.id]
	c.index = int32(len(l.cursors))
	l.cursors = append(l.cursors, c)
	w.runs = append(w.runs, c)
	w.counters.cursors.Add(1)
}

func (w *worker) leave(c *cursor) {
	ch := c.ch
	l := &ch.lists[w.id]
	last := len(l.cursors) - 1
	l.cursors[c.index] = l.cursors[last]
	l.cursors[c.index].index = c.index
	l.cursors[last] = nil
	l.cursors = l.cursors[:last]
	if cap(l.cursors) > 64 && last < cap(l.cursors)/4 {
		l.cursors = append(make([]*cursor, 0, last*2), l.cursors...)
	}
	ch.mu.Lock()
	l.n--
	ch.counts[c.m.codec]--
	ch.mu.Unlock()
	w.hub.release(ch)
	w.counters.cursors.Add(-1)
}

// attend writes a member's replies, and has its cursors look again if they found it busy.
func (w *worker) attend(m *Member) {
	m.mu.Lock()
	m.marked = false
	if m.kick {
		w.kick(m)
	}
	w.flush(m)
}

// kick queues the cursors that could not write because the member was busy. m is locked.
func (w *worker) kick(m *Member) {
	m.kick = false
	for _, c := range m.subs {
		if c.state == ready {
			c.state = queued
			w.runs = append(w.runs, c)
		}
	}
}

// sweep shows a part of the members to their owners.
func (w *worker) sweep() {
	part := (len(w.members) + sweepParts - 1) / sweepParts
	if w.swept >= len(w.members) {
		w.swept = 0
	}
	now := w.hub.now()
	end := min(w.swept+part, len(w.members))
	for _, m := range w.members[w.swept:end] {
		unsent := -1
		m.mu.Lock()
		if m.detached || m.dead {
			m.mu.Unlock()
			continue
		}
		if s, ok := m.sock.(Unsenter); ok && m.stall != nil {
			m.outside++
			m.mu.Unlock()
			if n, err := s.Unsent(); err == nil {
				unsent = n
			}
			m.mu.Lock()
			m.outside--
			m.signalLocked()
		}
		if !m.detached && !m.dead {
			m.owner.Sweep(now, m.facts(unsent))
		}
		w.flush(m)
	}
	w.swept = end
	w.publish()
}

// facts says what the socket did since the last sweep. m is locked.
func (m *Member) facts(unsent int) SweepFacts {
	f := SweepFacts{Took: m.progress, Pending: m.out.size()}
	m.progress = false
	if st := m.stall; st != nil {
		f.StalledSince = st.since
		f.Took = f.Took || unsent >= 0 && st.unsent >= 0 && unsent < st.unsent
		st.unsent = unsent
	}
	return f
}

// publish makes the counters visible.
func (w *worker) publish() {
	c := &w.counted
	w.counters.deliveries.Add(c.deliveries)
	w.counters.writes.Add(c.writes)
	w.counters.bytes.Add(c.bytes)
	w.counters.stalls.Add(c.stalls)
	w.counters.gaps.Add(c.gaps)
	w.counters.broken.Add(c.broken)
	w.counted, w.looked = counters{}, 0
}

func (w *worker) addTo(s *Stats) {
	c := &w.counters
	s.Members += int(c.members.Load())
	s.Cursors += int(c.cursors.Load())
	s.Stalled += int(c.stalled.Load())
	s.Deliveries += c.deliveries.Load()
	s.Writes += c.writes.Load()
	s.BytesOut += c.bytes.Load()
	s.Stalls += c.stalls.Load()
	s.Gaps += c.gaps.Load()
	s.Broken += c.broken.Load()
}
