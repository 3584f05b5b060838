package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// request is what the tests' server hears.
type request struct {
	ID     json.Number     `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// callServer answers "echo" with the params, "fail" with an error, "later" in another order, and "cut" by cutting the connection the first time. It says
// nothing to "silence".
type callServer struct {
	cuts  atomic.Int32
	heard sync.Map // method to *atomic.Int32
}

func (c *callServer) count(method string) int {
	n, _ := c.heard.LoadOrStore(method, new(atomic.Int32))
	return int(n.(*atomic.Int32).Load())
}

func (c *callServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	ctx := context.Background()
	var held []string
	say := func(text string) { conn.Write(ctx, websocket.MessageText, []byte(text)) }
	for {
		_, b, err := conn.Read(ctx)
		if err != nil {
			return
		}
		var q request
		if json.Unmarshal(b, &q) != nil {
			return
		}
		n, _ := c.heard.LoadOrStore(q.Method, new(atomic.Int32))
		n.(*atomic.Int32).Add(1)
		answer := `{"id":` + string(q.ID) + `,"result":` + string(q.Params) + `}`
		switch q.Method {
		case "echo":
			say(answer)
		case "news":
			say(`{"event":"news"}`)
			say(answer)
		case "fail":
			say(`{"id":` + string(q.ID) + `,"error":{"code":-32601,"message":"no such method","data":[1]}}`)
		case "later":
			if held = append(held, answer); len(held) == 3 {
				say(held[2] + "\n")
				say(held[0])
				say(held[1])
			}
		case "late":
			say(answer)
			say(answer)
		case "cut":
			if c.cuts.Add(1) == 1 {
				return
			}
			say(answer)
		}
	}
}

func openCalls(t testing.TB, o client.CallsOptions) (*client.Calls, *callServer, *client.Socket) {
	h := &callServer{}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	s := openSocket(t, srv.URL, client.SocketOptions{Backoff: soon})
	c, err := client.NewCalls(s, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, h, s
}

func TestCallsAnswersInAnyOrder(t *testing.T) {
	c, _, _ := openCalls(t, client.CallsOptions{Codec: client.JSONCalls{Version: "2.0"}})
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			if got, err := client.Do[int](t.Context(), c, "later", i); err != nil || got != i {
				t.Errorf("%d: got %d, %v", i, got, err)
			}
		})
	}
	wg.Wait()
}

func TestCallsManyAtATime(t *testing.T) {
	c, _, s := openCalls(t, client.CallsOptions{})
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			if i == 100 {
				s.Reconnect()
			}
			if got, err := client.Do[int](t.Context(), c, "echo", i, client.WithRetries(10)); err != nil || got != i {
				t.Errorf("%d: got %d, %v", i, got, err)
			}
		})
	}
	wg.Wait()
	if st := c.Stats(); st.UnderWay != 0 || st.Calls != 200 {
		t.Errorf("%+v", st)
	}
}

func TestCallsThatFail(t *testing.T) {
	c, h, _ := openCalls(t, client.CallsOptions{MaxCalls: 1})
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tc := range []struct {
		name   string
		ctx    context.Context
		method string
		params any
		opts   []client.CallOption
		want   holdfast.Code
		heard  int
	}{
		{"the server's error", t.Context(), "fail", nil, nil, holdfast.CodeCallFailed, 1},
		{"no answer", t.Context(), "silence", nil, []client.CallOption{client.WithTimeout(10 * time.Millisecond)}, holdfast.CodeTimeout, -1},
		{"nobody waits", canceled, "never", nil, nil, holdfast.CodeCanceled, -1},
		{"params", t.Context(), "params", func() {}, nil, holdfast.CodeBadArgument, 0},
		{"the connection ends", t.Context(), "cut", 1, nil, holdfast.CodeDisconnected, 1},
		{"another result", t.Context(), "echo", "text", nil, holdfast.CodeBadPayload, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := client.Do[int](tc.ctx, c, tc.method, tc.params, tc.opts...)
			e, ok := errors.AsType[*holdfast.Error](err)
			if !ok || !errors.Is(err, tc.want) || e.Op != "call "+tc.method {
				t.Errorf("got %v", err)
			}
			if n := h.count(tc.method); tc.heard >= 0 && n != tc.heard {
				t.Errorf("the server heard it %d times", n)
			}
		})
	}
	_, err := c.Do(t.Context(), "fail", nil)
	if e, ok := errors.AsType[*client.CallError](err); !ok || e.Code != -32601 || e.Message != "no such method" || string(e.Data) != "[1]" {
		t.Errorf("got %v", err)
	}
}

func TestCallsAreSentAgain(t *testing.T) {
	c, h, _ := openCalls(t, client.CallsOptions{})
	if got, err := client.Do[int](t.Context(), c, "cut", 7, client.Idempotent()); err != nil || got != 7 {
		t.Errorf("got %d, %v", got, err)
	}
	if n := h.count("cut"); n != 2 || c.Stats().Repeats != 1 {
		t.Errorf("heard %d times, %+v", n, c.Stats())
	}
}

func TestCallsLosePatience(t *testing.T) {
	c, h, _ := openCalls(t, client.CallsOptions{Patience: time.Millisecond, Retries: 2, Timeout: 100 * time.Millisecond})
	if _, err := c.Do(t.Context(), "silence", nil, client.Idempotent()); !errors.Is(err, holdfast.CodeTimeout) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Do(t.Context(), "echo", 1, client.WithTimeout(time.Minute)); err != nil { // behind all of them
		t.Error(err)
	}
	if n := h.count("silence"); n < 1 || n > 3 {
		t.Errorf("heard %d times", n)
	}
}

func TestCallsAtCapacityAndClosed(t *testing.T) {
	c, h, s := openCalls(t, client.CallsOptions{MaxCalls: 1})
	done := make(chan error)
	go func() {
		_, err := c.Do(t.Context(), "silence", nil)
		done <- err
	}()
	for h.count("silence") == 0 {
		runtime.Gosched()
	}
	if _, err := c.Do(t.Context(), "echo", 1); !errors.Is(err, holdfast.CodeAtCapacity) {
		t.Errorf("got %v", err)
	}
	c.Close()
	if err := <-done; !errors.Is(err, holdfast.CodeClosed) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Do(t.Context(), "echo", 1); !errors.Is(err, holdfast.CodeClosed) {
		t.Errorf("got %v", err)
	}
	if s.State() != client.StateOpen {
		t.Error("the socket is", s.State())
	}
}

// A call that waits for a connection hears that Calls was closed, and that the socket has failed.
func TestCallsWithoutAConnection(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	failed := openSocket(t, srv.URL, client.SocketOptions{})
	waiting := openSocket(t, srv.URL, client.SocketOptions{Token: func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}, ConnectTimeout: time.Hour})
	c, err := client.NewCalls(failed, client.CallsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Do(t.Context(), "echo", 1); !errors.Is(err, holdfast.CodeHTTPNotFound) {
		t.Errorf("got %v", err)
	}
	w, err := client.NewCalls(waiting, client.CallsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		_, err := w.Do(t.Context(), "echo", 1)
		done <- err
	}()
	for w.Stats().UnderWay == 0 {
		runtime.Gosched()
	}
	w.Close()
	if err := <-done; !errors.Is(err, holdfast.CodeClosed) {
		t.Errorf("got %v", err)
	}
}

func TestCallsOtherMessages(t *testing.T) {
	c, _, _ := openCalls(t, client.CallsOptions{Backlog: 2})
	for range 3 {
		if _, err := c.Do(t.Context(), "news", 1); err != nil {
			t.Fatal(err)
		}
	}
	if st := c.Stats(); st.Others != 3 || st.Dropped != 1 {
		t.Errorf("%+v", st)
	}
	if _, err := c.Do(t.Context(), "late", 5); err != nil { // and its second answer is another message
		t.Fatal(err)
	}
	if _, err := c.Do(t.Context(), "echo", 1); err != nil {
		t.Fatal(err)
	}
	c.Close()
	var got []string
	for m, err := range c.Messages(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(m.Data))
	}
	if want := []string{`{"event":"news"}`, `{"id":4,"result":5}`}; strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %q", got)
	}
}

func TestCallsOptionsAreChecked(t *testing.T) {
	s := openSocket(t, echo(t), client.SocketOptions{})
	for _, o := range []client.CallsOptions{{MaxCalls: -1}, {Backlog: -1}, {Patience: -1}, {Others: 9}} {
		if _, err := client.NewCalls(s, o); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestJSONCallsAnswers(t *testing.T) {
	for _, tc := range []struct {
		text, result, err string
		id                uint64
		ok                bool
	}{
		{`{"id":1,"result":[2]}`, `[2]`, "", 1, true},
		{`{"jsonrpc":"2.0","id":"1","result":null}`, `null`, "", 1, true},
		{`{"id":1,"error":{"code":5,"message":"no"}}`, "", "no (5)", 1, true},
		{`{"id":1,"error":"no","result":null}`, "", "no", 1, true},
		{`{"id":1,"error":{"reason":"no"}}`, "", `{"reason":"no"}`, 1, true},
		{`{"id":1,"error":null,"result":3}`, "3", "", 1, true},
		{`{"id":18446744073709551615,"x":true}`, `{"id":18446744073709551615,"x":true}`, "", 18446744073709551615, true},
		{`{"id":1,"method":"ask"}`, "", "", 0, false},
		{`{"id":-1,"result":1}`, "", "", 0, false},
		{`{"id":1.5,"result":1}`, "", "", 0, false},
		{`{"id":null,"error":{"code":-32700}}`, "", "", 0, false},
		{`{"id":[1]}`, "", "", 0, false},
		{`[{"id":1}]`, "", "", 0, false},
		{`nonsense`, "", "", 0, false},
		{``, "", "", 0, false},
	} {
		a, ok := client.JSONCalls{}.Answer(client.Text(tc.text))
		text := ""
		if a.Err != nil {
			text = a.Err.Error()
		}
		if ok != tc.ok || a.ID != tc.id || string(a.Result) != tc.result || text != tc.err {
			t.Errorf("%s: got %v %d %s %q", tc.text, ok, a.ID, a.Result, text)
		}
	}
}

// What is asked with an id is answered under that id, whatever the params are.
func TestJSONCallsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id, text := rapid.Uint64().Draw(t, "id"), rapid.String().Draw(t, "params")
		m, err := client.JSONCalls{}.Request(id, "m", text)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := (client.JSONCalls{}).Answer(m); ok {
			t.Fatal("a request is taken for an answer")
		}
		var q request
		if err := m.JSON(&q); err != nil {
			t.Fatal(err)
		}
		a, ok := client.JSONCalls{}.Answer(client.Text(`{"id":"` + string(q.ID) + `","result":` + string(q.Params) + `}`))
		if !ok || a.ID != id || string(a.Result) != string(q.Params) {
			t.Fatalf("got %v %+v", ok, a)
		}
	})
}

func FuzzJSONCalls(f *testing.F) {
	for _, s := range []string{`{"id":1,"result":[2]}`, `{"id":"7","error":{"code":1}}`, `{"id":1,"error":"x"}`, `{"id":"","error":0}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := client.JSONCalls{}.Answer(client.Message{Kind: client.TextMessage, Data: b})
		if ok && (a.Err == nil) == (a.Result == nil) {
			t.Errorf("%q is both or neither: %+v", b, a)
		}
		if a.Err != nil {
			_ = a.Err.Error()
		}
	})
}
