package memory_test

import (
	"testing"

	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// BenchmarkAppend appends records of 128 bytes in batches of 100, from 20 publishers in turn in one channel; the time
// and the allocations are those of one record.
func BenchmarkAppend(b *testing.B) {
	const batch, lanes = 100, 20
	s := memory.New(memory.Options{Retention: store.Retention{Bytes: 64 << 20}})
	ds := make([]store.Draft, batch)
	res := make([]store.Result, batch)
	var next [lanes]uint64
	data := make([]byte, 128)
	b.ReportAllocs()
	for done := 0; b.Loop(); done++ {
		j := done % batch
		l := j * lanes / batch
		next[l]++
		d := store.Draft{Channel: "bench:append", Publisher: "ann", Number: next[l], Data: data}
		d.Producer[0] = byte(l + 1)
		data[0] = byte(done)
		ds[j] = d
		if j == batch-1 {
			if err := s.Append(ds, res); err != nil {
				b.Fatal(err)
			}
			if res[j].Outcome != store.Stored {
				b.Fatal(res[j])
			}
		}
	}
}
