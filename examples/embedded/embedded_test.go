package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/client"
)

// An order that comes over HTTP reaches a subscriber on the same port, and all of it ends in order.
func TestOrdersReachSubscribers(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serving, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- run(serving, l) }()
	base := "http://" + l.Addr().String()

	s, err := client.OpenSession(ctx, base+"/live/ws", client.SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sub, err := s.Subscribe(ctx, "orders", client.SubscribeOptions{From: client.FromStart})
	if err != nil {
		t.Fatal(err)
	}
	if got := request(t, "POST", base+"/orders", "kettle"); got != "order 1\n" {
		t.Errorf("answered %q", got)
	}
	for rec, err := range sub.Records(ctx) {
		if err != nil || string(rec.Data) != "kettle" {
			t.Errorf("%q %v", rec.Data, err)
		}
		break
	}
	if got := request(t, "GET", base+"/live/healthz", ""); got != "alive\n" {
		t.Errorf("health: %q", got)
	}
	if got := request(t, "GET", base+"/", ""); !strings.HasSuffix(got, "requests so far\n") {
		t.Errorf("home: %q", got)
	}
	s.Close(ctx)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func request(t *testing.T, method, url, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
