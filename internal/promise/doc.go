// Package promise holds one test for each promise of spec/guarantees.md, and one for each line of its last part that
// says what is settled, as far as that is built. Each runs a real server and real clients over sockets, for every
// store, codec and transport that there is. docs/promises.md lists which other tests hold the promises.
package promise
