package netlab

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Program is a program that runs on a host, with all that it starts itself. It ends with the test, also if that is
// killed. All methods may be called concurrently.
type Program struct {
	h    *Host
	cmd  *exec.Cmd
	out  printed
	done chan struct{}
}

// Start starts a program there, in the foreground. It is the first process of a PID namespace, so its children end
// with it.
func (h *Host) Start(program string, args ...string) *Program {
	h.lab.tb.Helper()
	p := &Program{h: h, cmd: exec.Command(program, args...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	p.cmd.WaitDelay = 5 * time.Second
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL}
	if err := h.Do(p.cmd.Start); err != nil {
		h.lab.tb.Fatalf("on %s: %v", h.Name, err)
	}
	go func() {
		p.cmd.Wait() //nolint:errcheck // its end is told by Done
		close(p.done)
	}()
	h.lab.tb.Cleanup(p.Kill)
	return p
}

// Signal sends a signal to it.
func (p *Program) Signal(s os.Signal) {
	p.h.lab.tb.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.h.lab.tb.Fatalf("%s: %v: %s", p.cmd.Path, err, p.Output())
	}
}

// Kill ends it at once and waits until it is gone.
func (p *Program) Kill() {
	p.cmd.Process.Kill() //nolint:errcheck // it may have ended before
	<-p.done
}

// Stop asks it to end by that signal and waits until it has.
func (p *Program) Stop(ctx context.Context, s os.Signal) error {
	p.cmd.Process.Signal(s) //nolint:errcheck // it may have ended before
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s did not end: %w: %s", p.cmd.Path, ctx.Err(), p.Output())
	}
}

// Done is closed when it has ended.
func (p *Program) Done() <-chan struct{} { return p.done }

// Output is the end of what it has printed.
func (p *Program) Output() string { return p.out.String() }

// printed keeps the end of what is written to it.
type printed struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const printedBytes = 16 << 10

func (o *printed) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf.Write(b)
	o.buf.Next(max(0, o.buf.Len()-printedBytes))
	return len(b), nil
}

func (o *printed) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
