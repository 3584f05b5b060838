package session

import (
	"slices"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

func (c *Client) laneOf(channel string, producer holdfast.ProducerID) *lane {
	if producer.IsZero() {
		producer = c.o.Producer
	}
	return c.byKey[laneKey{channel, producer}]
}

// stored resolves every number up to the one named; the last Count of them are told apart.
func (c *Client) stored(now time.Time, f *wire.Stored, fx []ClientEffect) []ClientEffect {
	l := c.laneOf(f.Channel, f.Producer)
	if l == nil {
		return fx
	}
	n := 0
	for n < l.send {
		x := &l.items[n]
		if x.to > f.Number || x.kind == itemSeal && (n > 0 || f.Flags&wire.FlagSkipped == 0) {
			break // a seal has an answer of its own
		}
		c.landed(now, l, x)
		switch {
		case x.kind == itemSeal:
			l.sealed = true
		case x.kind == itemRecord:
			fx = append(fx, outcomeOf(x.entry, f))
		}
		n++
	}
	if n == 0 {
		return fx
	}
	c.progress(now, l)
	last := &l.items[n-1]
	number := last.to // never more than was sent, whatever the server says
	if f.Flags&wire.FlagSkipped == 0 {
		if l.memory != c.welcome.Memory || !c.remembered(now, l) { // an earlier process may have gone on behind a skip
			l.forgotten = max(l.forgotten, l.acked)
		}
		l.acked, l.memory, l.ackedAt = number, c.welcome.Memory, c.serverNow(now)
		if f.Flags&wire.FlagDuplicate != 0 { // a server remembers a lane from when it stored something
			l.ackedAt = last.entry.Sent.At
		}
	}
	l.shift(n)
	c.requeue(l)
	return c.resolvedTo(l, number, fx)
}

func outcomeOf(e Entry, f *wire.Stored) ClientEffect {
	o := ClientEffect{Kind: FxOutcome, Entry: e, Outcome: Delivered, Synced: f.Flags&wire.FlagSynced != 0, Copies: f.Copies}
	back := f.Number - e.Number
	if back >= uint64(max(1, f.Count)) {
		return o
	}
	if f.Flags&wire.FlagSkipped != 0 {
		return ClientEffect{Kind: FxOutcome, Entry: e, Outcome: Failed, Code: holdfast.CodeRefusedEarlier}
	}
	o.Duplicate = f.Flags&wire.FlagDuplicate != 0
	if f.Offset > back {
		o.Offset = f.Offset - back
	}
	return o
}

// progress notes that the server answers.
func (c *Client) progress(now time.Time, l *lane) {
	l.goneBack = 0
	c.answered, c.probes = now, 0
}

// shift takes the first n items off.
func (l *lane) shift(n int) {
	l.items = l.items[n:]
	l.send -= n
	l.answered(n)
	if len(l.items) == 0 {
		l.items = nil
	}
}

func (c *Client) resolvedTo(l *lane, number uint64, fx []ClientEffect) []ClientEffect {
	if number <= l.resolved && !l.sealed {
		return fx
	}
	l.resolved = max(l.resolved, number)
	if l.sealed && len(l.items) == 0 {
		delete(c.byKey, l.key)
		c.all = slices.DeleteFunc(c.all, func(x *lane) bool { return x == l })
	}
	if s := c.byKey[laneKey{l.key.channel, l.successor}]; l.sealed && s != nil && s.unwritten {
		s.unwritten = false // the outbox is to know how it goes on before it forgets this lane
		fx = append(fx, ClientEffect{Kind: FxResolved, Lane: s.facts()})
	}
	return append(fx, ClientEffect{Kind: FxResolved, Lane: l.facts()})
}

// facts is what an outbox is to remember of a lane.
func (l *lane) facts() Lane {
	return Lane{Channel: l.key.channel, Producer: l.key.producer, Next: l.next, Resolved: l.resolved,
		Acked: l.acked, Memory: l.memory, AckedAt: l.ackedAt, Forgotten: l.forgotten, Successor: l.successor, Sealed: l.sealed}
}

func (c *Client) refused(now time.Time, f *wire.Refused, fx []ClientEffect) []ClientEffect {
	l := c.laneOf(f.Channel, f.Producer)
	if l == nil {
		return fx
	}
	switch {
	case f.Code == holdfast.CodeProducerConflict:
		return c.fail(f.Code, "lane "+l.key.producer.String()+" in "+f.Channel+": number "+strconv.FormatUint(f.Number, 10)+" was used for something else", fx)
	case f.Code == holdfast.CodeHole, f.Code == holdfast.CodeProducerUnknown:
		return c.goBack(now, l, f.Expected, fx)
	case f.Code.Action() == holdfast.ActionLater:
		return c.hold(now, l, f, fx)
	}
	return c.refusedForGood(now, l, f, fx)
}

// goBack sends the lane again from the number that the server expects. Numbers below its lowest have their
// outcome here, so the server is told that they will not come; those it had acknowledged are lost.
func (c *Client) goBack(now time.Time, l *lane, expected uint64, fx []ClientEffect) []ClientEffect {
	if l.goneBack++; l.goneBack > maxProbes {
		return append(fx, ClientEffect{Kind: FxDisconnect, Code: holdfast.CodeHole, Detail: "lane " + l.key.producer.String() + " makes no progress", At: now})
	}
	expected = max(expected, 1)
	switch {
	case expected > l.acked:
	case l.memory == c.welcome.Memory && c.remembered(now, l):
		if from := max(expected, l.forgotten+1); from <= l.acked {
			fx = append(fx, ClientEffect{Kind: FxLost, From: from, To: l.acked, Code: holdfast.CodeLost,
				Lane: Lane{Channel: l.key.channel, Producer: l.key.producer}})
		}
		l.acked = expected - 1
	default:
		l.forgotten = max(l.forgotten, l.acked)
	}
	c.land(now, l)
	l.skipBefore(expected)
	c.queue(l)
	return fx
}

// remembered reports whether the server must still know what it last acknowledged in the lane. It counts from before the
// acknowledgement was heard, so towards the window's end a loss and a lane that was forgotten look the same.
func (c *Client) remembered(now time.Time, l *lane) bool {
	w := c.welcome.DedupeWindow
	return w == 0 || c.serverNow(now)-l.ackedAt < w-w/10
}

// land takes all of the lane off what is in flight: no answer to it will come on this socket.
func (c *Client) land(now time.Time, l *lane) {
	for i := range l.items[:l.send] {
		c.landed(now, l, &l.items[i])
	}
}

// hold waits as long as the server says, and then sends from that number on; if the rate was exceeded, no more at first than
// came through before, and then twice as many each time, as TCP does.
func (c *Client) hold(now time.Time, l *lane, f *wire.Refused, fx []ClientEffect) []ClientEffect {
	after := time.Duration(f.RetryAfter) * time.Millisecond
	if after <= 0 {
		after = time.Second
	}
	l.haltedUntil = now.Add(after)
	c.progress(now, l)
	var held Entry
	for i := range l.items[:l.send] {
		if l.items[i].to == f.Number {
			held = l.items[i].entry
		}
	}
	c.land(now, l)
	landed := l.landed
	l.rewind()
	if f.Code == holdfast.CodeRateLimited { // what goes beyond the rate would be discarded there, each time
		l.pace = max(1, landed)
	}
	c.queue(l)
	return append(fx, ClientEffect{Kind: FxHeld, Entry: held, Code: f.Code, Detail: f.Detail, At: l.haltedUntil})
}

// refusedForGood ends one number, as failed or as unknown.
func (c *Client) refusedForGood(now time.Time, l *lane, f *wire.Refused, fx []ClientEffect) []ClientEffect {
	i := 0
	for i < l.send && (l.items[i].to != f.Number || l.items[i].kind == itemSeal) {
		i++
	}
	if i == l.send {
		return fx
	}
	x := &l.items[i]
	c.landed(now, l, x)
	c.progress(now, l)
	outcome := Failed
	if f.Code == holdfast.CodeUnknownOutcome {
		outcome = Unknown
		if l.unknownFrom == 0 {
			l.unknownFrom = max(f.Expected, 1)
		}
		if f.Expected <= l.acked {
			l.forgotten = max(l.forgotten, l.acked)
		}
	}
	if x.kind == itemRecord {
		fx = append(fx, ClientEffect{Kind: FxOutcome, Entry: x.entry, Outcome: outcome, Code: f.Code, Detail: f.Detail})
	}
	l.items = append(l.items[:i], l.items[i+1:]...)
	l.send--
	l.answered(1)
	c.requeue(l)
	if i > 0 { // what came before it has no answer yet
		return fx
	}
	return c.resolvedTo(l, f.Number, fx)
}

// requeue makes pump look at a lane that owes a skip: a lane must have no hole when it goes on.
func (c *Client) requeue(l *lane) {
	if l.send == 0 && l.unknownFrom != 0 {
		l.skipBefore(l.unknownFrom)
		l.unknownFrom = 0
	}
	c.queue(l)
}
