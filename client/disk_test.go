package client_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

// The outbox's disk fails in the middle of a session: the session fails with a typed error, nothing more is sent, and
// what the file has is sent by the next session.
func TestOutboxDiskFails(t *testing.T) {
	for _, op := range []string{"write", "sync"} {
		t.Run(op, func(t *testing.T) {
			n := startMemory(t, server.Options{})
			ctx := limit(t)
			path := filepath.Join(t.TempDir(), "outbox")
			o, err := client.OpenFileOutbox(path, client.OutboxOptions{})
			if err != nil {
				t.Fatal(err)
			}
			broken := []byte("on a full disk")
			o.BreakDisk(func(now string, p []byte) error {
				if now == op && bytes.Contains(p, broken) {
					return syscall.ENOSPC
				}
				return nil
			})
			s := open(t, n.url(), client.SessionOptions{Outbox: o})
			for range 3 {
				if _, err := s.Publish(ctx, "c", []byte("stored")); err != nil {
					t.Fatal(err)
				}
			}
			r, err := s.Enqueue(ctx, "c", broken)
			if !errors.Is(err, holdfast.CodeIO) || !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("enqueue: %v", err)
			}
			if _, err := r.Wait(ctx); !errors.Is(err, holdfast.CodeIO) {
				t.Errorf("wait: %v", err)
			}
			waitFor(t, func() bool { return s.State() == client.StateFailed })
			for what, err := range map[string]error{"session": s.Err(), "flush": s.Flush(ctx), "connected": s.Connected(ctx)} {
				if !errors.Is(err, holdfast.CodeIO) {
					t.Errorf("%s: %v", what, err)
				}
			}
			// what is on the disk is in doubt, whatever comes next
			if _, err := s.Enqueue(ctx, "c", nil); !errors.Is(err, holdfast.CodeIO) {
				t.Errorf("enqueue afterwards: %v", err)
			}
			s.Close(ctx)
			if err := o.Close(); !errors.Is(err, holdfast.CodeIO) {
				t.Errorf("close: %v", err)
			}
			if got := n.srv.Stats().Stored; got != 3 {
				t.Errorf("%d records are stored", got)
			}
			again, err := client.OpenFileOutbox(path, client.OutboxOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			s = open(t, n.url(), client.SessionOptions{Outbox: again})
			if _, err := s.Publish(ctx, "c", []byte("goes on")); err != nil {
				t.Error(err)
			}
			s.Close(ctx)
		})
	}
}
