//go:build !unix

package load

// readiness cannot be waited for without a buffer here.
type readiness struct{}

func (*Conn) readinessOf() {}

func (c *Conn) read() (bp *[]byte, b []byte, err error) {
	_ = c.raw
	return c.readHolding()
}
