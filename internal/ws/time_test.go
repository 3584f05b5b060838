package ws

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// A peer that neither reads nor closes holds Linger up for as long as it was told, and no longer.
func TestLingerTakesAtMostItsTime(t *testing.T) {
	for _, tc := range []struct {
		name  string
		queue string // bytes that the peer does not take
	}{
		{"nothing written", ""},
		{"a write under way", "last words"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, peer := net.Pipe()
				defer peer.Close()
				c := NewConn(s, nil, ConnOptions{})
				c.TryWrite([]byte(tc.queue))
				start := time.Now()
				c.Linger(3 * time.Second)
				c.Wait()
				if d := time.Since(start); d != 3*time.Second {
					t.Errorf("took %v", d)
				}
			})
		})
	}
}

// A Resume that comes between Ready's no and the pause must not be lost, and must not be taken for two.
func TestResumeBeforeThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, peer := net.Pipe()
		defer peer.Close()
		h := &resumer{c: NewConn(s, nil, ConnOptions{})}
		end := make(chan error, 1)
		go func() { end <- h.c.Serve(h) }()
		synctest.Wait() // hangs if Serve asks on and on
		if h.asked != 4 {
			t.Errorf("Ready was called %d times", h.asked)
		}
		h.c.Close()
		<-end
	})
}

// resumer is never ready, and calls Resume while it says so for the first time.
type resumer struct {
	c     *Conn
	asked int
}

func (h *resumer) Message(Opcode, []byte) error { return nil }
func (h *resumer) Control(Opcode, []byte) error { return nil }
func (h *resumer) Dry()                         {}
func (h *resumer) Ready() bool {
	if h.asked++; h.asked == 1 {
		h.c.Resume()
	}
	return false
}
