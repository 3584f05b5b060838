package promise

import (
	"bytes"
	"net"
	"runtime"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Promise 6: one subscriber's application takes nothing, and another one's socket is not read at all. A third one gets
// everything meanwhile, the server's memory stays bounded, and then the two read all of it.
func TestPromise06SlowCostsNobody(t *testing.T) {
	matrix(t, func(w *world) {
		const all, size = 120, 8_000
		w.o.CacheBytes = 64 << 10
		w.start()
		slow := w.session(client.SessionOptions{}).subscribe("c", client.SubscribeOptions{From: client.FromStart, Window: client.Window{Records: 8}})
		if err := slow.Ready(w.ctx); err != nil {
			w.Fatal(err)
		}
		deaf := w.peer()
		deaf.raw.(*net.TCPConn).SetReadBuffer(256 << 10) // so that it is felt soon
		deaf.hello(holdfast.NewProducerID(), wire.Subscribe{ID: 1, Channel: "c", From: wire.FromStart, Window: wire.Window{Records: all, Bytes: 16 << 20}})
		deaf.want(wire.TypeSubscribed)
		quick := w.direct().subscribe("c", client.SubscribeOptions{From: client.FromStart})

		payload := func(i int) []byte { // does not compress
			b := make([]byte, size)
			x := uint64(i + 1)
			for k := range b {
				x = x*6364136223846793005 + 1442695040888963407
				b[k] = byte(x >> 56)
			}
			return b
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		pub, reading := w.direct(), make(chan struct{})
		go func() {
			defer close(reading)
			for i := range all {
				if _, err := pub.Enqueue(w.ctx, "c", payload(i)); err != nil {
					w.Error(err)
				}
			}
		}()
		same := func(who string, i int, r holdfast.Record) {
			if r.Offset != uint64(i+1) || !bytes.Equal(r.Data, payload(i)) {
				w.Fatalf("%s: record %d has offset %d and %d bytes", who, i, r.Offset, len(r.Data))
			}
		}
		for i, r := range w.records(quick, all) {
			same("the quick one", i, r)
		}
		<-reading
		st := w.srv.Stats()
		runtime.ReadMemStats(&after)
		w.Logf("cache %d KiB, stalled %d; the process's heap went from %d to %d KiB", st.CacheBytes>>10, st.Stalled, before.HeapAlloc>>10, after.HeapAlloc>>10)
		if st.CacheBytes > 4*w.o.CacheBytes+(1<<20) {
			w.Errorf("the server holds %d bytes of history", st.CacheBytes)
		}
		if st.Connections < 3 || st.DeadPeers != 0 {
			w.Errorf("a slow subscriber was cut off: %+v", st)
		}
		for i, r := range w.records(slow, all) {
			same("the slow one", i, r)
		}
		deaf.raw.(*net.TCPConn).SetReadBuffer(1 << 20)
		for i := 0; i < all; {
			if deaf.next() == wire.TypeRecord {
				r := deaf.dec.Record
				same("the deaf one", i, holdfast.Record{Offset: r.Offset, Data: r.Data})
				i++
			}
		}
	})
}
