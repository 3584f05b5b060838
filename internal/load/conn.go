package load

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Target is the server that is put under load.
type Target struct {
	// Addr is its host and port. More than one: connections are spread over them.
	Addr []string
	// Path of the endpoint. Default: the dialect's.
	Path string
	// Dialect that it speaks.
	Dialect Dialect
	// TLS to speak. Default: none.
	TLS *tls.Config
	// Compression offers permessage-deflate. Default: CompressionOff.
	Compression Compression
	// Process is what is measured. Default: nothing is.
	Process Process
}

// Compression says whether permessage-deflate is offered.
type Compression uint8

const (
	// CompressionOff does not offer it.
	CompressionOff Compression = iota
	// CompressionOn offers it, and fails where the server does not take it up.
	CompressionOn
)

// Conn is one connection. Send may be called concurrently with Serve.
type Conn struct {
	// Talk is what is said on it.
	Talk Conversation

	nc      net.Conn
	raw     readiness // of the system
	deflate bool
	left    []byte // of a frame that has not come whole
	parts   []byte // of a message whose last fragment has not come
	partsOp byte
	partsZ  bool
	ev      Event
	reply   []byte
}

const (
	bufferSize   = 64 << 10
	maxMessage   = 64 << 20
	dialTimeout  = 20 * time.Second
	perSourceIP  = 8000 // connections from one address, well below the ports that there are
	handshakeKey = "dGhlIHNhbXBsZSBub25jZQ=="
)

var buffers = sync.Pool{New: func() any { b := make([]byte, bufferSize); return &b }}

// Dial opens connection i and says hello.
func (t *Target) Dial(ctx context.Context, i int, role Role) (*Conn, error) {
	d := net.Dialer{Timeout: dialTimeout}
	addr := t.Addr[i%len(t.Addr)]
	if host, _, _ := net.SplitHostPort(addr); strings.HasPrefix(host, "127.") && manyLoopbacks {
		d.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, byte(1+i/perSourceIP/200), byte(1+i/perSourceIP%200))}
	}
	nc, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	// Thousands in TIME_WAIT would spoil the next run.
	nc.(*net.TCPConn).SetLinger(0)
	if t.TLS != nil {
		nc = tls.Client(nc, t.TLS)
	}
	c := &Conn{Talk: t.Dialect.Open(role), nc: nc}
	c.readinessOf()
	nc.SetDeadline(time.Now().Add(dialTimeout))
	if err := c.upgrade(t, addr); err != nil {
		nc.Close()
		return nil, fmt.Errorf("upgrade: %w", err)
	}
	nc.SetDeadline(time.Time{})
	if _, err := nc.Write(c.Talk.Hello(nil)); err != nil {
		nc.Close()
		return nil, err
	}
	return c, nil
}

func (c *Conn) upgrade(t *Target, addr string) error {
	r := t.Dialect.Request()
	path := r.Path
	if t.Path != "" {
		path = t.Path
	}
	if path == "" {
		path = "/"
	}
	b := []byte("GET " + path + " HTTP/1.1\r\nHost: " + addr + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + handshakeKey + "\r\n")
	if len(r.Subprotocols) > 0 {
		b = append(b, "Sec-WebSocket-Protocol: "+strings.Join(r.Subprotocols, ", ")+"\r\n"...)
	}
	extensions := r.Extensions
	if t.Compression == CompressionOn {
		extensions = Deflate
	}
	if extensions != "" {
		b = append(b, "Sec-WebSocket-Extensions: "+extensions+"\r\n"...)
	}
	for name, values := range r.Header {
		for _, v := range values {
			b = append(b, name+": "+v+"\r\n"...)
		}
	}
	if _, err := c.nc.Write(append(b, "\r\n"...)); err != nil {
		return err
	}
	head, err := c.readHead()
	if err != nil {
		return err
	}
	status, head, _ := strings.Cut(head, "\r\n")
	if !strings.Contains(status, " 101 ") {
		return &Refusal{status, retryAfter(head)}
	}
	for line := range strings.SplitSeq(head, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		if value = strings.TrimSpace(value); strings.EqualFold(name, "Sec-WebSocket-Extensions") {
			c.deflate = strings.HasPrefix(value, "permessage-deflate") && strings.Contains(value, "server_no_context_takeover")
		}
		if strings.EqualFold(name, "Sec-WebSocket-Protocol") && !slices.Contains(r.Subprotocols, value) {
			return fmt.Errorf("the server chose the subprotocol %q", value)
		}
	}
	if t.Compression == CompressionOn && !c.deflate {
		return errors.New("the server does not compress as it was asked to")
	}
	return nil
}

// Refusal is an upgrade that the server does not take.
type Refusal struct {
	// Status is the first line of what it has answered.
	Status string
	// RetryAfter is how long it asks to wait; 0 where it does not say.
	RetryAfter time.Duration
}

func (r *Refusal) Error() string { return r.Status }

func retryAfter(head string) time.Duration {
	for line := range strings.SplitSeq(head, "\r\n") {
		if name, value, _ := strings.Cut(line, ":"); strings.EqualFold(name, "Retry-After") {
			seconds, _ := strconv.Atoi(strings.TrimSpace(value))
			return time.Duration(max(seconds, 0)) * time.Second
		}
	}
	return 0
}

// readHead reads the answer; what has come behind it is kept.
func (c *Conn) readHead() (string, error) {
	bp := buffers.Get().(*[]byte)
	defer buffers.Put(bp)
	n := 0
	for n < len(*bp) {
		m, err := c.nc.Read((*bp)[n:])
		n += m
		if i := bytes.Index((*bp)[:n], []byte("\r\n\r\n")); i >= 0 {
			c.left = bytes.Clone((*bp)[i+4 : n])
			return string((*bp)[:i]), nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", errors.New("the answer is too long")
}

// Send writes frames. Several may do so at a time; each call's bytes stay together.
func (c *Conn) Send(frames []byte) error {
	_, err := c.nc.Write(frames)
	return err
}

// Close ends it without a farewell.
func (c *Conn) Close() { c.nc.Close() }

// Taker is told what comes.
type Taker interface {
	// Take is called with each message's event; at is when it was read, in Unix nanoseconds.
	Take(ev *Event, at int64) error
}

// errClosed is a close frame of the server.
var errClosed = errors.New("the server has closed the connection")

// Serve reads until the connection ends, or t fails.
func (c *Conn) Serve(t Taker) error {
	if len(c.left) > 0 { // came behind the handshake
		b := c.left
		c.left = nil
		if err := c.taken(b, t); err != nil {
			return err
		}
	}
	for {
		bp, b, err := c.read()
		if err != nil {
			return err
		}
		err = c.taken(b, t)
		if cap(*bp) == bufferSize {
			buffers.Put(bp)
		}
		if err != nil {
			return err
		}
	}
}

// frameSize is how long the frame at the beginning of b is; 0: not known yet.
func (c *Conn) frameSize(b []byte) int {
	if h, n, ok := header(b); ok {
		return h + n
	}
	return 0
}

// header reads a server's frame header: how long it is, and how long what follows.
func header(b []byte) (size, payload int, ok bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	switch n := int(b[1] & 0x7f); {
	case n < 126:
		return 2, n, true
	case n == 126 && len(b) >= 4:
		return 4, int(b[2])<<8 | int(b[3]), true
	case n == 127 && len(b) >= 10:
		return 10, int(min(binary.BigEndian.Uint64(b[2:]), 1<<40)), true
	}
	return 0, 0, false
}

// taken goes through the frames in b, and keeps what is left.
func (c *Conn) taken(b []byte, t Taker) error {
	at := time.Now().UnixNano()
	c.reply = c.reply[:0]
	for {
		h, n, ok := header(b)
		if n > maxMessage {
			return fmt.Errorf("a message of %d bytes", n)
		}
		if !ok || len(b) < h+n {
			break
		}
		if err := c.frame(b[0], b[h:h+n], t, at); err != nil {
			return err
		}
		b = b[h+n:]
	}
	if len(b) == 0 {
		c.left = c.left[:0]
		if cap(c.left) > 4<<10 {
			c.left = nil
		}
	} else {
		c.left = append(c.left[:0], b...)
	}
	if len(c.reply) > 0 {
		return c.Send(c.reply)
	}
	return nil
}

// frame takes one frame.
func (c *Conn) frame(first byte, p []byte, t Taker, at int64) error {
	op, fin, z := first&15, first&0x80 != 0, first&0x40 != 0
	switch op {
	case OpPing:
		c.reply = AppendFrame(c.reply, OpPong, p)
		return nil
	case OpPong:
		return nil
	case OpClose:
		if len(p) >= 2 {
			return fmt.Errorf("%w: %d %s", errClosed, binary.BigEndian.Uint16(p), p[2:])
		}
		return errClosed
	case OpContinuation:
		if c.parts = append(c.parts, p...); len(c.parts) > maxMessage {
			return errors.New("a message without an end")
		}
		if !fin {
			return nil
		}
		op, z, p = c.partsOp, c.partsZ, c.parts
		c.parts = nil
	default:
		if !fin {
			c.parts, c.partsOp, c.partsZ = append([]byte(nil), p...), op, z
			return nil
		}
	}
	if z {
		in := inflaters.Get().(*inflater)
		defer inflaters.Put(in)
		var err error
		if p, err = in.inflate(p); err != nil {
			return err
		}
	}
	c.ev.Reset()
	c.reply = c.Talk.Received(op, p, &c.ev, c.reply)
	return t.Take(&c.ev, at)
}
