package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

func TestSocketFlushWaitsForAll(t *testing.T) {
	s := openSocket(t, echo(t), client.SocketOptions{Backoff: soon})
	for range 100 {
		if err := s.SendText(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := s.Stats(); st.MessagesOut != 100 || st.QueueMessages != 0 {
		t.Errorf("%d written, %d wait", st.MessagesOut, st.QueueMessages)
	}
}

// Where nothing can be written, Flush ends with its context, or with the socket.
func TestSocketFlushEnds(t *testing.T) {
	s := openSocket(t, "ws://127.0.0.1:1", client.SocketOptions{Backoff: soon})
	if err := s.SendText(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Flush(ctx); !errors.Is(err, holdfast.CodeCanceled) {
		t.Error(err)
	}
	flushed := make(chan error)
	go func() { flushed <- s.Flush(t.Context()) }()
	s.Close(holdfast.CodeNormal, "")
	if err := <-flushed; !errors.Is(err, holdfast.CodeClosed) {
		t.Error(err)
	}
}

func TestSocketPing(t *testing.T) {
	s := openSocket(t, echo(t), client.SocketOptions{Backoff: soon})
	if err := s.Opened(t.Context()); err != nil {
		t.Fatal(err)
	}
	rtt, err := s.Ping()
	if err != nil || rtt <= 0 || s.Stats().RTT.Last != rtt {
		t.Errorf("%s, %v, %+v", rtt, err, s.Stats().RTT)
	}
	s.Close(holdfast.CodeNormal, "")
	if _, err := s.Ping(); !errors.Is(err, holdfast.CodeDisconnected) {
		t.Error(err)
	}
}
