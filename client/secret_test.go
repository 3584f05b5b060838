package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

// A token in the URL is sent, and is in no error and no log: neither of a server that refuses it, nor of one that is not there.
func TestTokenInURLIsNotShown(t *testing.T) {
	var sent []string
	var mu sync.Mutex
	n := startMemory(t, server.Options{Authenticate: func(_ context.Context, c server.Credentials) (server.User, error) {
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, c.Request.URL.Query().Get("token"))
		return server.User{}, &holdfast.Error{Code: holdfast.CodeForbidden, Op: "test"}
	}})
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	for name, to := range map[string]string{"refused": "ws://" + n.addr, "gone": "ws://" + gone.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s, err := client.OpenSession(t.Context(), to+"?token=open-sesame", client.SessionOptions{Backoff: backoff.Options{MaxRetries: 1, BaseDelay: 1},
				Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			if err != nil {
				t.Fatal(err)
			}
			err = s.Connected(t.Context())
			s.Close(t.Context()) //nolint:errcheck // it has failed
			text := fmt.Sprintf("%v %+v", err, s.Stats().LastError) + log.String()
			if err == nil || errors.Is(err, context.DeadlineExceeded) || strings.Contains(text, "sesame") || !strings.Contains(text, "?…") {
				t.Fatal(text)
			}
		})
	}
	mu.Lock()
	defer mu.Unlock()
	if len(sent) == 0 || sent[0] != "open-sesame" {
		t.Fatalf("the server saw %q", sent)
	}
}
