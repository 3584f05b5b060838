package wire_test

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast/internal/wire"
)

// message is one WebSocket message as it arrives.
type message struct {
	name    string
	codec   wire.Codec
	message []byte
}

func (m message) isText() bool { return m.codec == wire.JSON && utf8.Valid(m.message) }

func (m message) text() string {
	if m.isText() {
		return string(m.message)
	}
	return ""
}

func (m message) hex() string {
	if m.isText() {
		return ""
	}
	return hex.EncodeToString(m.message)
}

func jsonMessage(name, text string) message { return message{name, wire.JSON, []byte(text)} }

// binaryMessage takes hexadecimal digits with blanks between them.
func binaryMessage(name, digits string) message {
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		panic(name + ": " + err.Error())
	}
	return message{name, wire.Binary, b}
}

// accepted are the messages in spec/vectors/accepted.json.
var accepted = []message{
	jsonMessage("no frame", ""),
	jsonMessage("white space only", " \r\n\t\n"),
	jsonMessage("no line feed at the end", `{"t":"ping","id":1}`),
	jsonMessage("two frames", "{\"t\":\"ping\",\"id\":1}\n{\"t\":\"ack\",\"ch\":\"c\",\"o\":9}\n"),
	jsonMessage("white space within", "{ \"t\" :\t\"ping\" ,\r\n \"id\" : 1 }\n"),
	jsonMessage("type is not first", `{"id":1,"t":"ping"}`),
	jsonMessage("type is last, behind a payload that has a t", `{"ch":"c","data":{"t":"ack"},"n":1,"t":"publish"}`),
	jsonMessage("unknown key", `{"t":"ping","x":{"id":[7]},"id":1}`),
	jsonMessage("key of another frame", `{"t":"ping","ch":"c","data":{},"h":7,"id":1}`),
	jsonMessage("key with an escape", `{"t":"ping","\u0069d":1}`),
	jsonMessage("unknown key with an escape", `{"t":"ping","\"":1}`),
	jsonMessage("type with escapes", `{"\u0074":"\u0070ing","id":1}`),
	jsonMessage("type with escapes, not first", `{"id":1,"\u0074":"\u0070ing"}`),
	jsonMessage("empty key", `{"t":"ping","":1}`),
	jsonMessage("unknown type between two frames", `{"t":"ping"} {"t":"later","id":"not a number"} {"t":"pong"}`),
	jsonMessage("unknown type, not first", `{"id":"x","t":"later"}{"t":"pong"}`),
	jsonMessage("t within a subscription means nothing", `{"t":"hello","subs":[{"t":7,"ch":"c"}]}`),
	jsonMessage("strings with escapes", `{"t":"call","name":"\u0061\u00e9\ud83d\ude00","key":"a\"b\\c\/\n"}`),
	jsonMessage("half a surrogate pair in a string", `{"t":"refresh","token":"a\ud800b"}`),
	jsonMessage("half a surrogate pair in a payload stays", `{"t":"publish","data":"a\ud800b"}`),
	jsonMessage("repeated names in a payload", `{"t":"publish","data":{"a":1,"a":2}}`),
	jsonMessage("text with escapes", `{"t":"publish","text":"a\tb\u0000"}`),
	jsonMessage("zero and empty values", `{"t":"publish","ch":"","n":0,"h":[],"b64":""}`),
	jsonMessage("false", `{"t":"stored","synced":false}`),
	jsonMessage("unknown reason for a gap", `{"t":"gap","why":"moonlight"}`),
	jsonMessage("line feeds in a payload", "{\"t\":\"publish\",\"data\":{\n \"a\":\r\n1}}"),
	binaryMessage("no frame", ""),
	binaryMessage("two frames", "03 09 2c01 06 06 060163 0c09"),
	binaryMessage("length in more bytes than needed", "8300 09 2c01"),
	binaryMessage("unknown type between two frames", "01 09 04 1f ff00ff 01 0a"),
	binaryMessage("unknown fields of every kind",
		"28 09 8004 07 8104 0102030405060708 8204 03 ffffff 8304 00112233445566778899aabbccddeeff 2c01"),
	binaryMessage("field of another frame", "06 09 060163 2c01"),
	binaryMessage("fields in another order", "09 02 1202 6869 1401 0801"),
	binaryMessage("unknown reason for a gap", "03 25 7c07"),
	binaryMessage("zero and empty values", "07 02 0600 0800 1200"),
}

// invalid are the messages in spec/vectors/invalid.json.
var invalid = []message{
	jsonMessage("not JSON", "hello"),
	jsonMessage("a string", `"ping"`),
	jsonMessage("an array", `[{"t":"ping"}]`),
	jsonMessage("no type", `{"id":1}`),
	jsonMessage("empty object", `{}`),
	jsonMessage("type is a number", `{"t":9}`),
	jsonMessage("type is a number, not first", `{"id":1,"t":9}`),
	jsonMessage("type twice", `{"t":"ping","t":"ping"}`),
	jsonMessage("field twice", `{"t":"ping","id":1,"id":2}`),
	jsonMessage("two payloads", `{"t":"publish","data":1,"text":"x"}`),
	jsonMessage("second frame", "{\"t\":\"ping\"}\n{\"t\":\"ack\",\"ch\":7}\n"),
	jsonMessage("comma between frames", `{"t":"ping"},{"t":"ping"}`),
	jsonMessage("comma before the end", `{"t":"ping","id":1,}`),
	jsonMessage("no comma", `{"t":"ping" "id":1}`),
	jsonMessage("syntax behind an unknown type", `{"t":"later","x":}`),
	jsonMessage("syntax before the type", `{"x":[1,],"t":"ping"}`),
	jsonMessage("syntax in a payload", `{"t":"publish","data":{"a":01}}`),
	jsonMessage("raw line feed in a string", "{\"t\":\"publish\",\"text\":\"a\nb\"}"),
	jsonMessage("bad escape", `{"t":"publish","text":"\x"}`),
	jsonMessage("string instead of a number", `{"t":"ping","id":"1"}`),
	jsonMessage("null", `{"t":"ping","id":null}`),
	jsonMessage("negative number", `{"t":"ping","id":-1}`),
	jsonMessage("fraction", `{"t":"ping","id":1.0}`),
	jsonMessage("exponent", `{"t":"ping","id":1e3}`),
	jsonMessage("2^53", `{"t":"ping","id":9007199254740992}`),
	jsonMessage("2^64", `{"t":"ping","id":18446744073709551616}`),
	jsonMessage("2^32 where 32 bits count", `{"t":"stored","count":4294967296}`),
	jsonMessage("code over 65535", `{"t":"refused","code":65536}`),
	jsonMessage("number instead of a string", `{"t":"ack","ch":7}`),
	jsonMessage("channel too long", `{"t":"ack","ch":"`+strings.Repeat("c", 256)+`"}`),
	jsonMessage("number instead of a flag", `{"t":"stored","synced":1}`),
	jsonMessage("unknown place to begin", `{"t":"subscribe","at":"middle"}`),
	jsonMessage("term too short", `{"t":"pass","term":"7e2400000000001"}`),
	jsonMessage("term in capitals", `{"t":"pass","term":"7E24000000000001"}`),
	jsonMessage("term not hexadecimal", `{"t":"pass","term":"7g24000000000001"}`),
	jsonMessage("term as a number", `{"t":"pass","term":1}`),
	jsonMessage("producer too long", `{"t":"skip","p":"000102030405060708090a0b0c0d0e0f10"}`),
	jsonMessage("base64 without padding", `{"t":"publish","b64":"AAE"}`),
	jsonMessage("base64 with a line feed", `{"t":"publish","b64":"AA\nEC"}`),
	jsonMessage("base64, other alphabet", `{"t":"publish","b64":"__-_"}`),
	jsonMessage("text is no string", `{"t":"publish","text":{}}`),
	jsonMessage("headers are no array", `{"t":"publish","h":{"a":"b"}}`),
	jsonMessage("header is no pair", `{"t":"publish","h":[["a"]]}`),
	jsonMessage("header of three", `{"t":"publish","h":[["a","b","c"]]}`),
	jsonMessage("header is a string", `{"t":"publish","h":["a"]}`),
	jsonMessage("header name too long", `{"t":"publish","h":[["`+strings.Repeat("h", 256)+`","v"]]}`),
	jsonMessage("65 headers", `{"t":"publish","h":[`+strings.Repeat(`["a","b"],`, 64)+`["a","b"]]}`),
	jsonMessage("nine earlier terms", `{"t":"subscribe","earlier":[`+strings.Repeat(`["7e24000000000001",1],`, 8)+`["7e24000000000001",1]]}`),
	jsonMessage("window of one", `{"t":"subscribe","window":[1]}`),
	jsonMessage("window over 32 bits", `{"t":"subscribe","window":[1,4294967296]}`),
	jsonMessage("subscription is no object", `{"t":"hello","subs":[1]}`),
	jsonMessage("field twice in a subscription", `{"t":"hello","subs":[{"ch":"a"},{"ch":"b","ch":"c"}]}`),
	message{"not UTF-8 in a string", wire.JSON, []byte("{\"t\":\"ack\",\"ch\":\"a\xffb\"}")},
	message{"not UTF-8 in a payload", wire.JSON, []byte("{\"t\":\"publish\",\"data\":\"\xc3\"}")},
	binaryMessage("empty frame", "00"),
	binaryMessage("length without a frame", "05"),
	binaryMessage("length over the message", "0a 09 2c01"),
	binaryMessage("length over 64 bits", "ffffffffffffffffff7f 09"),
	binaryMessage("length of 2^63", "80808080808080808001 09"),
	binaryMessage("field number 0", "03 09 0001"),
	binaryMessage("wrong kind", "0a 09 2d0000000000000001"),
	binaryMessage("field twice", "05 09 2c01 2c01"),
	binaryMessage("tag without a value", "02 09 2c"),
	binaryMessage("unfinished tag", "02 09 ff"),
	binaryMessage("unfinished number", "03 09 2cff"),
	binaryMessage("number over 64 bits", "0c 09 2c ffffffffffffffffff7f"),
	binaryMessage("2^53", "0a 09 2c 8080808080808010"),
	binaryMessage("2^32 where 32 bits count", "07 21 3c 8080808010"),
	binaryMessage("string over the frame", "04 06 060463"),
	binaryMessage("string of 2^63 bytes", "0c 06 06 80808080808080808001"),
	binaryMessage("unknown field over the frame", "04 09 820409"),
	binaryMessage("string is not UTF-8", "04 06 0601ff"),
	binaryMessage("term cut off", "04 24 21 0102"),
	binaryMessage("producer cut off", "04 03 1f 0102"),
	binaryMessage("content type 3", "03 02 1403"),
	binaryMessage("flag of 2", "03 21 4002"),
	binaryMessage("place to begin 5", "03 04 6005"),
	binaryMessage("channel too long", "8402 06 06 8002"+strings.Repeat("63", 256)),
	binaryMessage("header longer than its parts", "07 02 1a 04 0161 00 00"),
	binaryMessage("header shorter than its parts", "05 02 1a 02 0161"),
	binaryMessage("65 headers", "c602 02"+strings.Repeat("1a03016100", 65)),
	binaryMessage("window of one", "05 04 a601 01 01"),
	binaryMessage("field twice in a subscription", "09 01 9201 05 060161 0600"),
	binaryMessage("second frame", "01 09 03 09 2c80"),
}
