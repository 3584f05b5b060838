package server

import (
	"context"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// eventually waits until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in a minute it did not come to that: %s", what)
		}
	}
}

func (h *Health) of(name string) CheckStatus {
	for _, c := range h.Checks {
		if c.Name == name {
			return c.Status
		}
	}
	return ""
}

// A worker that hangs in one connection shows, as long as it hangs.
func TestHealthSeesAWorkerThatHangs(t *testing.T) {
	s, err := New(Options{StuckAfter: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	ctx, cancel := context.WithCancel(context.Background())
	defer func() {
		cancel()
		s.Shutdown(ctx) //nolint:errcheck // ctx's error
		<-served
	}()
	c, _, err := websocket.Dial(ctx, "ws://"+l.Addr().String()+"/ws", &websocket.DialOptions{Subprotocols: []string{wire.Binary.Subprotocol()}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	eventually(t, "it is taken in", func() bool { return len(s.everybody()) == 1 })
	m := s.everybody()[0].(*conn).member
	status := func() CheckStatus { h := s.Health(); return h.of("workers") }
	if status() != CheckPass {
		t.Fatalf("at first: %s", status())
	}
	m.Lock() // a worker that looks at it waits
	eventually(t, "health is red", func() bool {
		return status() == CheckFail && func() bool { h := s.Health(); return h.broken() != "" }()
	})
	m.Unlock()
	eventually(t, "health is green", func() bool { return status() == CheckPass })
}

// A listener that fails is counted as an error and warned of for a while.
func TestHealthWarnsOfAListenerThatFails(t *testing.T) {
	s, err := New(Options{StuckAfter: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Shutdown(context.Background()) //nolint:errcheck // nobody is connected
	s.acceptWarned.Store(s.millis() + 1)   // not to be logged
	s.acceptFailed(&net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE})
	listener := func() CheckStatus { h := s.Health(); return h.of("listener") }
	eventually(t, "it warns", func() bool { return listener() == CheckWarn })
	if f := s.view(time.Now()).errorFigures(); f.Total != 1 || f.ByKind["accept"] != 1 || f.ByCode["4361"] != 1 {
		t.Errorf("%+v", f)
	}
	eventually(t, "it has passed", func() bool { return listener() == CheckPass })
}

// What does not move where it should counts, look by look, until it moves again.
func TestStillness(t *testing.T) {
	var s stillness
	for i, step := range []struct {
		value uint64
		due   bool
		want  int
	}{{1, true, 0}, {1, true, 1}, {1, true, 2}, {2, true, 0}, {2, true, 1}, {2, false, 0}, {2, true, 1}} {
		if s.look(step.value, step.due); s.looks != step.want {
			t.Errorf("step %d: still for %d looks, want %d", i, s.looks, step.want)
		}
	}
}

// The latest errors are kept, as many as there is room for; connections that end well are none.
func TestIncidents(t *testing.T) {
	var l incidents
	if len(l.list()) != 0 {
		t.Error("there are some at first")
	}
	for _, code := range []holdfast.Code{holdfast.CodeNormal, holdfast.CodeReplaced, holdfast.CodeDraining} {
		l.add(incidentClosed, code)
	}
	if len(l.list()) != 0 {
		t.Errorf("%v", l.list())
	}
	for n := range maxIncidents + 5 {
		l.add(incidentDeclined, holdfast.Code(4300+n))
	}
	if list := l.list(); len(list) != maxIncidents || list[0].code != 4305 || list[maxIncidents-1].code != 4300+maxIncidents+4 {
		t.Errorf("%d are kept, from %d on", len(list), list[0].code)
	}
}

// A code has the class that the client, and spec/classes.json, give it.
func TestClassesAreTheClients(t *testing.T) {
	unknown := holdfast.Code(1).What()
	seen := 0
	for code := holdfast.Code(400); code < 4500; code++ {
		if code.What() == unknown {
			continue
		}
		seen++
		if code == holdfast.CodeRetriesExhausted {
			continue // the client looks at its cause
		}
		if want := client.Classify(&holdfast.Error{Code: code}).Class.String(); classOf(code) != want {
			t.Errorf("%d %v is of class %s, want %s", code, code, classOf(code), want)
		}
	}
	if seen < 50 {
		t.Errorf("only %d codes are known", seen)
	}
}
