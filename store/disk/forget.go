package disk

import (
	"context"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/holdfast-ws/holdfast/store"
)

// forgetLanes removes the lanes that were last written before the dedupe window.
func (s *Store) forgetLanes(ctx context.Context, op string, now time.Time, t *store.Trimmed) error {
	forget := now.Add(-s.opts.DedupeWindow).UnixMilli()
	old, err := s.oldLanes(op, forget)
	if err != nil {
		return err
	}
	for len(old) > 0 {
		n := min(len(old), trimBatch)
		if err := s.forget(ctx, op, old[:n], forget, t); err != nil {
			return err
		}
		old = old[n:]
	}
	return nil
}

// oldLane is a lane that may be forgotten, and where it lies.
type oldLane struct{ key []byte }

func (s *Store) oldLanes(op string, forget int64) ([]oldLane, error) {
	from := s.trim.lane
	if from == nil {
		from = []byte{kindLane}
	}
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: []byte{kindLane + 1}})
	if err != nil {
		return nil, s.readError(op, err)
	}
	defer it.Close()
	var old []oldLane
	s.trim.lane = nil
	n := 0
	for ok := it.First(); ok; ok = it.Next() {
		if n++; n > sweepLanes {
			s.trim.lane = append([]byte(nil), it.Key()...)
			break
		}
		v, err := it.ValueAndErr()
		if err != nil {
			return nil, s.readError(op, err)
		}
		var l store.Lane
		if err := decodeLane(&l, it.Key(), v); err != nil {
			return nil, s.readError(op, err)
		}
		if l.Updated < forget {
			old = append(old, oldLane{append([]byte(nil), it.Key()...)})
		}
	}
	return old, s.trimError(op, it.Error())
}

// forget removes those of the lanes that are still old.
func (s *Store) forget(ctx context.Context, op string, old []oldLane, forget int64, t *store.Trimmed) error {
	if err := s.turn.take(ctx, op); err != nil {
		return err
	}
	defer s.turn.give()
	if err := s.fail.get(); err != nil {
		return err
	}
	b := s.db.NewBatch()
	defer b.Close()
	n := 0
	for _, o := range old {
		k, ok := parseLaneKey(o.key)
		if !ok {
			return s.readError(op, errDamaged)
		}
		var l store.Lane
		if err := s.readLane(k, &l); err != nil {
			return s.readError(op, err)
		}
		if !l.Exists || l.Updated >= forget {
			continue
		}
		if err := b.Delete(o.key, nil); err != nil {
			return s.fail.die(err)
		}
		s.w.lanes.drop(k)
		n++
	}
	if n == 0 {
		return nil
	}
	if err := s.sync(b); err != nil {
		return err
	}
	// how many lanes are left in each channel is counted anew when it is asked for
	s.channels.forgetCounts()
	t.Lanes += n
	return nil
}
