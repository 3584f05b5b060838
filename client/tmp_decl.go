package client

import (
	"context"
	"iter"

	"github.com/holdfast-ws/holdfast"
)

// Declarations first; being filled in.

type Session struct{}

func OpenSession(ctx context.Context, url string, o SessionOptions) (*Session, error) { panic("tmp") }
func (s *Session) Connected(ctx context.Context) error                               { panic("tmp") }
func (s *Session) Publish(ctx context.Context, channel string, data []byte, opts ...PublishOption) (Ack, error) {
	panic("tmp")
}
func (s *Session) Enqueue(ctx context.Context, channel string, data []byte, opts ...PublishOption) (*Receipt, error) {
	panic("tmp")
}
func (s *Session) Subscribe(ctx context.Context, channel string, o SubscribeOptions) (*Subscription, error) {
	panic("tmp")
}
func (s *Session) Events(ctx context.Context) iter.Seq[Event] { panic("tmp") }
func (s *Session) State() State                               { panic("tmp") }
func (s *Session) Stats() Stats                               { panic("tmp") }
func (s *Session) Flush(ctx context.Context) error            { panic("tmp") }
func (s *Session) Close(ctx context.Context) error            { panic("tmp") }
func (s *Session) Err() error                                 { panic("tmp") }

type Receipt struct{}

func (r *Receipt) Status() Status                         { panic("tmp") }
func (r *Receipt) Done() <-chan struct{}                  { panic("tmp") }
func (r *Receipt) Wait(ctx context.Context) (Ack, error)  { panic("tmp") }
func (r *Receipt) Producer() holdfast.ProducerID          { panic("tmp") }
func (r *Receipt) Number() uint64                         { panic("tmp") }

type Subscription struct{}

func (sub *Subscription) Channel() string { panic("tmp") }
func (sub *Subscription) Records(ctx context.Context) iter.Seq2[holdfast.Record, error] {
	panic("tmp")
}
func (sub *Subscription) Ack(p holdfast.Position)                   { panic("tmp") }
func (sub *Subscription) Checkpoint(p holdfast.Position) Checkpoint { panic("tmp") }
func (sub *Subscription) Ready(ctx context.Context) error           { panic("tmp") }
func (sub *Subscription) Close() error                              { panic("tmp") }

type Outbox struct{}

func NewMemoryOutbox(o OutboxOptions) *Outbox                       { panic("tmp") }
func OpenFileOutbox(path string, o OutboxOptions) (*Outbox, error) { panic("tmp") }
func (o *Outbox) Taken() (input, sum uint64)                       { panic("tmp") }
func (o *Outbox) Len() int                                         { panic("tmp") }
func (o *Outbox) Bytes() int                                       { panic("tmp") }
func (o *Outbox) Bind(kind, id string) error                       { panic("tmp") }
func (o *Outbox) Close() error                                     { panic("tmp") }
