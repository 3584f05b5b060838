package ws

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
)

const (
	kappa = "\xce\xba\xcf\x8c\xcf\x83\xce\xbc\xce\xb5" // κόσμε
	bye   = "end 1000"
)

// A case is what the client sends, and what the server's end makes of it: messages and control frames, and
// the code with which the connection ends.
type rfcCase struct {
	name string
	send []byte // a normal close frame follows where want ends with 1000
	want []string
}

const testMaxMessage = 100_000

func framingCases() []rfcCase {
	big := strings.Repeat("x", 70_000)
	return []rfcCase{
		{"5.2 text", text("hello"), []string{`text "hello"`, bye}},
		{"5.2 binary", binMsg("\x00\xff\x80"), []string{`binary "\x00\xff\x80"`, bye}},
		{"5.2 empty text", text(""), []string{`text ""`, bye}},
		{"5.2 length 125", binMsg(big[:125]), []string{"binary of 125 bytes", bye}},
		{"5.2 length 126", binMsg(big[:126]), []string{"binary of 126 bytes", bye}},
		{"5.2 length 65535", binMsg(big[:65535]), []string{"binary of 65535 bytes", bye}},
		{"5.2 length 65536", binMsg(big[:65536]), []string{"binary of 65536 bytes", bye}},
		{"5.2 larger than a read", text(big), []string{"text of 70000 bytes", bye}},
		{"5.2 several at once", join(text("a"), binMsg("b"), text("c")), []string{`text "a"`, `binary "b"`, `text "c"`, bye}},
		{"5.2 length not minimal, 16 bits", join([]byte{0x82, 0x80 | 126, 0, 125}, testMask[:]), []string{"end 1002"}},
		{"5.2 length not minimal, 64 bits", join([]byte{0x82, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, testMask[:]), []string{"end 1002"}},
		{"5.2 highest bit of the length", join([]byte{0x82, 0x80 | 127, 0x80, 0, 0, 0, 0, 1, 0, 0}, testMask[:]), []string{"end 1002"}},
		{"5.2 RSV1 without an extension", frame(0xc1, "x"), []string{"end 1002"}},
		{"5.2 RSV2", frame(0xa1, "x"), []string{"end 1002"}},
		{"5.2 RSV3", frame(0x91, "x"), []string{"end 1002"}},
		{"5.2 RSV1 on a ping", frame(0xc9, "x"), []string{"end 1002"}},
		{"5.2 RSV fails before the payload", frameHeader(0xf1, 1000), []string{"end 1002"}},
		{"5.2 RSV fails within the header", []byte{0xf1, 0x80 | 126}, []string{"end 1002"}},
		{"5.5 fails within the header", []byte{0x89, 0x80 | 126}, []string{"end 1002"}},
		{"5.2 a message before the mistake counts", join(text("a"), frame(0xa1, "x")), []string{`text "a"`, "end 1002"}},
		{"5.3 a mask of zeros", append(frameHeader0(0x81, 5), "hello"...), []string{`text "hello"`, bye}},
		{"5.3 each frame has a mask of its own", join(frame(0x01, "hel"), append(frameHeader0(0x80, 2), "lo"...)), []string{`text "hello"`, bye}},
		{"5.3 not masked", []byte{0x81, 1, 'x'}, []string{"end 1002"}},
		{"5.3 not masked, a close frame", []byte{0x88, 2, 3, 0xe8}, []string{"end 1002"}},
		{"5.3 not masked, the second fragment", join(frame(0x01, "a"), []byte{0x80, 1, 'x'}), []string{"end 1002"}},
		{"5.3 not masked, empty ping", []byte{0x89, 0}, []string{"end 1002"}},
		{"10.4 message of the limit", binMsg(strings.Repeat("x", testMaxMessage)), []string{fmt.Sprintf("binary of %d bytes", testMaxMessage), bye}},
		{"10.4 header over the limit", frameHeader(0x82, testMaxMessage+1), []string{"end 1009"}},
		{"10.4 header far over the limit", frameHeader(0x82, 1<<40), []string{"end 1009"}},
		{"10.4 many small fragments over the limit", join(bytes.Repeat(frame(0x02, strings.Repeat("x", 999)), 1), bytes.Repeat(frame(0x00, strings.Repeat("x", 999)), 101)), []string{"end 1009"}},
		{"10.4 fragments over the limit", join(frame(0x02, big), frameHeader(0x80, 40_000)), []string{"end 1009"}},
	}
}

func opcodeCases() (cs []rfcCase) {
	for _, op := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		cs = append(cs, rfcCase{fmt.Sprintf("5.2 reserved opcode %d", op), frame(0x80|op, ""), []string{"end 1002"}},
			rfcCase{fmt.Sprintf("5.2 reserved opcode %d within a message", op), join(frame(0x01, "a"), frame(0x80|op, "")), []string{"end 1002"}})
	}
	return cs
}

func fragmentCases() []rfcCase {
	return []rfcCase{
		{"5.4 two", join(frame(0x01, "hel"), frame(0x80, "lo")), []string{`text "hello"`, bye}},
		{"5.4 three, one empty", join(frame(0x02, "a"), frame(0x00, ""), frame(0x80, "b")), []string{`binary "ab"`, bye}},
		{"5.4 all empty", join(frame(0x01, ""), frame(0x00, ""), frame(0x80, "")), []string{`text ""`, bye}},
		{"5.4 ping between", join(frame(0x01, "a"), frame(0x89, "p"), frame(0x80, "b")), []string{`ping "p"`, `text "ab"`, bye}},
		{"5.4 pong and ping between", join(frame(0x02, ""), frame(0x8a, "o"), frame(0x00, "a"), frame(0x89, ""), frame(0x80, "b")),
			[]string{`pong "o"`, `ping ""`, `binary "ab"`, bye}},
		{"5.4 close between", join(frame(0x01, "a"), closeFrame(1001, "")), []string{"end 1001"}},
		{"5.4 continuation of nothing", frame(0x80, "x"), []string{"end 1002"}},
		{"5.4 continuation of nothing, not final", frame(0x00, "x"), []string{"end 1002"}},
		{"5.4 continuation after the end", join(frame(0x01, "a"), frame(0x80, "b"), frame(0x80, "c")), []string{`text "ab"`, "end 1002"}},
		{"5.4 text within text", join(frame(0x01, "a"), frame(0x81, "b")), []string{"end 1002"}},
		{"5.4 binary within text", join(frame(0x01, "a"), frame(0x02, "b")), []string{"end 1002"}},
		{"5.5 fragmented ping", frame(0x09, "a"), []string{"end 1002"}},
		{"5.5 fragmented close", frame(0x08, ""), []string{"end 1002"}},
		{"5.5 ping of 125", frame(0x89, strings.Repeat("x", 125)), []string{"ping of 125 bytes", bye}},
		{"5.5 ping of 126", frameHeader(0x89, 126), []string{"end 1002"}},
		{"5.5 close of 126", frameHeader(0x88, 126), []string{"end 1002"}},
		{"5.5.3 pong unasked", frame(0x8a, "x"), []string{`pong "x"`, bye}},
	}
}

func utf8Cases() []rfcCase {
	long := strings.Repeat("ab", 600)
	return []rfcCase{
		{"8.1 valid", text(kappa), []string{fmt.Sprintf("text %q", kappa), bye}},
		{"8.1 rune across fragments", join(frame(0x01, kappa[:3]), frame(0x00, kappa[3:4]), frame(0x80, kappa[4:])), []string{fmt.Sprintf("text %q", kappa), bye}},
		{"8.1 four bytes, one each", join(frame(0x01, "\xf0"), frame(0x00, "\x9f"), frame(0x00, "\x98"), frame(0x80, "\x80")), []string{`text "😀"`, bye}},
		{"8.1 invalid", text(kappa + "\xed\xa0\x80edited"), []string{"end 1007"}},
		{"8.1 binary may be anything", binMsg("\xed\xa0\x80"), []string{`binary "\xed\xa0\x80"`, bye}},
		{"8.1 ends within a rune", text("ab\xce"), []string{"end 1007"}},
		{"8.1 ends within a rune, fragmented", join(frame(0x01, "ab\xce"), frame(0x80, "")), []string{"end 1007"}},
		{"8.1 overlong", text("\xc0\xaf"), []string{"end 1007"}},
		{"8.1 beyond U+10FFFF", text("\xf4\x90\x80\x80"), []string{"end 1007"}},
		{"8.1 fails fast in a fragment", frame(0x01, kappa+"\xff"), []string{"end 1007"}},
		{"8.1 fails fast across fragments", join(frame(0x01, "\xed"), frame(0x00, "\xa0")), []string{"end 1007"}},
		{"8.1 fails fast at the first impossible byte of a rune", join(frame(0x01, "\xf4"), frame(0x00, "\x90")), []string{"end 1007"}},
		{"8.1 fails fast in the middle of a frame", text(long + "\xff" + long)[:1250], []string{"end 1007"}},
		{"8.1 fails fast in a frame larger than a read", join(frameHeader(0x81, 90_000), bytes.Repeat([]byte{0xff}, 100)), []string{"end 1007"}},
	}
}

func closeCases() (cs []rfcCase) {
	for _, code := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999} {
		cs = append(cs, rfcCase{fmt.Sprintf("7.4 code %d", code), closeFrame(code, "why"), []string{fmt.Sprintf("end %d", code)}})
	}
	for _, code := range []int{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		cs = append(cs, rfcCase{fmt.Sprintf("7.4 bad code %d", code), closeFrame(code, ""), []string{"end 1002"}})
	}
	return append(cs,
		rfcCase{"5.5.1 empty", frame(0x88, ""), []string{"end 1005"}},
		rfcCase{"5.5.1 one byte", frame(0x88, "\x03"), []string{"end 1002"}},
		rfcCase{"5.5.1 reason of 123 bytes", closeFrame(1001, strings.Repeat("x", 123)), []string{"end 1001"}},
		rfcCase{"5.5.1 reason is not UTF-8", closeFrame(1000, "\xff"), []string{"end 1007"}},
		rfcCase{"5.5.1 nothing after a close frame", join(closeFrame(1001, ""), text("late"), frame(0xf1, "")), []string{"end 1001"}},
	)
}

// deflated is what a client without context takeover sends: the standard library's deflate, flushed, its tail
// cut off.
func deflated(s string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	io.WriteString(w, s)
	w.Flush()
	return strings.TrimSuffix(b.String(), flushTail)
}

// deflatedAfter is the same for what follows dict in the stream.
func deflatedAfter(dict, s string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriterDict(&b, flate.BestCompression, []byte(dict))
	io.WriteString(w, s)
	w.Flush()
	return strings.TrimSuffix(b.String(), flushTail)
}

func deflateCases() []rfcCase {
	hello := deflated("Hello")
	big := deflated(strings.Repeat("abc ", testMaxMessage/4))
	random := make([]byte, testMaxMessage)
	rand.NewChaCha8([32]byte{}).Read(random)
	noise := string(random)
	long := strings.Repeat("abcdefghijklmnopqrstuvwxyz 0123456789 ", 20) + "the quick brown fox jumps over the lazy dog"
	return []rfcCase{
		{"7692 7.2.3.1 the RFC's example", frame(0xc1, "\xf2\x48\xcd\xc9\xc9\x07\x00"), []string{`text "Hello"`, bye}},
		{"7692 7.2.3.1 in fragments", join(frame(0x41, "\xf2\x48\xcd"), frame(0x80, "\xc9\xc9\x07\x00")), []string{`text "Hello"`, bye}},
		{"7692 7.2.3.3 a block without compression", frame(0xc1, "\x00\x05\x00\xfa\xffHello\x00"), []string{`text "Hello"`, bye}},
		{"7692 7.2.3.4 final block", frame(0xc1, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), []string{`text "Hello"`, bye}},
		{"7692 7.2.3.5 two blocks", frame(0xc1, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), []string{`text "Hello"`, bye}},
		{"7692 7.2.3.4 final block and another", frame(0xc1, "\xf3\x48\xcd\xc9\xc9\x07\x00"+hello), []string{`text "HelloHello"`, bye}},
		{"7692 7.2.3.4 a block after a final one refers back", frame(0xc1, "\xf3\x48\xcd\xc9\xc9\x07\x00"+deflatedAfter("Hello", "Hello")), []string{`text "HelloHello"`, bye}},
		{"7692 7.2.3.6 empty", frame(0xc1, "\x00"), []string{`text ""`, bye}},
		{"7692 6 not every message is compressed", join(frame(0xc1, hello), text("plain"), frame(0xc2, hello)), []string{`text "Hello"`, `text "plain"`, `binary "Hello"`, bye}},
		{"7692 6 ping between", join(frame(0x41, hello[:2]), frame(0x89, "p"), frame(0x80, hello[2:])), []string{`ping "p"`, `text "Hello"`, bye}},
		{"7692 6 RSV1 on a continuation", join(frame(0x41, hello[:2]), frame(0xc0, hello[2:])), []string{"end 1002"}},
		{"7692 6 RSV1 on a ping", frame(0xc9, ""), []string{"end 1002"}},
		{"7692 6 RSV1 on a close frame", frame(0xc8, ""), []string{"end 1002"}},
		{"7692 6 RSV1 on a pong within a message", join(frame(0x41, hello[:2]), frame(0xca, "")), []string{"end 1002"}},
		{"7692 6 RSV2 beside RSV1", frame(0xe1, hello), []string{"end 1002"}},
		{"7692 6 RSV3 beside RSV1", frame(0xd1, hello), []string{"end 1002"}},
		{"7692 6.2 a byte in each fragment", eachByte(hello), []string{`text "Hello"`, bye}},
		{"7692 6.2 empty fragments", join(frame(0x41, ""), frame(0x00, hello), frame(0x00, ""), frame(0x80, "")), []string{`text "Hello"`, bye}},
		{"7692 6.2 a text of no bytes is empty", frame(0xc1, ""), []string{`text ""`, bye}},
		{"7692 7.2.2 fixed codes", frame(0xc1, "\x4a\x4c\x4a\x06\x00"), []string{`text "abc"`, bye}},
		{"7692 7.2.2 dynamic codes", frame(0xc1, deflated(long)), []string{fmt.Sprintf("text of %d bytes", len(long)), bye}},
		{"7692 7.2.2 a reserved kind of block", frame(0xc1, "\x07\x00"), []string{"end 1007"}},
		{"7692 7.2.2 a block without compression whose length is wrong", frame(0xc1, "\x00\x05\x00\x00\x00Hello\x00"), []string{"end 1007"}},
		{"7692 7.2.2 refers back behind the start", frame(0xc1, deflatedAfter("Hello Hello", "Hello Hello")), []string{"end 1007"}},
		{"7692 7.1.1.2 the client takes no context over", join(frame(0xc1, hello), frame(0xc1, "\xf2\x00\x11\x00\x00")), []string{`text "Hello"`, "end 1007"}},
		{"7692 7.2.2 not a deflate stream", frame(0xc1, "\xff\xff\xff"), []string{"end 1007"}},
		{"7692 7.2.2 a stream cut short", frame(0xc1, hello[:3]), []string{"end 1007"}},
		{"7692 7.2.2 too many final blocks", frame(0xc1, strings.Repeat("\x03\x00", 100)), []string{"end 1007"}},
		{"8.1 inflated text is not UTF-8", frame(0xc1, deflated("ab\xff")), []string{"end 1007"}},
		{"8.1 inflated bytes may be anything", frame(0xc2, deflated("ab\xff")), []string{`binary "ab\xff"`, bye}},
		{"10.4 inflates to the limit", frame(0xc2, big), []string{fmt.Sprintf("binary of %d bytes", testMaxMessage), bye}},
		{"10.4 inflates to one more", frame(0xc2, deflated(strings.Repeat("a", testMaxMessage+1))), []string{"end 1009"}},
		{"10.4 a bomb", frame(0xc2, deflated(strings.Repeat("\x00", 8<<20))), []string{"end 1009"}},
		{"10.4 what cannot be compressed grows by the attempt", frame(0xc2, deflated(noise)), []string{fmt.Sprintf("binary of %d bytes", testMaxMessage), bye}},
	}
}

// eachByte is a compressed text with a frame for each of its bytes.
func eachByte(p string) (b []byte) {
	b0 := byte(0x41)
	for i := range len(p) - 1 {
		b = append(b, frame(b0, p[i:i+1])...)
		b0 = 0x00
	}
	return append(b, frame(0x80, p[len(p)-1:])...)
}

// TestRFC runs every case over every transport, behind a real upgrade, with the bytes sent at once and in dribs. The names
// of the cases begin with the section of RFC 6455, or with 7692 and the section of that; each stands in
// docs/conformance.md.
func TestRFC(t *testing.T) {
	groups := []struct {
		name        string
		compression Compression
		cases       []rfcCase
	}{
		{"framing", CompressionOff, framingCases()},
		{"opcodes", CompressionOff, opcodeCases()},
		{"fragments", CompressionOff, fragmentCases()},
		{"fragments with deflate", CompressionOn, fragmentCases()},
		{"utf8", CompressionOff, utf8Cases()},
		{"close", CompressionOff, closeCases()},
		{"deflate", CompressionOn, deflateCases()},
	}
	for _, tr := range transports {
		t.Run(tr.name, func(t *testing.T) {
			t.Parallel()
			for _, g := range groups {
				budget := &Budget{Max: 1 << 20}
				s := startServer(t, tr, Options{MaxMessage: testMaxMessage, Compression: g.compression, Budget: budget})
				s.mute = true
				for _, tc := range g.cases {
					t.Run(g.name+"/"+tc.name, func(t *testing.T) { runCase(t, s, budget, tc, 0) })
					if len(tc.send) < 2000 {
						t.Run(g.name+"/"+tc.name+" in dribs", func(t *testing.T) { runCase(t, s, budget, tc, 3) })
					}
				}
			}
		})
	}
}

func runCase(t *testing.T, s *server, budget *Budget, tc rfcCase, drib int) {
	resp, body, peer, br := s.ask(t, with("Sec-WebSocket-Extensions: permessage-deflate"))
	if resp.StatusCode != 101 {
		t.Fatalf("answered %s %q", resp.Status, body)
	}
	o := receive(t, s.started)
	receive(t, s.upgraded)
	go send(peer, tc, drib)
	lastCode := make(chan string, 1)
	go func() { lastCode <- lastClose(readFrom{peer, br}) }()

	err := o.wait(t)
	o.end <- err // for the end of the server
	code := CloseCode(err)
	if got := append(o.transcript(), fmt.Sprintf("end %d", code)); !slices.Equal(got, tc.want) {
		t.Errorf("got  %q\nwant %q\nServe: %v", got, tc.want, err)
	}
	if got, want := <-lastCode, fmt.Sprintf("end %d", code); got != want {
		t.Errorf("the peer saw %q, want %q", got, want)
	}
	if n := budget.Used(); n != 0 {
		t.Errorf("%d bytes of the budget are still held", n)
	}
}

// readFrom reads what http.ReadResponse may have read too much of.
type readFrom struct {
	net.Conn
	br io.Reader
}

func (r readFrom) Read(p []byte) (int, error) { return r.br.Read(p) }

// send writes the case, and a close frame if it is to end well. An error is no news: the server may have
// closed.
func send(peer net.Conn, tc rfcCase, drib int) {
	b := slices.Clone(tc.send)
	if slices.Contains(tc.want, bye) {
		b = append(b, closeFrame(1000, "")...)
	}
	if drib == 0 {
		drib = len(b)
	}
	for part := range slices.Chunk(b, drib) {
		if _, err := peer.Write(part); err != nil {
			return
		}
	}
}

// lastClose reads frames to the end, closes, and returns what the close frame said.
func lastClose(peer net.Conn) string {
	defer peer.Close()
	for {
		b0, p, err := readFrame(peer)
		switch {
		case err != nil:
			return err.Error()
		case b0 == 0x88 && len(p) == 0:
			return "end 1005"
		case b0 == 0x88:
			return fmt.Sprintf("end %d", binary.BigEndian.Uint16(p))
		}
	}
}
