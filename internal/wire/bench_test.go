package wire_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

var codecs = []wire.Codec{wire.JSON, wire.Binary}

// payload128 is a JSON payload of 128 bytes, as a chat might send it.
var payload128 = []byte(`{"m":"~M~1234567890123456789","p":"` + strings.Repeat("x", 91) + `"}`)

func samplePublish() wire.Publish {
	return wire.Publish{Channel: "chat:lobby", Number: 12345, Type: holdfast.JSON, Data: payload128}
}

func sampleRecord() holdfast.Record {
	return holdfast.Record{
		Channel: "chat:lobby", Offset: 123456, Time: time.UnixMilli(1790000000000), Publisher: "alice",
		Type: holdfast.JSON, Data: payload128,
	}
}

func BenchmarkDecodePublish(b *testing.B) {
	for _, c := range codecs {
		b.Run(c.String(), func(b *testing.B) {
			p := samplePublish()
			msg := p.Append(nil, c)
			var d wire.Decoder
			b.ReportAllocs()
			for b.Loop() {
				d.Reset(c, msg)
				if t, err := d.Next(); t != wire.TypePublish || err != nil {
					b.Fatal(t, err)
				}
			}
		})
	}
}

// BenchmarkDecodeBatch reads messages of sixteen publishes; the time is for each publish.
func BenchmarkDecodeBatch(b *testing.B) {
	for _, c := range codecs {
		b.Run(c.String(), func(b *testing.B) {
			p := samplePublish()
			var msg []byte
			for range 16 {
				msg = p.Append(msg, c)
			}
			var d wire.Decoder
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if i%16 == 0 {
					d.Reset(c, msg)
				}
				i++
				if t, err := d.Next(); t != wire.TypePublish || err != nil {
					b.Fatal(t, err)
				}
			}
		})
	}
}

func BenchmarkAppendRecord(b *testing.B) {
	for _, c := range codecs {
		for _, t := range []holdfast.ContentType{holdfast.JSON, holdfast.Text, holdfast.Binary} {
			b.Run(fmt.Sprint(c, "/", t), func(b *testing.B) {
				r := sampleRecord()
				if r.Type = t; t == holdfast.Text {
					r.Data = bytes.Repeat([]byte("text "), 26)
				}
				buf := make([]byte, 0, 1024)
				b.ReportAllocs()
				for b.Loop() {
					buf = wire.AppendRecord(buf[:0], c, &r, false)
				}
			})
		}
	}
}

func BenchmarkAppendStored(b *testing.B) {
	for _, c := range codecs {
		b.Run(c.String(), func(b *testing.B) {
			f := wire.Stored{Channel: "chat:lobby", Number: 12345, Offset: 123456, Flags: wire.FlagSynced, Copies: 1}
			buf := make([]byte, 0, 1024)
			b.ReportAllocs()
			for b.Loop() {
				buf = f.Append(buf[:0], c)
			}
		})
	}
}

// BenchmarkRelease is what a pooled decoder costs beyond reading, for each message.
func BenchmarkRelease(b *testing.B) {
	for _, c := range codecs {
		b.Run(c.String(), func(b *testing.B) {
			p := samplePublish()
			msg := p.Append(nil, c)
			var d wire.Decoder
			b.ReportAllocs()
			for b.Loop() {
				d.Reset(c, msg)
				if t, err := d.Next(); t != wire.TypePublish || err != nil {
					b.Fatal(t, err)
				}
				d.Reset(c, nil)
			}
		})
	}
}
