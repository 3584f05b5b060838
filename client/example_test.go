package client_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

func Example() {
	srv, err := server.New(server.Options{Logger: slog.New(slog.DiscardHandler)}) // a memory store, for clients of this machine
	if err != nil {
		fmt.Println(err)
		return
	}
	web := httptest.NewServer(srv)
	defer web.Close()
	ctx := context.Background()

	s, err := client.OpenSession(ctx, web.URL, client.SessionOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ack, err := s.Publish(ctx, "chat:lobby", []byte("hello"), client.WithType(holdfast.Text))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("stored at offset", ack.Offset)

	sub, err := s.Subscribe(ctx, "chat:lobby", client.SubscribeOptions{From: client.FromStart})
	if err != nil {
		fmt.Println(err)
		return
	}
	for rec, err := range sub.Records(ctx) {
		if err != nil { // a *client.Gap does not end the loop; anything else does
			fmt.Println(err)
			break
		}
		fmt.Printf("%s: %s\n", rec.Channel, rec.Data)
		break
	}
	fmt.Println(s.Close(ctx), srv.Shutdown(ctx))
	// Output:
	// stored at offset 1
	// chat:lobby: hello
	// <nil> <nil>
}
