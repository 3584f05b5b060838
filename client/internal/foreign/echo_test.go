package foreign

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// Servers of other libraries are spoken to as they are: text, bytes, fragments, compression, pings, subprotocols. What is sent before there
// is a connection, and after, comes back once and in order.
func TestEcho(t *testing.T) {
	t.Parallel()
	for _, l := range libraries {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			for name, mode := range map[string]client.Compression{"plain": client.CompressionOff, "deflate": client.CompressionOn} {
				t.Run(name, func(t *testing.T) { echoes(t, l.start(t, mode == client.CompressionOn), mode) })
			}
		})
	}
}

func echoes(t *testing.T, url string, mode client.Compression) {
	r := expected(t)
	ready := make(chan struct{})
	m := meet(t, url, client.SocketOptions{
		Compression: mode, ChunkSize: 16 << 10, Subprotocols: []string{"other", "echo"},
		Heartbeat: client.Heartbeat{Interval: 200 * time.Millisecond, Timeout: patience},
		Token:     func(context.Context) (string, error) { <-ready; return "", nil },
	})
	m.send(5)
	if n := m.Stats().QueueMessages; n != 5 {
		t.Errorf("%d messages wait, want 5", n)
	}
	close(ready)
	m.state(1, client.StateOpen)
	m.echoed(5)
	m.exchange(10)
	bytes := strings.Repeat("\x00\xff\x01", 100_000)
	if err := m.SendBytes(m.ctx, []byte(bytes)); err != nil {
		t.Fatal(err)
	}
	if got := m.receive(); got.Kind != client.BinaryMessage || string(got.Data) != bytes {
		t.Errorf("received %v of %d bytes", got.Kind, len(got.Data))
	}
	if got := m.Subprotocol(); got != "echo" {
		t.Errorf("subprotocol %q", got)
	}
	if e := m.kind(2, client.SocketHeartbeat); e.RTT <= 0 || e.Missed != 0 {
		t.Errorf("a heartbeat %+v", e)
	}
	st := m.Stats()
	if st.MessagesIn != 16 || st.MessagesOut != 16 || st.BytesIn != st.BytesOut || st.Connects != 1 || st.Failures != 0 || st.Heartbeats < 2 || st.RTT.Max <= 0 {
		t.Errorf("%+v", st)
	}
	m.finish()
	m.happened("connecting", "open", "opened", "closing", "closed 1000 clean", "closed")
	if r.then != stays || m.Stats().Closes[holdfast.CodeNormal] != 1 {
		t.Errorf("the page says that it %s; closes %v", r.then, m.Stats().Closes)
	}
}

// A close frame is told with its code and reason, and what is done about it depends on the code.
func TestClose(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"1000", "1001", "1005", "1008", "1011", "1012", "1013", "4357"} {
		t.Run(code, func(t *testing.T) {
			each(t, false, func(t *testing.T, url string) { closes(t, url, code) })
		})
	}
}

func closes(t *testing.T, url, code string) {
	r := expected(t)
	m := meet(t, url, client.SocketOptions{})
	m.exchange(3)
	const reason = "so long, and thanks"
	if code == "1005" {
		m.order("close")
	} else {
		m.order("close " + code + " " + reason)
	}
	e := m.kind(1, client.SocketClosed)
	if strconv.Itoa(int(e.Code)) != code || !e.Clean || code != "1005" && e.Reason != reason {
		t.Errorf("closed with %d %q, clean %t: %v", e.Code, e.Reason, e.Clean, e.Err)
	}
	m.failure(1, r)
	if r.then == stops {
		m.stopped(r)
	} else {
		m.exchange(3)
		m.kind(1, client.SocketReconnected)
		m.happened(joined([]string{"connecting"}, opened, ended(r, 1, " clean"))...)
	}
	if st := m.Stats(); st.Closes[r.code] != 1 || st.Errors[r.class] != 1 {
		t.Errorf("closes %v, errors %v", st.Closes, st.Errors)
	}
	if r.then != stops {
		m.finish()
	}
}

// A connection that ends without a word is made again. What was said before has come, and what is said after comes.
func TestCut(t *testing.T) {
	each(t, false, func(t *testing.T, url string) {
		r := expected(t)
		m := meet(t, url, client.SocketOptions{})
		m.exchange(3)
		for n := range 3 {
			m.order("cut")
			if e := m.kind(n+1, client.SocketClosed); e.Code != holdfast.CodeAbnormal || e.Clean {
				t.Errorf("closed with %d, clean %t: %v", e.Code, e.Clean, e.Err)
			}
			m.failure(n+1, r)
			m.exchange(3)
			m.kind(n+1, client.SocketReconnected)
		}
		m.happened(joined([]string{"connecting"}, opened, ended(r, 1), ended(r, 2), ended(r, 3))...)
		if st := m.Stats(); st.Connects != 4 || st.Reconnects != 3 || st.ReconnectRate != 1 || st.Errors[r.class] != 3 || st.Retries != 3 || r.then != reconnects {
			t.Errorf("%+v; the page says that it %s", st, r.then)
		}
		m.finish()
	})
}
