package load

// Faults are what subscribers saw that should not be.
type Faults struct {
	Lost       int64 `json:"lost"`       // never came, or not within the time that was given
	Doubled    int64 `json:"doubled"`    // came again
	Disordered int64 `json:"disordered"` // came after one that was sent later by the same sender
	Foreign    int64 `json:"foreign"`    // cannot be read
}

func (f *Faults) add(g Faults) {
	f.Lost += g.Lost
	f.Doubled += g.Doubled
	f.Disordered += g.Disordered
	f.Foreign += g.Foreign
}

// maxHoles bounds what a subscriber remembers of each sender's messages that have not come.
const maxHoles = 1 << 16

// checker holds what one subscriber has seen against what was sent.
type checker struct {
	senders []senderSeen // few: found by looking through them
	faults  Faults
}

type senderSeen struct {
	sender int
	next   uint64
	holes  map[uint64]struct{} // nil: none
}

// begin says with which number a sender's messages begin for this subscriber.
func (c *checker) begin(sender int, next uint64) {
	*c.of(sender) = senderSeen{sender: sender, next: next}
}

func (c *checker) of(sender int) *senderSeen {
	for i := range c.senders {
		if c.senders[i].sender == sender {
			return &c.senders[i]
		}
	}
	c.senders = append(c.senders, senderSeen{sender: sender, next: 1})
	return &c.senders[len(c.senders)-1]
}

// see takes one payload; false: it is none of ours, or came before.
func (c *checker) see(p []byte) (m mark, fresh bool) {
	m, ok := parsePayload(p)
	if !ok {
		c.faults.Foreign++
		return m, false
	}
	s := c.of(m.sender)
	switch {
	case m.seq == s.next:
		s.next++
	case m.seq > s.next:
		if s.holes == nil {
			s.holes = map[uint64]struct{}{}
		}
		for ; s.next < m.seq; s.next++ {
			if len(s.holes) < maxHoles {
				s.holes[s.next] = struct{}{}
			} else {
				c.faults.Lost++
			}
		}
		s.next++
	default:
		if _, late := s.holes[m.seq]; !late {
			c.faults.Doubled++
			return m, false
		}
		delete(s.holes, m.seq)
		c.faults.Disordered++
	}
	return m, true
}

// end says up to which number a sender has sent, and counts what has not come.
func (c *checker) end(sender int, last uint64) {
	s := c.of(sender)
	c.faults.Lost += int64(len(s.holes))
	if s.next <= last {
		c.faults.Lost += int64(last - s.next + 1)
	}
}
