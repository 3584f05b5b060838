package graphqlws_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast/client/graphqlws"
)

// prices is the least that a GraphQL server can do: it answers everything with two prices.
func prices(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{graphqlws.Subprotocol}})
	if err != nil {
		return
	}
	defer c.CloseNow()
	p := &peer{c, 1}
	for id := p.ready().ID; id != ""; id = p.hear("subscribe").ID {
		p.say(`{"type":"next","id":%q,"payload":{"data":{"price":{"symbol":"HF","value":41}}}}`, id)
		p.say(`{"type":"next","id":%q,"payload":{"data":{"price":{"symbol":"HF","value":42}}}}`, id)
		p.say(`{"type":"complete","id":%q}`, id)
	}
}

func Example() {
	srv := httptest.NewServer(http.HandlerFunc(prices))
	defer srv.Close()
	ctx := context.Background()

	c, err := graphqlws.Open(ctx, srv.URL, graphqlws.Options{
		Init: func(context.Context) (any, error) { return map[string]string{"token": "secret"}, nil }, // for each connection
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	type update struct {
		Price struct {
			Symbol string
			Value  int
		}
	}
	for r, err := range c.Subscribe(ctx, graphqlws.Request{Query: `subscription { price { symbol value } }`}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if !r.Gap.IsZero() {
			fmt.Println("some prices are missing") // there was no connection: ask for the present one
		}
		var u update
		if err := r.Decode(&u); err != nil { // GraphQL's errors, or data that does not fit
			fmt.Println(err)
			continue
		}
		fmt.Println(u.Price.Symbol, u.Price.Value)
	}
	// Output:
	// HF 41
	// HF 42
}
