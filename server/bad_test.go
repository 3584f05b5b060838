package server_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/metrics"
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
	name string
	host string
	c    net.Conn
	r    *bufio.Reader
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

// closed reads up to the close frame and returns its code; 0 if the end comes without one.
func (a *attacker) closed() (code holdfast.Code) {
	for {
		op, p, err := a.frame()
		switch {
		case a.ended(err):
			return 0
		case op == ws.OpClose && len(p) >= 2:
			return holdfast.Code(binary.BigEndian.Uint16(p))
		}
	}
}

// end reads up to the end of the connection.
func (a *attacker) end() {
	_, err := io.Copy(io.Discard, a.r)
	a.ended(err)
}

// alive checks that the connection still works: a ping is answered.
func (a *attacker) alive() {
	a.send(&wire.Ping{ID: 77})
	a.await(func(typ wire.Type, d *wire.Decoder) bool { return typ == wire.TypePong && d.Pong.ID == 77 })
}

// await reads until a frame comes that fits.
func (a *attacker) await(fits func(typ wire.Type, d *wire.Decoder) bool) {
	var d wire.Decoder
	for {
		op, p, err := a.frame()
		if err != nil || op == ws.OpClose {
			if len(a.errs) < 3 {
				a.failed("not alive any more: %v, %q", err, p)
			}
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
			if fits(typ, &d) {
				a.c.SetDeadline(time.Now().Add(patience)) // it gets on
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
	slow    bool // it is about time: the server waits for a hello only shortly
}

func badOptions() server.Options {
	return server.Options{MaxMessage: 64 << 10, MaxConnections: 400, MaxSubscriptions: 50, HelloTimeout: patience,
		StallTimeout: time.Second, Compression: server.CompressionOn, MaxInFlight: server.Window{Records: 1000}}
}

const (
	// attackers of one kind at a time.
	attackers = 4
	// memoryBound is what all of them together may cost the server, whatever they do: the heap that is live, and stacks.
	memoryBound = 64 << 20
)

// Promise 8: all kinds of attack, each by several at once, are survived with bounded memory, answered with their code and
// counted, while a client beside them publishes and receives as if nothing was. Those with options of their own are alone
// with their server; in the long run each kind is.
func runAttacks(t *testing.T, attacks []attack) {
	t.Helper()
	var quick, slow []attack
	for _, x := range attacks {
		switch {
		case x.options != nil:
		case x.slow:
			slow = append(slow, x)
		default:
			quick = append(quick, x)
		}
		if x.options != nil || inLongRun() {
			t.Run(x.name, func(t *testing.T) { runTogether(t, []attack{x}) })
		}
	}
	t.Run("together", func(t *testing.T) { runTogether(t, quick) })
	if len(slow) > 0 {
		t.Run("slow ones together", func(t *testing.T) { runTogether(t, slow) })
	}
}

func runTogether(t *testing.T, attacks []attack) {
	o := badOptions()
	if f := attacks[0].options; f != nil {
		f(&o)
	}
	if attacks[0].slow {
		o.HelloTimeout = 2 * time.Second // the good client, too, has to be in time
	}
	s, url := start(t, o)
	peak := besides(t, s, url, attacks)
	want := map[where]map[holdfast.Code]uint64{closed: {}, turnedAway: {}, declined: {}, nowhere: {}}
	for _, x := range attacks {
		code := x.count
		if code == 0 {
			code = x.told
		}
		want[x.counted][code] += attackers
	}
	var missing string
	counted := func() bool {
		st := s.Stats()
		missing = ""
		for w, have := range map[where]map[holdfast.Code]uint64{closed: st.Closed, turnedAway: st.TurnedAway, declined: st.Declined} {
			for code, n := range want[w] {
				if have[code] < n {
					missing += fmt.Sprintf("%s, %d: %d of %d; ", w, code, have[code], n)
				}
			}
		}
		return missing == ""
	}
	until(t, func() string { return "everything is counted: " + missing + fmt.Sprintf("%+v", s.Stats()) }, counted)
	t.Logf("%d bad clients of %d kinds, %.1f MB at most", attackers*len(attacks), len(attacks), float64(peak)/(1<<20))
}

// besides has several of each kind at a server, and a good client beside them. It returns the most memory that was used.
func besides(t *testing.T, s *server.Server, url string, attacks []attack) (peak uint64) {
	t.Helper()
	good := dial(t, url, wire.Binary)
	ctx, cancel := context.WithTimeout(context.Background(), 4*patience)
	defer cancel()
	good.ctx = ctx
	good.hello(wire.Subscribe{ID: 1, Channel: "good"})
	good.want(wire.TypeSubscribed)
	watch := watchMemory()
	var wg sync.WaitGroup
	host := strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws")
	all := make([]*attacker, 0, attackers*len(attacks))
	for range attackers {
		for _, x := range attacks {
			a := &attacker{name: x.name, host: host}
			all = append(all, a)
			wg.Go(func() {
				if told := x.do(a); told != x.told && x.told != 0 {
					a.failed("told %d, want %d", told, x.told)
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
			t.Errorf("%s: %s", a.name, e)
		}
	}
	good.c.Close(websocket.StatusNormalClosure, "")
	until(t, func() string { return fmt.Sprintf("everybody is gone: %+v", s.Stats()) }, func() bool { return s.Stats().Connections == 0 })
	if peak = watch(); peak > memoryBound {
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

func until(t *testing.T, what func() string, true func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !true(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what())
		}
	}
}

// watchMemory looks at what is live, until the function that it returns is called, which returns the most that was
// there above what was there at the beginning. The attackers are in the same process, but keep next to nothing.
func watchMemory() (stop func() uint64) {
	// what the collector has found alive: what is allocated between its end and a look at it depends on the machine's load
	live := func() uint64 {
		m := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
		runtime.GC()
		metrics.Read(m)
		return m[0].Value.Uint64() + m[1].Value.Uint64()
	}
	base, peak := live(), uint64(0)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(100 * time.Millisecond)
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

func inLongRun() bool { return os.Getenv("HOLDFAST_LONG") != "" }

// Promise 7: who knows another's session and nothing else gets a session of its own, however often it asks, and the one whose it
// is notices nothing.
func TestSessionsOfOthers(t *testing.T) {
	s, url := start(t, badOptions())
	good := dial(t, url, wire.Binary)
	good.send(&wire.Hello{Process: 7, Counter: 3, Producer: holdfast.NewProducerID()})
	good.want(wire.TypeWelcome)
	id := good.dec.Welcome.Session
	for n := range uint64(50) {
		p := dial(t, url, wire.Binary)
		p.send(&wire.Hello{Session: id, Process: 100 + n, Counter: 1 << 40, Producer: holdfast.NewProducerID()})
		p.want(wire.TypeWelcome)
		if p.dec.Welcome.Session == id {
			t.Fatal("another process has got the session")
		}
		p.c.CloseNow()
	}
	good.publish("c", 1, "x")
	good.want(wire.TypeStored)
	if st := s.Stats(); st.Replaced != 0 || st.Closed[holdfast.CodeReplaced] != 0 {
		t.Fatalf("%+v", st)
	}
	late := dial(t, url, wire.Binary) // the same process, but an older hello
	late.send(&wire.Hello{Session: id, Process: 7, Counter: 3, Producer: holdfast.NewProducerID()})
	if code := late.closed(); code != holdfast.CodeReplaced {
		t.Fatalf("closed with %d", code)
	}
	until(t, func() string { return fmt.Sprintf("it is counted: %+v", s.Stats()) }, func() bool { return s.Stats().Closed[holdfast.CodeReplaced] == 1 })
}
