package graphqlws_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/client/graphqlws"
)

const thirdparty = "../../internal/thirdparty/graphqlws"

// nodeServer is a GraphQL server of others, in a process of its own.
type nodeServer struct {
	cmd   *exec.Cmd
	port  string
	lines chan string
}

func startNode(t *testing.T, port, protocol string) *nodeServer {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat(thirdparty + "/node_modules/.package-lock.json"); err != nil {
		t.Skip("GraphQL servers are not installed: run internal/thirdparty/graphqlws/install")
	}
	n := &nodeServer{cmd: exec.Command("node", "server.js", port, protocol), lines: make(chan string, 1000)}
	n.cmd.Dir = thirdparty
	in, err := n.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(n.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			n.lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		n.cmd.Process.Kill()
		<-read
		n.cmd.Wait()
		in.Close()
	})
	n.port = strings.TrimPrefix(n.await(t, "listening"), "listening ")
	return n
}

// await returns the next line that begins so.
func (n *nodeServer) await(t *testing.T, begin string) string {
	t.Helper()
	for {
		select {
		case line, ok := <-n.lines:
			if !ok {
				t.Fatalf("the server ended before it said %q", begin)
			}
			if strings.HasPrefix(line, begin) {
				return line
			}
		case <-t.Context().Done():
			t.Fatalf("the server did not say %q", begin)
		}
	}
}

func (n *nodeServer) url() string { return "ws://127.0.0.1:" + n.port }

// soon has little patience with delays and much with failures.
var soon = backoff.Options{BaseDelay: 5 * time.Millisecond, MaxDelay: 50 * time.Millisecond, MaxRetries: -1}

func open(t testing.TB, url string, o graphqlws.Options) *graphqlws.Client {
	t.Helper()
	if o.Socket.Backoff == (backoff.Options{}) {
		o.Socket.Backoff = soon
	}
	o.Socket.Guard = client.GuardOff
	c, err := graphqlws.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

type request = graphqlws.Request

var protocols = map[string]graphqlws.Offer{"transport": graphqlws.OfferTransport, "legacy": graphqlws.OfferBoth}

// Operations of all kinds, against a real server of each protocol.
func TestServersOfOthers(t *testing.T) {
	for protocol, offer := range protocols {
		t.Run(protocol, func(t *testing.T) {
			n := startNode(t, "0", protocol)
			c := open(t, n.url(), graphqlws.Options{Offer: offer})
			t.Run("query", func(t *testing.T) {
				got, err := graphqlws.Execute[struct{ Hello string }](t.Context(), c, request{
					Query: `query A { hello } query B($n: String) { hello(name: $n) }`, OperationName: "B", Variables: map[string]any{"n": "you"}})
				if err != nil || got.Hello != "hello you" {
					t.Errorf("got %+v, %v", got, err)
				}
			})
			t.Run("mutation", func(t *testing.T) {
				for want := 1; want <= 2; want++ {
					got, err := graphqlws.Execute[struct{ Increment int }](t.Context(), c, request{Query: `mutation { increment }`})
					if err != nil || got.Increment != want {
						t.Errorf("got %+v, %v", got, err)
					}
				}
			})
			t.Run("result with errors", func(t *testing.T) {
				r, err := c.Execute(t.Context(), request{Query: `{ hello boom }`})
				if err != nil || len(r.Errors) != 1 || r.Errors[0].Message != "boom" || r.Errors[0].Path[0] != "boom" || r.Errors[0].Locations[0].Column != 9 {
					t.Fatalf("got %+v, %v", r, err)
				}
				var data struct{ Hello string }
				err = r.Decode(&data)
				if e, ok := errors.AsType[*graphqlws.Error](err); !ok || e.Extensions["code"] != "BOOM" || data.Hello != "hello world" {
					t.Errorf("got %+v, %v", data, err)
				}
			})
			t.Run("unknown field", func(t *testing.T) { refused(t, c, `{ unknown }`, "unknown") })
			t.Run("not GraphQL", func(t *testing.T) { // graphql-ws ends the connection for it
				var last error
				for r, err := range c.Subscribe(t.Context(), request{Query: `nonsense`}) {
					if last = err; err == nil {
						last = r.Decode(nil)
					}
				}
				if !errors.Is(last, holdfast.CodeCallFailed) || !strings.Contains(last.Error(), "Syntax Error") {
					t.Errorf("got %v", last)
				}
			})
			t.Run("the server completes", func(t *testing.T) {
				var got []int
				for r, err := range graphqlws.Subscribe[struct{ Count int }](t.Context(), c, request{Query: `subscription { count(to: 3) }`}) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, r.Count)
				}
				if len(got) != 3 || got[2] != 3 {
					t.Errorf("got %v", got)
				}
			})
			t.Run("the source breaks", func(t *testing.T) {
				var last error
				for _, err := range c.Subscribe(t.Context(), request{Query: `subscription { broken }`}) {
					last = err
				}
				if !errors.Is(last, holdfast.CodeCallFailed) || !strings.Contains(last.Error(), "the source broke") {
					t.Errorf("got %v", last)
				}
			})
			t.Run("the client leaves", func(t *testing.T) {
				for r, err := range c.Subscribe(t.Context(), request{Query: `subscription { ticks }`}) {
					if err != nil || !r.Gap.IsZero() {
						t.Fatalf("got %+v, %v", r, err)
					}
					break
				}
				n.await(t, "ended ticks")
			})
			if st := c.Stats(); st.Operations != 0 || st.Unreadable != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// refused is about an operation that the server does not execute: an error message, or with the legacy protocol a result without data.
func refused(t *testing.T, c *graphqlws.Client, query, says string) {
	t.Helper()
	_, err := graphqlws.Execute[any](t.Context(), c, request{Query: query})
	if e, ok := errors.AsType[*graphqlws.Error](err); !ok || !errors.Is(err, holdfast.CodeCallFailed) || !strings.Contains(e.Message, says) {
		t.Errorf("got %v", err)
	}
}

// A subscription goes on when the server's process was killed and another one listens on its port, under new credentials, and says
// where something is missing. A mutation that was under way fails, and a query that may be repeated does not.
func TestSubscriptionSurvivesTheServer(t *testing.T) {
	for protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			n := startNode(t, "0", protocol)
			var inits atomic.Int32
			c := open(t, n.url(), graphqlws.Options{Timeout: -1, Init: func(context.Context) (any, error) {
				inits.Add(1)
				return map[string]any{"user": "me"}, nil
			}})
			begun := make(chan struct{}) // one result was received
			done := make(chan int)       // results until the gap
			go func() {
				defer close(done)
				total := 0
				for r, err := range c.Subscribe(t.Context(), request{Query: `subscription { ticks }`}) {
					if err != nil {
						t.Error(err)
						return
					}
					if total++; total == 1 {
						close(begun)
					}
					if r.Gap.Reconnects > 0 {
						done <- total
						return
					}
				}
			}()
			<-begun
			never := make(chan error)
			go func() {
				_, err := c.Execute(t.Context(), request{Query: `{ never }`})
				never <- err
			}()
			n.await(t, "asked never")
			n.cmd.Process.Kill()
			if err := <-never; !errors.Is(err, holdfast.CodeDisconnected) {
				t.Errorf("got %v", err)
			}
			pid := make(chan int)
			go func() { // while nobody listens
				got, err := graphqlws.Execute[struct{ PID int }](t.Context(), c, request{Query: `{ pid }`})
				if err != nil {
					t.Error(err)
				}
				pid <- got.PID
			}()
			for range n.lines { // until it is gone
			}
			again := startNode(t, n.port, protocol)
			if got := <-pid; got != again.cmd.Process.Pid {
				t.Errorf("answered by %d, not %d", got, again.cmd.Process.Pid)
			}
			if total, ok := <-done; !ok || total < 2 {
				t.Errorf("%d results", total)
			}
			if st := c.Stats(); st.Resubscribed != 1 || inits.Load() != 2 {
				t.Errorf("%+v, %d inits", st, inits.Load())
			}
			if protocol == "transport" && !strings.Contains(string(c.AckPayload()), `"me"`) {
				t.Errorf("ack %s", c.AckPayload())
			}
		})
	}
}

// What a server refuses of a connection ends the client with the class that the protocol gives to the code.
func TestServersOfOthersRefuse(t *testing.T) {
	deny := func(context.Context) (any, error) { return map[string]any{"deny": true}, nil }
	send := func(text string) client.SocketOptions {
		return client.SocketOptions{OnOpen: func(ctx context.Context, u *client.Setup) error { return u.Send(ctx, client.Text(text)) }}
	}
	once := backoff.Options{BaseDelay: time.Millisecond, MaxRetries: 1}
	for _, tc := range []struct {
		name, protocol string
		o              graphqlws.Options
		code           holdfast.Code
		class          client.Class
	}{
		{"init refused", "transport", graphqlws.Options{Init: deny}, 4403, client.ClassAuthentication},
		{"init refused", "legacy", graphqlws.Options{Init: deny}, holdfast.CodeUnauthenticated, client.ClassAuthentication},
		{"two inits", "transport", graphqlws.Options{Socket: send(`{"type":"connection_init"}`)}, 4429, client.ClassProtocol},
		{"not a message", "transport", graphqlws.Options{Socket: send(`nonsense`)}, 4400, client.ClassProtocol},
		{"before init", "transport", graphqlws.Options{Socket: send(`{"type":"subscribe","id":"1","payload":{"query":"{hello}"}}`)}, 4401, client.ClassAuthentication},
	} {
		t.Run(tc.name+", "+tc.protocol, func(t *testing.T) {
			n := startNode(t, "0", tc.protocol)
			tc.o.Socket.Backoff = once
			c := open(t, n.url(), tc.o)
			var last client.SocketEvent
			for e := range c.Socket().Events(t.Context()) {
				if e.Kind == client.SocketError {
					last = e
				}
				if e.State == client.StateFailed {
					break
				}
			}
			if log := c.Socket().Errors(); len(log) > 0 {
				last.Class, last.Code = log[len(log)-1].Class, codeOf(log[len(log)-1].Err)
			}
			if last.Code != tc.code || last.Class != tc.class {
				t.Errorf("code %d, class %v", last.Code, last.Class)
			}
			if _, err := c.Execute(t.Context(), request{Query: `{ hello }`}); err == nil {
				t.Error("it was executed")
			}
		})
	}
}
