package client_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

func ExampleCalls() {
	srv := httptest.NewServer(&callServer{}) // any server that answers JSON-RPC
	defer srv.Close()
	ctx := context.Background()

	socket, err := client.Open(ctx, srv.URL, client.SocketOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer socket.Close(holdfast.CodeNormal, "")
	calls, err := client.NewCalls(socket, client.CallsOptions{Codec: client.JSONCalls{Version: "2.0"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer calls.Close()

	sum, err := client.Do[[]int](ctx, calls, "echo", []int{1, 2}, client.Idempotent()) // sent again if the connection ends
	fmt.Println(sum, err)
	_, err = calls.Do(ctx, "fail", nil)
	fmt.Println(err)
	// Output:
	// [1 2] <nil>
	// call fail: the server answered with an error: no such method (-32601) (call_failed); look at the error that it gave
}
