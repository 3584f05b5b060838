package netlab

import (
	"fmt"
	"net/netip"
	"os"
)

// Link joins two hosts. Its device on each is called after the other host.
type Link struct {
	A, B *Host
	n    int
}

// Link joins two hosts directly. Both get addresses in a network of the link's own, and a host that is joined to a
// router has its default route there.
func (l *Lab) Link(a, b *Host) *Link {
	l.tb.Helper()
	k := l.newLink(a, b)
	a.Run("ip", "link", "add", "name", b.Name, "type", "veth", "peer", "name", a.Name, "netns", fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), b.ns.Fd()))
	k.configure()
	return k
}

func (l *Lab) newLink(a, b *Host) *Link {
	l.links++
	return &Link{A: a, B: b, n: l.links}
}

// configure gives the devices addresses, which sets the routes to each other, and default routes.
func (k *Link) configure() {
	k.A.lab.tb.Helper()
	for i, end := range []struct{ h, peer *Host }{{k.A, k.B}, {k.B, k.A}} {
		h, dev := end.h, end.peer.Name
		h.addrs = append(h.addrs, k.Network(i+1))
		h.addrs6 = append(h.addrs6, netip.MustParseAddr(k.network6(i+1)))
		h.Run("ip", "addr", "add", k.Network(i+1).String()+"/24", "dev", dev)
		h.Run("ip", "addr", "add", k.network6(i+1)+"/64", "dev", dev, "nodad")
		h.Run("ip", "link", "set", "dev", dev, "up")
	}
	k.route(k.A, k.B, 2)
	k.route(k.B, k.A, 1)
}

// Network is an IPv4 address on the link: 1 is A's, 2 is B's, others are free.
func (k *Link) Network(host int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, 77, byte(k.n), byte(host)})
}

func (k *Link) network6(host int) string { return fmt.Sprintf("fd77:%x::%x", k.n, host) }

// route leads from a host to everybody through a router, which has that number on the link.
func (k *Link) route(from, via *Host, host int) {
	from.lab.tb.Helper()
	if from.router || !via.router {
		return
	}
	from.Run("ip", "route", "replace", "default", "via", k.Network(host).String())
	from.Run("ip", "-6", "route", "replace", "default", "via", k.network6(host), "dev", via.Name)
}

// Down takes the link down at A's end: nothing passes, routes through it are gone, and sockets are told nothing.
func (k *Link) Down() { k.A.lab.tb.Helper(); k.A.Run("ip", "link", "set", "dev", k.B.Name, "down") }

// Up brings it up again.
func (k *Link) Up() {
	k.A.lab.tb.Helper()
	k.A.Run("ip", "link", "set", "dev", k.B.Name, "up")
	k.A.Run("ip", "addr", "replace", k.network6(1)+"/64", "dev", k.B.Name, "nodad") // was flushed
	k.route(k.A, k.B, 2)
}

// Readdress takes A's IPv4 address on the link away and gives it another one: 10.77.N.host.
func (k *Link) Readdress(host int) {
	k.A.lab.tb.Helper()
	i := len(k.A.addrs) - 1
	k.A.Run("ip", "addr", "del", k.A.addrs[i].String()+"/24", "dev", k.B.Name)
	k.A.addrs[i] = k.Network(host)
	k.A.Run("ip", "addr", "add", k.A.addrs[i].String()+"/24", "dev", k.B.Name)
	k.route(k.A, k.B, 2)
}
