package hub

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// Defaults of [Options].
const (
	DefaultCacheBytes = 16 << 20
	DefaultQueueBytes = 16 << 20
	DefaultPageBytes  = 64 << 10
	DefaultTrimEvery  = 10 * time.Second
)

// MaxEncoders is how many codecs one hub can have.
const MaxEncoders = 5

// Commit says on whose goroutine records are committed.
type Commit uint8

const (
	// CommitByLoop commits on a goroutine of the hub. It suits a log that waits for a disk: what comes meanwhile gathers.
	CommitByLoop Commit = iota
	// CommitByReader commits in Member.Dry, which whoever submits has to call. It suits a log that never waits.
	CommitByReader
)

// lazyDrafts is how many drafts wake the commit loop where readers commit, because a reader is far from running dry.
const lazyDrafts = 256

// Options of [New].
type Options struct {
	// Log is where records live. Required. The hub is the only caller of its Append; it does not close it.
	Log *store.Log
	// Encoders, one for each codec; [Hub.Attach] names them by index. At least one, at most MaxEncoders.
	Encoders []Encoder
	// Workers is how many goroutines write to sockets at a time. The last of several joins only in bursts. Default: GOMAXPROCS.
	Workers int
	// CacheBytes is a hard bound of the pages of history that cursors behind the head share, over all channels; at it the page
	// used least recently goes. The tail pages of active channels have the same bound once more; at it the
	// quietest channel's goes, and its cursors read the store. Default: 16 MiB.
	CacheBytes int
	// QueueBytes is how much may wait for the commit loop before Member.Ready says false. What connections have read already is still
	// taken, so it may be exceeded by one read for each connection. Default: 16 MiB.
	QueueBytes int
	// Commit says who commits. Default: CommitByLoop.
	Commit Commit
	// TrimEvery is how often retention is applied. Default: 10 s. Negative: never by itself.
	TrimEvery time.Duration
	// PageBytes is the size of a page, and the most of records that one write takes, except that a larger record gets a
	// page of its own. Default: 64 KiB.
	PageBytes int
	// Fatal is called once if an append has failed: the store is in doubt, nothing of the batch is answered, and nothing
	// is committed any more. It is called by whoever commits and must not call Close. Default: nothing.
	Fatal func(error)
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Hub moves records between members and a log. All methods may be called concurrently.
type Hub struct {
	log      *store.Log
	encoders []Encoder
	pageSize int
	now      func() time.Time

	crew      crew
	queue     queue
	readers   Commit
	committer *committer
	channels  registry
	cache     cache
	loader    loader
	cursors   cursorKeeper

	slow   atomic.Int64    // SlowHistory
	ctx    context.Context // ends when Close has no more need of the store
	cancel context.CancelFunc
	trims  atomic.Uint64 // retentions so far: floors known from before are out of date
	stop   chan struct{} // ends maintenance
	wg     sync.WaitGroup

	closeOnce sync.Once
	closeErr  error

	loads, commits, drafts, records atomic.Uint64
}

// New starts a hub. It fails with CodeBadArgument if the options cannot work.
func New(o Options) (*Hub, error) {
	bad := func(detail string) error {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start hub", Detail: detail}
	}
	switch {
	case o.Log == nil:
		return nil, bad("Log: missing")
	case len(o.Encoders) == 0 || len(o.Encoders) > MaxEncoders:
		return nil, bad("Encoders: 1 to " + strconv.Itoa(MaxEncoders) + " wanted, got " + strconv.Itoa(len(o.Encoders)))
	case o.Workers < 0 || o.CacheBytes < 0 || o.QueueBytes < 0 || o.PageBytes < 0:
		return nil, bad("Workers, CacheBytes, QueueBytes, PageBytes: must not be negative")
	}
	h := &Hub{log: o.Log, encoders: o.Encoders, now: o.Now, stop: make(chan struct{})}
	if h.now == nil {
		h.now = time.Now
	}
	h.pageSize = or(o.PageBytes, DefaultPageBytes)
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.channels.init()
	h.cache.init(or(o.CacheBytes, DefaultCacheBytes))
	h.queue.init(or(o.QueueBytes, DefaultQueueBytes), o.Fatal)
	if h.readers = o.Commit; h.readers == CommitByReader {
		h.queue.lazy = lazyDrafts
	}
	h.loader.init()
	h.cursors.init()
	h.crew.init(h, or(o.Workers, runtime.GOMAXPROCS(0)))
	h.start(or(o.TrimEvery, DefaultTrimEvery))
	return h, nil
}

func or[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}

func (h *Hub) start(trimEvery time.Duration) {
	for range h.crew.most {
		h.wg.Go(h.crew.run)
	}
	h.wg.Go(h.crew.sweepAll)
	for range loaders {
		h.loader.wg.Go(h.load)
	}
	h.committer = newCommitter(h)
	h.queue.wg.Go(h.committer.run)
	h.wg.Go(h.maintain)
	if trimEvery > 0 {
		h.wg.Go(func() { h.retain(trimEvery) })
	}
}

// Close waits until all queued drafts are committed and answered, writes what the sockets take of the
// answers, saves named cursors and ends all goroutines. Drafts submitted later are dropped unanswered. It
// does not close the log. It returns what an append failed with, if one did, else what saving cursors failed with.
func (h *Hub) Close() error {
	h.closeOnce.Do(func() {
		appendErr := h.queue.close()
		close(h.stop)
		h.loader.close()
		saveErr := h.saveCursors()
		h.cancel()
		close(h.crew.stop)
		h.wg.Wait()
		for _, s := range h.crew.shards { // answers that the commit loop gave last
			s.turn(new(writer))
		}
		h.closeErr = appendErr
		if appendErr == nil {
			h.closeErr = saveErr
		}
	})
	return h.closeErr
}

// Attach gives a connection to the shard that has the fewest. codec is an index into Options.Encoders. The
// member must be detached in the end, also after the hub was closed.
func (h *Hub) Attach(s Socket, codec int, o Owner) *Member {
	w := h.crew.shards[0]
	for _, v := range h.crew.shards[1:] {
		if v.load.Load() < w.load.Load() {
			w = v
		}
	}
	w.load.Add(1)
	m := &Member{shard: w, sock: s, owner: o, codec: uint8(codec), index: -1}
	w.pushJoin(m)
	return m
}

// Head returns where a channel's log begins and ends, as the store has it.
func (h *Hub) Head(ctx context.Context, channel string) (store.State, error) {
	return h.log.State(ctx, channel)
}

// Trim applies retention now. Cursors that are behind see the new floors from their next page on, even where the records
// are still cached.
func (h *Hub) Trim(ctx context.Context) (store.Trimmed, error) {
	t, err := h.log.Trim(ctx)
	h.trims.Add(1) // whatever t says: a store may also trim while it appends
	return t, err
}

// Delete removes a channel's log, in line with the commits. Its subscribers get a gap and go on with what comes then.
func (h *Hub) Delete(ctx context.Context, channel string) error {
	done := make(chan error, 1)
	if !h.queue.delete(deletion{ctx: ctx, channel: channel, done: done}) {
		return errClosed("delete channel")
	}
	return <-done
}

var errStopped = errors.New("the hub is closed")

func errClosed(op string) error {
	return &holdfast.Error{Code: holdfast.CodeClosed, Op: op, Cause: errStopped}
}

// Stats are counters since the start, and gauges of this moment.
type Stats struct {
	// Gauges.
	Members, Cursors, Channels, Stalled           int
	QueueBytes, CacheBytes, TailBytes, CachePages int
	// Counters. Deliveries are records handed to sockets; Writes are calls of Socket.TryWrite.
	Drafts, Records, Commits, Loads                    uint64
	Deliveries, Writes, BytesOut, Stalls, Gaps, Broken uint64
}

// Stats sums what the shards counted. It is cheap, and not a snapshot: the parts are of slightly
// different moments.
func (h *Hub) Stats() Stats {
	s := Stats{
		Drafts: h.drafts.Load(), Records: h.records.Load(), Commits: h.commits.Load(), Loads: h.loads.Load(),
		TailBytes: int(h.cache.tailBytes.Load()), QueueBytes: h.queue.size(), Channels: h.channels.len(),
	}
	s.CacheBytes, s.CachePages = h.cache.size()
	for _, w := range h.crew.shards {
		w.addTo(&s)
	}
	return s
}
