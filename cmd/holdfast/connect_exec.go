package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// commandPatience is how long a command may take to end when its input has.
const commandPatience = 5 * time.Second

// execCommand is what --exec runs. It is started once, however often the connection is made.
type execCommand struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout io.ReadCloser
	fed    chan struct{} // closed when it has ended
	err    error         // its status; read behind fed
	deaf   bool          // it has closed its input; the receiver's
}

func newCommand(text string, e *env) *execCommand {
	c := &execCommand{cmd: exec.Command("sh", "-c", text), fed: make(chan struct{})}
	if runtime.GOOS == "windows" {
		c.cmd = exec.Command("cmd", "/C", text)
	}
	c.cmd.Stderr = e.stderr
	return c
}

func (c *execCommand) start() (err error) {
	if c.stdin, err = c.cmd.StdinPipe(); err == nil {
		if c.stdout, err = c.cmd.StdoutPipe(); err == nil {
			err = c.cmd.Start()
		}
	}
	if err != nil {
		return &holdfast.Error{Code: holdfast.CodeIO, Op: "start the command", Cause: err, Hint: "check --exec"}
	}
	return nil
}

// feed sends what the command writes, until it ends.
func (c *execCommand) feed(ctx context.Context, r *connection) error {
	err := sendLines(ctx, c.stdout, r)
	if err != nil {
		c.stdin.Close() // it is to end
		c.cut()
	}
	c.err = c.cmd.Wait()
	close(c.fed)
	return err
}

// cut reads what nobody wants any more, so that the command does not wait for a reader.
func (c *execCommand) cut() { io.Copy(io.Discard, c.stdout) } //nolint:errcheck // it ends when the command does

// deliver writes a message to the command as a line. It waits for the command, and the server then waits for it, too.
func (c *execCommand) deliver(line []byte) {
	if c.deaf {
		return
	}
	_, err := c.stdin.Write(line)
	c.deaf = err != nil
}

// end has the command end: it has no more input, and after a while no choice.
func (c *execCommand) end() {
	c.stdin.Close()
	t := time.NewTimer(commandPatience)
	defer t.Stop()
	select {
	case <-c.fed:
	case <-t.C:
		c.cmd.Process.Kill() //nolint:errcheck // it may have ended by now
		c.stdout.Close()
	}
}

// result is the command's status as the program's.
func (c *execCommand) result() error {
	<-c.fed
	switch code := c.cmd.ProcessState.ExitCode(); {
	case code > 0:
		return &exitError{code, fmt.Sprintf("the command ended with status %d", code)}
	case c.err != nil:
		return &exitError{exitFailed, "the command was ended: " + c.err.Error()}
	}
	return nil
}
