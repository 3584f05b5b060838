package promise

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/coder/websocket"
)

// enveloper is a client of the envelope dialect that keeps to docs/envelope.md: it sends what has no ACK again, unchanged, over its next
// connection.
type enveloper struct {
	w     *world
	query string
}

// talk has f use one connection after the other until it says that it is done.
func (e *enveloper) talk(f func(c *websocket.Conn) (done bool)) {
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	url := "ws://"
	if e.w.transport == overTLS {
		url, tr.TLSClientConfig = "wss://", clientTLS()
	}
	o := &websocket.DialOptions{HTTPClient: &http.Client{Transport: tr}}
	if e.w.transport == deflated {
		o.CompressionMode = websocket.CompressionNoContextTakeover
	}
	for done := false; !done && e.w.ctx.Err() == nil; {
		c, _, err := websocket.Dial(e.w.ctx, url+e.w.proxy.addr()+"/ws?channel=c&"+e.query, o)
		if err != nil {
			continue
		}
		c.SetReadLimit(1 << 20)
		done = f(c)
		c.CloseNow()
	}
}

// next returns what the next message says that has data, or false at the end of the connection.
func (e *enveloper) next(c *websocket.Conn) (m struct {
	ID, Type string
	Data     json.RawMessage
}, ok bool) {
	_, b, err := c.Read(e.w.ctx)
	return m, err == nil && json.Unmarshal(b, &m) == nil
}

// publish sends each messages and returns when all of them have their ACK. at is called before each one is sent for the first time.
func (e *enveloper) publish(p, each int, at func(i int)) {
	acked, fresh := map[string]bool{}, 0
	message := func(c *websocket.Conn, i int) bool {
		id := fmt.Sprintf("%d:%d", p, i)
		return acked[id] || c.Write(e.w.ctx, websocket.MessageText, fmt.Appendf(nil, `{"id":%q,"type":"DATA","data":%q,"timestamp":%d}`, id, id, i+1)) == nil
	}
	e.talk(func(c *websocket.Conn) bool {
		for i := range fresh {
			if !message(c, i) {
				return false
			}
		}
		for len(acked) < each {
			if fresh < each && fresh-len(acked) < 8 {
				at(fresh)
				fresh++
				if !message(c, fresh-1) {
					return false
				}
				continue
			}
			m, ok := e.next(c)
			if !ok {
				return false
			}
			var d struct{ MessageID string }
			if m.Type == "ACK" && json.Unmarshal(m.Data, &d) == nil {
				acked[d.MessageID] = true
			}
		}
		return true
	})
}

// receipts is what one reader got, by offset.
type receipts struct {
	data  map[uint64]string
	wrong []string
}

type acking uint8

const (
	acksEach acking = iota
	acksNever
)

// receive reads until it has each messages of so many publishers. Records are in order on each connection, and at an offset there is always
// the same one.
func (e *enveloper) receive(publishers, each int, acks acking) (r receipts) {
	r.data = map[uint64]string{}
	seen := map[string]bool{}
	e.talk(func(c *websocket.Conn) bool {
		for last := uint64(0); len(seen) < publishers*each; {
			m, ok := e.next(c)
			if !ok {
				return false
			}
			if m.Type != "DATA" {
				r.wrong = append(r.wrong, fmt.Sprintf("a message of type %s", m.Type))
				continue
			}
			at, _, _ := strings.Cut(m.ID[strings.Index(m.ID, "@")+1:], "/")
			offset, err := strconv.ParseUint(at, 10, 64)
			var id string
			if err != nil || json.Unmarshal(m.Data, &id) != nil || last != 0 && offset != last+1 || r.data[offset] != "" && r.data[offset] != id {
				r.wrong = append(r.wrong, fmt.Sprintf("%s, %s after offset %d; before it was %q", m.ID, m.Data, last, r.data[offset]))
			}
			last, r.data[offset], seen[id] = offset, id, true
			if acks == acksEach && c.Write(e.w.ctx, websocket.MessageText, fmt.Appendf(nil, `{"type":"ACK","data":{"messageId":%q}}`, m.ID)) != nil {
				return false
			}
		}
		return true
	})
	return r
}

// What is not promised exactly once: the envelope dialect. Over cut connections, and on disk over power failures, each message
// that got its ACK is in the log at least once, and each record reaches those who read, at least once.
func TestEnvelopesAtLeastOnce(t *testing.T) {
	for _, s := range []storeKind{inMemory, onDisk} {
		for _, tr := range []transport{plainTCP, overTLS, deflated} {
			t.Run(fmt.Sprintf("%v/%v", s, tr), func(t *testing.T) {
				t.Parallel()
				envelopesAtLeastOnce(newWorld(t, cell{s, jsonFrames, tr}))
			})
		}
	}
}

func envelopesAtLeastOnce(w *world) {
	fs := vfs.NewCrashableMem()
	if w.store == onDisk {
		w.dir, w.disk.FS = "data", fs
		if err := fs.MkdirAll("data", 0o700); err != nil {
			w.Fatal(err)
		}
	}
	w.start()
	const publishers, each = 3, 60
	var wg sync.WaitGroup
	readers := make([]receipts, 2)
	for i, acks := range []acking{acksEach, acksNever} {
		e := &enveloper{w, fmt.Sprintf("from=start&user=reader%d", i)}
		wg.Go(func() { readers[i] = e.receive(publishers, each, acks) })
	}
	for p := range publishers {
		e, cuts := &enveloper{w, fmt.Sprintf("user=publisher%d", p)}, w.some(4, each)
		wg.Go(func() {
			e.publish(p, each, func(i int) {
				if cuts[i] {
					w.proxy.cut()
				}
			})
		})
	}
	if w.store == onDisk {
		for i := range 3 {
			at := uint64(1 + 40*i + w.rng.IntN(40))
			w.until("enough is stored for a power failure", func() bool { return w.head("c") >= at })
			w.proxy.aim(nowhere)
			w.proxy.muteServer() // what is answered from now on was never heard
			fs = fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: w.rng.IntN(101), RNG: rand.New(rand.NewPCG(w.rng.Uint64(), 1))})
			w.proxy.cut()
			w.stop()
			w.disk.FS = fs
			w.start()
		}
	}
	wg.Wait()
	if w.ctx.Err() != nil {
		w.Fatal("it does not come to an end")
	}
	stored := map[string]int{}
	log := w.log("c")
	for _, r := range log {
		var id string
		if err := json.Unmarshal(r.Data, &id); err != nil {
			w.Fatal(err)
		}
		stored[id]++
	}
	for p := range publishers {
		for i := range each {
			if id := fmt.Sprintf("%d:%d", p, i); stored[id] == 0 {
				w.Errorf("message %s got its ACK and is not in the log", id)
			}
		}
	}
	for i, r := range readers {
		for _, wrong := range r.wrong {
			w.Errorf("reader %d got %s", i, wrong)
		}
		for offset := range r.data {
			if offset > uint64(len(log)) || fmt.Sprintf("%q", r.data[offset]) != string(log[offset-1].Data) {
				w.Errorf("reader %d got %q at offset %d, where the log has another record", i, r.data[offset], offset)
			}
		}
	}
	w.Logf("%d messages, %d records", publishers*each, len(log))
}

// What is not durable yet has no ACK and is shown to nobody; a copy of it that comes over another connection has to wait, too.
func TestEnvelopesAreDurableBeforeTheirACK(t *testing.T) {
	for _, s := range []storeKind{inMemory, onDisk} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, cell{s, jsonFrames, plainTCP})
			disk := newSyncGate()
			w.disk.FS = disk.fs
			w.waits = true
			w.start()
			var g gate = disk
			if w.store == inMemory {
				g = w.spy
			}
			defer g.release()
			const message = `{"id":"a","type":"DATA","data":1,"timestamp":1}`
			connect := func() *websocket.Conn {
				c, _, err := websocket.Dial(w.ctx, "ws://"+*w.addr.Load()+"/ws?channel=c&from=start", nil)
				if err != nil {
					w.Fatal(err)
				}
				w.Cleanup(func() { c.CloseNow() })
				return c
			}
			say := func(c *websocket.Conn, text string) {
				if err := c.Write(w.ctx, websocket.MessageText, []byte(text)); err != nil {
					w.Fatal(err)
				}
			}
			next := func(c *websocket.Conn) string {
				_, b, err := c.Read(w.ctx)
				if err != nil {
					w.Fatal(err)
				}
				return string(b)
			}
			one, two := connect(), connect()
			g.hold()
			say(one, message)
			w.until("the store is held up", g.held)
			say(two, message)
			for _, c := range []*websocket.Conn{one, two} {
				for range 5 {
					say(c, "ping")
					if text := next(c); text != "pong" {
						w.Errorf("%s before it is durable", text)
					}
				}
			}
			g.release()
			for _, c := range []*websocket.Conn{one, two} {
				for acks, records := 0, 0; acks < 1 || records < 1; {
					switch text := next(c); {
					case strings.Contains(text, `"ACK"`):
						acks++
					case strings.Contains(text, `"DATA"`):
						records++
					default:
						w.Errorf("%s", text)
					}
				}
			}
		})
	}
}
