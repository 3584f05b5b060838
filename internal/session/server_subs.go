package session

import (
	"iter"
	"math"
	"slices"
	"strconv"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// subscription is a window on one channel. Both bounds are counted from what the application has done.
type subscription struct {
	id         uint32 // 0: there is none
	open       bool
	named      bool
	channel    string
	request    uint64
	generation uint64
	sent       uint64 // the last offset handed to the socket
	pending    uint64 // how many were on their way already when it began
	acked      uint64 // the last offset that the application is done with
	records    uint32 // the window
	bytes      uint32
	underway   []flight
}

// flight is a range that is on its way; offsets that follow on each other's are merged when there are many.
type flight struct {
	last  uint64
	bytes int
}

// maxFlights bounds how finely bytes on their way are remembered.
const maxFlights = 16

func (s *Server) sub(id uint32) *subscription {
	if s.one.id == id && id != 0 {
		return &s.one
	}
	if s.index != nil {
		if i, ok := s.index.ids[id]; ok {
			return &s.more[i]
		}
		return nil
	}
	for i := range s.more {
		if s.more[i].id == id {
			return &s.more[i]
		}
	}
	return nil
}

func (s *Server) byChannel(channel string) *subscription {
	if s.one.id != 0 && s.one.channel == channel {
		return &s.one
	}
	if s.index != nil {
		if i, ok := s.index.channels[channel]; ok {
			return &s.more[i]
		}
		return nil
	}
	for i := range s.more {
		if s.more[i].channel == channel {
			return &s.more[i]
		}
	}
	return nil
}

func (s *Server) remove(id uint32) {
	if s.one.id == id {
		s.one = subscription{}
		return
	}
	i := slices.IndexFunc(s.more, func(x subscription) bool { return x.id == id })
	if s.index != nil {
		i = s.index.ids[id]
		delete(s.index.ids, id)
		delete(s.index.channels, s.more[i].channel)
	}
	last := len(s.more) - 1
	s.more[i] = s.more[last]
	s.more[last] = subscription{}
	s.more = s.more[:last]
	switch {
	case last == 0:
		s.more, s.index = nil, nil
	case s.index != nil && i < last:
		s.index.put(i, &s.more[i])
	}
}

// add takes in a subscription that is new.
func (s *Server) add(x *subscription) {
	if s.one.id == 0 && len(s.more) == 0 {
		s.one = *x
		return
	}
	s.more = append(s.more, *x)
	switch n := len(s.more); {
	case s.index != nil:
		s.index.put(n-1, x)
	case n > indexFrom:
		s.index = &subIndex{ids: map[uint32]int{}, channels: map[string]int{}}
		for i := range s.more {
			s.index.put(i, &s.more[i])
		}
	}
}

// subIndex finds among many subscriptions. Few are found faster without, and most connections have one.
type subIndex struct {
	ids      map[uint32]int
	channels map[string]int
}

const indexFrom = 16

func (x *subIndex) put(i int, s *subscription) {
	x.ids[s.id], x.channels[s.channel] = i, i
}

func (s *Server) count() int {
	n := len(s.more)
	if s.one.id != 0 {
		n++
	}
	return n
}

func bounded(asked, def, most uint32) uint32 {
	if asked == 0 {
		asked = def
	}
	return min(asked, most)
}

func (s *Server) subscribe(q *wire.Subscribe, fx []ServerEffect) []ServerEffect {
	no := func(code holdfast.Code, detail string) []ServerEffect {
		return append(fx, ServerEffect{Kind: FxSvSubscribed, ID: q.ID, Channel: q.Channel, Code: code, Detail: detail})
	}
	if err := holdfast.CheckChannel(q.Channel); err != nil {
		return no(holdfast.CodeBadChannel, err.(*holdfast.Error).Detail)
	}
	if s.byChannel(q.Channel) != nil {
		return no(holdfast.CodeAlreadySubscribed, "")
	}
	if s.count() >= int(s.limits.MaxSubscriptions) {
		return no(holdfast.CodeTooManySubscriptions, "the limit is "+strconv.Itoa(int(s.limits.MaxSubscriptions))+" subscriptions on one connection")
	}
	if s.nextID == math.MaxUint32 {
		return s.end(holdfast.CodeOverloaded, "the connection has had as many subscriptions as it can", fx)
	}
	s.nextID++
	l := s.limits
	x := subscription{
		id: s.nextID, channel: q.Channel, request: q.ID, named: q.Cursor != "",
		records: bounded(q.Window.Records, l.DefaultWindow.Records, l.MaxWindow.Records),
		bytes:   bounded(q.Window.Bytes, l.DefaultWindow.Bytes, l.MaxWindow.Bytes),
		pending: q.Pending,
	}
	s.add(&x)
	return append(fx, ServerEffect{Kind: FxSvOpen, Sub: x.id, Subscribe: q})
}

func (s *Server) unsubscribe(q *wire.Unsubscribe, fx []ServerEffect) []ServerEffect {
	x := s.byChannel(q.Channel)
	if x == nil {
		return append(fx, ServerEffect{Kind: FxSvUnsubscribed, ID: q.ID, Channel: q.Channel, Code: holdfast.CodeNotSubscribed})
	}
	id := x.id
	s.remove(id)
	return append(fx,
		ServerEffect{Kind: FxSvClose, Sub: id},
		ServerEffect{Kind: FxSvUnsubscribed, ID: q.ID, Channel: q.Channel})
}

func (s *Server) subOpened(e *ServerEvent, fx []ServerEffect) []ServerEffect {
	x := s.sub(e.Sub)
	if x == nil { // unsubscribed meanwhile
		return fx
	}
	if e.Code != 0 {
		f := ServerEffect{Kind: FxSvSubscribed, ID: x.request, Channel: x.channel, Code: e.Code, Detail: e.Detail, After: e.After}
		s.remove(e.Sub)
		return append(fx, f)
	}
	x.open, x.generation = true, e.Generation
	x.sent = e.Position.Offset
	x.acked = x.sent - min(x.pending, x.sent, uint64(x.records))
	fx = append(fx, ServerEffect{Kind: FxSvSubscribed, ID: x.request, Channel: x.channel, Position: e.Position,
		First: e.First, Head: e.Head, Generation: e.Generation})
	return s.gap(e, fx)
}

// gap tells what is gone, and moves the window to where the records go on.
func (s *Server) gap(e *ServerEvent, fx []ServerEffect) []ServerEffect {
	x := s.sub(e.Sub)
	if x == nil {
		return fx
	}
	forked, trimmed := !e.Fork.empty(), !e.Trimmed.empty()
	if forked {
		after := e.Resume
		if trimmed {
			// the fork itself has no position any more: its records are trimmed, which the second gap says
			after = holdfast.Position{Term: e.Resume.Term, Offset: e.Fork.From - 1}
		}
		fx = append(fx, ServerEffect{Kind: FxSvGap, Channel: x.channel, First: e.Fork.From, Last: e.Fork.To, Position: after, Reason: wire.GapFork})
	}
	if trimmed {
		fx = append(fx, ServerEffect{Kind: FxSvGap, Channel: x.channel, First: e.Trimmed.From, Last: e.Trimmed.To, Position: e.Resume, Reason: wire.GapRetention})
	}
	if forked || trimmed {
		x.sent, x.acked, x.underway = e.Resume.Offset, e.Resume.Offset, nil
	}
	return fx
}

func (s *Server) ack(a *wire.Ack, fx []ServerEffect) []ServerEffect {
	x := s.byChannel(a.Channel)
	if x == nil || !x.open || a.Generation != x.generation {
		return fx // late, for a subscription that has ended
	}
	if a.Offset <= x.acked || a.Offset > x.sent {
		return fx
	}
	x.done(a.Offset)
	if x.named {
		fx = append(fx, ServerEffect{Kind: FxSvSaveCursor, Sub: x.id, Position: holdfast.Position{Offset: a.Offset}})
	}
	return append(fx, ServerEffect{Kind: FxSvWake, Sub: x.id})
}

// Allowance returns how many more records and bytes of a subscription may be on their way. One record is always
// allowed when nothing is.
func (s *Server) Allowance(id uint32) (records, bytes int) {
	x := s.sub(id)
	if x == nil || !x.open || s.state != serverOpen {
		return 0, 0
	}
	if x.sent == x.acked {
		return int(x.records), max(1, int(x.bytes))
	}
	records = max(0, int(x.records)-int(x.sent-x.acked))
	bytes = max(0, int(x.bytes)-x.onTheWay())
	if records == 0 || bytes == 0 {
		return 0, 0
	}
	return records, bytes
}

// Subscription is one of a connection's, as others see it.
type Subscription struct {
	Sub     uint32
	Channel string
	Open    bool // else it has not been answered yet
}

// Subscribed yields the subscriptions, in no particular order. The machine must not be stepped meanwhile.
func (s *Server) Subscribed() iter.Seq[Subscription] {
	return func(yield func(Subscription) bool) {
		if s.one.id != 0 && !yield(Subscription{s.one.id, s.one.channel, s.one.open}) {
			return
		}
		for i := range s.more {
			if x := &s.more[i]; !yield(Subscription{x.id, x.channel, x.open}) {
				return
			}
		}
	}
}

// Subscriptions returns how many there are.
func (s *Server) Subscriptions() int { return s.count() }

func (x *subscription) onTheWay() (n int) {
	for i := range x.underway {
		n += x.underway[i].bytes
	}
	return n
}

func (x *subscription) flushed(first, last uint64, bytes int) {
	if last <= x.sent {
		return
	}
	x.sent = last
	if n := len(x.underway); n == maxFlights {
		x.underway[n-1].last = last
		x.underway[n-1].bytes += bytes
		return
	}
	x.underway = append(x.underway, flight{last, bytes})
}

func (x *subscription) done(offset uint64) {
	x.acked = offset
	n := 0
	for n < len(x.underway) && x.underway[n].last <= offset {
		n++
	}
	x.underway = append(x.underway[:0], x.underway[n:]...)
	if len(x.underway) == 0 && cap(x.underway) > 4 {
		x.underway = nil
	}
}
