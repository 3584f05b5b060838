package hub

import "time"

// ---- pausing, and waiting for what goes on without the lock

// unpauseLocked reports whether Owner.Resume is due, now that what waited is being written; resumed calls it.
func (m *Member) unpauseLocked() bool {
	if !m.paused || m.detached || !m.readyLocked() {
		return false
	}
	m.paused = false
	m.outside++
	return true
}

// resumed calls Owner.Resume after unpauseLocked said so. Not locked.
func (m *Member) resumed() {
	m.owner.Resume()
	m.mu.Lock()
	m.outside--
	m.signalLocked()
	m.mu.Unlock()
}

// tryResume is called when the queue of drafts has room again. Not locked.
func (m *Member) tryResume() {
	m.mu.Lock()
	resume := m.unpauseLocked()
	m.mu.Unlock()
	if resume {
		m.resumed()
	}
}

// signalLocked tells those who wait that something has ended.
func (m *Member) signalLocked() {
	if m.idle != nil {
		close(m.idle)
		m.idle = nil
	}
}

// changedLocked returns a channel that is closed when something has ended.
func (m *Member) changedLocked() <-chan struct{} {
	if m.idle == nil {
		m.idle = make(chan struct{})
	}
	return m.idle
}

// waitOutside waits until nobody calls the owner or the socket without the lock. m is locked, and is so again.
func (m *Member) waitOutside() {
	for m.writing || m.outside > 0 {
		ch := m.changedLocked()
		m.mu.Unlock()
		<-ch
		m.mu.Lock()
	}
}

// Drain stops sending records, writes replies and control bytes that wait, and the rest of a message under way, for
// at most d. It reports whether all is out. It is meant for the end: Drain, Farewell, Drain, close the
// socket, Detach. Not locked.
func (m *Member) Drain(d time.Duration) bool {
	m.mu.Lock()
	m.draining = true
	m.mu.Unlock()
	m.Flush()
	t := time.NewTimer(d)
	defer t.Stop()
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.out.size() > 0 || m.stall != nil || m.writing {
		if m.dead || m.detached {
			return false
		}
		ch := m.changedLocked()
		m.mu.Unlock()
		select {
		case <-ch:
		case <-t.C:
			m.mu.Lock()
			return m.out.size() == 0 && m.stall == nil && !m.writing
		}
		m.mu.Lock()
	}
	return !m.dead && !m.detached
}
