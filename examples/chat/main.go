// Command chat is a chat in the terminal. The line may go down as often as it likes: what is typed meanwhile goes out later, and what was said
// meanwhile is caught up on.
//
//	go run ./examples/chat -listen 127.0.0.1:9000           # the room
//	go run ./examples/chat -name ada ws://127.0.0.1:9000    # a person; as many as you like
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	listen := flag.String("listen", "", "serve a room at this `address`")
	name := flag.String("name", "somebody", "your name")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: chat -listen ADDRESS | chat -name NAME URL")
		flag.PrintDefaults()
	}
	flag.Parse()
	switch {
	case *listen != "":
		log.Fatal(http.ListenAndServe(*listen, &room{}))
	case flag.NArg() != 1:
		flag.Usage()
		os.Exit(2)
	}
	p := person{url: flag.Arg(0), name: *name}
	if err := p.chat(context.Background(), os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}
