package wire_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

func FuzzDecodeJSON(f *testing.F) {
	for _, s := range samples {
		f.Add(s.frame.Append(nil, wire.JSON))
	}
	addMessages(f, wire.JSON)
	f.Fuzz(func(t *testing.T, b []byte) { checkDecode(t, wire.JSON, b) })
}

func FuzzDecodeBinary(f *testing.F) {
	for _, s := range samples {
		f.Add(s.frame.Append(nil, wire.Binary))
	}
	addMessages(f, wire.Binary)
	f.Fuzz(func(t *testing.T, b []byte) { checkDecode(t, wire.Binary, b) })
}

func addMessages(f *testing.F, c wire.Codec) {
	for _, list := range [][]message{accepted, invalid} {
		for _, m := range list {
			if m.codec == c {
				f.Add(m.message)
			}
		}
	}
}

// checkDecode reads any bytes: no panic, an end, offsets within the message, the message untouched, memory
// bounded by the message; and what was read encodes to something that reads the same.
func checkDecode(t *testing.T, c wire.Codec, b []byte) {
	before := bytes.Clone(b)
	var d wire.Decoder
	d.Reset(c, b)
	for n := 0; ; n++ {
		typ, err := d.Next()
		if err != nil {
			checkEnd(t, &d, b, err)
			break
		}
		if n > len(b) {
			t.Fatalf("%d frames in %d bytes", n, len(b))
		}
		checkStable(t, c, d.FrameOf(typ))
	}
	if !bytes.Equal(b, before) {
		t.Fatal("the message was written to")
	}
	if d.Retained() > 2*len(b)+1024 {
		t.Fatalf("%d bytes are kept after a message of %d", d.Retained(), len(b))
	}
}

func checkEnd(t *testing.T, d *wire.Decoder, b []byte, err error) {
	if again, err2 := d.Next(); again != 0 || err2 != err {
		t.Fatalf("%v, then %v, %v", err, again, err2)
	}
	if err == io.EOF {
		return
	}
	e, ok := errors.AsType[*wire.Error](err)
	if !ok || e.Reason == "" || e.Offset < 0 || e.Offset > len(b) {
		t.Fatalf("%d bytes: %#v", len(b), err)
	}
}

func checkStable(t *testing.T, c wire.Codec, f wire.Frame) {
	first := f.Append(nil, c)
	second := decodeOne(t, c, first).Append(nil, c)
	if !bytes.Equal(first, second) {
		t.Fatalf("%s: %q encodes again to %q", c, first, second)
	}
	checkAcross(t, c, f, first)
}

// checkAcross has a frame go through the other codec and come back. Data in a binary frame may be what a JSON frame cannot
// carry: the server refuses it.
func checkAcross(t *testing.T, c wire.Codec, f wire.Frame, first []byte) {
	other := wire.JSON
	if c == wire.JSON {
		other = wire.Binary
	} else if typ, data := payloadOf(f); typ == holdfast.JSON && !wire.ValidJSON(data) || typ == holdfast.Text && !utf8.Valid(data) {
		return
	} else if typ == holdfast.JSON && !bytes.Equal(wire.NormalizeJSON(nil, data), data) {
		return
	}
	if again := decodeOne(t, other, f.Append(nil, other)).Append(nil, c); !bytes.Equal(first, again) {
		t.Fatalf("%s: %q, and by way of %s %q", c, first, other, again)
	}
}

func payloadOf(f wire.Frame) (holdfast.ContentType, []byte) {
	switch f := f.(type) {
	case *wire.Publish:
		return f.Type, f.Data
	case *wire.Record:
		return f.Type, f.Data
	case *wire.Call:
		return f.Type, f.Data
	case *wire.Reply:
		return f.Type, f.Data
	case *wire.Join:
		return f.Type, f.Data
	}
	return holdfast.Binary, nil
}

func FuzzRecordRoundTrip(f *testing.F) {
	f.Add("chat:lobby", uint64(1), "alice", uint8(2), "k", "v", []byte(`{"m":1}`))
	f.Add("c", uint64(1<<53-1), "", uint8(1), "", "", []byte("a\"\\\n\x00é"))
	f.Add("", uint64(0), "\xff", uint8(0), "\n", "\u2028", []byte{0xff, 0})
	f.Fuzz(func(t *testing.T, channel string, offset uint64, publisher string, typ uint8, name, value string, data []byte) {
		valid := func(s string) string { return strings.ToValidUTF8(s, "?") }
		r := holdfast.Record{
			Channel: valid(channel), Offset: offset & maxNumber, Publisher: valid(publisher), Type: holdfast.ContentType(typ % 3), Data: data,
			Headers: []holdfast.Header{{Name: valid(name), Value: valid(value)}},
		}
		if len(r.Channel) > 255 || len(r.Publisher) > 255 || len(name) > 255 || len(value) > 4096 ||
			r.Type == holdfast.JSON && !wire.ValidJSON(data) {
			return
		}
		want := data
		switch r.Type {
		case holdfast.JSON:
			want = wire.NormalizeJSON(nil, data)
		case holdfast.Text:
			want = bytes.ToValidUTF8(data, []byte("\ufffd"))
			if !bytes.Equal(want, data) {
				return
			}
		case holdfast.Binary:
		}
		for _, c := range codecs {
			got := decodeOne(t, c, wire.AppendRecord(nil, c, &r, false)).(*wire.Record)
			same := bytes.Equal(got.Data, data) || c == wire.JSON && bytes.Equal(got.Data, want)
			if !same || got.Channel != r.Channel || got.Offset != r.Offset || got.Publisher != r.Publisher ||
				got.Type != r.Type || len(got.Headers) != 1 || got.Headers[0] != r.Headers[0] {
				t.Fatalf("%s: %+v came as %+v", c, r, got)
			}
		}
	})
}

func TestNoAllocations(t *testing.T) {
	r := sampleRecord()
	r.Headers = []holdfast.Header{{Name: "trace", Value: "00-4bf9"}, {Name: "naïve", Value: "a\"b"}}
	buf := make([]byte, 0, 4096)
	for _, c := range codecs {
		expect := func(name string, f func()) {
			if n := testing.AllocsPerRun(100, f); n != 0 {
				t.Errorf("%s, %s: %v allocations", name, c, n)
			}
		}
		expect("AppendRecord", func() { buf = wire.AppendRecord(buf[:0], c, &r, true) })
		for _, s := range samples {
			expect("append "+s.name, func() { buf = s.frame.Append(buf[:0], c) })
		}
		var d wire.Decoder
		for _, s := range samples {
			if s.name == "publish/headers" || s.name == "record/full" {
				continue // more strings than a decoder is sure to remember
			}
			switch s.typeName() {
			case "publish", "record", "ack", "stored", "refused", "skip", "ping", "pong", "pass", "gap", "subscribed":
				msg := s.frame.Append(nil, c)
				expect("decode "+s.name, func() {
					d.Reset(c, msg)
					if _, err := d.Next(); err != nil {
						t.Fatal(err)
					}
				})
			}
		}
	}
}

// What a peer says of sizes allocates nothing; only the bytes that it has sent count.
func TestMemoryIsBoundedByInput(t *testing.T) {
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	for name, m := range map[string]message{
		"length of a frame":        binaryMessage("", "feffffff0f 02"),
		"length of a string":       binaryMessage("", "09 02 12 feffffff0f 00 00"),
		"many subscriptions":       jsonMessage("", `{"t":"hello","subs":[`+strings.Repeat("{},", 20000)+`{}]}`),
		"many headers":             jsonMessage("", `{"t":"publish","h":[`+strings.Repeat(`["",""],`, 20000)+`["",""]]}`),
		"nested arrays":            jsonMessage("", `{"t":"publish","data":`+deep+`}`),
		"long text with an escape": jsonMessage("", `{"t":"publish","text":"\n`+strings.Repeat("x", 60000)+`"}`),
		"many escaped keys":        jsonMessage("", `{"t":"ping"`+strings.Repeat(`,"\u0061":1`, 5000)+`}`),
	} {
		var d wire.Decoder
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d.Reset(m.codec, m.message)
		for {
			if _, err := d.Next(); err != nil {
				break
			}
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > uint64(8*len(m.message))+1<<20 {
			t.Errorf("%s: %d bytes allocated for a message of %d", name, n, len(m.message))
		}
	}
}

// A decoder that goes back to a pool keeps nothing of what went through it.
func TestResetNilLetsGo(t *testing.T) {
	var d wire.Decoder
	big := wire.Publish{
		Channel: "c", Type: holdfast.Text, Data: []byte("\n" + strings.Repeat("x", 1<<20)),
		Headers: []holdfast.Header{{Name: "a", Value: "b"}},
	}
	d.Reset(wire.JSON, big.Append(nil, wire.JSON))
	if typ, err := d.Next(); typ != wire.TypePublish || err != nil {
		t.Fatal(typ, err)
	}
	if d.Retained() < 1<<20 {
		t.Fatal("the test does not reach the scratch")
	}
	d.Reset(wire.JSON, nil)
	if d.Publish.Data != nil || d.Publish.Headers != nil || d.Retained() > 64<<10 {
		t.Errorf("kept: %d bytes of data, %v, %d bytes of scratch", len(d.Publish.Data), d.Publish.Headers, d.Retained())
	}
	if _, err := d.Next(); err != io.EOF {
		t.Errorf("after Reset(nil): %v", err)
	}
	ping := wire.Ping{ID: 3}
	d.Reset(wire.Binary, ping.Append(nil, wire.Binary))
	if typ, err := d.Next(); typ != wire.TypePing || err != nil || d.Ping.ID != 3 {
		t.Errorf("used again: %v, %v, %+v", typ, err, d.Ping)
	}
}

func TestLimits(t *testing.T) {
	publish := wire.Publish{Channel: "c", Number: 1, Data: make([]byte, 200)}
	hello := wire.Hello{Subscriptions: make([]wire.Subscribe, 3)}
	token := wire.Refresh{Token: strings.Repeat("t", 5000)}
	for _, tt := range []struct {
		name   string
		limits wire.Limits
		frame  wire.Frame
		code   holdfast.Code // 0: it passes
	}{
		{"frame, no limit", wire.Limits{}, &publish, 0},
		{"frame at the limit", wire.Limits{MaxFrame: 400}, &publish, 0},
		{"frame over the limit", wire.Limits{MaxFrame: 200}, &publish, holdfast.CodeBadFrame},
		{"subscriptions at the limit", wire.Limits{MaxSubscriptions: 3}, &hello, 0},
		{"subscriptions over the limit", wire.Limits{MaxSubscriptions: 2}, &hello, holdfast.CodeTooManySubscriptions},
		{"token over the default", wire.Limits{}, &token, holdfast.CodeBadFrame},
		{"token within a higher limit", wire.Limits{MaxString: 8192}, &token, 0},
	} {
		for _, c := range codecs {
			d := wire.Decoder{Limits: tt.limits}
			d.Reset(c, tt.frame.Append(nil, c))
			_, err := d.Next()
			if got := holdfast.CodeOf(err); got != tt.code || (err == nil) != (tt.code == 0) {
				t.Errorf("%s, %s: %v", tt.name, c, err)
			}
		}
	}
}

// Rest is what a server keeps of a message whose first frame it cannot go past yet.
func TestRest(t *testing.T) {
	for _, c := range codecs {
		hello, ping := wire.Hello{Token: "t"}, wire.Ping{ID: 7}
		b := ping.Append(hello.Append(nil, c), c)
		var d wire.Decoder
		d.Reset(c, b)
		if !bytes.Equal(d.Rest(), b) {
			t.Errorf("%s: at the beginning: %q", c, d.Rest())
		}
		if typ, err := d.Next(); typ != wire.TypeHello || err != nil {
			t.Fatal(typ, err)
		}
		if got := decodeOne(t, c, d.Rest()).(*wire.Ping); got.ID != 7 {
			t.Errorf("%s: %+v", c, got)
		}
		if typ, err := d.Next(); typ != wire.TypePing || err != nil {
			t.Fatal(typ, err)
		}
		if len(bytes.TrimSpace(d.Rest())) != 0 {
			t.Errorf("%s: at the end: %q", c, d.Rest())
		}
	}
}

func TestErrorSaysWhere(t *testing.T) {
	var d wire.Decoder
	d.Reset(wire.JSON, []byte(`{"t":"ack","ch":7}`))
	_, err := d.Next()
	if got, want := err.Error(), "ack frame, byte 16 of the message: ch: want a string"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if !errors.Is(err, holdfast.CodeBadFrame) {
		t.Error("not a bad_frame")
	}
}

func TestCodecOf(t *testing.T) {
	for _, c := range codecs {
		if got, ok := wire.CodecOf(c.Subprotocol()); got != c || !ok {
			t.Errorf("%s: %v, %v", c.Subprotocol(), got, ok)
		}
	}
	for _, s := range []string{"", "holdfast.v2.json", "graphql-ws"} {
		if _, ok := wire.CodecOf(s); ok {
			t.Errorf("%q is said to be one of ours", s)
		}
	}
}
