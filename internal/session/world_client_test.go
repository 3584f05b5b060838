package session_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/store"
)

// message is the name of a message in the history: its data without what makes it long.
func message(data []byte) string { return strings.TrimRight(string(data), ".") }

func hashOf(data []byte) uint64 { return store.ContentHash(holdfast.Text, nil, data) }

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
	for _, k := range c.ghosts { // the peer's kernel still sends what the process had written
		k.down = nil
	}
	c.w.counts["fault: client crash"]++
	if c.durable == session.Volatile {
		c.w.note(check.Event{Kind: check.ClientCrashed, Client: c.name})
		c.entries = map[session.EntryID]*content{}
		c.lanes = map[string]map[holdfast.ProducerID]session.Lane{}
		c.subs, c.began = map[uint64]*reading{}, map[string]bool{}
		c.over = 0
		c.open()
		return
	}
	c.w.note(check.Event{Kind: check.ClientCrashed, Client: c.name, Outbox: check.Durable})
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
		c.w.fault("half-open", c.name, "%s gives its connection up, the server does not know", c.name)
		c.ghosts = append(c.ghosts, k)
		c.cut()
	}
}

// haunt moves a connection that is still half-open a step on: they end in any order.
func (c *client) haunt(which int) {
	for len(c.ghosts) > 0 {
		i := which % len(c.ghosts)
		k := c.ghosts[i]
		switch {
		case k.gone || len(k.up)+len(k.drafts) == 0:
			c.ghosts = slices.Delete(c.ghosts, i, i+1)
			continue
		case len(k.drafts) > 0:
			c.commit(k)
		default:
			c.w.fault("late frames", c.name, "a message of an older connection of %s arrives", c.name)
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
	c.conn = &conn{began: c.w.now, machine: session.NewServer(c.w.now.UnixMilli(), c.w.limits, c.codec), cursors: map[uint32]*cursor{}, user: c.name}
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
	if c.over != 0 {
		return
	}
	c.w.counts["published"]++
	c.w.note(check.Event{Kind: check.Invoked, Client: c.name, Channel: channel, Message: message([]byte(data)), Hash: hashOf([]byte(data))})
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
	for _, id := range sorted(c.entries) {
		if e := c.entries[id]; !e.saved {
			e.saved = true
			c.w.note(check.Event{Kind: check.Accepted, Client: c.name, Channel: e.entry.Channel, Message: message([]byte(e.data))})
		}
	}
	c.disk, c.journal = copied(c.lanes), nil
	c.step(session.ClientEvent{Kind: session.EvPersisted, Entry: session.Entry{ID: c.unsynced.upTo}})
}

func (c *client) subscribe(id uint64, channel string, from wire.From, cp session.Checkpoint) {
	r := &reading{channel: channel, pos: cp.Position, life: fmt.Sprintf("%s/%d", c.name, id)}
	c.subs[id] = r
	e := check.Event{Kind: check.Began, Client: c.name, Sub: r.life, Channel: channel, Begin: check.AtStart}
	if cp.Position != (holdfast.Position{}) {
		e.Begin, e.Pos = check.After, cp.Position
	}
	c.w.note(e)
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
