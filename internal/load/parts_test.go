package load

import (
	"bytes"
	"encoding/json"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// A payload is JSON of the size that was asked for, and its mark is found, wherever it stands.
func TestPayload(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := mark{rapid.IntRange(0, 999999).Draw(t, "sender"), rapid.Uint64Range(0, 9999999999).Draw(t, "seq"), rapid.Int64Range(0, 1<<60).Draw(t, "at")}
		size := rapid.IntRange(0, 5000).Draw(t, "size")
		p := appendPayload(nil, want, size)
		if len(p) != max(size, minPayload) || !json.Valid(p) {
			t.Fatalf("%d bytes: %s", len(p), p)
		}
		moved := append([]byte(`{ "other": 1, `), p[1:]...)
		for _, p := range [][]byte{p, moved} {
			if got, ok := parsePayload(p); !ok || got != want {
				t.Fatalf("%+v, want %+v", got, want)
			}
		}
		for n := range markedWidth {
			if _, ok := parsePayload(p[:n]); ok {
				t.Fatalf("found in %d bytes", n)
			}
		}
	})
}

// A quantile is one of the durations that were recorded, to 0.8 %.
func TestHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Hour)/3), 1, 200).Draw(t, "durations")
		var h Histogram
		for _, d := range v {
			h.Record(time.Duration(d), 1)
		}
		slices.Sort(v)
		for _, q := range []float64{0, .5, .9, .99, 1} {
			want, got := float64(v[int(q*float64(len(v)-1))]), float64(h.Quantile(q))
			if got > want || got < want*(1-1./128)-1 {
				t.Fatalf("quantile %v is %v, want %v", q, got, want)
			}
		}
		if int64(h.Max()) != v[len(v)-1] {
			t.Fatalf("longest %v, want %v", h.Max(), v[len(v)-1])
		}
	})
}

// Frames have the header that their length asks for, and come out of the reader whole, however they are cut.
func TestFramesThatAreCut(t *testing.T) {
	for _, n := range []int{0, 125, 126, 1<<16 - 1, 1 << 16, 200_000} {
		f := AppendFrame(nil, OpText, bytes.Repeat([]byte("x"), n/2), bytes.Repeat([]byte("x"), n-n/2))
		h, size, ok := header(f)
		if !ok || size != n || len(f) != h+4+n || f[1]&0x80 == 0 {
			t.Errorf("%d bytes: header of %d, payload of %d", n, h, size)
		}
	}
	stream := append(serverFrame("on"), 0x89, 1, 'p') // a ping between
	stream = append(stream, 0x01, 2, 'o', 'k')        // begins a message of two fragments, …
	stream = append(append(stream, 0x89, 0), 0x80, 0) // … which a ping may come between
	stream = append(stream, serverFrame(`{"m":"~M~`+"1"+`"}`)...)
	for cut := range stream {
		c := &Conn{Talk: plain{}.Open(Role{}), nc: discard{}}
		var got counting
		for _, part := range [][]byte{stream[:cut], stream[cut:]} {
			if err := c.taken(append(bytes.Clone(c.left), part...), &got); err != nil {
				t.Fatal(err)
			}
		}
		if got != (counting{1, 1, 1}) {
			t.Fatalf("cut at %d: %+v", cut, got)
		}
	}
}

type counting struct{ ready, acked, payloads int }

func (c *counting) Take(ev *Event, _ int64) error {
	c.ready += ev.Ready
	c.acked += ev.Acked
	c.payloads += len(ev.Payloads)
	return nil
}

// What a server of today or tomorrow may write is understood by both ways of reading, in both codecs.
func TestHoldfastFrames(t *testing.T) {
	for _, codec := range []wire.Codec{wire.JSON, wire.Binary} {
		d := holdfastDialect{codec: codec}
		c := d.Open(Role{Subscribe: []string{"a"}, Publishes: true})
		c.Hello(nil)
		for range 5 {
			c.Publish(nil, "a", []byte(`{}`))
		}
		record := wire.Record{Channel: "a", Offset: 7, Term: 0xbeef, Time: 1, Type: holdfast.JSON, Data: []byte(`{"x":"}"}`)}
		later := wire.Record{Channel: "a", Offset: 8, Time: 1, Publisher: "u", Headers: []holdfast.Header{{Name: "n", Value: "v"}}, Type: holdfast.JSON, Data: []byte(`{"y":1}`)}
		m := (&wire.Welcome{Results: []wire.Subscribed{{ID: 1, Channel: "a"}}}).Append(nil, codec)
		m = record.Append(m, codec)
		m = later.Append(m, codec)
		m = (&wire.Stored{Channel: "a", Number: 2, Count: 2, Offset: 8}).Append(m, codec)
		m = (&wire.Stored{Channel: "a", Number: 5}).Append(m, codec)
		var ev Event
		c.Received(OpText, m, &ev, nil)
		if ev.Err != "" || ev.Ready != 1 || ev.Acked != 5 || len(ev.Payloads) != 2 || (ev.Place != Place{"000000000000beef", 8}) {
			t.Fatalf("%v: %+v", codec, ev)
		}
		if string(ev.Payloads[0]) != `{"x":"}"}` || string(ev.Payloads[1]) != `{"y":1}` {
			t.Errorf("%v: %q", codec, ev.Payloads)
		}
		ev.Reset()
		c.Received(OpText, (&wire.Refused{Channel: "a", Number: 6, Code: holdfast.CodeForbidden}).Append(nil, codec), &ev, nil)
		if ev.Err == "" {
			t.Errorf("%v: a refusal is no error", codec)
		}
	}
	var ev Event
	c := holdfastDialect{codec: wire.JSON}.Open(Role{Subscribe: []string{"a"}})
	c.Hello(nil)
	c.Received(OpText, []byte(`{"o":3,"new":[1],"ch":"a","t":"record","data":{"z":1}}`), &ev, nil)
	if ev.Err != "" || len(ev.Payloads) != 1 || string(ev.Payloads[0]) != `{"z":1}` {
		t.Errorf("another order: %+v", ev)
	}
}

// An acknowledgement goes out when half a window is used up, and where there is a delay, after that, too.
func TestHoldfastAcks(t *testing.T) {
	for _, d := range []holdfastDialect{{codec: wire.JSON}, {codec: wire.Binary}, {codec: wire.JSON, ackDelay: 1}, {codec: wire.JSON, ackDelay: time.Hour}} {
		c := d.Open(Role{Subscribe: []string{"b", "a"}})
		c.Hello(nil)
		acks := 0
		for n := range uint64(1 + windowRecords) {
			var ev Event
			m := (&wire.Record{Channel: "a", Offset: n + 1, Data: []byte("x")}).Append(nil, d.codec)
			if reply := c.Received(OpText, m, &ev, nil); len(reply) > 0 {
				acks++
			}
		}
		want := map[time.Duration]int{0: 2, 1: windowRecords + 1, time.Hour: 3}[d.ackDelay] // the first progress is told at once
		if acks != want {
			t.Errorf("%+v: %d acknowledgements of %d records, want %d", d, acks, windowRecords+1, want)
		}
	}
}

func TestTargetOf(t *testing.T) {
	for _, c := range []struct {
		url, addr, path string
		tls             bool
	}{
		{"http://h", "h:80", "", false},
		{"ws://h:81/x/ws", "h:81", "/x/ws", false},
		{"https://h/", "h:443", "", true},
		{"wss://[::1]:8443/ws?a=b", "[::1]:8443", "/ws?a=b", true},
	} {
		got, err := TargetOf(c.url, plain{})
		if err != nil || got.Addr[0] != c.addr || got.Path != c.path || (got.TLS != nil) != c.tls {
			t.Errorf("%s: %+v, %v", c.url, got, err)
		}
	}
	for _, url := range []string{"", "h:80", "ftp://h", "http://", "://"} {
		if got, err := TargetOf(url, plain{}); err == nil {
			t.Errorf("%q: %+v", url, got)
		}
	}
}

// The CPU clock of a process runs while it works, and its memory is more than nothing.
func TestProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are measured on Linux alone")
	}
	p := Process{PIDs: []int{os.Getpid()}}
	if !p.Measured() || (Process{PIDs: []int{-1}}).Measured() || (Process{}).Measured() {
		t.Fatal("what can be measured")
	}
	before := p.CPU()
	for p.CPU() < before+2*time.Millisecond { // only its own work ends this loop
	}
	if m := p.Memory(); m.RSS == 0 || m.Anon == 0 || m.Anon > m.RSS {
		t.Errorf("%+v", m)
	}
	if peak := p.Peak(t.Context())(); peak == 0 {
		t.Error("no peak")
	}
}
