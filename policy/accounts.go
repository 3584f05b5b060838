package policy

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

const defaultRemembered = 16384

// Accounts holds those that connections share. Its methods may be called concurrently.
type Accounts struct {
	limits Limits

	mu        sync.Mutex
	held      map[string]*Account // by who they are of
	idle      Account             // the ring of those that nobody holds, the one that left first next
	idles     int
	forgotten uint64
}

// NewAccounts returns an empty table.
func NewAccounts(l Limits) *Accounts {
	if l.Remembered == 0 {
		l.Remembered = defaultRemembered
	}
	t := &Accounts{limits: l, held: map[string]*Account{}}
	t.idle.prev, t.idle.next = &t.idle, &t.idle
	return t
}

// Connection returns a new account for one connection, or nil if connections have no limit.
func (t *Accounts) Connection() *Account {
	if t.limits.Connection.none() {
		return nil
	}
	return newAccount(ByConnection, t.limits.Connection, Rate{})
}

// User returns the account of a user, to be released; nil if users have no limit.
func (t *Accounts) User(id string) *Account {
	if t.limits.User.none() || id == "" {
		return nil
	}
	return t.acquire("u"+id, ByUser, t.limits.User, Rate{})
}

// Address returns the account of an address, as [AddressKey] has it, to be released; nil if addresses have no limit, or it is none.
func (t *Accounts) Address(key string) *Account {
	if t.limits.Address.none() && t.limits.Connects == (Rate{}) || key == "" {
		return nil
	}
	return t.acquire("a"+key, ByAddress, t.limits.Address, t.limits.Connects)
}

// Namespace returns the account of somebody in a namespace, to be released; nil if the namespace has no rate. who is a user or an
// address; scope says which. Where it is empty the account is shared with nobody.
func (t *Accounts) Namespace(n *Namespace, scope Scope, who string) *Account {
	if n == nil || n.Rate == (Rate{}) {
		return nil
	}
	rates := Rates{Publishes: n.Rate}
	if who == "" {
		return newAccount(ByNamespace, rates, Rate{})
	}
	return t.acquire("n"+n.Name+"\x00"+scope.String()+who, ByNamespace, rates, Rate{})
}

func (t *Accounts) acquire(key string, scope Scope, r Rates, connects Rate) *Account {
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.held[key]
	if a == nil {
		a = newAccount(scope, r, connects)
		a.key = key
		t.held[key] = a
	} else if a.refs == 0 {
		t.unlink(a)
	}
	a.refs++
	return a
}

// Release says that one holder less needs the account. Of nil and of one that is not shared it does nothing.
func (t *Accounts) Release(a *Account) {
	if a == nil || a.key == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if a.refs--; a.refs > 0 {
		return
	}
	a.prev, a.next = t.idle.prev, &t.idle
	a.prev.next, a.next.prev = a, a
	if t.idles++; t.idles > t.limits.Remembered {
		first := t.idle.next
		t.unlink(first)
		delete(t.held, first.key)
		t.forgotten++
	}
}

func (t *Accounts) unlink(a *Account) {
	a.prev.next, a.next.prev = a.next, a.prev
	a.prev, a.next = nil, nil
	t.idles--
}

// Sweep forgets those whom nobody holds and whose buckets are full again: there is nothing to remember of them.
func (t *Accounts) Sweep(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for a := t.idle.next; a != &t.idle; {
		next := a.next
		if a.full(now) {
			t.unlink(a)
			delete(t.held, a.key)
		}
		a = next
	}
}

func (a *Account) full(now time.Time) bool {
	for _, b := range a.buckets {
		if b != nil && b.TokensAt(now) < float64(b.Burst()) {
			return false
		}
	}
	return true
}

// Len returns how many accounts there are, and how many were forgotten because there were too many.
func (t *Accounts) Len() (n int, forgotten uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.held), t.forgotten
}

// AddressKey turns the address of a client, with or without its port, into what is counted: the whole of an IPv4 address, and the first
// 64 bits of an IPv6 one, since whoever has one of these has them all. What is no address has the empty key.
func AddressKey(hostport string) string {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return ""
	}
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.Addr().String()
}
