//go:build unix

package hub

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// The clients of a benchmark are processes of their own, so that the CPU time of this one is the hub's (and the
// kernel's for it), and so that the publisher does not queue behind the subscribers' goroutines. HUB_CLIENTS tells
// such a process what to do: address, subscribers, records for each; or address, 0, publishes, window.
func init() { clientsMain = clients }

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// count counts markers in what a connection receives, also those that reads cut in two.
func count(c net.Conn, f func(n int)) {
	b, kept := make([]byte, 64<<10), 0
	for {
		n, err := c.Read(b[kept:])
		if err != nil {
			return
		}
		all := b[:kept+n]
		if k := bytes.Count(all, []byte(marker)); k > 0 {
			f(k)
		}
		tail := all[max(0, len(all)-len(marker)+1):]
		if bytes.Contains(all[max(0, len(all)-2*len(marker)+1):], []byte(marker)) {
			i := bytes.LastIndex(all, []byte(marker)) + len(marker)
			tail = all[max(i, len(all)-len(marker)+1):]
		}
		kept = copy(b, tail)
	}
}

// clients is the other process.
func clients(spec string) {
	f := strings.Fields(spec)
	num := func(i int) int { n, _ := strconv.Atoi(f[i]); return n }
	dial := func() net.Conn {
		c, err := net.Dial("tcp", f[0])
		if err != nil {
			panic(err)
		}
		return c
	}
	in := bufio.NewReader(os.Stdin)
	rounds := func(f func()) {
		for range 2 { // one to warm up, and one that counts
			in.ReadString('\n')
			f()
			fmt.Println("done")
		}
		in.ReadString('\n')
	}
	if subs := num(1); subs > 0 {
		var got, want atomic.Int64
		for range subs {
			go count(dial(), func(n int) { got.Add(int64(n)) })
		}
		rounds(func() {
			for want.Add(int64(subs * num(2))); got.Load() < want.Load(); {
				time.Sleep(time.Millisecond)
			}
		})
		return
	}
	pub := dial()
	acks := make(chan struct{}, num(3))
	go count(pub, func(n int) {
		for range n {
			<-acks
		}
	})
	rounds(func() {
		for range num(2) {
			acks <- struct{}{}
			pub.Write([]byte{'p'})
		}
	})
}

// process is a running clients.
type process struct {
	b   *testing.B
	in  io.WriteCloser
	out *bufio.Reader
}

func startClients(b *testing.B, spec string) *process {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), clientsVar+"="+spec)
	cmd.Stderr = os.Stderr
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); cmd.Wait() })
	return &process{b, in, bufio.NewReader(out)}
}

func (p *process) begin() { io.WriteString(p.in, "go\n") }

func (p *process) wait() {
	if _, err := p.out.ReadString('\n'); err != nil {
		p.b.Fatal(err)
	}
}

func benchFanOut(b *testing.B, subs, window int) {
	if testing.Short() {
		b.Skip("starts a process")
	}
	const publishes = 2000
	r := newRig(b, Options{}, memory.Options{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	subscribers := startClients(b, fmt.Sprint(l.Addr(), " ", subs, " ", publishes))
	for range subs {
		nc, err := l.Accept()
		if err != nil {
			b.Fatal(err)
		}
		c := ws.NewConn(nc, nil, ws.ConnOptions{Poller: r.poller})
		q := &quick{}
		q.Member = r.hub.Attach(c, 0, q)
		q.Lock()
		q.OpenLater(q.Open(OpenRequest{Sub: 1, Channel: "fan"}))
		q.Unlock()
		defer c.Close()
		defer q.Detach()
	}
	publisher := startClients(b, fmt.Sprint(l.Addr(), " 0 ", publishes, " ", window))
	nc, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	c := ws.NewConn(nc, nil, ws.ConnOptions{Poller: r.poller})
	defer c.Close()
	q := &quick{}
	q.Member = r.hub.Attach(c, 0, q)
	defer q.Detach()
	reader := make(chan struct{})
	go func() {
		defer close(reader)
		drafts := make([]store.Draft, window)
		for i := range drafts {
			drafts[i] = store.Draft{Channel: "fan", Data: []byte(marker + strings.Repeat("x", 128-len(marker)))}
		}
		in := make([]byte, window)
		for {
			n, err := nc.Read(in)
			if err != nil {
				return
			}
			q.Lock()
			q.Submit(drafts[:n], 0)
			q.Unlock()
			q.Dry()
		}
	}()
	defer func() { nc.Close(); <-reader }()
	eventually(b, "all are subscribed", func() bool { return r.hub.Stats().Cursors == subs })
	round := func() {
		subscribers.begin()
		publisher.begin()
		publisher.wait()
		subscribers.wait()
	}
	round()
	c0, t0, s0 := cpu(), time.Now(), r.hub.Stats()
	round()
	d, t, s := cpu()-c0, time.Since(t0), r.hub.Stats()
	n := float64(subs * publishes)
	b.ReportMetric(float64(d.Nanoseconds())/n, "cpu-ns/delivery")
	b.ReportMetric(n/t.Seconds(), "deliveries/s")
	b.ReportMetric(n/float64(s.Writes-s0.Writes), "records/write")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkFanOut1000(b *testing.B) {
	for _, window := range []int{1, 16} {
		for _, procs := range []int{runtime.NumCPU(), runtime.NumCPU() + 1} {
			b.Run(fmt.Sprintf("window=%d/procs=%d", window, procs), func(b *testing.B) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				benchFanOut(b, 1000, window)
			})
		}
	}
}

// BenchmarkPublish is a publish and its answer without sockets: what the hub and the memory store take.
func BenchmarkPublish(b *testing.B) {
	r := newRig(b, Options{}, memory.Options{Retention: store.Retention{Records: 10000}})
	var members []*quick
	for range 8 {
		q := &quick{done: make(chan struct{}, 1)}
		q.Member = r.hub.Attach(sink{}, 0, q)
		defer q.Detach()
		members = append(members, q)
	}
	data := bytes.Repeat([]byte("x"), 128)
	b.ReportAllocs()
	c0 := cpu()
	b.ResetTimer()
	var wg sync.WaitGroup
	for i, q := range members {
		n := b.N / len(members)
		if n == 0 {
			continue
		}
		q.want = n
		channel := fmt.Sprint("c", i)
		wg.Go(func() {
			for range n {
				for !q.Ready() {
					runtime.Gosched()
				}
				q.Lock()
				q.Submit([]store.Draft{{Channel: channel, Data: data}}, 0)
				q.Unlock()
				q.Dry()
			}
			<-q.done
		})
	}
	wg.Wait()
	b.ReportMetric(float64((cpu()-c0).Nanoseconds())/float64(b.N), "cpu-ns/op")
}
