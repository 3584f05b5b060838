package session_test

import (
	"io"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// The server hears of progress when a quarter of the window is done, in records or in bytes; what is less waits for
// AckDelay.
func TestProgressIsToldByTheQuarter(t *testing.T) {
	for name, tt := range map[string]struct {
		size   int
		window wire.Window
		after  []uint64 // the offsets that are acknowledged at once
	}{
		"records":      {1, wire.Window{Records: 8, Bytes: 1 << 20}, []uint64{2, 4, 6, 8}},
		"bytes":        {1000, wire.Window{Records: 512, Bytes: 16_000}, []uint64{4, 8}},
		"large":        {5000, wire.Window{Records: 512, Bytes: 16_000}, []uint64{1, 2, 3, 4, 5, 6, 7, 8}},
		"far from any": {1, wire.Window{Records: 512, Bytes: 1 << 20}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.UnixMilli(1_700_000_000_000)
			c := session.NewClient(session.ClientOptions{})
			var d wire.Decoder
			var acks []uint64
			step := func(e *session.ClientEvent) {
				for _, f := range c.Step(now, e, nil) {
					if f.Kind == session.FxAck {
						acks = append(acks, f.Ack.Offset)
					}
				}
			}
			frame := func(b []byte) {
				d.Reset(wire.Binary, b)
				for {
					typ, err := d.Next()
					if err == io.EOF {
						return
					}
					if err != nil {
						t.Fatal(err)
					}
					step(&session.ClientEvent{Kind: session.EvFrame, Type: typ, Decoder: &d})
				}
			}
			step(&session.ClientEvent{Kind: session.EvSubscribe, Sub: 1, Subscribe: wire.Subscribe{Channel: "c", Window: tt.window}})
			step(&session.ClientEvent{Kind: session.EvConnected})
			frame((&wire.Welcome{Memory: 1, Results: []wire.Subscribed{{ID: 1, Channel: "c", Position: holdfast.Position{Term: 1}}}}).Append(nil, wire.Binary))
			for i := range uint64(8) {
				frame((&wire.Record{Channel: "c", Term: 1, Offset: i + 1, Time: 1, Data: make([]byte, tt.size)}).Append(nil, wire.Binary))
			}
			for i := range uint64(8) {
				step(&session.ClientEvent{Kind: session.EvDone, Sub: 1, Position: holdfast.Position{Term: 1, Offset: i + 1}})
			}
			if len(acks) != len(tt.after) {
				t.Fatalf("acknowledged at once: %v, want %v", acks, tt.after)
			}
			for i := range acks {
				if acks[i] != tt.after[i] {
					t.Fatalf("acknowledged at once: %v, want %v", acks, tt.after)
				}
			}
		})
	}
}
