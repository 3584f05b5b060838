//go:build !linux

package ws

// Poller waits for stalled sockets. Only on Linux does it have something to do: elsewhere each connection has
// a goroutine for as long as it has something to write. All methods may be called concurrently.
type Poller struct{}

// NewPoller never fails here.
func NewPoller() (*Poller, error) { return new(Poller), nil }

// Close does nothing here.
func (p *Poller) Close() error { return nil }

func (p *Poller) cancel(*Conn) {}
