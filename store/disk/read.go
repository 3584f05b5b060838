package disk

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/internal/block"
)

// readError says what a failed read means.
func (s *Store) readError(op string, err error) error {
	if _, ok := errors.AsType[*holdfast.Error](err); ok {
		return err
	}
	code := holdfast.CodeIO
	switch {
	case errors.Is(err, errNewer), errors.Is(err, block.ErrNewer):
		code = holdfast.CodeStoreNewer
	case errors.Is(err, errDamaged), errors.Is(err, block.ErrDamaged), pebble.IsCorruptionError(err):
		code = holdfast.CodeStoreDamaged
	}
	return &holdfast.Error{Code: code, Op: op, Cause: err}
}

// enter begins a call that may be canceled.
func (s *Store) enter(ctx context.Context, op string) error {
	if err := ctx.Err(); err != nil {
		return &holdfast.Error{Code: holdfast.CodeCanceled, Op: op, Cause: err}
	}
	return s.gate.enter(op)
}

// Read implements [store.Backend].
func (s *Store) Read(ctx context.Context, channel string, after uint64, limit store.Limit) ([]holdfast.Record, error) {
	op := "read " + channel
	if err := s.enter(ctx, op); err != nil {
		return nil, err
	}
	defer s.gate.leave()
	var out []holdfast.Record
	err := s.stable(ctx, op, channel, func(st *chanState) error {
		through := st.head
		if limit.Through > 0 {
			through = min(through, limit.Through)
		}
		from := max(after, st.floor) + 1
		if from > through || from == 0 {
			return nil
		}
		var err error
		out, err = s.records(st, channel, from, through, limit)
		return err
	})
	return out, err
}

// errMoved says that a block is not where the channel's state has it.
var errMoved = errors.New("a block of records is missing")

// stable calls f with the state of a channel. If f does not find what the state says, the channel may have
// been trimmed or deleted under way: the state is looked at again once that is over, and f called again if it has
// changed.
func (s *Store) stable(ctx context.Context, op, name string, f func(*chanState) error) error {
	var last chanState
	for again := false; ; again = true {
		c, err := s.channel(ctx, op, name, unpinned)
		if err != nil {
			return err
		}
		st := c.state()
		if again && st.id == last.id && st.floor == last.floor {
			return s.readError(op, errors.Join(errDamaged, errMoved))
		}
		err = f(&st)
		if err == nil {
			return nil
		}
		if !errors.Is(err, errMoved) {
			return s.readError(op, err)
		}
		last = st
		if err := s.turn.take(ctx, op); err != nil {
			return err
		}
		s.turn.give()
	}
}

// records reads some of the records from through, which must all be retained and durable.
func (s *Store) records(st *chanState, channel string, from, through uint64, limit store.Limit) ([]holdfast.Record, error) {
	it, err := s.newBlocks(st.id)
	if err != nil {
		return nil, err
	}
	defer it.close()
	var out []holdfast.Record
	var b block.Block
	ok, err := it.containing(&b, from)
	for more := true; more && from <= through; {
		if err != nil {
			break
		}
		if !ok || from < b.First || from > b.Last() {
			err = errMoved
			break
		}
		end := min(b.Last(), through)
		out, more = b.Records(out, channel, st.terms, from, end, &limit)
		if from = end + 1; more && from <= through {
			ok, err = it.next(&b)
		}
	}
	if len(out) > 0 {
		// what comes before a damaged block is good; the next read begins at that block, and says so
		return out, nil
	}
	return nil, err
}

// State implements [store.Backend].
func (s *Store) State(ctx context.Context, channel string) (store.State, error) {
	op := "look at " + channel
	if err := s.enter(ctx, op); err != nil {
		return store.State{}, err
	}
	defer s.gate.leave()
	c, err := s.channel(ctx, op, channel, unpinned)
	if err != nil {
		return store.State{}, err
	}
	st := c.state()
	return store.State{Floor: st.floor, Head: st.head, Terms: st.terms, Bytes: int64(st.cum - st.floorAt)}, nil
}

// Before implements [store.Backend].
func (s *Store) Before(ctx context.Context, channel string, t time.Time) (uint64, error) {
	op := "look at " + channel
	if err := s.enter(ctx, op); err != nil {
		return 0, err
	}
	defer s.gate.leave()
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	var last uint64
	err := s.stable(ctx, op, channel, func(st *chanState) (err error) {
		last, err = s.olderThan(st, ms)
		return err
	})
	return last, err
}

// olderThan returns the last offset whose record is older than ms, or the floor.
func (s *Store) olderThan(st *chanState, ms int64) (uint64, error) {
	var b block.Block
	ok, err := s.search(st, &b, func() bool { return b.Time < ms })
	if err != nil || !ok {
		return st.floor, err
	}
	return min(max(b.OlderThan(ms), st.floor), st.head), nil
}

// search makes b the last of a channel's blocks for which pred holds, given that it holds for none behind one
// for which it does not; ok is false if there is none.
func (s *Store) search(st *chanState, b *block.Block, pred func() bool) (ok bool, err error) {
	it, err := s.newBlocks(st.id)
	if err != nil {
		return false, err
	}
	defer it.close()
	lo, hi := st.floor+1, st.head // if there is such a block, it has an offset in here
	found := uint64(0)            // in a block for which pred holds
	for lo <= hi {
		mid := lo + (hi-lo)/2
		if found == 0 {
			mid = lo // mostly it is none, or the first
		}
		ok, err := it.containing(b, mid)
		if err != nil {
			return false, err
		}
		if !ok || mid > b.Last() {
			return false, errMoved
		}
		if pred() {
			found, lo = mid, b.Last()+1
		} else if found == 0 {
			return false, nil
		} else {
			hi = b.First - 1
		}
	}
	if found == 0 {
		return false, nil
	}
	// b may be one behind, and its bytes are the iterator's
	return it.kept(b, found)
}

// kept is containing for a block that outlives the iterator.
func (i *blocks) kept(b *block.Block, offset uint64) (bool, error) {
	ok, err := i.containing(b, offset)
	if !ok || err != nil {
		return false, err
	}
	v, err := i.it.ValueAndErr()
	if err != nil {
		return false, err
	}
	return true, b.Parse(i.it.Key(), append([]byte(nil), v...), b.First)
}

// Channels implements [store.Backend].
func (s *Store) Channels(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		const op = "list channels"
		from := ""
		for {
			if err := s.enter(ctx, op); err != nil {
				yield("", err)
				return
			}
			list, err := s.names(ctx, op, from, 256)
			s.gate.leave()
			if err != nil {
				yield("", err)
				return
			}
			for _, n := range list {
				if n.written && !yield(n.name, nil) {
					return
				}
				from = n.name + "\x00"
			}
			if len(list) == 0 {
				return
			}
		}
	}
}

type named struct {
	name    string
	written bool
}

// names lists channels from a name on, in order.
func (s *Store) names(ctx context.Context, op, from string, limit int) ([]named, error) {
	// while nobody writes, all that the database has is durable
	if err := s.turn.take(ctx, op); err != nil {
		return nil, err
	}
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: channelKey(from), UpperBound: []byte{kindChannel + 1}})
	s.turn.give()
	if err != nil {
		return nil, s.readError(op, err)
	}
	defer it.Close()
	var out []named
	for ok := it.First(); ok && len(out) < limit; ok = it.Next() {
		v, err := it.ValueAndErr()
		if err != nil {
			return nil, s.readError(op, err)
		}
		var cv channelValue
		if err := cv.decode(it.Key(), v); err != nil {
			return nil, s.readError(op, err)
		}
		out = append(out, named{string(it.Key()[1:]), len(cv.terms) > 0})
	}
	if err := it.Error(); err != nil {
		return nil, s.readError(op, err)
	}
	return out, nil
}
