package promise

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
)

// Promise 10: each way to end a connection, to be turned away and to be refused has its code, and a sentence that helps.
// Every error that any other test here meets is judged in the same way; see judge.
func TestPromise10EveryEndHasAReason(t *testing.T) {
	matrix(t, func(w *world) {
		w.o.MaxMessage = 1000
		w.start()
		closes := map[string]struct {
			frames []frame
			raw    string
			want   holdfast.Code
		}{
			"not a frame":         {raw: "{\"t\":\x7f", want: holdfast.CodeBadFrame},
			"nothing but a ping":  {frames: []frame{&wire.Ping{ID: 1}, &wire.Ack{Channel: "c", Offset: 1}}, want: holdfast.CodeUnexpectedFrame},
			"the server's to say": {frames: []frame{w.helloFrame(), &wire.Welcome{}}, want: holdfast.CodeUnexpectedFrame},
			"two hellos":          {frames: []frame{w.helloFrame(), w.helloFrame()}, want: holdfast.CodeUnexpectedFrame},
			"goodbye":             {frames: []frame{w.helloFrame(), &wire.Bye{}}, want: holdfast.CodeNormal},
		}
		for name, c := range closes {
			p := w.peer()
			if c.raw != "" {
				if err := p.c.Write(w.ctx, p.kind(), []byte(c.raw)); err != nil {
					w.Fatal(err)
				}
			} else {
				p.send(c.frames...)
			}
			if got := p.closed(); got != c.want {
				w.Errorf("%s: closed with %v, want %v", name, got, c.want)
			}
		}
		p := w.peer()
		wrong := websocket.MessageText
		if p.kind() == wrong {
			wrong = websocket.MessageBinary
		}
		if err := p.c.Write(w.ctx, wrong, []byte("{}")); err != nil {
			w.Fatal(err)
		}
		if got := p.closed(); got != holdfast.CodeUnsupportedData {
			w.Errorf("a message of the wrong kind: closed with %v", got)
		}
		for header, want := range map[string]holdfast.Code{"X-Forwarded-For": holdfast.CodeForwarded, "Origin": holdfast.CodeOrigin} {
			_, resp, err := w.dial(http.Header{header: {"http://elsewhere.example"}})
			if err == nil || resp == nil || resp.Header.Get("Holdfast-Code") != strconv.Itoa(int(want)) {
				w.Errorf("%s: %v, %+v", header, err, resp)
			}
		}
		s := w.direct()
		if err := s.Connected(w.ctx); err != nil {
			w.Fatal(err)
		}
		_, err := s.Enqueue(w.ctx, "no good", nil)
		w.refused("a channel's name", err, holdfast.CodeBadChannel)
		_, err = s.Enqueue(w.ctx, "c", []byte("{"), client.WithType(holdfast.JSON))
		w.refused("data that is not JSON", err, holdfast.CodeBadPayload)
		_, err = s.Enqueue(w.ctx, "c", make([]byte, 1001))
		w.refused("a large record", err, holdfast.CodeMessageTooLarge)
		ahead := s.subscribe("c", client.SubscribeOptions{From: client.FromOffset, Offset: 99})
		w.refused("a position in the future", ahead.Ready(w.ctx), holdfast.CodePositionAhead)
		s.leave()
		_, err = s.Enqueue(w.ctx, "c", nil)
		w.refused("a session that was closed", err, holdfast.CodeClosed)
	})
}

func (w *world) helloFrame() *wire.Hello {
	return &wire.Hello{Process: 1, Counter: 1, Producer: holdfast.NewProducerID()}
}

// Promise 10: who may not come in hears why, and the session stops.
func TestPromise10Unauthenticated(t *testing.T) {
	matrix(t, func(w *world) {
		w.o.Authenticate = func(_ context.Context, c server.Credentials) (server.User, error) {
			if c.Token == "" {
				return server.User{}, &holdfast.Error{Code: holdfast.CodeUnauthenticated, Op: "authenticate", Detail: "no token"}
			}
			return server.User{ID: "ann"}, nil
		}
		w.start()
		dial, published := gatedDial(nil)
		s := w.session(client.SessionOptions{Dial: dial})
		r := s.enqueue("c", 0, 0)[0]
		close(published)
		_, err := r.Wait(w.ctx)
		if !strings.Contains(err.Error(), "no token") && !errors.Is(err, holdfast.CodeUnauthenticated) {
			w.Errorf("%v", err)
		}
		w.refused("without a token", s.Connected(w.ctx), holdfast.CodeUnauthenticated)
		other := w.session(client.SessionOptions{User: "bob", Token: func(context.Context) (string, error) { return "ann's", nil }})
		w.refused("with another user's token", other.Connected(w.ctx), holdfast.CodeUserMismatch)
		if w.head("c") != 0 {
			w.Error("something was stored")
		}
	})
}
