package client

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
)

// Codec is how frames are written on the wire.
type Codec uint8

const (
	// CodecBinary is compact, and the default.
	CodecBinary Codec = iota
	// CodecJSON is readable by people.
	CodecJSON
)

// Compression says whether messages are compressed on the wire.
type Compression uint8

const (
	// CompressionOff is the default.
	CompressionOff Compression = iota
	// CompressionOn offers permessage-deflate without context takeover to the server.
	CompressionOn
)

// Window bounds what is on its way to one subscription and not yet done by the application.
type Window struct {
	// Records at most. Default 512.
	Records int
	// Bytes of payload at most; one record is always let through. Default 1 MiB.
	Bytes int
}

// SessionOptions configure a Session. The zero value is useful.
type SessionOptions struct {
	// Token is asked for before every attempt to connect, and when the server says that the last one ends soon. An error
	// counts as a failed attempt; on an open connection it is logged, and the server asks again. It must return when ctx
	// ends, which Close waits for, and may be called concurrently. Default: no token.
	Token func(ctx context.Context) (string, error)
	// Header is sent with the upgrade request.
	Header http.Header
	// User is who the application expects to be; a server that knows the token as another's refuses. Optional.
	User string
	// Agent names the program to the server. Optional.
	Agent string
	// Codec on the wire. Default CodecBinary.
	Codec Codec
	// Outbox keeps what was published until it is answered. The session uses it alone, but does not close
	// it if it was given. Default: a new memory outbox with default limits.
	Outbox *Outbox
	// Backoff spaces the attempts to connect. Default: never gives up; see package backoff.
	Backoff backoff.Options
	// ConnectTimeout bounds one attempt: token, DNS, TCP, TLS, upgrade and welcome. Default 10 s.
	ConnectTimeout time.Duration
	// AckTimeout without an answer to a publish leads to a probe, and three of them to a reconnect. Default 5 s.
	AckTimeout time.Duration
	// PongTimeout without any traffic after a ping leads to a reconnect. Default 10 s.
	PongTimeout time.Duration
	// Window of subscriptions that name none. Default 512 records and 1 MiB.
	Window Window
	// MaxMessage is the largest message that is read from the server, in bytes. Default 16 MiB.
	MaxMessage int
	// Compression offered to the server. Default CompressionOff.
	Compression Compression
	// Logger hears about connects, disconnects and failures. Default: silent.
	Logger *slog.Logger
	// Dial makes TCP connections, and returns when ctx ends. Default: net.Dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// TLS configures wss and https connections. Default: the system's roots.
	TLS *tls.Config
}

// PublishOption changes one publish.
type PublishOption func(*publishOptions)

type publishOptions struct {
	typ        holdfast.ContentType
	headers    []holdfast.Header
	ttl        time.Duration
	input, sum uint64
	hasTaken   bool
	wait       WaitMode
}

// WithType says what kind of bytes they are. Default holdfast.Binary. JSON must be one valid value; Text must be UTF-8.
func WithType(t holdfast.ContentType) PublishOption { return func(o *publishOptions) { o.typ = t } }

// WithHeaders adds headers, in order.
func WithHeaders(h ...holdfast.Header) PublishOption {
	return func(o *publishOptions) { o.headers = append(o.headers, h...) }
}

// WithTTL drops the record (CodeExpired) if it was not sent within d. Once sent it does not expire. Default: never.
func WithTTL(d time.Duration) PublishOption { return func(o *publishOptions) { o.ttl = d } }

// WithTaken says how much of the application's input has been taken in with this record, and a checksum of it.
// The outbox stores both atomically with the record; [Outbox.Taken] returns them.
func WithTaken(input, sum uint64) PublishOption {
	return func(o *publishOptions) { o.input, o.sum, o.hasTaken = input, sum, true }
}

// From says where a subscription begins.
type From uint8

const (
	// FromHead begins after the newest record, when the server takes the subscription in. The default.
	FromHead From = iota
	// FromStart begins with the oldest record that is retained.
	FromStart
	// FromOffset begins after SubscribeOptions.Offset, in whatever term.
	FromOffset
	// FromPosition goes on after SubscribeOptions.Checkpoint.
	FromPosition
	// FromLast begins with the last SubscribeOptions.Last records.
	FromLast
	// FromTime begins with the first record that is not older than SubscribeOptions.Since.
	FromTime
)

// AckMode says when a record counts as done.
type AckMode uint8

const (
	// AckAuto: a record is done when the loop asks for the next one. The default.
	AckAuto AckMode = iota
	// AckManual: the application calls Subscription.Ack.
	AckManual
)

// SubscribeOptions configure a Subscription. The zero value begins at the head.
type SubscribeOptions struct {
	// From says where to begin. A Checkpoint that is not zero goes before it.
	From From
	// Offset after which FromOffset begins.
	Offset uint64
	// Last is how many records FromLast begins with.
	Last uint64
	// Since is the time that FromTime begins at.
	Since time.Time
	// Checkpoint to go on after; see Subscription.Checkpoint.
	Checkpoint Checkpoint
	// Cursor names a position that the server keeps; where it has one, that goes before From. Optional.
	Cursor string
	// Window of this subscription. Default: the session's.
	Window Window
	// Ack says when a record counts as done. Default AckAuto.
	Ack AckMode
}

// OutboxPolicy says what a full outbox does.
type OutboxPolicy uint8

const (
	// OutboxWait: Publish and Enqueue wait for room while their context lives. The default.
	OutboxWait OutboxPolicy = iota
	// OutboxRefuse: they fail with CodeOutboxFull.
	OutboxRefuse
	// OutboxDropOldest: the oldest record that was never sent ends as failed with CodeDropped. Where all
	// were sent, the new one is refused with CodeOutboxFull.
	OutboxDropOldest
	// OutboxDropNewest: the new record is not taken in; its receipt is failed with CodeDropped.
	OutboxDropNewest
)

// OutboxOptions configure an Outbox. The zero value is useful.
type OutboxOptions struct {
	// MaxRecords that wait for their answer. Default 1,000.
	MaxRecords int
	// MaxBytes of payload, headers and names that wait for their answer, all of it in memory; one record is always taken. Default 4 MiB.
	MaxBytes int
	// Policy at the limits. Default OutboxWait.
	Policy OutboxPolicy
	// User to whom the outbox belongs; a file of another user is refused with CodeOutboxMismatch.
	User string
}

// WaitMode says how long Enqueue waits.
type WaitMode uint8

const (
	// WaitDurable waits until the record is as durable as the outbox makes it. The default of Enqueue.
	WaitDurable WaitMode = iota
	// WaitTaken waits only until there is room. The record is durable before it is sent, and later ones never before
	// it; after a crash the outbox may not have it, and its Taken tells so.
	WaitTaken
)

// WithWait says how long Enqueue waits. A memory outbox makes no difference between the modes.
func WithWait(w WaitMode) PublishOption { return func(o *publishOptions) { o.wait = w } }
