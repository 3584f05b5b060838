// Package load puts a server under load and measures what that costs the server's process. It speaks WebSocket frames over raw
// TCP or TLS, so that the load itself costs little: both ends often share the same cores. What a kind of server says to its
// clients is a [Dialect]; what is done to it is a [Work].
package load
