package hub

import "time"

const (
	saveWithin = 200 * time.Millisecond // how soon a named cursor is saved
	tidyEvery  = time.Second            // how often quiet channels are looked for, and pages that nobody reads
)

// maintain saves named cursors and has quiet channels swept, until the hub stops.
func (h *Hub) maintain() {
	tidy := time.NewTicker(tidyEvery)
	defer tidy.Stop()
	save := time.NewTimer(saveWithin)
	defer save.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-h.cursors.wake:
			save.Reset(saveWithin)
		case <-save.C:
			h.saveCursors() // what fails is pending again
		case <-tidy.C:
			h.cache.age()
			if h.cache.tailBytes.Load() > 0 {
				h.queue.requestSweep()
			}
		}
	}
}

// retain applies retention until the hub stops. An error is the store's to tell; the next round tries again.
func (h *Hub) retain(every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-t.C:
			h.Trim(h.ctx)
		}
	}
}
