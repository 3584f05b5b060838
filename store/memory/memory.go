// Package memory is a store in the memory of one process. What it keeps is gone when the process ends, and it
// says so: each time it is opened it has a new term and a new memory of lanes.
package memory

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"iter"
	"sort"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/internal/block"
)

// Options of a store. The zero value is useful.
type Options struct {
	// Retention of every channel. Default: [store.DefaultRetention].
	Retention store.Retention
	// RetentionFor says the retention of a channel, and a zero field of what it returns means no bound. It is
	// asked when the channel is first written and at each Trim. Default: Retention for all.
	RetentionFor func(channel string) store.Retention
	// DedupeWindow is how long a lane is remembered. Default: [store.DefaultDedupeWindow].
	DedupeWindow time.Duration
	// MaxLanes is how many lanes a channel may have; new ones are Deferred beyond it. Default: 100,000.
	MaxLanes int
	// MaxBytes bounds the memory of all channels together, about: beyond it the oldest records of the
	// largest channels go at once. Channels, lanes and cursors themselves may take half of it; new ones are
	// Deferred beyond that. Default: 1 GiB.
	MaxBytes int64
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.Retention == (store.Retention{}) {
		o.Retention = store.DefaultRetention
	}
	if o.RetentionFor == nil {
		keep := o.Retention
		o.RetentionFor = func(string) store.Retention { return keep }
	}
	if o.DedupeWindow == 0 {
		o.DedupeWindow = store.DefaultDedupeWindow
	}
	if o.MaxLanes == 0 {
		o.MaxLanes = 100_000
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 1 << 30
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Store is a [store.Backend]. Its methods may be called concurrently, except that there is one caller of
// Append at a time.
type Store struct {
	opts Options
	info store.Info

	write   sync.Mutex // held by whoever changes channels; nothing under it waits for anything
	w       writer
	deleted time.Time // when a channel was deleted last; guarded by write

	mu       sync.RWMutex // guards the map, not what is in it
	channels map[string]*channel
	closed   bool

	cursors cursors
}

var _ store.Backend = (*Store)(nil)

// New returns an empty store.
func New(o Options) *Store {
	o = o.withDefaults()
	var id [8]byte
	rand.Read(id[:])
	return &Store{
		opts: o,
		info: store.Info{
			Name: "memory", Term: holdfast.NewTerm(), Memory: binary.LittleEndian.Uint64(id[:]) | 1,
			Durability: store.Durability{Copies: 1}, Quick: true, DedupeWindow: o.DedupeWindow,
		},
		channels: map[string]*channel{},
		cursors:  cursors{byChannel: map[string]map[string]*cursor{}},
	}
}

// channel is one log. What readers see is a view, which is exchanged as a whole at the end of each batch.
type channel struct {
	name    string
	listed  bool // in Store.channels
	touched bool // in writer.touched
	keep    store.Retention
	lanes   map[holdfast.ProducerID]*store.Lane
	oldest  int64 // no lane was last written before, in milliseconds since 1970
	blocks  []*block.Block
	sealed  int64 // memory of all blocks but the last
	memory  int64 // what the store's total knows of this channel
	cum     uint64
	floorAt uint64 // cum at the floor
	floor   uint64
	head    uint64
	ms      int64 // time of the last record
	terms   []store.TermStart

	mu   sync.Mutex
	view view
}

// view of a channel. All in it is immutable, but for what lies behind the ends of tail's slices.
type view struct {
	state store.State
	full  []*block.Block
	tail  block.Block
}

// Info implements [store.Backend].
func (s *Store) Info() store.Info { return s.info }

func errClosed(op string) error {
	return &holdfast.Error{Code: holdfast.CodeClosed, Op: op, Detail: "the store is closed"}
}

// lookup returns the view of a channel; ok is false if there is no such channel.
func (s *Store) lookup(ctx context.Context, op, name string) (v view, ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return view{}, false, &holdfast.Error{Code: holdfast.CodeCanceled, Op: op, Cause: err}
	}
	s.mu.RLock()
	c, closed := s.channels[name], s.closed
	s.mu.RUnlock()
	if closed {
		return view{}, false, errClosed(op)
	}
	if c == nil {
		return view{}, false, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.view, true, nil
}

// at returns the block with the record at offset, which must be retained.
func (v *view) at(offset uint64) *block.Block {
	if v.tail.Len() > 0 && offset >= v.tail.First {
		return &v.tail
	}
	return find(v.full, offset)
}

// find returns the last block that begins at or before offset.
func find(blocks []*block.Block, offset uint64) *block.Block {
	i := sort.Search(len(blocks), func(i int) bool { return blocks[i].First > offset })
	return blocks[i-1]
}

// Read implements [store.Backend].
func (s *Store) Read(ctx context.Context, channel string, after uint64, limit store.Limit) ([]holdfast.Record, error) {
	v, ok, err := s.lookup(ctx, "read "+channel, channel)
	if !ok {
		return nil, err
	}
	through := v.state.Head
	if limit.Through > 0 {
		through = min(through, limit.Through)
	}
	var out []holdfast.Record
	from := max(after, v.state.Floor)
	for more := true; more && from < through; {
		b := v.at(from + 1)
		end := min(b.Last(), through)
		out, more = b.Records(out, channel, v.state.Terms, from+1, end, &limit)
		from = end
	}
	return out, nil
}

// State implements [store.Backend].
func (s *Store) State(ctx context.Context, channel string) (store.State, error) {
	v, _, err := s.lookup(ctx, "look at "+channel, channel)
	return v.state, err
}

// Before implements [store.Backend].
func (s *Store) Before(ctx context.Context, channel string, t time.Time) (uint64, error) {
	v, ok, err := s.lookup(ctx, "look at "+channel, channel)
	if !ok {
		return 0, err
	}
	return v.olderThan(ceilMilli(t)), nil
}

// ceilMilli returns the first millisecond that is not before t.
func ceilMilli(t time.Time) int64 {
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	return ms
}

// olderThan returns the last offset whose record is older than ms, or the floor.
func (v *view) olderThan(ms int64) uint64 {
	if v.tail.Len() > 0 && v.tail.Time < ms {
		return max(v.tail.OlderThan(ms), v.state.Floor)
	}
	i := sort.Search(len(v.full), func(i int) bool { return v.full[i].Time >= ms })
	if i == 0 {
		return v.state.Floor
	}
	return max(v.full[i-1].OlderThan(ms), v.state.Floor)
}

// Channels implements [store.Backend].
func (s *Store) Channels(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if _, _, err := s.lookup(ctx, "list channels", ""); err != nil {
			yield("", err)
			return
		}
		for _, c := range s.list() {
			if _, _, err := s.lookup(ctx, "list channels", c.name); err != nil {
				yield("", err)
				return
			}
			c.mu.Lock()
			written := c.view.state.Head > 0
			c.mu.Unlock()
			if written && !yield(c.name, nil) {
				return
			}
		}
	}
}

func (s *Store) list() []*channel {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]*channel, 0, len(s.channels))
	for _, c := range s.channels {
		all = append(all, c)
	}
	return all
}

// Delete implements [store.Backend].
func (s *Store) Delete(ctx context.Context, channel string) error {
	op := "delete " + channel
	if _, _, err := s.lookup(ctx, op, channel); err != nil {
		return err
	}
	s.write.Lock()
	defer s.write.Unlock()
	s.cursors.drop(channel)
	s.deleted = time.UnixMilli(s.opts.Now().UnixMilli())
	s.mu.Lock()
	c := s.channels[channel]
	delete(s.channels, channel)
	s.mu.Unlock()
	if c == nil {
		return nil
	}
	c.listed = false
	s.w.total -= c.memory
	s.w.fixed -= channelCost + int64(len(c.lanes))*laneCost
	s.w.deleted = true
	return nil
}

// Close implements [store.Backend].
func (s *Store) Close() error {
	s.write.Lock()
	defer s.write.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.channels = map[string]*channel{}
	s.w = writer{}
	return nil
}
