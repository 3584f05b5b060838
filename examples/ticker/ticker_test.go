package main

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast/server"
)

// Every dashboard gets figures again and again, also beside one that reads nothing.
func TestDashboardsAreFed(t *testing.T) {
	srv, h, err := newTicker(time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(h)
	defer web.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	open := func() *websocket.Conn {
		c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(web.URL, "http")+"/figures", nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.CloseNow() })
		return c
	}
	open() // reads nothing
	c := open()
	var last figures
	for n := 0; n < 200 || last.Dashboards < 2; n++ {
		_, b, err := c.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		was := last.Time
		if err := json.Unmarshal(b, &last); err != nil || last.Heap == 0 || last.Time.Before(was) {
			t.Fatalf("%s: %v", b, err)
		}
	}
	if all := slices.Collect(srv.Connections(server.Selector{})); len(all) != 2 {
		t.Errorf("%+v", all)
	}
	go srv.Shutdown(ctx) //nolint:errcheck // seen by the client
	for {
		if _, _, err := c.Read(ctx); err != nil {
			if websocket.CloseStatus(err) != websocket.StatusServiceRestart {
				t.Errorf("at the end: %v", err)
			}
			return
		}
	}
}
