package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// The beginning and the end of each connection stand in their places among the messages.
func TestArrivalsAreInOrder(t *testing.T) {
	s := openSocket(t, echo(t), client.SocketOptions{Backoff: soon})
	var got []string
	for a, err := range s.Arrivals(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(a.Connection, " ", a.Kind, " ", string(a.Message.Data)))
		switch {
		case a.Kind == client.ArrivalOpen:
			s.SendText(t.Context(), "hello", client.OnConnection(a.Connection))
		case a.Kind == client.ArrivalMessage && a.Connection == 1:
			s.SendText(t.Context(), "cut")
		case a.Kind == client.ArrivalEnd && a.Connection == 1:
			if err := s.SendText(t.Context(), "too late", client.OnConnection(a.Connection)); !errors.Is(err, holdfast.CodeDisconnected) {
				t.Errorf("sent on a connection that has ended: %v", err)
			}
		case a.Kind == client.ArrivalMessage:
			go s.Close(holdfast.CodeNormal, "")
		}
	}
	want := []string{"1 open ", "1 message hello", "1 end ", "2 open ", "2 message hello", "2 end "}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// What is for one connection goes with it, and all else stays in the queue, in order.
func TestOnConnectionIsDroppedWithIt(t *testing.T) {
	opened := make(chan *client.Socket, 1)
	s := openSocket(t, echo(t), client.SocketOptions{Backoff: soon, OnOpen: func(ctx context.Context, u *client.Setup) error {
		if u.Connection() > 1 {
			return nil
		}
		s := <-opened
		for i := range 100 {
			if err := s.SendText(ctx, fmt.Sprint("bound ", i), client.OnConnection(1)); err != nil {
				t.Error(err)
			}
			if err := s.SendText(ctx, fmt.Sprint("free ", i)); err != nil {
				t.Error(err)
			}
		}
		return errors.New("not this time")
	}})
	opened <- s
	for i := range 100 {
		if got := receive(t, s); got != fmt.Sprint("free ", i) {
			t.Fatalf("got %q", got)
		}
	}
	if s.Connection() != 2 || s.BufferedAmount() != 0 {
		t.Errorf("connection %d, %d bytes wait", s.Connection(), s.BufferedAmount())
	}
}

// Arrivals tells of each failure, and goes on when the socket begins again.
func TestArrivalsGoOnAfterAFailure(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	s := openSocket(t, srv.URL, client.SocketOptions{})
	failures := 0
	for _, err := range s.Arrivals(t.Context()) {
		if !errors.Is(err, holdfast.CodeHTTPNotFound) {
			t.Fatal(err)
		}
		if failures++; failures == 3 {
			go s.Close(holdfast.CodeNormal, "")
			continue
		}
		go s.Reconnect()
	}
	if failures != 3 {
		t.Errorf("%d failures", failures)
	}
}

// A connection is probed as OnOpen has said.
func TestSetHeartbeat(t *testing.T) {
	s := openSocket(t, echo(t), client.SocketOptions{
		Heartbeat: client.Heartbeat{Mode: client.HeartbeatMessage, Interval: time.Millisecond, Timeout: time.Minute},
		OnOpen: func(ctx context.Context, u *client.Setup) error {
			u.SetHeartbeat(client.HeartbeatPing)
			return nil
		}})
	for e := range s.Events(t.Context()) {
		if e.Kind == client.SocketHeartbeat && e.RTT > 0 {
			break
		}
	}
	if n := s.Stats().MessagesIn; n != 0 {
		t.Errorf("%d messages were echoed", n)
	}
}
