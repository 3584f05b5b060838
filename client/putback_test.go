package client_test

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

// Promise 5: a publisher that was started anew learns of it, too, when the server's data was put back to an older copy.
func TestServerPutBackBetweenPublishers(t *testing.T) {
	dir, backup := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	n := startIn(t, server.Options{}, &dir)
	ctx := limit(t)
	path := filepath.Join(t.TempDir(), "outbox")
	var lost []client.Event
	publish := func(from, to int) uint64 {
		t.Helper()
		o, err := client.OpenFileOutbox(path, client.OutboxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s := open(t, n.url(), client.SessionOptions{Outbox: o})
		over := make(chan struct{})
		listening := make(chan struct{})
		var once sync.Once
		go func() {
			defer close(over)
			for e := range s.Events(ctx) {
				if e.Kind == client.EventLost {
					lost = append(lost, e)
				}
				once.Do(func() { close(listening) })
			}
		}()
		<-listening
		for i := from; i <= to; i++ {
			if _, err := s.Publish(ctx, "c", []byte(strconv.Itoa(i))); err != nil {
				t.Fatal(err)
			}
		}
		st := s.Stats()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
		<-over
		if err := o.Close(); err != nil {
			t.Error(err)
		}
		return st.Lost
	}
	publish(1, 3)
	n.stop()
	if err := os.CopyFS(backup, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	n.start()
	publish(4, 6) // in a lane of its own
	publish(7, 9)
	n.stop()
	dir = backup
	n.start()
	if got := publish(10, 11); got != 3 || len(lost) != 1 || lost[0].From != 1 || lost[0].To != 3 || lost[0].Code != holdfast.CodeLost {
		t.Errorf("%d lost: %+v", got, lost)
	}
	if got := publish(12, 12); got != 0 || len(lost) != 1 {
		t.Errorf("and again: %d, %+v", got, lost)
	}
	s := open(t, n.url(), client.SessionOptions{})
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	for i, r := range read(t, ctx, sub, 6) {
		if want := []string{"1", "2", "3", "10", "11", "12"}[i]; string(r.Data) != want {
			t.Errorf("%d: %s, want %s", i, r.Data, want)
		}
	}
}
