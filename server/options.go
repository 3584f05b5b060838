package server

import (
	"context"
	"crypto/tls"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/monitor"
	"github.com/holdfast-ws/holdfast/policy"
	"github.com/holdfast-ws/holdfast/store"
)

// Options of a [Server]. The zero value is useful.
type Options struct {
	// Store keeps the logs. The server is its only user from now on, and closes it in Shutdown. Default: a new
	// memory store.
	Store store.Backend

	// Authenticate says who a client is, from its hello and its request; an auth.Verifier or auth.Webhook has such a method.
	// Default: nobody is asked, and the server takes only clients of this machine, see Access. It is called on a goroutine
	// of its own and may block until ctx ends (HelloTimeout); an *holdfast.Error's code and detail are what the client is
	// told. Where User.Expires is set, it is called again for each refresh, at most one at a time for a connection; another
	// user's is refused.
	Authenticate func(ctx context.Context, c Credentials) (User, error)
	// RefreshWindow is how long before User.Expires the client is asked for its next token, or a third of the token's
	// time if that is less. Default: 1 min.
	RefreshWindow time.Duration
	// Namespaces have policies for channels; see policy.Namespace. Without any, whoever is let in may read and write every channel, but
	// for what begins with $. Their Retention counts where Store is not given; else it is for whoever makes the store.
	Namespaces []policy.Namespace
	// Authorize is asked in addition, about what namespaces and token allow: the first publish to a channel, and each subscription. What
	// it says is kept for the connection, until the client shows its next token. It is called on a goroutine of its own, for one
	// connection at a time, and may block until ctx ends (HelloTimeout); meanwhile only that channel waits, on that connection. An
	// *holdfast.Error's code and detail are what the client is told, another error is CodeForbidden without a word, and a code to try
	// again later is not kept. Default: nobody is asked.
	Authorize func(ctx context.Context, a Authorization) error
	// Limits of what clients may send. Default: none.
	Limits policy.Limits
	// Access without authentication. Default: AccessLoopback.
	Access Access
	// Origins that pages may come from besides the server's own, such as "https://example.com"; "*" allows all. Default: none.
	Origins []string

	// TrustedProxies are the networks of proxies that may say on whose behalf they come, by the headers that Forwarding names and, with
	// ProxyProtocol, before the first request. The address of such a connection is the nearest that is none of theirs; limits,
	// logs, figures and hooks see that one. What anybody else says of that kind does not count. Default: none.
	TrustedProxies []netip.Prefix
	// Forwarding says by which headers. Default: ForwardingX.
	Forwarding Forwarding
	// ProxyProtocol of their connections to Serve. Default: ProxyProtocolOff.
	ProxyProtocol ProxyProtocol
	// TLS has Serve speak it, with HTTP/2 for all but WebSockets. The least version is 1.2 unless it says more. It is not changed.
	// Default: plain HTTP.
	TLS *tls.Config

	// MaxConnections at a time; more are refused with 503 and Retry-After. Default: the process's limit on
	// open files, less 640 or three quarters of it for the store and all else.
	MaxConnections int
	// ConnectRate is how many connections are let in a second, and ConnectBurst how many at once after a pause; the others are told by
	// 503 and Retry-After to come back when it will be their turn. Defaults: no limit; a second's worth.
	ConnectRate  float64
	ConnectBurst int
	// MaxPerUser connections of one user at a time, and MaxPerAddress from one address; the 2^64 addresses of an IPv6 /64 count
	// as one, since one site has them all. More are refused (CodeTooManyForUser, behind the hello; CodeTooManyForAddress,
	// with 429 and Retry-After), and those that are there stay. A session that comes back takes the place of its older
	// connection. Users without a name, and sockets without an address, are not counted. Default: no limit.
	MaxPerUser, MaxPerAddress int
	// MaxMessage is the most bytes of one record's data. A larger publish is refused by a frame, and what
	// follows it goes on. Default: 1 MiB.
	MaxMessage int
	// MaxSubscriptions of one connection. Default: 1,000.
	MaxSubscriptions int
	// MaxInFlight publishes of one connection that are unanswered: records and bytes. Default: 4,096 and 4 MiB.
	MaxInFlight Window
	// DefaultWindow of a subscription that names none, and MaxWindow that it can have: records and bytes that are on their
	// way to the application. Default: 512 and 1 MiB; 65,536 and 16 MiB.
	DefaultWindow, MaxWindow Window

	// HelloTimeout from the upgrade to the hello. Default: 10 s.
	HelloTimeout time.Duration
	// Heartbeat is the silence after which a client is pinged, and PongTimeout the further silence after which it is given up.
	// Defaults: 30 s, 10 s.
	Heartbeat, PongTimeout time.Duration
	// IdleTimeout is how long a client may send nothing while it has no subscription, until it is closed (CodeIdle); heartbeats
	// do not count. Default: for ever.
	IdleTimeout time.Duration
	// StallTimeout is how long a client may take no byte at all while some wait for it. Default: 300 s.
	StallTimeout time.Duration
	// ShutdownDelay is for how long a server that is shut down is only unready, and serves as before, so that a load balancer notices
	// before clients are asked to leave. Default: none.
	ShutdownDelay time.Duration
	// DrainPeriod over which clients are asked to come back when the server is shut down. Default: 30 s.
	DrainPeriod time.Duration
	// RetryAfter is what a client is told to wait after a refusal that may pass. Default: 1 s.
	RetryAfter time.Duration

	// OverloadAfter is how long the queue of publishes may be full, or a worker be late, until load is shed, so that those
	// who are connected are served: new connections are refused from then on, history is slowed from twice as long, and publishes are put off
	// from four times as long. Default: 5 s.
	OverloadAfter time.Duration
	// MemoryLimit in bytes, of the process (Linux) or the Go runtime, from which the same is done: history is slowed from 105 % of it, and
	// publishes are put off from 110 %. Default: none.
	MemoryLimit int64
	// Compression offers permessage-deflate. Default: CompressionOff.
	Compression Compression
	// CacheBytes for history that is being read, and QueueBytes for publishes that wait for the store. Default: 16 MiB each.
	CacheBytes, QueueBytes int
	// Workers that write to sockets. Default: GOMAXPROCS.
	Workers int
	// TrimEvery is how often retention is applied. Default: 10 s.
	TrimEvery time.Duration
	// Fatal is called when the store can promise nothing any more. The process should end. Default: it is
	// logged, and every connection is closed.
	Fatal func(error)
	// StuckAfter is how long publishes may wait for the store, or connections for a worker, until the server calls itself unhealthy;
	// at least 50 ms. Default: 5 s.
	StuckAfter time.Duration
	// HistoryEvery is how often a moment of the figures is kept, at least 10 ms; the last 360 are. Default: 10 s, which makes an hour.
	HistoryEvery time.Duration
	// MonitorKey, as a bearer token, allows to reset the figures from beyond this machine; at least 16 bytes. Default: nobody may,
	// except from this machine without a proxy.
	MonitorKey string
	// Metrics makes what serves GET /metrics, as prom.Handler does; it is called once. Default: there is nothing at that path.
	Metrics func(monitor.Source) http.Handler
	// Now is the clock that clients are told, by which they say when they first sent a record; it should be the store's.
	// Timeouts do not go by it. Default: time.Now.
	Now func() time.Time
	// Logger. Default: slog.Default().
	Logger *slog.Logger

	memory func() uint64 // what MemoryLimit is held against; tests have their own
}

// Window bounds what is on its way. A zero field means the default.
type Window struct{ Records, Bytes uint32 }

// Access says who may connect where no authentication is configured.
type Access uint8

const (
	// AccessLoopback takes only clients of this machine that come without a proxy.
	AccessLoopback Access = iota
	// AccessAnyone takes everybody. Whoever reaches the port may read and write every channel.
	AccessAnyone
)

// Compression says whether permessage-deflate is negotiated.
type Compression uint8

const (
	// CompressionOff does not negotiate it.
	CompressionOff Compression = iota
	// CompressionOn negotiates it without context takeover. Records of 512 bytes and more are compressed, once for all subscribers.
	CompressionOn
)

// Credentials are what a client shows.
type Credentials = auth.Credentials

// User is who a client is.
type User = auth.User

func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

func (w Window) or(def Window) wire.Window {
	return wire.Window{Records: or(w.Records, def.Records), Bytes: or(w.Bytes, def.Bytes)}
}

func (o *Options) fill() error {
	for _, n := range []struct {
		name  string
		value int
	}{{"MaxConnections", o.MaxConnections}, {"MaxPerUser", o.MaxPerUser}, {"MaxPerAddress", o.MaxPerAddress}, {"MaxMessage", o.MaxMessage}, {"MaxSubscriptions", o.MaxSubscriptions},
		{"CacheBytes", o.CacheBytes}, {"QueueBytes", o.QueueBytes}, {"Workers", o.Workers}} {
		if n.value < 0 {
			return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start server", Detail: n.name + ": must not be negative, got " + strconv.Itoa(n.value)}
		}
	}
	if !(o.ConnectRate >= 0) || math.IsInf(o.ConnectRate, 0) || o.ConnectBurst < 0 {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start server", Detail: "ConnectRate, ConnectBurst: must not be negative"}
	}
	if o.IdleTimeout < 0 {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start server", Detail: "IdleTimeout: must not be negative, got " + o.IdleTimeout.String()}
	}
	if o.MaxMessage > 256<<20 {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start server", Detail: "MaxMessage: the limit is 256 MiB, got " + strconv.Itoa(o.MaxMessage)}
	}
	if o.StuckAfter != 0 && o.StuckAfter < 50*time.Millisecond {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start server", Detail: "StuckAfter: at least 50ms, got " + o.StuckAfter.String()}
	}
	if o.HistoryEvery != 0 && o.HistoryEvery < 10*time.Millisecond {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start server", Detail: "HistoryEvery: at least 10ms, got " + o.HistoryEvery.String()}
	}
	if o.MonitorKey != "" && len(o.MonitorKey) < 16 {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start server", Detail: "MonitorKey: at least 16 bytes, got " + strconv.Itoa(len(o.MonitorKey))}
	}
	if o.OverloadAfter < 0 || o.MemoryLimit < 0 {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start server", Detail: "OverloadAfter, MemoryLimit: must not be negative"}
	}
	o.OverloadAfter = or(o.OverloadAfter, 5*time.Second)
	o.QueueBytes = or(o.QueueBytes, 16<<20)
	if err := o.fillProxies(); err != nil {
		return err
	}
	if err := o.fillTLS(); err != nil {
		return err
	}
	o.StuckAfter = or(o.StuckAfter, 5*time.Second)
	o.HistoryEvery = or(o.HistoryEvery, 10*time.Second)
	o.MaxConnections = or(o.MaxConnections, connectionsOf(fileLimit()))
	o.MaxMessage = or(o.MaxMessage, 1<<20)
	o.MaxSubscriptions = or(o.MaxSubscriptions, 1000)
	o.HelloTimeout = or(o.HelloTimeout, 10*time.Second)
	o.Heartbeat = or(o.Heartbeat, 30*time.Second)
	o.PongTimeout = or(o.PongTimeout, 10*time.Second)
	o.StallTimeout = or(o.StallTimeout, 300*time.Second)
	o.DrainPeriod = or(o.DrainPeriod, 30*time.Second)
	o.RetryAfter = or(o.RetryAfter, time.Second)
	o.RefreshWindow = or(o.RefreshWindow, time.Minute)
	if o.memory == nil {
		o.memory = usedMemory
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return nil
}

// connectionsOf is how many connections a process may have that can open so many files. The disk store needs up to 550, and
// spareSockets may come on top.
func connectionsOf(files int) int { return files - min(640, files*3/4) }

func (o *Options) limits(info store.Info) *session.ServerLimits {
	return &session.ServerLimits{
		HelloTimeout: o.HelloTimeout.Milliseconds(), Heartbeat: o.Heartbeat.Milliseconds(),
		PongTimeout: o.PongTimeout.Milliseconds(), StallTimeout: o.StallTimeout.Milliseconds(), IdleTimeout: o.IdleTimeout.Milliseconds(),
		MaxMessage: uint32(o.MaxMessage), MaxInFlight: o.MaxInFlight.or(Window{4096, 4 << 20}),
		DefaultWindow: o.DefaultWindow.or(Window{512, 1 << 20}), MaxWindow: o.MaxWindow.or(Window{1 << 16, 16 << 20}),
		MaxSubscriptions: uint32(o.MaxSubscriptions), MaxHalted: 1024, RetryAfter: o.RetryAfter.Milliseconds(), RefreshWindow: o.RefreshWindow.Milliseconds(),
		DedupeWindow: info.DedupeWindow.Milliseconds(), Memory: info.Memory, Synced: info.Durability.Synced, Copies: uint32(info.Durability.Copies),
		Agent: "holdfast/" + version(),
	}
}

func version() string {
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "devel"
}
