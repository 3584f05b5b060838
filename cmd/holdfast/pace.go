package main

import (
	"context"
	"time"
)

// pacer lets bytes pass at a steady rate. After a time in which nothing could pass it makes up for at most a
// second of it.
type pacer struct {
	rate int64 // bytes a second; 0: no bound
	next time.Time
}

// reserve returns how long to wait before n bytes may pass.
func (p *pacer) reserve(now time.Time, n int) time.Duration {
	if p.rate <= 0 {
		return 0
	}
	if oldest := now.Add(-time.Second); p.next.IsZero() {
		p.next = now
	} else if p.next.Before(oldest) {
		p.next = oldest
	}
	wait := p.next.Sub(now)
	p.next = p.next.Add(time.Duration(float64(n) / float64(p.rate) * float64(time.Second)))
	return max(0, wait)
}

func (p *pacer) wait(ctx context.Context, n int) error {
	d := p.reserve(time.Now(), n)
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
