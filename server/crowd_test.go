package server_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/holdfasttest"
	"github.com/holdfast-ws/holdfast/server"
)

// A thousand sessions that dial at once come in at the rate that the server takes, within one and a half times what that implies; each is turned
// away with the code that says why, and none of them gives up.
func TestCrowdComesInAtTheRate(t *testing.T) {
	if server.RaceOn {
		t.Skip("the race detector ends a process with more than 8,128 goroutines")
	}
	const crowd, rate = 1000, 100
	synctest.Test(t, func(t *testing.T) {
		srv := holdfasttest.New(t, holdfasttest.Options{Server: server.Options{ConnectRate: rate}})
		begin := time.Now()
		var wg sync.WaitGroup
		var last atomic.Int64
		var turned atomic.Int64
		for range crowd {
			s := srv.Session(client.SessionOptions{})
			wg.Go(func() {
				if err := s.Connected(context.Background()); err != nil {
					t.Error(err)
				}
				for took := int64(time.Since(begin)); ; {
					if old := last.Load(); took <= old || last.CompareAndSwap(old, took) {
						break
					}
				}
				if err := s.Stats().LastError; err != nil {
					turned.Add(1)
					if holdfast.CodeOf(err) != holdfast.CodeOverloaded {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		implied := time.Second * (crowd - rate) / rate
		if took := time.Duration(last.Load()); took > implied*3/2 {
			t.Errorf("it took %v, and the rate implies %v", took, implied)
		}
		if n := turned.Load(); n < crowd-2*rate {
			t.Errorf("only %d of %d were told to come back", n, crowd)
		}
	})
}
