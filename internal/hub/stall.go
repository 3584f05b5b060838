package hub

import (
	"errors"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// proceed writes what a stalled member has left over.
func (s *shard) proceed(m *Member) {
	m.mu.Lock()
	s.proceedWith(m, nil)
}

// proceedLoaded does so with a page that was loaded for it.
func (s *shard) proceedLoaded(m *Member, ld *load, v *view) {
	m.mu.Lock()
	if m.stall == nil || ld.dropped {
		m.mu.Unlock()
		return
	}
	if ld.page == nil {
		m.breakDown(moved(ld.brokenLog()))
		return
	}
	// The log may have been deleted and written anew before it was read: the page is another log's then, and may have the same offsets.
	if epoch, _ := ld.ch.now(); m.stall.ch == ld.ch && epoch != m.stall.epoch {
		m.breakDown(moved(nil))
		return
	}
	if m.stall.ch != ld.ch {
		v = nil
	}
	s.proceedWith(m, v)
}

func (s *shard) proceedWith(m *Member, v *view) {
	for {
		st := m.stall
		if st == nil || m.detached || m.dead {
			m.mu.Unlock()
			return
		}
		if len(st.rest) == 0 && (st.ch == nil || st.next > st.last) {
			s.recovered(m)
			return
		}
		var frames []byte
		var found view
		if st.ch != nil {
			if v == nil || !v.has(st.next) {
				var now moment
				found, now = s.hub.find(st.ch, m.codec, st.next)
				if now.epoch != st.epoch {
					m.breakDown(moved(nil))
					return
				}
				v = &found
			}
			if !v.has(st.next) {
				s.hub.loader.request(loadKey{ch: st.ch, epoch: st.epoch, kind: loadPage, codec: m.codec, start: st.next}, waiter{m: m})
				m.mu.Unlock()
				return
			}
			i := int(st.next - v.first)
			n := v.fit(i, int(st.last-st.next)+1, s.hub.pageSize)
			frames = v.cut(i, n)[st.skip:]
		}
		m.writing = true
		m.mu.Unlock()
		n, err := s.writer.write(m.sock, st.rest, frames)
		s.counted.writes++
		s.counted.bytes += uint64(n)
		m.mu.Lock()
		m.writing, m.again = false, false
		m.progress = m.progress || n > 0
		m.signalLocked()
		k := min(n, len(st.rest))
		st.rest = st.rest[k:]
		if st.ch != nil && m.stall == st {
			st.advance(v, n-k)
		}
		if err != nil && !errors.Is(err, ws.ErrStalled) {
			m.breakDown(err)
			return
		}
		if err != nil {
			m.waitWritable()
			return
		}
	}
}

// recovered ends a stall.
func (s *shard) recovered(m *Member) {
	st := m.stall
	m.stall = nil
	s.kick(m)
	if m.out.size() > 0 {
		s.flush(m)
	} else {
		m.signalLocked()
		m.mu.Unlock()
	}
	s.dropStall(st)
}

// dropStall forgets a stall that is no member's any more.
func (s *shard) dropStall(st *stall) {
	s.counters.stalled.Add(-1)
	if st.ch != nil {
		s.hub.release(st.ch)
	}
}

func moved(cause error) error {
	return &holdfast.Error{
		Code: holdfast.CodeLogMoved, Op: "write the rest of a message",
		Detail: "its records are no longer retained", Cause: cause,
	}
}

// breakDown tells the owner that nothing can be written any more. It unlocks the member.
func (m *Member) breakDown(err error) {
	if m.dead || m.detached {
		m.mu.Unlock()
		return
	}
	m.dead = true
	if m.out != nil {
		m.out.release()
		m.out = nil
	}
	m.outside++
	m.mu.Unlock()
	m.shard.counters.broken.Add(1)
	m.owner.Broken(err)
	m.mu.Lock()
	m.outside--
	m.signalLocked()
	m.mu.Unlock()
}
