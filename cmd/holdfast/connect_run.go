package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// connection is one run of connect. One goroutine, in loop, owns all of it and does all the writing; the others hand it what to do. They
// are one for messages, one for events, one for the input, and those that ask or close.
type connection struct {
	c    *connectCmd
	e    *env
	sock *client.Socket
	out  *screen
	in   input
	edit *editor      // the input, if that is a person at a terminal; else nil
	cmd  *execCommand // the input, if that is a command; else nil

	todo   chan func()
	gone   chan struct{} // closed when nobody does what is to do any more
	ready  chan struct{} // closed when events are listened to
	ctx    context.Context
	cancel context.CancelFunc // ends what waits to send
	wg     sync.WaitGroup

	streams  int // messages and events: those that have not ended
	received uint64
	done     bool  // there is no more input
	unsent   bool  // and not all of it could be sent
	failed   error // why the socket has
	farewell farewell
	deadline *time.Timer // of waiting; nil: not yet, or for ever
	ending   bool
	err      error
	status   status
}

// farewell is what the server is told at the end.
type farewell struct {
	code   holdfast.Code
	reason string
}

// input is where messages to send come from.
type input interface {
	// feed sends all there is, and returns when there is no more, or ctx ends.
	feed(ctx context.Context, r *connection) error
}

func newConnection(c *connectCmd, e *env) *connection {
	r := &connection{c: c, e: e, todo: make(chan func()), gone: make(chan struct{}), ready: make(chan struct{}), streams: 2,
		farewell: farewell{code: holdfast.CodeNormal}}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// prepare chooses the input and the output.
func (r *connection) prepare(o *client.SocketOptions) {
	o.Dial = dialAfter(r.ready)
	o.Queue.Policy = client.QueueWait
	r.out = newScreen(r.c, r.e)
	switch {
	case r.c.Exec != "":
		r.cmd = newCommand(r.c.Exec, r.e)
		r.in = r.cmd
	case len(r.c.Send) > 0:
		r.in = given(r.c.Send)
	case r.out.isTerminal && r.c.Format == "auto" && isTerminal(r.e.stdin):
		o.Queue.Policy = client.QueueRefuse // a person is told
		r.edit = newEditor(r.e.stdin.(*os.File), r.e.stdout, r.c)
		r.in, r.out.edit = r.edit, r.edit
	default:
		r.in = &lineInput{r.e.stdin}
	}
}

// begin starts the input. Nothing has been dialled yet.
func (r *connection) begin() error {
	switch {
	case r.cmd != nil:
		return r.cmd.start()
	case r.edit != nil:
		return r.edit.enter()
	}
	return nil
}

func (r *connection) run() error {
	if err := r.begin(); err != nil {
		r.sock.Close(holdfast.CodeNormal, "") //nolint:errcheck // nothing was sent
		return err
	}
	r.wg.Go(r.hear)
	r.wg.Go(r.receive)
	go func() { // may stay in a read of standard input
		err := r.in.feed(r.ctx, r)
		if err == nil {
			err = r.settle()
		}
		r.do(func() { r.fed(err) })
	}()
	r.loop()
	r.close()
	close(r.gone)
	r.cancel()
	r.wg.Wait()
	return r.result()
}

// do has the owner do something, and reports whether it will.
func (r *connection) do(f func()) bool {
	select {
	case r.todo <- f:
		return true
	case <-r.gone:
		return false
	}
}

// hear passes events on until there are no more.
func (r *connection) hear() {
	once := sync.OnceFunc(func() { close(r.ready) })
	for ev := range r.sock.Events(r.ctx) {
		once()
		if !r.do(func() { r.happened(ev) }) {
			return
		}
		if ev.Kind == client.SocketState && ev.State == client.StateFailed {
			break
		}
	}
	r.do(func() { r.ended(nil) })
}

// receive passes messages on until there are no more.
func (r *connection) receive() {
	for m, err := range r.sock.Messages(r.ctx) {
		if err != nil {
			r.do(func() { r.ended(err) })
			return
		}
		if r.cmd != nil {
			r.cmd.deliver(r.out.plain(m))
		}
		if !r.do(func() { r.got(m) }) {
			return
		}
	}
	r.do(func() { r.ended(nil) })
}

var (
	// errUnsent ends an input of which not all could be sent, because the socket is over. The socket says why.
	errUnsent = errors.New("not all was sent")
	// errOver says that all was sent, and the socket is over.
	errOver = errors.New("the socket is over")
)

// settle waits until there was a connection, and all input is written.
func (r *connection) settle() error {
	if r.sock.Flush(r.ctx) != nil {
		return errUnsent
	}
	if r.sock.Opened(r.ctx) != nil {
		return errOver
	}
	return nil
}

// loop is the owner, until it is time to close the socket.
func (r *connection) loop() {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for !r.ending {
		var late <-chan time.Time
		if r.deadline != nil {
			late = r.deadline.C
		}
		r.out.prompt(r.status.text(r, time.Now()))
		select {
		case f := <-r.todo:
			f()
		case <-tick.C:
		case <-late:
			r.end(r.short())
		case <-r.e.ctx.Done():
			r.end(nil)
		}
	}
}

// openPatience is how long a connection that has brought messages may take to be called open.
const openPatience = time.Second

// close closes the socket and shows what still comes. Being interrupted (again, where it was that) ends it at once.
func (r *connection) close() {
	again := r.e.ctx.Done()
	if r.e.ctx.Err() != nil {
		again = nil // main sees to it
	}
	if r.edit != nil {
		r.edit.leave()
		r.out.edit = nil
	}
	if r.cmd != nil {
		r.wg.Go(r.cmd.end)
	}
	closed := make(chan error, 1)
	heard := r.received > 0 && r.e.ctx.Err() == nil
	go func() {
		if heard { // the connection is about to be called open
			ctx, cancel := context.WithTimeout(r.ctx, openPatience)
			defer cancel()
			r.sock.Opened(ctx) //nolint:errcheck // it is closed all the same
		}
		closed <- r.sock.Close(r.farewell.code, r.farewell.reason)
	}()
	for done := false; !done || r.streams > 0; {
		select {
		case f := <-r.todo:
			f()
		case err := <-closed:
			done = true
			r.end(err)
		case <-again:
			r.err = &exitError{exitFailed, "interrupted again, before the server had said goodbye"}
			return
		}
	}
}

func (r *connection) end(err error) {
	r.ending = true
	if r.err == nil {
		r.err = err
	}
}

// fed is called when there is no more input, and all of it is written, or cannot be.
func (r *connection) fed(err error) {
	r.unsent = err == errUnsent
	r.done = true
	wait := r.c.Wait
	switch {
	case r.ending:
	case err == errUnsent, err == errOver, r.streams == 0:
		r.judge()
	case err != nil:
		r.end(err)
	case r.edit != nil || r.cmd != nil || r.c.Count == 0 && wait.Duration == 0 && !wait.forever:
		r.end(nil)
	case wait.Duration > 0:
		r.deadline = time.NewTimer(wait.Duration)
	}
}

// got takes a message.
func (r *connection) got(m client.Message) {
	if r.c.Count > 0 && r.received == r.c.Count {
		return // came while the socket was being closed
	}
	r.received++
	r.show(incoming, m)
	if r.received == r.c.Count {
		r.end(nil)
	}
}

// show writes a message.
func (r *connection) show(d direction, m client.Message) {
	if err := r.out.message(d, m); err != nil {
		r.end(&holdfast.Error{Code: holdfast.CodeIO, Op: "write to standard output", Cause: err})
	}
}

// inputPatience is how long the input may take to notice that the socket is over, if it is not waiting for more.
const inputPatience = time.Second

// ended is called once for messages and once for events: behind both, the socket is over.
func (r *connection) ended(err error) {
	r.streams--
	if err != nil {
		r.failed = err
	}
	r.judge()
}

// judge ends it if the socket is over, and all is known about the input that will be.
func (r *connection) judge() {
	switch {
	case r.streams > 0 || r.ending:
	case r.failed != nil:
		r.end(r.failed)
	case !r.done && r.edit == nil && r.cmd == nil:
		r.deadline = time.NewTimer(inputPatience)
	default:
		r.end(r.short())
	}
}

// short is the error of having sent or received less than was asked for; nil if it was not.
func (r *connection) short() error {
	switch {
	case r.unsent && r.cmd == nil:
		return &exitError{exitFailed, "the server closed the connection (" + r.status.closed + ") before all was sent"}
	case r.received < r.c.Count:
		return &exitError{exitFailed, fmt.Sprintf("%d messages were received, and --count is %d", r.received, r.c.Count)}
	}
	return nil
}

// result says how it went: a socket that has failed first, then a command's status.
func (r *connection) result() error {
	if r.err == nil && r.cmd != nil {
		return r.cmd.result()
	}
	return r.err
}
