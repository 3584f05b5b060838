// Package rig runs holdfast's own commands as child processes, which can be killed.
package rig

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Proc is a child process. All methods may be called concurrently.
type Proc struct {
	// Name for messages.
	Name  string
	cmd   *exec.Cmd
	done  chan struct{}
	code  int
	errs  *tail
	lines chan string // nil if the caller gave a Stdout
}

// Options of a child.
type Options struct {
	// Log gets what the child writes to standard error. Optional.
	Log io.Writer
	// Stdin of the child. Optional. Unless it is an *os.File, the child does not count as ended before it has.
	Stdin io.Reader
	// Stdout of the child; where it is nil, the lines are read by [Proc.Line].
	Stdout io.Writer
	// Env is added to the environment.
	Env []string
}

// Start runs bin with args. On Linux the child does not outlive this process.
func Start(name, bin string, o Options, args ...string) (*Proc, error) {
	p := &Proc{Name: name, cmd: exec.Command(bin, args...), done: make(chan struct{}), errs: &tail{to: o.Log}}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = o.Stdin, o.Stdout, p.errs
	p.cmd.Env = append(os.Environ(), o.Env...)
	dieWithParent(p.cmd)
	var out io.ReadCloser
	if o.Stdout == nil {
		var err error
		if out, err = p.cmd.StdoutPipe(); err != nil {
			return nil, err
		}
		p.lines = make(chan string, 16)
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		if out != nil {
			p.read(out)
		}
		err := p.cmd.Wait()
		p.code = p.cmd.ProcessState.ExitCode()
		if err != nil && p.code == 0 {
			p.code = -1
		}
		close(p.done)
	}()
	return p, nil
}

// read passes the lines on, and drops what nobody reads.
func (p *Proc) read(out io.Reader) {
	defer close(p.lines)
	sc := bufio.NewScanner(out)
	for sc.Scan() {
		select {
		case p.lines <- sc.Text():
		default:
		}
	}
	io.Copy(io.Discard, out)
}

// Pid of the process.
func (p *Proc) Pid() int { return p.cmd.Process.Pid }

// Line returns the next line of standard output.
func (p *Proc) Line(ctx context.Context) (string, error) {
	select {
	case l, ok := <-p.lines:
		if !ok {
			<-p.done
			return "", fmt.Errorf("%s ended with exit code %d: %s", p.Name, p.code, p.Stderr())
		}
		return l, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Kill ends it with SIGKILL and waits until it has gone.
func (p *Proc) Kill() {
	p.cmd.Process.Kill()
	<-p.done
}

// Terminate asks it to end, by SIGTERM where there is one.
func (p *Proc) Terminate() error {
	err := p.cmd.Process.Signal(syscall.SIGTERM)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Signal sends a signal.
func (p *Proc) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// Done is closed when the process has ended.
func (p *Proc) Done() <-chan struct{} { return p.done }

// Code is the exit code of a process that has ended; -1 if a signal ended it.
func (p *Proc) Code() int {
	<-p.done
	return p.code
}

// Wait waits for the end and returns the exit code.
func (p *Proc) Wait(ctx context.Context) (int, error) {
	select {
	case <-p.done:
		return p.code, nil
	case <-ctx.Done():
		return 0, fmt.Errorf("%s did not end: %w; it said: %s", p.Name, ctx.Err(), p.Stderr())
	}
}

// Stderr is the end of what it wrote to standard error.
func (p *Proc) Stderr() string { return p.errs.String() }

// StartServer runs "serve" and returns it with the address it listens on.
func StartServer(ctx context.Context, bin string, o Options, args ...string) (*Proc, string, error) {
	p, err := Start("serve", bin, o, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	if err != nil {
		return nil, "", err
	}
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	line, err := p.Line(ctx)
	if err != nil {
		p.Kill()
		return nil, "", err
	}
	rest, ok := strings.CutPrefix(line, "listening on http")
	_, rest, _ = strings.Cut(rest, "://")
	addr, _, _ := strings.Cut(rest, " ")
	if !ok || addr == "" {
		p.Kill()
		return nil, "", fmt.Errorf("serve printed %q", line)
	}
	return p, addr, nil
}

// tail keeps the end of what is written to it, and passes it on.
type tail struct {
	mu  sync.Mutex
	to  io.Writer
	buf []byte
}

const tailBytes = 8 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if over := len(t.buf) - tailBytes; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	if t.to != nil {
		return t.to.Write(b)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.buf))
}
