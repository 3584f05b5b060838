// Package wire turns the frames of protocol v1 into bytes and back, in two codecs: JSON lines, for reading and
// debugging, and binary. The protocol itself stands in spec/protocol.md; spec/vectors has every frame byte by byte.
//
// Each frame is one struct in one file, with its Append method, which writes both codecs, beside its parse
// method, which reads both. What a field is called in JSON, and its tag in binary, stands in one table,
// fields.go.
//
// A WebSocket message carries one or more frames, so encoded frames can be joined without encoding again:
//
//	b = stored.Append(b, c)
//	b = wire.AppendRecord(b, c, &record, false)
//
//	var d wire.Decoder
//	d.Reset(c, message)
//	for {
//		t, err := d.Next()
//		if err != nil {
//			break // io.EOF at the end
//		}
//		switch t {
//		case wire.TypePublish:
//			take(&d.Publish)
//		}
//	}
//
// Encoding is deterministic: equal frames give equal bytes. A field that is zero is left out. Frame types and
// fields that a reader does not know are skipped; that is how v1 grows.
package wire
