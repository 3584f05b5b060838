package session

import (
	"slices"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

type itemKind uint8

const (
	itemRecord itemKind = iota
	itemSkip
	itemSeal // a skip that hands the lane over to its successor
)

// item is what a lane still has to send, or to hear about. Items stand in order of their numbers.
type item struct {
	kind  itemKind
	sent  bool  // on this socket
	ever  bool  // or may have been, in an earlier life
	entry Entry // of a record; of a seal only the ID
	from  uint64
	to    uint64 // the number of a record; the last of a skip
}

// lane is one producer's records in one channel.
type lane struct {
	key       laneKey
	next      uint64
	resolved  uint64 // all numbers up to it have their answer
	acked     uint64 // the last that was answered as stored,
	memory    uint64 // by the server with this memory of lanes,
	ackedAt   int64  // at this server time
	forgotten uint64 // up to here the server has forgotten the lane, and lost nothing
	successor holdfast.ProducerID
	after     *lane // to be sealed before anything here is sent
	sealed    bool
	unwritten bool // the outbox does not know of it yet

	items       []item
	send        int // the next of items to be sent on this socket
	queued      bool
	stale       int // resends in flight whose outcome the server may not know
	unknownFrom uint64
	haltedUntil time.Time
	goneBack    int // without progress
	pace        int // how many may be unanswered, since the server limits the rate; 0: as many as its bounds allow
	landed      int // how many were answered on this socket since the lane was last held
}

// rewind makes the lane send again from its lowest.
func (l *lane) rewind() {
	for i := range l.items[:l.send] {
		l.items[i].sent = false
	}
	l.send, l.stale, l.pace, l.landed = 0, 0, 0, 0
}

// answered notes that n more have their answer: the server takes so many at least, so as many more may follow.
func (l *lane) answered(n int) {
	l.landed += n
	if l.pace > 0 {
		l.pace += n
	}
}

// lowest returns the first number that has no answer and none to come.
func (l *lane) lowest() uint64 {
	if len(l.items) > 0 {
		return l.items[0].from
	}
	return l.next
}

// Load gives the machine what a durable outbox remembers. It is called before the first Step.
func (c *Client) Load(lanes []Lane, entries []Entry) {
	if recorder != nil {
		recorder.ClientLoads(c, lanes, entries)
	}
	for _, x := range lanes {
		l := c.addLane(laneKey{x.Channel, x.Producer}, max(x.Next, x.Resolved+1))
		l.resolved, l.successor = x.Resolved, x.Successor
		l.acked, l.memory, l.ackedAt, l.forgotten = x.Acked, x.Memory, x.AckedAt, x.Forgotten
	}
	for _, e := range entries {
		k := laneKey{e.Channel, e.Producer}
		l := c.byKey[k]
		if l == nil {
			l = c.addLane(k, 1)
		}
		l.fill(e.Number)
		l.items = append(l.items, item{entry: e, from: e.Number, to: e.Number, ever: e.Sent != wire.Sent{}})
		l.next = max(l.next, e.Number+1)
		c.lastEntry = max(c.lastEntry, e.ID)
		c.willExpire(e.Expires)
	}
	c.persisted = c.lastEntry
	for _, l := range c.all {
		if l.acked == 0 { // of what came before nothing is known, so nothing of it can be said to be lost
			l.forgotten = max(l.forgotten, l.lowest()-1)
		}
	}
	for _, x := range lanes {
		l := c.byKey[laneKey{x.Channel, x.Producer}]
		l.fill(l.next)
		if l.successor.IsZero() {
			c.current[x.Channel] = l
			continue
		}
		// it may have been sealed already, and then it takes no other number
		l.items = append(l.items, item{kind: itemSeal, from: l.next, to: l.next - 1})
		k := laneKey{x.Channel, l.successor}
		s := c.byKey[k]
		if s == nil { // it was chosen, and then the process ended before anything was published in it
			s = c.addLane(k, 1)
			s.unwritten = true
			c.current[x.Channel] = s
		}
		s.after = l
	}
	for _, l := range c.all {
		c.queue(l)
	}
}

// fill puts a skip where numbers below n are missing.
func (l *lane) fill(n uint64) {
	from := l.resolved + 1
	if k := len(l.items); k > 0 {
		from = l.items[k-1].to + 1
	}
	if from < n {
		l.items = append(l.items, item{kind: itemSkip, from: from, to: n - 1})
	}
}

func (c *Client) addLane(k laneKey, next uint64) *lane {
	l := &lane{key: k, next: next}
	c.byKey[k] = l
	c.all = append(c.all, l)
	return l
}

// queue makes the lane one that pump looks at, if it has anything to send.
func (c *Client) queue(l *lane) {
	if !l.queued && l.send < len(l.items) {
		l.queued = true
		c.lanes = append(c.lanes, l)
	}
}

// laneFor returns the lane that new records of a channel go to. An outbox that is opened anew goes on in a
// new lane, to which the old one is handed over: a copy of the outbox would hand it to another.
func (c *Client) laneFor(channel string, fx []ClientEffect) (*lane, []ClientEffect) {
	old := c.current[channel]
	if old != nil && old.key.producer == c.o.Producer {
		return old, fx
	}
	l := c.addLane(laneKey{channel, c.o.Producer}, 1)
	c.current[channel] = l
	if old != nil {
		old.successor = c.o.Producer
		c.lastEntry++
		sealed := Lane{Channel: channel, Producer: old.key.producer, Next: old.next, Resolved: old.resolved, Successor: old.successor}
		old.seal(c.lastEntry)
		l.after = old
		c.queue(old)
		fx = append(fx, ClientEffect{Kind: FxSeal, Entry: Entry{ID: c.lastEntry}, Lane: sealed})
	}
	return l, fx
}

// seal ends the lane with its handing over. A server takes that also of a lane that it does not know, since it may
// have forgotten it in peace; so a lane with nothing else to send gives a number up before, which a server that
// lost what it had acknowledged does not expect.
func (l *lane) seal(id EntryID) {
	if len(l.items) == 0 && l.acked > 0 {
		l.items = append(l.items, item{kind: itemSkip, from: l.next, to: l.next})
		l.next++
	}
	l.items = append(l.items, item{kind: itemSeal, from: l.next, to: l.next - 1, entry: Entry{ID: id}})
}

func (c *Client) publish(now time.Time, e Entry, fx []ClientEffect) []ClientEffect {
	l, fx := c.laneFor(e.Channel, fx)
	c.lastEntry++
	e.ID, e.Producer, e.Number = c.lastEntry, l.key.producer, l.next
	if c.o.Durable == Durable && c.state == clientOpen {
		e.Sent = wire.Sent{At: c.serverNow(now), Memory: c.welcome.Memory}
	}
	l.next++
	c.willExpire(e.Expires)
	l.items = append(l.items, item{entry: e, from: e.Number, to: e.Number})
	c.queue(l)
	return append(fx, ClientEffect{Kind: FxPersist, Entry: e})
}

func (c *Client) marked(through EntryID, sent wire.Sent) {
	c.marking = false
	for _, l := range c.lanes {
		for i := l.send; i < len(l.items); i++ {
			if x := &l.items[i]; !x.ever && x.kind == itemRecord && x.entry.ID <= through {
				x.entry.Sent = sent
			}
		}
	}
}

// burst is how many frames a lane sends before it is the next one's turn.
const burst = 64

// pump sends what may be sent: lanes in turn, each in its order, within the server's bounds.
func (c *Client) pump(now time.Time, fx []ClientEffect) []ClientEffect {
	idle := 0
	for len(c.lanes) > 0 && idle < len(c.lanes) && c.flight.Records < c.inFlight().Records {
		if c.turn >= len(c.lanes) {
			c.turn = 0
		}
		l := c.lanes[c.turn]
		before := len(fx)
		fx = c.pumpLane(now, l, fx)
		if len(fx) > before {
			idle = 0
		} else {
			idle++
		}
		if l.send >= len(l.items) {
			l.queued = false
			c.lanes = slices.Delete(c.lanes, c.turn, c.turn+1)
			idle = 0
		} else {
			c.turn++
		}
	}
	return fx
}

func (c *Client) pumpLane(now time.Time, l *lane, fx []ClientEffect) []ClientEffect {
	if l.after != nil && !l.after.sealed || now.Before(l.haltedUntil) {
		return fx
	}
	l.haltedUntil = time.Time{}
	if l.unknownFrom != 0 {
		if l.send > 0 { // more answers are to come first
			return fx
		}
		l.skipBefore(l.unknownFrom)
		l.unknownFrom = 0
	}
	for n := 0; n < burst && l.send < len(l.items); n++ {
		x := &l.items[l.send]
		if x.kind == itemRecord && !x.ever && c.tooLarge(x) {
			fx = c.giveUp(l, l.send, holdfast.CodeMessageTooLarge, fx)
			x = &l.items[l.send]
		}
		stop := false
		if fx, stop = c.holdBack(now, l, x, fx); stop {
			return fx
		}
		fx = c.sendItem(now, l, x, fx)
	}
	return fx
}

// inFlight returns how much may be unanswered.
func (c *Client) inFlight() wire.Window {
	most := c.welcome.MaxInFlight
	if most.Records == 0 {
		most.Records = 1024
	}
	if most.Bytes == 0 {
		most.Bytes = 1 << 20
	}
	return most
}

func (c *Client) tooLarge(x *item) bool {
	return c.welcome.MaxMessage > 0 && x.entry.Size > int(c.welcome.MaxMessage)
}

// holdBack reports whether x may not be sent yet.
func (c *Client) holdBack(now time.Time, l *lane, x *item, fx []ClientEffect) ([]ClientEffect, bool) {
	most := c.inFlight()
	if c.flight.Records >= most.Records || c.flight.Records > 0 && c.flight.Bytes+uint32(x.entry.Size) > most.Bytes {
		return fx, true
	}
	if l.pace > 0 && l.send >= l.pace {
		return fx, true
	}
	if x.kind == itemSeal && l.send > 0 {
		// a server that has forgotten the lane would take it all the same, and with it all numbers before it as given up
		return fx, true
	}
	if x.ever {
		return fx, false
	}
	if l.stale > 0 { // what comes after an unknown has to wait for the skip
		return fx, true
	}
	if c.o.Durable == Volatile {
		return fx, false
	}
	if x.entry.ID > c.persisted {
		return fx, true
	}
	if x.kind == itemRecord && x.entry.Sent.Memory != c.welcome.Memory {
		if !c.marking {
			c.marking = true
			fx = append(fx, ClientEffect{Kind: FxMark, Entry: Entry{ID: c.persisted}, Sent: wire.Sent{At: c.serverNow(now), Memory: c.welcome.Memory}})
		}
		return fx, true
	}
	return fx, false
}

func (c *Client) sendItem(now time.Time, l *lane, x *item, fx []ClientEffect) []ClientEffect {
	if c.flight.Records == 0 {
		c.answered = now
	}
	c.flight.Records++
	c.flight.Bytes += uint32(x.entry.Size)
	producer := l.key.producer
	if producer == c.o.Producer {
		producer = holdfast.ProducerID{}
	}
	f := ClientEffect{Kind: FxPublish, Resend: x.ever}
	if x.kind == itemRecord {
		if x.ever {
			f.Sent = x.entry.Sent
			if c.stale(now, x) {
				l.stale++
			}
		} else if c.o.Durable == Volatile {
			x.entry.Sent = wire.Sent{At: c.serverNow(now), Memory: c.welcome.Memory}
		}
		f.Entry = x.entry
		f.Entry.Producer = producer
	} else {
		f.Kind = FxSkip
		f.Skip = wire.Skip{Channel: l.key.channel, Producer: producer, From: x.from, To: x.to}
		if x.kind == itemSeal {
			f.Skip.Successor = l.successor
		}
	}
	x.sent, x.ever = true, true
	l.send++
	return append(fx, f)
}

// stale reports whether the server may have to answer that it cannot know.
func (c *Client) stale(now time.Time, x *item) bool {
	return x.entry.Sent.Memory != c.welcome.Memory ||
		c.welcome.DedupeWindow > 0 && c.serverNow(now)-x.entry.Sent.At > c.welcome.DedupeWindow
}

// landed takes an item off what is in flight.
func (c *Client) landed(now time.Time, l *lane, x *item) {
	if !x.sent {
		return
	}
	x.sent = false
	c.flight.Records--
	c.flight.Bytes -= uint32(x.entry.Size)
	if x.kind == itemRecord && l.stale > 0 && c.stale(now, x) {
		l.stale--
	}
}

// giveUp resolves items[i], a record that was never sent, as failed; a skip takes its place.
func (c *Client) giveUp(l *lane, i int, code holdfast.Code, fx []ClientEffect) []ClientEffect {
	x := &l.items[i]
	fx = append(fx, ClientEffect{Kind: FxOutcome, Entry: x.entry, Outcome: Failed, Code: code, Detail: c.givenUp(x, code)})
	*x = item{kind: itemSkip, from: x.from, to: x.to}
	return fx
}

func (c *Client) givenUp(x *item, code holdfast.Code) string {
	if code != holdfast.CodeMessageTooLarge {
		return ""
	}
	return "publish: data has " + strconv.Itoa(x.entry.Size) + " bytes; the server's limit is " + strconv.FormatUint(uint64(c.welcome.MaxMessage), 10)
}

func (c *Client) drop(id EntryID, code holdfast.Code, fx []ClientEffect) []ClientEffect {
	for _, l := range c.lanes {
		for i := l.send; i < len(l.items); i++ {
			if x := &l.items[i]; x.entry.ID == id && x.kind == itemRecord && !x.ever {
				fx = c.giveUp(l, i, code, fx)
				l.joinSkips(i)
				return fx
			}
		}
	}
	return fx
}

func (c *Client) willExpire(t time.Time) {
	if !t.IsZero() && (c.expires.IsZero() || t.Before(c.expires)) {
		c.expires = t
	}
}

func (c *Client) expire(now time.Time, fx []ClientEffect) []ClientEffect {
	if c.expires.IsZero() || now.Before(c.expires) {
		return fx
	}
	c.expires = time.Time{}
	for _, l := range c.lanes {
		first := -1
		for i := l.send; i < len(l.items); i++ {
			x := &l.items[i]
			t := x.entry.Expires
			switch {
			case x.kind != itemRecord || x.ever || t.IsZero():
			case now.Before(t):
				c.willExpire(t)
			default:
				fx = c.giveUp(l, i, holdfast.CodeExpired, fx)
				if first < 0 {
					first = i
				}
			}
		}
		if first >= 0 {
			l.joinSkips(first)
		}
	}
	return fx
}

// joinSkips makes one skip of those that lie side by side and were never sent, from just before items[i] on: what is
// given up while there is no connection takes no room.
func (l *lane) joinSkips(i int) {
	fresh := func(x *item) bool { return x.kind == itemSkip && !x.ever }
	k := max(i-1, l.send)
	if k == l.send && k+1 < len(l.items) && fresh(&l.items[k]) && fresh(&l.items[k+1]) && (k+2 == len(l.items) || !fresh(&l.items[k+2])) && k == 0 {
		l.items[1].from = l.items[0].from
		l.items = l.items[1:] // the usual case: the oldest one goes
		return
	}
	for j := k + 1; j < len(l.items); j++ {
		if fresh(&l.items[k]) && fresh(&l.items[j]) && l.items[k].to+1 == l.items[j].from {
			l.items[k].to = l.items[j].to
			continue
		}
		k++
		l.items[k] = l.items[j]
	}
	if k+1 < len(l.items) {
		clear(l.items[k+1:])
		l.items = l.items[:k+1]
	}
}

// skipBefore puts a skip before the first item for all numbers from from on that have their outcome here.
func (l *lane) skipBefore(from uint64) {
	l.rewind()
	if u := l.lowest(); from < u {
		if len(l.items) > 0 && l.items[0].kind == itemSkip && l.items[0].from == u {
			l.items[0].from = from
			return
		}
		l.items = slices.Insert(l.items, 0, item{kind: itemSkip, from: from, to: u - 1})
	}
}
