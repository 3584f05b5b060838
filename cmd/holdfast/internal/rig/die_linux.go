package rig

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the child killed when the thread that starts it ends. Go ends a thread before the process
// only if a goroutine that is locked to it returns, which nothing here does.
func dieWithParent(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
