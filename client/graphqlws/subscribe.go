package graphqlws

import (
	"context"
	"errors"
	"iter"

	"github.com/holdfast-ws/holdfast"
)

// Subscribe yields the results of a subscription. It is sent when the loop begins, and sent again under a new id on each new connection; the next
// Result then has a Gap. Leaving the loop, or the end of ctx, has the server told that it is over. What GraphQL calls errors of a result is in
// Result.Errors, and does not end the loop.
//
// The loop ends without an error when the server completes the subscription or ctx ends. It ends with an error, behind the results before it, when the
// server refuses the operation (CodeCallFailed, with Errors as the cause) or closes with 4500 before it has answered (CodeCallFailed, since the operation may be
// why: graphql-ws does so for a syntax error), sends what is no result (CodeBadPayload), the application is too slow
// (CodeQueueFull, only with SlowEnd), the client is at MaxOperations (CodeAtCapacity) or closed (CodeClosed), the request cannot be JSON
// (CodeBadArgument), or the socket has failed. Each loop over the iterator is a subscription of its own.
func (c *Client) Subscribe(ctx context.Context, r Request, opts ...SubscribeOption) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		if ctx.Err() != nil {
			return
		}
		p := &operation{stream: true, repeat: true, o: subscribeOptions{buffer: c.o.Buffer, slow: c.o.Slow}}
		for _, set := range opts {
			set(&p.o)
		}
		if err := c.start(r.op("subscribe"), r, p); err != nil {
			yield(Result{}, err)
			return
		}
		defer c.leave(p, nil)
		for {
			result, ok, over, err := p.look()
			switch {
			case ctx.Err() != nil:
				return
			case ok:
				if !yield(result, nil) {
					return
				}
				continue
			case over:
				if err != nil {
					yield(Result{}, err)
				}
				return
			}
			select {
			case <-p.more:
			case <-ctx.Done():
				return
			}
		}
	}
}

// Subscribe is Client.Subscribe with each result's data read into a T. A result with errors, or data that does not fit, is yielded with
// the error of Result.Decode, and does not end the loop. Gaps are not shown; Client.Subscribe and Result.Decode show them.
func Subscribe[T any](ctx context.Context, c *Client, r Request, opts ...SubscribeOption) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for result, err := range c.Subscribe(ctx, r, opts...) {
			var v T
			if err == nil {
				if len(result.Data) == 0 && len(result.Errors) == 0 { // nothing but a gap
					continue
				}
				err = result.Decode(&v)
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// Execute runs a query or a mutation, and returns its one result. What GraphQL calls errors of the result is in Result.Errors. It waits for a
// connection if there is none. If the connection ends while it is under way it fails with CodeDisconnected, since nobody knows
// whether the server has carried it out; with [Repeat] it is sent again. What has failed is not sent later.
//
// Errors: CodeTimeout; CodeCanceled when ctx ends first; CodeDisconnected; and those of Subscribe.
func (c *Client) Execute(ctx context.Context, r Request, opts ...ExecuteOption) (Result, error) {
	o := executeOptions{timeout: c.o.Timeout}
	for _, set := range opts {
		set(&o)
	}
	p := &operation{repeat: o.repeat, o: subscribeOptions{buffer: 1}}
	op := r.op("execute")
	if err := c.start(op, r, p); err != nil {
		return Result{}, err
	}
	defer c.leave(p, nil)
	if o.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.timeout, errTimeout)
		defer cancel()
	}
	for {
		if over, err := p.finished(); over {
			if err != nil {
				return Result{}, err
			}
			if result, ok, _, _ := p.look(); ok {
				return result, nil
			}
			return Result{}, &holdfast.Error{Code: holdfast.CodeCallFailed, Op: op, Detail: "the server completed it without a result"}
		}
		select {
		case <-p.more:
		case <-ctx.Done():
			if context.Cause(ctx) == errTimeout {
				return Result{}, &holdfast.Error{Code: holdfast.CodeTimeout, Op: op, Detail: "no result within " + o.timeout.String()}
			}
			return Result{}, &holdfast.Error{Code: holdfast.CodeCanceled, Op: op, Cause: context.Cause(ctx),
				Hint: "whether the server has carried it out is not known"}
		}
	}
}

// errTimeout is why the context of an Execute has ended that took too long.
var errTimeout = errors.New("the timeout of Execute")

// finished tells whether the server has ended it, or something else has.
func (p *operation) finished() (bool, error) {
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	return p.over, p.err
}

// Execute is Client.Execute with the result's data read into a T. A result with errors fails as Result.Decode does; T then has what data there is.
func Execute[T any](ctx context.Context, c *Client, r Request, opts ...ExecuteOption) (T, error) {
	var v T
	result, err := c.Execute(ctx, r, opts...)
	if err == nil {
		err = result.Decode(&v)
	}
	return v, err
}
