package holdfasttest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/holdfasttest"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store/disk"
)

func publish(t *testing.T, s *client.Session, texts ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, text := range texts {
		if _, err := s.Publish(ctx, "orders", []byte(text), client.WithType(holdfast.Text)); err != nil {
			t.Fatal(err)
		}
	}
}

// follow returns the next n records of a subscription.
func follow(t *testing.T, sub *client.Subscription, n int) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var got []string
	for rec, err := range sub.Records(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, string(rec.Data)); len(got) == n {
			break
		}
	}
	return strings.Join(got, " ")
}

func stored(s *holdfasttest.Server) string {
	var all []string
	for _, r := range s.Records("orders") {
		all = append(all, string(r.Data))
	}
	return strings.Join(all, " ")
}

// Over every network and store: what was published is there once and in order, whatever happens to connections and server.
func TestServerThatIsCutAndRestarted(t *testing.T) {
	for name, o := range map[string]func(t *testing.T) holdfasttest.Options{
		"memory": func(*testing.T) holdfasttest.Options { return holdfasttest.Options{} },
		"loopback": func(*testing.T) holdfasttest.Options {
			return holdfasttest.Options{Network: holdfasttest.NetworkLoopback}
		},
		"disk": func(t *testing.T) holdfasttest.Options {
			d, err := disk.Open(t.TempDir(), disk.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return holdfasttest.Options{Server: server.Options{Store: d}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := holdfasttest.New(t, o(t))
			s := srv.Session(client.SessionOptions{Backoff: backoff.Options{BaseDelay: 5 * time.Millisecond}})
			sub, err := s.Subscribe(t.Context(), "orders", client.SubscribeOptions{From: client.FromStart})
			if err != nil {
				t.Fatal(err)
			}
			publish(t, s, "one")
			if n := srv.Cut(); n != 1 {
				t.Errorf("%d connections were cut", n)
			}
			publish(t, s, "two")
			srv.Restart()
			publish(t, s, "three")
			srv.Stop()
			if got := stored(srv); got != "one two three" {
				t.Errorf("stored: %s", got)
			}
			srv.Start()
			publish(t, s, "four")
			if got := follow(t, sub, 4); got != "one two three four" {
				t.Errorf("received: %s", got)
			}
		})
	}
}

// In a bubble half an hour without a network passes at once.
func TestServerInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := holdfasttest.New(t, holdfasttest.Options{})
		s := srv.Session(client.SessionOptions{})
		publish(t, s, "before")
		srv.Partition()
		receipt, err := s.Enqueue(context.Background(), "orders", []byte("meanwhile"))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute)
		if got := stored(srv); got != "before" {
			t.Errorf("stored: %s", got)
		}
		srv.Heal()
		if _, err := receipt.Wait(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := stored(srv); got != "before meanwhile" {
			t.Errorf("stored: %s", got)
		}
	})
}

// The loopback network is there for everybody.
func TestServerOnLoopback(t *testing.T) {
	srv := holdfasttest.New(t, holdfasttest.Options{Network: holdfasttest.NetworkLoopback})
	resp, err := http.Get("http" + strings.TrimPrefix(srv.URL, "ws") + "/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Error(resp.Status)
	}
}

// A test of a program's own: an order that is placed while connections are cut arrives once.
func ExampleNew() {
	test := func(t *testing.T) {
		srv := holdfasttest.New(t, holdfasttest.Options{})
		session := srv.Session(client.SessionOptions{})
		for i := range 3 {
			srv.Cut()
			if _, err := session.Publish(t.Context(), "orders", fmt.Appendf(nil, "order %d", i)); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(srv.Records("orders")); n != 3 {
			t.Errorf("%d orders", n)
		}
	}
	_ = test
}
