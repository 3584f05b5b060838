package client

import (
	"context"
	"iter"
	"sync"
)

// inbox holds messages that were received and not yet taken. The reader waits while it is full.
type inbox struct {
	limit int

	mu     sync.Mutex
	list   []Arrival
	head   int
	over   bool
	ends   int           // how often it was over
	why    error         // that ends the iterators; nil: they just end
	signal chan struct{} // there is something
	room   chan struct{} // closed when there may be room; nil if the reader does not wait
}

func (b *inbox) init(limit int) { b.limit, b.signal = limit, make(chan struct{}, 1) }

// put adds a message. While the inbox is full it waits, until the connection is dead: what has been received is kept all the same.
func (b *inbox) put(a Arrival, dead <-chan struct{}) {
	b.mu.Lock()
	for len(b.list)-b.head >= b.limit {
		b.room = make(chan struct{})
		room := b.room
		b.mu.Unlock()
		gone := false
		select {
		case <-room:
		case <-dead:
			gone = true
		}
		b.mu.Lock()
		if gone {
			break
		}
	}
	b.addLocked(a)
	b.mu.Unlock()
	b.wake()
}

func (b *inbox) addLocked(a Arrival) {
	if b.head > 0 && b.head*2 >= len(b.list) {
		n := copy(b.list, b.list[b.head:])
		clear(b.list[n:])
		b.list, b.head = b.list[:n], 0
	}
	b.list = append(b.list, a)
}

// mark adds the beginning or the end of a connection. It never waits. Of a connection that brought nothing, nothing is left.
func (b *inbox) mark(a Arrival) {
	b.mu.Lock()
	if last := len(b.list) - 1; last >= b.head && a.Kind == ArrivalEnd && b.list[last].Kind == ArrivalOpen {
		b.list[last] = Arrival{}
		b.list = b.list[:last]
	} else {
		b.addLocked(a)
	}
	b.mu.Unlock()
	b.wake()
}

// putOver adds what has arrived, and makes room by dropping the oldest. It returns whether it had to.
func (b *inbox) putOver(a Arrival) (dropped bool) {
	b.mu.Lock()
	if dropped = len(b.list)-b.head >= b.limit; dropped {
		b.list[b.head] = Arrival{}
		b.head++
	}
	b.addLocked(a)
	b.mu.Unlock()
	b.wake()
	return dropped
}

func (b *inbox) wake() {
	select {
	case b.signal <- struct{}{}:
	default:
	}
}

// full says whether the reader waits for the application.
func (b *inbox) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.room != nil
}

// take returns the oldest arrival; ok is false if there is none, and over then says whether none will come.
func (b *inbox) take() (a Arrival, ok, over bool, why error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.head == len(b.list) {
		return Arrival{}, false, b.over, b.why
	}
	a = b.list[b.head]
	b.list[b.head] = Arrival{}
	if b.head++; b.head == len(b.list) {
		b.head, b.list = 0, b.list[:0]
		if cap(b.list) > 64 {
			b.list = nil
		}
	} else {
		b.wake() // somebody else may be waiting for it
	}
	if b.room != nil {
		close(b.room)
		b.room = nil
	}
	return a, true, false, nil
}

// setOver ends the iterators, behind what was received, or has them go on.
func (b *inbox) setOver(over bool, why error) {
	b.mu.Lock()
	if b.over, b.why = over, why; over {
		b.ends++
	}
	b.mu.Unlock()
	b.wake()
}

// endings returns how often it was over.
func (b *inbox) endings() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ends
}

// Messages yields what is received, in order, over all connections. Each message goes to one iterator. It ends when ctx ends or
// the socket was closed; if the socket has failed it yields why, and ends. Messages that are not taken wait (SocketOptions.Backlog).
func (s *Socket) Messages(ctx context.Context) iter.Seq2[Message, error] { return s.in.messages(ctx) }

func (b *inbox) messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		for {
			a, ok, over, why := b.take()
			switch {
			case ok:
				if a.Kind != ArrivalMessage {
					continue
				}
				if ctx.Err() != nil || !yield(a.Message, nil) {
					return
				}
				continue
			case over:
				b.wake()
				if why != nil {
					yield(Message{}, why)
				}
				return
			}
			select {
			case <-b.signal:
			case <-ctx.Done():
				return
			}
		}
	}
}
