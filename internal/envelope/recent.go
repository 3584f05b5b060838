package envelope

import (
	"crypto/sha256"
	"sync"
)

// RecentMessages is how many messages a [Recent] remembers.
const RecentMessages = 1 << 16

// Key names a message for a [Recent].
type Key [16]byte

// KeyOf returns the key of a message, and false for one that cannot be told from another one with the same content: it has no id, or
// no timestamp. All that the sender has put into it counts, since nothing stops two senders from giving the same id.
func KeyOf(user, channel string, m *Message) (k Key, ok bool) {
	if m.ID == nil || m.Stamp == nil {
		return k, false
	}
	h := sha256.New()
	for _, part := range [][]byte{[]byte(user), []byte(channel), m.ID, m.Stamp, m.Data} {
		sum := sha256.Sum256(part) // of a fixed length, so that the parts cannot be divided otherwise
		h.Write(sum[:])
	}
	return Key(h.Sum(nil)[:len(k)]), true
}

// Recent remembers the messages that were stored last, up to [RecentMessages]; the oldest is forgotten for each that comes then. It
// forgets all of them with its process. The zero value is empty. Its methods may be called concurrently.
type Recent struct {
	mu   sync.Mutex
	seen map[Key]struct{}
	ring []Key
	next int
}

// Has reports whether a message is remembered.
func (r *Recent) Has(k Key) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.seen[k]
	return ok
}

// Add remembers a message.
func (r *Recent) Add(k Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.seen[k]; ok {
		return
	}
	if r.seen == nil {
		r.seen = map[Key]struct{}{}
	}
	r.seen[k] = struct{}{}
	if len(r.ring) < RecentMessages {
		r.ring = append(r.ring, k)
		return
	}
	delete(r.seen, r.ring[r.next])
	r.ring[r.next] = k
	r.next = (r.next + 1) % RecentMessages
}
