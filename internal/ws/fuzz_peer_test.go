package ws

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// byGobwas reads the same bytes with gobwas's own reader, as a server, and writes down what it gets up to the first mistake.
func byGobwas(data []byte) (events []string, clean bool) {
	src := bytes.NewReader(data)
	r := wsutil.Reader{Source: src, State: ws.StateServerSide, CheckUTF8: true}
	r.OnIntermediate = func(h ws.Header, p io.Reader) error {
		b, err := io.ReadAll(p)
		if err == nil {
			events = append(events, fmt.Sprintf("%d %x", h.OpCode, b))
		}
		return err
	}
	for {
		h, err := r.NextFrame()
		if err != nil {
			return events, err == io.EOF && src.Len() == 0
		}
		if h.Length > fuzzMaxMessage {
			return events, false
		}
		b, err := io.ReadAll(&r)
		if err != nil {
			return events, false
		}
		events = append(events, fmt.Sprintf("%d %x", h.OpCode, b))
		if h.OpCode == ws.OpClose {
			return events, true
		}
	}
}

// FuzzAgainstGobwas compares what two parsers make of the same bytes: what gobwas takes from end to end, we take too, and make
// the same of it.
func FuzzAgainstGobwas(f *testing.F) {
	for _, cs := range [][]rfcCase{framingCases(), fragmentCases(), utf8Cases()} {
		for _, c := range cs {
			if len(c.send) < 1000 {
				f.Add(c.send)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		theirs, clean := byGobwas(bytes.Clone(data))
		if !clean {
			return
		}
		ours, code := parse(t, data, CompressionOff, max(len(data), 1))
		if code != 0 && !minimal(data) {
			return // a length that is not minimal, or too large a control frame: gobwas lets that pass
		}
		if !slices.Equal(ours, theirs) {
			t.Fatalf("ours   %q, then %d\ngobwas %q", ours, code, theirs)
		}
	})
}

// minimal reports whether all frames have their lengths in as few bytes as there can be, and good close frames.
func minimal(data []byte) bool {
	r := bytes.NewReader(data)
	for {
		before := r.Len()
		h, err := ws.ReadHeader(r)
		if err != nil {
			return err == io.EOF
		}
		if before-r.Len() != ws.HeaderSize(h) || h.OpCode.IsControl() && h.Length > maxControl {
			return false
		}
		p := make([]byte, min(h.Length, int64(r.Len())))
		if _, err := io.ReadFull(r, p); err != nil {
			return false
		}
		ws.Cipher(p, h.Mask, 0)
		if h.OpCode == ws.OpClose {
			_, err := parseClose(p)
			return err == nil
		}
	}
}
