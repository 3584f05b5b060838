//go:build !race

package main

// raceOn says whether the race detector watches.
const raceOn = false
