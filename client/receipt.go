package client

import (
	"context"
	"sync"

	"github.com/holdfast-ws/holdfast"
)

// Receipt follows one record that was enqueued. All methods may be called concurrently.
type Receipt struct {
	channel string

	mu       sync.Mutex
	status   Status
	kept     bool // the outbox has it, as durably as it can
	ended    bool
	ack      Ack
	err      error
	producer holdfast.ProducerID
	number   uint64
	keptCh   chan struct{}
	doneCh   chan struct{}
}

// Status returns how far the record is. A receipt that is done with the session still keeps the status that
// the record had then: StatusPending and StatusSent mean that a durable outbox goes on with it.
func (r *Receipt) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

// Done is closed when the record has ended, or the session has.
func (r *Receipt) Done() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return lazy(&r.doneCh, r.ended)
}

// Wait waits until the record has ended and returns the server's answer, or why there is none: the code it was
// refused with, CodeUnknownOutcome, CodeClosed if the session was closed first. ctx bounds only the waiting
// (CodeCanceled); the record stays on its way.
func (r *Receipt) Wait(ctx context.Context) (Ack, error) {
	select {
	case <-r.Done():
	case <-ctx.Done():
		return Ack{}, canceled("wait for the answer to a publish to "+r.channel, ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ack, r.err
}

// Producer returns under whose name it was published. It waits until the outbox has taken the record.
func (r *Receipt) Producer() holdfast.ProducerID {
	<-r.keptDone()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.producer
}

// Number returns its number in the lane of that producer and channel, from 1; 0 if it was never taken. It
// waits until the outbox has taken the record.
func (r *Receipt) Number() uint64 {
	<-r.keptDone()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.number
}

func (r *Receipt) keptDone() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return lazy(&r.keptCh, r.kept)
}

// lazy makes a channel the first time that somebody wants to wait on it.
func lazy(ch *chan struct{}, over bool) <-chan struct{} {
	if *ch == nil {
		*ch = make(chan struct{})
		if over {
			close(*ch)
		}
	}
	return *ch
}

func (r *Receipt) named(p holdfast.ProducerID, number uint64) {
	r.mu.Lock()
	r.producer, r.number = p, number
	r.mu.Unlock()
}

func (r *Receipt) keep() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keepLocked()
}

func (r *Receipt) keepLocked() {
	if r.kept {
		return
	}
	r.kept = true
	if r.keptCh != nil {
		close(r.keptCh)
	}
}

func (r *Receipt) sent() {
	r.mu.Lock()
	if r.status == StatusPending {
		r.status = StatusSent
	}
	r.mu.Unlock()
}

// end is final; later calls change nothing.
func (r *Receipt) end(s Status, a Ack, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	r.ended, r.status, r.ack, r.err = true, s, a, err
	r.keepLocked()
	if r.doneCh != nil {
		close(r.doneCh)
	}
}

// leave ends the waiting while the record stays in an outbox.
func (r *Receipt) leave(err error) { r.end(r.Status(), Ack{}, err) }
