package chaos

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo is a TCP server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				io.Copy(c, c)
				c.(*net.TCPConn).CloseWrite()
			})
		}
	})
	t.Cleanup(func() { ln.Close(); wg.Wait() })
	return ln.Addr().String()
}

func start(t *testing.T, o Options) *Proxy {
	t.Helper()
	if o.To == "" {
		o.To = echo(t)
	}
	o.Logf = t.Logf
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func dial(t *testing.T, p *Proxy) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second))
	return c.(*net.TCPConn)
}

func ask(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != text {
		t.Fatalf("sent %q, got %q, %v", text, got, err)
	}
}

func TestPassesEverythingOn(t *testing.T) {
	p := start(t, Options{})
	c := dial(t, p)
	want := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	go func() { c.Write(want); c.CloseWrite() }()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes of %d came back, %v", len(got), len(want), err)
	}
	c.Close()
	p.Close()
	if s := p.Stats(); s.BytesUp != int64(len(want)) || s.BytesDown != int64(len(want)) || s.Accepted != 1 || s.Open != 0 {
		t.Fatalf("stats %+v", s)
	}
}

// Each mode looks to the client as its doc says.
func TestModes(t *testing.T) {
	for _, tc := range []struct {
		mode Mode
		want error // how the client's reading ends
	}{
		{RST, syscall.ECONNRESET},
		{FIN, io.EOF},
		{HalfOpen, syscall.ECONNRESET},
		{Mute, syscall.ECONNRESET},
		{Deaf, syscall.ECONNRESET},
	} {
		t.Run(string(tc.mode), func(t *testing.T) {
			p := start(t, Options{HoldFor: 100 * time.Millisecond})
			c := dial(t, p)
			ask(t, c, "hello")
			if n := p.Cut(tc.mode); n != 1 {
				t.Fatalf("did it to %d connections", n)
			}
			if tc.mode == HalfOpen || tc.mode == Mute || tc.mode == Deaf {
				io.WriteString(c, "into the silence")
			}
			n, err := c.Read(make([]byte, 64))
			if n != 0 || !errors.Is(err, tc.want) {
				t.Fatalf("read %d bytes, %v; want %v", n, err, tc.want)
			}
			if s := p.Stats(); s.Done[tc.mode] != 1 || s.Cuts() != 1 {
				t.Fatalf("stats %+v", s)
			}
		})
	}
}

func TestTornPassesAPartOnly(t *testing.T) {
	p := start(t, Options{Seed: 7})
	c := dial(t, p)
	ask(t, c, "hello")
	p.Cut(Torn)
	go c.Write(make([]byte, 1<<20))
	got, err := io.Copy(io.Discard, c)
	if err == nil || got > tornWithin {
		t.Fatalf("%d bytes came back, then %v", got, err)
	}
}

func TestTornWithoutTrafficEndsToo(t *testing.T) {
	p := start(t, Options{HoldFor: 50 * time.Millisecond})
	c := dial(t, p)
	ask(t, c, "hello")
	p.Cut(Torn)
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Fatal(err)
	}
}

func TestStallLosesNothing(t *testing.T) {
	p := start(t, Options{HoldFor: 50 * time.Millisecond})
	c := dial(t, p)
	ask(t, c, "hello")
	for range 3 { // an earlier stall's end does not disturb a later one
		p.Cut(Stall)
		ask(t, c, "slowly but surely")
	}
	if s := p.Stats(); s.Done[Stall] != 3 || s.Cuts() != 0 {
		t.Fatalf("stats %+v", s)
	}
}

func TestDelayAndRateSlowDown(t *testing.T) {
	for name, o := range map[string]Options{
		"delay": {Delay: 40 * time.Millisecond, Jitter: 10 * time.Millisecond},
		"rate":  {Rate: 100_000}, // 8,000 bytes take 80 ms a way; ways overlap
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, o)
			c := dial(t, p)
			begin := time.Now()
			ask(t, c, strings.Repeat("x", 8000))
			if took := time.Since(begin); took < 80*time.Millisecond {
				t.Fatalf("there and back took only %s", took)
			}
		})
	}
}

func TestCutsAtRandomFromASeed(t *testing.T) {
	to := echo(t)
	fates := func(seed uint64) string {
		p := start(t, Options{To: to, Seed: seed, CutEvery: 20 * time.Millisecond, Modes: []Mode{RST, FIN}})
		var b strings.Builder
		for range 12 {
			c := dial(t, p)
			if _, err := io.Copy(io.Discard, c); err == nil {
				b.WriteByte('f')
			} else {
				b.WriteByte('r')
			}
			c.Close()
		}
		p.Close()
		if s := p.Stats(); s.Cuts() != 12 {
			t.Fatalf("%d cuts", s.Cuts())
		}
		return b.String()
	}
	a, b := fates(1), fates(1)
	if a != b {
		t.Fatalf("one seed, two fates: %s and %s", a, b)
	}
	if !strings.Contains(a, "f") || !strings.Contains(a, "r") {
		t.Fatalf("only one of two modes in twelve: %s", a)
	}
}

func TestServerGoneAndBack(t *testing.T) {
	p := start(t, Options{To: "127.0.0.1:1"})
	if c, err := net.Dial("tcp", p.Addr()); err == nil {
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Fatal("connected to nobody")
		}
		c.Close()
	}
	p.SetTo(echo(t))
	ask(t, dial(t, p), "there you are")
	if s := p.Stats(); s.Unreachable != 1 {
		t.Fatalf("stats %+v", s)
	}
}

func TestRefuse(t *testing.T) {
	p := start(t, Options{})
	p.Refuse(time.Hour)
	if c, err := net.Dial("tcp", p.Addr()); err == nil { // the reset may come as early as that
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Fatal("not refused")
		}
		c.Close()
	}
	p.Refuse(0)
	ask(t, dial(t, p), "in again")
	if s := p.Stats(); s.Refused != 1 || s.Accepted != 2 {
		t.Fatalf("stats %+v", s)
	}
}

func TestScheduleIsCarriedOut(t *testing.T) {
	steps, err := ParseSchedule(strings.NewReader("20ms stall 10ms\n40ms rst # the end\n 60ms repeat"))
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, Options{Schedule: steps})
	for range 2 { // the second by the repetition
		c, err := net.Dial("tcp", p.Addr())
		if err == nil {
			_, err = c.Read(make([]byte, 1))
			c.Close()
		}
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Fatal(err)
		}
	}
}

func TestParseScheduleRefuses(t *testing.T) {
	for _, text := range []string{
		"1s", "1s rst 2s 3s", "soon rst", "-1s rst", "1s dance", "1s refuse", "0s repeat", "1s rst -1s",
		"1s rst x", "2s rst\n1s rst", "1s repeat\n2s rst",
	} {
		if _, err := ParseSchedule(strings.NewReader(text)); holdfast.CodeOf(err) != holdfast.CodeBadArgument {
			t.Errorf("%q: %v", text, err)
		} else {
			t.Log(err)
		}
	}
}

func FuzzParseSchedule(f *testing.F) {
	f.Add("1s rst\n2s stall 1s\n3s repeat # x")
	f.Fuzz(func(t *testing.T, text string) {
		steps, err := ParseSchedule(strings.NewReader(text))
		for i, s := range steps {
			if s.At < 0 || s.For < 0 || i > 0 && s.At < steps[i-1].At {
				t.Fatalf("step %d: %+v", i, s)
			}
		}
		if err != nil && steps != nil {
			t.Fatal("steps and an error")
		}
	})
}

func TestParseModes(t *testing.T) {
	m, err := ParseModes("rst, fin,torn,halfopen,mute,deaf,stall")
	if err != nil || len(m) != len(Modes) {
		t.Fatal(m, err)
	}
	if _, err := ParseModes("rst,"); err == nil {
		t.Fatal("an empty mode was taken")
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := New(Options{}); holdfast.CodeOf(err) != holdfast.CodeBadArgument {
		t.Fatal(err)
	}
	p := start(t, Options{})
	if _, err := New(Options{Listen: p.Addr(), To: "x"}); holdfast.CodeOf(err) != holdfast.CodeIO {
		t.Fatal(err)
	}
}
