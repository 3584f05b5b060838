package graphqlws

import (
	"context"
	"maps"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// Options configure a Client. The zero value is useful.
type Options struct {
	// Init makes the payload of connection_init, for each connection anew: often a token. It must return when ctx ends, and an error counts as a
	// failed attempt. What it returns must be a JSON object. Default: no payload.
	Init func(ctx context.Context) (any, error)
	// AckTimeout bounds the waiting for connection_ack; then the connection is given up, and made again. Default 5 s. ConnectTimeout of
	// the socket bounds it, too.
	AckTimeout time.Duration
	// Offer says which protocols the server may choose from. Default OfferBoth.
	Offer Offer
	// Timeout of an Execute, with all waiting for a connection. Default 30 s; negative: only the caller's context bounds it.
	Timeout time.Duration
	// Buffer is how many results of one subscription are received ahead of the application. Default 64.
	Buffer int
	// Slow says what happens when so many wait. Default SlowDropOldest.
	Slow Slow
	// MaxOperations is how many may be under way at a time; more fail with CodeAtCapacity. Default 1,000.
	MaxOperations int
	// Socket configures the connection. Its OnOpen is called before connection_init. Subprotocols and OfferSubprotocols are not heeded. Of
	// Classes, what it says of a close code goes before what the protocol says (see Open). The default heartbeat (HeartbeatPing) is made the
	// protocol's own ping message where the server speaks graphql-transport-ws.
	Socket client.SocketOptions
}

// Offer says which protocols are offered to the server.
type Offer uint8

const (
	// OfferBoth offers graphql-transport-ws, and graphql-ws behind it. The default.
	OfferBoth Offer = iota
	// OfferTransport offers graphql-transport-ws alone.
	OfferTransport
	// OfferLegacy offers graphql-ws alone: for old servers that choose the first of whatever is offered.
	OfferLegacy
)

func (f Offer) subprotocols() []string {
	return [][]string{{Subprotocol, SubprotocolLegacy}, {Subprotocol}, {SubprotocolLegacy}}[f]
}

// Slow says what happens when a subscription's buffer is full.
type Slow uint8

const (
	// SlowDropOldest: the oldest result makes room, and the Gap of the one after it counts it. The default.
	SlowDropOldest Slow = iota
	// SlowEnd: the subscription ends with CodeQueueFull.
	SlowEnd
	// SlowWait: nothing more is received until there is room, by any operation of this client, and the server has to wait. A loop with it must
	// not wait for another operation of the same client.
	SlowWait
)

// Gaps says when a subscription is told of a gap.
type Gaps uint8

const (
	// GapsWithNext: the next result has it. The default.
	GapsWithNext Gaps = iota
	// GapsAtOnce: as soon as the subscription was sent again, a Result comes that has nothing but it, and again with the next connection.
	GapsAtOnce
)

// SubscribeOption changes one subscription.
type SubscribeOption func(*subscribeOptions)

type subscribeOptions struct {
	buffer int
	slow   Slow
	gaps   Gaps
}

// WithBuffer is Options.Buffer for one subscription; less than 1 is 1.
func WithBuffer(n int) SubscribeOption { return func(o *subscribeOptions) { o.buffer = max(n, 1) } }

// WithSlow is Options.Slow for one subscription.
func WithSlow(s Slow) SubscribeOption { return func(o *subscribeOptions) { o.slow = s } }

// WithGaps says when the subscription is told of gaps.
func WithGaps(g Gaps) SubscribeOption { return func(o *subscribeOptions) { o.gaps = g } }

// ExecuteOption changes one Execute.
type ExecuteOption func(*executeOptions)

type executeOptions struct {
	timeout time.Duration
	repeat  bool
}

// WithTimeout is Options.Timeout for one Execute.
func WithTimeout(d time.Duration) ExecuteOption { return func(o *executeOptions) { o.timeout = d } }

// Repeat has an Execute sent again after the connection has ended, until its timeout: for queries, and for mutations that may be carried out
// more than once.
func Repeat() ExecuteOption { return func(o *executeOptions) { o.repeat = true } }

func (o *Options) check() error {
	bad := func(detail string) error {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "open GraphQL client", Detail: "Options." + detail}
	}
	switch {
	case o.AckTimeout < 0:
		return bad("AckTimeout: " + o.AckTimeout.String() + " is negative")
	case o.Buffer < 0:
		return bad("Buffer: " + strconv.Itoa(o.Buffer) + " is negative")
	case o.MaxOperations < 0:
		return bad("MaxOperations: " + strconv.Itoa(o.MaxOperations) + " is negative")
	case o.Offer > OfferLegacy:
		return bad("Offer: " + strconv.Itoa(int(o.Offer)) + " is no offer")
	case o.Slow > SlowWait:
		return bad("Slow: " + strconv.Itoa(int(o.Slow)) + " is no policy")
	}
	return nil
}

func (o Options) withDefaults() Options {
	for at, d := range map[*time.Duration]time.Duration{&o.AckTimeout: 5 * time.Second, &o.Timeout: 30 * time.Second} {
		if *at == 0 {
			*at = d
		}
	}
	for at, n := range map[*int]int{&o.Buffer: 64, &o.MaxOperations: 1000} {
		if *at == 0 {
			*at = n
		}
	}
	return o
}

// codes are the close codes of graphql-transport-ws (CloseCode in graphql-ws 6, src/common.ts).
var codes = map[holdfast.Code]client.Class{
	4004: client.ClassProtocol,       // bad response
	4005: client.ClassProtocol,       // internal client error
	4400: client.ClassProtocol,       // bad request
	4401: client.ClassAuthentication, // unauthorized
	4403: client.ClassAuthentication, // forbidden
	4406: client.ClassProtocol,       // subprotocol not acceptable
	4408: client.ClassTimeout,        // connection initialisation timeout
	4409: client.ClassProtocol,       // subscriber already exists
	4429: client.ClassProtocol,       // too many initialisation requests
	4500: client.ClassServer,         // internal server error
	4504: client.ClassTimeout,        // connection acknowledgement timeout
}

// classes adds what the protocol says to what the application has said.
func (o *Options) classes() *client.Classes {
	var all client.Classes
	if o.Socket.Classes != nil {
		all = *o.Socket.Classes
	}
	mine := maps.Clone(codes)
	maps.Copy(mine, all.Codes)
	all.Codes = mine
	fresh := o.Init != nil || o.Socket.Token != nil || o.Socket.Headers != nil || o.Socket.URL != nil || o.Socket.OnOpen != nil
	if s := all.Strategies[client.ClassAuthentication]; !fresh && s.Retry == client.RetryDefault {
		s.Retry = client.RetryNever // the next attempt would show the same credentials
		all.Strategies = maps.Clone(all.Strategies)
		if all.Strategies == nil {
			all.Strategies = map[client.Class]client.Strategy{}
		}
		all.Strategies[client.ClassAuthentication] = s
	}
	return &all
}
