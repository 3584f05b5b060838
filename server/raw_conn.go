package server

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
	"github.com/holdfast-ws/holdfast/internal/roster"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// RawConn is one WebSocket connection with a protocol of the application's own. One goroutine at a time may read, by Read or
// Messages; all other methods may be called concurrently, and also when Handle has returned: they fail then.
//
// A context that is given to a method bounds only the caller's waiting, and does no harm to the connection.
type RawConn struct {
	srv     *Server
	o       *RawOptions
	ws      *ws.Conn
	id      roster.ID
	began   time.Time
	born    int64  // as Server.millis has it
	name    string // the user's
	request *http.Request
	cancel  context.CancelFunc // of Handle's context
	handled chan struct{}      // closed when Handle has returned

	mu      sync.Mutex
	user    User
	expires int64 // as Server.millis has it; 0: never
	seen    seen
	in      inbox
	out     outbox
	beat    beat
	ending  bool
	ended   *ending     // if end was called
	why     closing     // if ending
	timer   *time.Timer // of drain
}

// Message is what a peer has sent.
type Message struct {
	Type MessageType
	Data []byte
}

// MessageType is text or binary.
type MessageType uint8

const (
	// TextMessage is UTF-8 text; that is checked.
	TextMessage MessageType = MessageType(ws.OpText)
	// BinaryMessage is bytes.
	BinaryMessage MessageType = MessageType(ws.OpBinary)
)

// String returns "text" or "binary".
func (t MessageType) String() string {
	if t == TextMessage {
		return "text"
	}
	return "binary"
}

// ID names the connection, in Server.Connections and Server.Disconnect too.
func (c *RawConn) ID() ConnectionID { return c.id }

// User is who Authenticate said that this is, after a Renew as it was then; the zero User without authentication.
func (c *RawConn) User() User {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.user
}

// Request is the one that was upgraded. It is shared, and not to be changed; its body is empty.
func (c *RawConn) Request() *http.Request { return c.request }

// Subprotocol is the one that was agreed on, or "".
func (c *RawConn) Subprotocol() string { return c.ws.Subprotocol() }

// Look returns what Server.Connections shows of it.
func (c *RawConn) Look() Connection {
	look := c.look()
	look.ID = c.id
	c.srv.mu.Lock()
	_, look.Address, _ = c.srv.conns.Get(c.id)
	c.srv.mu.Unlock()
	return look
}

// Read returns the next message. It waits until there is one, ctx ends, or the connection has; messages that came before its end are
// returned first.
//
// Errors: *holdfast.Error with CodeCanceled when ctx ends, else with the code that the connection was closed with by either side
// (CodeNormal, CodeRevoked, CodeIdle, …), CodeAbnormal where it was cut.
func (c *RawConn) Read(ctx context.Context) (Message, error) {
	for {
		c.mu.Lock()
		m, ok, resume := c.in.take()
		ended, why := c.ending, c.why
		wake := c.in.wakeup()
		c.mu.Unlock()
		if resume {
			c.ws.Resume()
		}
		switch {
		case ok:
			return m, nil
		case ended:
			return Message{}, why.err("read message")
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return Message{}, &holdfast.Error{Code: holdfast.CodeCanceled, Op: "read message", Cause: context.Cause(ctx)}
		}
	}
}

// Messages yields what Read returns, until the connection or ctx ends. An end on purpose (1000, 1001, 1005, or the server's own drain
// or Close) ends the iteration alone; another is yielded as its last, with the error of Read.
func (c *RawConn) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		for {
			m, err := c.Read(ctx)
			if err != nil {
				if !c.onPurpose(holdfast.CodeOf(err)) {
					yield(m, err)
				}
				return
			}
			if !yield(m, nil) {
				return
			}
		}
	}
}

func (c *RawConn) onPurpose(code holdfast.Code) bool {
	switch code {
	case holdfast.CodeNormal, holdfast.CodeGoingAway, holdfast.CodeNoStatus, c.o.DrainCode:
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending && c.ended != nil && c.ended.mine && code != holdfast.CodeCanceled
}

// Write sends a message, which it copies. It returns when the message is in the queue or with the system, which says nothing of
// whether the peer gets it. Where there is no room RawOptions.Full decides.
//
// Errors: CodeQueueFull, CodeCanceled when ctx ends, CodeBadPayload for text that is not UTF-8, CodeBadArgument for a type that is
// none, and when the connection has ended those of Read.
func (c *RawConn) Write(ctx context.Context, typ MessageType, p []byte) error {
	switch {
	case typ != TextMessage && typ != BinaryMessage:
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: opWriteRaw, Detail: "typ: " + strconv.Itoa(int(typ)) + " is neither text nor binary"}
	case typ == TextMessage && !utf8.Valid(p):
		return &holdfast.Error{Code: holdfast.CodeBadPayload, Op: opWriteRaw, Detail: "text that is not UTF-8"}
	}
	frame := c.frame(ws.Opcode(typ), p)
	for {
		c.mu.Lock()
		if c.ending {
			defer c.mu.Unlock()
			return c.why.err(opWriteRaw)
		}
		if c.out.push(frame, c.o.QueueBytes, c.o.Full) {
			c.beat.used = c.srv.millis()
			c.mu.Unlock()
			c.srv.count.rawSent.Add(1)
			c.flush()
			return nil
		}
		room := c.out.wantRoom()
		c.mu.Unlock()
		switch c.o.Full {
		case RawRefuses:
			return &holdfast.Error{Code: holdfast.CodeQueueFull, Op: opWriteRaw, Detail: "the limit is " + strconv.Itoa(c.o.QueueBytes) + " bytes that wait for the peer"}
		case RawCloses:
			c.end(holdfast.CodeWriteTimeout, "more waits for this client than may; it is too slow")
			continue
		}
		select {
		case <-room:
		case <-ctx.Done():
			return &holdfast.Error{Code: holdfast.CodeCanceled, Op: opWriteRaw, Cause: context.Cause(ctx)}
		}
	}
}

const opWriteRaw = "write message"

// Dropped is how many messages RawDropsOldest has dropped.
func (c *RawConn) Dropped() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.dropped
}

// Renew checks the client's next token, which the application's protocol has brought, by Server.Options.Authenticate, and has the connection
// last for as long as it is good. What Authenticate refuses leaves the old one as it is.
//
// Errors: those of Authenticate as the client may know them; CodeUserMismatch, where the token is another user's.
func (c *RawConn) Renew(ctx context.Context, token string) error {
	ask := c.srv.o.Authenticate
	if ask == nil {
		return nil
	}
	was := c.User()
	user, err := ask(ctx, Credentials{Token: token, User: was.ID, Request: c.request, Reason: auth.ReasonRefresh})
	switch {
	case err != nil:
		return c.srv.refusal(err)
	case user.ID != was.ID:
		return &holdfast.Error{Code: holdfast.CodeUserMismatch, Op: "refresh", Detail: "the token is another user's"}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.holdsUntil(user.Expires); err != nil {
		return err
	}
	c.user = user
	return nil
}

// holdsUntil sets when the user's credentials end.
func (c *RawConn) holdsUntil(end time.Time) error {
	if end.IsZero() {
		c.expires = 0
		return nil
	}
	left := end.Sub(c.srv.o.Now())
	if left <= 0 {
		return &holdfast.Error{Code: holdfast.CodeTokenExpired, Op: "connect", Detail: "the credentials end before they are used"}
	}
	c.expires = c.srv.millis() + left.Milliseconds()
	return nil
}

// Close says goodbye with a code and a reason of at most 123 bytes, behind what was written, and closes. It returns at once; Handle's
// context ends. Nothing happens if the connection has ended already.
//
// Errors: CodeBadArgument, for what no close frame can carry.
func (c *RawConn) Close(code holdfast.Code, reason string) error {
	f := Farewell{Code: code, Reason: reason}
	if err := f.check(&Selector{ID: c.id}); err != nil {
		return err
	}
	c.endAs(code, reason, true)
	return nil
}

// err is what a connection's methods return that has ended so.
func (w closing) err(op string) error {
	return &holdfast.Error{Code: w.code, Op: op, Detail: w.reason}
}
