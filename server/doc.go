// Package server is the door for servers: an [http.Handler] that takes WebSocket connections in, and serves
// channels to the sessions behind them. Its zero options work: a store in memory, for clients on this machine.
//
//	srv, err := server.New(server.Options{})
//	http.ListenAndServe("127.0.0.1:8080", srv)
//
// What is promised stands in spec/guarantees.md, what is spoken in spec/protocol.md.
package server
