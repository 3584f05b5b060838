//go:build race

package server

// RaceOn says whether the race detector watches.
const RaceOn = true
