package server

// Listening reports whether anybody hears the server's events.
func Listening(s *Server) bool { return s.events.Listening() }

// WithMemory has a server believe that it uses so much memory.
func WithMemory(o Options, used func() uint64) Options {
	o.memory = used
	return o
}
