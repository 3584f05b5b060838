//go:build !linux

package load

import "time"

// Elsewhere nothing is told of other processes.

func cpuOf(int) time.Duration { return 0 }
func rssOf(int) int64         { return 0 }
func memoryOf(int) Memory     { return Memory{} }
