package hub

// Pulse is what moves while a hub works. Two looks at it some time apart tell whether it does.
type Pulse struct {
	// Waiting says that drafts wait to be committed, or are being committed.
	Waiting bool
	// Commits so far.
	Commits uint64
	// Sweeps that each shard has begun, some in a second as long as a worker comes by.
	Sweeps []uint64
}

// Pulse fills p. It is cheap, and uses p.Sweeps again.
func (h *Hub) Pulse(p *Pulse) {
	p.Waiting, p.Commits = h.queue.size() > 0, h.commits.Load()
	p.Sweeps = p.Sweeps[:0]
	for _, s := range h.crew.shards {
		p.Sweeps = append(p.Sweeps, s.sweeps.Load())
	}
}
