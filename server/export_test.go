package server

// Listening reports whether anybody hears the server's events.
func Listening(s *Server) bool { return s.events.Listening() }
