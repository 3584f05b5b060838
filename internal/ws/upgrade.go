package ws

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"net"
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/gobwas/httphead"
	"github.com/gobwas/ws/wsflate"

	"github.com/holdfast-ws/holdfast"
)

const (
	opUpgrade = "upgrade to WebSocket"

	headerUpgrade    = "Upgrade"
	headerConnection = "Connection"
	headerKey        = "Sec-Websocket-Key"
	headerVersion    = "Sec-Websocket-Version"
	headerProtocol   = "Sec-Websocket-Protocol"
	headerExtensions = "Sec-Websocket-Extensions"
)

// refusal is an upgrade that is answered over HTTP.
type refusal struct {
	status int
	code   holdfast.Code
	detail string
}

// Upgrade turns an HTTP/1.1 request into a WebSocket connection. All is checked before the connection is
// taken over from net/http; a failure is answered over HTTP (400, 405 or 426, with Sec-WebSocket-Version: 13)
// and returned as a *holdfast.Error with CodeHTTPBadRequest or CodeHTTPUpgradeRequired, or CodeInternalError
// where w cannot be taken over (500). Origin, authentication and limits are the caller's to check, before.
//
// A request for subprotocols of which the server speaks none is upgraded without one; see Offered.
//
// A connection that net/http was given wrapped, and whose wrapper has done its work, goes on without it: where the wrapper has a method
// Bare() net.Conn, what that returns is used from then on.
//
// It may be called concurrently. Serve is best called on another goroutine than this was; see there.
func Upgrade(w http.ResponseWriter, r *http.Request, o Options) (*Conn, error) {
	if bad := checkRequest(r); bad != nil {
		return nil, refuse(w, r, bad)
	}
	offers, ok := extensions(r)
	if !ok {
		return nil, refuse(w, r, &refusal{
			http.StatusBadRequest, holdfast.CodeHTTPBadRequest, "header Sec-WebSocket-Extensions cannot be read",
		})
	}
	var accept httphead.Option
	if o.Compression == CompressionOn {
		accept = negotiate(offers)
	}
	subprotocol := choose(o.Subprotocols, Offered(r))

	nc, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "the connection cannot be taken over", http.StatusInternalServerError)
		return nil, &holdfast.Error{Code: holdfast.CodeInternalError, Op: opUpgrade, Cause: err}
	}
	// Without a timeout: it is the first that is written, so the socket's buffer is empty.
	if _, err := nc.Write(appendSwitching(make([]byte, 0, 256), r, subprotocol, accept)); err != nil {
		nc.Close()
		return nil, &holdfast.Error{Code: holdfast.CodeInternalError, Op: opUpgrade, Cause: err}
	}
	if b, ok := nc.(interface{ Bare() net.Conn }); ok {
		nc = b.Bare()
	}
	var early []byte
	if n := rw.Reader.Buffered(); n > 0 {
		b, _ := rw.Reader.Peek(n)
		early = slices.Clone(b)
	}
	co := ConnOptions{
		Subprotocol: subprotocol, MaxMessage: o.MaxMessage,
		Budget: o.Budget, Poller: o.Poller, Path: o.Path, Settle: o.Settle,
	}
	if len(accept.Name) > 0 {
		co.Compression = CompressionOn
	}
	return NewConn(nc, early, co), nil
}

// acceptGUID is what RFC 6455, 1.3, has the key hashed with.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// appendSwitching appends the answer to a handshake that was found good: RFC 6455, 4.2.2.
func appendSwitching(b []byte, r *http.Request, subprotocol string, extension httphead.Option) []byte {
	var key [24 + len(acceptGUID)]byte // 24 is what 16 bytes are in base64
	sum := sha1.Sum(append(append(key[:0], textproto.TrimString(r.Header.Get(headerKey))...), acceptGUID...))
	b = append(b, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "...)
	b = base64.StdEncoding.AppendEncode(b, sum[:])
	if subprotocol != "" {
		b = append(append(b, "\r\nSec-WebSocket-Protocol: "...), subprotocol...)
	}
	if len(extension.Name) > 0 {
		out := bytes.NewBuffer(append(b, "\r\nSec-WebSocket-Extensions: "...))
		httphead.WriteOptions(out, []httphead.Option{extension})
		b = out.Bytes()
	}
	return append(b, "\r\n\r\n"...)
}

// Offered returns the subprotocols that the request asks for, in its order; nil where it asks for none or
// cannot be read.
func Offered(r *http.Request) []string {
	var all []string
	for _, line := range r.Header[headerProtocol] {
		for t := range strings.SplitSeq(line, ",") {
			switch t = textproto.TrimString(t); {
			case t == "": // an empty element of a list has no meaning (RFC 9110, 5.6.1)
			case !isToken(t):
				return nil
			default:
				all = append(all, t)
			}
		}
	}
	return all
}

// isToken says whether s is a token by RFC 9110, 5.6.2. gobwas's scanner also takes two with a blank between
// them.
func isToken(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", r)
	})
}

// choose returns the first that the server speaks of those offered, or "".
func choose(speaks, offered []string) string {
	for _, s := range speaks {
		if slices.Contains(offered, s) {
			return s
		}
	}
	return ""
}

// checkRequest refuses what RFC 6455, 4.2.1, does not call a handshake.
func checkRequest(r *http.Request) *refusal {
	bad := func(detail string) *refusal {
		return &refusal{http.StatusBadRequest, holdfast.CodeHTTPBadRequest, detail}
	}
	other := func(detail string) *refusal {
		return &refusal{http.StatusUpgradeRequired, holdfast.CodeHTTPUpgradeRequired, detail}
	}
	switch {
	case r.Method != http.MethodGet:
		return &refusal{http.StatusMethodNotAllowed, holdfast.CodeHTTPBadRequest, "method " + r.Method + " instead of GET"}
	case r.ProtoMajor != 1 || r.ProtoMinor < 1:
		return other("protocol " + r.Proto + " instead of HTTP/1.1")
	case !hasToken(r.Header, headerConnection, "upgrade"):
		return other("header Connection without Upgrade")
	case !hasToken(r.Header, headerUpgrade, "websocket"):
		return other("header Upgrade without websocket")
	case r.ContentLength != 0 || len(r.TransferEncoding) > 0:
		return bad("a body, which could be taken for frames")
	case len(r.Header[headerVersion]) != 1:
		return bad("header Sec-WebSocket-Version not there, or more than once")
	case textproto.TrimString(r.Header.Get(headerVersion)) != "13":
		return other("header Sec-WebSocket-Version is not 13")
	case len(r.Header[headerKey]) != 1:
		return bad("header Sec-WebSocket-Key not there, or more than once")
	}
	if k, err := base64.StdEncoding.DecodeString(textproto.TrimString(r.Header.Get(headerKey))); err != nil || len(k) != 16 {
		return bad("header Sec-WebSocket-Key is not base64 of 16 bytes")
	}
	if len(r.Header[headerProtocol]) > 0 && Offered(r) == nil {
		return bad("header Sec-WebSocket-Protocol cannot be read")
	}
	return nil
}

// refuse answers over HTTP and returns the same as an error.
func refuse(w http.ResponseWriter, r *http.Request, bad *refusal) error {
	h := w.Header()
	h.Set(headerVersion, "13")
	switch bad.status {
	case http.StatusMethodNotAllowed:
		h.Set("Allow", http.MethodGet)
	case http.StatusUpgradeRequired:
		if r.ProtoMajor == 1 { // HTTP/2 forbids these headers
			h.Set(headerUpgrade, "websocket")
			h.Set(headerConnection, "Upgrade")
		}
	}
	err := &holdfast.Error{Code: bad.code, Op: opUpgrade, Detail: bad.detail}
	http.Error(w, err.Error(), bad.status)
	return err
}

// hasToken looks for a token in a header that is a list, in any case and over several lines.
func hasToken(h http.Header, name, token string) bool {
	for _, line := range h[name] {
		for t := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(textproto.TrimString(t), token) {
				return true
			}
		}
	}
	return false
}

// extensions returns what the request offers.
func extensions(r *http.Request) (all []httphead.Option, ok bool) {
	for _, v := range r.Header[headerExtensions] {
		if textproto.TrimString(v) == "" {
			continue
		}
		if all, ok = httphead.ParseOptions([]byte(v), all); !ok {
			return nil, false
		}
	}
	return all, true
}

// negotiate returns the answer to the first offer of permessage-deflate that can be met, or an empty option. What the
// peer allows us for its own direction (client_max_window_bits, client_no_context_takeover) needs no answer, but a context
// that is not taken over spares memory.
func negotiate(offers []httphead.Option) httphead.Option {
	for _, offer := range offers {
		if window, ok := acceptable(offer); ok {
			accept := httphead.Option{Name: []byte(wsflate.ExtensionName)}
			accept.Parameters.Set([]byte("server_no_context_takeover"), nil)
			accept.Parameters.Set([]byte("client_no_context_takeover"), nil)
			if window {
				accept.Parameters.Set([]byte(serverWindow), []byte("15"))
			}
			return accept
		}
	}
	return httphead.Option{}
}

const serverWindow = "server_max_window_bits"

// acceptable says whether an offer is one of permessage-deflate that can be met, and whether it bounds the server's window
// (by the 15 bits that this one has). Parameters that are unknown, wrong or there twice have it declined: RFC 7692, 7.1.
// gobwas's check takes client_max_window_bits any number of times.
func acceptable(offer httphead.Option) (window, ok bool) {
	if string(offer.Name) != wsflate.ExtensionName {
		return false, false
	}
	seen := map[string]bool{}
	ok = true
	offer.Parameters.ForEach(func(key, value []byte) bool {
		k, v := string(key), string(value)
		switch k {
		case "server_no_context_takeover", "client_no_context_takeover":
			ok = value == nil
		case "client_max_window_bits":
			ok = value == nil || slices.Contains(windows, v)
		case serverWindow:
			window, ok = true, v == windows[len(windows)-1]
		default:
			ok = false
		}
		ok = ok && !seen[k]
		seen[k] = true
		return ok
	})
	return window, ok
}

// windows are the sizes that a window may have, in bits.
var windows = []string{"8", "9", "10", "11", "12", "13", "14", "15"}
