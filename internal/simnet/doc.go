// Package simnet is a network in memory, for tests: connections with addresses, deadlines and bounded buffers, and
// everything that a network can do to them. A [Network] has hosts, which dial, and listeners. What happens on
// the way between a host and whoever it dials is set for the host: how fast the [Link] is, what becomes of
// dials, and faults.
//
// It has no goroutine. Each read and write looks at the time by itself and waits on channels and timers, so that in a
// testing/synctest bubble every wait is a durable one. Outside it works in real time.
//
// A connection behaves as TCP does: bytes arrive in order or not at all. What a real network loses is sent again
// until it arrives or the connection ends, so loss shows as silence, as [Network.Hold] makes it.
package simnet
