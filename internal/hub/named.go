package hub

import (
	"sync"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// cursorKey names a cursor that the store keeps.
type cursorKey struct{ channel, name string }

// namedCursor is one generation of a named cursor, opened here.
type namedCursor struct {
	cursorKey
	generation uint64
	c          *cursor // set before it is entered

	// Guarded by cursorKeeper.mu.
	position holdfast.Position
	pending  bool // position is not saved yet
	left     bool // closed
}

// cursorKeeper knows who holds which named cursor, and which of them have moved since they were saved.
type cursorKeeper struct {
	mu      sync.Mutex
	holders map[cursorKey]*namedCursor
	pending map[cursorKey]*namedCursor
	wake    chan struct{} // something is pending
}

func (k *cursorKeeper) init() {
	k.holders = map[cursorKey]*namedCursor{}
	k.pending = map[cursorKey]*namedCursor{}
	k.wake = make(chan struct{}, 1)
}

// enter makes n the holder, and closes whoever held it before; or n itself if it has been overtaken.
func (k *cursorKeeper) enter(n *namedCursor) {
	k.mu.Lock()
	loser := k.holders[n.cursorKey]
	switch {
	case loser != nil && loser.generation > n.generation:
		loser = n
	case n.left:
		// closed again already; the one before is out all the same
	default:
		k.holders[n.cursorKey] = n
	}
	k.mu.Unlock()
	if loser != nil {
		loser.taken()
	}
}

// leave forgets the holder; what is pending is still saved.
func (k *cursorKeeper) leave(n *namedCursor) {
	k.mu.Lock()
	n.left = true
	if k.holders[n.cursorKey] == n {
		delete(k.holders, n.cursorKey)
	}
	k.mu.Unlock()
}

// save has the position saved soon.
func (k *cursorKeeper) save(n *namedCursor, p holdfast.Position) {
	k.mu.Lock()
	n.position = p
	wake := false
	if old := k.pending[n.cursorKey]; old == nil || old.generation <= n.generation {
		if old != nil && old != n {
			old.pending = false
		}
		n.pending = true
		wake = len(k.pending) == 0
		k.pending[n.cursorKey] = n
	}
	k.mu.Unlock()
	if wake {
		k.signal()
	}
}

func (k *cursorKeeper) signal() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// taken closes the subscription, whose cursor somebody else has opened.
func (n *namedCursor) taken() {
	if n.c == nil {
		return
	}
	m := n.c.m
	m.mu.Lock()
	defer m.mu.Unlock()
	if i, ok := m.find(n.c.sub); ok && m.subs[i] == n.c {
		m.closeAt(i)
		m.owner.CursorTaken(n.c.sub)
		m.Urgent()
	}
}

// cursorsAtOnce bounds one save.
const cursorsAtOnce = 1024

// saveCursors saves all that are pending.
func (h *Hub) saveCursors() error {
	k := &h.cursors
	for {
		var list []*namedCursor
		k.mu.Lock()
		for _, n := range k.pending {
			if list = append(list, n); len(list) == cursorsAtOnce {
				break
			}
		}
		updates := k.takeLocked(list)
		k.mu.Unlock()
		if len(list) == 0 {
			return nil
		}
		if err := h.save(list, updates); err != nil {
			return err
		}
	}
}

// savePending saves one cursor before it is opened again.
func (h *Hub) savePending(key cursorKey) error {
	k := &h.cursors
	k.mu.Lock()
	n := k.pending[key]
	if n == nil {
		k.mu.Unlock()
		return nil
	}
	list := []*namedCursor{n}
	updates := k.takeLocked(list)
	k.mu.Unlock()
	return h.save(list, updates)
}

func (k *cursorKeeper) takeLocked(list []*namedCursor) []store.CursorUpdate {
	updates := make([]store.CursorUpdate, len(list))
	for i, n := range list {
		n.pending = false
		delete(k.pending, n.cursorKey)
		updates[i] = store.CursorUpdate{Channel: n.channel, Name: n.name, Generation: n.generation, Position: n.position}
	}
	return updates
}

// nameTerms completes positions whose term the owner did not know: an acknowledgement has none.
func (h *Hub) nameTerms(updates []store.CursorUpdate) error {
	for i := range updates {
		p := &updates[i].Position
		if p.Term != 0 || p.Offset == 0 {
			continue
		}
		st, err := h.log.State(h.ctx, updates[i].Channel)
		if err != nil {
			return err
		}
		p.Term = st.TermAt(p.Offset)
	}
	return nil
}

// save writes to the store. What could not be saved is pending again, unless it has moved meanwhile.
func (h *Hub) save(list []*namedCursor, updates []store.CursorUpdate) error {
	err := h.nameTerms(updates)
	var taken []int
	if err == nil {
		taken, err = h.log.SaveCursors(h.ctx, updates)
	}
	if err != nil {
		k := &h.cursors
		k.mu.Lock()
		for _, n := range list {
			if k.pending[n.cursorKey] == nil {
				n.pending = true
				k.pending[n.cursorKey] = n
			}
		}
		k.mu.Unlock()
		k.signal()
		return err
	}
	for _, i := range taken {
		list[i].taken()
	}
	return nil
}
