// Package graphqlws is a client for GraphQL over WebSocket: queries, mutations, and subscriptions that go on when the connection was cut
// or the server restarted.
//
//	c, err := graphqlws.Open(ctx, "wss://example.org/graphql", graphqlws.Options{
//		Init: func(ctx context.Context) (any, error) { return map[string]string{"token": token()}, nil },
//	})
//	…
//	defer c.Close()
//	for r, err := range c.Subscribe(ctx, graphqlws.Request{Query: `subscription { prices { symbol value } }`}) {
//		if err != nil {
//			return err
//		}
//		if !r.Gap.IsZero() {
//			// what came while there was no connection is missing: look it up
//		}
//		…
//	}
//
// It speaks graphql-transport-ws (github.com/enisdenjo/graphql-ws, PROTOCOL.md), and the older protocol of subscriptions-transport-ws,
// whose subprotocol is called graphql-ws, if the server chooses that. Below is a [client.Socket], which makes connections again, sends heartbeats and
// has a circuit breaker.
//
// GraphQL servers do not say where a subscription stands, so that what they publish while there is no connection is not sent later. A [Gap] tells
// that it may have been. Who must not miss anything asks for the present state then.
//
// A client has two goroutines, one that receives and one that sends; Close waits for both. Each subscription has a buffer with a limit;
// [Slow] says what happens at it.
package graphqlws
