// Package holdfast holds the words of a reliable WebSocket system: records, positions, codes and errors.
//
// A channel is a named, ordered log of records. A publisher numbers what it publishes in a lane; a
// subscriber remembers a position. Between the two no acknowledged record is lost, doubled or reordered,
// whatever happens to the sockets, the processes or the machines in between. The promises, and what is
// not promised, stand in spec/guarantees.md.
//
// This package has no behaviour of its own. The doors are package server (an http.Handler) and package
// client (a Session that outlives its sockets).
package holdfast
