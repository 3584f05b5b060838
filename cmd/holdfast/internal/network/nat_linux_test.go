package network

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/internal/netlab"
)

// forgetful is a publisher and a subscriber behind a NAT that forgets a connection which has been idle for three
// seconds, and then drops what comes on it without a word.
type forgetful struct {
	*world
	nat *netlab.Host
}

func newForgetful(t *testing.T, server, client []string) *forgetful {
	f := &forgetful{world: newWorld(t, "iptables", "conntrack")}
	f.nat = f.Router("nat")
	host, pub, sub := f.Host("server"), f.Host("pub"), f.Host("sub")
	f.Link(host, f.nat)
	f.Link(pub, f.nat)
	f.Link(sub, f.nat)
	for _, chain := range []string{"FORWARD", "INPUT", "OUTPUT"} {
		f.nat.Append("filter", chain, "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP")
	}
	f.nat.Append("nat", "POSTROUTING", "-o", "server", "-j", "MASQUERADE")
	f.nat.Sysctl("net.netfilter.nf_conntrack_tcp_loose", "0")
	f.nat.Sysctl("net.netfilter.nf_conntrack_tcp_timeout_established", "3")
	f.quick = client
	f.serve(host, server...)
	f.publish(pub)
	f.subscribe(sub)
	f.pubs[0].feed(20)
	f.connected()
	f.caughtUp()
	return f
}

// remembered is how many connections the NAT knows.
func (f *forgetful) remembered() int {
	f.Helper()
	n := 0
	for line := range strings.Lines(f.nat.Run("conntrack", "-L", "-p", "tcp")) {
		if strings.Contains(line, "ESTABLISHED") {
			n++
		}
	}
	return n
}

// Heartbeats that are more frequent than a NAT forgets keep an idle session alive through it.
func TestHeartbeatsKeepANATFromForgetting(t *testing.T) {
	t.Parallel()
	f := newForgetful(t, []string{"--heartbeat", "500ms"}, nil)
	f.stay(either(8*time.Second, 3*time.Minute))
	if n := f.remembered(); n != 2 {
		t.Errorf("the NAT remembers %d connections, want 2", n)
	}
	f.fault("idle behind a NAT")
	f.recovered()
	f.onlyConnects()
	f.finish()
}

// Promises 1, 3 and 7: where they are less frequent, it forgets, nobody is told, and what is published then comes all
// the same.
func TestNATForgets(t *testing.T) {
	t.Parallel()
	f := newForgetful(t, []string{"--heartbeat", "7s", "--pong-timeout", "1s"}, eagerClient)
	for range either(1, 10) {
		before := f.connects()
		f.until("the NAT has forgotten", func() bool { return f.remembered() == 0 })
		f.fault("NAT forgot")
		f.pubs[0].feed(20)
		f.recovered()
		f.reconnected(before)
	}
	f.finish()
}
