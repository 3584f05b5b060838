package hub

import (
	"unsafe"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/near"
)

// fan shows a channel's tail to the shard's cursors on it.
func (s *shard) fan(l *list) {
	ch := l.ch
	ch.mu.Lock()
	l.dirty = false
	epoch, head := ch.epoch, ch.head
	for k, p := range ch.tails {
		if p != nil {
			s.views[k] = p.view()
		} else {
			s.views[k] = view{}
		}
	}
	ch.mu.Unlock()
	for i, c := range l.cursors {
		l.ahead(i)
		c.m.mu.Lock()
		if c.state != ready || c.epoch == epoch && c.after >= head {
			c.m.mu.Unlock()
			continue
		}
		if c.busy() {
			c.m.mu.Unlock()
			continue
		}
		if c.epoch != epoch {
			c.state = queued
			s.runs = append(s.runs, c)
			c.m.mu.Unlock()
			continue
		}
		s.serve(c, &s.views[c.m.codec], head)
		s.look()
	}
	clear(s.views[:])
}

// How many cursors ahead of the one that is served the next ones are fetched: the cursor, then what it points to, and so on.
const (
	aheadCursor = 12
	aheadMember = 8
	aheadOwner  = 4
)

// ahead has what the next cursors need brought near. In a channel with many quiet subscribers everything that a delivery touches
// has left the caches since the last one, and to wait for a dozen lines one after the other costs a fifth of the delivery.
func (l *list) ahead(i int) {
	list := l.cursors[i:]
	if len(list) > aheadCursor {
		near.Fetch(unsafe.Pointer(list[aheadCursor]))
	}
	if len(list) > aheadMember {
		m := list[aheadMember].m
		near.Fetch(unsafe.Pointer(m))
		near.Fetch(unsafe.Pointer(&m.subs))
	}
	if len(list) > aheadOwner {
		m := list[aheadOwner].m
		m.owner.Prefetch()
		m.sock.Prefetch()
	}
}

// step finds the page that a queued cursor needs and writes from it, or has it loaded.
func (s *shard) step(c *cursor) {
	m, ch := c.m, c.ch
	m.mu.Lock()
	if c.state != queued || c.busy() {
		m.mu.Unlock()
		return
	}
	want := c.after + 1
	v, now := s.hub.find(ch, m.codec, want)
	switch {
	case c.epoch != now.epoch || now.outdated && want <= now.head:
		s.request(c, loadKey{ch: ch, epoch: now.epoch, kind: loadState})
	case want > now.head:
		c.state = ready
		m.mu.Unlock()
	case want > now.floor && v.has(want):
		s.serve(c, &v, now.head)
	default:
		s.request(c, loadKey{ch: ch, epoch: now.epoch, kind: loadPage, codec: m.codec, start: want})
	}
}

// busy reports whether the member cannot be written to at the moment. The cursor is then ready, and costs nothing
// until the member kicks it.
func (c *cursor) busy() bool {
	m := c.m
	if !m.writing && m.stall == nil && !m.dead && !m.draining {
		return false
	}
	c.state = ready
	m.kick = true
	m.again = m.again || m.writing
	return true
}

// request has a cursor wait for a load. It unlocks the member.
func (s *shard) request(c *cursor, key loadKey) {
	c.state = loading
	s.hub.loader.request(key, waiter{c: c})
	c.m.mu.Unlock()
}

// moment is what a channel was when a page was looked for.
type moment struct {
	epoch       uint32
	head, floor uint64
	outdated    bool // retention was applied since floor was known
}

// find looks for a page that has the record in memory.
func (h *Hub) find(ch *channel, codec uint8, offset uint64) (view, moment) {
	var v view
	trims := h.trims.Load()
	ch.mu.Lock()
	now := moment{ch.epoch, ch.head, ch.floor, ch.trims != trims}
	if p := ch.tails[codec]; p != nil {
		v = p.view()
	}
	ch.mu.Unlock()
	if !v.has(offset) && offset <= now.head {
		v = h.cache.find(cacheKey{ch, now.epoch, codec}, offset)
	}
	return v, now
}

// loaded goes on with those of the shard's cursors and members that waited for a load.
func (s *shard) loaded(ld *load) {
	var v view
	if ld.page != nil {
		v = ld.page.view()
	}
	epoch, head := ld.ch.now()
	for _, x := range ld.waiters {
		if x.member().shard != s {
			continue
		}
		if x.m != nil {
			s.proceedLoaded(x.m, ld, &v)
		} else if x.c.m.mu.Lock(); x.c.state != loading || ld.dropped {
			x.c.m.mu.Unlock()
		} else if epoch != ld.epoch {
			s.requeue(x.c)
		} else {
			s.resume(x.c, ld, &v, head)
		}
		s.look()
	}
	s.hub.seen(ld)
}

// requeue has a cursor looked at again. It unlocks the member.
func (s *shard) requeue(c *cursor) {
	c.state = queued
	s.runs = append(s.runs, c)
	c.m.mu.Unlock()
}

// resume goes on with a cursor that waited for a load of the channel as it is now. It unlocks the member.
func (s *shard) resume(c *cursor, ld *load, v *view, head uint64) {
	switch {
	case ld.err != nil:
		s.fail(c, ld.err)
	case v.has(c.after + 1):
		s.serve(c, v, head)
	case ld.page != nil:
		s.requeue(c)
	default:
		s.relocate(c, ld)
	}
}

// relocate has a cursor go on where the log's state says, and tells its owner what is lost. It unlocks the member.
func (s *shard) relocate(c *cursor, ld *load) {
	r := ld.state.Resume(holdfast.Position{Term: c.term, Offset: c.after}, nil)
	lost := r.Forked || !r.Trimmed.Empty()
	if !lost && ld.kind == loadPage {
		if ld.state.Head >= ld.start {
			s.fail(c, ld.brokenLog())
		} else { // the log is being deleted: the next look sees the new epoch
			s.requeue(c)
		}
		return
	}
	c.epoch = ld.epoch
	if lost {
		c.after, c.term = r.After.Offset, r.After.Term
		s.counted.gaps++
		c.m.owner.Gap(c.sub, r)
		c.m.Urgent()
	} else if ld.kind == loadState {
		c.term = ld.state.TermAt(c.after)
	}
	s.requeue(c)
}

// fail closes a subscription whose log cannot be read. It unlocks the member.
func (s *shard) fail(c *cursor, err error) {
	m := c.m
	if i, ok := m.find(c.sub); ok && m.subs[i] == c {
		m.closeAt(i)
		m.owner.Failed(c.sub, err)
		m.Urgent()
	}
	m.mu.Unlock()
}
