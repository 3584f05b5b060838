package server

import (
	"crypto/tls"
	"net/http"
	"slices"

	"github.com/holdfast-ws/holdfast"
)

// http2 is how it is spoken. There is little to ask for over it, so that a connection has few streams and small windows.
var http2 = &http.HTTP2Config{MaxConcurrentStreams: 100, MaxReceiveBufferPerConnection: 64 << 10, MaxReceiveBufferPerStream: 16 << 10}

// fillTLS completes the configuration. WebSockets go over HTTP/1.1: net/http does not announce extended CONNECT (RFC 8441), so browsers
// open a connection for them that offers nothing else.
func (o *Options) fillTLS() error {
	if o.TLS == nil {
		return nil
	}
	t := o.TLS.Clone()
	if len(t.Certificates) == 0 && t.GetCertificate == nil && t.GetConfigForClient == nil {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start server", Detail: "TLS: there is neither a certificate nor a function that gets one"}
	}
	t.MinVersion = max(t.MinVersion, tls.VersionTLS12)
	for _, p := range []string{"h2", "http/1.1"} {
		if !slices.Contains(t.NextProtos, p) {
			t.NextProtos = append(slices.Clone(t.NextProtos), p)
		}
	}
	o.TLS = t
	return nil
}
