// Command peer is a client in Go that the TypeScript SDK's tests work together with: it does what the lines of standard input
// say, each a JSON object, and answers each with a line.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// order is one line of input.
type order struct {
	Do      string // "publish" or "take"
	Channel string

	// publish
	Type    holdfast.ContentType
	Data    []byte
	Headers [][2]string

	// take: read N records from the beginning, after a checkpoint or by a cursor, be done with the first Done of them, and end
	// the subscription
	N, Done    int
	Cursor     string
	Checkpoint client.Checkpoint
}

type record struct {
	Offset     uint64            `json:"offset"`
	Type       string            `json:"type"`
	Data       []byte            `json:"data"`
	Headers    [][2]string       `json:"headers"`
	Publisher  string            `json:"publisher"`
	Checkpoint client.Checkpoint `json:"checkpoint"`
}

type gap struct {
	From   uint64 `json:"from"`
	To     uint64 `json:"to"`
	Reason string `json:"reason"`
}

type answer struct {
	Offset  uint64   `json:"offset,omitempty"`
	Records []record `json:"records,omitempty"`
	Gaps    []gap    `json:"gaps,omitempty"`
	Error   string   `json:"error,omitempty"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: peer <url> bin|json")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	o := client.SessionOptions{}
	if os.Args[2] == "json" {
		o.Codec = client.CodecJSON
	}
	s, err := client.OpenSession(ctx, os.Args[1], o)
	if err != nil {
		log.Fatal(err)
	}
	out := json.NewEncoder(os.Stdout)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var x order
		err := json.Unmarshal(in.Bytes(), &x)
		var a answer
		if err == nil {
			a, err = obey(ctx, s, &x)
		}
		if err != nil {
			a.Error = err.Error()
		}
		if err := out.Encode(a); err != nil {
			log.Fatal(err)
		}
	}
	if err := errors.Join(in.Err(), s.Close(ctx)); err != nil {
		log.Fatal(err)
	}
}

func obey(ctx context.Context, s *client.Session, x *order) (answer, error) {
	switch x.Do {
	case "publish":
		var headers []holdfast.Header
		for _, h := range x.Headers {
			headers = append(headers, holdfast.Header{Name: h[0], Value: h[1]})
		}
		ack, err := s.Publish(ctx, x.Channel, x.Data, client.WithType(x.Type), client.WithHeaders(headers...))
		return answer{Offset: ack.Offset}, err
	case "take":
		return take(ctx, s, x)
	}
	return answer{}, fmt.Errorf("what is %q?", x.Do)
}

func take(ctx context.Context, s *client.Session, x *order) (a answer, err error) {
	sub, err := s.Subscribe(ctx, x.Channel, client.SubscribeOptions{From: client.FromStart, Checkpoint: x.Checkpoint, Cursor: x.Cursor, Ack: client.AckManual})
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, sub.Close()) }()
	for r, err := range sub.Records(ctx) {
		if g, ok := errors.AsType[*client.Gap](err); ok {
			a.Gaps = append(a.Gaps, gap{g.From, g.To, g.Reason.String()})
			continue
		}
		if err != nil {
			return a, err
		}
		y := record{Offset: r.Offset, Type: r.Type.String(), Data: r.Data, Headers: [][2]string{}, Publisher: r.Publisher, Checkpoint: sub.Checkpoint(r.Position())}
		for _, h := range r.Headers {
			y.Headers = append(y.Headers, [2]string{h.Name, h.Value})
		}
		a.Records = append(a.Records, y)
		if len(a.Records) == x.Done {
			sub.Ack(r.Position())
		}
		if len(a.Records) == x.N {
			break
		}
	}
	return a, nil
}
