package main

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// guest is how somebody comes to a server.
type guest struct {
	query  string
	header http.Header
	hello  wire.Hello
	then   *wire.Refresh // sent behind the welcome
}

// visit returns the code with which a guest was refused, or 0, and everything that the server said to it.
func (w *world) visit(g guest) (code holdfast.Code, said string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	c, resp, err := websocket.Dial(ctx, "ws://"+w.addr+"/ws"+g.query, &websocket.DialOptions{HTTPHeader: g.header, Subprotocols: []string{wire.JSON.Subprotocol()}})
	if err != nil {
		if resp == nil {
			w.t.Fatal("no answer")
		}
		body, _ := io.ReadAll(resp.Body)
		fmt.Sscan(resp.Header.Get("Holdfast-Code"), &code)
		if code == 0 {
			code = holdfast.Code(resp.StatusCode)
		}
		return code, string(body)
	}
	defer c.CloseNow()
	send := func(b []byte) {
		if err := c.Write(ctx, websocket.MessageText, b); err != nil {
			w.t.Log(err) // what the server said is read below
		}
	}
	g.hello.Process, g.hello.Counter = 1, 1
	send(g.hello.Append(nil, wire.JSON))
	for {
		_, b, err := c.Read(ctx)
		if err != nil {
			return holdfast.Code(websocket.CloseStatus(err)), said + err.Error()
		}
		said += string(b)
		switch {
		case strings.Contains(string(b), `"t":"welcome"`) && g.then == nil:
			return 0, said
		case strings.Contains(string(b), `"t":"welcome"`):
			send(g.then.Append(nil, wire.JSON))
		}
	}
}

// keyring has an issuer's keys, as files and as a server of a key set.
type keyring struct {
	w      *world
	rsa    *rsa.PrivateKey
	secret []byte
	set    *httptest.Server
}

func newKeyring(w *world) *keyring {
	w.t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		w.t.Fatal(err)
	}
	r := &keyring{w: w, rsa: k, secret: make([]byte, 32)}
	rand.Read(r.secret)
	r.secret = []byte(base64.StdEncoding.EncodeToString(r.secret))
	r.set = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		enc := base64.RawURLEncoding.EncodeToString
		fmt.Fprintf(rw, `{"keys":[{"kty":"RSA","kid":"main","n":%q,"e":%q}]}`, enc(k.N.Bytes()), enc(big.NewInt(int64(k.E)).Bytes()))
	}))
	w.t.Cleanup(r.set.Close)
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		w.t.Fatal(err)
	}
	r.write("secret", append(r.secret, '\n'))
	r.write("private.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	r.write("public.pem", r.public())
	return r
}

func (r *keyring) public() []byte {
	der, err := x509.MarshalPKIXPublicKey(r.rsa.Public())
	if err != nil {
		r.w.t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func (r *keyring) write(name string, b []byte) {
	r.w.t.Helper()
	if err := os.WriteFile(r.w.path(name), b, 0o600); err != nil {
		r.w.t.Fatal(err)
	}
}

// token returns one of ann's that is good, but for changes.
func (r *keyring) token(changes map[string]any) string {
	r.w.t.Helper()
	now := time.Now()
	c := map[string]any{"sub": "ann", "iss": "https://id.example", "aud": "chat", "exp": now.Add(time.Hour).Unix()}
	maps.Copy(c, changes)
	pemText, err := os.ReadFile(r.w.path("private.pem"))
	if err != nil {
		r.w.t.Fatal(err)
	}
	k, err := auth.ParsePEM("main", pemText)
	if err != nil {
		r.w.t.Fatal(err)
	}
	token, err := auth.Sign(k, auth.RS256, c)
	if err != nil {
		r.w.t.Fatal(err)
	}
	return token
}

// forged puts a token of ann's together by hand.
func forged(header map[string]any, sign func(input []byte) []byte) string {
	body := map[string]any{"sub": "ann", "iss": "https://id.example", "aud": "chat", "exp": time.Now().Add(time.Hour).Unix()}
	var parts []string
	for _, v := range []any{header, body} {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		parts = append(parts, base64.RawURLEncoding.EncodeToString(b))
	}
	input := strings.Join(parts, ".")
	return input + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(input)))
}

func hmacWith(key []byte) func([]byte) []byte {
	return func(input []byte) []byte {
		h := hmac.New(sha256.New, key)
		h.Write(input)
		return h.Sum(nil)
	}
}

// Attacks on a real server that logs everything it can, by name, with the code that each is told. At the end neither the log nor
// anything that was said holds a part of a token.
func TestAuthenticationAttacks(t *testing.T) {
	w := newWorld(t)
	keys := newKeyring(w)
	w.serve("--auth-jwks", keys.set.URL, "--auth-issuer", "https://id.example", "--auth-audience", "chat", "--auth-cookie", "sid", "--log-level", "debug")
	in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	_, attacker, _ := ed25519.GenerateKey(rand.Reader)
	byAttacker := func(input []byte) []byte { return ed25519.Sign(attacker, input) }
	attackerJWK := map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": "main", "x": base64.RawURLEncoding.EncodeToString(attacker.Public().(ed25519.PublicKey))}
	none := func([]byte) []byte { return nil }
	hello := func(token string) guest { return guest{hello: wire.Hello{Token: token}} }
	header := func(name, value string) guest { return guest{header: http.Header{name: {value}}} }
	const in200, in201 = holdfast.CodeUnauthenticated, holdfast.CodeTokenExpired
	var said strings.Builder
	var tokens []string
	for _, tt := range []struct {
		name string
		code holdfast.Code
		g    func(token string) guest
		made string
	}{
		{"good: in the message", 0, hello, keys.token(nil)},
		{"good: in the header", 0, func(s string) guest { return header("Authorization", "Bearer "+s) }, keys.token(nil)},
		{"good: in the query", 0, func(s string) guest { return guest{query: "?token=" + s} }, keys.token(nil)},
		{"good: in the query, second name", 0, func(s string) guest { return guest{query: "?access_token=" + s} }, keys.token(nil)},
		{"good: in the cookie", 0, func(s string) guest { return header("Cookie", "sid="+s) }, keys.token(nil)},
		{"good: its own user", 0, func(s string) guest { return guest{hello: wire.Hello{Token: s, User: "ann"}} }, keys.token(nil)},
		{"cross-site origin", holdfast.CodeOrigin, func(s string) guest {
			return guest{query: "?token=" + s, header: http.Header{"Origin": {"https://evil.example"}}}
		}, keys.token(nil)},
		{"cross-site origin with a cookie", holdfast.CodeOrigin, func(s string) guest {
			return guest{header: http.Header{"Origin": {"https://evil.example"}, "Cookie": {"sid=" + s}}}
		}, keys.token(nil)},
		{"no token", in200, hello, ""},
		{"not a token", in200, hello, "let-me-in-please"},
		{"expired", in201, hello, keys.token(map[string]any{"exp": in(-time.Minute)})},
		{"expired, in the query", in201, func(s string) guest { return guest{query: "?token=" + s} }, keys.token(map[string]any{"exp": in(-time.Minute)})},
		{"not yet valid", in200, hello, keys.token(map[string]any{"nbf": in(time.Hour)})},
		{"wrong issuer", in200, hello, keys.token(map[string]any{"iss": "https://evil.example"})},
		{"wrong audience", in200, hello, keys.token(map[string]any{"aud": "billing"})},
		{"wrong signature", in200, hello, forged(map[string]any{"alg": "EdDSA", "kid": "main"}, byAttacker)},
		{"wrong signature of the right kind", in200, hello, forged(map[string]any{"alg": "RS256", "kid": "main"}, func([]byte) []byte { return make([]byte, 256) })},
		{"alg none", in200, hello, forged(map[string]any{"alg": "none"}, none)},
		{"alg nOnE", in200, hello, forged(map[string]any{"alg": "nOnE", "kid": "main"}, none)},
		{"key confusion", in200, hello, forged(map[string]any{"alg": "HS256", "kid": "main"}, hmacWith(keys.public()))},
		{"key confusion without kid", in200, hello, forged(map[string]any{"alg": "HS256"}, hmacWith(keys.public()))},
		{"embedded jwk", in200, hello, forged(map[string]any{"alg": "EdDSA", "jwk": attackerJWK}, byAttacker)},
		{"embedded jku", in200, hello, forged(map[string]any{"alg": "EdDSA", "kid": "main", "jku": keys.set.URL}, byAttacker)},
		{"kid traversal", in200, hello, forged(map[string]any{"alg": "HS256", "kid": "../../../../dev/null"}, hmacWith(nil))},
		{"huge token in the message", holdfast.CodeBadFrame, hello, strings.Repeat("hugetoken", 2000)},
		{"huge token in the query", in200, func(s string) guest { return guest{query: "?token=" + s} }, strings.Repeat("hugetoken", 1000)},
		{"huge header", http.StatusRequestHeaderFieldsTooLarge, func(s string) guest { return header("Authorization", "Bearer "+s) }, strings.Repeat("hugetoken", 8000)},
		{"another user's hello", holdfast.CodeUserMismatch, func(s string) guest { return guest{hello: wire.Hello{Token: s, User: "bob"}} }, keys.token(nil)},
		{"refresh with another user's token", holdfast.CodeUserMismatch, func(s string) guest {
			return guest{hello: wire.Hello{Token: keys.token(nil)}, then: &wire.Refresh{Token: s}}
		}, keys.token(map[string]any{"sub": "bob"})},
		{"refresh with an expired token", in201, func(s string) guest {
			return guest{hello: wire.Hello{Token: keys.token(nil)}, then: &wire.Refresh{Token: s}}
		}, keys.token(map[string]any{"exp": in(-time.Minute)})},
		{"refresh with no token, while the header has one", in200, func(s string) guest {
			return guest{header: http.Header{"Authorization": {"Bearer " + s}}, then: &wire.Refresh{}}
		}, keys.token(nil)},
		{"token that ends while it is connected", in201, func(s string) guest {
			return guest{hello: wire.Hello{Token: s}, then: &wire.Refresh{Token: s}}
		}, keys.token(map[string]any{"exp": in(-27 * time.Second)})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, text := w.visit(tt.g(tt.made))
			if code != tt.code {
				t.Fatalf("%v, want %v: %.500s", code, tt.code, text)
			}
			said.WriteString(text)
			tokens = append(tokens, tt.made)
		})
	}
	w.stop()
	log := w.server.Stderr() + said.String()
	if !strings.Contains(said.String(), "welcome") {
		t.Fatal("nobody was let in")
	}
	for _, token := range tokens {
		for part := range strings.SplitSeq(token, ".") {
			if len(part) >= 16 && strings.Contains(log, part[:16]) {
				t.Errorf("%.16s… of a token is in the log, or was said", part)
			}
		}
	}
}

// Two programs exchange messages with authentication on, by files alone; what is wrong with a token is said, and the token is not.
func TestPublishAndSubscribeWithTokens(t *testing.T) {
	for name, flags := range map[string][2]string{"secret": {"--auth-jwt-secret-file=secret", "--secret-file=secret"},
		"key": {"--auth-jwt-key-file=public.pem", "--key-file=private.pem"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			newKeyring(w)
			here := func(flag string) string {
				name, file, _ := strings.Cut(flag, "=")
				return name + "=" + w.path(file)
			}
			w.serve(here(flags[0]))
			code, token, errs := inProcess("token", "new", "--user", "ann", here(flags[1]))
			if code != 0 || strings.Count(token, ".") != 2 {
				t.Fatalf("%d, %s", code, errs)
			}
			if err := os.WriteFile(w.path("token"), []byte(token), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(w.path("input"), []byte("hello\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			p := w.start("publish", w.url(), "c", "--input", w.path("input"), "--eof", "--token-file", w.path("token"))
			if code := w.wait(p); code != 0 {
				t.Fatalf("publish: %d, %s", code, p.Stderr())
			}
			var out strings.Builder
			s := w.startWith(rig.Options{Stdout: &out}, "subscribe", w.url(), "c", "--from", "start", "--until-eof", "--token-file", w.path("token"))
			if code := w.wait(s); code != 0 || !strings.Contains(out.String(), "hello") {
				t.Fatalf("subscribe: %d, %q, %s", code, out.String(), s.Stderr())
			}
			p = w.start("publish", w.url(), "c", "--input", w.path("input"))
			if code := w.wait(p); code != exitFailed || !strings.Contains(p.Stderr(), "unauthenticated") {
				t.Fatalf("without a token: %d, %s", code, p.Stderr())
			}
		})
	}
}

// A real server asks a real webhook.
func TestServeWithWebhook(t *testing.T) {
	w := newWorld(t)
	hook := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var q struct{ Token string }
		if json.NewDecoder(r.Body).Decode(&q) != nil || q.Token != "opaque" {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		io.WriteString(rw, `{"user":"ann"}`)
	}))
	defer hook.Close()
	w.serve("--auth-webhook", hook.URL)
	if code, said := w.visit(guest{hello: wire.Hello{Token: "opaque"}}); code != 0 || !strings.Contains(said, `"user":"ann"`) {
		t.Fatalf("%v, %s", code, said)
	}
	if code, said := w.visit(guest{hello: wire.Hello{Token: "other"}}); code != holdfast.CodeUnauthenticated {
		t.Fatalf("%v, %s", code, said)
	}
	hook.Close()
	if code, said := w.visit(guest{hello: wire.Hello{Token: "opaque"}}); code != holdfast.CodeAuthUnavailable {
		t.Fatalf("%v, %s", code, said)
	}
	w.stop()
	if errs := w.server.Stderr(); !strings.Contains(errs, "clients cannot be authenticated") || strings.Contains(errs, "opaque") {
		t.Fatalf("the log says %q", errs)
	}
}

// What token makes, it checks; what is wrong is one line, without the token or the secret.
func TestTokenCommand(t *testing.T) {
	w := newWorld(t)
	keys := newKeyring(w)
	secret, private, public := w.path("secret"), w.path("private.pem"), w.path("public.pem")
	file := w.path("token")
	create := func(args ...string) {
		t.Helper()
		code, token, errs := inProcess(append([]string{"token", "new", "--user", "ann"}, args...)...)
		if code != 0 || errs != "" {
			t.Fatalf("%v: %d, %s", args, code, errs)
		}
		if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	create("--key-file", private, "--algorithm", "PS384", "--claim", "role=admin", "--claim", "n=[1,2]", "--claim", "eq=a=b,c", "--issuer", "us", "--audience", "chat")
	code, out, errs := inProcess("token", "check", file, "--key-file", public, "--issuer", "us", "--audience", "chat")
	for _, want := range []string{"user ann\n", "expires ", `"role": "admin"`, `"eq": "a=b,c"`, `"aud": [`} {
		if code != 0 || !strings.Contains(out, want) {
			t.Fatalf("%d, %s%s; want %q", code, out, errs, want)
		}
	}
	for _, tt := range []struct {
		name, want string
		code       int
		args       []string
	}{
		{"other issuer", "iss", exitFailed, []string{"check", file, "--key-file", public, "--issuer", "them"}},
		{"other key", "no key fits", exitFailed, []string{"check", file, "--secret-file", secret}},
		{"key set without it", "", exitFailed, []string{"check", file, "--jwks", secret}},
		{"no file", "no such file", exitFailed, []string{"check", file, "--secret-file", w.path("none")}},
		{"no key", "missing flags", exitUsage, []string{"check", file}},
		{"two keys", "can't be used together", exitUsage, []string{"check", file, "--secret-file", secret, "--key-file", public}},
		{"public key", "it is public", exitFailed, []string{"new", "--user", "ann", "--key-file", public}},
		{"PEM as a secret", "it is PEM", exitFailed, []string{"new", "--user", "ann", "--secret-file", private}},
		{"claim with a flag", "use --user", exitUsage, []string{"new", "--user", "ann", "--secret-file", secret, "--claim", "sub=bob"}},
		{"ends before", "more than 0", exitUsage, []string{"new", "--user", "ann", "--secret-file", secret, "--expires=-1s"}},
		{"algorithm of another kind", "not for RS256", exitFailed, []string{"new", "--user", "ann", "--secret-file", secret, "--algorithm", "RS256"}},
	} {
		code, out, errs := inProcess(append([]string{"token"}, tt.args...)...)
		if code != tt.code || out != "" || strings.Count(errs, "\n") != 1 && tt.name != "key set without it" || !strings.Contains(errs, tt.want) {
			t.Errorf("%s: %d, %q, %q", tt.name, code, out, errs)
		}
		if strings.Contains(errs, string(keys.secret)) || strings.Contains(errs, "eyJ") {
			t.Errorf("%s: %s has a secret", tt.name, errs)
		}
	}
	for _, args := range [][]string{{"--auth-issuer", "x"}, {"--auth-webhook", "http://127.0.0.1:1", "--auth-jwks", "x"},
		{"--auth-webhook-secret-file", secret}, {"--auth-webhook", "http://127.0.0.1:1", "--auth-audience", "x"}} {
		if code, _, errs := inProcess(append([]string{"serve", "--store", "memory", "--listen", "127.0.0.1:0"}, args...)...); code != exitUsage {
			t.Errorf("serve %v: %d, %s", args, code, errs)
		}
	}
}
