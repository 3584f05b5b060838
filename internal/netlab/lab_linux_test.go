package netlab

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	if os.Getenv("NETLAB_CHILD") == "" {
		goleak.VerifyTestMain(m)
	}
	os.Exit(m.Run())
}

const patience = time.Minute

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// pair is a connection between two hosts.
func pair(t *testing.T, from, to *Host, addr netip.Addr) (client, server net.Conn) {
	t.Helper()
	ln, err := to.Listen("tcp", netip.AddrPortFrom(addr, 0).String())
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if client, err = from.Dial(deadline(t), "tcp", ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	if server, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return client, server
}

// heard reports whether what one end says comes to the other in a short time.
func heard(t *testing.T, from, to net.Conn, within time.Duration) bool {
	t.Helper()
	if _, err := from.Write([]byte("x")); err != nil {
		return false
	}
	to.SetReadDeadline(time.Now().Add(within))
	_, err := io.ReadFull(to, make([]byte, 1))
	return err == nil
}

// Two hosts reach each other through a router, over IPv4 and IPv6, and nobody else has their addresses.
func TestHostsReachEachOther(t *testing.T) {
	l := New(t)
	a, r, b := l.Host("a"), l.Router("r"), l.Host("b")
	l.Link(a, r)
	l.Link(b, r)
	for _, addr := range []netip.Addr{b.Addr(), b.Addr6()} {
		client, server := pair(t, a, b, addr)
		if !heard(t, client, server, patience) || !heard(t, server, client, patience) {
			t.Errorf("%s cannot be reached", addr)
		}
	}
	if _, err := net.Listen("tcp", netip.AddrPortFrom(b.Addr(), 0).String()); err == nil {
		t.Error("an address of the lab is one of this machine's")
	}
}

// What is broken in a lab is broken: down, dropped, without an address, destroyed.
func TestFaults(t *testing.T) {
	l := New(t, "iptables", "ss")
	a, r, b := l.Host("a"), l.Router("r"), l.Host("b")
	k := l.Link(a, r)
	l.Link(b, r)
	client, server := pair(t, a, b, b.Addr())
	const short = 100 * time.Millisecond

	k.Down()
	if heard(t, client, server, short) {
		t.Error("a link that is down passes packets")
	}
	k.Up()
	if !heard(t, client, server, patience) {
		t.Error("it is down for good")
	}
	if c6, s6 := pair(t, a, b, b.Addr6()); !heard(t, c6, s6, patience) {
		t.Error("IPv6 did not come up again")
	}
	client, server = pair(t, a, b, b.Addr())
	drop := r.Append("filter", "FORWARD", "-s", a.Addr().String(), "-j", "DROP")
	if heard(t, client, server, short) || !heard(t, server, client, patience) {
		t.Error("a rule that drops one direction drops the other")
	}
	drop.Delete()
	if !heard(t, client, server, patience) {
		t.Error("the rule is still there")
	}
	client, server = pair(t, a, b, b.Addr())
	k.Readdress(9)
	if heard(t, client, server, short) {
		t.Error("a connection lives on without its address")
	}
	client, server = pair(t, a, b, b.Addr())
	if got := client.LocalAddr().String(); !strings.HasPrefix(got, k.Network(9).String()+":") {
		t.Errorf("it connects from %s", got)
	}
	if n := len(b.Sockets("src", b.Addr().String())); n == 0 {
		t.Error("no sockets are listed")
	}
	if n := b.KillSockets("src", server.LocalAddr().String()); n == 0 {
		t.Error("no sockets were destroyed")
	}
	server.SetReadDeadline(time.Now().Add(patience))
	if _, err := server.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the socket lives on: %v", err)
	}
}

// A shaped link does what its conditions say, and takes others while it runs.
func TestShapedLink(t *testing.T) {
	l := New(t)
	a, b := l.Host("a"), l.Host("b")
	s := l.Shaped(a, b, 1, Conditions{})
	client, server := pair(t, a, b, b.Addr())
	if !heard(t, client, server, patience) {
		t.Fatal("nothing passes")
	}
	const delay = 60 * time.Millisecond
	s.Set(Conditions{Delay: delay})
	begin := time.Now()
	if !heard(t, client, server, patience) || !heard(t, server, client, patience) {
		t.Fatal("nothing passes late")
	}
	if d := time.Since(begin); d < 2*delay {
		t.Errorf("there and back took %v", d)
	}
	s.SetOne(AtoB, Conditions{State: Cut})
	if heard(t, client, server, 100*time.Millisecond) || !heard(t, server, client, patience) {
		t.Error("a cut of one direction")
	}
	// With all of it at once bytes still come as they were sent: that is TCP's work, and the link must not undo it.
	s.Set(Conditions{Delay: 2 * time.Millisecond, Jitter: 3 * time.Millisecond, Loss: 0.03, Duplicate: 0.05, Rate: 2_000_000})
	client, server = pair(t, a, b, b.Addr())
	sent := strings.Repeat("0123456789abcdef", 20_000)
	go func() {
		io.WriteString(client, sent)
		client.Close()
	}()
	server.SetReadDeadline(time.Now().Add(patience))
	if got, err := io.ReadAll(server); err != nil || string(got) != sent {
		t.Errorf("%d of %d bytes came: %v", len(got), len(sent), err)
	}
	up, down := s.Counts(AtoB), s.Counts(BtoA)
	if up.Lost == 0 || up.Doubled == 0 || up.Dropped == 0 || up.Bytes < int64(len(sent)) || down.Packets == 0 {
		t.Errorf("up %+v, down %+v", up, down)
	}
}

// A program that runs on a host ends with all that it has started.
func TestProgramEndsWithItsChildren(t *testing.T) {
	l := New(t, "sh")
	h := l.Host("h")
	file := filepath.Join(t.TempDir(), "child")
	p := h.Start("sh", "-c", "sleep 1000 & readlink /proc/self/ns/net; echo ready > "+file+"; wait")
	for ctx := deadline(t); ; {
		if b, _ := os.ReadFile(file); len(b) > 0 {
			break
		}
		if ctx.Err() != nil {
			t.Fatal("it did not start: ", p.Output())
		}
		time.Sleep(5 * time.Millisecond)
	}
	inode := netInode(t, h)
	if out := strings.TrimSpace(p.Output()); out != fmt.Sprintf("net:[%d]", inode) {
		t.Errorf("it runs in %s, not in %d", out, inode)
	}
	if n := users(t, inode); n != 2 {
		t.Errorf("%d processes are on the host, want 2", n)
	}
	p.Kill()
	waitUntilUnused(t, inode)
}

func netInode(t *testing.T, h *Host) uint64 {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Fstat(int(h.ns.Fd()), &st); err != nil {
		t.Fatal(err)
	}
	return st.Ino
}

// users is how many processes are in a network namespace.
func users(t *testing.T, inode uint64) (n int) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/ns/net")
	if err != nil || len(all) == 0 {
		t.Fatal("no processes are listed", err)
	}
	for _, path := range all {
		if to, err := os.Readlink(path); err == nil && to == fmt.Sprintf("net:[%d]", inode) {
			n++
		}
	}
	return n
}

func waitUntilUnused(t *testing.T, inode uint64) {
	t.Helper()
	for end := time.Now().Add(patience); users(t, inode) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d processes are left on the host", users(t, inode))
		}
	}
}

// A test that is killed leaves nothing behind: no process on its hosts, and nothing mounted that would keep them.
func TestKilledTestLeavesNothing(t *testing.T) {
	if os.Getenv("NETLAB_CHILD") != "" {
		l := New(t)
		a, b := l.Host("a"), l.Host("b")
		l.Shaped(a, b, 1, Conditions{})
		b.Start("sleep", "1000")
		fmt.Printf("inode %d\n", netInode(t, b))
		select {}
	}
	New(t).Host("any") // skips where there is none
	c := exec.CommandContext(deadline(t), os.Args[0], "-test.run=^TestKilledTestLeavesNothing$", "-test.v")
	c.Env = append(os.Environ(), "NETLAB_CHILD=1")
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var inode uint64
	for sc := bufio.NewScanner(out); inode == 0 && sc.Scan(); {
		fmt.Sscanf(sc.Text(), "inode %d", &inode)
	}
	if inode == 0 || users(t, inode) == 0 {
		t.Errorf("the child did not start: namespace %d", inode)
	}
	c.Process.Signal(syscall.SIGKILL)
	c.Wait() //nolint:errcheck // it was killed
	waitUntilUnused(t, inode)
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil || strings.Contains(string(mounts), fmt.Sprintf("net:[%d]", inode)) {
		t.Errorf("it is mounted: %v", err)
	}
}
