package netlab

import (
	"math/rand/v2"
	"testing"
	"time"
)

const packet = 1000 // bytes

var start = time.Unix(1000, 0)

func newLine() *line { return &line{rng: rand.New(rand.NewPCG(1, 2))} }

func TestNoConditionsPassEverythingAtOnce(t *testing.T) {
	l := newLine()
	for range 1000 {
		if at, times := l.pass(start, packet, Conditions{}); times != 1 || at[0] != start {
			t.Fatalf("%v, %d times", at[0], times)
		}
	}
	if l.n != (Counts{Packets: 1000, Bytes: 1000 * packet}) {
		t.Errorf("%+v", l.n)
	}
}

func TestLossAndDuplication(t *testing.T) {
	const n = 100_000
	for _, part := range []float64{0.01, 0.05, 0.2, 1} {
		l, delivered := newLine(), 0
		for range n {
			_, times := l.pass(start, packet, Conditions{Loss: part})
			delivered += times
		}
		if lost := float64(n-delivered) / n; lost < part*0.85 || lost > part*1.15 || l.n.Lost != int64(n-delivered) {
			t.Errorf("loss %v: %v were lost; %+v", part, lost, l.n)
		}
		l, delivered = newLine(), 0
		for range n {
			_, times := l.pass(start, packet, Conditions{Duplicate: part})
			delivered += times
		}
		if doubled := float64(delivered-n) / n; doubled < part*0.85 || doubled > part*1.15 || l.n.Doubled != int64(delivered-n) {
			t.Errorf("duplication %v: %v came twice; %+v", part, doubled, l.n)
		}
	}
}

func TestJitterReorders(t *testing.T) {
	l := newLine()
	c := Conditions{Delay: 50 * time.Millisecond, Jitter: 20 * time.Millisecond}
	overtaken, last := 0, time.Time{}
	for i := range 1000 {
		now := start.Add(time.Duration(i) * time.Millisecond)
		at, _ := l.pass(now, packet, c)
		if d := at[0].Sub(now); d < c.Delay || d >= c.Delay+c.Jitter {
			t.Fatalf("delayed by %v", d)
		}
		if at[0].Before(last) {
			overtaken++
		}
		last = at[0]
	}
	if overtaken < 100 {
		t.Errorf("%d of 1000 packets were overtaken", overtaken)
	}
}

// At a rate packets leave one after the other, and what would wait longer than the queue is dropped.
func TestRateAndQueue(t *testing.T) {
	l := newLine()
	c := Conditions{Rate: 100 * packet, Delay: time.Second} // a packet takes 10 ms
	var last time.Time
	delivered := 0
	for range 1000 { // all at once
		at, times := l.pass(start, packet, c)
		if times == 0 {
			continue
		}
		delivered++
		if want := start.Add(time.Second + time.Duration(delivered)*10*time.Millisecond); at[0].Sub(want).Abs() > time.Microsecond {
			t.Fatalf("packet %d at %v, want %v", delivered, at[0].Sub(start), want.Sub(start))
		}
		last = at[0]
	}
	if delivered < 50 || delivered > 52 || l.n.Dropped != int64(1000-delivered) {
		t.Errorf("%d were delivered of a queue of 500 ms, the last at %v; %+v", delivered, last, l.n)
	}
	if at, times := l.pass(start.Add(time.Minute), packet, c); times != 1 || at[0].Sub(start.Add(time.Minute)) > 1100*time.Millisecond {
		t.Error("the queue did not run empty")
	}
	c.Queue = 100 * time.Millisecond
	if _, times := l.pass(start.Add(time.Hour), packet, c); times != 1 {
		t.Error("an empty queue took nothing")
	}
	for range 11 {
		l.pass(start.Add(time.Hour), packet, c)
	}
	if _, times := l.pass(start.Add(time.Hour), packet, c); times != 0 {
		t.Error("a shorter queue took as much")
	}
}

func TestCut(t *testing.T) {
	l := newLine()
	if _, times := l.pass(start, packet, Conditions{State: Cut}); times != 0 || l.n.Dropped != 1 {
		t.Errorf("a cut let a packet pass: %+v", l.n)
	}
}
