//go:build !amd64 && !arm64

package near

import "unsafe"

// Fetch does nothing here.
func Fetch(unsafe.Pointer) {}
