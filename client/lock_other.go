//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package client

import (
	"errors"
	"os"
)

var errLocked = errors.New("locked by another process")

func lockFile(string) (*os.File, error) {
	return nil, errors.New("this system has no file locks, so it has no file outboxes")
}

func unlockFile(f *os.File) error { return f.Close() }

func syncDir(string) error { return nil }
