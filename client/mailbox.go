package client

import (
	"sync"

	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// op is something that the owner has to look at, flat; kind says which fields mean something.
type op struct {
	kind  opKind
	entry *entry
	id    session.EntryID
	sent  wire.Sent
	done  chan struct{}
	sub   *Subscription
	event *session.ClientEvent
	sock  *link
	data  []byte
	err   error
}

type opKind uint8

const (
	opPublish     opKind = iota // entry
	opDrop                      // id; done
	opPersisted                 // id
	opMarked                    // id, sent
	opDiskFailed                // err
	opSubscribe                 // sub, event
	opUnsubscribe               // sub; done
	opProgress                  // sub: its application is done with more
	opDialed                    // sock, or err
	opMessage                   // sock, data
	opGone                      // sock, err
	opToken                     // sock, data, or err
	opBye
)

// mailbox is the owner's only input. Each sender is bounded by a limit of its own: publishes by the outbox,
// messages by the socket's credit, everything else by one at a time for whoever it is about.
type mailbox struct {
	mu     sync.Mutex
	ops    []op
	closed bool
	signal chan struct{}
}

func (b *mailbox) init() { b.signal = make(chan struct{}, 1) }

// post returns false if the owner is gone.
func (b *mailbox) post(o op) bool {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return false
	}
	first := len(b.ops) == 0
	b.ops = append(b.ops, o)
	b.mu.Unlock()
	if first {
		select {
		case b.signal <- struct{}{}:
		default:
		}
	}
	return true
}

// take swaps what has gathered for an empty slice.
func (b *mailbox) take(empty []op) []op {
	b.mu.Lock()
	ops := b.ops
	b.ops = empty
	b.mu.Unlock()
	return ops
}

// close takes the rest, and nothing after it.
func (b *mailbox) close() []op {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return b.ops
}
