//go:build !linux

package load

import "errors"

// poller exists on Linux alone; elsewhere each connection has a goroutine.
type poller struct{}

func newPoller() (*poller, error)                   { return nil, errors.ErrUnsupported }
func (*poller) add(*Conn, Taker, func(error)) error { return errors.ErrUnsupported }
func (*poller) run()                                {}
func (*poller) stop()                               {}
func (*poller) free()                               {}
