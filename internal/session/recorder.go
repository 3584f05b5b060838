package session

import (
	"time"

	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Recorder sees all that goes into the machines of this process and comes out of them, so that a test can let them do it
// again. Its methods are called by whoever steps, for several machines at once; what they are given is theirs only during
// the call. had is how many effects of earlier steps lay before those of this one, of which the last may be changed by it.
type Recorder interface {
	ClientMade(c *Client, o ClientOptions)
	ClientLoads(c *Client, lanes []Lane, entries []Entry)
	ClientSees(c *Client, now time.Time, e *ClientEvent, had int)
	ClientDoes(c *Client, fx []ClientEffect)
	// ServerSees is told each time how the machine was made, since it has no place of its own before its first step.
	ServerSees(s *Server, made ServerMade, now int64, e *ServerEvent, had int)
	ServerDoes(s *Server, fx []ServerEffect)
}

// ServerMade is what NewServer was given.
type ServerMade struct {
	At     int64
	Limits *ServerLimits
	Codec  wire.Codec
}

// recorder is nil but in tests.
var recorder Recorder

// Record has r see everything from now on; nil ends that. It is for tests, while no machine is in use.
func Record(r Recorder) { recorder = r }

// recorded steps. The recorder gets a copy of the event, because one that is given to an interface would be allocated at
// each step, also where there is no recorder.
func (c *Client) recorded(now time.Time, e *ClientEvent, fx []ClientEffect) []ClientEffect {
	had, seen := len(fx), *e
	recorder.ClientSees(c, now, &seen, had)
	fx = c.step(now, e, fx)
	recorder.ClientDoes(c, fx[max(0, min(had, len(fx))-1):])
	return fx
}

func (s *Server) recorded(now int64, e *ServerEvent, fx []ServerEffect) []ServerEffect {
	had, seen := len(fx), *e
	recorder.ServerSees(s, ServerMade{s.opened, s.limits, s.codec}, now, &seen, had)
	fx = s.step(now, e, fx)
	recorder.ServerDoes(s, fx[max(0, min(had, len(fx))-1):])
	return fx
}
