package main

import (
	"os/exec"
	"syscall"
)

// dieWithParent sees to it that a server does not outlive this process.
func dieWithParent(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
