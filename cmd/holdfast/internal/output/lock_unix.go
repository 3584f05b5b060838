//go:build unix

package output

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock keeps other processes from writing to the same output, until the file is closed or the process ends.
func lock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }

// syncDir makes a rename in the folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
