package client

import (
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// What the session's owner does to its outbox. Each change and its line in the journal are one step under the
// lock, so that a snapshot of the memory can take the place of all that was written before.

// persist takes e in under the id and number that the machine gave it.
func (o *Outbox) persist(e *entry, x *session.Entry) {
	o.mu.Lock()
	defer o.mu.Unlock()
	e.id, e.producer, e.number, e.sent = x.ID, x.Producer, x.Number, x.Sent
	e.receipt.named(e.producer, e.number)
	l := o.lane(laneKey{e.channel, e.producer})
	l.next = e.number + 1
	o.insert(e)
	if e.taken {
		o.input, o.sum = e.input, e.sum
	}
	if o.j == nil {
		e.receipt.keep()
		return
	}
	e.written = o.j.append(func(b []byte) []byte { return appendEntry(b, e) })
	o.j.live += e.written
	o.j.through = e.id
	o.j.kept = append(o.j.kept, e.receipt)
}

func (o *Outbox) lane(k laneKey) *lane {
	l := o.lanes[k]
	if l == nil {
		l = &lane{next: 1}
		o.lanes[k] = l
	}
	return l
}

func (o *Outbox) insert(e *entry) {
	o.entries[e.id] = e
	e.prev = o.last
	if o.last == nil {
		o.first = e
	} else {
		o.last.next = e
	}
	o.last = e
}

func (o *Outbox) unlink(e *entry) {
	delete(o.entries, e.id)
	if e.prev == nil {
		o.first = e.next
	} else {
		e.prev.next = e.next
	}
	if e.next == nil {
		o.last = e.prev
	} else {
		e.next.prev = e.prev
	}
	e.prev, e.next = nil, nil
}

// sending returns the entry that is about to be sent, and notes that it is.
func (o *Outbox) sending(x *session.Entry) *entry {
	o.mu.Lock()
	defer o.mu.Unlock()
	e := o.entries[x.ID]
	if e == nil {
		return nil
	}
	if !e.out {
		e.out = true
		e.sent = x.Sent
		e.receipt.sent()
	}
	return e
}

// mark notes that all entries up to an id that bear no mark are sent for the first time now.
func (o *Outbox) mark(through session.EntryID, sent wire.Sent) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for e := o.last; e != nil; e = e.prev {
		if e.id <= through && !e.out && e.sent == (wire.Sent{}) {
			e.sent = sent
		}
	}
	if o.j != nil {
		o.j.append(func(b []byte) []byte { return appendMark(b, through, sent) })
		o.j.marks = append(o.j.marks, marked{through, sent})
	}
}

// seal notes that a lane goes on under another producer.
func (o *Outbox) seal(id session.EntryID, x *session.Lane) {
	o.mu.Lock()
	defer o.mu.Unlock()
	k := laneKey{x.Channel, x.Producer}
	l := o.lane(k)
	l.successor = x.Successor
	if o.j != nil {
		o.j.append(func(b []byte) []byte { return appendLane(b, k, l) })
		o.j.through = id
	}
}

// ended takes an entry out that has its final answer; its room is released when everybody was told. One that failed
// is noted in the journal, since it must not be sent by a later process.
func (o *Outbox) ended(x *session.Entry, outcome session.Outcome) *entry {
	o.mu.Lock()
	defer o.mu.Unlock()
	e := o.entries[x.ID]
	if e == nil {
		return nil
	}
	o.unlink(e)
	if o.j != nil {
		o.j.live -= e.written
		if outcome != session.Delivered {
			o.leaving++
			o.leavingB += e.size
			o.j.append(func(b []byte) []byte { return appendEnded(b, laneKey{e.channel, e.producer}, e.number) })
		}
	}
	return e
}

// resolved notes how far a lane has its answers; lazily, since answers that are forgotten are only asked for
// again.
func (o *Outbox) resolved(x *session.Lane) {
	o.mu.Lock()
	defer o.mu.Unlock()
	k := laneKey{x.Channel, x.Producer}
	l := o.lane(k)
	l.next, l.resolved = max(l.next, x.Next), max(l.resolved, x.Resolved)
	l.acked, l.answer, l.forgotten = x.Acked, wire.Sent{At: x.AckedAt, Memory: x.Memory}, x.Forgotten
	if !l.dirty && o.j != nil {
		l.dirty = true
		o.j.dirty = append(o.j.dirty, k)
	}
	if x.Sealed {
		delete(o.lanes, k)
		if o.j != nil {
			o.j.append(func(b []byte) []byte { return appendForgotten(b, k) })
		}
	}
}

// flushLanes writes what is lazy.
func (o *Outbox) flushLanes() {
	for _, k := range o.j.dirty {
		if l := o.lanes[k]; l != nil {
			l.dirty = false
			o.j.append(func(b []byte) []byte { return appendLane(b, k, l) })
		}
	}
	o.j.dirty = o.j.dirty[:0]
}

// commit starts writing what has gathered, if anything is waited for or there is nothing else to do.
func (o *Outbox) commit() {
	if o.j == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.j.wanted() || o.room.records == 0 && len(o.j.dirty) > 0 {
		o.flushLanes()
		o.j.kick()
	}
}

// whenDurable calls f once all that was noted is durable; at once in a memory outbox.
func (o *Outbox) whenDurable(f func()) {
	if o.j == nil {
		f()
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.j.then = append(o.j.then, f)
}
