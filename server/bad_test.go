package server_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/server"
)

// ---- a client that does what it should not, byte by byte

// attacker speaks over a bare socket. It runs on a goroutine of its own; what it cannot do it says with failed.
type attacker struct {
	t    *testing.T
	c    net.Conn
	r    *bufio.Reader
	host string
	srv  *server.Server
	errs []string
}

func (a *attacker) failed(format string, args ...any) {
	a.errs = append(a.errs, fmt.Sprintf(format, args...))
}

// connect opens a new socket.
func (a *attacker) connect() {
	if a.c != nil {
		a.c.Close()
	}
	c, err := net.Dial("tcp", a.host)
	if err != nil {
		a.failed("connect: %v", err)
		return
	}
	a.c, a.r = c, bufio.NewReader(c)
	c.SetDeadline(time.Now().Add(patience))
}

// write returns false when the server takes no more.
func (a *attacker) write(b []byte) bool {
	_, err := a.c.Write(b)
	return !a.ended(err)
}

// ended reports whether an error has ended the connection; that it takes for ever is a fault of the server's.
func (a *attacker) ended(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		a.failed("the server does not end it")
	}
	return err != nil
}

const upgradeHead = "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
	"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"

const binaryHead = upgradeHead + "Sec-WebSocket-Protocol: holdfast.v1.bin\r\n"

// ask sends a request and returns the answer.
func (a *attacker) ask(request string) *http.Response {
	a.connect()
	a.write([]byte(request))
	return a.response()
}

func (a *attacker) response() *http.Response {
	res, err := http.ReadResponse(a.r, nil)
	if err != nil {
		return &http.Response{Header: http.Header{}}
	}
	return res
}

// upgrade opens a new WebSocket, with more headers.
func (a *attacker) upgrade(headers string) {
	if res := a.ask(binaryHead + headers + "\r\n"); res.StatusCode != http.StatusSwitchingProtocols {
		a.failed("upgrade: %d", res.StatusCode)
	}
}

// hello opens a new WebSocket and says hello.
func (a *attacker) hello() {
	a.upgrade("")
	a.send(helloOf(1))
	if _, p, err := a.frame(); err != nil || len(p) == 0 {
		a.failed("hello: %v", err)
	}
}

func helloOf(process uint64) *wire.Hello {
	return &wire.Hello{Process: process, Counter: 1, Producer: holdfast.NewProducerID()}
}

// send sends frames in one message.
func (a *attacker) send(frames ...frame) bool {
	var p []byte
	for _, f := range frames {
		p = f.Append(p, wire.Binary)
	}
	return a.write(rawFrame(0x80|byte(ws.OpBinary), p))
}

// rawFrame is a client's frame with any first byte, and with a mask that changes nothing.
func rawFrame(b0 byte, p []byte) []byte {
	b := append(rawHeader(b0, uint64(len(p))), p...)
	return b
}

// rawHeader announces any length.
func rawHeader(b0 byte, n uint64) []byte {
	switch {
	case n < 126:
		return []byte{b0, 0x80 | byte(n), 0, 0, 0, 0}
	case n < 1<<16:
		return []byte{b0, 0x80 | 126, byte(n >> 8), byte(n), 0, 0, 0, 0}
	}
	return append(binary.BigEndian.AppendUint64([]byte{b0, 0x80 | 127}, n), 0, 0, 0, 0)
}

// frame reads one frame of the server's.
func (a *attacker) frame() (op ws.Opcode, p []byte, err error) {
	var h [10]byte
	if _, err := io.ReadFull(a.r, h[:2]); err != nil {
		return 0, nil, err
	}
	n := uint64(h[1])
	switch n {
	case 126:
		_, err = io.ReadFull(a.r, h[2:4])
		n = uint64(binary.BigEndian.Uint16(h[2:]))
	case 127:
		_, err = io.ReadFull(a.r, h[2:10])
		n = binary.BigEndian.Uint64(h[2:])
	}
	if err != nil {
		return 0, nil, err
	}
	p = make([]byte, n)
	_, err = io.ReadFull(a.r, p)
	return ws.Opcode(h[0] & 15), p, err
}

// closed reads to the end and returns the code of the close frame; 0 if there was none.
func (a *attacker) closed() (code holdfast.Code) {
	for {
		op, p, err := a.frame()
		if a.ended(err) {
			return code
		}
		if op == ws.OpClose && len(p) >= 2 {
			code = holdfast.Code(binary.BigEndian.Uint16(p))
		}
	}
}

// alive checks that the connection still works: a ping is answered.
func (a *attacker) alive() {
	a.send(&wire.Ping{ID: 77})
	var d wire.Decoder
	for {
		op, p, err := a.frame()
		if err != nil || op == ws.OpClose {
			a.failed("not alive any more: %v, %q", err, p)
			return
		}
		if op != ws.OpBinary {
			continue
		}
		d.Reset(wire.Binary, p)
		for {
			typ, err := d.Next()
			if err != nil {
				break
			}
			if typ == wire.TypePong && d.Pong.ID == 77 {
				return
			}
		}
	}
}

const patience = 60 * time.Second

// ---- what all attacks have in common

// where an attack is counted.
type where string

const (
	closed     where = "closed"      // Stats.Closed: the connection ends
	turnedAway where = "turned away" // Stats.TurnedAway: there never was one
	declined   where = "declined"    // Stats.Declined: a frame is answered with the code
	nowhere    where = "-"           // it is no fault, and costs nothing
)

// attack is what a bad client does. It returns the code that it was told: by the close frame, or by Holdfast-Code or the
// status over HTTP. 0 is not judged.
type attack struct {
	name    string
	do      func(a *attacker) holdfast.Code
	told    holdfast.Code
	counted where
	count   holdfast.Code // the counter that moves, if it is not told's
	options func(o *server.Options)
}

func badOptions() server.Options {
	return server.Options{MaxMessage: 64 << 10, MaxConnections: 60, MaxSubscriptions: 50, HelloTimeout: time.Second,
		StallTimeout: time.Second, Compression: server.CompressionOn}
}

const (
	// attackers of one kind at a time.
	attackers = 6
	// memoryBound is what all of them together may cost the server, whatever they do: the heap that is live, and stacks.
	memoryBound = 64 << 20
)

// Promise 8: each attack, by several at once, is survived with bounded memory, answered with its code and counted, while a
// client beside them publishes and receives as if nothing was.
func runAttacks(t *testing.T, attacks []attack) {
	t.Helper()
	for _, x := range attacks {
		t.Run(x.name, func(t *testing.T) {
			o := badOptions()
			if x.options != nil {
				x.options(&o)
			}
			s, url := start(t, o)
			peak := runAll(t, s, url, []attack{x})
			code := x.count
			if code == 0 {
				code = x.told
			}
			until(t, fmt.Sprintf("%d are counted as %s with %d", attackers, x.counted, code), func() bool {
				st := s.Stats()
				counts := map[where]map[holdfast.Code]uint64{closed: st.Closed, turnedAway: st.TurnedAway, declined: st.Declined}[x.counted]
				return x.counted == nowhere || counts[code] >= attackers
			})
			t.Logf("told %d, %s %d; %.1f MB at most", x.told, x.counted, code, float64(peak)/(1<<20))
		})
	}
}

// runAll has several of each kind at a server, and a good client beside them.
func runAll(t *testing.T, s *server.Server, url string, attacks []attack) (peak uint64) {
	good := dial(t, url, wire.Binary)
	good.hello(wire.Subscribe{ID: 1, Channel: "good"})
	good.want(wire.TypeSubscribed)
	watch := watchMemory()
	var wg sync.WaitGroup
	host := strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws")
	all := make([]*attacker, 0, attackers*len(attacks))
	for range attackers {
		for _, x := range attacks {
			a := &attacker{t: t, host: host, srv: s}
			all = append(all, a)
			wg.Go(func() {
				if told := x.do(a); told != x.told && x.told != 0 {
					a.failed("%s: told %v, want %v", x.name, told, x.told)
				}
				if a.c != nil {
					a.c.Close()
				}
			})
		}
	}
	over := make(chan struct{})
	go func() { wg.Wait(); close(over) }()
	goOn(good, over)
	for _, a := range all {
		for _, e := range a.errs {
			t.Error(e)
		}
	}
	good.c.Close(websocket.StatusNormalClosure, "")
	settled(t, s)
	peak = watch()
	if peak > memoryBound {
		t.Errorf("%d bytes of memory at most, the bound is %d", peak, memoryBound)
	}
	return peak
}

// goOn publishes, and receives what it has published, until the attack is over and ten times more.
func goOn(good *peer, over <-chan struct{}) {
	good.t.Helper()
	left := 10
	for n := uint64(1); left > 0; n++ {
		good.publish("good", n, "still here")
		stored, received := false, false
		for !stored || !received {
			switch typ := good.next(); typ {
			case wire.TypeStored:
				stored = good.dec.Stored.Number == n
			case wire.TypeRecord:
				received = good.dec.Record.Offset == n
			default:
				good.t.Fatalf("the good client got %v: %+v", typ, good.dec.Refused)
			}
		}
		good.send(&wire.Ack{Channel: "good", Offset: n})
		select {
		case <-over:
			left--
		default:
		}
	}
}

// settled waits until the server has let go of everybody.
func settled(t *testing.T, s *server.Server) {
	t.Helper()
	until(t, "everybody is gone", func() bool { return s.Stats().Connections == 0 })
}

func until(t *testing.T, what string, true func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !true(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// watchMemory looks at what is live, until the function that it returns is called, which returns the most that was
// there above what was there at the beginning. The attackers are in the same process, but keep next to nothing.
func watchMemory() (stop func() uint64) {
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	base, peak := live(), uint64(0)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			if n := live(); n > base {
				peak = max(peak, n-base)
			}
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	}()
	return func() uint64 {
		close(done)
		<-ended
		return peak
	}
}
