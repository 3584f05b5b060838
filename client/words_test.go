package client_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"net/http"
	"net/http/httptest"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
)

// What a person reads of a failed attempt is one sentence: what failed, why, and what to do. Nothing is said twice.
func TestFailedAttemptsInWords(t *testing.T) {
	quiet, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts for it
	if err != nil {
		t.Fatal(err)
	}
	defer quiet.Close()
	hangsUp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, _, _ := w.(http.Hijacker).Hijack()
		c.Close()
	}))
	defer hangsUp.Close()
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	go func() {
		for {
			c, err := other.Accept()
			if err != nil {
				return
			}
			c.Write([]byte("220 mail.example ESMTP\r\n"))
			c.Close()
		}
	}()
	closed := nowhere(t)
	tail := " (disconnected); check the address, and that a server runs there; the session tries again by itself"
	for name, tt := range map[string]struct{ url, want string }{
		"refused":   {closed, "connect to ws://ADDR/ws: ADDR cannot be reached: connection refused" + tail},
		"silent":    {"http://" + quiet.Addr().String(), "connect to ws://ADDR/ws: ADDR did not answer within 50ms" + tail},
		"hangs up":  {hangsUp.URL, "connect to ws://ADDR/ws: ADDR ended the connection before it answered: EOF" + tail},
		"not found": {"http://no.such.host.invalid:1", "connect to ws://ADDR/ws: the host no.such.host.invalid is not known: no such host" + tail},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, tt.url, client.SessionOptions{ConnectTimeout: 50 * time.Millisecond,
				Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
					if strings.HasPrefix(addr, "no.such") {
						return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: "no.such.host.invalid", IsNotFound: true}}
					}
					return (&net.Dialer{}).DialContext(ctx, network, addr)
				}})
			waitFor(t, func() bool { return s.Stats().LastError != nil })
			addr := strings.TrimPrefix(tt.url, "http://")
			if got, want := s.Stats().LastError.Error(), strings.ReplaceAll(tt.want, "ADDR", addr); got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
			short, cancel := context.WithTimeout(limit(t), 10*time.Millisecond)
			defer cancel()
			err := s.Connected(short)
			if !errors.Is(err, holdfast.CodeCanceled) || !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "\n") || strings.Count(err.Error(), "connect to") != 1 {
				t.Errorf("connected: %v", err)
			}
		})
	}
	t.Run("another protocol", func(t *testing.T) {
		s := open(t, "http://"+other.Addr().String(), client.SessionOptions{})
		err := s.Connected(limit(t))
		if !errors.Is(err, holdfast.CodeNotHoldfast) || strings.Contains(err.Error(), "failed to") {
			t.Errorf("%v", err)
		}
	})
	t.Run("given up", func(t *testing.T) {
		s := open(t, closed, client.SessionOptions{Backoff: backoff.Options{BaseDelay: time.Millisecond, MaxRetries: 2}})
		err := s.Connected(limit(t))
		addr := strings.TrimPrefix(closed, "http://")
		want := "connect to ws://" + addr + "/ws: given up after 3 attempts; the last: " + addr + " cannot be reached: connection refused (retries_exhausted); check the address, and that a server runs there; then open a new session"
		if !errors.Is(err, holdfast.CodeRetriesExhausted) || !errors.Is(err, syscall.ECONNREFUSED) || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	})
}

// A message over the limit would come again on each connection, so there is no other one.
func TestMessageOverTheLimit(t *testing.T) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"holdfast.v1.bin"}})
		if err == nil {
			defer c.CloseNow()
			c.Write(r.Context(), websocket.MessageBinary, make([]byte, 70<<10))
			for err == nil {
				_, _, err = c.Read(r.Context())
			}
		}
	}))
	defer h.Close()
	s := open(t, h.URL, client.SessionOptions{MaxMessage: 64 << 10})
	if err := s.Connected(limit(t)); !errors.Is(err, holdfast.CodeMessageTooBig) || !strings.Contains(err.Error(), "65536") {
		t.Errorf("%v", err)
	}
}
