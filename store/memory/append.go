package memory

import (
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/internal/block"
)

const (
	// blockSize is the size at which a new block is begun.
	blockSize = 256 << 10
	// channelCost, laneCost and cursorCost are about what each takes.
	channelCost, laneCost, cursorCost = 700, 200, 250
)

// writer is what belongs to the holder of Store.write.
type writer struct {
	touched []*channel
	total   int64 // memory of all blocks
	fixed   int64 // memory of channels and lanes
	deleted bool  // a channel has been deleted since the store was opened
	rules   store.Rules
	ms      int64

	// the latest draft's, since drafts of one lane come together
	c        *channel
	lane     *store.Lane
	fresh    store.Lane // in which a lane is decided on that is absent
	producer holdfast.ProducerID
}

// Append implements [store.Backend].
func (s *Store) Append(drafts []store.Draft, results []store.Result) error {
	s.write.Lock()
	defer s.write.Unlock()
	s.mu.RLock()
	closed := s.closed
	s.mu.RUnlock()
	if closed {
		return errClosed("append")
	}
	now := s.opts.Now()
	w := &s.w
	w.ms = now.UnixMilli()
	w.rules = store.Rules{Now: now, Memory: s.info.Memory, DedupeWindow: s.opts.DedupeWindow, MaxLanes: s.opts.MaxLanes, Deleted: s.deleted}
	for i := range drafts {
		s.draft(&drafts[i], &results[i])
	}
	w.c, w.lane = nil, nil
	for _, c := range w.touched {
		s.publish(c)
	}
	clear(w.touched)
	w.touched = w.touched[:0]
	if w.total > s.opts.MaxBytes {
		s.shrink()
	}
	return nil
}

// draft decides on one draft and does what follows.
func (s *Store) draft(d *store.Draft, r *store.Result) {
	w := &s.w
	if w.c == nil || w.c.name != d.Channel {
		w.c, w.lane = s.channelFor(d.Channel), nil
	}
	if d.Producer.IsZero() {
		*r = s.noLane(d)
		if r.Outcome == store.Stored && s.room(r) {
			s.store(w.c, d, nil, r)
		}
		return
	}
	if w.lane == nil || w.producer != d.Producer {
		w.lane, w.producer = w.c.lanes[d.Producer], d.Producer
	}
	l := w.lane
	if l == nil {
		w.fresh = store.Lane{}
		l = &w.fresh
		w.rules.Lanes = len(w.c.lanes)
		if w.fixed > s.opts.MaxBytes/2 {
			w.rules.Lanes = w.rules.MaxLanes
		}
	}
	res, changed, _ := l.Decide(d, &w.rules, w.c)
	*r = res
	if !changed {
		return
	}
	if w.lane == nil {
		kept := w.fresh
		w.lane, l = &kept, &kept
		w.c.lanes[d.Producer] = l
		w.fixed += laneCost
	}
	s.touch(w.c)
	if res.Outcome == store.Stored {
		n := l.Link(d.Number, w.c.head+1, d.Hash)
		s.store(w.c, d, &n, r)
	}
}

// noLane decides on a draft without a producer.
func (s *Store) noLane(d *store.Draft) store.Result {
	switch {
	case d.Kind == store.Skip:
		return store.Result{Outcome: store.Skipped}
	case d.Verdict == store.Refuse:
		return store.Result{Outcome: store.Refused, Code: d.Code}
	case d.Verdict == store.Defer:
		return store.Result{Outcome: store.Deferred, Code: d.Code}
	}
	return store.Result{Outcome: store.Stored}
}

// room reports whether a record may be stored in the current channel, which may be a new one.
func (s *Store) room(r *store.Result) bool {
	if !s.w.c.listed && s.w.fixed > s.opts.MaxBytes/2 {
		*r = store.Result{Outcome: store.Deferred, Code: holdfast.CodeOverloaded}
		return false
	}
	return true
}

// channelFor returns the channel, or a new one that is not listed yet.
func (s *Store) channelFor(name string) *channel {
	s.mu.RLock()
	c := s.channels[name]
	s.mu.RUnlock()
	if c != nil {
		return c
	}
	return &channel{name: strings.Clone(name), lanes: map[holdfast.ProducerID]*store.Lane{}}
}

// touch notes that a channel has changed in this batch.
func (s *Store) touch(c *channel) {
	if c.touched {
		return
	}
	c.touched = true
	s.w.touched = append(s.w.touched, c)
	if c.listed {
		return
	}
	c.listed = true
	c.keep = s.opts.RetentionFor(c.name)
	s.w.fixed += channelCost
	s.mu.Lock()
	s.channels[c.name] = c
	s.mu.Unlock()
}

// store appends a record.
func (s *Store) store(c *channel, d *store.Draft, n *store.Node, r *store.Result) {
	s.touch(c)
	c.ms = max(c.ms, s.w.ms)
	c.head++
	if len(c.terms) == 0 {
		// a store opens one term; only a channel that may have been another before needs one of its own
		term := s.info.Term
		if s.w.deleted {
			term = holdfast.NewTerm()
		}
		c.terms = []store.TermStart{{Term: term, First: c.head}}
		r.TermStart = true
	}
	b := c.tail(block.MaxSizeOf(d))
	before := b.Size()
	b.Append(d, n, c.ms)
	c.cum += uint64(b.Size() - before)
	r.Offset, r.Time, r.Term = c.head, time.UnixMilli(c.ms), c.terms[0].Term
}

// tail returns the block to append a record of that size to.
func (c *channel) tail(size int) *block.Block {
	var last *block.Block
	if n := len(c.blocks); n > 0 {
		last = c.blocks[n-1]
		if last.Size()+size <= blockSize || last.Len() == 0 {
			return last
		}
		last.Close()
		c.sealed += int64(last.Memory())
	}
	b := &block.Block{}
	b.Reset(c.head, c.cum, c.ms)
	if last == nil {
		b.Grow(512, 8)
	} else {
		// the channel is a busy one
		b.Grow(max(blockSize, size), last.Len()+last.Len()/8)
	}
	c.blocks = append(c.blocks, b)
	return b
}

// Node implements [store.Nodes] for the holder of Store.write.
func (c *channel) Node(offset uint64) (store.Node, bool, error) {
	if offset <= c.floor {
		return store.Node{}, false, nil
	}
	b := c.blocks[len(c.blocks)-1]
	if offset < b.First {
		b = find(c.blocks, offset)
	}
	return b.Node(offset), true, nil
}

// publish applies retention to a channel and shows it to readers as it is now.
func (s *Store) publish(c *channel) {
	c.touched = false
	c.retain()
	var v view
	v.state = store.State{Floor: c.floor, Head: c.head, Terms: c.terms, Bytes: int64(c.cum - c.floorAt)}
	memory := c.sealed
	if n := len(c.blocks); n > 0 {
		v.full = c.blocks[: n-1 : n-1]
		v.tail = c.blocks[n-1].Snapshot()
		memory += int64(c.blocks[n-1].Memory())
	}
	s.w.total += memory - c.memory
	c.memory = memory
	c.mu.Lock()
	c.view = v
	c.mu.Unlock()
}
