package hub

import (
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// registry knows the channels that are in use: those with cursors, or with a stalled range. Others are forgotten.
type registry struct {
	mu sync.RWMutex
	m  map[string]*channel
}

func (r *registry) init() { r.m = map[string]*channel{} }

func (r *registry) len() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.m)
}

// lookup returns nil for a channel that nobody uses.
func (r *registry) lookup(name string) *channel {
	r.mu.RLock()
	ch := r.m[name]
	r.mu.RUnlock()
	return ch
}

// acquire returns a channel, which stays until it is released as often.
func (r *registry) acquire(name string) *channel {
	r.mu.Lock()
	defer r.mu.Unlock()
	ch := r.m[name]
	if ch == nil {
		ch = &channel{name: name}
		r.m[name] = ch
	}
	ch.refs++
	return ch
}

func (r *registry) retain(ch *channel) {
	r.mu.Lock()
	ch.refs++
	r.mu.Unlock()
}

// release forgets the channel, and its pages, with the last user.
func (h *Hub) release(ch *channel) {
	r := &h.channels
	r.mu.Lock()
	ch.refs--
	gone := ch.refs == 0
	if gone {
		delete(r.m, ch.name)
	}
	r.mu.Unlock()
	if gone {
		epoch, _ := ch.now()
		h.cache.drop(ch, epoch, true)
	}
}

// channel is what the hub knows of a log that somebody reads.
type channel struct {
	name string
	refs int32 // guarded by registry.mu
	gone bool  // forgotten; guarded by cache.mu

	mu     sync.Mutex
	epoch  uint32 // moves when the log is no longer the one it was: cursors of another epoch are checked
	head   uint64 // durable head, as far as known
	floor  uint64 // as of the retention counted in trims
	trims  uint64
	counts [MaxEncoders]int32 // cursors by codec
	tails  [MaxEncoders]*page // written by the commit loop alone
	lists  []*list            // one for each shard that has or had cursors here

	// The commit loop's own: the ring of channels with tails, the quietest first.
	prev, next *channel
	touched    time.Time
}

// list is one shard's cursors on a channel. The slice is the shard's own; n and dirty are guarded by channel.mu.
type list struct {
	ch      *channel
	shard   *shard
	cursors []*cursor
	n       int32
	dirty   bool // in the shard's inbox
}

// learn takes over what the store says of an epoch. It reports false if the log has changed since.
func (ch *channel) learn(epoch uint32, head, floor, trims uint64) bool {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if ch.epoch != epoch {
		return false
	}
	ch.head = max(ch.head, head)
	ch.floor = max(ch.floor, floor)
	ch.trims = max(ch.trims, trims)
	return true
}

// listen counts a cursor that is about to enter, and reports whether there is something for it already.
func (ch *channel) listen(c *cursor) (behind bool) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	c.list = ch.listLocked(c.m.shard)
	c.list.n++
	ch.counts[c.m.codec]++
	return ch.epoch != c.epoch || ch.head > c.after
}

func (ch *channel) listLocked(s *shard) *list {
	for _, l := range ch.lists {
		if l.shard == s {
			return l
		}
	}
	l := &list{ch: ch, shard: s}
	ch.lists = append(ch.lists, l)
	return l
}

func (ch *channel) now() (epoch uint32, head uint64) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return ch.epoch, ch.head
}

// state is what a cursor waits for.
type state uint8

const (
	// opening: a loader resolves where it starts.
	opening state = iota
	// ready: it was at the head when last looked at, or its member could not be written to; the next commit, or the
	// member, wakes it.
	ready
	// queued: in its shard's run queue.
	queued
	// loading: among the waiters of a load.
	loading
	// starved: without allowance, until Wake.
	starved
	// closed: forgotten as soon as whoever still refers to it looks.
	closed
	// refused: never was a subscription; only the answer to Open is due.
	refused
)

// cursor is a subscription: a place in a channel's log. All but index is guarded by its member's lock.
type cursor struct {
	m     *Member
	ch    *channel
	list  *list // its shard's, on ch; from when it is open
	named *namedCursor
	after uint64        // the last offset that is on its way
	term  holdfast.Term // of the record at after; 0 if not known
	epoch uint32        // of the channel, that after belongs to
	sub   uint32
	index int32 // in its list, the shard's own
	state state
}
