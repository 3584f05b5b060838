package policy

import (
	"fmt"
	"math"
	"time"

	"golang.org/x/time/rate"

	"github.com/holdfast-ws/holdfast"
)

// Rate is a token bucket: PerSecond flow in, and Burst is what it holds. The zero value is no limit.
type Rate struct {
	PerSecond float64
	// Burst is how much may come at once after a pause. Default: a second's worth, and at least 1.
	Burst int
}

func (r Rate) check(name string) error {
	if !(r.PerSecond >= 0) || math.IsInf(r.PerSecond, 0) || r.Burst < 0 {
		return fmt.Errorf("%s: must not be negative", name)
	}
	if r.PerSecond == 0 && r.Burst > 0 {
		return fmt.Errorf("%s: a burst needs a rate", name)
	}
	return nil
}

func (r Rate) limiter() *rate.Limiter {
	if r.PerSecond == 0 {
		return nil
	}
	burst := r.Burst
	if burst == 0 {
		burst = int(min(max(1, math.Ceil(r.PerSecond)), math.MaxInt32))
	}
	return rate.NewLimiter(rate.Limit(r.PerSecond), burst)
}

// Resource is what a limit is on.
type Resource uint8

const (
	// Messages are frames that a client sends, of any kind.
	Messages Resource = iota
	// Publishes are records.
	Publishes
	// Bytes are those of records' data and headers.
	Bytes
	// Connects are attempts to connect.
	Connects
	resources
)

var resourceNames = [...]string{Messages: "messages", Publishes: "publishes", Bytes: "bytes", Connects: "connects"}

// String returns the name in lower case.
func (r Resource) String() string { return resourceNames[r] }

// Scope is whose a limit is.
type Scope uint8

const (
	// ByConnection counts for each connection.
	ByConnection Scope = iota
	// ByUser counts for each authenticated user, over all connections.
	ByUser
	// ByAddress counts for each IPv4 address and each /64 of IPv6.
	ByAddress
	// ByNamespace counts for each user in a namespace, or each address where there is no user.
	ByNamespace
	// Scopes is how many there are.
	Scopes
)

var scopeNames = [...]string{ByConnection: "connection", ByUser: "user", ByAddress: "address", ByNamespace: "namespace"}

// String returns the name in lower case.
func (s Scope) String() string { return scopeNames[s] }

// Rates of one scope.
type Rates struct{ Messages, Publishes, Bytes Rate }

func (r Rates) none() bool { return r == Rates{} }

// Limits of what clients may do. The zero value is none, and costs nothing.
type Limits struct {
	// Connection, User and Address bound what each may send, over all its connections. A publish beyond them is put off with
	// CodeRateLimited and comes again later, in order; so is a subscription. What needs no answer is taken all the same and counted,
	// and who goes on with it for a whole burst more is disconnected with the same code. Only records that are stored or refused for
	// good count: duplicates do not, nor does what is put off.
	Connection, User, Address Rates
	// Connects of each address; others are told by 429 and Retry-After when to come back.
	Connects Rate
	// Remembered is how many users and addresses without a connection are remembered. Beyond it the one that left first is
	// forgotten, and what it has used up with it. Default: 16,384.
	Remembered int
}

// Check returns CodeBadArgument if a value is out of its range.
func (l *Limits) Check() error {
	for name, r := range map[string]Rate{
		"Connection.Messages": l.Connection.Messages, "Connection.Publishes": l.Connection.Publishes, "Connection.Bytes": l.Connection.Bytes,
		"User.Messages": l.User.Messages, "User.Publishes": l.User.Publishes, "User.Bytes": l.User.Bytes,
		"Address.Messages": l.Address.Messages, "Address.Publishes": l.Address.Publishes, "Address.Bytes": l.Address.Bytes,
		"Connects": l.Connects,
	} {
		if err := r.check(name); err != nil {
			return bad("Limits." + err.Error())
		}
	}
	if l.Remembered < 0 {
		return bad("Limits.Remembered: must not be negative")
	}
	return nil
}

// Cost is what something takes of each resource.
type Cost [resources]int

// Account is what one connection, user or address has left. Its methods may be called concurrently.
type Account struct {
	scope   Scope
	buckets [resources]*rate.Limiter

	// Guarded by Accounts.mu.
	key        string
	refs       int
	prev, next *Account // among those that nobody holds
}

func newAccount(scope Scope, r Rates, connects Rate) *Account {
	a := &Account{scope: scope}
	for i, x := range [resources]Rate{Messages: r.Messages, Publishes: r.Publishes, Bytes: r.Bytes, Connects: connects} {
		a.buckets[i] = x.limiter()
	}
	return a
}

// Scope returns whose account it is.
func (a *Account) Scope() Scope { return a.scope }

// Short says what is not there, and for how long.
type Short struct {
	Scope    Scope
	Resource Resource
	Wait     time.Duration
}

// leastWait is what a client is told to wait at least, so that it does not ask for each record by itself.
const leastWait = 50 * time.Millisecond

// Error returns CodeRateLimited with a detail that names the limit, and when to try again.
func (s *Short) Error(op string) *holdfast.Error {
	return &holdfast.Error{Code: holdfast.CodeRateLimited, Op: op, RetryAfter: s.Wait,
		Detail: "limit on " + s.Resource.String() + " of each " + s.Scope.String() + " is used up"}
}

// Take takes a cost from all accounts, some of which may be nil, or from none. What costs more than a bucket can hold takes a full one.
func Take(now time.Time, c Cost, accounts ...*Account) (s Short, ok bool) {
	for i, a := range accounts {
		if a == nil {
			continue
		}
		for r, n := range c {
			b := a.buckets[r]
			if b == nil || n <= 0 || b.AllowN(now, min(n, b.Burst())) {
				continue
			}
			s = Short{a.scope, Resource(r), waitFor(b, now, n)}
			back := c
			clear(back[r:])
			a.give(now, back)
			Give(now, c, accounts[:i]...)
			return s, false
		}
	}
	return s, true
}

// waitFor returns how long it takes until there is enough, and half of what the bucket holds: who has to wait then gets some done.
func waitFor(b *rate.Limiter, now time.Time, n int) time.Duration {
	want := float64(max(min(n, b.Burst()), (b.Burst()+1)/2))
	missing := want - b.TokensAt(now)
	seconds := missing / float64(b.Limit())
	if seconds > 3600 {
		return time.Hour
	}
	return max(leastWait, time.Duration(math.Ceil(seconds*1000))*time.Millisecond)
}

// Give gives back what was taken and turned out not to be used.
func Give(now time.Time, c Cost, accounts ...*Account) {
	for _, a := range accounts {
		if a != nil {
			a.give(now, c)
		}
	}
}

func (a *Account) give(now time.Time, c Cost) {
	for r, n := range c {
		if b := a.buckets[r]; b != nil && n > 0 {
			b.ReserveN(now, -min(n, b.Burst())) // a bucket takes a negative number, and holds no more than its burst in the end
		}
	}
}

// Overdraw takes a cost whether it is there or not. It reports false if more than a whole burst is owed.
func Overdraw(now time.Time, c Cost, accounts ...*Account) (s Short, ok bool) {
	ok = true
	for _, a := range accounts {
		if a == nil {
			continue
		}
		for r, n := range c {
			b := a.buckets[r]
			if b == nil || n <= 0 {
				continue
			}
			if b.TokensAt(now) < -float64(b.Burst()) {
				s, ok = Short{a.scope, Resource(r), waitFor(b, now, n)}, false
				continue
			}
			b.ReserveN(now, min(n, b.Burst()))
		}
	}
	return s, ok
}
