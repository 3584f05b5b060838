package session_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/store"
)

func unixMilli(ms int64) time.Time { return time.UnixMilli(ms) }

var channels = []string{"a", "b:two"}

// plan says which faults a run may meet.
type plan struct {
	trims    bool // retention passes subscribers
	restarts bool // the store is lost and begins anew
	crashes  bool // clients with durable outboxes are killed
	ttl      bool // records expire unsent
	defers   bool // policy refuses for a while
	halfOpen bool // connections outlive the client's end of them
	churn    bool // subscriptions end, and are taken up again where they were
	drops    bool // the queue's oldest are given up
	restores bool // the store is put back to an older copy
	copies   bool // an outbox is copied
	weeks    bool // nothing happens for longer than the dedupe window
}

// run lets two clients and a server do everything in any order, then lets the network heal and everything
// come to rest.
func run(t *rapid.T, p plan) *world {
	w := newWorld(t)
	if p.restores {
		w.onDisk()
	}
	durable := session.Volatile
	if p.crashes || p.copies {
		durable = session.Durable
	}
	w.addClient("x", wire.JSON, durable)
	w.addClient("y", wire.Binary, durable)
	some := func(t *rapid.T) *client { return rapid.SampledFrom(w.clients).Draw(t, "client") }
	actions := map[string]func(*rapid.T){
		"publish": func(t *rapid.T) {
			ttl := time.Duration(0)
			if p.ttl && rapid.Bool().Draw(t, "ttl") {
				ttl = time.Second
			}
			size := rapid.SampledFrom([]int{0, 0, 0, 900, 1500}).Draw(t, "size")
			c, ch := some(t), rapid.SampledFrom(channels).Draw(t, "channel")
			for range rapid.IntRange(1, 6).Draw(t, "n") {
				c.publish(ch, size, ttl)
			}
		},
		"connect": func(t *rapid.T) { some(t).connect() },
		"up":      func(t *rapid.T) { c := some(t); c.deliverUp(c.conn) },
		"down":    func(t *rapid.T) { some(t).deliverDown() },
		"commit":  func(t *rapid.T) { c := some(t); c.commit(c.conn) },
		"fanOut":  func(t *rapid.T) { some(t).fanOut() },
		"sync":    func(t *rapid.T) { some(t).sync() },
		"cut":     func(t *rapid.T) { some(t).cut() },
		"consume": func(t *rapid.T) { some(t).consume(rapid.IntRange(1, 8).Draw(t, "n")) },
		"run": func(t *rapid.T) {
			c := some(t)
			c.connect()
			for range rapid.IntRange(1, 4).Draw(t, "n") {
				c.cycle()
			}
		},
		"time": func(t *rapid.T) {
			w.advance(time.Duration(rapid.SampledFrom([]int{1, 50, 200, 2000, 40_000}).Draw(t, "ms")) * time.Millisecond)
		},
		"subscribe": func(t *rapid.T) {
			c := some(t)
			for _, ch := range channels {
				if c.reads(ch) == 0 {
					c.subscribe(c.nextSub(), ch, wire.FromStart, session.Checkpoint{})
				}
			}
		},
	}
	w.faults(p, actions, some)
	t.Repeat(actions)
	w.settle()
	return w
}

// faults adds what a run may meet.
func (w *world) faults(p plan, actions map[string]func(*rapid.T), some func(*rapid.T) *client) {
	if p.trims {
		actions["trim"] = func(t *rapid.T) {
			ch := rapid.SampledFrom(channels).Draw(t, "channel")
			some(t).around(t, func() {
				if rapid.Bool().Draw(t, "away") { // while one is away the other publishes more than is kept
					w.clients[0].cut()
					y := w.clients[1]
					for range 6 {
						y.publish(ch, 0, 0)
					}
					y.connect()
					for range 3 {
						y.cycle()
					}
				}
				w.trim(ch)
			})
		}
	}
	if p.restarts {
		actions["restart"] = func(t *rapid.T) { some(t).around(t, w.restart) }
	}
	if p.crashes || p.copies {
		actions["crash"] = func(t *rapid.T) { some(t).crash(rapid.IntRange(0, 3).Draw(t, "left")) }
	}
	if p.defers {
		actions["defer"] = func(t *rapid.T) { w.refuse = holdfast.CodeStoreFull }
		actions["admit"] = func(t *rapid.T) { w.refuse = 0 }
	}
	if p.halfOpen {
		actions["halfOpen"] = func(t *rapid.T) { some(t).halfOpen() }
		actions["haunt"] = func(t *rapid.T) { some(t).haunt() }
	}
	if p.churn {
		actions["resubscribe"] = func(t *rapid.T) { some(t).resubscribe(rapid.SampledFrom(channels).Draw(t, "channel")) }
	}
	if p.drops {
		actions["drop"] = func(t *rapid.T) { some(t).drop(rapid.IntRange(1, 4).Draw(t, "n")) }
	}
	if p.restores {
		actions["backup"] = func(t *rapid.T) { w.backUp() }
		actions["restore"] = func(t *rapid.T) { some(t).around(t, w.restore) }
	}
	if p.copies {
		actions["copy"] = func(t *rapid.T) { w.copyOutbox(t) }
	}
	if p.weeks {
		actions["weeks"] = func(t *rapid.T) { some(t).around(t, w.sleepForWeeks) }
	}
}

// around lets something happen just after the client was busy, so that what is lost has been acknowledged, and seen, or
// was on its way; and lets it go on afterwards.
func (c *client) around(t *rapid.T, happen func()) {
	busy := rapid.Bool().Draw(t, "busy")
	for range 2 {
		for _, ch := range channels {
			if busy && c.over == 0 {
				if c.reads(ch) == 0 {
					c.subscribe(c.nextSub(), ch, wire.FromStart, session.Checkpoint{})
				}
				c.publish(ch, 0, 0)
			}
		}
		for range rapid.IntRange(1, 4).Draw(t, "cycles") {
			if busy {
				c.connect()
				c.cycle()
			}
		}
		happen()
		happen = func() {}
	}
}

// cycle moves everything of one client a step on.
func (c *client) cycle() {
	c.sync()
	c.deliverUp(c.conn)
	c.commit(c.conn)
	c.fanOut()
	c.deliverDown()
	c.consume(100)
}

func (w *world) advance(d time.Duration) {
	w.now = w.now.Add(d)
	for _, c := range w.clients {
		c.tick()
		if c.conn != nil {
			c.serve(c.conn, session.ServerEvent{Kind: session.SvSweep})
			c.flushReplies(c.conn)
		}
		for _, k := range c.ghosts {
			c.serve(k, session.ServerEvent{Kind: session.SvSweep})
		}
	}
}

// settle heals everything and runs until nothing moves any more. What half-open connections still hold comes at
// last, when everything has had its answer.
func (w *world) settle() {
	w.refuse = 0
	w.rest()
	for _, c := range w.clients {
		for len(c.ghosts) > 0 {
			c.haunt()
		}
	}
	w.rest()
}

func (w *world) rest() {
	for range 2000 {
		for _, c := range w.clients {
			c.connect()
			c.cycle()
		}
		quiet := true
		for _, c := range w.clients {
			if c.over == 0 && (c.conn == nil || len(c.entries) > 0 || len(c.conn.up)+len(c.conn.down)+len(c.conn.drafts) > 0) {
				quiet = false
			}
			for _, r := range c.subs {
				st, _ := w.log.State(background, r.channel)
				if c.over == 0 && r.ended == 0 && (r.pos.Offset != st.Head || st.Head > 0 && r.pos.Term != st.TermAt(st.Head)) {
					quiet = false
				}
			}
		}
		if quiet {
			return
		}
		w.advance(110 * time.Millisecond)
	}
	for _, c := range w.clients {
		for id, r := range c.subs {
			st, _ := w.log.State(background, r.channel)
			if c.over == 0 && r.pos.Offset != st.Head {
				w.t.Fatalf("it does not come to rest: %s's subscription %d is at %v of %+v; queue %v, %d messages down", c.name, id, r.pos, st, r.queue, len(c.conn.down))
			}
		}
	}
	for _, c := range w.clients {
		w.t.Fatalf("it does not come to rest: %s has %d entries, connected %v, over %v, %d up, %d down", c.name, len(c.entries), c.conn != nil, c.over, len(c.conn.up), len(c.conn.down))
	}
}

// trim removes the older half of a channel's log.
func (w *world) trim(channel string) {
	st, err := w.log.State(background, channel)
	if err != nil {
		w.t.Fatalf("state: %v", err)
	}
	if keep := (st.Head - st.Floor) / 2; st.Head > st.Floor {
		w.keep[channel] = store.Retention{Records: max(keep, 1)}
		if _, err := w.log.Trim(background); err != nil {
			w.t.Fatalf("trim: %v", err)
		}
		delete(w.keep, channel)
	}
}

// restart loses the memory store, as a process that is killed does.
func (w *world) restart() {
	w.stop()
	w.open()
}

// stop ends the server's process, and so every connection.
func (w *world) stop() {
	for _, c := range w.clients {
		c.cut()
		c.ghosts = nil
	}
	w.store.Close()
}

// contents reads a whole log.
func (w *world) contents(channel string) (out []string) {
	for after := uint64(0); ; {
		got, err := w.log.Read(background, channel, after, store.Limit{})
		if err != nil {
			w.t.Fatalf("read: %v", err)
		}
		if len(got.Records()) == 0 {
			return out
		}
		for _, r := range got.Records() {
			out = append(out, string(r.Data))
			after = r.Offset
		}
	}
}

// checkUpstream: each delivered message once, in the order of its publisher, and nothing else.
func (w *world) checkUpstream() {
	for _, ch := range channels {
		seen := map[string]bool{}
		last := map[string]int{}
		for _, m := range w.contents(ch) {
			if seen[m] {
				w.t.Fatalf("%q is in the log twice", m)
			}
			seen[m] = true
			name, n := parse(w.t, m)
			if n <= last[name] {
				w.t.Fatalf("%q comes after number %d of its publisher", m, last[name])
			}
			last[name] = n
		}
		for _, c := range w.clients {
			for m, o := range c.ended {
				if !strings.HasSuffix(strings.TrimRight(m, "."), "/"+ch) {
					continue
				}
				if o == session.Delivered && !seen[m] {
					w.t.Fatalf("%q was acknowledged and is not in the log", m)
				}
				if o == session.Failed && seen[m] {
					w.t.Fatalf("%q was refused and is in the log", m)
				}
				if o == session.Unknown {
					w.t.Fatalf("%q ended as unknown, although the store remembers", m)
				}
			}
		}
	}
}

func parse(t failer, m string) (string, int) {
	name, rest, _ := strings.Cut(m, "#")
	num, _, ok := strings.Cut(rest, "/")
	n := 0
	for _, r := range num {
		n = n*10 + int(r-'0')
	}
	if !ok {
		t.Fatalf("the log holds %q, which nobody published", m)
	}
	return name, n
}

// checkDownstream: each subscriber saw the whole log, in order.
func (w *world) checkDownstream() {
	for _, c := range w.clients {
		for _, r := range c.subs {
			if want := w.contents(r.channel); !slices.Equal(r.got, want) {
				w.t.Fatalf("%s saw %d records of %q, the log has %d:\n%q\n%q", c.name, len(r.got), r.channel, len(want), r.got, want)
			}
		}
	}
}

// Promises 1 and 3, over cuts at every point, slow consumers, oversized records and halted lanes.
func TestExactlyOnceInOrder(t *testing.T) {
	var resent, dups int
	rapid.Check(t, func(t *rapid.T) {
		w := run(t, plan{defers: true})
		w.checkUpstream()
		w.checkDownstream()
		for _, c := range w.clients {
			for m, o := range c.ended {
				if want := outcomeFor(m); o != want {
					t.Fatalf("%q ended as %d, want %d", m, o, want)
				}
			}
		}
		resent, dups = resent+w.resent, dups+w.duplicates
	})
	if resent == 0 || dups == 0 {
		t.Fatalf("resent %d, duplicates %d: the faults did not bite", resent, dups)
	}
}

func outcomeFor(m string) session.Outcome {
	if len(m) > 1000 {
		return session.Failed
	}
	return session.Delivered
}

// Promise 4: what retention removed before a subscriber saw it is named exactly, and all else comes.
func TestGapsAreExact(t *testing.T) {
	gaps := 0
	rapid.Check(t, func(t *rapid.T) {
		w := run(t, plan{trims: true, churn: true, halfOpen: true})
		for _, c := range w.clients {
			for _, r := range c.subs {
				st, _ := w.log.State(background, r.channel)
				missing := uint64(0)
				for _, g := range r.gaps {
					if g.Reason != wire.GapRetention || g.To != g.After {
						t.Fatalf("%s: gap %+v", c.name, g)
					}
					missing += g.To - g.From + 1
				}
				if r.start+uint64(len(r.got))+missing != st.Head {
					t.Fatalf("%s: %d records and %d in gaps, the head is %d", c.name, len(r.got), missing, st.Head)
				}
			}
		}
		gaps += w.gaps
	})
	if gaps == 0 {
		t.Fatal("no gap was ever seen")
	}
}

// Promise 5: a store that lost its memory leads to unknown and gaps, never to doubles or silence.
func TestStoreRestarts(t *testing.T) {
	unknown, gaps := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := run(t, plan{restarts: true, halfOpen: true, drops: true, defers: true})
		for _, ch := range channels {
			seen := map[string]bool{}
			for _, m := range w.contents(ch) {
				if seen[m] {
					t.Fatalf("%q is in the log twice", m)
				}
				seen[m] = true
			}
		}
		for _, c := range w.clients {
			for _, r := range c.subs {
				tail := w.contents(r.channel)
				if len(tail) > len(r.got) || !slices.Equal(r.got[len(r.got)-len(tail):], tail) {
					t.Fatalf("%s: the log is %q, it saw %q", c.name, tail, r.got)
				}
				seen := map[string]bool{}
				for _, m := range r.got {
					if seen[m] {
						t.Fatalf("%s saw %q twice", c.name, m)
					}
					seen[m] = true
				}
			}
		}
		unknown, gaps = unknown+w.unknown, gaps+w.gaps
	})
	if unknown == 0 || gaps == 0 {
		t.Fatalf("unknown %d, gaps %d: the faults did not bite", unknown, gaps)
	}
}

// Promise 1 over killed publishers: what the outbox had taken in durably is stored once, in order over all of
// its lives, and what expired unsent leaves no hole.
func TestDurableOutbox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := run(t, plan{crashes: true, ttl: true, defers: true, halfOpen: true, drops: true})
		w.checkUpstream()
		for _, c := range w.clients {
			if c.over != 0 {
				t.Fatalf("%s has stopped: %v", c.name, c.over)
			}
			if len(c.entries) != 0 {
				t.Fatalf("%s: %d entries have no outcome", c.name, len(c.entries))
			}
		}
	})
}
