package server

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
)

// Each time that a listener has no file for a connection counts, and it is logged only now and then.
func TestListenerFails(t *testing.T) {
	var log bytes.Buffer
	s, err := New(Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Shutdown(context.Background())
	for range 2 {
		for range 50 {
			s.acceptFailed(&net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE})
		}
		s.acceptWarned.Add(-acceptWarnEvery.Milliseconds()) // so much later
	}
	s.acceptFailed(net.ErrClosed) // that is how it ends
	if n := s.Stats().AcceptErrors; n != 100 {
		t.Errorf("%d errors are counted, want 100", n)
	}
	if n := strings.Count(log.String(), "too many open files"); n != 2 {
		t.Errorf("it was logged %d times, want 2: %s", n, log.String())
	}
}

// However few files a process may have, some connections are taken, and most files are left for the rest.
func TestConnectionsOf(t *testing.T) {
	for _, tc := range []struct{ files, connections int }{{64, 16}, {256, 64}, {1024, 384}, {20000, 19360}} {
		if n := connectionsOf(tc.files); n != tc.connections {
			t.Errorf("%d files: %d connections, want %d", tc.files, n, tc.connections)
		}
	}
}
