package hub

import (
	"testing"

	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// held is an owner that is held up in its answer.
type held struct {
	quick
	in, out chan struct{}
}

func (h *held) Answered(drafts []store.Draft, results []store.Result, at int64) {
	h.in <- struct{}{}
	<-h.out
	h.quick.Answered(drafts, results, at)
}

// What others submit while a reader commits is committed by it, since they leave it to whoever is at it.
func TestReaderCommitsWhatComesMeanwhile(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	one := &held{in: make(chan struct{}), out: make(chan struct{})}
	one.Member = r.hub.Attach(sink{}, 0, one)
	defer one.Detach()
	two := &quick{done: make(chan struct{}, 1), want: 1}
	two.Member = r.hub.Attach(sink{}, 0, two)
	defer two.Detach()
	submit := func(m *Member) {
		m.Lock()
		m.Submit([]store.Draft{{Channel: "a"}}, 0)
		m.Unlock()
		m.Dry()
	}
	for i := range 50 { // in the first rounds the commit loop may still be about to go to sleep
		two.want = i + 1
		go submit(one.Member)
		<-one.in
		submit(two.Member) // returns at once
		select {
		case <-two.done:
			t.Fatal("answered while another one commits")
		default:
		}
		one.out <- struct{}{}
		<-two.done
	}
}
