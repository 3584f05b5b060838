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
	list   []Message
	head   int
	over   bool
	why    error         // that ends the iterators; nil: they just end
	signal chan struct{} // there is something
	room   chan struct{} // closed when there may be room; nil if the reader does not wait
}

func (b *inbox) init(limit int) { b.limit, b.signal = limit, make(chan struct{}, 1) }

// put adds a message. While the inbox is full it waits, until the connection is dead: what has been received is kept all the same.
func (b *inbox) put(m Message, dead <-chan struct{}) {
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
	if b.head > 0 && b.head*2 >= len(b.list) {
		n := copy(b.list, b.list[b.head:])
		clear(b.list[n:])
		b.list, b.head = b.list[:n], 0
	}
	b.list = append(b.list, m)
	b.mu.Unlock()
	b.wake()
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

// take returns the oldest message; ok is false if there is none, and over then says whether none will come.
func (b *inbox) take() (m Message, ok, over bool, why error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.head == len(b.list) {
		return Message{}, false, b.over, b.why
	}
	m = b.list[b.head]
	b.list[b.head] = Message{}
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
	return m, true, false, nil
}

// setOver ends the iterators, behind what was received, or has them go on.
func (b *inbox) setOver(over bool, why error) {
	b.mu.Lock()
	b.over, b.why = over, why
	b.mu.Unlock()
	b.wake()
}

// Messages yields what is received, in order, over all connections. Each message goes to one iterator. It ends when ctx ends or
// the socket was closed; if the socket has failed it yields why, and ends. Messages that are not taken wait (SocketOptions.Backlog).
func (s *Socket) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		for {
			m, ok, over, why := s.in.take()
			switch {
			case ok:
				if ctx.Err() != nil || !yield(m, nil) {
					return
				}
				continue
			case over:
				s.in.wake()
				if why != nil {
					yield(Message{}, why)
				}
				return
			}
			select {
			case <-s.in.signal:
			case <-ctx.Done():
				return
			}
		}
	}
}
