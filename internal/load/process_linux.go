package load

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// cpuOf reads the process's CPU clock: nanoseconds, of all its threads, also of those that have ended. (/proc/PID/stat counts in
// steps of 10 ms, and /proc/PID/task/*/schedstat forgets threads that end.)
func cpuOf(pid int) time.Duration {
	const cpuclockSched = 2 // see clock_getcpuclockid(3)
	var ts unix.Timespec
	if pid <= 0 || unix.ClockGettime(int32(^pid<<3|cpuclockSched), &ts) != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

func rssOf(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if f := bytes.Fields(b); err == nil && len(f) > 1 {
		pages, _ := strconv.ParseInt(string(f[1]), 10, 64)
		return pages * int64(os.Getpagesize())
	}
	return 0
}

func memoryOf(pid int) Memory {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return Memory{RSS: rssOf(pid)}
	}
	return Memory{RSS: kilobytes(b, "\nRss:"), PSS: kilobytes(b, "\nPss:"), Anon: kilobytes(b, "\nAnonymous:")}
}

func kilobytes(b []byte, name string) int64 {
	_, b, _ = bytes.Cut(b, []byte(name))
	if f := bytes.Fields(b); len(f) > 0 {
		n, _ := strconv.ParseInt(string(f[0]), 10, 64)
		return n << 10
	}
	return 0
}
