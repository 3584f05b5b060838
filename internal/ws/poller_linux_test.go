package ws

import (
	"io"
	"testing"

	"golang.org/x/sys/unix"
)

func (p *Poller) waitsForTest() map[uint64]wait {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waits
}

// A socket that is writable again, and stays so, must not keep the poller busy.
func TestPollerIsSilentAfterOneEvent(t *testing.T) {
	p, err := NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s, peer := tcpPair(t)
	defer peer.Close()
	c := NewConn(s, nil, ConnOptions{Poller: p})
	defer c.Close()
	fill(t, c)
	called := make(chan struct{})
	c.WhenWritable(func() { close(called) })
	go io.Copy(io.Discard, peer)
	receive(t, called)
	waitFor(t, func() bool { u, _ := c.Unsent(); return u.Bytes == 0 }) // so it is writable
	var events [4]unix.EpollEvent
	p.rc.Control(func(fd uintptr) {
		if n, err := unix.EpollWait(int(fd), events[:], 0); n != 0 || err != nil {
			t.Errorf("%d events are still there, %v", n, err)
		}
	})
}

// Without this limit a stalled peer holds megabytes in the kernel.
func TestUnsentBytesAreLimited(t *testing.T) {
	for _, tr := range transports[:3] {
		t.Run(tr.name, func(t *testing.T) {
			s, peer := tr.pair(t)
			defer peer.Close()
			c := NewConn(s, nil, ConnOptions{Path: tr.path})
			defer c.Close()
			rc, err := tcpConn(s).SyscallConn()
			if err != nil {
				t.Fatal(err)
			}
			rc.Control(func(fd uintptr) {
				if n, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT); n != 16<<10 || err != nil {
					t.Errorf("TCP_NOTSENT_LOWAT is %d, %v", n, err)
				}
			})
		})
	}
}
