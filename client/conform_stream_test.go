package client_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// connect opens a session over a raw connection that has greeted it.
func connect(t *testing.T, o client.SessionOptions, lines ...string) (*client.Session, *rawConn) {
	t.Helper()
	srv := serveRaw(t)
	o.Codec = client.CodecJSON
	s := open(t, srv.url, o)
	c := srv.next(t)
	c.request()
	c.upgrade(lines...)
	c.Write(serverText(string((&wire.Welcome{Memory: 1}).Append(nil, wire.JSON))))
	return s, c
}

// RFC 6455, 5.3 and 10.3: every frame is masked (rawConn.frame checks that), each with a mask of its own.
func TestEveryFrameHasAMaskOfItsOwn(t *testing.T) {
	_, c := connect(t, client.SessionOptions{})
	const n = 20
	for range n {
		c.Write(serverFrame(0x89, "p"))
	}
	c.transcript(wire.JSON, n)
	seen := map[[4]byte]int{}
	for _, m := range c.masks {
		seen[m]++
	}
	if len(seen) < len(c.masks)-1 || len(c.masks) < n { // one in 2^32 may come twice
		t.Errorf("%d masks for %d frames", len(seen), len(c.masks))
	}
}

// RFC 6455, 7.1.2 and 5.5.1: the client starts the closing handshake, sends nothing behind its close frame, and ends with
// the server's.
func TestClientCloses(t *testing.T) {
	s, c := connect(t, client.SessionOptions{})
	if err := s.Connected(limit(t)); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	go func() { closed <- s.Close(context.Background()) }()
	for {
		b0, p, err := c.frame()
		if err != nil {
			t.Fatalf("it ended without a close frame: %v", err)
		}
		if b0 == 0x88 {
			if string(p) != "\x03\xe8" {
				t.Errorf("closed with %x", p)
			}
			break
		}
	}
	c.Write(slices.Concat(serverText(ping7), serverFrame(0x89, ""), serverClose(1000, "")))
	if b0, p, err := c.frame(); err == nil {
		t.Errorf("a frame behind the close frame: %#x %q", b0, p)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// RFC 7692, 6.1: what is compressed says so in its first frame, whatever its size, and no context is taken over.
func TestClientCompresses(t *testing.T) {
	s, c := connect(t, client.SessionOptions{Compression: client.CompressionOn}, agreedDeflate)
	if err := s.Connected(limit(t)); err != nil {
		t.Fatal(err)
	}
	data := strings.Repeat("again and again ", 100)
	for range 3 {
		if _, err := s.Enqueue(limit(t), "c", []byte(data), client.WithType(holdfast.Text)); err != nil {
			t.Fatal(err)
		}
	}
	for got, packed := 0, 0; got < 3 || packed == 0; {
		b0, p, err := c.frame()
		if err != nil {
			t.Fatal(err)
		}
		switch b0 {
		case 0xc1:
			packed++
			p = inflated(t, p) // it fails where a message refers to the one before
		case 0x81:
		default:
			t.Fatalf("a frame that begins with %#x", b0)
		}
		got += strings.Count(string(p), data)
	}
}

// A connection that ends within a message has not brought the message, however much of it came: RFC 6455, 5.4 and 7.1.5.
// The session comes back, and goes on.
func TestACutMessageIsNotOne(t *testing.T) {
	half := ping7[:len(ping7)/2]
	for _, tc := range []struct {
		name        string
		compression client.Compression
		send        []byte
	}{
		{"5.4 cut between two fragments", client.CompressionOff, serverFrame(0x01, half)},
		{"5.4 cut after a part", client.CompressionOff, serverText(half + strings.Repeat(" ", 100))[:2+len(half)]},
		{"5.4 cut after a part as large as a buffer", client.CompressionOff, append(serverHeader(0x81, 10_000), strings.Repeat("[", 4096)...)},
		{"7692 7.2.2 cut between two fragments", client.CompressionOn, serverFrame(0x41, serverDeflated(half))},
		{"7692 7.2.2 cut within a frame", client.CompressionOn, serverFrame(0xc1, serverDeflated(half)+strings.Repeat("\x00\x00\x00\xff\xff", 20))[:2+len(serverDeflated(half))]},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := serveRaw(t)
			s := open(t, srv.url, client.SessionOptions{Codec: client.CodecJSON, Compression: tc.compression})
			for range 2 {
				c := srv.next(t) // the second time it has come back
				c.request()
				if tc.compression == client.CompressionOn {
					c.upgrade(agreedDeflate)
				} else {
					c.upgrade()
				}
				c.Write(serverText(string((&wire.Welcome{Memory: 1}).Append(nil, wire.JSON))))
				c.Write(tc.send)
				c.Conn.(*net.TCPConn).CloseWrite()
				c.transcript(wire.JSON, 1)
				c.Close()
			}
			waitFor(t, func() bool { return s.Stats().Disconnects[holdfast.CodeAbnormal] == 2 })
		})
	}
}

// inboundStreams are what servers send in the cases, as far as it is short.
func inboundStreams() (streams [][]byte) {
	for _, cs := range [][]clientCase{clientFraming(), clientFragments(), clientUTF8(), clientClose(), clientDeflate()} {
		for _, c := range cs {
			if len(c.send) < 300 {
				streams = append(streams, c.send)
			}
		}
	}
	return streams
}

// checkInParts holds the check of a stream that comes byte by byte against that of the whole.
func checkInParts(t interface{ Fatalf(string, ...any) }, stream []byte) {
	whole, whyWhole := io.ReadAll(client.NewInbound(bytes.NewReader(stream)))
	bytewise, why := io.ReadAll(client.NewInbound(iotest.OneByteReader(bytes.NewReader(stream))))
	if holdfast.CodeOf(why) != holdfast.CodeOf(whyWhole) || why == nil {
		t.Fatalf("%x: whole %v, in parts %v", stream, whyWhole, why)
	}
	// Of the frame that fails more or less may pass.
	if !bytes.HasPrefix(bytewise, whole) || !bytes.HasPrefix(stream, bytewise) {
		t.Fatalf("%x: whole %d bytes, in parts %d", stream, len(whole), len(bytewise))
	}
}

// The client's own check of what comes in says the same however the bytes are cut.
func TestInboundInParts(t *testing.T) {
	streams := inboundStreams()
	rapid.Check(t, func(t *rapid.T) {
		stream := slices.Concat(rapid.SliceOfN(rapid.SampledFrom(streams), 1, 4).Draw(t, "streams")...)
		if at := rapid.IntRange(-100, len(stream)-1).Draw(t, "at"); at >= 0 {
			stream[at] = rapid.Byte().Draw(t, "byte")
		}
		checkInParts(t, stream)
	})
}

// FuzzInbound feeds bytes from outside: whatever they are, how they were cut must not matter.
func FuzzInbound(f *testing.F) {
	for _, s := range inboundStreams() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, stream []byte) { checkInParts(t, stream) })
}
