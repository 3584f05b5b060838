package client

import (
	"context"
	"iter"
)

// ArrivalKind says what an Arrival is.
type ArrivalKind uint8

const (
	// ArrivalMessage: a message was received.
	ArrivalMessage ArrivalKind = iota
	// ArrivalOpen: a connection begins. It stands before all that came by it.
	ArrivalOpen
	// ArrivalEnd: a connection has ended. It stands behind all that came by it; Err says why, nil if this end wanted it.
	ArrivalEnd
)

// String returns "message", "open" or "end".
func (k ArrivalKind) String() string { return name(int(k), "message", "open", "end") }

// Arrival is a message, or the beginning or end of a connection.
type Arrival struct {
	Kind ArrivalKind
	// Connection that it came by; see Socket.Connection.
	Connection uint64
	Message    Message
	Err        error
}

// Arrivals is Messages with the beginning and the end of each connection in their places, for protocols that keep something for each
// connection. A connection that has ended before anything was taken from it, and brought nothing, may be left out. What was sent with
// [OnConnection] after its ArrivalOpen comes by its connection or not at all.
//
// It goes on after the socket has failed: it yields why, once, and waits for Reconnect. It ends when ctx ends or the socket was closed. One
// goroutine at a time may range over it, and nobody over Messages meanwhile.
func (s *Socket) Arrivals(ctx context.Context) iter.Seq2[Arrival, error] {
	return func(yield func(Arrival, error) bool) {
		told := 0 // the failure that was told last
		for {
			a, ok, over, why := s.in.take()
			switch {
			case ok:
				if ctx.Err() != nil || !yield(a, nil) {
					return
				}
				continue
			case over && why == nil:
				s.in.wake()
				return
			case over:
				if n := s.in.endings(); n != told {
					if told = n; !yield(Arrival{}, why) {
						return
					}
					continue
				}
			}
			select {
			case <-s.in.signal:
			case <-ctx.Done():
				return
			}
		}
	}
}
