package store

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	"github.com/holdfast-ws/holdfast"
)

// ContentHash is the 64-bit hash (xxHash64) that tells a resent record from another one under the same
// number. It covers the type, the headers in their order, and the data.
func ContentHash(t holdfast.ContentType, headers []holdfast.Header, data []byte) uint64 {
	if t == holdfast.Binary && len(headers) == 0 {
		return xxhash.Sum64(data)
	}
	var d xxhash.Digest
	d.Reset()
	var n [9]byte
	n[0] = byte(t)
	for _, h := range headers {
		binary.LittleEndian.PutUint32(n[1:], uint32(len(h.Name)))
		binary.LittleEndian.PutUint32(n[5:], uint32(len(h.Value)))
		d.Write(n[1:])
		d.WriteString(h.Name)
		d.WriteString(h.Value)
	}
	d.Write(n[:1])
	d.Write(data)
	return d.Sum64()
}
