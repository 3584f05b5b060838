package ws

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen. It is only ever used up by a failure.
const patience = 20 * time.Second

// transport is one way to carry a connection. All promises hold over each of them.
type transport struct {
	name string
	path Path
	pair func(t testing.TB) (server, client net.Conn)
}

var transports = []transport{
	{"tcp", PathAuto, tcpPair},
	{"tcp settling", PathAuto, tcpPair},
	{"tcp portable", PathPortable, tcpPair},
	{"tls", PathAuto, tlsPair},
	{"pipe", PathAuto, func(testing.TB) (net.Conn, net.Conn) { return net.Pipe() }},
}

func tcpPair(t testing.TB) (server, client net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return server, client
}

var testTLS = sync.OnceValue(func() *tls.Config {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"test"}}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
})

func tlsPair(t testing.TB) (server, client net.Conn) {
	t.Helper()
	s, c := tcpPair(t)
	ts, tc := tls.Server(s, testTLS()), tls.Client(c, &tls.Config{InsecureSkipVerify: true})
	shaken := make(chan error, 1)
	go func() { shaken <- ts.Handshake() }()
	if err := errors.Join(tc.Handshake(), <-shaken); err != nil {
		t.Fatal(err)
	}
	return ts, tc
}

// owner is a small model of what package server does: it records what it gets, echoes messages when told to,
// answers control frames, and keeps one writer at a time.
type owner struct {
	c       *Conn
	echo    bool
	deflate bool         // compress what is echoed
	limit   int          // bytes of unwritten replies that pause reading; 0: none
	onMsg   func() error // called with each message

	mu      sync.Mutex
	events  []string
	out     []byte
	stalled bool
	failed  error
	end     chan error // what Serve returned
}

func (o *owner) Message(op Opcode, p []byte) error {
	o.mu.Lock()
	o.events = append(o.events, fmt.Sprintf("%s %s", opName(op), brief(p)))
	if o.echo {
		var flags HeaderFlags
		if o.deflate {
			p, flags = AppendDeflated(nil, p), FlagCompressed
		}
		o.out = append(AppendHeader(o.out, op, len(p), flags), p...)
	}
	o.mu.Unlock()
	if o.onMsg != nil {
		return o.onMsg()
	}
	return nil
}

func (o *owner) Control(op Opcode, p []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch op {
	case OpPing:
		o.events = append(o.events, "ping "+brief(p))
		o.out = append(AppendHeader(o.out, OpPong, len(p), 0), p...)
	case OpPong:
		o.events = append(o.events, "pong "+brief(p))
	}
	return nil
}

func (o *owner) Ready() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.limit == 0 || len(o.out) < o.limit
}

func (o *owner) Dry() { o.flush() }

func (o *owner) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stalled || len(o.out) == 0 || o.failed != nil {
		return
	}
	n, err := o.c.TryWrite(o.out)
	o.out = o.out[n:]
	switch {
	case err == ErrStalled:
		o.stalled = true
		o.c.WhenWritable(func() {
			o.mu.Lock()
			o.stalled = false
			o.mu.Unlock()
			o.flush()
			o.c.Resume()
		})
	case err != nil:
		o.failed = err
	}
}

// start serves the connection in the background. Its end is announced on o.end after everything is closed.
func (o *owner) start() {
	o.end = make(chan error, 1)
	go func() {
		err := o.c.Serve(o)
		if err == ErrSettled {
			err = o.c.Serve(o)
		}
		o.mu.Lock()
		if code := CloseCode(err); code != 0 {
			o.out = AppendClose(o.out, code, "")
		}
		o.mu.Unlock()
		o.flush()
		o.c.Linger(patience)
		o.c.Wait()
		o.end <- err
	}()
}

func (o *owner) transcript() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.events)
}

func opName(op Opcode) string {
	if op == OpText {
		return "text"
	}
	return "binary"
}

// brief shows a payload, or its length if that is more telling.
func brief(p []byte) string {
	if len(p) > 40 {
		return fmt.Sprintf("of %d bytes", len(p))
	}
	return fmt.Sprintf("%q", p)
}

// serve starts an owner on one transport and returns the peer's end.
func (tr transport) serve(t testing.TB, o *owner, opt ConnOptions) net.Conn {
	t.Helper()
	s, peer := tr.pair(t)
	opt.Path = tr.path
	if tr.name == "tcp settling" {
		opt.Settle = SettleOn
	}
	o.c = NewConn(s, nil, opt)
	o.start()
	t.Cleanup(func() {
		peer.Close()
		o.c.Close()
	})
	return peer
}

// wait returns what Serve returned.
func (o *owner) wait(t testing.TB) error {
	t.Helper()
	select {
	case err := <-o.end:
		return err
	case <-time.After(patience):
		t.Fatal("Serve did not end")
		return nil
	}
}

var testMask = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// frame is a client's frame, masked, with any first byte.
func frame(b0 byte, payload string) []byte {
	b := append(frameHeader(b0, len(payload)), payload...)
	ws.Cipher(b[len(b)-len(payload):], testMask, 0)
	return b
}

func frameHeader(b0 byte, n int) []byte {
	b := []byte{b0}
	switch {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	return append(b, testMask[:]...)
}

// frameHeader0 is the same with a mask that changes nothing.
func frameHeader0(b0 byte, n int) []byte {
	b := frameHeader(b0, n)
	return append(b[:len(b)-4], 0, 0, 0, 0)
}

func text(s string) []byte   { return frame(0x81, s) }
func binMsg(s string) []byte { return frame(0x82, s) }

func closeFrame(code int, reason string) []byte {
	return frame(0x88, string(binary.BigEndian.AppendUint16(nil, uint16(code)))+reason)
}

func join(frames ...[]byte) []byte { return slices.Concat(frames...) }

// readFrame reads one frame of the server: unmasked, minimal.
func readFrame(r io.Reader) (b0 byte, p []byte, err error) {
	var h [10]byte
	if _, err = io.ReadFull(r, h[:2]); err != nil {
		return 0, nil, err
	}
	n := int(h[1])
	if n > 127 {
		return 0, nil, errors.New("a frame of the server's is masked")
	}
	switch n {
	case 126:
		_, err = io.ReadFull(r, h[2:4])
		n = int(binary.BigEndian.Uint16(h[2:]))
	case 127:
		_, err = io.ReadFull(r, h[2:10])
		n = int(binary.BigEndian.Uint64(h[2:]))
	}
	if err != nil {
		return 0, nil, err
	}
	p = make([]byte, n)
	_, err = io.ReadFull(r, p)
	return h[0], p, err
}
