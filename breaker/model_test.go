package breaker_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

// model is a breaker as its documentation tells it: it keeps every call for ever, and counts anew each time.
type model struct {
	o      breaker.Options
	now    time.Time
	state  breaker.State
	until  time.Time
	period int // since the last change of state
	row    int
	ended  []modelEnd // of this period, while closed
	proven int
	calls  []*modelCall
}

type modelEnd struct {
	part   int64
	failed bool
}

type modelCall struct {
	ticket breaker.Ticket
	period int
	over   bool
}

func (m *model) move(s breaker.State) {
	m.state, m.until, m.ended, m.proven = s, time.Time{}, nil, 0
	m.period++
	if s == breaker.Closed {
		m.row = 0
	}
}

func (m *model) open(d time.Duration) {
	until := m.now.Add(d)
	if m.state == breaker.Open {
		if until.After(m.until) {
			m.until = until
		}
		return
	}
	m.move(breaker.Open)
	m.until = until
}

func (m *model) advance() {
	if m.state == breaker.Open && !m.now.Before(m.until) {
		m.move(breaker.HalfOpen)
	}
}

func (m *model) underWay(count func(*modelCall) bool) (n int) {
	for _, c := range m.calls {
		if !c.over && count(c) {
			n++
		}
	}
	return n
}

// refuses says with which code a call is refused, or 0.
func (m *model) refuses() holdfast.Code {
	trials := m.underWay(func(c *modelCall) bool { return c.period == m.period })
	switch {
	case m.state == breaker.Open, m.state == breaker.HalfOpen && trials+m.proven >= m.o.HalfOpenMaxRequests:
		return holdfast.CodeCircuitOpen
	case m.o.Capacity > 0 && m.underWay(func(*modelCall) bool { return true }) >= m.o.Capacity:
		return holdfast.CodeAtCapacity
	}
	return 0
}

func (m *model) end(c *modelCall, failed bool) {
	switch c.over = true; {
	case c.period != m.period:
	case m.state == breaker.HalfOpen && failed:
		m.row++
		m.open(m.o.ResetTimeout)
	case m.state == breaker.HalfOpen:
		m.row = 0
		if m.proven++; m.proven == m.o.HalfOpenMaxRequests {
			m.move(breaker.Closed)
		}
	default:
		m.ended = append(m.ended, modelEnd{part: m.part(), failed: failed})
		if !failed {
			m.row = 0
			return
		}
		if m.row++; m.o.FailureThreshold > 0 && m.row >= m.o.FailureThreshold || m.rateReached() {
			m.open(m.o.ResetTimeout)
		}
	}
}

func (m *model) part() int64 { return m.now.UnixNano() / int64(m.o.Window/time.Duration(m.o.Buckets)) }

func (m *model) rateReached() bool {
	all, failed := 0, 0
	for _, e := range m.ended {
		if e.part > m.part()-int64(m.o.Buckets) {
			if all++; e.failed {
				failed++
			}
		}
	}
	return m.o.FailureRate > 0 && all >= m.o.Volume && float64(failed) >= m.o.FailureRate*float64(all)
}

// Whatever is done to it, in whatever order and time, it does what its documentation says.
func TestBehavesAsTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{now: epoch}
		m.o = breaker.Options{
			FailureThreshold:    rapid.SampledFrom([]int{-1, 1, 3}).Draw(t, "threshold"),
			FailureRate:         rapid.SampledFrom([]float64{0, 0.3, 0.5, 1}).Draw(t, "rate"),
			Volume:              rapid.IntRange(1, 6).Draw(t, "volume"),
			Window:              rapid.SampledFrom([]time.Duration{time.Second, 3 * time.Second}).Draw(t, "window"),
			Buckets:             rapid.IntRange(1, 5).Draw(t, "buckets"),
			ResetTimeout:        2 * time.Second,
			HalfOpenMaxRequests: rapid.IntRange(1, 3).Draw(t, "trials"),
			Capacity:            rapid.SampledFrom([]int{0, 3}).Draw(t, "capacity"),
			Now:                 func() time.Time { return m.now },
		}
		b, err := breaker.New(m.o)
		if err != nil {
			t.Fatal(err)
		}
		pick := func() *modelCall {
			if len(m.calls) == 0 {
				t.Skip("no calls")
			}
			return rapid.SampledFrom(m.calls).Draw(t, "call")
		}
		t.Repeat(map[string]func(*rapid.T){
			"allow": func(t *rapid.T) {
				want := m.refuses()
				ticket, err := b.Allow()
				if holdfast.CodeOf(err) != want {
					t.Fatalf("%v, want %v", err, want)
				}
				var e *holdfast.Error
				if errors.As(err, &e) && m.state == breaker.Open && e.RetryAfter != m.until.Sub(m.now) {
					t.Fatalf("again after %v, want %v", e.RetryAfter, m.until.Sub(m.now))
				}
				if err == nil {
					m.calls = append(m.calls, &modelCall{ticket: ticket, period: m.period})
				}
			},
			"success": func(t *rapid.T) { m.report(pick(), false) },
			"failure": func(t *rapid.T) { m.report(pick(), true) },
			"cancel": func(t *rapid.T) {
				c := pick()
				c.ticket.Cancel()
				c.over = true
			},
			"pass": func(t *rapid.T) {
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 2500).Draw(t, "ms")) * time.Millisecond)
				m.advance()
			},
			"trip": func(t *rapid.T) {
				d := time.Duration(rapid.IntRange(1, 4000).Draw(t, "ms")) * time.Millisecond
				b.Trip(d)
				m.open(d)
			},
			"reset": func(t *rapid.T) {
				b.Reset()
				if m.state == breaker.Closed {
					m.row, m.ended = 0, nil
				} else {
					m.move(breaker.Closed)
				}
			},
			"": func(t *rapid.T) { m.compare(t, b) },
		})
	})
}

func (m *model) report(c *modelCall, failed bool) {
	if failed {
		c.ticket.Done(errDown)
	} else {
		c.ticket.Done(nil)
	}
	if !c.over { // the first report counts
		m.end(c, failed)
	}
	m.calls = slices.DeleteFunc(m.calls, func(c *modelCall) bool { return c.over && len(m.calls) > 20 })
}

func (m *model) compare(t *rapid.T, b *breaker.Breaker) {
	s := b.Stats()
	if s.State != m.state || !s.Until.Equal(m.until) || s.ConsecutiveFailures != m.row {
		t.Fatalf("%v until %v after %d failures; want %v until %v after %d", s.State, s.Until, s.ConsecutiveFailures, m.state, m.until, m.row)
	}
	if want := m.underWay(func(*modelCall) bool { return true }); s.InFlight != want {
		t.Fatalf("%d calls are under way, want %d", s.InFlight, want)
	}
	c := s.Total
	if ended := c.Successes + c.Failures + c.Canceled + c.Rejected + c.AtCapacity; c.Calls != ended+uint64(s.InFlight) {
		t.Fatalf("of %d calls, %d ended and %d are under way", c.Calls, ended, s.InFlight)
	}
}
