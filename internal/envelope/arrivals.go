package envelope

// Patience is how long a client may take for the ACK of a record after its WebSocket has answered a ping that came behind it, in
// milliseconds. It is the time after which clients of this dialect give up waiting for an ACK themselves.
const Patience = 5000

// Arrivals decides what one client is done with. A record is done when its ACK comes, and with it all before it. But some clients
// never send any, and an object of the application's own has no id to send one for. So the client is pinged: the pong of its
// WebSocket, which comes by itself, shows that what was sent before the ping has arrived. A client that lets [Patience] pass from
// there without ever having sent an ACK is taken for one that sends none, and from then on the pong counts as its ACK. One that
// does send them is only helped on where it can get nothing more, since nothing of what fills its window has an id.
//
// It is a plain value without a clock: times are milliseconds of any clock that is never set. It is used by one goroutine at a
// time.
type Arrivals struct {
	subs  []arrival
	acks  bool // an ACK has come on this connection
	never bool // none comes
	probe uint64
	asked bool // a ping is under way, with that number
}

// arrival is one subscription.
type arrival struct {
	sub                      uint32
	window                   uint64
	sent, probed, there, did uint64
	since                    int64 // when a record that is not done was first known to be there
}

// Begin says that a subscription goes on after an offset, whether it is new, or something before that will not come. window is how
// many records may be on their way.
func (a *Arrivals) Begin(sub uint32, after uint64, window uint32) {
	x := arrival{sub: sub, window: uint64(window), sent: after, probed: after, there: after, did: after}
	if old := a.find(sub); old != nil {
		*old = x
		return
	}
	a.subs = append(a.subs, x)
}

// End forgets a subscription.
func (a *Arrivals) End(sub uint32) {
	for i := range a.subs {
		if a.subs[i].sub == sub {
			a.subs = append(a.subs[:i], a.subs[i+1:]...)
			return
		}
	}
}

func (a *Arrivals) find(sub uint32) *arrival {
	for i := range a.subs {
		if a.subs[i].sub == sub {
			return &a.subs[i]
		}
	}
	return nil
}

// Sent says that records up to last are about to be sent. It reports whether a ping should go before them, which is to be asked
// of Ping first.
func (a *Arrivals) Sent(sub uint32, last uint64) (crowded bool) {
	x := a.find(sub)
	if x == nil || last <= x.sent {
		return false
	}
	crowded = a.never && !a.asked && x.sent-x.did > x.window/4
	if crowded {
		a.ping()
	}
	x.sent = last
	return crowded
}

// LastSent returns the last offset that was sent.
func (a *Arrivals) LastSent(sub uint32) uint64 {
	if x := a.find(sub); x != nil {
		return x.sent
	}
	return 0
}

// Ping begins a ping where there is something to ask about and none is under way. It is to carry [Arrivals.Number], behind all that was
// sent before.
func (a *Arrivals) Ping() bool {
	if a.asked {
		return false
	}
	for i := range a.subs {
		if a.subs[i].sent > a.subs[i].did {
			a.ping()
			return true
		}
	}
	return false
}

func (a *Arrivals) ping() {
	a.asked = true
	a.probe++
	for i := range a.subs {
		a.subs[i].probed = a.subs[i].sent
	}
}

// Number of the ping that was begun last.
func (a *Arrivals) Number() uint64 { return a.probe }

// Acked says that the client has the record at an offset. It returns up to where the subscription is done, and whether that is news.
func (a *Arrivals) Acked(now int64, sub uint32, offset uint64) (uint64, bool) {
	a.acks, a.never = true, false
	x := a.find(sub)
	if x == nil || offset <= x.did || offset > x.sent {
		return 0, false
	}
	x.did, x.since = offset, now
	return offset, true
}

// Pong says that the answer to a ping has come. done is called for each subscription that is done with more by now, with the offset up
// to which; full reports whether one can get nothing more before that.
func (a *Arrivals) Pong(now int64, number uint64, full func(sub uint32) bool, done func(sub uint32, offset uint64)) {
	if !a.asked || number != a.probe {
		return
	}
	a.asked = false
	for i := range a.subs {
		x := &a.subs[i]
		if x.there <= x.did { // the first that is there and not done
			x.since = now
		}
		x.there = max(x.there, x.probed)
		if x.there <= x.did {
			continue
		}
		waited := now-x.since >= Patience
		a.never = a.never || waited && !a.acks
		if a.never || waited && full(x.sub) {
			x.did = x.there
			done(x.sub, x.did)
		}
	}
}
