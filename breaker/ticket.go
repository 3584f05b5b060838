package breaker

import (
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Ticket is the leave to make one call. Done or Cancel must be called when the call has ended: until then it holds one of
// the places of Capacity, and of the trials. Tickets may be copied, and used concurrently; the first call counts.
// The zero Ticket does nothing.
type Ticket struct {
	b      *Breaker
	slot   int
	serial uint64
}

// outcome is how a call ended.
type outcome uint8

const (
	succeeded outcome = iota
	failed
	timedOut
	canceled
)

// slot is what a breaker knows of a call that is under way.
type slot struct {
	serial     uint64 // of the ticket that it belongs to; a new one each time it is used
	generation uint64
	start      time.Time
	settled    bool // its outcome is known
	ruled      bool // its outcome may change the state: it was not disabled
}

// slots are the calls under way. They are kept so that a ticket is a plain value and a call allocates nothing.
type slots struct {
	all    []slot
	free   []int
	serial uint64
}

func (s *slots) take(filled slot) (int, uint64) {
	s.serial++
	filled.serial = s.serial
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		s.all[i] = filled
		return i, filled.serial
	}
	s.all = append(s.all, filled)
	return len(s.all) - 1, filled.serial
}

func (s *slots) find(t Ticket) *slot {
	if found := &s.all[t.slot]; found.serial == t.serial {
		return found
	}
	return nil
}

func (s *slots) release(t Ticket) {
	s.all[t.slot] = slot{}
	s.free = append(s.free, t.slot)
}

func (s *slots) busy() int { return len(s.all) - len(s.free) }

// Allow asks for leave to make a call whose outcome the caller reports. Refused, it returns an *holdfast.Error:
// CodeCircuitOpen, with the time until a trial in RetryAfter (0 while it is half-open and the trials are under
// way, since nobody knows; see Changed), or CodeAtCapacity. Options.Timeout does not bound such a call.
func (b *Breaker) Allow() (Ticket, error) {
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(now)
	b.count(now, calls)
	if !b.disabled {
		if err := b.admit(now); err != nil {
			return Ticket{}, err
		}
	}
	i, serial := b.slots.take(slot{generation: b.generation, start: now, ruled: !b.disabled})
	return Ticket{b: b, slot: i, serial: serial}, nil
}

// admit decides on one call.
func (b *Breaker) admit(now time.Time) error {
	if b.state == Open || b.state == HalfOpen && b.trials+b.proven >= b.o.HalfOpenMaxRequests {
		err := b.refusal(now)
		b.count(now, rejected)
		b.tell(Event{Kind: EventReject, Time: now, Err: err})
		return err
	}
	if b.o.Capacity > 0 && b.slots.busy() >= b.o.Capacity {
		err := &holdfast.Error{Code: holdfast.CodeAtCapacity, Op: b.op}
		b.count(now, atCapacity)
		b.tell(Event{Kind: EventCapacity, Time: now, Err: err})
		return err
	}
	if b.state == HalfOpen {
		b.trials++
	}
	return nil
}

// Done reports how the call ended; nil is a success, and so is what Options.IsFailure does not call a failure.
// A call that was let through before the state last changed is counted, and changes nothing else.
func (t Ticket) Done(err error) {
	if t.b == nil {
		return
	}
	how := succeeded
	if err != nil && t.b.o.IsFailure(err) {
		how = failed
	}
	t.end(how, err)
}

// Cancel says that the call was not made, or that its end means nothing. It frees its places, and counts for nothing.
func (t Ticket) Cancel() {
	if t.b != nil {
		t.end(canceled, nil)
	}
}

// end settles and releases a call.
func (t Ticket) end(how outcome, err error) {
	b := t.b
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(now)
	s := b.slots.find(t)
	if s == nil {
		return
	}
	b.settle(s, now, how, err)
	b.slots.release(t)
	if b.state == HalfOpen || b.o.Capacity > 0 {
		b.notify()
	}
}

// expire settles a call that exceeded its time. It keeps its place of Capacity: it is still under way.
func (t Ticket) expire(err error) {
	b := t.b
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(now)
	if s := b.slots.find(t); s != nil {
		b.settle(s, now, timedOut, err)
	}
}

// settle takes the outcome of a call in, once.
func (b *Breaker) settle(s *slot, now time.Time, how outcome, err error) {
	if s.settled {
		return
	}
	s.settled = true
	took := max(0, now.Sub(s.start))
	b.record(now, how, took)
	b.tell(Event{Kind: outcomeEvents[how], Time: now, Latency: took, Err: err})
	if !s.ruled || b.disabled || s.generation != b.generation {
		return
	}
	if b.state == HalfOpen {
		b.trials--
	}
	switch how {
	case succeeded:
		b.succeeded(now)
	case failed, timedOut:
		b.failed(now, err)
	case canceled:
	}
}
