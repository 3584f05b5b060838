package disk

import (
	"context"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/internal/block"
)

const (
	// sweepChannels and sweepLanes are how many one Trim looks at beside the channels that were written since
	// the last, so that in time it sees all.
	sweepChannels, sweepLanes = 1000, 50_000
	// maxDirty is how many channels are remembered as written; the sweep finds the others.
	maxDirty = 10_000
	// trimBatch is how many channels, or lanes, are changed in one commit.
	trimBatch = 256
)

// trimmer is the state of retention.
type trimmer struct {
	turn turn
	last time.Time
	// where the sweeps go on
	channel string
	lane    []byte

	mu    sync.Mutex
	dirty []*channel
}

// note remembers that a channel was written. The holder of the turn calls it.
func (t *trimmer) note(c *channel) {
	if c.dirty {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.dirty) < maxDirty {
		c.dirty = true
		t.dirty = append(t.dirty, c)
	}
}

// cut is what Trim does to one channel.
type cut struct {
	c        *channel
	id       uint64
	value    floorValue
	keep     uint64 // first offset of the first block that is kept
	removed  uint64
	hasBlock bool // blocks go
}

// Trim implements [store.Backend].
func (s *Store) Trim(ctx context.Context) (store.Trimmed, error) {
	const op = "apply retention"
	var t store.Trimmed
	if err := s.enter(ctx, op); err != nil {
		return t, err
	}
	defer s.gate.leave()
	if err := s.trim.turn.take(ctx, op); err != nil {
		return t, err
	}
	defer s.trim.turn.give()
	now := s.opts.Now()
	if since := now.Sub(s.trim.last); s.opts.TrimEvery > 0 && since >= 0 && since < s.opts.TrimEvery {
		return t, nil
	}
	s.trim.last = now
	names, err := s.candidates(ctx, op)
	if err != nil {
		return t, err
	}
	if err := s.trimChannels(ctx, op, names, now, &t); err != nil {
		return t, err
	}
	if err := s.forgetLanes(ctx, op, now, &t); err != nil {
		return t, err
	}
	if err := s.guard.write(); err != nil {
		return t, s.readError(op, err)
	}
	return t, nil
}

// candidates returns the channels to look at.
func (s *Store) candidates(ctx context.Context, op string) ([]string, error) {
	t := &s.trim
	if err := s.turn.take(ctx, op); err != nil {
		return nil, err
	}
	t.mu.Lock()
	dirty := t.dirty
	t.dirty = nil
	t.mu.Unlock()
	seen := make(map[string]bool, len(dirty))
	var names []string
	for _, c := range dirty {
		c.dirty = false
		if !seen[c.name] {
			seen[c.name] = true
			names = append(names, c.name)
		}
	}
	s.turn.give()
	sweep, err := s.names(ctx, op, t.channel, sweepChannels)
	if err != nil {
		return nil, err
	}
	for _, n := range sweep {
		if !seen[n.name] {
			names = append(names, n.name)
		}
		t.channel = n.name + "\x00"
	}
	if len(sweep) < sweepChannels {
		t.channel = ""
	}
	return names, nil
}

func (s *Store) trimChannels(ctx context.Context, op string, names []string, now time.Time, t *store.Trimmed) error {
	var cuts []cut
	flush := false
	unpin := func() {
		for i := range cuts {
			s.channels.unpin(cuts[i].c)
		}
		cuts = cuts[:0]
	}
	defer func() { unpin() }()
	for i, name := range names {
		k, ok, err := s.plan(ctx, op, name, now)
		if err != nil {
			return err
		}
		if ok {
			cuts = append(cuts, k)
		}
		if len(cuts) == trimBatch || i == len(names)-1 && len(cuts) > 0 {
			if err := s.commitCuts(ctx, op, cuts, t); err != nil {
				return err
			}
			for j := range cuts {
				flush = flush || cuts[j].hasBlock
			}
			unpin()
		}
	}
	if flush {
		// reads behind range tombstones in a memtable are slow
		if err := s.db.Flush(); err != nil {
			return s.fail.die(err)
		}
	}
	return nil
}

// plan says what to cut off a channel; ok is false if nothing. What it returns is pinned.
func (s *Store) plan(ctx context.Context, op, name string, now time.Time) (k cut, ok bool, err error) {
	keep := s.opts.RetentionFor(name)
	if keep == (store.Retention{}) {
		return k, false, nil
	}
	c, err := s.channel(ctx, op, name, pinned)
	if err != nil {
		return k, false, err
	}
	defer func() {
		if !ok {
			s.channels.unpin(c)
		}
	}()
	st := c.state()
	over, err := s.over(c, &st, keep, now)
	if err != nil || !over {
		return k, false, s.trimError(op, err)
	}
	floor, err := s.newFloor(&st, keep, now)
	if err != nil || floor <= st.floor {
		return k, false, s.trimError(op, err)
	}
	it, err := s.newBlocks(st.id)
	if err != nil {
		return k, false, s.readError(op, err)
	}
	defer it.close()
	var b block.Block
	found, err := it.containing(&b, floor)
	if err != nil || !found || floor > b.Last() {
		return k, false, s.trimError(op, err)
	}
	k = cut{c: c, id: st.id, keep: b.First, removed: floor - st.floor}
	if floor == b.Last() {
		k.keep = b.Last() + 1
	}
	k.hasBlock = k.keep > st.floor+1 || floor == b.Last()
	k.value = floorValue{floor: floor, cum: b.Start + uint64(b.Before(floor+1)), ms: uint64(b.TimeOf(floor))}
	return k, true, nil
}

func (s *Store) trimError(op string, err error) error {
	if err == nil {
		return nil
	}
	return s.readError(op, err)
}

// over reports whether a channel is over one of its bounds by the slack.
func (s *Store) over(c *channel, st *chanState, keep store.Retention, now time.Time) (bool, error) {
	if st.head == st.floor {
		return false, nil
	}
	slack := uint64(max(s.opts.TrimSlack, 0))
	if n := keep.Records; n > 0 && st.head-st.floor > n+n/100*slack+n%100*slack/100 {
		return true, nil
	}
	if n := uint64(max(keep.Bytes, 0)); n > 0 && st.cum-st.floorAt > n+n/100*slack+n%100*slack/100 {
		return true, nil
	}
	if keep.Age <= 0 {
		return false, nil
	}
	if st.oldest == 0 {
		it, err := s.newBlocks(st.id)
		if err != nil {
			return false, err
		}
		defer it.close()
		var b block.Block
		ok, err := it.containing(&b, st.floor+1)
		if err != nil {
			return false, err
		}
		if !ok || st.floor+1 > b.Last() {
			return false, nil // deleted under way
		}
		st.oldest = b.TimeOf(st.floor + 1)
		c.setOldest(st, st.oldest)
	}
	age := keep.Age + keep.Age/100*time.Duration(slack)
	return st.oldest < now.Add(-age).UnixMilli(), nil
}

// newFloor returns the floor that all bounds ask for.
func (s *Store) newFloor(st *chanState, keep store.Retention, now time.Time) (uint64, error) {
	floor := st.floor
	if n := keep.Records; n > 0 && st.head-st.floor > n {
		floor = st.head - n
	}
	if n := uint64(max(keep.Bytes, 0)); n > 0 && st.cum-st.floorAt > n {
		gone := st.cum - n // the log's bytes up to here have to go
		var b block.Block
		ok, err := s.search(st, &b, func() bool { return b.Start < gone })
		if err != nil {
			return 0, err
		}
		if ok {
			floor = max(floor, b.Cut(int(gone-b.Start)))
		}
	}
	if keep.Age > 0 {
		old, err := s.olderThan(st, now.Add(-keep.Age).UnixMilli())
		if err != nil {
			return 0, err
		}
		floor = max(floor, old)
	}
	return min(floor, st.head), nil
}

// commitCuts writes new floors and removes what lies below, and shows it when it is durable.
func (s *Store) commitCuts(ctx context.Context, op string, cuts []cut, t *store.Trimmed) error {
	if err := s.turn.take(ctx, op); err != nil {
		return err
	}
	defer s.turn.give()
	if err := s.fail.get(); err != nil {
		return err
	}
	b := s.db.NewBatch()
	defer b.Close()
	for i := range cuts {
		k := &cuts[i]
		if k.c.state().id != k.id {
			k.id = 0 // deleted meanwhile
			continue
		}
		key := appendID(nil, kindFloor, k.id)
		if err := b.Set(key, k.value.encode(key), nil); err != nil {
			return s.fail.die(err)
		}
		if k.hasBlock {
			if err := b.DeleteRange(appendBlockKey(nil, k.id, 0), appendBlockKey(nil, k.id, k.keep), nil); err != nil {
				return s.fail.die(err)
			}
		}
	}
	if err := s.sync(b); err != nil {
		return err
	}
	for i := range cuts {
		k := &cuts[i]
		if k.id == 0 {
			continue
		}
		st := k.c.state()
		st.floor, st.floorAt = k.value.floor, k.value.cum
		st.oldest = 0
		k.c.setState(st)
		t.Channels++
		t.Records += k.removed
	}
	return nil
}
