package load

import "runtime"

// manyLoopbacks says whether every address of 127.0.0.0/8 can be dialled from.
const manyLoopbacks = runtime.GOOS == "linux"

// heldSize is the buffer of a connection that has to hold one while it waits.
const heldSize = 16 << 10

// readHolding is read where a buffer must be held while waiting: over TLS, and on Windows.
func (c *Conn) readHolding() (bp *[]byte, b []byte, err error) {
	need := max(heldSize, c.frameSize(c.left), 2*len(c.left))
	b = make([]byte, need)
	k := copy(b, c.left)
	n, err := c.nc.Read(b[k:])
	if n > 0 {
		err = nil
	}
	return &b, b[:k+n], err
}
