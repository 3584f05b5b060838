package client_test

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
)

// RFC 6455, 4.1: the request.
func TestHandshakeRequest(t *testing.T) {
	srv := serveRaw(t)
	open(t, srv.url+"/chat?room=1", client.SessionOptions{Codec: client.CodecJSON})
	keys := map[string]bool{}
	for range 3 {
		c := srv.next(t)
		r := c.request()
		c.Close() // it tries again
		if r.Method != "GET" || r.Proto != "HTTP/1.1" || r.URL.RequestURI() != "/chat?room=1" || "http://"+r.Host != srv.url {
			t.Errorf("%s %s %s of %s", r.Method, r.URL, r.Proto, r.Host)
		}
		for name, want := range map[string]string{"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Protocol": wire.JSON.Subprotocol()} {
			if got := r.Header.Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if ext := r.Header.Values("Sec-WebSocket-Extensions"); ext != nil {
			t.Errorf("Sec-WebSocket-Extensions: %q", ext)
		}
		key := r.Header.Values("Sec-WebSocket-Key")
		if len(key) != 1 {
			t.Fatalf("Sec-WebSocket-Key: %q", key)
		}
		if b, err := base64.StdEncoding.DecodeString(key[0]); err != nil || len(b) != 16 || keys[key[0]] {
			t.Errorf("Sec-WebSocket-Key %q: %d bytes, %v; not used before: %t", key[0], len(b), err, !keys[key[0]])
		}
		keys[key[0]] = true
	}
}

// RFC 7692, 5 and 7.1: the offer.
func TestDeflateOffer(t *testing.T) {
	srv := serveRaw(t)
	open(t, srv.url, client.SessionOptions{Compression: client.CompressionOn})
	c := srv.next(t)
	const want = "permessage-deflate; client_no_context_takeover; server_no_context_takeover"
	if got := c.request().Header.Values("Sec-WebSocket-Extensions"); !slices.Equal(got, []string{want}) {
		t.Errorf("offered %q, want %q", got, want)
	}
}

// answers are what a client must not take for a handshake, or must. The lines stand for those that upgrade writes.
var answers = []struct {
	name        string
	compression client.Compression
	change      string // "Name: value" in place of the right line; "Name" takes it away
	taken       bool
}{
	{"4.1 as it should be", client.CompressionOff, "X-Other: header", true},
	{"4.1 any case", client.CompressionOff, "Upgrade: WebSocket", true},
	{"4.1 Connection is a list", client.CompressionOff, "Connection: keep-alive, upgrade", true},
	{"4.1 no Upgrade", client.CompressionOff, "Upgrade", false},
	{"4.1 Upgrade to something else", client.CompressionOff, "Upgrade: h2c", false},
	{"4.1 no Connection", client.CompressionOff, "Connection", false},
	{"4.1 Connection without Upgrade", client.CompressionOff, "Connection: close", false},
	{"4.1 no Sec-WebSocket-Accept", client.CompressionOff, "Sec-WebSocket-Accept", false},
	{"4.1 the accept of another key", client.CompressionOff, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", false},
	{"4.1 a subprotocol that was not asked for", client.CompressionOff, "Sec-WebSocket-Protocol: chat", false},
	{"4.1 no subprotocol", client.CompressionOff, "Sec-WebSocket-Protocol", false},
	{"4.1 an extension that was not offered", client.CompressionOff, "Sec-WebSocket-Extensions: x-zip", false},
	{"9.1 an extension beside the one that was offered", client.CompressionOn, agreedDeflate + ", x-zip", false},
	{"7692 5 deflate that was not offered", client.CompressionOff, agreedDeflate, false},
	{"7692 5 the offer is declined", client.CompressionOn, "X-Other: header", true},
	{"7692 5.1 the offer is accepted", client.CompressionOn, agreedDeflate, true},
	{"7692 7.1.1.1 a context that is taken over", client.CompressionOn, "Sec-WebSocket-Extensions: permessage-deflate", false},
	{"7692 7.1.1.2 the client's own context is its own affair", client.CompressionOn, "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover", true},
	{"7692 7.1.2.1 a smaller window", client.CompressionOn, agreedDeflate + "; server_max_window_bits=10", true},
	{"7692 7.1.2.1 a window of 7 bits", client.CompressionOn, agreedDeflate + "; server_max_window_bits=7", false},
	{"7692 7.1.2.1 a window of 16 bits", client.CompressionOn, agreedDeflate + "; server_max_window_bits=16", false},
	{"7692 7.1.2.1 a window of 010 bits", client.CompressionOn, agreedDeflate + "; server_max_window_bits=010", false},
	{"7692 7.1.2.1 a window without a size", client.CompressionOn, agreedDeflate + "; server_max_window_bits", false},
	{"7692 7.1.2.2 a window for the client, which offered none", client.CompressionOn, agreedDeflate + "; client_max_window_bits=10", false},
	{"7692 7.1 an unknown parameter", client.CompressionOn, agreedDeflate + "; level=9", false},
	{"7692 7.1 a parameter twice", client.CompressionOn, agreedDeflate + "; server_no_context_takeover", false},
	{"7692 7.1 a value where there is none", client.CompressionOn, "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover=1", false},
	{"7692 5.1 deflate twice", client.CompressionOn, agreedDeflate + ", permessage-deflate; server_no_context_takeover", false},
}

// RFC 6455, 4.1, and RFC 7692, 5 and 7.1: the server's answer.
func TestHandshakeAnswer(t *testing.T) {
	for _, tc := range answers {
		t.Run(tc.name, func(t *testing.T) {
			srv := serveRaw(t)
			s := open(t, srv.url, client.SessionOptions{Codec: client.CodecJSON, Compression: tc.compression})
			c := srv.next(t)
			c.request()
			lines := []string{"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: " + c.accept(),
				"Sec-WebSocket-Protocol: " + wire.JSON.Subprotocol()}
			name, _, has := strings.Cut(tc.change, ":")
			lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, name+":") })
			if has {
				lines = append(lines, tc.change)
			}
			c.answer(lines...)
			if !tc.taken {
				c.Conn.(*net.TCPConn).CloseWrite() // so that nobody waits for more
			}
			_, _, err := c.frame() // a hello, or the end
			if tc.taken {
				if err != nil {
					t.Errorf("the answer was not taken: %v", err)
				}
				return
			}
			if err == nil {
				t.Fatal("the client sent a frame")
			}
			if err := s.Connected(limit(t)); !errors.Is(err, holdfast.CodeNotHoldfast) {
				t.Errorf("the session says %v", err)
			}
		})
	}
}

// RFC 6455, 4.1: a status that is not 101 is HTTP's.
func TestHandshakeStatus(t *testing.T) {
	for _, status := range []string{"200 OK", "100 Continue\r\n\r\nHTTP/1.1 400 Bad Request", "426 Upgrade Required"} {
		t.Run(status[:3], func(t *testing.T) {
			srv := serveRaw(t)
			s := open(t, srv.url, client.SessionOptions{})
			c := srv.next(t)
			c.request()
			io.WriteString(c, "HTTP/1.1 "+status+"\r\nContent-Length: 0\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
				"Sec-WebSocket-Accept: "+c.accept()+"\r\n\r\n")
			if err := s.Connected(limit(t)); err == nil {
				t.Error("connected")
			}
			if _, _, err := c.frame(); err == nil {
				t.Error("the client sent a frame")
			}
		})
	}
}

// RFC 6455, 4.1: the name of the server is part of the TLS handshake.
func TestServerNameIndication(t *testing.T) {
	n := startMemory(t, server.Options{})
	h := httptest.NewUnstartedServer(n.srv)
	names := make(chan string, 10)
	h.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		names <- hello.ServerName
		return nil, nil
	}}
	h.Config.ErrorLog = log.New(io.Discard, "", 0) // the certificate is for another name
	h.StartTLS()
	defer h.Close()
	trusts := h.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	port := h.URL[strings.LastIndex(h.URL, ":"):]
	open(t, "wss://localhost"+port, client.SessionOptions{TLS: &tls.Config{RootCAs: trusts}})
	if got := <-names; got != "localhost" {
		t.Errorf("asked for %q", got)
	}
}
