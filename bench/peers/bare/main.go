// Command bare is the least that a WebSocket hub can do: "pub CHANNEL PAYLOAD" goes out to all connections that have said
// "sub CHANNEL", one write each, and its sender gets "ok". No protocol, no promises: the limit that others are measured against.
package main

import (
	"bytes"
	"net"
	"sync"

	"github.com/holdfast-ws/holdfast/bench/peers/bare/socket"
)

var (
	ok = socket.Frame(nil, []byte("ok"))
	on = socket.Frame(nil, []byte("on"))
)

type hub struct {
	mu       sync.RWMutex
	channels map[string]map[net.Conn]struct{}
	of       map[net.Conn][]string // in which channels a connection is
}

func (h *hub) Message(c net.Conn, p []byte) {
	verb, rest, _ := bytes.Cut(p, []byte(" "))
	switch string(verb) {
	case "sub":
		if len(rest) > 0 {
			h.subscribe(c, string(rest))
		}
		c.Write(on)
	case "pub":
		channel, payload, _ := bytes.Cut(rest, []byte(" "))
		f := socket.Frame(nil, payload)
		h.mu.RLock()
		for s := range h.channels[string(channel)] {
			s.Write(f)
		}
		h.mu.RUnlock()
		c.Write(ok)
	}
}

func (h *hub) subscribe(c net.Conn, channel string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	subs := h.channels[channel]
	if subs == nil {
		subs = map[net.Conn]struct{}{}
		h.channels[channel] = subs
	}
	subs[c] = struct{}{}
	h.of[c] = append(h.of[c], channel)
}

func (h *hub) Left(c net.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, channel := range h.of[c] {
		if delete(h.channels[channel], c); len(h.channels[channel]) == 0 {
			delete(h.channels, channel)
		}
	}
	delete(h.of, c)
}

func main() {
	socket.Run(&hub{channels: map[string]map[net.Conn]struct{}{}, of: map[net.Conn][]string{}})
}
