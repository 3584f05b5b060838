package server_test

import (
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// saying sends bytes over a new WebSocket, without a hello, and returns the code that it is closed with.
func saying(b ...[]byte) func(a *attacker) holdfast.Code {
	return func(a *attacker) holdfast.Code {
		a.upgrade("")
		a.write(bytes.Join(b, nil))
		return a.closed()
	}
}

// sending sends frames in one message behind a hello, and returns the code that the connection is closed with.
func sending(frames ...frame) func(a *attacker) holdfast.Code {
	return func(a *attacker) holdfast.Code {
		a.hello()
		a.send(frames...)
		return a.closed()
	}
}

// flooding sends the same bytes for ever behind a hello, and reads nothing.
func flooding(b []byte) func(a *attacker) holdfast.Code {
	b = bytes.Repeat(b, 1+(64<<10)/len(b))
	return func(a *attacker) holdfast.Code {
		a.hello()
		a.c.(*net.TCPConn).SetReadBuffer(4 << 10) // so that what is not read is in the way soon
		for a.write(b) {
		}
		return 0
	}
}

// Attacks with frames of WebSocket.
func TestBadFrames(t *testing.T) {
	const fin, text, bin, ping, pong = 0x80, 0x01, 0x02, 0x09, 0x0a
	deflate := "Sec-WebSocket-Extensions: permessage-deflate\r\n"
	squeezed := func(p []byte) func(a *attacker) holdfast.Code {
		b := rawFrame(fin|0x40|bin, p)
		return func(a *attacker) holdfast.Code {
			a.upgrade(deflate)
			a.write(b)
			return a.closed()
		}
	}
	call := (&wire.Call{ID: 1}).Append(nil, wire.Binary)
	calls := rawFrame(fin|0x40|bin, deflated(bytes.Repeat(call, 3<<20/len(call))))
	runAttacks(t, []attack{
		{name: "not masked", told: holdfast.CodeProtocolError, counted: closed, do: saying([]byte{fin | bin, 1, 'x'})},
		{name: "reserved bits", told: holdfast.CodeProtocolError, counted: closed, do: saying(rawFrame(fin|0x30|bin, nil))},
		{name: "compressed, which was not agreed on", told: holdfast.CodeProtocolError, counted: closed, do: saying(rawFrame(fin|0x40|bin, nil))},
		{name: "a reserved opcode", told: holdfast.CodeProtocolError, counted: closed, do: saying(rawFrame(fin|3, nil))},
		{name: "a fragmented ping", told: holdfast.CodeProtocolError, counted: closed, do: saying(rawFrame(ping, nil))},
		{name: "a continuation of nothing", told: holdfast.CodeProtocolError, counted: closed, do: saying(rawFrame(fin, nil))},
		{name: "2^63 bytes announced", told: holdfast.CodeProtocolError, counted: closed, do: saying(rawHeader(fin|bin, 1<<63))},
		{name: "2^62 bytes announced", told: holdfast.CodeMessageTooBig, counted: closed, do: saying(rawHeader(fin|bin, 1<<62))},
		{name: "text that is not UTF-8, long before its end", told: holdfast.CodeInvalidPayload, counted: closed,
			do: saying(rawHeader(fin|text, 100_000), []byte("\xff"))},
		{name: "text to who speaks binary", told: holdfast.CodeUnsupportedData, counted: closed, do: saying(rawFrame(fin|text, []byte("{}")))},
		{name: "noise", told: holdfast.CodeBadFrame, counted: closed, do: saying(rawFrame(fin|bin, bytes.Repeat([]byte{0xff}, 1000)))},
		{name: "a close frame that is none", told: holdfast.CodeProtocolError, counted: closed, do: saying(rawFrame(fin|8, []byte{3}))},
		{name: "fragments without end", told: holdfast.CodeMessageTooBig, counted: closed, do: func(a *attacker) holdfast.Code {
			a.hello()
			a.write(rawFrame(bin, nil))
			part := rawFrame(0, make([]byte, 1000))
			for range 1000 { // more than any message may have
				a.c.Write(part)
			}
			return a.closed()
		}},
		{name: "a hundred thousand empty fragments", counted: nowhere, do: func(a *attacker) holdfast.Code {
			a.hello()
			a.write(rawFrame(bin, nil))
			part := bytes.Repeat(rawFrame(0, nil), 1000)
			for range 100 {
				a.write(part)
			}
			a.write(rawFrame(fin, (&wire.Ping{ID: 1}).Append(nil, wire.Binary)))
			a.alive()
			return 0
		}},
		{name: "a bomb", told: holdfast.CodeMessageTooBig, counted: closed, do: squeezed(deflated(make([]byte, 8<<20)))},
		{name: "a bomb in a bomb", told: holdfast.CodeBadFrame, counted: closed, do: squeezed(deflated(deflated(make([]byte, 8<<20))))},
		{name: "a bomb of frames that want an answer", told: holdfast.CodeOverloaded, counted: closed,
			options: func(o *server.Options) { o.MaxMessage = 1 << 20 },
			do: func(a *attacker) holdfast.Code {
				a.upgrade(deflate)
				a.send(helloOf(1))
				a.write(calls)
				return a.closed()
			}},
		{name: "a flood of pings, and no look at the answers", counted: closed, count: holdfast.CodeWriteTimeout, do: flooding(rawFrame(fin|ping, nil))},
		{name: "a flood of pongs", counted: nowhere, do: func(a *attacker) holdfast.Code {
			a.hello()
			flood := bytes.Repeat(rawFrame(fin|pong, []byte("pong")), 10_000)
			for range 20 {
				a.write(flood)
			}
			a.alive()
			return 0
		}},
		{name: "half a close: the frame, and nothing after it", told: holdfast.CodeNormal, counted: closed,
			do: func(a *attacker) holdfast.Code {
				a.hello()
				a.write(rawFrame(fin|8, []byte{3, 0xe8}))
				code := a.closed()
				a.end()
				return code
			}},
		{name: "half a close: the server's is not answered", told: holdfast.CodeUnexpectedFrame, counted: closed,
			do: func(a *attacker) holdfast.Code {
				a.hello()
				a.send(helloOf(1))
				code := a.closed()
				for a.write(rawFrame(fin|ping, nil)) { // it goes on as if nothing was
				}
				return code
			}},
	})
}

func deflated(p []byte) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	w.Write(p)
	w.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte("\x00\x00\xff\xff"))
}

func repeat(n int, f func(i uint64) frame) (list []frame) {
	for i := range n {
		list = append(list, f(uint64(i+1)))
	}
	return list
}

// Attacks with frames of Holdfast.
func TestBadSessions(t *testing.T) {
	big := strings.Repeat("x", 200<<10)
	runAttacks(t, []attack{
		{name: "no hello", slow: true, told: holdfast.CodeHelloTimeout, counted: closed, do: saying()},
		{name: "slowloris: a hello byte by byte", slow: true, told: holdfast.CodeHelloTimeout, counted: closed, do: func(a *attacker) holdfast.Code {
			a.upgrade("")
			dribble(a, rawFrame(0x80|byte(ws.OpBinary), (&wire.Hello{Token: big[:4000]}).Append(nil, wire.Binary)))
			return a.closed()
		}},
		{name: "pings instead of a hello", slow: true, told: holdfast.CodeHelloTimeout, counted: closed, do: func(a *attacker) holdfast.Code {
			a.upgrade("")
			dribble(a, bytes.Repeat([]byte{0x89, 0x80, 0, 0, 0, 0}, 1000))
			return a.closed()
		}},
		{name: "a huge hello", told: holdfast.CodeBadFrame, counted: closed,
			do: func(a *attacker) holdfast.Code { a.upgrade(""); a.send(&wire.Hello{Token: big}); return a.closed() }},
		{name: "two hellos", told: holdfast.CodeUnexpectedFrame, counted: closed, do: sending(helloOf(1))},
		{name: "something else first", told: holdfast.CodeUnexpectedFrame, counted: closed,
			do: func(a *attacker) holdfast.Code { a.upgrade(""); a.send(&wire.Ack{Channel: "c"}); return a.closed() }},
		{name: "what only a server says", told: holdfast.CodeUnexpectedFrame, counted: closed, do: sending(&wire.Welcome{})},
		{name: "a flood behind a hello that waits", told: holdfast.CodeOverloaded, counted: closed,
			options: func(o *server.Options) {
				o.Authenticate = func(ctx context.Context, c server.Credentials) (server.User, error) {
					if c.Token == "" { // the good client has none either
						return server.User{}, nil
					}
					<-ctx.Done()
					return server.User{}, ctx.Err()
				}
			},
			do: func(a *attacker) holdfast.Code {
				a.upgrade("")
				a.send(&wire.Hello{Token: "waits"}, &wire.Publish{Channel: "c", Number: 1, Data: make([]byte, 300<<10)})
				return a.closed()
			}},
		{name: "a hello with too many subscriptions", told: holdfast.CodeTooManySubscriptions, counted: closed,
			do: func(a *attacker) holdfast.Code {
				a.upgrade("")
				h := helloOf(1)
				for i := range 10_000 {
					h.Subscriptions = append(h.Subscriptions, wire.Subscribe{ID: 1, Channel: fmt.Sprint("c", i)})
				}
				a.send(h)
				return a.closed()
			}},
		{name: "too many subscriptions", counted: declined, count: holdfast.CodeTooManySubscriptions, do: func(a *attacker) holdfast.Code {
			a.hello()
			a.send(repeat(2000, func(i uint64) frame { return &wire.Subscribe{ID: i, Channel: fmt.Sprint("c", i)} })...)
			a.alive()
			return 0
		}},
		{name: "subscribing and unsubscribing in one message", told: holdfast.CodeOverloaded, counted: closed,
			options: func(o *server.Options) { o.MaxMessage = 1 << 20 },
			do: func(a *attacker) holdfast.Code {
				a.hello()
				one := (&wire.Unsubscribe{ID: 1, Channel: "c"}).Append((&wire.Subscribe{ID: 1, Channel: "c"}).Append(nil, wire.Binary), wire.Binary)
				a.write(rawFrame(0x82, bytes.Repeat(one, 3<<20/len(one))))
				return a.closed()
			}},
		{name: "a great many channels named", counted: nowhere, do: func(a *attacker) holdfast.Code {
			a.hello()
			for n := range often(40, 5_000) { // a million of all attackers in the long run
				a.send(repeat(50, func(i uint64) frame { return &wire.Subscribe{ID: i, Channel: fmt.Sprint("c", n, "-", i)} })...)
				a.alive()
				a.send(repeat(50, func(i uint64) frame { return &wire.Unsubscribe{ID: i, Channel: fmt.Sprint("c", n, "-", i)} })...)
				a.alive()
			}
			return 0
		}},
		{name: "a great many named cursors", counted: declined, count: holdfast.CodeOverloaded,
			options: func(o *server.Options) { o.Store = memory.New(memory.Options{MaxBytes: 1 << 20}) },
			do: func(a *attacker) holdfast.Code {
				a.hello()
				for n := range 40 {
					a.send(repeat(50, func(i uint64) frame {
						return &wire.Subscribe{ID: i, Channel: fmt.Sprint("c", i), Cursor: fmt.Sprint(n, a.c.LocalAddr())}
					})...)
					a.alive()
					a.send(repeat(50, func(i uint64) frame { return &wire.Unsubscribe{ID: i, Channel: fmt.Sprint("c", i)} })...)
					a.alive()
				}
				return 0
			}},
		{name: "a great many channels written", told: holdfast.CodeOverloaded, counted: closed,
			options: func(o *server.Options) { o.Store = memory.New(memory.Options{MaxBytes: 8 << 20}) },
			do: func(a *attacker) holdfast.Code {
				a.hello()
				for n := uint64(0); a.send(repeat(500, func(i uint64) frame { return &wire.Publish{Channel: fmt.Sprint("c", n*500+i), Number: 1} })...); n++ {
				}
				return a.closed()
			}},
		{name: "skips without end", told: holdfast.CodeOverloaded, counted: closed,
			do: sending(repeat(20_000, func(i uint64) frame { return &wire.Skip{Channel: "c", From: i, To: i} })...)},
		{name: "publishes without end, and no look at the answers", counted: closed, count: holdfast.CodeOverloaded,
			// 5,000 in a message, more than four times MaxInFlight: a fast store does not save them
			do: flooding(rawFrame(0x82, bytes.Repeat((&wire.Publish{Channel: "c", Number: 1}).Append(nil, wire.Binary), 5000)))},
		{name: "pings without end, and no look at the answers", counted: closed, count: holdfast.CodeWriteTimeout,
			do: flooding(rawFrame(0x82, (&wire.Ping{ID: 1 << 50}).Append(nil, wire.Binary)))},
		{name: "calls without end, and no look at the answers", counted: declined, count: holdfast.CodeNoSuchCall,
			do: flooding(rawFrame(0x82, (&wire.Call{ID: 1}).Append(nil, wire.Binary)))},
		{name: "acknowledging what was never sent", counted: nowhere, do: func(a *attacker) holdfast.Code {
			a.hello()
			a.send(&wire.Subscribe{ID: 1, Channel: "c", Cursor: a.c.LocalAddr().String()})
			a.alive()
			for range 100 {
				a.send(repeat(1000, func(i uint64) frame { return &wire.Ack{Channel: "c", Offset: 1<<53 - i, Generation: i} })...)
			}
			a.send(repeat(1000, func(i uint64) frame { return &wire.Ack{Channel: fmt.Sprint("never", i), Offset: i} })...)
			a.alive()
			return 0
		}},
		{name: "numbers far ahead", counted: declined, count: holdfast.CodeProducerUnknown, do: func(a *attacker) holdfast.Code {
			a.hello()
			a.send(repeat(1000, func(i uint64) frame { return &wire.Publish{Channel: "c", Number: 1 << 40} })...)
			a.await(func(typ wire.Type, d *wire.Decoder) bool { return typ == wire.TypeRefused })
			return 0
		}},
		{name: "halting lane after lane", told: holdfast.CodeOverloaded, counted: closed,
			do: sending(repeat(2000, func(i uint64) frame { return &wire.Publish{Channel: fmt.Sprint("c", i), Number: 1 << 40} })...)},
	})
}

// often is how often something is done in the short run, and in the long one.
func often(short, full int) int {
	if inLongRun() {
		return full
	}
	return short
}
