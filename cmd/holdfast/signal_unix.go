//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// countSignal delivers SIGUSR1, which asks for the counts.
func countSignal() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	return c, func() { signal.Stop(c) }
}

// reloadSignal delivers SIGHUP, which asks for the configuration to be read again.
func reloadSignal() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}
