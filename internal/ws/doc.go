// Package ws is the server's side of one WebSocket connection: RFC 6455 with permessage-deflate (RFC 7692)
// without context takeover.
//
// A Conn parses what comes in and writes what is given to it. It has no write queue and no lock around
// writes: its owner frames and queues replies, and sees to it that there is one writer at a time.
//
// The life of a connection:
//
//	c, err := ws.Upgrade(w, r, ws.Options{…})  // answers a failure over HTTP itself
//	go func() {                                // a fresh stack: net/http's is deep and would stay so
//		err := c.Serve(handler)                // until the end
//		// write the close frame that ws.CloseCode(err) names, with TryWrite
//		c.Linger(time.Second)                  // lets the peer read it; or Close, for an end at once
//		c.Wait()
//	}()
//
// # Two paths
//
// On Linux a *net.TCPConn is served without a buffer of its own: the goroutine waits for readiness through
// syscall.RawConn, borrows a pooled buffer of 64 KB only when bytes are there, and writes never block. What
// an idle connection holds is its goroutine, a Conn, and the bytes of an unfinished message.
//
// All else (TLS, net.Pipe, other systems) is served by blocking reads into a buffer of 512 bytes, 4 KB while
// data flows, and writes go through a buffer of at most 64 KB that a goroutine drains for as long as there is
// something in it. Both paths keep the same promises and pass the same tests.
package ws
