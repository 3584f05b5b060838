package client_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-ws/holdfast/internal/wire"
)

// The names of the cases begin with the section of RFC 6455, or with 7692 and the section of that. Each of them stands in
// docs/conformance.md.

var ping7 = ping(wire.JSON, 7)

func clientFraming() []clientCase {
	return []clientCase{
		{"5.2 text", serverText(ping7), []string{"pong 7"}},
		{"5.2 length 125", serverText(pingOf(125)), []string{"pong 7"}},
		{"5.2 length 126", serverText(pingOf(126)), []string{"pong 7"}},
		{"5.2 length 65535", serverText(pingOf(65535)), []string{"pong 7"}},
		{"5.2 length 65536", serverText(pingOf(65536)), []string{"pong 7"}},
		{"5.2 length not minimal, 16 bits", []byte{0x81, 126, 0, 125}, []string{"close 1002"}},
		{"5.2 length not minimal, 64 bits", []byte{0x81, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, []string{"close 1002"}},
		{"5.2 highest bit of the length", []byte{0x81, 127, 0x80, 0, 0, 0, 0, 1, 0, 0}, []string{"close 1002"}},
		{"5.2 RSV1 without an extension", serverFrame(0xc1, ping7), []string{"close 1002"}},
		{"5.2 RSV2", serverFrame(0xa1, ping7), []string{"close 1002"}},
		{"5.2 RSV3", serverFrame(0x91, ping7), []string{"close 1002"}},
		{"5.2 RSV1 on a ping", serverFrame(0xc9, ""), []string{"close 1002"}},
		{"5.2 RSV fails at the first byte", []byte{0xf1}, []string{"close 1002"}},
		{"5.2 reserved opcode 3", serverFrame(0x83, ""), []string{"close 1002"}},
		{"5.2 reserved opcode 7", serverFrame(0x87, ""), []string{"close 1002"}},
		{"5.2 reserved opcode 11", serverFrame(0x8b, ""), []string{"close 1002"}},
		{"5.2 reserved opcode 15", serverFrame(0x8f, ""), []string{"close 1002"}},
		{"5.1 a masked frame", maskedServerFrame(0x81, ping7), []string{"close 1002"}},
		{"5.1 a masked ping", maskedServerFrame(0x89, ""), []string{"close 1002"}},
		{"5.1 a masked close frame", maskedServerFrame(0x88, "\x03\xe8"), []string{"close 1002"}},
		{"5.6 binary where text was agreed on", serverFrame(0x82, ping7), []string{"close 1003"}},
		{"10.4 message of the limit", serverText(pingOf(clientMaxMessage)), []string{"pong 7"}},
		{"10.4 one byte more", serverText(pingOf(clientMaxMessage + 1)), []string{"close 1009"}},
		{"10.4 header far over the limit", append(serverHeader(0x81, 1<<40), make([]byte, clientMaxMessage+1000)...), []string{"close 1009"}},
		{"10.4 fragments over the limit", slices.Concat(serverFrame(0x01, strings.Repeat(" ", clientMaxMessage-10)), serverFrame(0x80, strings.Repeat(" ", 20))), []string{"close 1009"}},
	}
}

func clientBinary() []clientCase {
	p := ping(wire.Binary, 9)
	return []clientCase{
		{"5.6 binary", serverFrame(0x82, p), []string{"pong 9"}},
		{"5.6 text where binary was agreed on", serverText(ping7), []string{"close 1003"}},
		{"5.4 binary in fragments", slices.Concat(serverFrame(0x02, p[:1]), serverFrame(0x80, p[1:])), []string{"pong 9"}},
	}
}

func clientFragments() []clientCase {
	a, b := ping7[:5], ping7[5:]
	return []clientCase{
		{"5.4 two", slices.Concat(serverFrame(0x01, a), serverFrame(0x80, b)), []string{"pong 7"}},
		{"5.4 some empty", slices.Concat(serverFrame(0x01, ""), serverFrame(0x00, ping7), serverFrame(0x00, ""), serverFrame(0x80, "")), []string{"pong 7"}},
		{"5.4 ping between", slices.Concat(serverFrame(0x01, a), serverFrame(0x89, "p"), serverFrame(0x80, b)), []string{`control pong "p"`, "pong 7"}},
		{"5.4 close between", slices.Concat(serverFrame(0x01, a), serverClose(1001, "")), []string{"close 1001"}},
		{"5.4 continuation of nothing", serverFrame(0x80, ping7), []string{"close 1002"}},
		{"5.4 continuation of nothing, not final", serverFrame(0x00, ""), []string{"close 1002"}},
		{"5.4 continuation after the end", slices.Concat(serverFrame(0x01, a), serverFrame(0x80, b), serverFrame(0x80, "")), []string{"close 1002"}},
		{"5.4 text within text", slices.Concat(serverFrame(0x01, a), serverFrame(0x81, ping7)), []string{"close 1002"}},
		{"5.4 binary within text", slices.Concat(serverFrame(0x01, a), serverFrame(0x02, b)), []string{"close 1002"}},
		{"5.5 fragmented ping", serverFrame(0x09, ""), []string{"close 1002"}},
		{"5.5 fragmented close", serverFrame(0x08, ""), []string{"close 1002"}},
		{"5.5 ping of 125", serverFrame(0x89, strings.Repeat("x", 125)), []string{fmt.Sprintf("control pong %q", strings.Repeat("x", 125))}},
		{"5.5 ping of 126", serverHeader(0x89, 126), []string{"close 1002"}},
		{"5.5 close of 126", serverHeader(0x88, 126), []string{"close 1002"}},
		{"5.5.2 an empty ping", serverFrame(0x89, ""), []string{`control pong ""`}},
		{"5.5.3 pong unasked", slices.Concat(serverFrame(0x8a, "x"), serverText(ping7)), []string{"pong 7"}},
	}
}

func clientUTF8() []clientCase {
	const greek = `{"t":"κόσμε😀"}`
	at := strings.Index(greek, "😀") + 2 // within a rune
	return []clientCase{
		{"8.1 valid", slices.Concat(serverText(greek), serverText(ping7)), []string{"pong 7"}},
		{"8.1 rune across fragments", slices.Concat(serverFrame(0x01, greek[:at]), serverFrame(0x00, greek[at:at+1]), serverFrame(0x80, greek[at+1:]), serverText(ping7)), []string{"pong 7"}},
		{"8.1 invalid", serverText("\"\xed\xa0\x80\""), []string{"close 1007"}},
		{"8.1 overlong", serverText("\"\xc0\xaf\""), []string{"close 1007"}},
		{"8.1 beyond U+10FFFF", serverText("\"\xf4\x90\x80\x80\""), []string{"close 1007"}},
		{"8.1 ends within a rune", serverText("\"ab\xce"), []string{"close 1007"}},
		{"8.1 ends within a rune, fragmented", slices.Concat(serverFrame(0x01, "\"ab\xce"), serverFrame(0x80, "")), []string{"close 1007"}},
		{"8.1 fails fast in a fragment", serverFrame(0x01, "\"\xff"), []string{"close 1007"}},
		{"8.1 fails fast across fragments", slices.Concat(serverFrame(0x01, "\"\xed"), serverFrame(0x00, "\xa0")), []string{"close 1007"}},
		{"8.1 fails fast in the middle of a frame", serverText("\"\xff" + strings.Repeat("x", 90_000))[:100], []string{"close 1007"}},
	}
}

func clientClose() (cs []clientCase) {
	for _, code := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999} {
		cs = append(cs, clientCase{fmt.Sprintf("7.4 code %d", code), serverClose(uint16(code), "why"), []string{fmt.Sprintf("close %d", code)}})
	}
	for _, code := range []int{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		cs = append(cs, clientCase{fmt.Sprintf("7.4 bad code %d", code), serverClose(uint16(code), ""), []string{"close 1002"}})
	}
	return append(cs,
		clientCase{"5.5.1 empty", serverFrame(0x88, ""), []string{"close", "end"}},
		clientCase{"5.5.1 one byte", serverFrame(0x88, "\x03"), []string{"close 1002"}},
		clientCase{"5.5.1 reason of 123 bytes", serverClose(1001, strings.Repeat("x", 123)), []string{"close 1001"}},
		clientCase{"5.5.1 reason is not UTF-8", serverClose(1000, "\xff"), []string{"close 1007"}},
		clientCase{"5.5.1 nothing after a close frame", slices.Concat(serverClose(1001, ""), serverText(ping7), serverFrame(0xf1, "")), []string{"close 1001"}},
	)
}

func clientDeflate() []clientCase {
	d := serverDeflated(ping7)
	stored := "\x00" + string([]byte{byte(len(ping7)), 0, ^byte(len(ping7)), 0xff}) + ping7 + "\x00"
	return []clientCase{
		{"7692 6.2 compressed", serverFrame(0xc1, d), []string{"pong 7"}},
		{"7692 6.2 in fragments", slices.Concat(serverFrame(0x41, d[:3]), serverFrame(0x00, d[3:5]), serverFrame(0x80, d[5:])), []string{"pong 7"}},
		{"7692 6 not every message is compressed", slices.Concat(serverFrame(0xc1, d), serverText(ping7), serverFrame(0xc1, d)), []string{"pong 7", "pong 7", "pong 7"}},
		{"7692 6 ping between", slices.Concat(serverFrame(0x41, d[:3]), serverFrame(0x89, "p"), serverFrame(0x80, d[3:])), []string{`control pong "p"`, "pong 7"}},
		{"7692 6 RSV1 on a continuation", slices.Concat(serverFrame(0x41, d[:3]), serverFrame(0xc0, d[3:])), []string{"close 1002"}},
		{"7692 6 RSV1 on a ping", serverFrame(0xc9, ""), []string{"close 1002"}},
		{"7692 6 RSV1 on a close frame", serverFrame(0xc8, ""), []string{"close 1002"}},
		{"7692 7.2.2 not a deflate stream", serverFrame(0xc1, "\xff\xff\xff"), []string{"close 1007"}},
		{"7692 7.2.3.3 a block without compression", serverFrame(0xc1, stored), []string{"pong 7"}},
		{"7692 7.2.3.5 two blocks", serverFrame(0xc1, serverDeflated(ping7[:9])+"\x00\x00\xff\xff"+serverDeflated(ping7[9:])), []string{"pong 7"}},
		{"7692 7.2.3.6 empty", slices.Concat(serverFrame(0xc1, "\x00"), serverText(ping7)), []string{"pong 7"}},
		{"8.1 inflated text is not UTF-8", serverFrame(0xc1, serverDeflated("\"\xff\"")), []string{"close 1007"}},
		{"10.4 inflates to the limit", serverFrame(0xc1, serverDeflated(pingOf(clientMaxMessage))), []string{"pong 7"}},
		{"10.4 a bomb", serverFrame(0xc1, serverDeflated(strings.Repeat(" ", 8<<20))), []string{"close 1009"}},
	}
}
