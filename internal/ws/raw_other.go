//go:build !linux

package ws

import "net"

// rawIO is the fast path, which only Linux has.
type rawIO struct{}

func (c *Conn) openRaw() bool { return false }

func (c *Conn) serveRaw(Handler) error { return closedError(opRead) }

func (c *Conn) discardRaw() {}

func (c *Conn) writeRaw([][]byte) (int, error) { return 0, closedError(opWrite) }

func (c *Conn) waitRaw(f func()) { c.wg.Go(func() { c.writable(f) }) }

func limitUnsent(net.Conn) {}

func (c *Conn) kernelUnsent() (Unsent, error) { return Unsent{}, nil }
