package main

// queue is how many messages may wait for a client, as in the example.
const queue = 256

// whenFull says what is done with a client whose queue is full.
type whenFull string

const (
	closeFull whenFull = "close" // it is closed, as in the example
	waitFull  whenFull = "wait"  // the hub, and with it everybody else, waits
)

var (
	ok = []byte("ok")
	on = []byte("on")
)

// message is one message with the client that sent it.
type message struct {
	from    *client
	channel string
	data    []byte
}

// subscription is a client with the channel that it asks for; none: it asks only for an answer.
type subscription struct {
	client  *client
	channel string
}

// hub owns the clients, and closes their queues.
type hub struct {
	clients    map[*client][]string // their channels
	channels   map[string]map[*client]struct{}
	register   chan *client
	unregister chan *client
	subscribe  chan subscription
	broadcast  chan message
	full       whenFull
}

func newHub(full whenFull) *hub {
	return &hub{
		full:       full,
		clients:    map[*client][]string{},
		channels:   map[string]map[*client]struct{}{},
		register:   make(chan *client),
		unregister: make(chan *client),
		subscribe:  make(chan subscription),
		broadcast:  make(chan message),
	}
}

func (h *hub) run() {
	for {
		select {
		case c := <-h.register:
			h.clients[c] = nil
		case c := <-h.unregister:
			h.remove(c)
		case s := <-h.subscribe:
			h.add(s)
		case m := <-h.broadcast:
			for c := range h.channels[m.channel] {
				h.put(c, m.data)
			}
			h.put(m.from, ok)
		}
	}
}

func (h *hub) add(s subscription) {
	have, there := h.clients[s.client]
	if !there {
		return
	}
	if s.channel != "" {
		h.clients[s.client] = append(have, s.channel)
		if h.channels[s.channel] == nil {
			h.channels[s.channel] = map[*client]struct{}{}
		}
		h.channels[s.channel][s.client] = struct{}{}
	}
	h.put(s.client, on)
}

// put leaves data for c.
func (h *hub) put(c *client, data []byte) {
	if _, there := h.clients[c]; !there {
		return
	}
	select {
	case c.send <- data:
		return
	default:
	}
	if h.full == waitFull {
		select {
		case c.send <- data:
			return
		case <-c.stopped:
		}
	}
	h.remove(c)
}

func (h *hub) remove(c *client) {
	channels, there := h.clients[c]
	if !there {
		return
	}
	for _, ch := range channels {
		if delete(h.channels[ch], c); len(h.channels[ch]) == 0 {
			delete(h.channels, ch)
		}
	}
	delete(h.clients, c)
	close(c.send)
}
