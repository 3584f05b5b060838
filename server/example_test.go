package server_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"time"

	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

// The walk of one record: from a publisher's session to the log, and from there to a subscriber's.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	srv, err := server.New(server.Options{DrainPeriod: time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go srv.Serve(l)
	defer srv.Shutdown(ctx)

	session, err := client.OpenSession(ctx, "http://"+l.Addr().String(), client.SessionOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close(ctx)

	// Publish returns when the record is stored, exactly once, however often the connection was cut meanwhile.
	ack, err := session.Publish(ctx, "chat:lobby", []byte("hello"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("stored at offset", ack.Offset)

	// A subscription is an iterator that goes on over reconnects.
	sub, err := session.Subscribe(ctx, "chat:lobby", client.SubscribeOptions{From: client.FromStart})
	if err != nil {
		log.Fatal(err)
	}
	for rec, err := range sub.Records(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("record %d: %s\n", rec.Offset, rec.Data)
		break
	}
	// Output:
	// stored at offset 1
	// record 1: hello
}
