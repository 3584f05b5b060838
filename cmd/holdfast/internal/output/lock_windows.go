package output

import (
	"os"

	"golang.org/x/sys/windows"
)

// lock keeps other processes from writing to the same output, until the file is closed or the process ends. It
// locks a byte far behind the end, because a locked one could not be read.
func lock(f *os.File) error {
	at := windows.Overlapped{OffsetHigh: 1 << 30}
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
}

// syncDir does nothing: folders cannot be synced here.
func syncDir(string) error { return nil }
