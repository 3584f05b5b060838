package ws

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"unicode/utf8"
)

// collector is a Handler that writes down what it gets, and checks what it may rely on.
type collector struct {
	t      *testing.T
	events []string
}

func (h *collector) Message(op Opcode, p []byte) error {
	if op == OpText && !utf8.Valid(p) {
		h.t.Errorf("text that is not UTF-8: %q", p)
	}
	if len(p) > fuzzMaxMessage {
		h.t.Errorf("a message of %d bytes", len(p))
	}
	h.events = append(h.events, fmt.Sprintf("%d %x", op, p))
	return nil
}

func (h *collector) Control(op Opcode, p []byte) error {
	if len(p) > maxControl {
		h.t.Errorf("a control frame of %d bytes", len(p))
	}
	h.events = append(h.events, fmt.Sprintf("%d %x", op, p))
	return nil
}
func (h *collector) Dry()        {}
func (h *collector) Ready() bool { return true }

const fuzzMaxMessage = 100_000

// parse feeds data in parts of the given size and returns what came of it.
func parse(t *testing.T, data []byte, compression Compression, part int) (events []string, code uint16) {
	b := &Budget{Max: 1 << 20}
	r := reader{budget: b, maxMessage: fuzzMaxMessage, deflate: compression == CompressionOn}
	h := &collector{t: t}
	var err error
	came := 0
	for p := range slices.Chunk(bytes.Clone(data), part) {
		came += len(p)
		if err = r.feed(h, p); err != nil {
			break
		}
		if b.Used() != int64(cap(r.msg)) {
			t.Errorf("the budget counts %d bytes, %d are held", b.Used(), cap(r.msg))
		}
		if held := cap(r.msg) + cap(r.ctl); held > 3*came+256 {
			t.Errorf("%d bytes held for %d that came", held, came)
		}
	}
	r.release()
	if b.Used() != 0 {
		t.Errorf("%d bytes of the budget are never given back", b.Used())
	}
	return h.events, CloseCode(err)
}

// FuzzServe feeds bytes from outside, whole and in parts: whatever they are, how they were cut must not
// matter.
func FuzzServe(f *testing.F) {
	for _, cs := range [][]rfcCase{framingCases(), opcodeCases(), fragmentCases(), utf8Cases(), closeCases(), deflateCases()} {
		for _, c := range cs {
			if len(c.send) < 1000 {
				f.Add(c.send, true, uint16(3))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, deflate bool, part uint16) {
		compression := CompressionOff
		if deflate {
			compression = CompressionOn
		}
		whole, code := parse(t, data, compression, max(len(data), 1))
		for _, n := range []int{1, int(part) + 1} {
			parts, partsCode := parse(t, data, compression, n)
			if !slices.Equal(parts, whole) || partsCode != code {
				t.Errorf("in parts of %d: %q, %d\nwhole: %q, %d", n, parts, partsCode, whole, code)
			}
		}
	})
}

// FuzzOffer feeds header values from outside: they are answered, or agreed on, without a panic.
func FuzzOffer(f *testing.F) {
	for _, s := range []string{"permessage-deflate", "permessage-deflate; client_max_window_bits, x; a=\"b\"", "a, b", ";", "\"", "=,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, v string) {
		r := &http.Request{Header: http.Header{headerProtocol: {v}, headerExtensions: {v}}}
		for _, s := range Offered(r) {
			if !isToken(s) || s == "" {
				t.Errorf("offered %q", s)
			}
		}
		if offers, ok := extensions(r); ok {
			negotiate(offers)
		}
	})
}
