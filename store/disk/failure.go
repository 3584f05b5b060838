package disk

import (
	"fmt"
	"sync"

	"github.com/holdfast-ws/holdfast"
)

// failure is what has made the store unusable, if anything has.
type failure struct {
	exit func(error)
	mu   sync.Mutex
	err  error
}

func (f *failure) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// set keeps the first failure; it reports whether this is it.
func (f *failure) set(err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return false
	}
	f.err = err
	return true
}

// die ends the process: a write or an fsync has failed. Where exit returns all the same, the store stays unusable.
func (f *failure) die(err error) error {
	err = &holdfast.Error{Code: holdfast.CodeIO, Op: "write to the store", Detail: "a write or an fsync failed, so nothing can be promised any more", Cause: err,
		Hint: "look at the disk; what was acknowledged is kept, and the rest is sent again"}
	if f.set(err) {
		f.exit(err)
	}
	return err
}

// fatal is what a logger's Fatalf panics with, since Pebble does not expect it to return.
type fatal struct{ error }

// logger keeps Pebble quiet. Its background errors, such as a compaction that found no space, are tried again
// by Pebble itself.
type logger struct{ fail *failure }

func (logger) Infof(string, ...any)  {}
func (logger) Errorf(string, ...any) {}
func (l logger) Fatalf(format string, args ...any) {
	panic(fatal{l.fail.die(fmt.Errorf(format, args...))})
}

// recoverFatal turns the panic of a Fatalf into an error.
func recoverFatal(err *error) {
	if r := recover(); r != nil {
		f, ok := r.(fatal)
		if !ok {
			panic(r)
		}
		*err = f.error
	}
}
