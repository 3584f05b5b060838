package hub

import (
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/store/memory"
)

// While history is slowed each read of it from the store waits, and live records do not; closing waits for no read that waits.
func TestSlowHistory(t *testing.T) {
	const n, wait = 50, 200 * time.Millisecond
	r := newRig(t, Options{PageBytes: 100, CacheBytes: 1}, memory.Options{})
	r.fill("c", n)
	readAll := func() (took time.Duration, loads uint64) {
		before, began := r.hub.Stats().Loads, time.Now()
		p := r.peer(peerOptions{})
		defer p.end()
		p.open(OpenRequest{Sub: 1, Channel: "c", From: FromStart}, unlimited, unlimited)
		p.want(kindOpened)
		for i := range uint64(n) {
			p.wantRecord(i+1, text(i+1))
		}
		return time.Since(began), r.hub.Stats().Loads - before
	}
	if _, loads := readAll(); loads == 0 {
		t.Fatal("nothing was read from the store")
	}
	r.hub.SlowHistory(wait)
	if took, loads := readAll(); took < wait || loads == 0 {
		t.Errorf("%d reads took %v", loads, took)
	}
	r.hub.SlowHistory(time.Hour)
	stuck := r.peer(peerOptions{})
	stuck.open(OpenRequest{Sub: 1, Channel: "c", From: FromStart}, unlimited, unlimited)
	stuck.want(kindOpened)
	live := r.peer(peerOptions{})
	live.open(OpenRequest{Sub: 1, Channel: "d", From: FromHead}, unlimited, unlimited)
	live.want(kindOpened)
	live.publish("d", "now")
	for got := map[byte]bool{}; len(got) < 2; { // the answer and the record
		got[live.next().kind] = true
	}
}
