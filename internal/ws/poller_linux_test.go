package ws

func (p *Poller) waitsForTest() map[uint64]wait {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waits
}
