// Package client is the door for clients. A [Socket] is a connection to any WebSocket server that is made again whenever it ends; see [Open]. A [Session] is one logical connection to a Holdfast server that
// outlives its sockets: what is published is stored exactly once, and a subscription sees each record once and
// in order, however often the connection is cut or either process restarts.
//
//	s, err := client.OpenSession(ctx, "http://127.0.0.1:8080", client.SessionOptions{})
//	…
//	defer s.Close(ctx)
//	ack, err := s.Publish(ctx, "chat:lobby", []byte("hello"), client.WithType(holdfast.Text))
//	sub, err := s.Subscribe(ctx, "chat:lobby", client.SubscribeOptions{From: client.FromStart})
//	for rec, err := range sub.Records(ctx) {
//		…
//	}
//
// Everything reliable is decided by a pure machine (internal/session); this package drives it with sockets,
// files and time.
package client
