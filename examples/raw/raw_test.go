package main

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
)

// Two people hear each other; who breaks the protocol is told so; at the end all are sent away.
func TestRoom(t *testing.T) {
	srv, h, err := newRoom()
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(h)
	defer web.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	enter := func(name string) *websocket.Conn {
		t.Helper()
		c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(web.URL, "http")+"/room?name="+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		say(ctx, t, c, `{"say":"I am here"}`)
		hear(ctx, t, c, `{"from":"`+name+`","say":"I am here"}`)
		return c
	}
	if _, res, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(web.URL, "http")+"/room", nil); err == nil || res.StatusCode != 401 {
		t.Errorf("without a name: %v", err)
	}
	ada := enter("ada")
	grace := enter("grace")
	hear(ctx, t, ada, `{"from":"grace","say":"I am here"}`)
	say(ctx, t, ada, `{"say":"hello"}`)
	for _, c := range []*websocket.Conn{ada, grace} {
		hear(ctx, t, c, `{"from":"ada","say":"hello"}`)
	}
	say(ctx, t, grace, `hello`)
	if _, _, err := grace.Read(ctx); websocket.CloseStatus(err) != 1003 {
		t.Errorf("no JSON: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Shutdown(ctx) }()
	if _, _, err := ada.Read(ctx); holdfast.Code(websocket.CloseStatus(err)) != holdfast.CodeServiceRestart {
		t.Errorf("at the end: %v", err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func say(ctx context.Context, t *testing.T, c *websocket.Conn, text string) {
	t.Helper()
	if err := c.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func hear(ctx context.Context, t *testing.T, c *websocket.Conn, want string) {
	t.Helper()
	if _, b, err := c.Read(ctx); err != nil || string(b) != want {
		t.Fatalf("heard %q, %v; want %q", b, err, want)
	}
}
