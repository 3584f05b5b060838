package disk

import (
	"context"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/holdfast-ws/holdfast/store"
)

// OpenCursor implements [store.Backend].
func (s *Store) OpenCursor(ctx context.Context, channel, name string) (cur store.Cursor, err error) {
	op := "open cursor " + name + " of " + channel
	if err := s.enter(ctx, op); err != nil {
		return cur, err
	}
	defer s.gate.leave()
	if err := s.space.check(s.opts.Now(), op); err != nil {
		return cur, err
	}
	if err := s.cursorTurn.take(ctx, op); err != nil {
		return cur, err
	}
	defer s.cursorTurn.give()
	id, err := s.ensure(ctx, op, channel)
	if err != nil {
		return cur, err
	}
	key := cursorKey(id, name)
	if err := s.readCursor(key, &cur); err != nil {
		return store.Cursor{}, s.readError(op, err)
	}
	// one counter for all, so that the holder of a deleted channel's cursor cannot move its successor's
	genKey := []byte{kindGeneration}
	gen, err := s.readCounter(genKey)
	if err != nil {
		return store.Cursor{}, s.readError(op, err)
	}
	cur.Generation = max(gen, cur.Generation) + 1
	b := s.db.NewBatch()
	defer b.Close()
	if err := b.Set(genKey, encodeCounter(genKey, cur.Generation), nil); err != nil {
		return store.Cursor{}, s.fail.die(err)
	}
	if err := b.Set(key, encodeCursor(key, &cur), nil); err != nil {
		return store.Cursor{}, s.fail.die(err)
	}
	if err := s.sync(b); err != nil {
		return store.Cursor{}, err
	}
	return cur, nil
}

// ensure returns a channel's id, and makes the channel if there is none.
func (s *Store) ensure(ctx context.Context, op, name string) (uint64, error) {
	c, err := s.channel(ctx, op, name, pinned)
	if err != nil {
		return 0, err
	}
	defer s.channels.unpin(c)
	if id := c.state().id; id != 0 {
		return id, nil
	}
	if err := s.turn.take(ctx, op); err != nil {
		return 0, err
	}
	defer s.turn.give()
	if err := s.fail.get(); err != nil {
		return 0, err
	}
	st := c.state()
	if st.id != 0 {
		return st.id, nil
	}
	if st.id, err = s.w.newID(); err != nil {
		return 0, err
	}
	b := s.db.NewBatch()
	defer b.Close()
	key := channelKey(name)
	v := channelValue{id: st.id}
	if err := b.Set(key, v.encode(key), nil); err != nil {
		return 0, s.fail.die(err)
	}
	key = []byte{kindNextID}
	if err := b.Set(key, encodeCounter(key, s.w.nextID), nil); err != nil {
		return 0, s.fail.die(err)
	}
	if err := s.sync(b); err != nil {
		return 0, err
	}
	c.setState(st)
	return st.id, nil
}

func (s *Store) readCursor(key []byte, c *store.Cursor) error {
	v, err := get(s.db, key)
	if err != nil || v == nil {
		return err
	}
	return decodeCursor(c, key, v)
}

func (s *Store) readCounter(key []byte) (uint64, error) {
	v, err := get(s.db, key)
	if err != nil || v == nil {
		return 0, err
	}
	return decodeCounter(key, v)
}

// SaveCursors implements [store.Backend].
func (s *Store) SaveCursors(ctx context.Context, updates []store.CursorUpdate) (taken []int, err error) {
	const op = "save cursors"
	if err := s.enter(ctx, op); err != nil {
		return nil, err
	}
	defer s.gate.leave()
	if err := s.space.check(s.opts.Now(), op); err != nil {
		return nil, err
	}
	if err := s.cursorTurn.take(ctx, op); err != nil {
		return nil, err
	}
	defer s.cursorTurn.give()
	moved := map[string]store.Cursor{}
	for i := range updates {
		u := &updates[i]
		c, err := s.channel(ctx, op, u.Channel, unpinned)
		if err != nil {
			return nil, err
		}
		id := c.state().id
		if id == 0 {
			continue
		}
		key := cursorKey(id, u.Name)
		cur, ok := moved[string(key)]
		if !ok {
			if err := s.readCursor(key, &cur); err != nil {
				return nil, s.readError(op, err)
			}
		}
		switch cur.Move(u) {
		case store.MovedTaken:
			taken = append(taken, i)
		case store.MovedOn:
			moved[string(key)] = cur
		}
	}
	if len(moved) == 0 {
		return taken, nil
	}
	b := s.db.NewBatch()
	defer b.Close()
	for k, cur := range moved {
		if err := b.Set([]byte(k), encodeCursor([]byte(k), &cur), nil); err != nil {
			return nil, s.fail.die(err)
		}
	}
	if err := s.sync(b); err != nil {
		return nil, err
	}
	return taken, nil
}

// Delete implements [store.Backend].
func (s *Store) Delete(ctx context.Context, channel string) error {
	op := "delete " + channel
	if err := s.enter(ctx, op); err != nil {
		return err
	}
	defer s.gate.leave()
	if err := s.cursorTurn.take(ctx, op); err != nil {
		return err
	}
	defer s.cursorTurn.give()
	c, err := s.channel(ctx, op, channel, pinned)
	if err != nil {
		return err
	}
	defer s.channels.unpin(c)
	if err := s.turn.take(ctx, op); err != nil {
		return err
	}
	defer s.turn.give()
	if err := s.fail.get(); err != nil {
		return err
	}
	id := c.state().id
	b := s.db.NewBatch()
	defer b.Close()
	if id != 0 {
		if err := deleteChannel(b, channel, id); err != nil {
			return s.fail.die(err)
		}
	}
	now := s.opts.Now()
	key := []byte{kindDeleted}
	if err := b.Set(key, encodeCounter(key, uint64(now.UnixMilli())), nil); err != nil {
		return s.fail.die(err)
	}
	if err := s.sync(b); err != nil {
		return err
	}
	s.deleted = time.UnixMilli(now.UnixMilli())
	c.setState(chanState{})
	c.known = false
	s.w.deleted = true
	return nil
}

func deleteChannel(b *pebble.Batch, name string, id uint64) error {
	for _, kind := range []byte{kindBlock, kindLane, kindCursor} {
		if err := b.DeleteRange(appendID(nil, kind, id), appendID(nil, kind, id+1), nil); err != nil {
			return err
		}
	}
	if err := b.Delete(appendID(nil, kindFloor, id), nil); err != nil {
		return err
	}
	return b.Delete(channelKey(name), nil)
}
