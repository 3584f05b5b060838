package monitor

import (
	"bytes"
	"os"
	"strconv"
)

// resident reads /proc/self/statm; see proc_pid_statm(5).
func resident() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if f := bytes.Fields(b); err == nil && len(f) > 1 {
		pages, _ := strconv.ParseUint(string(f[1]), 10, 64)
		return pages * uint64(os.Getpagesize())
	}
	return 0
}

// load reads /proc/loadavg; see proc_loadavg(5).
func load() (l [3]float64, ok bool) {
	b, err := os.ReadFile("/proc/loadavg")
	f := bytes.Fields(b)
	if err != nil || len(f) < len(l) {
		return l, false
	}
	for i := range l {
		if l[i], err = strconv.ParseFloat(string(f[i]), 64); err != nil {
			return [3]float64{}, false
		}
	}
	return l, true
}
