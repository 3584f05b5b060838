package client_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// rawServer takes connections and leaves every byte to the test. docs/conformance.md lists what is tested with it.
type rawServer struct {
	url   string
	conns chan *rawConn
}

func serveRaw(t testing.TB) *rawServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{url: "http://" + l.Addr().String(), conns: make(chan *rawConn)}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			select {
			case s.conns <- &rawConn{t: t, Conn: nc, br: bufio.NewReader(nc)}:
			case <-stop:
				nc.Close()
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		l.Close()
		<-done
	})
	return s
}

// next waits for the client to connect.
func (s *rawServer) next(t testing.TB) *rawConn {
	t.Helper()
	select {
	case c := <-s.conns:
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(10 * time.Second))
		return c
	case <-time.After(20 * time.Second):
		t.Fatal("nobody connected")
		return nil
	}
}

// rawConn is the server's end of one connection.
type rawConn struct {
	net.Conn
	t     testing.TB
	br    *bufio.Reader
	req   *http.Request
	masks [][4]byte // of the frames that came
}

// request reads the client's request.
func (c *rawConn) request() *http.Request {
	c.t.Helper()
	req, err := http.ReadRequest(c.br)
	if err != nil {
		c.t.Fatal(err)
	}
	c.req = req
	return req
}

// accept is the answer that the key asks for (RFC 6455, 4.2.2).
func (c *rawConn) accept() string {
	sum := sha1.Sum([]byte(c.req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// upgrade answers as a server should, with more header lines where a test wants some.
func (c *rawConn) upgrade(lines ...string) {
	c.answer(append(lines, "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: "+c.accept(),
		"Sec-WebSocket-Protocol: "+c.req.Header.Get("Sec-WebSocket-Protocol"))...)
}

func (c *rawConn) answer(lines ...string) {
	io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\n"+strings.Join(lines, "\r\n")+"\r\n\r\n")
}

// frame reads a frame of the client's, and fails the test where it is not one that a client may send.
func (c *rawConn) frame() (b0 byte, p []byte, err error) {
	var h [14]byte
	if _, err = io.ReadFull(c.br, h[:2]); err != nil {
		return 0, nil, err
	}
	if h[1]&0x80 == 0 {
		c.t.Errorf("a frame that is not masked: %x", h[:2])
		return 0, nil, io.ErrNoProgress
	}
	n, size := uint64(h[1]&0x7f), 2
	switch n {
	case 126:
		io.ReadFull(c.br, h[2:4])
		if n, size = uint64(binary.BigEndian.Uint16(h[2:])), 4; n < 126 {
			c.t.Errorf("a length that is not minimal: %d", n)
		}
	case 127:
		io.ReadFull(c.br, h[2:10])
		if n, size = binary.BigEndian.Uint64(h[2:]), 10; n < 1<<16 {
			c.t.Errorf("a length that is not minimal: %d", n)
		}
	}
	if _, err = io.ReadFull(c.br, h[size:size+4]); err != nil {
		return 0, nil, err
	}
	mask := [4]byte(h[size:])
	c.masks = append(c.masks, mask)
	p = make([]byte, n)
	_, err = io.ReadFull(c.br, p)
	for i := range p {
		p[i] ^= mask[i%4]
	}
	return h[0], p, err
}

// transcript reads until n things were heard, or the client has closed, and says what they were. The stream to the client
// is ended where it says goodbye.
func (c *rawConn) transcript(codec wire.Codec, n int) (heard []string) {
	for len(heard) < n {
		b0, p, err := c.frame()
		if b0 == 0x88 {
			c.Conn.(*net.TCPConn).CloseWrite()
		}
		switch {
		case err != nil:
			return append(heard, "end")
		case b0 == 0x88 && len(p) == 0:
			heard = append(heard, "close")
		case b0 == 0x88:
			heard = append(heard, fmt.Sprintf("close %d", binary.BigEndian.Uint16(p)))
		case b0 == 0x8a:
			heard = append(heard, fmt.Sprintf("control pong %q", p))
		case b0 == 0x81 || b0 == 0x82 || b0 == 0xc1 || b0 == 0xc2:
			if b0&0x40 != 0 {
				p = inflated(c.t, p)
			}
			heard = append(heard, pongs(c.t, codec, p)...)
		default:
			heard = append(heard, fmt.Sprintf("a frame that begins with %#x", b0))
		}
	}
	return heard
}

// pongs lists the answers to pings in a message. Other frames of the protocol are not what these tests are about.
func pongs(t testing.TB, codec wire.Codec, p []byte) (all []string) {
	var d wire.Decoder
	for d.Reset(codec, p); ; {
		typ, err := d.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Errorf("the client sent %q: %v", p, err)
			return all
		}
		if typ == wire.TypePong {
			all = append(all, fmt.Sprintf("pong %d", d.Pong.ID))
		}
	}
}

// ---- what a server sends

func serverFrame(b0 byte, p string) []byte {
	b := ws.AppendHeader(nil, 0, len(p), 0)
	b[0] = b0
	return append(b, p...)
}

func serverText(p string) []byte { return serverFrame(0x81, p) }

func serverClose(code uint16, reason string) []byte {
	return serverFrame(0x88, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}

func serverHeader(b0 byte, n int) []byte {
	b := ws.AppendHeader(nil, 0, n, 0)
	b[0] = b0
	return b
}

func maskedServerFrame(b0 byte, p string) []byte {
	b := serverFrame(b0, p)
	b[1] |= 0x80
	return slices.Insert(b, len(b)-len(p), 0, 0, 0, 0) // a mask that changes nothing
}

func ping(codec wire.Codec, id uint64) string { return string((&wire.Ping{ID: id}).Append(nil, codec)) }

// pingOf is a ping in a text message of n bytes.
func pingOf(n int) string {
	p := ping(wire.JSON, 7)
	return strings.Repeat(" ", n-len(p)) + p
}

func serverDeflated(s string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	io.WriteString(w, s)
	w.Flush()
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

func inflated(t testing.TB, p []byte) []byte {
	r := flate.NewReader(io.MultiReader(bytes.NewReader(p), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff")))
	b, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("the client's message cannot be inflated: %v", err)
	}
	return b
}

// clientCase is what the server sends behind its welcome, and what it hears of it: pongs, control pongs, and the close
// frame with which the client fails the connection.
type clientCase struct {
	name string
	send []byte
	want []string
}

const clientMaxMessage = 100_000

const agreedDeflate = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover"

// TestConformance sends each case to a session, and listens to what it makes of it.
func TestConformance(t *testing.T) {
	for _, g := range []struct {
		name        string
		codec       client.Codec
		compression client.Compression
		cases       []clientCase
	}{
		{"framing", client.CodecJSON, client.CompressionOff, clientFraming()},
		{"binary", client.CodecBinary, client.CompressionOff, clientBinary()},
		{"fragments", client.CodecJSON, client.CompressionOff, clientFragments()},
		{"fragments where deflate was agreed on", client.CodecJSON, client.CompressionOn, clientFragments()},
		{"utf8", client.CodecJSON, client.CompressionOff, clientUTF8()},
		{"close", client.CodecJSON, client.CompressionOff, clientClose()},
		{"deflate", client.CodecJSON, client.CompressionOn, clientDeflate()},
	} {
		t.Run(g.name, func(t *testing.T) {
			for _, tc := range g.cases {
				t.Run(tc.name, func(t *testing.T) { runClientCase(t, g.codec, g.compression, tc) })
			}
		})
	}
}

func runClientCase(t *testing.T, codec client.Codec, compression client.Compression, tc clientCase) {
	wc := wire.Binary
	kind := byte(0x82)
	if codec == client.CodecJSON {
		wc, kind = wire.JSON, 0x81
	}
	srv := serveRaw(t)
	s := open(t, srv.url, client.SessionOptions{Codec: codec, Compression: compression, MaxMessage: clientMaxMessage})
	c := srv.next(t)
	c.request()
	if compression == client.CompressionOn {
		c.upgrade(agreedDeflate)
	} else {
		c.upgrade()
	}
	welcome := serverFrame(kind, string((&wire.Welcome{Memory: 1}).Append(nil, wc)))
	go c.Write(slices.Concat(welcome, tc.send)) // the client need not read it to the end
	heard := c.transcript(wc, len(tc.want))
	if slices.Equal(heard, []string{"pong 7"}) && strings.HasPrefix(tc.want[0], "close") {
		heard = c.transcript(wc, 1) // an answer on its way may be sent before the close frame, or not
	}
	if !slices.Equal(heard, tc.want) {
		t.Fatalf("the server heard %q, want %q", heard, tc.want)
	}
	var code int
	if _, err := fmt.Sscanf(tc.want[len(tc.want)-1], "close %d", &code); err == nil {
		waitFor(t, func() bool { return s.Stats().Disconnects[holdfast.Code(code)] == 1 })
		if heard := c.transcript(wc, 1); heard[0] != "end" {
			t.Errorf("after the close frame came %q", heard)
		}
	}
}

// A stream that is broken on its way costs the connection, not the session.
func TestCorruptStreamIsTriedAgain(t *testing.T) {
	srv := serveRaw(t)
	s := open(t, srv.url, client.SessionOptions{})
	welcome := serverFrame(0x82, string((&wire.Welcome{Memory: 1}).Append(nil, wire.Binary)))
	for range 2 {
		c := srv.next(t)
		c.request()
		c.upgrade()
		go c.Write(slices.Concat(welcome, []byte("\xffgarbage")))
	}
	c := srv.next(t)
	c.request()
	c.upgrade()
	go c.Write(welcome)
	if err := s.Connected(limit(t)); err != nil {
		t.Fatal(err)
	}
	if st := s.Stats(); st.Disconnects[holdfast.CodeProtocolError] != 2 {
		t.Errorf("%+v", st)
	}
}
