package network

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/internal/netlab"
)

// star is two publishers and two subscribers on four hosts, and a server on a fifth, around a router.
type star struct {
	*world
	router  *netlab.Host
	clients []*netlab.Host
	links   []*netlab.Link // of the clients
	uplink  *netlab.Link   // of the server
	stop    func()
}

// family says over what the clients come.
type family uint8

const (
	ipv4 family = iota
	both        // the second publisher and subscriber over IPv6
)

// newStar starts everything, with traffic.
func newStar(t *testing.T, f family, server, client []string, programs ...string) *star {
	s := &star{world: newWorld(t, append(programs, "ss")...)}
	s.router = s.Router("router")
	host := s.Host("server")
	s.uplink = s.Link(host, s.router)
	for _, name := range []string{"pub1", "pub2", "sub1", "sub2"} {
		h := s.Host(name)
		s.clients = append(s.clients, h)
		s.links = append(s.links, s.Link(h, s.router))
	}
	s.quick = client
	s.serve(host, server...)
	s.publish(s.clients[0])
	s.subscribe(s.clients[2])
	if f == both {
		s.via = "http://" + netip.AddrPortFrom(host.Addr6(), port).String()
	}
	s.publish(s.clients[1], "--outbox", s.path("outbox"))
	s.subscribe(s.clients[3], "--codec", "json", "--cursor", s.path("cursor"))
	s.stop = s.stream(3 * time.Millisecond)
	s.connected()
	s.caughtUp()
	return s
}

// established lists the server's connections with a client.
func (s *star) established(with string) []string {
	s.Helper()
	return s.server.Sockets("sport", fmt.Sprintf("= :%d", port), "and", "dst", with)
}

func (s *star) end() {
	s.Helper()
	s.stop()
	s.finish()
}

// Promises 1, 3 and 7: a connection that is dead on one side or on both is noticed by silence, the server lets go of
// it, and the session goes on when the network does.
func TestHalfOpen(t *testing.T) {
	t.Parallel()
	server := "$server"
	for name, fault := range map[string]struct {
		rules [][]string
		dead  int // so many clients certainly have a dead connection
	}{
		"both ways":       {[][]string{{"-s", server}, {"-d", server}}, 4},
		"to the server":   {[][]string{{"-d", server}}, 4},
		"from the server": {[][]string{{"-s", server}}, 4},
		// Small ones pass, as on a path whose MTU is smaller than it says. Subscribers may have all that they need.
		"large packets": {[][]string{{"-m", "length", "--length", "200:65535"}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStar(t, ipv4, either(eagerServer, nil), either(eagerClient, nil), "iptables")
			var dead []string
			for _, c := range s.clients[:fault.dead] {
				for _, line := range s.established(c.Addr().String()) {
					dead = append(dead, peerOf(line))
				}
			}
			s.fault("half-open, " + name)
			var on []*netlab.Rule
			for _, rule := range fault.rules {
				spec := strings.Split(strings.ReplaceAll(strings.Join(rule, " "), server, s.server.Addr().String()), " ")
				on = append(on, s.router.Append("filter", "FORWARD", append(spec, "-j", "DROP")...))
			}
			begin := time.Now()
			s.until("the server has let go of dead connections", func() bool { return !s.anyOf(dead) })
			freed := time.Since(begin)
			s.stay(max(0, either(time.Second, 3*time.Minute)-freed))
			for _, r := range on {
				r.Delete()
			}
			s.recovered()
			t.Logf("the server let go of the dead connections after %v", freed.Round(10*time.Millisecond))
			s.end()
		})
	}
}

// peerOf is the other end in a line of ss.
func peerOf(line string) string {
	f := strings.Fields(line)
	return f[len(f)-1]
}

// anyOf reports whether one of these connections is still established at the server.
func (s *star) anyOf(peers []string) bool {
	s.Helper()
	for _, line := range s.server.Sockets("sport", fmt.Sprintf("= :%d", port)) {
		for _, p := range peers {
			if peerOf(line) == p {
				return true
			}
		}
	}
	return false
}

// Promise 7: the connections of all clients go dead, and new ones work. Old and new are both open for a while.
func TestDeadConnectionBesideALiveOne(t *testing.T) {
	t.Parallel()
	s := newStar(t, ipv4, either(eagerServer, nil), either(eagerClient, nil), "iptables")
	for range either(2, 5) {
		before := s.connects()
		var rules []*netlab.Rule
		var dead []string
		for _, line := range s.server.Sockets("sport", fmt.Sprintf("= :%d", port)) {
			peer := peerOf(line)
			_, number, _ := strings.Cut(peer[strings.LastIndex(peer, "]")+1:], ":")
			addr := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(peer, ":"+number), "[::ffff:"), "]")
			dead = append(dead, peer)
			rules = append(rules,
				s.router.Append("filter", "FORWARD", "-p", "tcp", "-s", addr, "--sport", number, "-j", "DROP"),
				s.router.Append("filter", "FORWARD", "-p", "tcp", "-d", addr, "--dport", number, "-j", "DROP"))
		}
		s.fault("dead connection")
		s.recovered() // with the rules in place
		s.reconnected(before)
		s.until("the server has let go of dead connections", func() bool { return !s.anyOf(dead) })
		for _, r := range rules {
			r.Delete()
		}
	}
	s.end()
}

// Promises 1 and 3: sockets are destroyed under both ends, again and again.
func TestSocketsKilled(t *testing.T) {
	t.Parallel()
	s := newStar(t, both, eagerServer, eagerClient)
	killed := 0
	for i := range either(6, 200) {
		at := s.server
		if i%2 == 1 {
			at = s.clients[i/2%len(s.clients)]
		}
		if n := at.KillSockets(); n > 0 {
			killed += n
			s.fault("ss -K")
		}
		s.recovered()
	}
	if killed < 8 {
		t.Errorf("only %d sockets were destroyed", killed)
	}
	s.end()
}

// Promises 1 and 3: a firewall resets what passes it.
func TestReset(t *testing.T) {
	t.Parallel()
	s := newStar(t, ipv4, eagerServer, eagerClient, "iptables")
	for i := range either(3, 60) {
		before := s.connects()
		rule := s.router.Append("filter", "FORWARD", "-p", "tcp", []string{"-s", "-d"}[i%2], s.server.Addr().String(), "-j", "REJECT", "--reject-with", "tcp-reset")
		s.fault("REJECT")
		s.stay(time.Second)
		rule.Delete()
		s.recovered()
		s.reconnected(before)
	}
	s.end()
}

// Promises 1 and 3: links go down and up, first a client's, then the server's.
func TestFlaps(t *testing.T) {
	t.Parallel()
	s := newStar(t, both, eagerServer, eagerClient)
	for i := range either(5, 100) {
		k := append(s.links, s.uplink)[i%5]
		k.Down()
		s.fault("link down")
		s.stay(time.Duration(500+i%4*500) * time.Millisecond)
		k.Up()
		s.recovered()
	}
	s.end()
}

// Promises 1 and 3: a client moves to another address; its old one is gone. The server lets go of the old connection.
func TestAddressChange(t *testing.T) {
	t.Parallel()
	s := newStar(t, ipv4, either(eagerServer, nil), either(eagerClient, nil))
	for i := range either(1, 2) {
		for k := range 2 { // a publisher and a subscriber
			before := s.connects()
			var old []string
			for _, link := range []*netlab.Link{s.links[k], s.links[k+2]} {
				old = append(old, link.A.Addr().String())
				link.Readdress(10 + i)
				s.fault("address changed")
			}
			s.recovered()
			s.until("both have other connections", func() bool { n := s.connects(); return n[k] > before[k] && n[k+2] > before[k+2] })
			s.until("the server has let go of the old connections", func() bool { return len(s.established(old[0]))+len(s.established(old[1])) == 0 })
		}
	}
	s.end()
}
