package main

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// progressFacts is what a progress line says.
type progressFacts struct {
	What   string
	State  string
	Bytes  int64
	Total  int64 // 0: not known
	Detail string
}

// progressBar writes progress to standard error: a line that is drawn over on a terminal, else, if it was asked
// for, a line every few seconds.
type progressBar struct {
	e     *env
	facts func() progressFacts
	begin time.Time
	from  int64 // bytes at the beginning
	done  chan struct{}
	wg    sync.WaitGroup
}

func startProgress(e *env, asked bool, facts func() progressFacts) *progressBar {
	b := &progressBar{e: e, facts: facts, begin: time.Now(), done: make(chan struct{})}
	b.from = facts().Bytes
	every := 200 * time.Millisecond
	if !e.tty {
		every = 2 * time.Second
	}
	if e.tty || asked {
		b.wg.Go(func() { b.draw(every) })
	}
	return b
}

func (b *progressBar) draw(every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-b.done:
			if b.e.tty {
				fmt.Fprint(b.e.stderr, "\r\x1b[K")
			} else {
				fmt.Fprintln(b.e.stderr, b.line())
			}
			return
		}
		if b.e.tty {
			fmt.Fprint(b.e.stderr, "\r\x1b[K"+b.line())
		} else {
			fmt.Fprintln(b.e.stderr, b.line())
		}
	}
}

func (b *progressBar) line() string {
	f := b.facts()
	rate := float64(f.Bytes-b.from) / max(0.001, time.Since(b.begin).Seconds())
	var s strings.Builder
	fmt.Fprintf(&s, "%s ", f.What)
	if f.Total > 0 {
		const width = 24
		n := int(min(f.Bytes, f.Total) * width / f.Total)
		fmt.Fprintf(&s, "[%s%s] %3d%% ", strings.Repeat("=", n), strings.Repeat(" ", width-n), min(f.Bytes, f.Total)*100/f.Total)
	}
	fmt.Fprintf(&s, "%s, %s/s, %s (%s)", bytesText(f.Bytes), bytesText(int64(rate)), f.Detail, f.State)
	return s.String()
}

func (b *progressBar) stop() {
	close(b.done)
	b.wg.Wait()
}

// bytesText writes a number of bytes for people.
func bytesText(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 10<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 10<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
