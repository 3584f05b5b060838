//go:build unix

package disk_test

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
)

// BenchmarkAppend commits batches of 1,000 records of 128 bytes, from 20 publishers in turn in one channel, and
// reports the process's CPU for each record, with flushes and compactions. To see the sustained cost:
//
//	go test -run - -bench Append -benchtime 4000x ./store/disk
func BenchmarkAppend(b *testing.B) {
	const batch, lanes = 1000, 20
	s := open(b, b.TempDir(), disk.Options{})
	ds := make([]store.Draft, batch)
	res := make([]store.Result, batch)
	var next [lanes]uint64
	data := make([]byte, batch*128)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range data { // about as compressible as JSON
		data[i] = "0123456789abcdef"[rnd.IntN(16)]
		if i%3 > 0 {
			data[i] = data[i-1]
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	cpu, start := cpuTime(b), time.Now()
	for i := range b.N {
		for j := range ds {
			l := j * lanes / batch
			next[l]++
			d := store.Draft{Channel: "bench:append", Publisher: "ann", Number: next[l], Data: data[j*128 : j*128+128]}
			d.Producer[0] = byte(l + 1)
			d.Data[0], d.Data[1], d.Data[2] = byte(i), byte(i>>8), byte(i>>16)
			d.Hash = store.ContentHash(d.Type, d.Headers, d.Data)
			ds[j] = d
		}
		if err := s.Append(ds, res); err != nil {
			b.Fatal(err)
		}
		if res[batch-1].Outcome != store.Stored {
			b.Fatal(fmt.Sprint(res[batch-1]))
		}
	}
	cpu, took := cpuTime(b)-cpu, time.Since(start)
	b.StopTimer()
	n := float64(b.N * batch)
	b.ReportMetric(cpu.Seconds()*1e6/n, "cpu-µs/record")
	b.ReportMetric(n/took.Seconds()/1000, "krecords/s")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		b.Fatal(err)
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}
