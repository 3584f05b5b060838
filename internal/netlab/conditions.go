package netlab

import (
	"math/rand/v2"
	"time"
)

// Conditions of one direction of a shaped link. The zero value passes everything on at once.
type Conditions struct {
	// Delay of every packet.
	Delay time.Duration
	// Jitter is added, evenly between nothing and this much, to each packet by itself, so that packets overtake others.
	Jitter time.Duration
	// Loss is the part of the packets, 0 to 1, that is lost.
	Loss float64
	// Duplicate is the part of the packets, 0 to 1, that comes twice.
	Duplicate float64
	// Rate in bytes a second. 0: no bound.
	Rate int
	// Queue is how long a packet may wait for its turn at that rate; what would wait longer is lost. Default 500 ms.
	Queue time.Duration
	// State says whether anything passes. Default Up.
	State State
}

// State of one direction of a link.
type State uint8

const (
	// Up passes packets on.
	Up State = iota
	// Cut takes packets and drops them; neither end is told.
	Cut
)

// Counts of one direction of a shaped link, since its start.
type Counts struct {
	// Packets and Bytes that came, and the packets of them that were Lost at random, Dropped by a cut or a full
	// queue, and Doubled.
	Packets, Bytes, Lost, Dropped, Doubled int64
}

// line decides what becomes of the packets of one direction. It has no clock.
type line struct {
	rng  *rand.Rand
	free time.Time // when the packets that wait for their turn have gone
	n    Counts
}

const defaultQueue = 500 * time.Millisecond

// pass returns when a packet of so many bytes that has come now is to be delivered: never, once or twice.
func (l *line) pass(now time.Time, size int, c Conditions) (at [2]time.Time, times int) {
	l.n.Packets++
	l.n.Bytes += int64(size)
	if c.State == Cut {
		l.n.Dropped++
		return at, 0
	}
	if c.Loss > 0 && l.rng.Float64() < c.Loss {
		l.n.Lost++
		return at, 0
	}
	out := now
	if c.Rate > 0 {
		queue := c.Queue
		if queue == 0 {
			queue = defaultQueue
		}
		if l.free.Before(now) {
			l.free = now
		}
		if l.free.Sub(now) > queue {
			l.n.Dropped++
			return at, 0
		}
		l.free = l.free.Add(time.Duration(float64(size) / float64(c.Rate) * 1e9))
		out = l.free
	}
	at[0] = l.late(out, c)
	if c.Duplicate > 0 && l.rng.Float64() < c.Duplicate {
		l.n.Doubled++
		at[1] = l.late(out, c)
		return at, 2
	}
	return at, 1
}

func (l *line) late(t time.Time, c Conditions) time.Time {
	t = t.Add(c.Delay)
	if c.Jitter > 0 {
		t = t.Add(time.Duration(l.rng.Int64N(int64(c.Jitter))))
	}
	return t
}
