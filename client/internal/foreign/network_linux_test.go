package foreign

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/netlab"
)

// A NAT forgets a connection that has been idle, and then drops what comes on it without a word. Heartbeats that are more frequent keep it from
// that; others find out.
func TestNAT(t *testing.T) {
	t.Parallel()
	t.Run("heartbeats", func(t *testing.T) {
		t.Parallel()
		w := newNAT(t)
		r := expected(t)
		w.meet(t, "ws://"+at(w.server, 80), client.SocketOptions{Heartbeat: idle}).kept()
		if r.then != stays {
			t.Errorf("the page says that it %s", r.then)
		}
	})
	t.Run("forgets", func(t *testing.T) {
		t.Parallel()
		w := newNAT(t)
		r := expected(t)
		m := w.meet(t, "ws://"+at(w.server, 80), client.SocketOptions{Heartbeat: client.Heartbeat{Interval: 5 * time.Second, Timeout: 2 * time.Second}})
		m.exchange(3)
		for remembered(w.middle) > 0 && m.ctx.Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		m.order("lost on the way")
		m.failure(1, r)
		m.exchange(3)
		m.kind(1, client.SocketReconnected)
		m.happened(joined([]string{"connecting"}, opened, ended(r, attempts(m)))...)
		if st := m.Stats(); st.Missed != 1 || st.Connects != 2 || st.Errors[r.class] != 1 || r.then != reconnects {
			t.Errorf("%+v; the page says that it %s", st, r.then)
		}
		m.finish() // what was lost does not come
	})
}

// attempts is how the last attempt was counted: from the beginning again if the connection before it was up for long.
func attempts(m *meeting) int { return m.kind(1, client.SocketRetry).Attempt }

// newNAT is a world whose middle hides the client, and forgets.
func newNAT(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, "iptables", "conntrack")
	for _, chain := range []string{"FORWARD", "INPUT", "OUTPUT"} {
		w.middle.Append("filter", chain, "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP")
	}
	w.middle.Append("nat", "POSTROUTING", "-o", "server", "-j", "MASQUERADE")
	w.middle.Sysctl("net.netfilter.nf_conntrack_tcp_loose", "0")
	w.middle.Sysctl("net.netfilter.nf_conntrack_tcp_timeout_established", "3")
	w.echo(t, 80, nil)
	return w
}

// remembered is how many connections a NAT knows.
func remembered(h *netlab.Host) int {
	out, err := h.Command("conntrack", "-L", "-p", "tcp")
	if err != nil {
		return 1
	}
	return strings.Count(out, "ESTABLISHED")
}

// A network that takes everything and drops it ends the connection by the heartbeat, and each attempt by its timeout. When it works again, so
// does the socket.
func TestSilentNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "iptables")
	w.echo(t, 80, nil)
	r := expected(t)
	o := patient
	o.ConnectTimeout, o.Heartbeat = 2*time.Second, client.Heartbeat{Interval: 500 * time.Millisecond, Timeout: 2 * time.Second}
	m := w.meet(t, "ws://"+at(w.server, 80), o)
	m.exchange(3)
	drop := w.middle.Append("filter", "FORWARD", "-j", "DROP")
	m.failure(1, r)
	if e := m.kind(2, client.SocketError); e.Class != client.ClassTimeout {
		t.Errorf("an attempt fails with %v: %v", e.Class, e.Err)
	}
	m.send(3)
	drop.Delete()
	m.echoed(3)
	m.exchange(3)
	if st := m.Stats(); st.Connects != 2 || r.then != reconnects {
		t.Errorf("%+v; the page says that it %s", st, r.then)
	}
	m.paired()
	m.finish()
}

// A server that is killed ends its connections, and refuses others until it is there again.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	command := wsCommand(t)
	w := newWorld(t)
	r := expected(t)
	addr := at(w.server, 80)
	p := start(t, w.server, addr, append(command, addr)...)
	m := w.meet(t, "ws://"+addr, patient)
	m.exchange(3)
	p.Kill()
	m.failure(1, r)
	if e := m.kind(2, client.SocketError); e.Class != client.ClassNetwork {
		t.Errorf("an attempt fails with %v: %v", e.Class, e.Err)
	}
	m.send(3)
	start(t, w.server, addr, append(command, addr)...)
	m.echoed(3)
	m.exchange(3)
	if st := m.Stats(); st.Closes[r.code] != 1 || st.Connects != 2 || r.then != reconnects {
		t.Errorf("%+v; the page says that it %s", st, r.then)
	}
	m.paired()
	m.finish()
}
