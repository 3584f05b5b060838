package hub

import (
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast/store"
)

// A batch ends at the first of these, so that no answer waits for long behind other people's drafts.
const (
	batchDrafts = 4096
	batchBytes  = 4 << 20
)

// quietAfter is how long a channel keeps its tail page without a new record.
const quietAfter = 5 * time.Second

// committer appends, answers, encodes what was committed into tail pages, and marks channels dirty. Where readers commit, all
// fields are guarded by mu: whoever commits holds it, be it the commit loop or a reader, and appends do not wait there. Elsewhere
// they are the commit loop's own.
type committer struct {
	hub     *Hub
	mu      sync.Mutex
	done    *drafts // to be used again
	failed  error
	own     *Member // the reader's that commits, which writes its replies itself
	results []store.Result
	urgent  [][]*Member // by shard
	dirty   [][]*list   // by shard
	scratch []byte      // one frame
	filled  []*page     // pages filled by the group at hand
	ring    channel     // of channels with tails; ring.next is the quietest
}

func newCommitter(h *Hub) *committer {
	c := &committer{hub: h, done: new(drafts), urgent: make([][]*Member, len(h.crew.shards)), dirty: make([][]*list, len(h.crew.shards))}
	c.ring.prev, c.ring.next = &c.ring, &c.ring
	return c
}

// run is the commit loop.
func (c *committer) run() {
	shared := c.hub.readers == CommitByReader
	for last := false; !last; {
		c.hub.queue.wait()
		if shared {
			c.mu.Lock()
		}
		last = c.round(nil)
		if shared {
			c.mu.Unlock()
		}
	}
}

// round commits what waits, and does what else does not go beside commits. It reports whether nothing comes after it. own is the
// reader's that commits, or nil.
func (c *committer) round(own *Member) (last bool) {
	q := &c.hub.queue
	w := q.take(c.done)
	c.own, c.done = own, w.drafts
	if c.failed == nil {
		if c.failed = c.commitAll(w.drafts); c.failed != nil {
			q.fail(c.failed)
		}
	}
	for _, d := range w.deletions {
		if c.failed != nil {
			d.done <- c.failed
		} else {
			d.done <- c.delete(&d)
		}
	}
	if w.sweep {
		c.sweep(c.hub.now().Add(-quietAfter))
	}
	return w.last && len(w.drafts.list) == 0
}

// roundsOfReader is how often a reader commits before it leaves what comes meanwhile to the commit loop.
const roundsOfReader = 4

// commitHere has a reader commit what it has submitted, and what others have meanwhile: to hand it to the commit loop, and the
// answers to a shard, costs more than all of it. Whoever commits already looks again when it has done so.
func (h *Hub) commitHere(m *Member) {
	c := h.committer
	for n := 0; h.queue.some.Load(); n++ {
		if n == roundsOfReader {
			h.queue.signal()
			return
		}
		if !c.mu.TryLock() {
			return
		}
		c.round(m)
		c.mu.Unlock()
		m.Flush()
	}
}

// commitAll commits what was queued, batch by batch.
func (c *committer) commitAll(d *drafts) error {
	r, used := 0, 0 // the run at hand, and how many of its drafts are done
	for a := 0; a < len(d.list); {
		b, bytes := a, 0
		for b < len(d.list) && b-a < batchDrafts && bytes < batchBytes {
			bytes += cost(&d.list[b])
			b++
		}
		results := c.prepare(b - a)
		groups, err := c.hub.log.Append(d.list[a:b], results)
		if err != nil {
			return err
		}
		for i := 0; i < b-a; {
			n := min(d.runs[r].n-used, b-a-i)
			c.answer(&d.runs[r], d.list[a+i:a+i+n], results[i:i+n])
			i += n
			if used += n; used == d.runs[r].n {
				r, used = r+1, 0
			}
		}
		c.pushUrgent()
		for i := range groups {
			c.publish(&groups[i])
		}
		c.pushDirty()
		c.hub.commits.Add(1)
		c.hub.drafts.Add(uint64(b - a))
		c.hub.queue.committed(bytes)
		a = b
	}
	return nil
}

func (c *committer) prepare(n int) []store.Result {
	if cap(c.results) < n {
		c.results = make([]store.Result, n)
	}
	r := c.results[:n]
	clear(r)
	return r
}

func (c *committer) answer(r *run, drafts []store.Draft, results []store.Result) {
	m := r.m
	m.mu.Lock()
	if !m.detached {
		m.owner.Answered(drafts, results, r.at)
		if m.out.size() > 0 && !m.marked && m != c.own {
			m.marked = true
			c.urgent[m.shard.id] = append(c.urgent[m.shard.id], m)
		}
	}
	m.mu.Unlock()
}

func (c *committer) pushUrgent() {
	for i, list := range c.urgent {
		if len(list) > 0 {
			c.hub.crew.shards[i].pushAllUrgent(list)
			clear(list)
			c.urgent[i] = list[:0]
		}
	}
}

func (c *committer) pushDirty() {
	for i, list := range c.dirty {
		if len(list) > 0 {
			c.hub.crew.shards[i].pushLists(list)
			clear(list)
			c.dirty[i] = list[:0]
		}
	}
}

// markLocked marks the lists of a channel, which is locked, that have cursors.
func (c *committer) markLocked(ch *channel) {
	for _, l := range ch.lists {
		if l.n > 0 && !l.dirty {
			l.dirty = true
			c.dirty[l.shard.id] = append(c.dirty[l.shard.id], l)
		}
	}
}

// publish puts committed records into the tail pages of their channel and moves its durable head.
func (c *committer) publish(g *store.Committed) {
	records := g.Records()
	c.hub.records.Add(uint64(len(records)))
	ch := c.hub.channels.lookup(g.Channel())
	if ch == nil || len(records) == 0 {
		return
	}
	ch.mu.Lock()
	counts := ch.counts
	ch.mu.Unlock()
	var grown [MaxEncoders]grownPage
	for k := range c.hub.encoders {
		if counts[k] > 0 {
			grown[k] = c.extend(ch, k, g)
		}
	}
	tailed := false
	ch.mu.Lock()
	for k := range c.hub.encoders {
		old := ch.tails[k]
		if p := grown[k].page; p != nil {
			p.buf, p.ends, p.terms = grown[k].buf, grown[k].ends, grown[k].terms
			ch.tails[k] = p
			tailed = true
		} else if old != nil {
			ch.tails[k] = nil
		}
		if old != nil && old != ch.tails[k] {
			c.hub.cache.tailBytes.Add(-int64(old.size))
		}
		if p := ch.tails[k]; p != nil && p != old {
			c.hub.cache.tailBytes.Add(int64(p.size))
		}
	}
	ch.head = max(ch.head, records[len(records)-1].Offset)
	c.markLocked(ch)
	ch.mu.Unlock()
	c.retire()
	c.touch(ch, tailed)
}

// grownPage is a tail page as it will be shown.
type grownPage struct {
	page  *page
	buf   []byte
	ends  []uint32
	terms []store.TermStart
}

func grow(p *page) grownPage {
	if p == nil {
		return grownPage{}
	}
	return grownPage{p, p.buf, p.ends, p.terms}
}

// extend encodes records behind the tail, in new pages where it is full.
func (c *committer) extend(ch *channel, k int, g *store.Committed) grownPage {
	records := g.Records()
	t := grow(ch.tails[k])
	if t.page != nil && t.page.first+uint64(len(t.ends)) != records[0].Offset {
		t = grownPage{}
	}
	enc := c.hub.encoders[k]
	for i := range records {
		r := &records[i]
		c.scratch = enc.AppendRecord(c.scratch[:0], r, g.StartsTerm(i))
		if n := len(c.scratch); t.page == nil || n > cap(t.buf)-len(t.buf) {
			size := firstPage
			if t.page != nil {
				size = min(cap(t.buf)*pageGrowth, c.hub.pageSize)
				c.fill(t, ch.tails[k])
			}
			t = grow(newPage(ch, ch.epoch, k, r, max(size, n), n))
		}
		t.buf = append(t.buf, c.scratch...)
		t.ends = append(t.ends, uint32(len(t.buf)))
		if g.StartsTerm(i) {
			t.terms = append(t.terms, store.TermStart{Term: r.Term, First: r.Offset})
		}
	}
	if cap(c.scratch) > keepArena {
		c.scratch = nil
	}
	return t
}

// fill ends a page. One that has been shown is replaced by a copy of the struct, since it is still read as the tail.
func (c *committer) fill(t grownPage, shown *page) {
	p := t.page
	if p == shown {
		p = &page{ch: p.ch, epoch: p.epoch, codec: p.codec, first: p.first, term: p.term}
	}
	p.buf, p.ends, p.terms = t.buf, t.ends, t.terms
	c.filled = append(c.filled, p)
}

// retire hands filled pages to the cache.
func (c *committer) retire() {
	for i, p := range c.filled {
		c.hub.cache.offer(p)
		c.filled[i] = nil
	}
	c.filled = c.filled[:0]
}

// touch moves a channel to the end of the ring, or takes it out, and keeps the tails within their bound.
func (c *committer) touch(ch *channel, tailed bool) {
	ch.unlink()
	if tailed {
		ch.touched = c.hub.now()
		ch.prev, ch.next = c.ring.prev, &c.ring
		ch.prev.next, ch.next.prev = ch, ch
	}
	for c.hub.cache.tailBytes.Load() > int64(c.hub.cache.limit) && c.ring.next != ch && c.ring.next != &c.ring {
		c.dropTails(c.ring.next)
	}
}

// sweep drops the tails of channels that have been quiet since before t.
func (c *committer) sweep(t time.Time) {
	for c.ring.next != &c.ring && !c.ring.next.touched.After(t) {
		c.dropTails(c.ring.next)
	}
}

func (c *committer) dropTails(ch *channel) {
	ch.mu.Lock()
	for k, p := range ch.tails {
		if p != nil {
			c.hub.cache.tailBytes.Add(-int64(p.size))
			ch.tails[k] = nil
		}
	}
	ch.mu.Unlock()
	ch.unlink()
}

func (ch *channel) unlink() {
	if ch.next != nil {
		ch.prev.next, ch.next.prev = ch.next, ch.prev
		ch.prev, ch.next = nil, nil
	}
}

// delete removes a log, and has its cursors look where they are.
func (c *committer) delete(d *deletion) error {
	err := c.hub.log.Delete(d.ctx, d.channel)
	ch := c.hub.channels.lookup(d.channel)
	if err != nil || ch == nil {
		return err
	}
	c.dropTails(ch)
	ch.mu.Lock()
	epoch := ch.epoch
	ch.epoch++
	ch.head, ch.floor = 0, 0
	c.markLocked(ch)
	ch.mu.Unlock()
	c.hub.cache.drop(ch, epoch, false)
	c.pushDirty()
	return nil
}
