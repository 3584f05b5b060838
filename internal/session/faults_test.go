package session_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// ---- what may happen to a world, besides cuts

// backUp copies what is on the disk.
func (w *world) backUp() {
	w.backup = w.fs.CrashClone(vfs.CrashCloneCfg{})
	clear(w.remade)
}

// restore puts the copy back.
func (w *world) restore() {
	w.stop()
	w.note(check.Event{Kind: check.ServerCrashed})
	w.fs = w.backup
	w.backup = w.fs.CrashClone(vfs.CrashCloneCfg{})
	w.open()
	w.counts["fault: backup restored"]++
	for _, ch := range channels {
		st, err := w.log.State(background, ch)
		if err != nil {
			w.t.Fatalf("state: %v", err)
		}
		e := check.Event{Kind: check.StoreReplaced, Channel: ch, To: st.Head}
		if w.remade[ch] { // what it has was written in an earlier life of the channel
			e.To = 0
		}
		w.note(e)
		w.floors[ch] = st.Floor
	}
	clear(w.remade)
}

// copyOutbox makes a third client of what the first one's outbox has on its disk, once.
func (w *world) copyOutbox(o op) {
	if len(w.clients) > 2 {
		return
	}
	c := w.clients[0]
	both, ch := o.a%2 == 1, o.channel()
	if both { // so that they share a lane
		c.publish(ch, 0, 0)
		c.sync()
	}
	if o.a/2%2 == 1 { // it ends between choosing a successor and publishing in it
		c.sync()
		c.crash(0)
		c.publish(pick(o.b/2, channels...), 0, 0)
	}
	c.crash(int(o.a/4) % 4) // a copy is made of an outbox that nobody has open
	z := &client{w: w, name: "z", codec: wire.JSON, durable: session.Durable, ended: map[string]session.Outcome{},
		subs: map[uint64]*reading{}, at: map[string]session.Entry{}, began: map[string]bool{},
		entries: map[session.EntryID]*content{}, lanes: map[string]map[holdfast.ProducerID]session.Lane{}}
	for id, e := range c.entries {
		if e.saved {
			copied := *e
			z.entries[id] = &copied
		}
	}
	c.shared, z.shared = map[string]bool{}, map[string]bool{}
	z.lanes, z.disk = copied(c.disk), copied(c.disk)
	for ch, m := range c.disk {
		c.shared[ch], z.shared[ch] = len(m) > 0, len(m) > 0
	}
	w.counts["fault: outbox cloned"]++
	w.note(check.Event{Kind: check.Cloned, Client: c.name, Detail: z.name})
	w.clients = append(w.clients, z)
	z.open()
	if both {
		c.publish(ch, 0, 0)
		z.publish(ch, 0, 0)
	}
}

// sleepForWeeks lets everything be idle until the store has forgotten all lanes.
func (w *world) sleepForWeeks() {
	w.counts["slept"]++
	w.fault("idle for weeks", "", "nothing happens for eight days")
	w.advance(20 * time.Second)
	w.note(check.Event{Kind: check.Forgot})
	w.advance(8 * 24 * time.Hour)
	w.advance(time.Minute)
	if _, err := w.log.Trim(background); err != nil {
		w.t.Fatalf("trim: %v", err)
	}
	w.noteFloors()
}

func (c *client) reads(channel string) uint64 {
	for id, r := range c.subs {
		if r.channel == channel && r.ended == 0 {
			return id
		}
	}
	return 0
}

func (c *client) nextSub() uint64 {
	c.subIDs++
	return c.subIDs
}

// resubscribe ends a subscription and takes it up again at once, where it was.
func (c *client) resubscribe(channel string) {
	id := c.reads(channel)
	if id == 0 || c.over != 0 {
		return
	}
	c.w.counts["fault: subscribed anew"]++
	r := c.subs[id]
	cp, _ := c.machine.Checkpoint(id, r.pos)
	c.step(session.ClientEvent{Kind: session.EvUnsubscribe, Sub: id}) // FxEnded notes the end
	delete(c.subs, id)
	id = c.nextSub()
	c.subscribe(id, channel, wire.FromStart, cp)
	n := c.subs[id]
	n.got, n.terms, n.start, n.gaps, n.placed = r.got, r.terms, r.start, r.gaps, r.placed && cp.Position != (holdfast.Position{})
}

// drop gives up the oldest entries that were never sent.
func (c *client) drop(n int) {
	for _, id := range sorted(c.entries)[:min(n, len(c.entries))] {
		c.step(session.ClientEvent{Kind: session.EvDrop, Entry: session.Entry{ID: id}, Code: holdfast.CodeDropped})
	}
}

// ---- what must hold all the same

// checkOnce: no message is in the log twice, and none that has failed.
func (w *world) checkOnce() map[string]bool {
	seen := map[string]bool{}
	for _, ch := range channels {
		for _, m := range w.contents(ch) {
			if seen[m] {
				w.t.Fatalf("%q is in the log twice", m)
			}
			seen[m] = true
		}
	}
	for _, c := range w.clients {
		for m, o := range c.ended {
			if o == session.Failed && seen[m] {
				w.t.Fatalf("%q has failed and is in the log", m)
			}
		}
	}
	return seen
}

// Promise 7: frames of a connection that the client has given up change nothing, whenever they come. Nor do
// subscriptions that end and begin on one connection, and records that are given up unsent.
func TestHalfOpen(t *testing.T) { simulate(t, simulations[t.Name()]) }

func (w *world) judgeHalfOpen() {
	w.checkUpstream()
	w.checkDownstream()
	w.judgeRest()
}

// Promises 4 and 5: a store that was put back to an older copy has lost acknowledged records. Publishers that go on
// are told which, subscribers are told from where on the log is another, and nothing is doubled.
func TestRestoredBackup(t *testing.T) { simulate(t, simulations[t.Name()]) }

func (w *world) judgeRestored() {
	seen := w.checkOnce()
	w.checkDownstream()
	w.judgeRest()
	for _, c := range w.clients {
		c.checkLost(seen)
	}
}

// checkLost: whatever was acknowledged and is gone was told, if the client has published behind it since; nothing
// ends as unknown, since the store remembers all that it has.
func (c *client) checkLost(seen map[string]bool) {
	last := map[string]uint64{} // the last number of a channel that is in the log
	for m := range seen {
		if e, ok := c.at[m]; ok {
			last[e.Channel] = max(last[e.Channel], e.Number)
		}
	}
	for m, o := range c.ended {
		e := c.at[m]
		if o == session.Unknown {
			c.w.t.Fatalf("%q ended as unknown", m)
		}
		if o != session.Delivered || seen[m] || e.Number > last[e.Channel] {
			continue
		}
		if !slices.ContainsFunc(c.lost, func(f session.ClientEffect) bool {
			return f.Lane.Channel == e.Channel && f.From <= e.Number && e.Number <= f.To
		}) {
			c.w.t.Fatalf("%q was acknowledged and is lost in silence; number %d, the log goes on to %d", m, e.Number, last[e.Channel])
		}
	}
}

// Promise 1: of two copies of an outbox that both publish something new in a channel, one is stopped, and what was in
// both is stored once.
func TestCopiedOutbox(t *testing.T) { simulate(t, simulations[t.Name()]) }

func (w *world) judgeCopies() {
	w.checkUpstream()
	if len(w.clients) < 3 {
		return
	}
	x, z := w.clients[0], w.clients[2]
	for _, c := range []*client{x, z} {
		if c.over != 0 && c.over != holdfast.CodeProducerConflict {
			w.t.Fatalf("%s has stopped: %v", c.name, c.over)
		}
	}
	if w.clients[1].over != 0 {
		w.t.Fatalf("y has stopped: %v", w.clients[1].over)
	}
	for _, ch := range channels {
		if x.published(ch) && z.published(ch) {
			w.counts["both"]++
			if x.over == 0 && z.over == 0 {
				w.t.Fatalf("both copies have published in %q, and neither was stopped", ch)
			}
		}
	}
}

// published reports whether a copy tried to go on in a lane that both had.
func (c *client) published(channel string) bool { return c.shared[channel] && c.began[channel] }

// Promise 5: whoever was idle for longer than the store remembers loses nothing. Only what was in doubt before may
// end as unknown.
func TestIdleForWeeks(t *testing.T) { simulate(t, simulations[t.Name()]) }

func (w *world) judgeWeeks() {
	w.checkOnce()
	w.checkDownstream()
	w.judgeRest()
	for _, c := range w.clients {
		if len(c.lost) != 0 {
			w.t.Fatalf("%s: %d losses", c.name, len(c.lost))
		}
	}
}

// Promises 1 and 5 together: publishers that are killed, over stores that lose what they had. Every entry ends, nothing is
// doubled, and what has failed is nowhere.
func TestDurableOutboxOverLosses(t *testing.T) {
	for _, name := range []string{"memory", "backup", "weeks"} {
		t.Run(name, func(t *testing.T) { simulate(t, simulations[t.Name()]) })
	}
}

func (w *world) judgeEnds() {
	w.checkOnce()
	w.judgeRest()
}
