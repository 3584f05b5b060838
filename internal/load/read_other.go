//go:build !unix

package load

import "net"

// readiness cannot be waited for without a buffer here.
type readiness = any

func readinessOf(net.Conn) readiness { return nil }

func (c *Conn) read() (bp *[]byte, b []byte, err error) { return c.readHolding() }
