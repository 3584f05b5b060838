//go:build !unix

package main

import "os"

// countSignal never delivers: there is no SIGUSR1 here.
func countSignal() (<-chan os.Signal, func()) { return nil, func() {} }

// reloadSignal never delivers: there is no SIGHUP here.
func reloadSignal() (<-chan os.Signal, func()) { return nil, func() {} }
