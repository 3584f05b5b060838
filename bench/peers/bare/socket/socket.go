// Package socket is the least of WebSocket that a hub can do with: no fragments, no pings, no checks.
package socket

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

const (
	bufferSize = 64 << 10
	maxFrame   = 16 << 20
)

var buffers = sync.Pool{New: func() any { b := make([]byte, bufferSize); return &b }}

// Frame appends a text frame of a server.
func Frame(dst, p []byte) []byte {
	switch n := len(p); {
	case n < 126:
		dst = append(dst, 0x81, byte(n))
	case n < 1<<16:
		dst = append(dst, 0x81, 126, byte(n>>8), byte(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, 0x81, 127), uint64(n))
	}
	return append(dst, p...)
}

// Hub is told of messages and of connections that have ended.
type Hub interface {
	Message(c net.Conn, p []byte)
	Left(c net.Conn)
}

// Run serves h on the address of the command line until SIGTERM.
func Run(h Hub) {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(ln.Addr())
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { upgrade(h, w, r) })}
	go s.Serve(ln)
	<-ctx.Done()
	s.Close()
}

func upgrade(h Hub, w http.ResponseWriter, r *http.Request) {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	c, rw, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+
		base64.StdEncoding.EncodeToString(sum[:])+"\r\n\r\n")
	first, _ := rw.Reader.Peek(rw.Reader.Buffered()) // frames that came with the request
	var left []byte
	if len(first) > 0 {
		left = append(left, first...)
	}
	go serve(h, c, left) // a fresh goroutine, whose stack is small
}

// serve waits for readiness without a buffer, and takes a pooled one only for the bytes that are there.
func serve(h Hub, c net.Conn, left []byte) {
	defer func() { h.Left(c); c.Close() }()
	rc, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		return
	}
	left, need := frames(h, c, left, nil)
	for need <= maxFrame {
		var bp *[]byte
		n := 0
		failed := rc.Read(func(fd uintptr) bool {
			if need > bufferSize {
				b := make([]byte, need)
				bp = &b
			} else {
				bp = buffers.Get().(*[]byte)
			}
			k := copy(*bp, left)
			if n, err = syscall.Read(int(fd), (*bp)[k:]); err == syscall.EAGAIN || err == syscall.EINTR {
				put(bp)
				return false
			}
			n += k
			return true
		})
		if failed != nil || err != nil || n <= len(left) {
			return
		}
		left, need = frames(h, c, (*bp)[:n], left)
		put(bp)
	}
}

func put(bp *[]byte) {
	if len(*bp) == bufferSize {
		buffers.Put(bp)
	}
}

// frames takes the frames in b, and returns what is left, in the memory of keep, and how long its frame is.
func frames(h Hub, c net.Conn, b, keep []byte) (left []byte, need int) {
	for len(b) >= 6 {
		n, off := int(b[1]&0x7f), 2
		switch {
		case n == 126 && len(b) >= 8:
			n, off = int(binary.BigEndian.Uint16(b[2:])), 4
		case n == 127 && len(b) >= 14:
			n, off = int(min(binary.BigEndian.Uint64(b[2:]), maxFrame+1)), 10
		case n >= 126:
			return append(keep[:0], b...), 14
		}
		if need = off + 4 + n; len(b) < need {
			break
		}
		key, p := b[off:off+4], b[off+4:need]
		for i := range p {
			p[i] ^= key[i&3]
		}
		switch b[0] & 15 {
		case 1:
			h.Message(c, p)
		case 8:
			c.Close()
		}
		b, need = b[need:], 0
	}
	return append(keep[:0], b...), need
}
