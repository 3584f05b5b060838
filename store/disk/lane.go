package disk

import (
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/internal/block"
)

type laneKey struct {
	id       uint64
	producer holdfast.ProducerID
}

// lane is what is kept in memory of one lane. It belongs to the holder of the turn.
type lane struct {
	key   laneKey
	lane  store.Lane // durable
	next  store.Lane // with what the batch batchNo does
	batch uint64
	dirty bool
}

// lanes is a cache of lanes in two generations, as [channels] is. It grows within a batch and is aged after it.
type lanes struct {
	max        int
	young, old map[laneKey]*lane
}

func (t *lanes) init(max int) {
	t.max, t.young, t.old = max, map[laneKey]*lane{}, map[laneKey]*lane{}
}

func (t *lanes) get(k laneKey) *lane {
	l, ok := t.young[k]
	if !ok {
		if l, ok = t.old[k]; ok {
			delete(t.old, k)
			t.young[k] = l
		}
	}
	return l
}

func (t *lanes) add(k laneKey, l *lane) {
	l.key = k
	t.young[k] = l
}

func (t *lanes) drop(k laneKey) {
	delete(t.young, k)
	delete(t.old, k)
}

func (t *lanes) age() {
	if len(t.young) > t.max/2 {
		t.old, t.young = t.young, map[laneKey]*lane{}
	}
}

// openLane makes a lane of the current channel the current one.
func (w *writer) openLane(p holdfast.ProducerID) error {
	w.producer = p
	k := laneKey{w.c.next.id, p}
	l := (*lane)(nil)
	if k.id != 0 {
		l = w.lanes.get(k)
	}
	if l == nil {
		l = &lane{}
		if k.id != 0 {
			if err := w.s.readLane(k, &l.lane); err != nil {
				return w.s.readError("append", err)
			}
		}
		if l.lane.Exists {
			w.lanes.add(k, l)
		}
	}
	if l.batch != w.batchNo {
		l.batch, l.next = w.batchNo, l.lane
	}
	w.lane = l
	return nil
}

// readLane reads a lane; if there is none it is absent.
func (s *Store) readLane(k laneKey, l *store.Lane) error {
	key := appendLaneKey(nil, k.id, k.producer)
	v, err := get(s.db, key)
	if err != nil || v == nil {
		return err
	}
	return decodeLane(l, key, v)
}

// countLanes returns how many lanes the current channel has, at most one more than it may have.
func (w *writer) countLanes() (int, error) {
	c := w.c.c
	if !c.known && w.c.next.id != 0 {
		it, err := w.s.db.NewIter(&pebble.IterOptions{
			LowerBound: appendID(nil, kindLane, w.c.next.id), UpperBound: appendID(nil, kindLane, w.c.next.id+1),
		})
		if err != nil {
			return 0, w.s.readError("append", err)
		}
		n := 0
		for ok := it.First(); ok; ok = it.Next() {
			n++
		}
		if err := it.Close(); err != nil {
			return 0, w.s.readError("append", err)
		}
		c.lanes, c.known = n, true
	}
	if w.c.next.id == 0 {
		return 0, nil
	}
	return c.lanes + w.c.newLanes, nil
}

// Node implements [store.Nodes] for the channel with what the batch adds to it.
func (cb *chanBatch) Node(offset uint64) (store.Node, bool, error) {
	if offset <= cb.next.floor {
		return store.Node{}, false, nil
	}
	if offset > cb.next.head {
		return store.Node{}, false, cb.w.s.readError("append", errDamaged)
	}
	for i := len(cb.blocks) - 1; i >= 0; i-- {
		if b := cb.blocks[i]; offset >= b.First {
			return b.Node(offset), true, nil
		}
	}
	b, err := cb.w.nodes.block(cb.w.s, cb.next.id, offset)
	if err != nil {
		return store.Node{}, false, cb.w.s.readError("append", err)
	}
	return b.Node(offset), true, nil
}

// nodeCache keeps the blocks in which old records were looked for last.
type nodeCache struct {
	slots [8]struct {
		id    uint64
		block block.Block
		value []byte
	}
	turn int
}

func (n *nodeCache) block(s *Store, id, offset uint64) (*block.Block, error) {
	for i := range n.slots {
		if c := &n.slots[i]; c.id == id && offset >= c.block.First && offset <= c.block.Last() {
			return &c.block, nil
		}
	}
	it, err := s.newBlocks(id)
	if err != nil {
		return nil, err
	}
	defer it.close()
	n.turn = (n.turn + 1) % len(n.slots)
	c := &n.slots[n.turn]
	c.id = 0
	ok, err := it.containing(&c.block, offset)
	if err != nil {
		return nil, err
	}
	if !ok || offset > c.block.Last() {
		return nil, errDamaged
	}
	// the iterator's memory goes with it
	c.value = append(c.value[:0], it.it.Value()...)
	if err := c.block.Parse(it.it.Key(), c.value, c.block.First); err != nil {
		return nil, err
	}
	c.id = id
	return &c.block, nil
}

func parseLaneKey(key []byte) (k laneKey, ok bool) {
	if len(key) != 1+8+len(k.producer) {
		return k, false
	}
	k.id = binary.BigEndian.Uint64(key[1:])
	copy(k.producer[:], key[9:])
	return k, true
}
