package main

import (
	"bytes"
	"time"

	"github.com/gorilla/websocket"
)

const (
	writeWait  = 10 * time.Second    // for one message
	pongWait   = 60 * time.Second    // silence after which a client is gone
	pingPeriod = (pongWait * 9) / 10 // less than pongWait
	maxMessage = 64 << 10            // the example has 512 bytes
)

type client struct {
	hub     *hub
	conn    *websocket.Conn
	send    chan []byte
	stopped chan struct{} // closed when nothing is taken from send any more
}

// readPump carries messages from the connection to the hub. It is the connection's only reader.
func (c *client) readPump() {
	defer func() {
		c.hub.unregister <- c
		c.conn.Close()
	}()
	c.conn.SetReadLimit(maxMessage)
	c.conn.SetReadDeadline(time.Now().Add(pongWait))
	c.conn.SetPongHandler(func(string) error { return c.conn.SetReadDeadline(time.Now().Add(pongWait)) })
	for {
		_, data, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		word, rest, _ := bytes.Cut(data, []byte{' '})
		switch string(word) {
		case "sub":
			c.hub.subscribe <- subscription{c, string(rest)}
		case "pub":
			channel, data, _ := bytes.Cut(rest, []byte{' '})
			c.hub.broadcast <- message{c, string(channel), data}
		}
	}
}

// writePump carries messages from the hub to the connection. It is the connection's only writer.
func (c *client) writePump() {
	ticker := time.NewTicker(pingPeriod)
	defer func() {
		ticker.Stop()
		close(c.stopped)
		c.conn.Close()
	}()
	for {
		select {
		case data, open := <-c.send:
			c.conn.SetWriteDeadline(time.Now().Add(writeWait))
			if !open {
				c.conn.WriteMessage(websocket.CloseMessage, nil)
				return
			}
			if err := c.write(data); err != nil {
				return
			}
		case <-ticker.C:
			c.conn.SetWriteDeadline(time.Now().Add(writeWait))
			if err := c.conn.WriteMessage(websocket.PingMessage, nil); err != nil {
				return
			}
		}
	}
}

// write puts data, and what waits behind it, into one message.
func (c *client) write(data []byte) error {
	w, err := c.conn.NextWriter(websocket.TextMessage)
	if err != nil {
		return err
	}
	w.Write(data)
	for range len(c.send) {
		w.Write([]byte{'\n'})
		w.Write(<-c.send)
	}
	return w.Close()
}
