package client

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/breaker"
)

// SocketOptions configure a Socket. The zero value is useful.
type SocketOptions struct {
	// URL is asked for before every attempt, and its answer takes the place of Open's. Like all functions here it must return when
	// ctx ends, and an error of its own counts as a failed attempt. Optional.
	URL func(ctx context.Context) (string, error)
	// Token is asked for before every attempt and sent as "Authorization: Bearer TOKEN"; an empty one is not sent. Optional.
	Token func(ctx context.Context) (string, error)
	// Header is sent with the upgrade request. Optional.
	Header http.Header
	// Headers is asked for before every attempt; what it returns goes over Header. Optional.
	Headers func(ctx context.Context) (http.Header, error)
	// Subprotocols are offered, the preferred one first. A server that speaks none of them is taken all the same; see
	// Socket.Subprotocol. Optional.
	Subprotocols []string
	// OfferSubprotocols is asked for before every attempt in place of Subprotocols. Optional.
	OfferSubprotocols func(ctx context.Context) ([]string, error)

	// OnOpen is called on each new connection, within ConnectTimeout, before anything else is sent or received: the moment to authenticate
	// and to subscribe. An error counts as a failed attempt. Optional.
	OnOpen func(ctx context.Context, c *Setup) error

	// Backoff spaces the attempts. MaxRetries is 10 where it is 0; negative: no limit.
	Backoff backoff.Options
	// Classes says what kind of failure is what, and how each is tried again. Its classes' strategies take the place of Backoff's values.
	// Default: the table of spec/classes.json; of that, what Backoff sets goes before.
	Classes *Classes
	// ConnectTimeout bounds one attempt: the functions above, DNS, TCP, TLS, upgrade and OnOpen. Default 10 s.
	ConnectTimeout time.Duration

	// Heartbeat finds out that nobody is there any more. The zero value is on.
	Heartbeat Heartbeat

	// Guard says whether a circuit breaker stands before the attempts. Default GuardOn.
	Guard Guard
	// Breaker guards the attempts of all sockets that are given it; see breaker.Registry for one for each host. Default: one of the
	// socket's own, with BreakerOptions.
	Breaker *breaker.Breaker
	// BreakerOptions are for the socket's own breaker. Default: 5 failures in a row open it for 60 s, then up to 3 trials.
	BreakerOptions breaker.Options

	// Queue keeps what is sent while there is no connection.
	Queue QueueOptions
	// HighWater is how many bytes may wait to be written to an open connection before Send waits, and LowWater how few
	// must wait before it goes on. Default 1 MiB and 256 KiB.
	HighWater, LowWater int
	// ChunkSize splits larger messages into WebSocket fragments of that many bytes, between which pings go through. Default: no chunking.
	ChunkSize int

	// MaxMessage is the largest message that is received, in bytes. A larger one ends the connection with 1009. Default 1 MiB.
	MaxMessage int
	// Backlog is how many messages are received ahead of the application; at it reading pauses, and with it the server's sending. While it
	// does, pongs are not read either, so heartbeats are suspended. Default 256.
	Backlog int
	// Compression offered to the server. Default CompressionOff.
	Compression Compression

	// DrainTimeout bounds how long Close waits for what is queued to be written. Default 5 s; negative: not at all.
	DrainTimeout time.Duration
	// CloseTimeout bounds the closing handshake, after which the connection is cut. Default 2 s.
	CloseTimeout time.Duration
	// ErrorHistory is how many errors Errors remembers. Default 50.
	ErrorHistory int

	// Dial makes TCP connections, and returns when ctx ends. Default: net.Dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Proxy says through which proxy a connection is made, as in http.Transport; a plain ws connection goes through an HTTP proxy with
	// CONNECT, too. Default: http.ProxyFromEnvironment.
	Proxy func(*http.Request) (*url.URL, error)
	// TLS configures wss and https connections. Default: the system's roots.
	TLS *tls.Config
	// Logger hears about connects, disconnects and failures. Default: silent.
	Logger *slog.Logger
	// Random gives numbers in [0, 1) to the jitter. Default: math/rand/v2.
	Random func() float64
}

// Guard says whether a circuit breaker stands before the attempts to connect.
type Guard uint8

const (
	// GuardOn is the default.
	GuardOn Guard = iota
	// GuardOff leaves all to the backoff.
	GuardOff
)

// HeartbeatMode says what a heartbeat is.
type HeartbeatMode uint8

const (
	// HeartbeatPing is a ping of the protocol's, which every server answers. The default.
	HeartbeatPing HeartbeatMode = iota
	// HeartbeatMessage is a message of the application's.
	HeartbeatMessage
	// HeartbeatBoth is both, at the same time.
	HeartbeatBoth
	// HeartbeatOff sends none, and never gives a connection up for silence.
	HeartbeatOff
)

// Heartbeat finds out that nobody is there any more. It is sent only when nothing has been received for Interval.
type Heartbeat struct {
	// Mode says what is sent. Default HeartbeatPing.
	Mode HeartbeatMode
	// Interval of silence after which a heartbeat is sent. Default 30 s.
	Interval time.Duration
	// Timeout in which it must be answered. Default 10 s.
	Timeout time.Duration
	// MaxMissed is how many in a row must stay unanswered before the connection is given up. Default 1.
	MaxMissed int
	// Message makes the application's heartbeat. Default: the text {"type":"ping"}.
	Message func() Message
	// Match says whether a message answers a heartbeat. With it, and with no pings, nothing else counts as a sign of life. Default: any
	// traffic is a sign of life, and the text {"type":"pong"} answers the default message.
	Match func(Message) bool
	// Answers says whether the application gets messages that match. Default AnswersShown.
	Answers Answers
}

// Answers says what becomes of messages that answer a heartbeat.
type Answers uint8

const (
	// AnswersShown: the application gets them like all others. The default.
	AnswersShown Answers = iota
	// AnswersHidden: it does not.
	AnswersHidden
)

// QueuePolicy says what Send does when the queue is full and there is no connection.
type QueuePolicy uint8

const (
	// QueueRefuse: Send fails with CodeQueueFull. The default.
	QueueRefuse QueuePolicy = iota
	// QueueDropOldest: the oldest message makes room, and an event tells.
	QueueDropOldest
	// QueueDropNewest: the new message is not taken, and an event tells; Send succeeds.
	QueueDropNewest
	// QueueWait: Send waits while its context lives.
	QueueWait
)

// QueueOptions configure what waits while there is no connection. The zero value is useful.
type QueueOptions struct {
	// MaxMessages and MaxBytes that wait. Default 1,000 and 4 MiB.
	MaxMessages, MaxBytes int
	// Policy at the limits. Default QueueRefuse.
	Policy QueuePolicy
	// TTL drops what could not be written for so long. WithExpiry says it for one message. Default: never.
	TTL time.Duration
	// File makes the queue durable: what Send has taken is synced there before it returns, and what was not written yet goes out with
	// the next socket that is opened with the file. After a crash some may go out again. One socket at a time. Default: in memory.
	File string
}

func (o SocketOptions) withDefaults() SocketOptions {
	for _, d := range []struct {
		at *time.Duration
		d  time.Duration
	}{{&o.ConnectTimeout, 10 * time.Second}, {&o.Heartbeat.Interval, 30 * time.Second}, {&o.Heartbeat.Timeout, 10 * time.Second},
		{&o.DrainTimeout, 5 * time.Second}, {&o.CloseTimeout, 2 * time.Second}} {
		if *d.at == 0 {
			*d.at = d.d
		}
	}
	for _, n := range []struct {
		at *int
		n  int
	}{{&o.Heartbeat.MaxMissed, 1}, {&o.Queue.MaxMessages, 1000}, {&o.Queue.MaxBytes, 4 << 20}, {&o.HighWater, 1 << 20},
		{&o.LowWater, 256 << 10}, {&o.MaxMessage, 1 << 20}, {&o.Backlog, 256}, {&o.ErrorHistory, 50}} {
		if *n.at <= 0 {
			*n.at = n.n
		}
	}
	o.LowWater = min(o.LowWater, o.HighWater)
	if o.Heartbeat.Message == nil {
		o.Heartbeat.Message = func() Message { return Text(`{"type":"ping"}`) }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	return o
}

// Preset is a set of options for a kind of use, from the documents that the project grew from.
type Preset uint8

const (
	// PresetCritical does not give up soon: 20 retries, the first after 2 s.
	PresetCritical Preset = iota
	// PresetCasual gives up soon: 5 retries, the first after 1 s.
	PresetCasual
	// PresetFastHeartbeat finds a dead connection within 13 s: heartbeats every 10 s, answered within 3 s.
	PresetFastHeartbeat
	// PresetSlow is sparing: heartbeats every 60 s, answered within 10 s.
	PresetSlow
	// PresetSensitive has the breaker open after 3 failures, for 30 s.
	PresetSensitive
	// PresetSteady has the breaker open after 10 failures, for 120 s.
	PresetSteady
)

// Apply sets what the preset is about, and leaves all else as it is.
func (p Preset) Apply(o SocketOptions) SocketOptions {
	switch p {
	case PresetCritical:
		o.Backoff.MaxRetries, o.Backoff.BaseDelay = 20, 2*time.Second
	case PresetCasual:
		o.Backoff.MaxRetries, o.Backoff.BaseDelay = 5, time.Second
	case PresetFastHeartbeat:
		o.Heartbeat.Interval, o.Heartbeat.Timeout = 10*time.Second, 3*time.Second
	case PresetSlow:
		o.Heartbeat.Interval, o.Heartbeat.Timeout = 60*time.Second, 10*time.Second
	case PresetSensitive:
		o.BreakerOptions.FailureThreshold, o.BreakerOptions.ResetTimeout = 3, 30*time.Second
	case PresetSteady:
		o.BreakerOptions.FailureThreshold, o.BreakerOptions.ResetTimeout = 10, 120*time.Second
	}
	return o
}
