package graphqlws

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

const opInit = "initialise a GraphQL connection"

// open is the socket's OnOpen: connection_init, and nothing before its ack.
func (c *Client) open(ctx context.Context, u *client.Setup) error {
	d, ok := dialectOf(u.Subprotocol())
	if !ok {
		return &holdfast.Error{Code: holdfast.CodeUnsupportedProtocol, Op: opInit, Detail: "the server chose no GraphQL protocol",
			Hint: "check the path; old servers need Options.Offer"}
	}
	if d == legacy && c.ownBeat {
		u.SetHeartbeat(client.HeartbeatPing)
	}
	if c.userOpen != nil {
		if err := c.userOpen(ctx, u); err != nil {
			return err
		}
	}
	hello := frame{Type: "connection_init"}
	if d == legacy {
		hello.Payload = json.RawMessage("{}") // subscriptions-transport-ws sends one, and its servers' hooks take it apart
	}
	if c.o.Init != nil {
		payload, err := c.o.Init(ctx)
		if err != nil {
			return err
		}
		if hello.Payload, err = json.Marshal(payload); err != nil || !isObject(hello.Payload) && payload != nil {
			return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: opInit, Detail: "Options.Init: the payload is not a JSON object", Cause: err}
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.o.AckTimeout, errAck)
	defer cancel()
	if err := u.Send(ctx, hello.message()); err != nil {
		return c.late(ctx, err)
	}
	ack, err := c.acknowledged(ctx, u)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.ack = ack
	for n := range c.dialects {
		delete(c.dialects, n) // of connections that have ended, or that brought nothing
	}
	c.dialects[u.Connection()] = d
	c.mu.Unlock()
	return nil
}

// acknowledged waits for the ack, and answers pings meanwhile.
func (c *Client) acknowledged(ctx context.Context, u *client.Setup) (json.RawMessage, error) {
	for {
		m, err := u.Receive(ctx)
		if err != nil {
			return nil, c.late(ctx, err)
		}
		f, ok := parse(m)
		switch {
		case !ok:
			return nil, &holdfast.Error{Code: holdfast.CodeBadFrame, Op: opInit, Detail: "the server answered with something else than a GraphQL message"}
		case f.Type == "connection_ack":
			return f.Payload, nil
		case f.Type == "connection_error":
			e := &holdfast.Error{Code: holdfast.CodeUnauthenticated, Op: opInit, Detail: "the server refused connection_init"}
			if errs := readErrors(f.Payload); len(errs) > 0 {
				e.Cause = errs
			}
			return nil, e
		case f.Type == "ping":
			if err := u.Send(ctx, frame{Type: "pong", Payload: f.Payload}.message()); err != nil {
				return nil, c.late(ctx, err)
			}
		case f.Type != "ka" && f.Type != "pong":
			return nil, &holdfast.Error{Code: holdfast.CodeUnexpectedFrame, Op: opInit, Detail: "a message of type " + quoted(f.Type) + " came before connection_ack"}
		}
	}
}

// errAck is why the context has ended in which the ack did not come.
var errAck = errors.New("Options.AckTimeout")

// late tells a timeout from other failures.
func (c *Client) late(ctx context.Context, err error) error {
	if context.Cause(ctx) == errAck {
		return &holdfast.Error{Code: holdfast.CodeTimeout, Op: opInit, Detail: "Options.AckTimeout: no connection_ack within " + c.o.AckTimeout.String()}
	}
	return err
}

// quoted shows what a peer has sent, as far as it is worth it.
func quoted(s string) string {
	const most = 40
	if len(s) > most {
		s = s[:most] + "…"
	}
	b, _ := json.Marshal(s)
	return string(b)
}
