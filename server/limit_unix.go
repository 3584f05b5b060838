//go:build unix

package server

import "syscall"

// fileLimit returns how many files the process may have open.
func fileLimit() int {
	var r syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r) != nil {
		return 1024
	}
	return int(min(max(r.Cur, 64), 1<<20))
}
