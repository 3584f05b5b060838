package client

import (
	"context"

	"github.com/holdfast-ws/holdfast/internal/wire"
)

// renew asks the application for its next token, so that the connection outlives the present one. The server asks again while
// none has come, so that nothing is lost if there is none now.
func (s *Session) renew() {
	if s.o.Token == nil || s.renewing || s.sock == nil {
		return
	}
	s.renewing = true
	sock := s.sock
	s.wg.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, s.o.ConnectTimeout)
		defer cancel()
		token, err := s.o.Token(ctx)
		s.box.post(op{kind: opToken, sock: sock, data: []byte(token), err: err})
	})
}

// renewed sends the next token, if the connection that it is for is still there.
func (s *Session) renewed(o *op) {
	s.renewing = false
	if o.err != nil {
		s.log.Warn("there is no new token", "url", s.url, "error", o.err)
		return
	}
	if o.sock == s.sock && s.sock != nil && len(o.data) > 0 {
		f := wire.Refresh{Token: string(o.data)}
		s.sock.append(func(b []byte) []byte { return f.Append(b, s.codec) })
	}
}
