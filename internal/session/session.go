// Package session holds the reliability of both ends of a connection as pure values: lanes, windows,
// resume, acknowledgements, gaps, heartbeats. Events and the time go in, effects come out; there is no
// goroutine, no clock, no socket and no lock inside. What is committed and what is a duplicate the store
// alone decides.
//
// [Server] is one connection as the server sees it. [Client] is one session, which outlives its connections,
// as the client sees it. spec/scenarios holds transcripts that both implementations of Client, in Go and in
// TypeScript, must reproduce.
package session

import (
	"time"

	"github.com/holdfast-ws/holdfast"
)

// A lane is one producer's records in one channel.
type laneKey struct {
	channel  string
	producer holdfast.ProducerID
}

// millis turns a duration into the protocol's unit.
func millis(d time.Duration) int64 { return int64(d / time.Millisecond) }
