package netlab

import (
	"container/heap"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Direction of a shaped link.
type Direction uint8

const (
	// AtoB is what A sends.
	AtoB Direction = iota
	// BtoA is what B sends.
	BtoA
)

// Shaped is a link whose packets this process carries. All its methods may be called concurrently, and while it runs.
type Shaped struct {
	Link
	ways [2]*way
	wg   sync.WaitGroup
}

// way is one direction.
type way struct {
	from, to *os.File

	mu    sync.Mutex
	cond  Conditions
	line  line
	queue packets
	bytes int // in the queue
	seq   uint64
	wake  chan struct{}
	done  chan struct{} // closed when no more come
}

// maxHeld bounds what one direction holds; what comes when it is full is dropped.
const maxHeld = 16 << 20

// Shaped joins two hosts by a link under conditions, the same in both directions at first. Addresses and routes are as
// those of Link. All that is random in it follows the seed.
func (l *Lab) Shaped(a, b *Host, seed uint64, c Conditions) *Shaped {
	l.tb.Helper()
	fa, err := a.tun(b.Name)
	if err != nil {
		l.tb.Skipf("needs /dev/net/tun: %v", err)
	}
	fb, err := b.tun(a.Name)
	if err != nil {
		fa.Close()
		l.tb.Fatalf("device %s on %s: %v", a.Name, b.Name, err)
	}
	s := &Shaped{Link: *l.newLink(a, b)}
	s.configure()
	for i, f := range [][2]*os.File{{fa, fb}, {fb, fa}} {
		w := &way{from: f[0], to: f[1], cond: c, line: line{rng: rand.New(rand.NewPCG(seed, uint64(i)))},
			wake: make(chan struct{}, 1), done: make(chan struct{})}
		s.ways[i] = w
		s.wg.Go(w.receive)
		s.wg.Go(w.deliver)
	}
	l.tb.Cleanup(func() {
		fa.Close()
		fb.Close()
		s.wg.Wait()
	})
	return s
}

// Set changes the conditions in both directions. Packets under way come as they would have.
func (s *Shaped) Set(c Conditions) {
	s.SetOne(AtoB, c)
	s.SetOne(BtoA, c)
}

// SetOne changes the conditions in one direction.
func (s *Shaped) SetOne(d Direction, c Conditions) {
	w := s.ways[d]
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cond = c
}

// Counts are what one direction has seen.
func (s *Shaped) Counts(d Direction) Counts {
	w := s.ways[d]
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.line.n
}

// tun makes a device whose packets are read from and written to a file.
func (h *Host) tun(name string) (f *os.File, err error) {
	err = h.Do(func() error {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != nil {
			return err
		}
		req, err := unix.NewIfreq(name)
		if err == nil {
			req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
			err = unix.IoctlIfreq(fd, unix.TUNSETIFF, req)
		}
		if err != nil {
			unix.Close(fd)
			return err
		}
		f = os.NewFile(uintptr(fd), name)
		return nil
	})
	return f, err
}

// receive takes packets until the device is closed.
func (w *way) receive() {
	defer close(w.done)
	buf := make([]byte, 64<<10)
	for {
		n, err := w.from.Read(buf)
		if err != nil {
			return
		}
		w.take(time.Now(), buf[:n])
	}
}

func (w *way) take(now time.Time, b []byte) {
	w.mu.Lock()
	at, times := w.line.pass(now, len(b), w.cond)
	for i := range times {
		if w.bytes+len(b) > maxHeld {
			w.line.n.Dropped++
			break
		}
		w.seq++
		w.bytes += len(b)
		heap.Push(&w.queue, held{at: at[i], seq: w.seq, data: append([]byte(nil), b...)})
	}
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// deliver hands packets over when it is their time.
func (w *way) deliver() {
	t := time.NewTimer(time.Hour)
	defer t.Stop()
	for {
		b, wait := w.next(time.Now())
		if b != nil {
			w.to.Write(b) //nolint:errcheck // a device that is down loses packets, as any does
			continue
		}
		t.Reset(wait)
		select {
		case <-t.C:
		case <-w.wake:
		case <-w.done:
			return
		}
	}
}

// next returns a packet whose time has come, or how long there is none.
func (w *way) next(now time.Time) ([]byte, time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		return nil, time.Hour
	}
	if d := w.queue[0].at.Sub(now); d > 0 {
		return nil, d
	}
	p := heap.Pop(&w.queue).(held)
	w.bytes -= len(p.data)
	return p.data, 0
}

// held is a packet on its way.
type held struct {
	at   time.Time
	seq  uint64 // of two for the same time the earlier one goes first
	data []byte
}

// packets is a heap of them.
type packets []held

func (p packets) Len() int { return len(p) }
func (p packets) Less(i, j int) bool {
	if !p[i].at.Equal(p[j].at) {
		return p[i].at.Before(p[j].at)
	}
	return p[i].seq < p[j].seq
}
func (p packets) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *packets) Push(x any)   { *p = append(*p, x.(held)) }
func (p *packets) Pop() any {
	old := *p
	x := old[len(old)-1]
	old[len(old)-1] = held{}
	*p = old[:len(old)-1]
	return x
}
