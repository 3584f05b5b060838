package server

import (
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// Promise 8: what waits behind a hello is bounded by what it costs to keep, not by its bytes alone.
func TestBehindAHello(t *testing.T) {
	var g greeting
	for range 1000 {
		if err := g.keep(ws.OpText, nil); err != nil {
			t.Fatal(err)
		}
	}
	if len(g.behind) != 0 {
		t.Fatalf("%d empty messages are kept", len(g.behind))
	}
	for n := 0; ; n++ {
		if err := g.keep(ws.OpText, []byte{'\n'}); holdfast.CodeOf(err) == holdfast.CodeOverloaded {
			break
		} else if err != nil || n > maxBehind/behindCost {
			t.Fatalf("%d messages of one byte are kept; %v", n, err)
		}
	}
}
