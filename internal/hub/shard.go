package hub

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast/internal/ws"
)

const (
	lookEvery   = 16          // writes between two looks at the urgent list
	sweepParts  = 8           // a sweep looks at this part of the members
	sweepPeriod = time.Second // in which every member is looked at once
	sweepTick   = sweepPeriod / sweepParts
)

// shard is a part of the members: it writes to their sockets, and owns their cursors' places in the channels' lists. What is the
// shard's own is that of the worker that runs it at the moment.
type shard struct {
	hub  *Hub
	id   int
	load atomic.Int64 // members
	due  atomic.Bool  // a sweep

	sweeps atomic.Uint64 // begun so far

	// Guarded by crew.mu.
	queued, running, rerun bool

	mu      sync.Mutex
	in      inbox
	pending bool         // there is something in the inbox, and the crew was told
	lazy    bool         // there is something in the inbox that can wait for the next tick
	urgent  atomic.Int32 // length of in.urgent

	// The shard's own.
	work    inbox
	hurried []*Member // urgent members taken in between
	members []*Member
	swept   int       // part of the members
	runs    []*cursor // the run queue
	spare   []*cursor
	writer  *writer // the worker's
	looked  uint64  // writes at the last look at the urgent list
	views   [MaxEncoders]view
	counted counters // not yet published

	counters atomicCounters
}

// inbox is what others ask of a shard.
type inbox struct {
	joins, parts   []*Member
	enters, leaves []*cursor
	urgent         []*Member
	writable       []*Member
	lists          []*list
	runs           []*cursor
	loads          []*load
}

type counters struct{ deliveries, writes, bytes, stalls, gaps, broken uint64 }

type atomicCounters struct {
	deliveries, writes, bytes, stalls, gaps, broken atomic.Uint64
	members, cursors, stalled                       atomic.Int64
}

// ---- what others call

// notifyLocked says that there is something in the inbox. It unlocks.
func (s *shard) notifyLocked() {
	first := !s.pending
	s.pending = true
	s.mu.Unlock()
	if first {
		s.hub.crew.enqueue(s)
	}
}

// post is for what is rare.
func (s *shard) post(put func(in *inbox)) {
	s.mu.Lock()
	put(&s.in)
	s.notifyLocked()
}

func (s *shard) pushUrgent(m *Member) {
	s.mu.Lock()
	s.in.urgent = append(s.in.urgent, m)
	s.hastenLocked()
}

func (s *shard) pushAllUrgent(list []*Member) {
	s.mu.Lock()
	s.in.urgent = append(s.in.urgent, list...)
	s.hastenLocked()
}

// hastenLocked notes how many members are urgent. It unlocks.
func (s *shard) hastenLocked() {
	if s.urgent.Swap(int32(len(s.in.urgent))) == 0 {
		s.hub.crew.urgent.Add(1)
	}
	s.notifyLocked()
}

// unhastenLocked notes that the urgent ones were taken.
func (s *shard) unhastenLocked() {
	if s.urgent.Swap(0) > 0 {
		s.hub.crew.urgent.Add(-1)
	}
}

func (s *shard) pushLists(list []*list) {
	s.mu.Lock()
	s.in.lists = append(s.in.lists, list...)
	s.notifyLocked()
}

func (s *shard) pushRun(c *cursor) {
	s.mu.Lock()
	s.in.runs = append(s.in.runs, c)
	s.notifyLocked()
}

// pushJoin does not wake a worker: a new member has nothing to be written yet, and is swept at the next tick.
func (s *shard) pushJoin(m *Member) {
	s.mu.Lock()
	s.in.joins = append(s.in.joins, m)
	s.lazy = true
	s.mu.Unlock()
}

// pushEnter wakes a worker if there is something to be sent. A cursor at the head is taken in with what comes next: it is
// counted in its channel already, so that a commit wakes one.
func (s *shard) pushEnter(c *cursor, behind bool) {
	s.mu.Lock()
	s.in.enters = append(s.in.enters, c)
	if !behind {
		s.lazy = true
		s.mu.Unlock()
		return
	}
	s.notifyLocked()
}

func (s *shard) pushLeave(c *cursor) {
	s.mu.Lock()
	s.in.leaves = append(s.in.leaves, c)
	s.notifyLocked()
}

func (s *shard) pushWritable(m *Member) {
	s.mu.Lock()
	s.in.writable = append(s.in.writable, m)
	s.notifyLocked()
}

// ---- what a worker does

// turn does what there is to do once, and reports whether there is more.
func (s *shard) turn(x *writer) (more bool) {
	s.writer = x
	if s.due.Swap(false) {
		s.sweeps.Add(1)
		s.sweep()
	}
	s.round()
	return len(s.runs) > 0
}

// round does what is in the inbox and then one write for each cursor in the run queue.
func (s *shard) round() {
	s.mu.Lock()
	arrived := s.pending || s.lazy
	s.in, s.work = s.work, s.in
	s.pending, s.lazy = false, false
	s.unhastenLocked()
	s.mu.Unlock()
	if !arrived && len(s.runs) == 0 {
		return
	}
	in := &s.work
	if arrived {
		s.arrivals(in)
		for _, m := range in.urgent {
			s.attend(m)
		}
		for _, m := range in.writable {
			s.proceed(m)
		}
		for _, l := range in.lists {
			s.fan(l)
		}
		for _, ld := range in.loads {
			s.loaded(ld)
		}
		s.runs = append(s.runs, in.runs...)
		in.reset()
	}
	runs := s.runs
	s.runs = s.spare[:0]
	for _, c := range runs {
		s.step(c)
		s.look()
	}
	clear(runs)
	s.spare = runs[:0]
	s.publish()
}

func (in *inbox) reset() {
	in.joins, in.parts = emptied(in.joins), emptied(in.parts)
	in.enters, in.leaves = emptied(in.enters), emptied(in.leaves)
	in.urgent, in.writable = emptied(in.urgent), emptied(in.writable)
	in.lists, in.runs, in.loads = emptied(in.lists), emptied(in.runs), emptied(in.loads)
}

func emptied[T any](list []T) []T {
	clear(list)
	if cap(list) > 16384 {
		return nil
	}
	return list[:0]
}

// look sees once in a while to what cannot wait for the end of a round: replies, and whether another worker should help.
func (s *shard) look() {
	if s.counted.writes-s.looked < lookEvery {
		return
	}
	s.looked = s.counted.writes
	s.hub.crew.lend()
	if s.hub.crew.urgent.Load() > 0 {
		s.hurry()
		s.hub.crew.hurry(s.writer)
	}
}

// hurry attends to urgent members in between.
func (s *shard) hurry() {
	if s.urgent.Load() == 0 {
		return
	}
	s.mu.Lock()
	s.in.urgent, s.hurried = s.hurried[:0], s.in.urgent
	s.unhastenLocked()
	s.mu.Unlock()
	for _, m := range s.hurried {
		s.attend(m)
	}
	s.hurried = emptied(s.hurried)
}

// arrivals takes in and lets go. What comes comes before what goes, since it may be the same.
func (s *shard) arrivals(in *inbox) {
	for _, m := range in.joins {
		m.index = int32(len(s.members))
		s.members = append(s.members, m)
	}
	for _, c := range in.enters {
		s.enter(c)
	}
	for _, c := range in.leaves {
		s.leave(c)
	}
	for _, m := range in.parts {
		s.part(m)
	}
	s.counters.members.Store(int64(len(s.members)))
}

func (s *shard) part(m *Member) {
	last := len(s.members) - 1
	s.members[m.index] = s.members[last]
	s.members[m.index].index = m.index
	s.members[last] = nil
	s.members = s.members[:last]
	m.mu.Lock()
	st := m.stall
	m.stall = nil
	m.mu.Unlock()
	if st != nil {
		s.dropStall(st)
	}
}

func (s *shard) enter(c *cursor) {
	l := c.list
	c.index = int32(len(l.cursors))
	l.cursors = append(l.cursors, c)
	s.runs = append(s.runs, c)
	s.counters.cursors.Add(1)
}

func (s *shard) leave(c *cursor) {
	ch, l := c.ch, c.list
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
	s.hub.release(ch)
	s.counters.cursors.Add(-1)
}

// attend writes a member's replies, and has its cursors look again if they found it busy.
func (s *shard) attend(m *Member) {
	m.mu.Lock()
	m.marked = false
	if m.kick {
		s.kick(m)
	}
	s.flush(m)
}

// kick queues the cursors that could not write because the member was busy. m is locked.
func (s *shard) kick(m *Member) {
	m.kick = false
	for _, c := range m.subs {
		if c.state == ready {
			c.state = queued
			s.runs = append(s.runs, c)
		}
	}
}

// sweep shows a part of the members to their owners.
func (s *shard) sweep() {
	part := (len(s.members) + sweepParts - 1) / sweepParts
	if s.swept >= len(s.members) {
		s.swept = 0
	}
	now := s.hub.now()
	end := min(s.swept+part, len(s.members))
	for _, m := range s.members[s.swept:end] {
		unsent := ws.Unsent{Bytes: -1}
		m.mu.Lock()
		if m.detached || m.dead {
			m.mu.Unlock()
			continue
		}
		if s, ok := m.sock.(Unsenter); ok && m.stall != nil {
			m.outside++
			m.mu.Unlock()
			if u, err := s.Unsent(); err == nil {
				unsent = u
			}
			m.mu.Lock()
			m.outside--
			m.signalLocked()
		}
		if !m.detached && !m.dead {
			m.owner.Sweep(now, m.facts(now, unsent))
		}
		s.flush(m)
	}
	s.swept = end
	s.publish()
}

// facts says what the socket did since the last sweep. m is locked.
func (m *Member) facts(now time.Time, unsent ws.Unsent) SweepFacts {
	f := SweepFacts{Took: m.progress, Pending: m.out.size()}
	m.progress = false
	if st := m.stall; st != nil {
		f.StalledSince = st.since
		f.Took = f.Took || unsent.Bytes >= 0 && st.unsent >= 0 && unsent.Bytes < st.unsent
		st.unsent = unsent.Bytes
		switch {
		case f.Took || !unsent.InVain:
			st.vain = time.Time{}
		case st.vain.IsZero():
			st.vain = now
		default:
			f.InVain = now.Sub(st.vain)
		}
	}
	return f
}

// publish makes the counters visible.
func (s *shard) publish() {
	c := &s.counted
	s.counters.deliveries.Add(c.deliveries)
	s.counters.writes.Add(c.writes)
	s.counters.bytes.Add(c.bytes)
	s.counters.stalls.Add(c.stalls)
	s.counters.gaps.Add(c.gaps)
	s.counters.broken.Add(c.broken)
	s.counted, s.looked = counters{}, 0
}

func (s *shard) addTo(t *Stats) {
	c := &s.counters
	t.Members += int(c.members.Load())
	t.Cursors += int(c.cursors.Load())
	t.Stalled += int(c.stalled.Load())
	t.Deliveries += c.deliveries.Load()
	t.Writes += c.writes.Load()
	t.BytesOut += c.bytes.Load()
	t.Stalls += c.stalls.Load()
	t.Gaps += c.gaps.Load()
	t.Broken += c.broken.Load()
}
