//go:build unix

package load

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
)

// readiness waits for bytes without holding a buffer, so that ten thousand quiet connections cost little.
type readiness = syscall.RawConn

func readinessOf(nc net.Conn) readiness {
	if _, is := nc.(*tls.Conn); is {
		return nil
	}
	rc, err := nc.(*net.TCPConn).SyscallConn()
	if err != nil {
		return nil
	}
	return rc
}

// read returns what was left and what has come, in a borrowed buffer.
func (c *Conn) read() (bp *[]byte, b []byte, err error) {
	if c.raw == nil {
		return c.readHolding()
	}
	var n int
	var failed error
	err = c.raw.Read(func(fd uintptr) bool {
		bp = c.borrow()
		k := copy(*bp, c.left)
		for {
			n, failed = syscall.Read(int(fd), (*bp)[k:])
			if failed != syscall.EINTR {
				break
			}
		}
		if failed == syscall.EAGAIN {
			failed = nil
			if cap(*bp) == bufferSize {
				buffers.Put(bp)
			}
			return false
		}
		b = (*bp)[:k+max(n, 0)]
		return true
	})
	if err == nil && failed == nil && n == 0 {
		err = io.EOF
	}
	return bp, b, errors.Join(err, failed)
}
