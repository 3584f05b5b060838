//go:build !unix

package server

// fileLimit returns how many sockets the process may reasonably have open; there is no limit to ask for.
func fileLimit() int { return 16384 }
