package session_test

import (
	"math/rand/v2"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// plan says which faults a run may meet, beside those of the network.
type plan struct {
	disk     bool // the store is on a disk, and power may fail
	trims    bool // retention passes subscribers
	restarts bool // the store is lost and begins anew
	crashes  bool // clients are killed
	volatile bool // and have their outboxes in memory all the same
	ttl      bool // records expire unsent
	defers   bool // policy refuses for a while
	halfOpen bool // connections outlive the client's end of them
	churn    bool // subscriptions end, and are taken up again where they were
	drops    bool // the queue's oldest are given up
	restores bool // the store is put back to an older copy
	copies   bool // an outbox is copied
	weeks    bool // nothing happens for longer than the dedupe window
	deletes  bool // channels are deleted

	bug func() bug // nil: none is planted
}

// action is something that can happen. Scripts name it by its place in actions.
type action struct {
	name  string
	often int               // how much oftener than others
	when  func(p plan) bool // nil: always
	do    func(w *world, c *client, o op)
}

func (o op) channel() string { return channels[int(o.b)%len(channels)] }

// one of several.
func pick[T any](n uint8, from ...T) T { return from[int(n)%len(from)] }

var actions = []action{
	{name: "nothing"},
	{name: "run", often: 2, do: func(w *world, c *client, o op) {
		c.connect()
		for range 1 + o.a%4 {
			c.cycle()
		}
	}},
	{name: "publish", often: 1, do: func(w *world, c *client, o op) {
		ttl := time.Duration(0)
		if w.plan.ttl && o.a/6%2 == 1 {
			ttl = time.Second
		}
		size := pick(o.b/2, 0, 0, 0, 900, 1500)
		for range 1 + o.a%6 {
			c.publish(o.channel(), size, ttl)
		}
	}},
	{name: "connect", do: func(w *world, c *client, o op) { c.connect() }},
	{name: "up", do: func(w *world, c *client, o op) { c.deliverUp(c.conn) }},
	{name: "down", do: func(w *world, c *client, o op) { c.deliverDown() }},
	{name: "commit", do: func(w *world, c *client, o op) { c.commit(c.conn) }},
	{name: "fan out", do: func(w *world, c *client, o op) { c.fanOut() }},
	{name: "sync", do: func(w *world, c *client, o op) { c.sync() }},
	{name: "consume", do: func(w *world, c *client, o op) { c.consume(1 + int(o.a)%8) }},
	{name: "time", do: func(w *world, c *client, o op) {
		w.advance(time.Duration(pick(o.a, 1, 50, 200, 2000, 40_000)) * time.Millisecond)
	}},
	{name: "subscribe", do: func(w *world, c *client, o op) {
		for _, ch := range channels {
			if c.reads(ch) == 0 {
				c.subscribe(c.nextSub(), ch, wire.FromStart, session.Checkpoint{})
			}
		}
	}},

	// the network
	{name: "cut", do: func(w *world, c *client, o op) {
		if c.conn != nil {
			w.fault("cut", c.name, "the connection of %s is cut", c.name)
			c.cut()
		}
	}},
	{name: "torn", do: func(w *world, c *client, o op) { c.tear(int(o.a)%4, int(o.b)%4) }},
	{name: "black hole", do: func(w *world, c *client, o op) {
		if k := c.conn; k != nil {
			k.lostUp, k.lostDown = o.a%3 != 1, o.a%3 != 2
			w.fault("black hole", c.name, "the network of %s takes everything and brings %s", c.name, pick(o.a, "nothing", "nothing from the server", "nothing to the server"))
		}
	}},
	{name: "stall", do: func(w *world, c *client, o op) {
		if k := c.conn; k != nil && !k.stalled {
			k.stalled = true
			w.fault("stall", c.name, "%s takes no more bytes", c.name)
		}
	}},
	{name: "half-open", when: func(p plan) bool { return p.halfOpen }, do: func(w *world, c *client, o op) { c.halfOpen() }},
	{name: "late frames", when: func(p plan) bool { return p.halfOpen }, do: func(w *world, c *client, o op) { c.haunt(int(o.a)) }},
	{name: "clock", when: func(p plan) bool { return !p.deletes }, do: func(w *world, c *client, o op) {
		d := pick(o.a/2, time.Second, time.Minute, time.Hour)
		if o.a%2 == 1 {
			d = -d
		}
		w.skew += d
		w.fault("clock jump", "", "the server's clock jumps by %v", d)
	}},

	// the server and its store
	{name: "retention", when: func(p plan) bool { return p.trims }, do: func(w *world, c *client, o op) {
		c.around(o, func() { w.outrun(c, o) })
	}},
	{name: "restart", when: func(p plan) bool { return p.restarts }, do: func(w *world, c *client, o op) { c.around(o, w.restart) }},
	{name: "new term", when: onDisk, do: func(w *world, c *client, o op) { c.around(o, w.reopen) }},
	{name: "power failure", when: onDisk, do: func(w *world, c *client, o op) { c.around(o, func() { w.powerFails(o) }) }},
	{name: "power failure in a commit", when: onDisk, do: func(w *world, c *client, o op) {
		c.sync()
		c.deliverUp(c.conn)
		if k := c.conn; k != nil && len(k.drafts) > 0 {
			w.append(k.drafts)
			w.powerFails(o)
		}
	}},
	{name: "refuse", when: func(p plan) bool { return p.defers }, do: func(w *world, c *client, o op) {
		w.refuse = holdfast.CodeStoreFull
		w.fault("refusal that passes", "", "the server's disk is full")
	}},
	{name: "admit", when: func(p plan) bool { return p.defers }, do: func(w *world, c *client, o op) { w.refuse = 0 }},
	{name: "back up", when: func(p plan) bool { return p.restores }, do: func(w *world, c *client, o op) {
		w.backUp()
		w.tell("the store is backed up")
	}},
	{name: "restore", when: func(p plan) bool { return p.restores }, do: func(w *world, c *client, o op) { c.around(o, w.restore) }},
	{name: "weeks", when: func(p plan) bool { return p.weeks }, do: func(w *world, c *client, o op) { c.around(o, w.sleepForWeeks) }},
	{name: "delete", when: func(p plan) bool { return p.deletes }, do: func(w *world, c *client, o op) {
		c.around(o, func() { w.remove(o.channel()) })
	}},

	// clients
	{name: "crash", when: func(p plan) bool { return p.crashes || p.copies }, do: func(w *world, c *client, o op) { c.crash(int(o.a) % 4) }},
	{name: "resubscribe", when: func(p plan) bool { return p.churn }, do: func(w *world, c *client, o op) { c.resubscribe(o.channel()) }},
	{name: "drop", when: func(p plan) bool { return p.drops }, do: func(w *world, c *client, o op) { c.drop(1 + int(o.a)%4) }},
	{name: "copy", when: func(p plan) bool { return p.copies }, do: func(w *world, c *client, o op) { w.copyOutbox(o) }},
}

func onDisk(p plan) bool { return p.disk || p.restores }

// around lets something happen just after the client was busy, so that what is lost has been acknowledged, and seen, or
// was on its way; and lets it go on afterwards.
func (c *client) around(o op, happen func()) {
	busy := o.a%2 == 1
	for range 2 {
		for _, ch := range channels {
			if busy && c.over == 0 {
				if c.reads(ch) == 0 {
					c.subscribe(c.nextSub(), ch, wire.FromStart, session.Checkpoint{})
				}
				c.publish(ch, 0, 0)
			}
		}
		for range 1 + o.a/2%4 {
			if busy {
				c.connect()
				c.cycle()
			}
		}
		happen()
		happen = func() {}
		o.a = o.a&1 | o.b/2%4*2
	}
}

// outrun removes the older half of a channel, maybe after one has published more than is kept while the other was away.
func (w *world) outrun(c *client, o op) {
	ch := o.channel()
	if o.a/8%2 == 1 {
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
}

// tear cuts the connection in the middle of what is on its way: so many messages still arrive at either end.
func (c *client) tear(up, down int) {
	k := c.conn
	if k == nil {
		return
	}
	c.w.fault("torn", c.name, "the connection of %s is cut, after the next %d messages up and %d down", c.name, up, down)
	for range up {
		c.deliverUp(k)
	}
	c.commit(k)
	for range down {
		if c.conn == k {
			c.deliverDown()
		}
	}
	if c.conn == k {
		c.cut()
	}
}

// reopen ends the server in peace and starts it again: a new term.
func (w *world) reopen() {
	w.fault("new term", "", "the server is restarted")
	w.stop()
	w.open()
}

// powerFails ends the server at once; of what was not synced a random part is left.
func (w *world) powerFails(o op) {
	w.fault("power failure", "", "the server's power fails; %d %% of what was not synced is left", int(o.b)*100/63)
	left := w.fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: int(o.b) * 100 / 63, RNG: rand.New(rand.NewPCG(uint64(o.a), uint64(o.b)))})
	w.stop()
	w.note(check.Event{Kind: check.ServerCrashed})
	w.fs = left
	w.open()
}

// remove deletes a channel. The store remembers when it deleted one last, and no more of it: what is in doubt anywhere
// may be unknown afterwards.
func (w *world) remove(channel string) {
	w.counts["fault: deletion"]++
	w.note(check.Event{Kind: check.Deleted, Channel: channel})
	w.note(check.Event{Kind: check.Forgot})
	if err := w.log.Delete(background, channel); err != nil {
		w.t.Fatalf("delete: %v", err)
	}
	w.floors[channel], w.remade[channel], w.delete = 0, true, w.now
	w.now = w.now.Add(time.Millisecond)
}
