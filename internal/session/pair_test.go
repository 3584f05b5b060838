package session_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/store"
)

func unixMilli(ms int64) time.Time { return time.UnixMilli(ms) }

var channels = []string{"a", "b:two"}

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
		if k := c.conn; k != nil {
			c.serve(k, session.ServerEvent{Kind: session.SvSweep, Stalled: k.stalled})
			c.flushReplies(k)
		}
		for _, k := range c.ghosts {
			c.serve(k, session.ServerEvent{Kind: session.SvSweep})
		}
	}
}

// settle heals everything and runs until nothing moves any more. What half-open connections still hold comes at
// last, when everything has had its answer.
func (w *world) settle() {
	w.tell("from here on nothing goes wrong any more")
	w.refuse = 0
	for _, c := range w.clients {
		if k := c.conn; k != nil && (k.lostUp || k.lostDown || k.gone) {
			c.cut()
		} else if k != nil {
			k.stalled = false
		}
	}
	w.rest()
	for _, c := range w.clients {
		for len(c.ghosts) > 0 {
			c.haunt(0)
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
		w.counts["fault: retention"]++
		w.noteFloors()
	}
}

// noteFloors notes what retention has removed.
func (w *world) noteFloors() {
	for _, ch := range channels {
		st, err := w.log.State(background, ch)
		if err != nil {
			w.t.Fatalf("state: %v", err)
		}
		if st.Floor > 0 && st.Floor != w.floors[ch] {
			w.note(check.Event{Kind: check.Trimmed, Channel: ch, To: st.Floor})
		}
		w.floors[ch] = st.Floor
	}
}

// restart loses the memory store, as a process that is killed does.
func (w *world) restart() {
	w.counts["fault: store lost"]++
	w.stop()
	w.note(check.Event{Kind: check.ServerCrashed})
	w.note(check.Event{Kind: check.StoreReplaced})
	w.note(check.Event{Kind: check.Forgot})
	w.floors = map[string]uint64{}
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

// records reads a whole log.
func (w *world) records(channel string) (out []holdfast.Record) {
	for after := uint64(0); ; {
		got, err := w.log.Read(background, channel, after, store.Limit{})
		if err != nil {
			w.t.Fatalf("read: %v", err)
		}
		if len(got.Records()) == 0 {
			return out
		}
		out = append(out, got.Records()...)
		after = out[len(out)-1].Offset
	}
}

func (w *world) contents(channel string) (out []string) {
	for _, r := range w.records(channel) {
		out = append(out, string(r.Data))
	}
	return out
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

// simulations are all kinds of runs, by the name of their test.
var simulations = map[string]simulation{
	"TestExactlyOnceInOrder": {plan{defers: true}, (*world).judgeAll, []string{"resent", "duplicates", "fault: torn", "fault: black hole", "fault: stall"}},
	"TestGapsAreExact":       {plan{trims: true, churn: true, halfOpen: true}, (*world).judgeGaps, []string{"gaps"}},
	"TestStoreRestarts":      {plan{restarts: true, halfOpen: true, drops: true, defers: true}, (*world).judgeRestarts, []string{"unknown", "gaps"}},
	"TestDurableOutbox":      {plan{crashes: true, ttl: true, defers: true, halfOpen: true, drops: true}, (*world).judgeOutboxes, []string{"fault: client crash", "expired"}},
	"TestHalfOpen":           {plan{defers: true, halfOpen: true, churn: true, drops: true}, (*world).judgeHalfOpen, []string{"fault: late frames", "dropped"}},
	"TestRestoredBackup":     {plan{restores: true, churn: true, halfOpen: true, drops: true, defers: true}, (*world).judgeRestored, []string{"lost", "forks"}},
	"TestCopiedOutbox":       {plan{copies: true, halfOpen: true, defers: true}, (*world).judgeCopies, []string{"both"}},
	"TestIdleForWeeks":       {plan{weeks: true, halfOpen: true, drops: true, churn: true, defers: true}, (*world).judgeWeeks, []string{"slept", "unknown"}},
	"TestPowerFailures":      {plan{disk: true, trims: true, halfOpen: true, churn: true, drops: true}, (*world).judgeRest, []string{"fault: power failure", "duplicates"}},
	"TestDeletedChannels":    {plan{deletes: true, halfOpen: true, churn: true, defers: true}, (*world).judgeRest, []string{"fault: deletion", "unknown", "forks"}},
	"TestVolatilePublishers": {plan{crashes: true, volatile: true, trims: true, restarts: true, halfOpen: true}, (*world).judgeRest, []string{"fault: client crash"}},

	"TestDurableOutboxOverLosses/memory": {plan{crashes: true, restarts: true, halfOpen: true, drops: true, defers: true}, (*world).judgeEnds, []string{"unknown"}},
	"TestDurableOutboxOverLosses/backup": {plan{crashes: true, restores: true, halfOpen: true, drops: true, ttl: true}, (*world).judgeEnds, []string{"lost"}},
	"TestDurableOutboxOverLosses/weeks":  {plan{crashes: true, weeks: true, halfOpen: true, ttl: true}, (*world).judgeEnds, []string{"slept"}},

	"TestEverything/memory": {plan{trims: true, restarts: true, crashes: true, ttl: true, defers: true, halfOpen: true, churn: true, drops: true,
		weeks: true, deletes: true}, (*world).judgeRest, []string{"unknown", "gaps"}},
	"TestEverything/disk": {plan{disk: true, restores: true, trims: true, crashes: true, ttl: true, defers: true, halfOpen: true, churn: true, drops: true,
		weeks: true, deletes: true}, (*world).judgeRest, []string{"lost", "gaps"}},
}

// Promises 1 and 3, over cuts at every point, slow consumers, oversized records and halted lanes.
func TestExactlyOnceInOrder(t *testing.T) { simulate(t, simulations[t.Name()]) }

func (w *world) judgeAll() {
	w.checkUpstream()
	w.checkDownstream()
	for _, c := range w.clients {
		for m, o := range c.ended {
			if want := outcomeFor(m); o != want {
				w.t.Fatalf("%q ended as %d, want %d", m, o, want)
			}
		}
	}
}

func outcomeFor(m string) session.Outcome {
	if len(m) > 1000 {
		return session.Failed
	}
	return session.Delivered
}

// Promise 4: what retention removed before a subscriber saw it is named exactly, and all else comes.
func TestGapsAreExact(t *testing.T) { simulate(t, simulations[t.Name()]) }

func (w *world) judgeGaps() {
	for _, c := range w.clients {
		for _, r := range c.subs {
			st, _ := w.log.State(background, r.channel)
			missing := uint64(0)
			for _, g := range r.gaps {
				if g.Reason != wire.GapRetention || g.To != g.After {
					w.t.Fatalf("%s: gap %+v", c.name, g)
				}
				missing += g.To - g.From + 1
			}
			if r.start+uint64(len(r.got))+missing != st.Head {
				w.t.Fatalf("%s: %d records and %d in gaps, the head is %d", c.name, len(r.got), missing, st.Head)
			}
		}
	}
}

// Promise 5: a store that lost its memory leads to unknown and gaps, never to doubles or silence.
func TestStoreRestarts(t *testing.T) { simulate(t, simulations[t.Name()]) }

func (w *world) judgeRestarts() {
	for _, c := range w.clients {
		for _, r := range c.subs {
			tail := w.contents(r.channel)
			if len(tail) > len(r.got) || !slices.Equal(r.got[len(r.got)-len(tail):], tail) {
				w.t.Fatalf("%s: the log is %q, it saw %q", c.name, tail, r.got)
			}
		}
	}
}

// Promise 1 over killed publishers: what the outbox had taken in durably is stored once, in order over all of
// its lives, and what expired unsent leaves no hole.
func TestDurableOutbox(t *testing.T) { simulate(t, simulations[t.Name()]) }

func (w *world) judgeOutboxes() {
	w.checkUpstream()
	w.judgeRest()
}

// judgeRest: nobody has stopped, and no outbox has anything left.
func (w *world) judgeRest() {
	for _, c := range w.clients {
		if c.over != 0 || len(c.entries) != 0 {
			w.t.Fatalf("%s: over %v, %d entries have no outcome", c.name, c.over, len(c.entries))
		}
	}
}

// Promises 1 and 2: what was acknowledged, and what was seen, is there after each power failure.
func TestPowerFailures(t *testing.T) { simulate(t, simulations[t.Name()]) }

// Promises 4 and 5: who reads a channel that is deleted is told, and so is who publishes.
func TestDeletedChannels(t *testing.T) { simulate(t, simulations[t.Name()]) }

// Promise 1 over publishers that are killed and forget everything: nothing is stored twice.
func TestVolatilePublishers(t *testing.T) { simulate(t, simulations[t.Name()]) }

// All promises, with everything that can happen to a store and its clients.
func TestEverything(t *testing.T) {
	for _, name := range []string{"memory", "disk"} {
		t.Run(name, func(t *testing.T) { simulate(t, simulations[t.Name()]) })
	}
}
