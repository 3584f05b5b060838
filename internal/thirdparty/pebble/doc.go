// Package pebble has the authority that the tests get certificates from, Let's Encrypt's pebble, in a module of its own; install
// builds it.
package pebble
