// Package roster keeps who is connected, and finds them by number, address, user and session.
//
// It is made for many: an entry has about a hundred bytes, those of three indexes among them. Entries are slots of one
// slice, and an index is a hash table whose chains run through the slots by number, so that the garbage collector
// has nothing to follow.
package roster

import (
	"hash/maphash"
	"iter"
	"net/netip"
	"strconv"
	"strings"

	"github.com/holdfast-ws/holdfast"
)

// Session names a session; zero is none.
type Session [16]byte

// Keys returns the user and the session that a member was bound to. They must not change while it is.
type Keys[M any] func(M) (user string, session Session)

// ID names an entry, and no other one as long as the process runs, unless a slot was used four milliard times. The zero ID
// names none.
type ID uint64

func idOf(slot int32, use uint32) ID { return ID(use)<<32 | ID(slot) }

func (id ID) slot() int32 { return int32(id & (1<<31 - 1)) }
func (id ID) use() uint32 { return uint32(id >> 32) }

// String returns two numbers such as "17-3": the slot, and the how manieth entry in it this is.
func (id ID) String() string {
	return strconv.FormatUint(uint64(id.slot()), 10) + "-" + strconv.FormatUint(uint64(id.use()), 10)
}

// ParseID reads what String has written. Errors: CodeBadArgument.
func ParseID(s string) (ID, error) {
	a, b, ok := strings.Cut(s, "-")
	slot, err := strconv.ParseUint(a, 10, 31)
	use, err2 := strconv.ParseUint(b, 10, 32)
	if !ok || err != nil || err2 != nil || use == 0 {
		return 0, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "parse connection id", Detail: strconv.Quote(s) + ": two numbers such as 17-3 are wanted"}
	}
	return idOf(int32(slot), uint32(use)), nil
}

// Roster is not for concurrent use: its owner has a lock. The zero value is not ready; see New.
type Roster[M any] struct {
	slots   []slot[M]
	free    int32 // first of the slots that are free, chained by their addresses' next; none
	members int
	by      [indexes]index
	keys    Keys[M]
	seed    maphash.Seed
}

type slot[M any] struct {
	m    M
	addr netip.Addr
	use  uint32
	in   uint8 // bit i: in index i
	busy bool  // entered and not removed
	set  bool  // m is there
	at   [indexes]place
}

// place is an entry's neighbours in the chain of one index.
type place struct{ next, prev int32 }

// none ends a chain.
const none int32 = -1

const (
	byAddress = iota
	byUser
	bySession
	indexes
)

// New returns an empty roster.
func New[M any](keys Keys[M]) *Roster[M] {
	return &Roster[M]{free: none, keys: keys, seed: maphash.MakeSeed()}
}

// Len returns how many members were set and not removed.
func (r *Roster[M]) Len() int { return r.members }

// Enter makes an entry, with no member yet, so that it counts for its address from now on. An invalid address is in no index.
func (r *Roster[M]) Enter(addr netip.Addr) ID {
	i := r.free
	if i == none {
		i = int32(len(r.slots))
		r.slots = append(r.slots, slot[M]{})
	} else {
		r.free = r.slots[i].at[byAddress].next
	}
	s := &r.slots[i]
	if s.use++; s.use == 0 {
		s.use = 1
	}
	s.addr, s.busy = addr, true
	if addr.IsValid() {
		r.link(byAddress, i)
	}
	return idOf(i, s.use)
}

// Set gives an entry its member.
func (r *Roster[M]) Set(id ID, m M) {
	if s := r.find(id); s != nil && !s.set {
		s.m, s.set = m, true
		r.members++
	}
}

// BindUser has an entry found by its member's user, unless that is "".
func (r *Roster[M]) BindUser(id ID) { r.bind(id, byUser) }

// BindSession has an entry found by its member's session, unless that is zero. Of several the one that was bound last is found.
func (r *Roster[M]) BindSession(id ID) { r.bind(id, bySession) }

func (r *Roster[M]) bind(id ID, which int) {
	s := r.find(id)
	if s == nil || !s.set || s.in&(1<<which) != 0 {
		return
	}
	user, session := r.keys(s.m)
	if which == byUser && user != "" || which == bySession && session != (Session{}) {
		r.link(which, id.slot())
	}
}

// Leave has an entry count for its address and user no more, while it is being closed. It is still found by number and by session.
func (r *Roster[M]) Leave(id ID) {
	if r.find(id) != nil {
		r.unlink(byAddress, id.slot())
		r.unlink(byUser, id.slot())
	}
}

// LeaveSession has an entry found by its session no more.
func (r *Roster[M]) LeaveSession(id ID) {
	if r.find(id) != nil {
		r.unlink(bySession, id.slot())
	}
}

// Remove ends an entry. Its number names nothing any more.
func (r *Roster[M]) Remove(id ID) {
	s := r.find(id)
	if s == nil {
		return
	}
	i := id.slot()
	for which := range indexes {
		r.unlink(which, i)
	}
	if s.set {
		r.members--
	}
	*s = slot[M]{use: s.use}
	s.at[byAddress].next = r.free
	r.free = i
}

func (r *Roster[M]) find(id ID) *slot[M] {
	i := int(id.slot())
	if i >= len(r.slots) || !r.slots[i].busy || r.slots[i].use != id.use() {
		return nil
	}
	return &r.slots[i]
}

// Get returns an entry's member and address; ok is false where there is none (yet, or any more).
func (r *Roster[M]) Get(id ID) (m M, addr netip.Addr, ok bool) {
	s := r.find(id)
	if s == nil || !s.set {
		return m, addr, false
	}
	return s.m, s.addr, true
}

// Members yields all that were set, in the order of their slots. The roster must not be changed meanwhile.
func (r *Roster[M]) Members() iter.Seq[M] {
	return func(yield func(M) bool) {
		for i := range r.slots {
			if r.slots[i].set && !yield(r.slots[i].m) {
				return
			}
		}
	}
}

// After returns up to n entries with members in the order of their slots, and where to go on; next is 0 at the end. To begin,
// from is 0. Between two calls entries may come and go: those that were there all the time are returned once.
func (r *Roster[M]) After(from, n int, to []ID) (list []ID, next int) {
	for i := from; i < len(r.slots); i++ {
		if s := &r.slots[i]; s.set {
			if len(to) == n {
				return to, i
			}
			to = append(to, idOf(int32(i), s.use))
		}
	}
	return to, 0
}

// Same returns the group that an address counts in: itself, or where it is IPv6 the 64 bits that one site has to give out.
func Same(addr netip.Addr) netip.Addr {
	if addr = addr.Unmap(); addr.Is4() {
		return addr
	}
	p, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return addr
	}
	return p.Addr()
}

// AtAddress returns how many entries an address has (IPv6: its /64), those without members among them, and counts no further than
// upTo.
func (r *Roster[M]) AtAddress(addr netip.Addr, upTo int) (n int) {
	for range r.ByAddress(addr) {
		if n++; n >= upTo {
			break
		}
	}
	return n
}

// ByAddress yields the entries of an address (IPv6: of its /64), those without members among them. They must not be changed
// meanwhile.
func (r *Roster[M]) ByAddress(addr netip.Addr) iter.Seq[ID] {
	return func(yield func(ID) bool) {
		if !addr.IsValid() {
			return
		}
		group := Same(addr)
		for i := range r.chain(byAddress, hashAddr(r.seed, group)) {
			if s := &r.slots[i]; Same(s.addr) == group && !yield(idOf(i, s.use)) {
				return
			}
		}
	}
}

// OfUser returns how many entries a user has besides one, and counts no further than upTo.
func (r *Roster[M]) OfUser(user string, besides ID, upTo int) (n int) {
	for id := range r.ByUser(user) {
		if id == besides {
			continue
		}
		if n++; n >= upTo {
			break
		}
	}
	return n
}

// ByUser yields the entries that are bound to a user. They must not be changed meanwhile.
func (r *Roster[M]) ByUser(user string) iter.Seq[ID] {
	return func(yield func(ID) bool) {
		for i := range r.chain(byUser, maphash.String(r.seed, user)) {
			s := &r.slots[i]
			if u, _ := r.keys(s.m); u == user && !yield(idOf(i, s.use)) {
				return
			}
		}
	}
}

// BySession returns the entry that was bound to a session last, and 0 where there is none.
func (r *Roster[M]) BySession(session Session) ID {
	for i := range r.chain(bySession, maphash.Comparable(r.seed, session)) {
		s := &r.slots[i]
		if _, x := r.keys(s.m); x == session {
			return idOf(i, s.use)
		}
	}
	return 0
}
