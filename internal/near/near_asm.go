//go:build amd64 || arm64

package near

import "unsafe"

// Fetch begins to bring the line at p into the processor's caches, and does not wait for it. It is a hint: no address is a wrong one.
//
//go:noescape
func Fetch(p unsafe.Pointer)
