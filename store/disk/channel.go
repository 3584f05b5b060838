package disk

import (
	"context"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/internal/block"
)

// channel is what is kept in memory of one log. There is at most one of a name at any time.
type channel struct {
	name string

	mu sync.Mutex
	st chanState // durable

	// guarded by channels.mu
	wait chan struct{} // closed when it has been loaded; nil since
	err  error         // why it could not be loaded
	pins int           // it must not be dropped while there are any

	// of the holder of the turn
	batch *chanBatch
	lanes int  // how many, if counted
	known bool // lanes has been counted
	dirty bool // in trimmer.dirty
}

// chanState is where a log begins and ends. The zero state is that of a channel that does not exist.
type chanState struct {
	id     uint64
	opened holdfast.Term
	floor  uint64
	head   uint64
	// floorAt and cum are how many bytes the log had up to the floor and the head.
	floorAt, cum uint64
	ms           int64 // time of the last record
	oldest       int64 // time of the first retained record, if it is known
	terms        []store.TermStart
}

func (c *channel) state() chanState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.st
}

func (c *channel) setState(st chanState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.st = st
}

// setOldest keeps what Trim found out, unless the channel has changed meanwhile.
func (c *channel) setOldest(st *chanState, ms int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.st.id == st.id && c.st.floor == st.floor {
		c.st.oldest = ms
	}
}

// channels is a cache of channels in two generations: what is used moves to the young one, and when that is
// half of max the old one is dropped, but for what is pinned or being loaded.
type channels struct {
	mu         sync.Mutex
	max        int
	young, old map[string]*channel
}

func (t *channels) init(max int) {
	t.max, t.young, t.old = max, map[string]*channel{}, map[string]*channel{}
}

// get returns a channel and pins it n times; load is true if the caller has to load it. Then, and only then,
// it is pinned once more until the caller says that it is loaded.
func (t *channels) get(name string, n int) (c *channel, load bool, wait chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c, ok := t.young[name]
	if !ok {
		if c, ok = t.old[name]; ok {
			delete(t.old, name)
		} else {
			c = &channel{name: strings.Clone(name), wait: make(chan struct{}), pins: 1}
			load = true
		}
		t.young[c.name] = c
		if len(t.young) > t.max/2 {
			t.age()
		}
	}
	c.pins += n
	return c, load, c.wait
}

func (t *channels) age() {
	for name, c := range t.old {
		if c.pins > 0 {
			t.young[name] = c
		}
	}
	t.old, t.young = t.young, make(map[string]*channel)
}

func (t *channels) unpin(c *channel) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c.pins--
}

func (t *channels) loaded(c *channel, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(c.wait)
	c.wait, c.err = nil, err
	c.pins--
	if err != nil {
		delete(t.young, c.name)
		delete(t.old, c.name)
	}
}

// pin is how many times get pins a channel for the caller.
const (
	unpinned = 0
	pinned   = 1
)

// channel returns a channel that has been loaded. What is pinned stays the one of its name.
func (s *Store) channel(ctx context.Context, op, name string, pins int) (*channel, error) {
	c, load, wait := s.channels.get(name, pins)
	if load {
		err := s.load(c)
		s.channels.loaded(c, err)
		return c, err
	}
	if wait == nil {
		return c, nil
	}
	select {
	case <-wait:
	case <-ctx.Done():
		if pins > 0 {
			s.channels.unpin(c)
		}
		return nil, &holdfast.Error{Code: holdfast.CodeCanceled, Op: op, Cause: ctx.Err()}
	}
	s.channels.mu.Lock()
	err := c.err
	s.channels.mu.Unlock()
	return c, err
}

// load reads a channel's state. Nobody writes to the channel meanwhile, as writers need it loaded.
func (s *Store) load(c *channel) error {
	st, err := s.readState(c.name)
	if err != nil {
		return s.readError("look at "+c.name, err)
	}
	c.setState(st)
	return nil
}

func (s *Store) readState(name string) (st chanState, err error) {
	key := channelKey(name)
	v, err := get(s.db, key)
	if err != nil || v == nil {
		return st, err
	}
	var cv channelValue
	if err := cv.decode(key, v); err != nil {
		return st, err
	}
	st = chanState{id: cv.id, opened: cv.opened, terms: cv.terms}
	key = appendID(nil, kindFloor, st.id)
	if v, err = get(s.db, key); err != nil {
		return chanState{}, err
	}
	if v != nil {
		var f floorValue
		if err := f.decode(key, v); err != nil {
			return chanState{}, err
		}
		st.floor, st.floorAt, st.ms = f.floor, f.cum, int64(f.ms)
	}
	st.head, st.cum = st.floor, st.floorAt
	it, err := s.newBlocks(st.id)
	if err != nil {
		return chanState{}, err
	}
	defer it.close()
	var b block.Block
	if ok, err := it.last(&b); err != nil {
		return chanState{}, err
	} else if ok && b.Last() > st.floor {
		st.head, st.cum, st.ms = b.Last(), b.Start+uint64(b.Size()), b.LastTime()
	}
	return st, nil
}

// blocks walks over the blocks of one channel. A block is valid until the next call.
type blocks struct {
	it *pebble.Iterator
	id uint64
}

func (s *Store) newBlocks(id uint64) (blocks, error) {
	it, err := s.db.NewIter(&pebble.IterOptions{
		LowerBound: appendBlockKey(nil, id, 0), UpperBound: appendBlockKey(nil, id+1, 0),
	})
	return blocks{it, id}, err
}

func (i *blocks) close() error { return i.it.Close() }

// containing finds the last block that begins at or before offset.
func (i *blocks) containing(b *block.Block, offset uint64) (bool, error) {
	var key [17]byte
	return i.parse(b, i.it.SeekLT(appendBlockKey(key[:0], i.id, offset+1)))
}

func (i *blocks) next(b *block.Block) (bool, error) { return i.parse(b, i.it.Next()) }
func (i *blocks) last(b *block.Block) (bool, error) { return i.parse(b, i.it.Last()) }

func (i *blocks) parse(b *block.Block, ok bool) (bool, error) {
	if !ok {
		return false, i.it.Error()
	}
	v, err := i.it.ValueAndErr()
	if err != nil {
		return false, err
	}
	first, ok := blockFirst(i.it.Key())
	if !ok {
		return false, errDamaged
	}
	if err := b.Parse(i.it.Key(), v, first); err != nil {
		return false, err
	}
	return true, nil
}

// forgetCounts makes the numbers of lanes unknown. The holder of the turn calls it.
func (t *channels) forgetCounts() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range []map[string]*channel{t.young, t.old} {
		for _, c := range m {
			c.known = false
		}
	}
}
