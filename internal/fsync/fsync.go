// Package fsync makes files durable, in a way that a test can watch: only so does it know what a power failure would
// leave of them.
package fsync

import "os"

// watch is nil but in tests.
var watch func(f *os.File)

// Watch has f told of each file that has become durable, from now on; nil ends that. It is for tests, while nothing is written.
func Watch(f func(*os.File)) { watch = f }

// File is an open file. Sync tells who watches.
type File struct{ *os.File }

// Sync makes what was written durable.
func (f File) Sync() error {
	err := f.File.Sync()
	if watch != nil && err == nil {
		watch(f.File)
	}
	return err
}
