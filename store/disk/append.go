package disk

import (
	"context"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/internal/block"
)

const (
	// blockSize is the size at which a new block is begun within a batch.
	blockSize = 64 << 10
	// freeBlocks and freeBlockSize bound what is kept to encode the next batch.
	freeBlocks, freeBlockSize = 32, 2 * blockSize
)

// writer makes a batch of drafts. It belongs to the holder of the turn. Whatever it changes, it changes on
// copies, which take the place of what they were copied from once the batch is durable.
type writer struct {
	s       *Store
	lanes   lanes
	nodes   nodeCache
	free    []*block.Block
	pool    []*chanBatch
	buf     []byte
	key     []byte
	batchNo uint64

	rules    store.Rules
	ms       int64
	touched  []*chanBatch
	dirty    []*lane
	nextID   uint64 // 0 if it has not been read yet
	newIDs   bool
	deleted  bool // a channel has been deleted since the store was opened
	c        *chanBatch
	lane     *lane
	producer holdfast.ProducerID
}

// chanBatch is what a batch does to a channel.
type chanBatch struct {
	w        *writer
	c        *channel
	next     chanState
	blocks   []*block.Block
	newTerm  bool
	newLanes int
}

func (w *writer) init(s *Store) {
	w.s = s
	w.lanes.init(s.opts.CachedLanes)
}

// Append implements [store.Backend].
func (s *Store) Append(drafts []store.Draft, results []store.Result) error {
	const op = "append"
	if err := s.gate.enter(op); err != nil {
		return err
	}
	defer s.gate.leave()
	ctx := context.Background()
	if err := s.turn.take(ctx, op); err != nil {
		return err
	}
	defer s.turn.give()
	if err := s.fail.get(); err != nil {
		return err
	}
	w := &s.w
	defer w.reset()
	size := uint64(0)
	for i := range drafts {
		size += uint64(len(drafts[i].Data)) + 64
	}
	now := s.opts.Now()
	w.ms = now.UnixMilli()
	w.batchNo++
	w.rules = store.Rules{
		Now: now, Memory: s.info.Memory, DedupeWindow: s.opts.DedupeWindow, MaxLanes: s.opts.MaxLanes, Deleted: s.deleted, Room: s.space.room(now, size),
	}
	for i := range drafts {
		if err := w.draft(ctx, &drafts[i], &results[i]); err != nil {
			// the batch cannot be decided, and there is no telling what else of the store is damaged
			s.fail.set(err)
			return err
		}
	}
	if len(w.dirty) == 0 && !w.anyBlocks() {
		return nil
	}
	if err := w.commit(int(size)); err != nil {
		return err
	}
	w.apply()
	return nil
}

func (w *writer) anyBlocks() bool {
	for _, cb := range w.touched {
		if len(cb.blocks) > 0 {
			return true
		}
	}
	return false
}

// draft decides on one draft and does what follows.
func (w *writer) draft(ctx context.Context, d *store.Draft, r *store.Result) error {
	if w.c == nil || w.c.c.name != d.Channel {
		if err := w.open(ctx, d.Channel); err != nil {
			return err
		}
	}
	if d.Producer.IsZero() {
		*r = w.noLane(d)
		if r.Outcome == store.Stored {
			if err := w.create(); err != nil {
				return err
			}
			w.store(d, nil, r)
		}
		return nil
	}
	if w.lane == nil || w.producer != d.Producer {
		if err := w.openLane(d.Producer); err != nil {
			return err
		}
	}
	l := w.lane
	if !l.next.Exists {
		n, err := w.countLanes()
		if err != nil {
			return err
		}
		w.rules.Lanes = n
	}
	wasThere := l.next.Exists
	res, changed, err := l.next.Decide(d, &w.rules, w.c)
	if err != nil {
		return err
	}
	*r = res
	if !changed {
		return nil
	}
	if err := w.create(); err != nil {
		return err
	}
	if !wasThere {
		w.c.newLanes++
		w.lanes.add(laneKey{w.c.next.id, d.Producer}, l)
	}
	if !l.dirty {
		l.dirty = true
		w.dirty = append(w.dirty, l)
	}
	if res.Outcome == store.Stored {
		n := l.next.Link(d.Number, w.c.next.head+1, d.Hash)
		w.store(d, &n, r)
	}
	return nil
}

// noLane decides on a draft without a producer.
func (w *writer) noLane(d *store.Draft) store.Result {
	switch {
	case d.Kind == store.Skip:
		return store.Result{Outcome: store.Skipped}
	case d.Verdict == store.Refuse:
		return store.Result{Outcome: store.Refused, Code: d.Code}
	case d.Verdict == store.Defer:
		return store.Result{Outcome: store.Deferred, Code: d.Code}
	case w.rules.Room != store.RoomForAll:
		return store.Result{Outcome: store.Deferred, Code: holdfast.CodeStoreFull}
	}
	return store.Result{Outcome: store.Stored}
}

// open makes a channel the current one.
func (w *writer) open(ctx context.Context, name string) error {
	w.lane = nil
	c, err := w.s.channel(ctx, "append", name, pinned)
	if err != nil {
		return err
	}
	if c.batch != nil {
		w.s.channels.unpin(c)
		w.c = c.batch
		return nil
	}
	var cb *chanBatch
	if n := len(w.pool); n > 0 {
		cb, w.pool = w.pool[n-1], w.pool[:n-1]
	} else {
		cb = &chanBatch{w: w}
	}
	cb.c, cb.next = c, c.state()
	c.batch = cb
	w.touched = append(w.touched, cb)
	w.c = cb
	return nil
}

// create gives the current channel an id, if it has none.
func (w *writer) create() (err error) {
	if w.c.next.id != 0 {
		return nil
	}
	if w.c.next.id, err = w.newID(); err != nil {
		return err
	}
	w.c.c.lanes, w.c.c.known = 0, true
	w.newIDs = true
	return nil
}

// newID draws a channel id that was never used. The caller writes nextID with what it uses the id for.
func (w *writer) newID() (uint64, error) {
	if w.nextID == 0 {
		n, err := w.s.readCounter([]byte{kindNextID})
		if err != nil {
			return 0, w.s.readError("make a channel", err)
		}
		w.nextID = max(n, 1)
	}
	w.nextID++
	return w.nextID - 1, nil
}

// store appends a record to the current channel.
func (w *writer) store(d *store.Draft, n *store.Node, r *store.Result) {
	cb := w.c
	st := &cb.next
	st.ms = max(st.ms, w.ms)
	st.head++
	if st.opened != w.s.info.Term {
		w.startTerm(st)
		cb.newTerm = true
		r.TermStart = true
	}
	var b *block.Block
	if k := len(cb.blocks); k > 0 && cb.blocks[k-1].Size() < blockSize {
		b = cb.blocks[k-1]
	} else {
		b = w.newBlock()
		b.Reset(st.head, st.cum, st.ms)
		cb.blocks = append(cb.blocks, b)
	}
	before := b.Size()
	b.Append(d, n, st.ms)
	if n != nil {
		w.nodes.add(st.id, st.head, n)
	}
	st.cum += uint64(b.Size() - before)
	r.Offset, r.Time, r.Term = st.head, time.UnixMilli(st.ms), st.terms[len(st.terms)-1].Term
}

func (w *writer) startTerm(st *chanState) {
	term := w.s.info.Term
	if w.deleted && len(st.terms) == 0 {
		// it may be a channel that has had this term before it was deleted
		term = holdfast.NewTerm()
	}
	from := 0
	for from+1 < len(st.terms) && len(st.terms)-from >= store.MaxTermStarts && st.terms[from+1].First <= st.floor+1 {
		from++
	}
	terms := append([]store.TermStart(nil), st.terms[from:]...)
	st.terms = append(terms, store.TermStart{Term: term, First: st.head})
	st.opened = w.s.info.Term
}

func (w *writer) newBlock() *block.Block {
	if n := len(w.free); n > 0 {
		b := w.free[n-1]
		w.free = w.free[:n-1]
		return b
	}
	return &block.Block{}
}

// commit writes the batch and waits until it is durable.
func (w *writer) commit(size int) (err error) {
	b := w.s.db.NewBatch(pebble.WithInitialSizeBytes(size + size/4 + 512))
	defer b.Close()
	for _, cb := range w.touched {
		if err := w.encodeChannel(b, cb); err != nil {
			return w.s.fail.die(err)
		}
	}
	for _, l := range w.dirty {
		w.key = appendLaneKey(w.key[:0], l.key.id, l.key.producer)
		w.buf = encodeLane(w.buf, w.key, &l.next)
		if err := b.Set(w.key, w.buf, nil); err != nil {
			return w.s.fail.die(err)
		}
	}
	if w.newIDs {
		key := []byte{kindNextID}
		if err := b.Set(key, encodeCounter(key, w.nextID), nil); err != nil {
			return w.s.fail.die(err)
		}
	}
	return w.s.sync(b)
}

// sync commits a batch durably. An error means that the process has to end.
func (s *Store) sync(b *pebble.Batch) (err error) {
	defer recoverFatal(&err)
	if err := s.db.Apply(b, pebble.Sync); err != nil {
		return s.fail.die(err)
	}
	return nil
}

func (w *writer) encodeChannel(b *pebble.Batch, cb *chanBatch) error {
	if cb.newTerm || cb.next.id != 0 && cb.c.st.id == 0 {
		key := channelKey(cb.c.name)
		v := channelValue{id: cb.next.id, opened: cb.next.opened, terms: cb.next.terms}
		if err := b.Set(key, v.encode(key), nil); err != nil {
			return err
		}
	}
	for _, blk := range cb.blocks {
		w.key = appendBlockKey(w.key[:0], cb.next.id, blk.First)
		w.buf = blk.AppendTo(w.buf[:0], w.key)
		if err := b.Set(w.key, w.buf, nil); err != nil {
			return err
		}
	}
	return nil
}

// apply shows what has become durable.
func (w *writer) apply() {
	for _, l := range w.dirty {
		l.lane = l.next
	}
	for _, cb := range w.touched {
		cb.c.setState(cb.next)
		cb.c.lanes += cb.newLanes
		if len(cb.blocks) > 0 {
			w.s.trim.note(cb.c)
		}
	}
}

// reset ends a batch, however it went.
func (w *writer) reset() {
	for _, l := range w.dirty {
		l.dirty = false
	}
	clear(w.dirty)
	w.dirty = w.dirty[:0]
	for _, cb := range w.touched {
		for _, b := range cb.blocks {
			if len(w.free) < freeBlocks && b.Memory() <= 2*freeBlockSize {
				w.free = append(w.free, b)
			}
		}
		clear(cb.blocks)
		cb.c.batch = nil
		w.s.channels.unpin(cb.c)
		*cb = chanBatch{w: w, blocks: cb.blocks[:0]}
		if len(w.pool) < 1024 {
			w.pool = append(w.pool, cb)
		}
	}
	clear(w.touched)
	w.touched = w.touched[:0]
	if cap(w.buf) > 1<<20 {
		w.buf = nil
	}
	w.c, w.lane, w.newIDs = nil, nil, false
	w.lanes.age()
}
