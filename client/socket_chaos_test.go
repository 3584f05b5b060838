package client_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/simnet"
)

// Ten thousand random orders of what can happen to a socket: none leaves a goroutine or a timer (the bubble would not end), what arrives is
// in order on its connection, and never twice.
func TestSocketRandomOrders(t *testing.T) {
	runs := 10_000
	if testing.Short() || raceOn {
		runs = 1_000
	}
	for seed := range uint64(runs) {
		if !t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { randomOrder(t, seed) }) {
			t.Fatalf("seed %d", seed)
		}
	}
}

func randomOrder(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	inLab(t, nil, func(l *lab) {
		o := client.SocketOptions{
			Backoff:   backoff.Options{MaxRetries: rnd.IntN(4) - 1, First: backoff.First(rnd.IntN(2))},
			Heartbeat: client.Heartbeat{Mode: client.HeartbeatMode(rnd.IntN(4)), Interval: second * time.Duration(1+rnd.IntN(30))},
			Guard:     client.Guard(rnd.IntN(2)),
			Queue:     client.QueueOptions{MaxMessages: 1 + rnd.IntN(8), Policy: client.QueuePolicy(rnd.IntN(3))},
			Random:    rand.New(rand.NewPCG(seed, 2)).Float64,
		}
		if rnd.IntN(4) == 0 {
			o.ChunkSize = 1
		}
		var busy sync.WaitGroup
		s := l.open(o)
		sent := 0
		for range rnd.IntN(12) {
			switch rnd.IntN(11) {
			case 0, 1, 2:
				sent++
				s.SendText(context.Background(), fmt.Sprintf("%04d", sent))
			case 3:
				l.net.Reset("me")
			case 4:
				l.net.SetDial("me", simnet.DialRule(rnd.IntN(3)))
			case 5:
				l.net.Hold("me", simnet.Both, time.Now().Add(time.Duration(rnd.IntN(60))*second))
			case 6:
				busy.Go(s.Reconnect)
			case 7:
				l.net.HalfOpen("me", simnet.End(rnd.IntN(2)))
			case 8:
				if b := s.Breaker(); b != nil && rnd.IntN(2) == 0 {
					b.Trip(time.Duration(rnd.IntN(100)) * second)
				} else if b != nil {
					b.Reset()
				}
			case 9:
				code := holdfast.Code(1000 + rnd.IntN(20))
				busy.Go(func() { s.Close(code, "x") })
			case 10:
				l.net.Cut("me", simnet.Both, int64(rnd.IntN(40)))
			}
			time.Sleep(time.Duration(rnd.ExpFloat64() * float64(5*second)))
		}
		s.Close(holdfast.CodeNormal, "")
		busy.Wait()
		l.net.Reset("me")
		synctest.Wait()
		seen, last := map[string]bool{}, map[int]string{}
		for i, m := range l.heard() {
			if m == `{"type":"ping"}` {
				continue
			}
			if from := l.from[i]; seen[m] || m < last[from] { // an older connection may deliver late
				t.Errorf("arrived %v, on the connections %v", l.said, l.from)
			}
			seen[m], last[l.from[i]] = true, m
		}
	})
}

// A thousand sockets lose their server in one instant: their first attempts are spread evenly over a second, from half a second on. The
// histogram is in docs/socket.md.
func TestThousandSocketsComeBack(t *testing.T) {
	if raceOn {
		t.Skip("the race detector ends a process with more than 8,128 goroutines")
	}
	inLab(t, nil, func(l *lab) {
		const n = 1000
		sockets := make([]*client.Socket, n)
		for i := range sockets {
			sockets[i] = l.open(client.SocketOptions{Heartbeat: client.Heartbeat{Mode: client.HeartbeatOff}})
		}
		time.Sleep(10 * second)
		synctest.Wait()
		if open := l.net.Open("me"); open != n {
			t.Fatalf("%d connections", open)
		}
		lost := time.Now()
		l.net.Reset("me")
		time.Sleep(2 * second)
		synctest.Wait()
		again := l.upgrades()[n:]
		if len(again) != n {
			t.Fatalf("%d of %d came back", len(again), n)
		}
		var bins [10]int
		for _, at := range again {
			d := at.Sub(lost)
			if d < second/2 || d > second*3/2 {
				t.Fatalf("an attempt after %v", d)
			}
			bins[min(9, int((d-second/2)/(second/10)))]++
		}
		for i, k := range bins {
			t.Logf("%4d–%4d ms %4d %s", 500+i*100, 600+i*100, k, bar(k/4))
			if k > 2*n/len(bins) {
				t.Errorf("%d attempts in one tenth of a second", k)
			}
		}
		var wg sync.WaitGroup
		for _, s := range sockets {
			wg.Go(func() { s.Close(holdfast.CodeNormal, "") })
		}
		wg.Wait()
	})
}

func bar(n int) string { return string(slices.Repeat([]rune{'█'}, n)) }
