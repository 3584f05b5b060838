package load

import "errors"

// maxRest bounds what of a stream waits for its continuation.
const maxRest = 16 << 20

var errRest = errors.New("a message of the server that is longer than 16 MiB")

// stream joins the messages of a server whose own units are not bound to those of WebSocket: there may be several in one, and one
// may go on in the next.
type stream struct{ joined, rest []byte }

// next returns what there is to read: what was kept, and m. It is valid until the next call.
func (s *stream) next(m []byte) []byte {
	if len(s.rest) == 0 {
		return m
	}
	s.joined = append(append(s.joined[:0], s.rest...), m...)
	s.rest = s.rest[:0]
	return s.joined
}

// keep takes what could not be read yet. What has been read stays valid.
func (s *stream) keep(rest []byte) error {
	if len(rest) > maxRest {
		return errRest
	}
	s.rest = append(s.rest[:0], rest...)
	return nil
}
