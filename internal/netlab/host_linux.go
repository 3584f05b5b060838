package netlab

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Lab is a set of hosts. Its methods fail the test where something cannot be had; they belong to the test's goroutine.
type Lab struct {
	tb    testing.TB
	links int
}

// Host is a network namespace: a machine, as far as networks are concerned. Its methods may be called concurrently,
// except while it is being linked.
type Host struct {
	Name   string
	lab    *Lab
	ns     *os.File
	router bool
	addrs  []netip.Addr // IPv4, one for each link
	addrs6 []netip.Addr
}

// commandTimeout bounds commands such as ip.
const commandTimeout = 30 * time.Second

// home is the namespace that the test was started in.
var home = sync.OnceValues(func() (*os.File, error) { return os.Open("/proc/self/ns/net") })

// New returns an empty lab. It skips the test where there cannot be one, or where one of these programs is missing.
func New(tb testing.TB, programs ...string) *Lab {
	tb.Helper()
	if os.Geteuid() != 0 {
		tb.Skip("needs root, for network namespaces")
	}
	for _, p := range append([]string{"ip"}, programs...) {
		if _, err := exec.LookPath(p); err != nil {
			tb.Skipf("needs %s: see tools/install", p)
		}
	}
	if _, err := home(); err != nil {
		tb.Skipf("needs network namespaces: %v", err)
	}
	return &Lab{tb: tb}
}

// Host makes a host without links.
func (l *Lab) Host(name string) *Host {
	l.tb.Helper()
	h := &Host{Name: name, lab: l}
	err := onThread(func() (err error) {
		if err = unix.Unshare(unix.CLONE_NEWNET); err == nil {
			h.ns, err = os.Open(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()))
		}
		return err
	})
	if err != nil {
		l.tb.Skipf("needs a root who may make network namespaces: %v", err)
	}
	l.tb.Cleanup(func() { h.ns.Close() })
	h.Sysctl("net.ipv6.conf.default.accept_dad", "0") // it would take two seconds
	h.Sysctl("net.ipv6.conf.default.dad_transmits", "0")
	h.Run("ip", "link", "set", "dev", "lo", "up")
	return h
}

// Router makes a host that passes on what is for others.
func (l *Lab) Router(name string) *Host {
	l.tb.Helper()
	h := l.Host(name)
	h.router = true
	h.Sysctl("net.ipv4.ip_forward", "1")
	h.Sysctl("net.ipv6.conf.all.forwarding", "1")
	return h
}

// onThread runs f on a thread that may be moved to another namespace by f, and is moved back.
func onThread(f func() error) error {
	back, err := home()
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	err = f()
	if e := unix.Setns(int(back.Fd()), unix.CLONE_NEWNET); e != nil {
		return fmt.Errorf("leave the namespace: %w", e) // the thread stays locked, so that it ends with its goroutine
	}
	runtime.UnlockOSThread()
	return err
}

// Do runs f in the host's namespace. What f opens or starts on its own goroutine belongs there.
func (h *Host) Do(f func() error) error {
	return onThread(func() error {
		if err := unix.Setns(int(h.ns.Fd()), unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("enter %s: %w", h.Name, err)
		}
		return f()
	})
}

// Command runs a program there to its end, and returns what it printed.
func (h *Host) Command(program string, args ...string) (out string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	err = h.Do(func() error {
		b, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
		out = string(b)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("on %s: %s %s: %w: %s", h.Name, program, strings.Join(args, " "), err, strings.TrimSpace(out))
	}
	return out, nil
}

// Run is Command, and the test fails if that does.
func (h *Host) Run(program string, args ...string) string {
	h.lab.tb.Helper()
	out, err := h.Command(program, args...)
	if err != nil {
		h.lab.tb.Fatal(err)
	}
	return out
}

// Sysctl sets a kernel parameter of the namespace, such as net.ipv4.ip_forward.
func (h *Host) Sysctl(name, value string) {
	h.lab.tb.Helper()
	path := "/proc/sys/" + strings.ReplaceAll(name, ".", "/")
	if err := h.Do(func() error { return os.WriteFile(path, []byte(value), 0) }); err != nil {
		h.lab.tb.Fatalf("on %s: %v", h.Name, err)
	}
}

// Addr is the host's IPv4 address on its first link.
func (h *Host) Addr() netip.Addr { return h.addrs[0] }

// Addr6 is the host's IPv6 address on its first link.
func (h *Host) Addr6() netip.Addr { return h.addrs6[0] }

// Dial connects from there. The address is one of numbers, since names are not known there.
func (h *Host) Dial(ctx context.Context, network, addr string) (c net.Conn, err error) {
	err = h.Do(func() (err error) {
		c, err = new(net.Dialer).DialContext(ctx, network, addr)
		return err
	})
	return c, err
}

// Listen takes connections there.
func (h *Host) Listen(network, addr string) (ln net.Listener, err error) {
	err = h.Do(func() (err error) {
		ln, err = net.Listen(network, addr)
		return err
	})
	return ln, err
}

// Rule is an iptables rule of a host.
type Rule struct {
	h    *Host
	spec []string // from the chain on
	tail []string // the table
}

// Append appends a rule to a chain of a table: Append("filter", "FORWARD", "-p", "tcp", "-j", "DROP").
func (h *Host) Append(table, chain string, spec ...string) *Rule {
	h.lab.tb.Helper()
	r := &Rule{h: h, spec: append([]string{chain}, spec...), tail: []string{"-t", table}}
	r.run("-A")
	return r
}

// Delete takes the rule away.
func (r *Rule) Delete() {
	r.h.lab.tb.Helper()
	r.run("-D")
}

func (r *Rule) run(what string) {
	r.h.lab.tb.Helper()
	args := append([]string{"-w", "20"}, r.tail...)
	r.h.Run("iptables", append(append(args, what), r.spec...)...)
}

// Sockets lists the established TCP connections there that match a filter of ss, one a line.
func (h *Host) Sockets(filter ...string) []string {
	h.lab.tb.Helper()
	return h.ss("-Htn", filter)
}

// KillSockets destroys the established TCP connections there that match, and returns how many there were. Both ends are told.
func (h *Host) KillSockets(filter ...string) int {
	h.lab.tb.Helper()
	return len(h.ss("-HtnK", filter))
}

func (h *Host) ss(flags string, filter []string) (lines []string) {
	h.lab.tb.Helper()
	for line := range strings.Lines(h.Run("ss", append([]string{flags, "state", "established"}, filter...)...)) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}
