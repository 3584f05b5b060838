package client_test

import (
	"path/filepath"
	"testing"

	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

// The server runs in the same process; look at the profile for the client's part.

func BenchmarkPublish(b *testing.B) {
	n := startMemory(b, server.Options{})
	s := open(b, n.url(), client.SessionOptions{})
	ctx := b.Context()
	if err := s.Connected(ctx); err != nil {
		b.Fatal(err)
	}
	data := make([]byte, 128)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Enqueue(ctx, "c", data); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Flush(ctx); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkFileOutbox(b *testing.B) {
	for name, w := range map[string]client.WaitMode{"durable": client.WaitDurable, "taken": client.WaitTaken} {
		b.Run(name, func(b *testing.B) {
			n := startMemory(b, server.Options{})
			o, err := client.OpenFileOutbox(filepath.Join(b.TempDir(), "o"), client.OutboxOptions{})
			if err != nil {
				b.Fatal(err)
			}
			defer o.Close()
			ctx := b.Context()
			s := open(b, n.url(), client.SessionOptions{Outbox: o})
			data := make([]byte, 128)
			for b.Loop() {
				if _, err := s.Enqueue(ctx, "c", data, client.WithWait(w)); err != nil {
					b.Fatal(err)
				}
			}
			s.Flush(ctx)
			s.Close(ctx)
		})
	}
}

func BenchmarkReceive(b *testing.B) {
	n := startMemory(b, server.Options{})
	ctx := b.Context()
	pub := open(b, n.url(), client.SessionOptions{})
	data := make([]byte, 128)
	const history = 100_000
	for range history {
		if _, err := pub.Enqueue(ctx, "c", data); err != nil {
			b.Fatal(err)
		}
	}
	if err := pub.Flush(ctx); err != nil {
		b.Fatal(err)
	}
	s := open(b, n.url(), client.SessionOptions{})
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		sub, err := s.Subscribe(ctx, "c", client.SubscribeOptions{From: client.FromStart})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		i := 0
		for _, err := range sub.Records(ctx) {
			if err != nil {
				b.Fatal(err)
			}
			if i++; i == history {
				break
			}
		}
		b.StopTimer()
		sub.Close()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N*history), "ns/record")
}
