//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/holdfast-ws/holdfast/client"
)

// The server has no files left: nobody new is taken in, which is said once, and costs next to nothing. Those who are
// connected, and the store, go on; and as soon as there are files again, so does everybody else.
func TestNoFilesLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.child = &child{MemTable: 256 << 10} // so that the store needs new files all the time
	w.serve()
	c := w.gather(crowdOptions{Clients: 10, Every: 20 * time.Millisecond, Size: 4000})
	connections := c.connects()
	work := func() (cpu int) {
		cpu = cpuTicks(t, w.server.Pid())
		c.more(t, 3000) // a good many memory tables
		return cpuTicks(t, w.server.Pid()) - cpu
	}
	usual := work()
	var before unix.Rlimit
	if err := unix.Prlimit(w.server.Pid(), unix.RLIMIT_NOFILE, nil, &before); err != nil {
		t.Fatal(err)
	}
	if err := unix.Prlimit(w.server.Pid(), unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(openFiles(t, w.server.Pid())), Max: before.Max}, nil); err != nil {
		t.Fatal(err)
	}
	c.faults.add("files exhausted", 1)
	var waiting []net.Conn // the kernel completes their handshakes; the server cannot take them in
	for range 50 {
		conn, err := net.Dial("tcp", w.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		waiting = append(waiting, conn)
	}
	late, err := client.OpenSession(w.ctx, w.url(), client.SessionOptions{Backoff: c.o.Backoff})
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close(w.ctx)
	w.until("the server says that there are no files", func() bool { return strings.Contains(w.server.Stderr(), "too many open files") })
	without := work()
	t.Logf("CPU time of the server for the same work: %d ticks, and %d without files", usual, without)
	if without > 4*usual+50 {
		t.Errorf("it took %d ticks of CPU time without files, and %d with", without, usual)
	}
	if said := strings.Count(w.server.Stderr(), "too many open files"); said > 3 {
		t.Errorf("the server said %d times that there are no files: %s", said, w.server.Stderr())
	}
	if n := c.connects(); n != connections {
		t.Errorf("%d connections were lost", n-connections)
	}
	if late.State() == client.StateOpen {
		t.Error("a client was taken in though there were no files")
	}
	if err := unix.Prlimit(w.server.Pid(), unix.RLIMIT_NOFILE, &before, nil); err != nil {
		t.Fatal(err)
	}
	for _, conn := range waiting {
		conn.Close()
	}
	if err := late.Connected(w.ctx); err != nil {
		t.Fatal(err)
	}
	c.more(t, 500)
	c.finish()
}

// connects is how often the crowd's sessions have connected.
func (c *crowd) connects() (n uint64) {
	for _, m := range c.members {
		n += m.session.Stats().Connects
	}
	return n
}

func openFiles(t testing.TB, pid int) int {
	t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

var statLine = regexp.MustCompile(`\) \S(?: \S+){10} (\d+) (\d+)`)

// cpuTicks is the CPU time that a process has used, in hundredths of a second.
func cpuTicks(t testing.TB, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := statLine.FindSubmatch(b)
	if m == nil {
		t.Fatalf("%s", b)
	}
	user, _ := strconv.Atoi(string(m[1]))
	system, _ := strconv.Atoi(string(m[2]))
	return user + system
}
