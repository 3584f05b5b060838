package session_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast"
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
	now     time.Time
	store   store.Backend
	fs      *vfs.MemFS // nil: a memory store
	backup  *vfs.MemFS
	log     *store.Log
	limits  *session.ServerLimits
	clients []*client
	keep    map[string]store.Retention // while retention is applied
	refuse  holdfast.Code              // what the policy says of every new publish; 0 admits

	resent, duplicates, gaps, forks, lost, unknown, late, dropped, slept int
}

type failer interface {
	Fatalf(format string, args ...any)
}

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
}

// conn is one connection: two queues of messages and the server's machine.
type conn struct {
	machine session.Server
	up      [][]byte
	down    [][]byte
	out     []byte
	drafts  []store.Draft
	cursors map[uint32]*cursor
	gone    bool // the server has ended it
	user    string
	dec     wire.Decoder
	cdec    wire.Decoder
}

type cursor struct {
	channel string
	pos     holdfast.Position
	open    bool
	request wire.Subscribe
}

func newWorld(t failer) *world {
	w := &world{t: t, keep: map[string]store.Retention{}, now: time.UnixMilli(1_700_000_000_000)}
	w.open()
	return w
}

// open opens the store anew; a memory store has lost everything.
func (w *world) open() {
	now, keep := func() time.Time { return w.now }, func(channel string) store.Retention { return w.keep[channel] }
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

func (w *world) addClient(name string, codec wire.Codec, d session.Durability) *client {
	c := &client{w: w, name: name, codec: codec, durable: d, ended: map[string]session.Outcome{}, subs: map[uint64]*reading{},
		at: map[string]session.Entry{}, began: map[string]bool{}}
	c.entries = map[session.EntryID]*content{}
	c.lanes = map[string]map[holdfast.ProducerID]session.Lane{}
	w.clients = append(w.clients, c)
	c.open()
	return c
}

// open starts the process of the client, with what its outbox has.
func (c *client) open() {
	c.producers++
	c.machine = session.NewClient(session.ClientOptions{Process: uint64(c.producers), Durable: c.durable,
		Producer: producerOf(c.name, c.producers), Window: wire.Window{Records: 8, Bytes: 2048}})
	var lanes []session.Lane
	for _, ch := range sorted(c.lanes) {
		lanes = append(lanes, byProducer(c.lanes[ch])...)
	}
	var entries []session.Entry
	for _, e := range c.entries {
		entries = append(entries, e.entry)
	}
	slices.SortFunc(entries, func(a, b session.Entry) int { return int(int64(a.ID) - int64(b.ID)) })
	c.machine.Load(lanes, entries)
}

// producers of one client are told apart by when they were drawn; real ones are random.
func producerOf(name string, n int) (p holdfast.ProducerID) {
	copy(p[:], fmt.Sprintf("%s/%d", name, n))
	return p
}

// crash kills the client's process: of what its outbox had not synced only the first lines are left. Its subscriptions
// are gone.
func (c *client) crash(left int) {
	c.cut()
	c.lanes = copied(c.disk)
	for _, x := range c.journal[:min(left, len(c.journal))] {
		if e := c.entries[x.entry]; e != nil {
			e.saved = true
			l := c.lane(e.entry.Channel, e.entry.Producer)
			l.Next = e.entry.Number + 1
			c.lanes[l.Channel][l.Producer] = l
		} else if x.entry == 0 {
			l := c.lane(x.seal.Channel, x.seal.Producer)
			l.Successor = x.seal.Successor
			c.lanes[l.Channel][l.Producer] = l
		}
	}
	c.journal, c.disk = nil, copied(c.lanes)
	for id, e := range c.entries {
		if !e.saved {
			delete(c.entries, id)
		}
	}
	c.unsynced = unsynced{}
	c.subs = map[uint64]*reading{}
	c.began = map[string]bool{}
	c.open()
}

// cut ends the connection; what is in the queues is lost.
func (c *client) cut() {
	if c.conn == nil {
		return
	}
	c.conn = nil
	c.step(session.ClientEvent{Kind: session.EvDisconnected, Code: holdfast.CodeAbnormal})
}

// halfOpen ends the connection for the client alone: what it has sent still reaches the server some time.
func (c *client) halfOpen() {
	if k := c.conn; k != nil && len(c.ghosts) < 3 {
		c.ghosts = append(c.ghosts, k)
		c.cut()
	}
}

// haunt moves the oldest connection that is still half-open a step on.
func (c *client) haunt() {
	for len(c.ghosts) > 0 {
		k := c.ghosts[0]
		switch {
		case k.gone || len(k.up)+len(k.drafts) == 0:
			c.ghosts = c.ghosts[1:]
			continue
		case len(k.drafts) > 0:
			c.commit(k)
		default:
			c.w.late++
			c.deliverUp(k)
		}
		k.down, k.out = nil, nil
		return
	}
}

func (c *client) connect() {
	if c.conn != nil || c.over != 0 || c.w.now.Before(c.awayTil) {
		return
	}
	c.conn = &conn{machine: session.NewServer(c.w.now.UnixMilli(), c.w.limits, c.codec), cursors: map[uint32]*cursor{}, user: c.name}
	c.step(session.ClientEvent{Kind: session.EvConnected})
}

func (c *client) publish(channel string, size int, ttl time.Duration) {
	c.nextMsg++
	data := fmt.Sprintf("%s#%d/%s", c.name, c.nextMsg, channel)
	for len(data) < size {
		data += "."
	}
	e := session.Entry{Channel: channel, Size: len(data)}
	if ttl > 0 {
		e.Expires = c.w.now.Add(ttl)
	}
	fx := c.machine.Step(c.w.now, &session.ClientEvent{Kind: session.EvPublish, Entry: e}, nil)
	for i := range fx {
		if fx[i].Kind == session.FxSeal {
			c.journal = append(c.journal, line{seal: fx[i].Lane})
		}
		if fx[i].Kind == session.FxPersist {
			c.journal = append(c.journal, line{entry: fx[i].Entry.ID})
			c.at[data], c.began[channel] = fx[i].Entry, true
			c.entries[fx[i].Entry.ID] = &content{entry: fx[i].Entry, data: data, saved: c.durable == session.Volatile}
			c.unsynced.upTo = fx[i].Entry.ID
			l := c.lane(fx[i].Entry.Channel, fx[i].Entry.Producer)
			l.Next = fx[i].Entry.Number + 1
			c.lanes[channel][l.Producer] = l
		}
	}
	c.apply(fx)
}

func copied(lanes map[string]map[holdfast.ProducerID]session.Lane) map[string]map[holdfast.ProducerID]session.Lane {
	m := map[string]map[holdfast.ProducerID]session.Lane{}
	for ch, l := range lanes {
		m[ch] = maps.Clone(l)
	}
	return m
}

func (c *client) lane(channel string, p holdfast.ProducerID) session.Lane {
	if c.lanes[channel] == nil {
		c.lanes[channel] = map[holdfast.ProducerID]session.Lane{}
	}
	l := c.lanes[channel][p]
	l.Channel, l.Producer = channel, p
	return l
}

// sync makes durable what the outbox was given.
func (c *client) sync() {
	if c.durable == session.Volatile || c.unsynced.upTo == 0 {
		return
	}
	for _, e := range c.entries {
		e.saved = true
	}
	c.disk, c.journal = copied(c.lanes), nil
	c.step(session.ClientEvent{Kind: session.EvPersisted, Entry: session.Entry{ID: c.unsynced.upTo}})
}

func (c *client) subscribe(id uint64, channel string, from wire.From, cp session.Checkpoint) {
	c.subs[id] = &reading{channel: channel, pos: cp.Position}
	c.step(session.ClientEvent{Kind: session.EvSubscribe, Sub: id, Subscribe: wire.Subscribe{Channel: channel, From: from}, Checkpoint: cp})
}

// consume lets the application finish up to n records of each subscription.
func (c *client) consume(n int) {
	for _, id := range sorted(c.subs) {
		r := c.subs[id]
		k := min(n, len(r.queue))
		if k == 0 {
			continue
		}
		p := r.queue[k-1]
		r.queue = r.queue[k:]
		c.step(session.ClientEvent{Kind: session.EvDone, Sub: id, Position: p})
	}
}

func (c *client) tick() { c.step(session.ClientEvent{Kind: session.EvTick}) }

func (c *client) step(e session.ClientEvent) {
	c.apply(c.machine.Step(c.w.now, &e, nil))
}

// apply carries the client's effects out.
func (c *client) apply(fx []session.ClientEffect) {
	for i := range fx {
		f := &fx[i]
		switch f.Kind {
		case session.FxHello:
			c.send(f.Hello)
		case session.FxPublish:
			c.sendPublish(f)
		case session.FxSkip:
			c.send(&f.Skip)
		case session.FxSubscribe:
			c.send(f.Subscribe)
		case session.FxUnsubscribe:
			c.send(&f.Unsub)
		case session.FxAck:
			c.send(&f.Ack)
		case session.FxPing:
			c.send(&wire.Ping{ID: f.Ping})
		case session.FxMark:
			for _, e := range c.entries {
				if e.entry.ID <= f.Entry.ID {
					if e.entry.Sent == (wire.Sent{}) {
						e.entry.Sent = f.Sent
					}
				}
			}
			c.step(session.ClientEvent{Kind: session.EvMarked, Entry: f.Entry, Sent: f.Sent})
		case session.FxSeal:
			l := c.lane(f.Lane.Channel, f.Lane.Producer)
			l.Successor = f.Lane.Successor
			c.lanes[l.Channel][l.Producer] = l
			c.unsynced.upTo = max(c.unsynced.upTo, f.Entry.ID)
		case session.FxOutcome:
			c.outcome(f)
		case session.FxResolved:
			l := c.lane(f.Lane.Channel, f.Lane.Producer)
			l.Resolved, l.Next = f.Lane.Resolved, max(l.Next, f.Lane.Next)
			c.lanes[l.Channel][l.Producer] = l
			if f.Lane.Sealed {
				delete(c.lanes[l.Channel], l.Producer)
			}
		case session.FxRecord:
			c.record(f)
		case session.FxGap:
			c.gap(c.subs[f.Sub], f)
		case session.FxSubscribed:
			if r := c.subs[f.Sub]; !r.placed {
				r.placed, r.start, r.pos = true, f.Subscribed.Position.Offset, f.Subscribed.Position
			}
		case session.FxLost:
			c.w.lost++
			c.lost = append(c.lost, *f)
		case session.FxEnded:
			if r := c.subs[f.Sub]; r != nil {
				r.ended = f.Code
			}
		case session.FxDisconnect:
			c.cut()
			return
		case session.FxFail:
			c.over = f.Code
			c.conn = nil
			return
		}
	}
}

func (c *client) sendPublish(f *session.ClientEffect) {
	e := c.entries[f.Entry.ID]
	if e == nil {
		c.w.t.Fatalf("%s sends entry %d, which its outbox does not have", c.name, f.Entry.ID)
	}
	if !e.saved {
		c.w.t.Fatalf("%s sends entry %d before it is durable", c.name, f.Entry.ID)
	}
	if f.Resend {
		c.w.resent++
	}
	c.send(&wire.Publish{Channel: f.Entry.Channel, Producer: f.Entry.Producer, Number: f.Entry.Number, Sent: f.Sent,
		Type: holdfast.Text, Data: []byte(e.data)})
}

type appender interface {
	Append(b []byte, c wire.Codec) []byte
}

func (c *client) send(f appender) {
	if c.conn != nil {
		c.conn.up = append(c.conn.up, f.Append(nil, c.codec))
	}
}

func (c *client) outcome(f *session.ClientEffect) {
	e := c.entries[f.Entry.ID]
	if e == nil {
		c.w.t.Fatalf("%s: an outcome for entry %d, which has ended", c.name, f.Entry.ID)
	}
	delete(c.entries, f.Entry.ID)
	if was := c.ended[e.data]; was != 0 {
		c.w.t.Fatalf("%s: %s ended twice, as %d and %d", c.name, e.data, was, f.Outcome)
	}
	c.ended[e.data] = f.Outcome
	if f.Duplicate {
		c.w.duplicates++
	}
	if f.Outcome == session.Unknown {
		c.w.unknown++
	}
}

func (c *client) record(f *session.ClientEffect) {
	r := c.subs[f.Sub]
	rec := &c.conn.cdec.Record
	if f.Position.Offset != r.pos.Offset+1 && len(r.got) > 0 {
		c.w.t.Fatalf("%s: record %d after %d", c.name, f.Position.Offset, r.pos.Offset)
	}
	r.pos = f.Position
	r.queue = append(r.queue, f.Position)
	if len(r.queue) > 8 {
		c.w.t.Fatalf("%s: %d records are on their way to the application, the window is 8", c.name, len(r.queue))
	}
	r.got = append(r.got, string(rec.Data))
	r.terms = append(r.terms, f.Position.Term)
}

// gap takes back what a fork has undone. A fork must be one: the log has no record, or another, where it begins.
func (c *client) gap(r *reading, f *session.ClientEffect) {
	c.w.gaps++
	r.gaps = append(r.gaps, *f.Gap)
	r.queue = nil
	if f.Gap.Reason == wire.GapFork {
		c.w.forks++
		if n := len(r.got); f.Gap.To != r.pos.Offset || f.Gap.From <= r.start || f.Gap.From > r.start+uint64(n) {
			c.w.t.Fatalf("%s: fork %+v at position %v after %d records", c.name, *f.Gap, r.pos, n)
		}
		i := int(f.Gap.From - 1 - r.start)
		got, err := c.w.log.Read(background, r.channel, f.Gap.From-1, store.Limit{Records: 1})
		if err != nil {
			c.w.t.Fatalf("read: %v", err)
		}
		if rs := got.Records(); len(rs) > 0 && rs[0].Offset == f.Gap.From && rs[0].Term == r.terms[i] {
			c.w.t.Fatalf("%s: fork %+v, but record %d is the one that it saw", c.name, *f.Gap, f.Gap.From)
		}
		r.got, r.terms = r.got[:i], r.terms[:i]
	}
	r.pos = f.Position
}

// deliverDown gives the client the oldest message of the server's.
func (c *client) deliverDown() {
	if c.conn == nil || len(c.conn.down) == 0 {
		return
	}
	k := c.conn
	msg := k.down[0]
	k.down = k.down[1:]
	k.cdec.Reset(c.codec, msg)
	for c.conn == k {
		t, err := k.cdec.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			c.w.t.Fatalf("%s cannot read %q: %v", c.name, msg, err)
		}
		c.step(session.ClientEvent{Kind: session.EvFrame, Type: t, Decoder: &k.cdec})
	}
}

// deliverUp gives the server the oldest message of the client's on a connection.
func (c *client) deliverUp(k *conn) {
	if k == nil || len(k.up) == 0 {
		return
	}
	msg := k.up[0]
	k.up = k.up[1:]
	k.dec.Reset(c.codec, msg)
	for {
		t, err := k.dec.Next()
		if err != nil {
			break
		}
		c.serve(k, session.ServerEvent{Kind: session.SvFrame, Type: t, Decoder: &k.dec})
		if k.gone {
			return
		}
	}
	c.flushReplies(k)
}

func (c *client) flushReplies(k *conn) {
	if k != nil && len(k.out) > 0 {
		k.down = append(k.down, k.out)
		k.out = nil
	}
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
