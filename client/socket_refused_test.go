package client_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/breaker"
	"github.com/holdfast-ws/holdfast/client"
)

// refusedBy is the first error of a socket with a server, or a proxy, that is not one, or none.
func refusedBy(t *testing.T, url string, o client.SocketOptions) error {
	t.Helper()
	o.Backoff = backoff.Options{MaxRetries: -1, BaseDelay: time.Hour, MaxDelay: time.Hour}
	s := openSocket(t, url, o)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for range s.Events(ctx) {
		if log := s.Errors(); len(log) > 0 {
			return log[0].Err
		}
	}
	t.Fatal("it did not fail")
	return nil
}

// proxy answers what it is asked by a text.
func proxy(t *testing.T, answer string) func(*http.Request) (*url.URL, error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				io.WriteString(c, answer)
			}
			c.Close()
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		<-done
	})
	return http.ProxyURL(&url.URL{Scheme: "http", Host: ln.Addr().String(), User: url.UserPassword("somebody", "secret")})
}

// Who refuses is told by its status, whoever it is, and whatever words it has for it.
func TestSocketRefused(t *testing.T) {
	page := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	here := "://" + strings.TrimPrefix(page.URL, "http://")
	forbids := "HTTP/1.1 403 Access violation\r\nRetry-After: 7\r\n\r\n"
	for _, c := range []struct {
		name, url string
		o         client.SocketOptions
		code      holdfast.Code
		class     client.Class
		after     time.Duration
	}{
		{"no WebSocket there", "ws" + here, client.SocketOptions{}, 404, client.ClassProtocol, 0},
		{"an application's class", "ws" + here, client.SocketOptions{Classes: &client.Classes{Codes: map[holdfast.Code]client.Class{404: client.ClassServer}}}, 404, client.ClassServer, 0},
		{"no TLS there", "wss" + here, client.SocketOptions{}, holdfast.CodeTLS, client.ClassTLS, 0},
		{"a proxy", "ws://there.example", client.SocketOptions{Proxy: proxy(t, forbids)}, 403, client.ClassPolicy, 7 * time.Second},
		{"a proxy, with TLS", "wss://there.example", client.SocketOptions{Proxy: proxy(t, forbids)}, 403, client.ClassPolicy, 7 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := refusedBy(t, c.url, c.o)
			if v := c.o.Classes.Classify(err); v.Code != c.code || v.Class != c.class || v.RetryAfter != c.after || !errors.Is(err, c.code) {
				t.Errorf("%+v: %v", v, err)
			}
		})
	}
}

// What may be secret in a URL is in no error.
func TestSocketKeepsSecrets(t *testing.T) {
	page := httptest.NewServer(http.NotFoundHandler())
	here := strings.TrimPrefix(page.URL, "http://")
	t.Cleanup(page.Close)
	for name, o := range map[string]client.SocketOptions{
		"a server": {},
		"a proxy":  {Proxy: proxy(t, "HTTP/1.1 407 Who are you\r\n\r\n")},
		"nobody":   {Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no way") }},
	} {
		for _, scheme := range []string{"ws", "wss"} {
			t.Run(name+" by "+scheme, func(t *testing.T) {
				if err := refusedBy(t, scheme+"://me:secret@"+here+"/path?token=secret", o); strings.Contains(err.Error(), "secret") {
					t.Error(err)
				}
			})
		}
	}
}

// Those whom a server sends away for a time do not all come back at the same moment.
func TestSocketSpreadsRetryAfter(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "100")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(srv.Close)
	s := openSocket(t, srv.URL, client.SocketOptions{Random: func() float64 { return 1 }, Backoff: backoff.Options{BaseDelay: 20 * time.Second}})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for {
		changed := s.Breaker().Changed()
		if s.Breaker().State() == breaker.Open {
			break
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatal("the circuit breaker did not open")
		}
	}
	if wait := time.Until(s.Breaker().Until()); wait < 110*time.Second {
		t.Errorf("it comes back after %v", wait)
	}
}
