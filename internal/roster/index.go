package roster

import (
	"hash/maphash"
	"iter"
	"net/netip"
)

// index is a hash table whose chains run through the slots. It has at least as many heads as entries, and a power of two of them.
type index struct {
	heads []int32
	n     int
}

// leastHeads is how small a table begins.
const leastHeads = 16

func (x *index) head(hash uint64) *int32 { return &x.heads[hash&uint64(len(x.heads)-1)] }

func hashAddr(seed maphash.Seed, group netip.Addr) uint64 { return maphash.Comparable(seed, group) }

// hash is that of the key which the i-th slot has in an index.
func (r *Roster[M]) hash(which int, i int32) uint64 {
	s := &r.slots[i]
	if which == byAddress {
		return hashAddr(r.seed, Same(s.addr))
	}
	user, session := r.keys(s.m)
	if which == byUser {
		return maphash.String(r.seed, user)
	}
	return maphash.Comparable(r.seed, session)
}

func (r *Roster[M]) link(which int, i int32) {
	x := &r.by[which]
	if x.n == len(x.heads) {
		r.grow(which)
	}
	x.n++
	r.slots[i].in |= 1 << which
	r.push(which, i)
}

func (r *Roster[M]) push(which int, i int32) {
	head := r.by[which].head(r.hash(which, i))
	r.slots[i].at[which] = place{next: *head, prev: none}
	if *head != none {
		r.slots[*head].at[which].prev = i
	}
	*head = i
}

func (r *Roster[M]) unlink(which int, i int32) {
	s := &r.slots[i]
	if s.in&(1<<which) == 0 {
		return
	}
	p := s.at[which]
	if p.next != none {
		r.slots[p.next].at[which].prev = p.prev
	}
	if p.prev != none {
		r.slots[p.prev].at[which].next = p.next
	} else {
		*r.by[which].head(r.hash(which, i)) = p.next
	}
	s.in &^= 1 << which
	r.by[which].n--
}

// grow makes the table twice as large. It never shrinks: it is small beside the slots, which do not either.
func (r *Roster[M]) grow(which int) {
	x := &r.by[which]
	x.heads = make([]int32, max(leastHeads, 2*len(x.heads)))
	for i := range x.heads {
		x.heads[i] = none
	}
	for i := range r.slots {
		if r.slots[i].in&(1<<which) != 0 {
			r.push(which, int32(i))
		}
	}
}

// chain yields the slots whose keys may have this hash; the caller compares.
func (r *Roster[M]) chain(which int, hash uint64) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		x := &r.by[which]
		if x.n == 0 {
			return
		}
		for i := *x.head(hash); i != none; i = r.slots[i].at[which].next {
			if !yield(i) {
				return
			}
		}
	}
}
