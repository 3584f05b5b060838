package client_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// What went wrong, whether to try again, and what to tell a person.
func ExampleClassify() {
	for _, err := range []error{
		context.DeadlineExceeded,
		websocket.CloseError{Code: 1008, Reason: "no such room"},
		&holdfast.Error{Code: holdfast.CodeHTTPUnavailable, RetryAfter: 20 * time.Second},
	} {
		v := client.Classify(err)
		fmt.Println(v.Class, v.Retryable, v.RetryAfter)
	}
	// Output:
	// timeout true 0s
	// policy false 0s
	// overload true 20s
}

// An application whose close codes mean something, with a class of its own.
func ExampleClasses() {
	const maintenance = client.ClassOwn
	errTokenService := errors.New("the token service is down")
	classes := &client.Classes{
		Names: map[client.Class]string{maintenance: "maintenance"},
		Codes: map[holdfast.Code]client.Class{
			1000: client.ClassServer, // this server says 1000 when it restarts
			4401: client.ClassAuthentication,
			4999: maintenance,
		},
		Strategies: map[client.Class]client.Strategy{
			maintenance: {BaseDelay: time.Minute, MaxRetries: -1}, // no limit
		},
		Match: func(err error, v client.Verdict) client.Class {
			if errors.Is(err, errTokenService) {
				return client.ClassAuthentication
			}
			return client.ClassNone // leave it as it is
		},
	}
	for _, err := range []error{
		websocket.CloseError{Code: 1000},
		websocket.CloseError{Code: 4401},
		websocket.CloseError{Code: 4999},
		fmt.Errorf("token: %w", errTokenService),
	} {
		v := classes.Classify(err)
		fmt.Println(classes.Name(v.Class), v.Retryable)
	}
	// Output:
	// server true
	// authentication true
	// maintenance true
	// authentication true
}
