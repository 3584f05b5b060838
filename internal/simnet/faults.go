package simnet

import (
	"slices"
	"syscall"
	"time"
)

// Direction of bytes. Several are joined with |.
type Direction uint8

const (
	// Up: from the host to whoever it has dialed.
	Up Direction = 1 << iota
	// Down: to the host.
	Down
	// Both directions.
	Both = Up | Down
)

// halves returns the directions of a pair.
func (p *pair) halves(d Direction) (hs []*half) {
	if d&Up != 0 {
		hs = append(hs, p.ends[Dialing].out)
	}
	if d&Down != 0 {
		hs = append(hs, p.ends[Dialing].in)
	}
	return hs
}

// set changes a host and wakes whatever waits on its links.
func (n *Network) set(name string, change func(h *host)) {
	n.mu.Lock()
	h := n.hostLocked(name)
	change(h)
	h.signalLocked()
	pairs := slices.Clone(h.pairs)
	n.mu.Unlock()
	for _, p := range pairs {
		p.mu.Lock()
		p.signalLocked()
		p.mu.Unlock()
	}
}

// SetLink sets how a host's bytes travel from now on, those of connections that there are among them.
func (n *Network) SetLink(name string, l Link) { n.set(name, func(h *host) { h.link = l }) }

// SetDial sets what becomes of a host's dials, those under way among them.
func (n *Network) SetDial(name string, r DialRule) { n.set(name, func(h *host) { h.dial = r }) }

// Partition cuts a host off: its dials hang, and nothing arrives on its connections, which nobody is told of. What was
// sent meanwhile arrives after Heal, unless the connection has ended by then.
func (n *Network) Partition(name string) { n.set(name, func(h *host) { h.cut = true }) }

// Heal ends a partition.
func (n *Network) Heal(name string) { n.set(name, func(h *host) { h.cut = false }) }

// DelayCloses has the ends of a host's connections told of a close only so much later, from now on. So closes
// arrive out of order, and long after new connections were made.
func (n *Network) DelayCloses(name string, d time.Duration) {
	n.set(name, func(h *host) { h.closing = d })
}

// each calls f with each of a host's connections, locked. It returns how many f has reported true for.
func (n *Network) each(name string, f func(p *pair) bool) (count int) {
	n.mu.Lock()
	pairs := slices.Clone(n.hostLocked(name).pairs)
	n.mu.Unlock()
	for _, p := range pairs {
		p.mu.Lock()
		if f(p) {
			count++
		}
		p.signalLocked()
		p.mu.Unlock()
	}
	return count
}

func (p *pair) live() bool {
	return !p.ends[Dialing].closed && !p.ends[Listening].closed && p.ends[Dialing].err == nil && p.ends[Listening].err == nil
}

// Reset resets a host's connections: both ends hear of it now, and what was on its way is lost. It returns how many
// there were, as all of these do.
func (n *Network) Reset(name string) int { return n.each(name, (*pair).resetLocked) }

func (p *pair) reset() {
	p.mu.Lock()
	p.resetLocked()
	p.signalLocked()
	p.mu.Unlock()
}

func (p *pair) resetLocked() bool {
	live := p.live()
	for _, c := range p.ends {
		c.breakLocked()
	}
	return live
}

// breakLocked ends what this end can do, with a reset that it hears of now.
func (c *conn) breakLocked() {
	if c.err == nil {
		c.err = syscall.ECONNRESET
	}
	c.in.drop()
	c.in.deaf = !c.in.void
}

// Cut lets only the next bytes through in a direction, so many of each connection, and resets it behind them: in the
// middle of a frame, most likely.
func (n *Network) Cut(name string, d Direction, bytes int64) int {
	return n.each(name, func(p *pair) bool {
		for _, h := range p.halves(d) {
			h.budget = max(bytes, 0)
		}
		return p.live()
	})
}

// Hold keeps everything back in a direction of the connections that there are until a time, and then all of it arrives.
// The zero time means for good: the bytes vanish, and nobody is told.
func (n *Network) Hold(name string, d Direction, until time.Time) int {
	if until.IsZero() {
		until = never
	}
	return n.each(name, func(p *pair) bool {
		for _, h := range p.halves(d) {
			if h.hold.Before(until) {
				h.hold = until
			}
		}
		return p.live()
	})
}

// HalfOpen takes one end of each connection away: it hears of a reset, and the other end hears nothing, ever.
func (n *Network) HalfOpen(name string, gone End) int {
	return n.each(name, func(p *pair) bool {
		live := p.live()
		c := p.ends[gone]
		c.out.hold = never
		c.in.void = true
		c.breakLocked()
		return live
	})
}

// Kill ends what one end of each connection has to say, as a process does that is killed: what it has sent
// already arrives, whatever it writes from now on goes nowhere, and the other end hears of a reset behind it.
func (n *Network) Kill(name string, killed End) int {
	return n.each(name, func(p *pair) bool {
		live := p.live()
		p.killLocked(killed)
		return live
	})
}

func (p *pair) killLocked(killed End) {
	c := p.ends[killed]
	if !c.finished && !c.closed && c.err == nil {
		c.finished = true
		c.out.send(segment{kind: resetSegment}, time.Now(), &Link{}, 0)
	}
	c.breakLocked()
}

// Hosts returns the names of all hosts that have dialed or were spoken of, sorted.
func (n *Network) Hosts() (names []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for name := range n.hosts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Open returns how many connections of a host are open at both ends.
func (n *Network) Open(name string) int { return n.each(name, (*pair).live) }
