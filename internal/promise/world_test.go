package promise

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
	"github.com/holdfast-ws/holdfast/store/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// seed of all random choices; HOLDFAST_SEED repeats a run.
var seed = sync.OnceValue(func() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("HOLDFAST_SEED"), 10, 64); err == nil {
		return n
	}
	return rand.Uint64()
})

type storeKind uint8

const (
	inMemory storeKind = iota
	onDisk
)

func (k storeKind) String() string { return [...]string{"memory", "disk"}[k] }

type transport uint8

const (
	plainTCP transport = iota
	overTLS
	deflated
)

func (t transport) String() string { return [...]string{"tcp", "tls", "deflate"}[t] }

type codec uint8

const (
	binaryFrames codec = iota
	jsonFrames
)

func (c codec) String() string { return [...]string{"binary", "json"}[c] }

// cell is one combination of what there is.
type cell struct {
	store     storeKind
	codec     codec
	transport transport
}

func (c cell) String() string { return fmt.Sprintf("%v/%v/%v", c.store, c.codec, c.transport) }

// matrix runs f for every combination.
func matrix(t *testing.T, f func(w *world)) {
	for _, s := range []storeKind{inMemory, onDisk} {
		matrixOf(t, s, f)
	}
}

// matrixOf runs f for every combination with one kind of store.
func matrixOf(t *testing.T, s storeKind, f func(w *world)) {
	for _, c := range []codec{binaryFrames, jsonFrames} {
		for _, tr := range []transport{plainTCP, overTLS, deflated} {
			k := cell{s, c, tr}
			t.Run(k.String(), func(t *testing.T) {
				t.Parallel()
				f(newWorld(t, k))
			})
		}
	}
}

// world is a server that can be stopped and started again on its data, and a proxy before it that cuts connections and
// goes silent.
type world struct {
	*testing.T
	cell
	ctx context.Context
	rng *rand.Rand // the test goroutine's

	// set before start, or between stop and start
	waits  bool // the store is held up, so it must not say that it is quick
	o      server.Options
	memory memory.Options
	disk   disk.Options
	dir    string

	addr  atomic.Pointer[string] // another one after each start
	proxy *proxy
	srv   *server.Server
	spy   *spy
	done  chan struct{}
}

// fast makes reconnecting short.
var fast = backoff.Options{BaseDelay: 3 * time.Millisecond, MaxDelay: 30 * time.Millisecond, MinUptime: time.Millisecond}

func newWorld(t *testing.T, c cell) *world {
	h := fnv.New64a()
	h.Write([]byte(t.Name()))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second) // bounds what hangs
	t.Cleanup(cancel)
	w := &world{T: t, cell: c, ctx: ctx, rng: rand.New(rand.NewPCG(seed(), h.Sum64()))}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("HOLDFAST_SEED=%d", seed())
		}
	})
	w.o.Logger = slog.New(slog.DiscardHandler)
	w.disk.MemTableSize, w.disk.CacheSize = 1<<20, 1<<20
	if c.transport == deflated {
		w.o.Compression = server.CompressionOn
	}
	if c.store == onDisk {
		w.dir = t.TempDir()
	}
	return w
}

// start starts the server, for the first time or again.
func (w *world) start() {
	w.Helper()
	var b store.Backend
	if w.store == inMemory {
		b = memory.New(w.memory)
	} else {
		s, err := disk.Open(w.dir, w.disk)
		if err != nil {
			w.Fatal(err)
		}
		b = s
	}
	w.startOn(b)
}

func (w *world) startOn(b store.Backend) {
	w.Helper()
	w.spy = &spy{Backend: b, waits: w.waits}
	o := w.o
	o.Store = w.spy
	srv, err := server.New(o)
	if err != nil {
		w.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	first, addr := w.proxy == nil, l.Addr().String()
	w.addr.Store(&addr)
	w.srv, w.done = srv, make(chan struct{})
	if w.transport == overTLS {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certificate().pair}})
	}
	done := w.done
	go func() {
		defer close(done)
		srv.Serve(l)
	}()
	if first {
		w.proxy = startProxy(w.T, addr)
		w.Cleanup(w.stop)
		return
	}
	w.proxy.aim(addr)
}

// stop ends the server at once: what was taken is committed, and every connection is closed.
func (w *world) stop() {
	if w.srv == nil {
		return
	}
	w.spy.release()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	w.srv.Shutdown(ctx) //nolint:errcheck // says that the context has ended
	<-w.done
	w.srv = nil
}

func (w *world) restart() {
	w.Helper()
	w.stop()
	w.start()
}

// head returns the last offset of a channel.
func (w *world) head(channel string) uint64 {
	st, err := w.spy.State(w.ctx, channel)
	if err != nil {
		w.Error(err)
	}
	return st.Head
}

// until waits for a condition that nothing announces.
func (w *world) until(what string, ok func() bool) {
	w.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-w.ctx.Done():
			w.Fatalf("waited in vain until %s", what)
		}
	}
}

// some returns n different numbers below limit, as a set.
func (w *world) some(n, limit int) map[int]bool {
	set := map[int]bool{}
	for _, i := range w.rng.Perm(limit)[:n] {
		set[i] = true
	}
	return set
}

// body is the content of a publisher's i-th record; some are large enough to be compressed.
func body(publisher, i int) []byte {
	b := fmt.Appendf(nil, "%d:%d:", publisher, i)
	if i%5 == 0 {
		b = append(b, strings.Repeat("holdfast ", 80)...)
	}
	return b
}

func readBody(b []byte) (publisher, i int) {
	if n, err := fmt.Sscanf(string(b), "%d:%d:", &publisher, &i); n != 2 || err != nil {
		return -1, -1
	}
	return publisher, i
}

type identity struct {
	pair  tls.Certificate
	roots *x509.CertPool
}

var certificate = sync.OnceValue(func() identity {
	h := httptest.NewTLSServer(nil)
	defer h.Close()
	roots := x509.NewCertPool()
	roots.AddCert(h.Certificate())
	return identity{h.TLS.Certificates[0], roots}
})

func clientTLS() *tls.Config { return &tls.Config{RootCAs: certificate().roots} }
