package session_test

import (
	"context"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// world holds clients and a server, both machines with nothing but queues between them, over a real store. It is
// single-threaded: whoever calls its methods decides what happens when.
type world struct {
	t       failer
	plan    plan
	now     time.Time
	store   store.Backend
	fs      *vfs.MemFS // nil: a memory store
	backup  *vfs.MemFS
	log     *store.Log
	limits  *session.ServerLimits
	clients []*client
	keep    map[string]store.Retention // while retention is applied
	refuse  holdfast.Code              // what the policy says of every new publish; 0 admits

	skew time.Duration // how far the server's clock is off
	bug  bug

	script script
	h      check.History
	lines  []sentence
	floors map[string]uint64 // as noted
	remade map[string]bool   // channels that were deleted since the backup
	delete time.Time         // when one was deleted last
	counts map[string]int
}

// bug is one that is planted, to see it found.
type bug func(d *store.Draft) planted

type planted uint8

const (
	noBug     planted = iota
	storeMore         // store it again if it is there
	storeNone         // do not store it, and say that it is
)

type failer interface {
	Fatalf(format string, args ...any)
}

var begin = time.UnixMilli(1_700_000_000_000)

// client is a session, its outbox and its application.
type client struct {
	w       *world
	name    string
	codec   wire.Codec
	machine *session.Client
	durable session.Durability
	conn    *conn
	ghosts  []*conn // half-open: the client has given them up, the server has not
	awayTil time.Time

	// the outbox; what is not synced is lost in a crash
	entries map[session.EntryID]*content
	lanes   map[string]map[holdfast.ProducerID]session.Lane
	unsynced
	disk      map[string]map[holdfast.ProducerID]session.Lane // lanes as of the last sync,
	journal   []line                                          // and what was noted since
	nextMsg   int
	producers int

	// what the application knows
	ended  map[string]session.Outcome // by message
	at     map[string]session.Entry   // under which number it was published
	lost   []session.ClientEffect
	subIDs uint64
	shared map[string]bool // channels in which a copy of the outbox has a lane, too
	began  map[string]bool // channels in which this process has published something new
	subs   map[uint64]*reading
	over   holdfast.Code
}

// line is what one write to the outbox notes: an entry, or a lane's successor.
type line struct {
	entry session.EntryID
	seal  session.Lane
}

type unsynced struct {
	upTo session.EntryID
}

type content struct {
	entry session.Entry
	data  string
	saved bool
}

// reading is what one subscription has yielded.
type reading struct {
	channel string
	queue   []holdfast.Position // delivered and not yet done
	got     []string
	terms   []holdfast.Term // of got
	pos     holdfast.Position
	placed  bool
	start   uint64 // where it began: after what was trimmed before it came
	gaps    []wire.Gap
	ended   holdfast.Code
	life    string // its name in the history
}

// conn is one connection: two queues of messages and the server's machine.
type conn struct {
	machine session.Server
	began   time.Time
	up      [][]byte
	down    [][]byte
	out     []byte
	drafts  []store.Draft
	cursors map[uint32]*cursor
	gone    bool // the server has ended it
	// what the network does to it
	lostUp, lostDown, stalled bool
	user                      string
	dec                       wire.Decoder
	cdec                      wire.Decoder
}

type cursor struct {
	channel string
	pos     holdfast.Position
	open    bool
	request wire.Subscribe
}

func newWorld(t failer, p plan, text script) *world {
	w := &world{t: t, plan: p, script: text, keep: map[string]store.Retention{}, now: begin, counts: map[string]int{}, floors: map[string]uint64{}, remade: map[string]bool{}}
	if p.bug != nil {
		w.bug = p.bug()
	}
	if onDisk(p) {
		w.fs = vfs.NewCrashableMem()
	}
	w.open()
	if p.restores {
		w.backUp()
	}
	durable := session.Volatile
	if (p.crashes || p.copies) && !p.volatile {
		durable = session.Durable
	}
	w.addClient("x", wire.JSON, durable)
	w.addClient("y", wire.Binary, durable)
	return w
}

// open opens the store anew; a memory store has lost everything.
func (w *world) open() {
	now, keep := func() time.Time { return w.now.Add(w.skew) }, func(channel string) store.Retention { return w.keep[channel] }
	w.store = memory.New(memory.Options{Now: now, RetentionFor: keep})
	if w.fs != nil {
		var err error
		if w.store, err = disk.Open("data", disk.Options{FS: w.fs, Now: now, RetentionFor: keep, TrimEvery: -1, MemTableSize: 1 << 20}); err != nil {
			w.t.Fatalf("open: %v", err)
		}
	}
	w.log = store.NewLog(w.store)
	info := w.log.Info()
	w.limits = &session.ServerLimits{HelloTimeout: 10_000, Heartbeat: 30_000, PongTimeout: 10_000, StallTimeout: 300_000,
		MaxMessage: 1000, MaxInFlight: wire.Window{Records: 16, Bytes: 4096}, DefaultWindow: wire.Window{Records: 8, Bytes: 2048},
		MaxWindow: wire.Window{Records: 64, Bytes: 1 << 20}, MaxSubscriptions: 10, MaxHalted: 64, RetryAfter: 500,
		DedupeWindow: info.DedupeWindow.Milliseconds(), Memory: info.Memory, Copies: 1}
}

func sorted[K interface{ ~string | ~uint64 | ~uint32 }, V any](m map[K]V) []K {
	var ks []K
	for k := range m {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	return ks
}

func byProducer(m map[holdfast.ProducerID]session.Lane) []session.Lane {
	var ls []session.Lane
	for _, l := range m {
		ls = append(ls, l)
	}
	slices.SortFunc(ls, func(a, b session.Lane) int { return slices.Compare(a.Producer[:], b.Producer[:]) })
	return ls
}

var background = context.Background()
