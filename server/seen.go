package server

import (
	"encoding/hex"
	"strings"
	"time"
	"unique"

	"github.com/holdfast-ws/holdfast/internal/roster"
)

// seen is what a connection keeps for who looks at it: only what can be counted where its lock is held anyway, and nothing where
// records are delivered.
type seen struct {
	messages, bytes uint64
	pinged          time.Duration // when a ping was sent that is not answered yet, since the server began; else 0
	rtt             uint32        // microseconds
	agent           unique.Handle[string]
}

func (s *seen) ping(now time.Duration) { s.pinged = max(1, now) }

func (s *seen) pong(now time.Duration) {
	if s.pinged != 0 {
		s.rtt = uint32(min((now-s.pinged).Microseconds()+1, 1<<32-1))
		s.pinged = 0
	}
}

// maxAgent bounds what is kept of what a client calls itself.
const maxAgent = 64

// agentOf keeps one copy for all clients that call themselves the same.
func agentOf(name string) unique.Handle[string] {
	return unique.Make(strings.ToValidUTF8(name[:min(len(name), maxAgent)], ""))
}

func (s *seen) fill(c *Connection) {
	c.MessagesIn, c.BytesIn, c.RTT = s.messages, s.bytes, time.Duration(s.rtt)*time.Microsecond
	if s.agent != (unique.Handle[string]{}) {
		c.Agent = s.agent.Value()
	}
}

func sessionName(id roster.Session) string {
	if id == (roster.Session{}) {
		return ""
	}
	return hex.EncodeToString(id[:])
}

// keys is part of managed.
func (c *conn) keys() (string, roster.Session) { return c.user, roster.Session(c.session) }

// look is part of managed.
func (c *conn) look() Connection {
	c.member.Lock()
	defer c.member.Unlock()
	look := Connection{State: ConnectionGreeting, User: c.user, Session: sessionName(roster.Session(c.session)), Protocol: c.codec.Subprotocol(),
		Since: time.UnixMilli(c.began), Age: c.age(), Subscriptions: c.machine.Subscriptions(),
		BytesOut: c.ws.BytesWritten(), Waiting: c.member.Pending()}
	if c.dialect != nil {
		look.Protocol = "envelope"
	}
	switch {
	case c.ending:
		look.State = ConnectionClosing
	case c.machine.Open():
		look.State = ConnectionOpen
	}
	if u, err := c.ws.Unsent(); err == nil {
		look.Waiting += u.Bytes
	}
	c.seen.fill(&look)
	return look
}

func (c *conn) age() time.Duration {
	return time.Duration(c.machine.Age(c.srv.millis())) * time.Millisecond
}

// shut is part of managed.
func (c *conn) shut() { c.ws.Close() }
