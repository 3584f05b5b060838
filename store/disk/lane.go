package disk

import (
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
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

func parseLaneKey(key []byte) (k laneKey, ok bool) {
	if len(key) != 1+8+len(k.producer) {
		return k, false
	}
	k.id = binary.BigEndian.Uint64(key[1:])
	copy(k.producer[:], key[9:])
	return k, true
}
