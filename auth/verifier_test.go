package auth_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
)

// noon is when all tests of this file happen.
var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

type claims = map[string]any

// good are claims that are taken; changes replace some, and nil takes one away.
func good(changes claims) claims {
	c := claims{"sub": "ann", "iss": "https://id.example", "aud": "chat", "exp": noon.Add(time.Hour).Unix(), "iat": noon.Unix()}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

var secretBytes = bytes.Repeat([]byte("a secret of 64 bytes"), 4)[:64]

func secret(t testing.TB, id string) auth.Key {
	t.Helper()
	k, err := auth.NewSecret(id, secretBytes)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func pemOf(t testing.TB, kind string, der []byte, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// pair returns a private key and its public part, as they are read from files.
func pair(t testing.TB, id string, private crypto.Signer) (own, public auth.Key) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	own, err = auth.ParsePEM(id, pemOf(t, "PRIVATE KEY", der, err))
	if err != nil {
		t.Fatal(err)
	}
	public, err = auth.ParsePEM(id, publicPEM(t, private))
	if err != nil {
		t.Fatal(err)
	}
	return own, public
}

func publicPEM(t testing.TB, private crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	return pemOf(t, "PUBLIC KEY", der, err)
}

func ecKey(t testing.TB, c elliptic.Curve) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func edKey() crypto.Signer {
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

func sign(t testing.TB, k auth.Key, a auth.Algorithm, c claims) string {
	t.Helper()
	token, err := auth.Sign(k, a, c)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func verifier(t testing.TB, o auth.Options) *auth.Verifier {
	t.Helper()
	o.Now = clock
	v, err := auth.NewVerifier(o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// forge puts a token together by hand; sign may be nil.
func forge(header, body claims, sign func(input string) []byte) string {
	part := func(v claims) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	input := part(header) + "." + part(body)
	var sum []byte
	if sign != nil {
		sum = sign(input)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(sum)
}

func hs256(key []byte) func(string) []byte {
	return func(input string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(input))
		return h.Sum(nil)
	}
}

// Every algorithm verifies what it signed, and each key is good for its own algorithms alone.
func TestAlgorithmsAreBoundToKeys(t *testing.T) {
	keys := map[string][2]auth.Key{"secret": {secret(t, "secret"), secret(t, "secret")}}
	for id, private := range map[string]crypto.Signer{"rsa": rsaKey(), "p256": ecKey(t, elliptic.P256()), "p384": ecKey(t, elliptic.P384()),
		"p521": ecKey(t, elliptic.P521()), "ed25519": edKey()} {
		own, public := pair(t, id, private)
		keys[id] = [2]auth.Key{own, public}
	}
	seen := map[auth.Algorithm]bool{}
	for id, k := range keys {
		for _, a := range k[0].Algorithms() {
			seen[a] = true
			token := sign(t, k[0], a, good(nil))
			for other, o := range keys {
				// no kid in the verifier's key: nothing but its kind speaks for it or against it
				_, err := verifier(t, auth.Options{Keys: auth.Keys(o[1])}).Verify(t.Context(), token)
				if (err == nil) != (id == other) {
					t.Errorf("%s by %s, verified with %s: %v", a, id, other, err)
				}
			}
			_, err := verifier(t, auth.Options{Keys: auth.Keys(k[1]), Algorithms: []auth.Algorithm{otherThan(a)}}).Verify(t.Context(), token)
			if !errors.Is(err, holdfast.CodeUnauthenticated) {
				t.Errorf("%s where it is not allowed: %v", a, err)
			}
		}
	}
	if len(seen) != len(auth.Algorithms()) {
		t.Errorf("only %v were tried", seen)
	}
}

func otherThan(a auth.Algorithm) auth.Algorithm {
	if a == auth.HS256 {
		return auth.RS256
	}
	return auth.HS256
}

// Every way to come in without a good token, by name, and what the client is told. Good tokens are among them, so that the table
// cannot pass by refusing everything.
func TestAttacks(t *testing.T) {
	own, public := pair(t, "main", rsaKey())
	foreign, _ := pair(t, "main", edKey())
	v := verifier(t, auth.Options{Keys: auth.Keys(public), Issuer: "https://id.example", Audience: []string{"chat", "mail"}})
	in := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	rs := func(c claims) string { return sign(t, own, auth.RS256, good(c)) }
	byAttacker := func(header claims) string {
		header["alg"] = "EdDSA"
		_, attacker, _ := ed25519.GenerateKey(rand.Reader)
		x := base64.RawURLEncoding.EncodeToString(attacker.Public().(ed25519.PublicKey))
		header["jwk"] = claims{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "main"}
		return forge(header, good(nil), func(s string) []byte { return ed25519.Sign(attacker, []byte(s)) })
	}
	parts := strings.Split(rs(nil), ".")
	const ok, unauthenticated, expired = holdfast.Code(0), holdfast.CodeUnauthenticated, holdfast.CodeTokenExpired
	for name, tt := range map[string]struct {
		token string
		code  holdfast.Code
	}{
		"good":                          {rs(nil), ok},
		"good, one audience of several": {rs(claims{"aud": []string{"other", "mail"}}), ok},
		"good, expired within leeway":   {rs(claims{"exp": in(-29 * time.Second)}), ok},
		"good, valid within leeway":     {rs(claims{"nbf": in(29 * time.Second)}), ok},
		"no token":                      {"", unauthenticated},
		"not a token":                   {"hello", unauthenticated},
		"two dots":                      {"..", unauthenticated},
		"huge token":                    {strings.Repeat("a", 8<<10+1), unauthenticated},
		"expired":                       {rs(claims{"exp": in(-31 * time.Second)}), expired},
		"no expiry":                     {rs(claims{"exp": nil}), unauthenticated},
		"expiry is text":                {rs(claims{"exp": "tomorrow"}), unauthenticated},
		"not yet valid":                 {rs(claims{"nbf": in(31 * time.Second)}), unauthenticated},
		"issued in the future":          {rs(claims{"iat": in(31 * time.Second)}), unauthenticated},
		"wrong issuer":                  {rs(claims{"iss": "https://evil.example"}), unauthenticated},
		"no issuer":                     {rs(claims{"iss": nil}), unauthenticated},
		"wrong audience":                {rs(claims{"aud": "billing"}), unauthenticated},
		"no audience":                   {rs(claims{"aud": nil}), unauthenticated},
		"no user":                       {rs(claims{"sub": nil}), unauthenticated},
		"empty user":                    {rs(claims{"sub": ""}), unauthenticated},
		"user is a number":              {rs(claims{"sub": 7}), unauthenticated},
		"user with a newline":           {rs(claims{"sub": "ann\nbob"}), unauthenticated},
		"user too long":                 {rs(claims{"sub": strings.Repeat("a", 256)}), unauthenticated},
		"wrong signature, other key":    {sign(t, foreign, auth.EdDSA, good(nil)), unauthenticated},
		"no signature":                  {parts[0] + "." + parts[1] + ".", unauthenticated},
		"other claims, same signature":  {parts[0] + "." + strings.Split(rs(claims{"sub": "bob"}), ".")[1] + "." + parts[2], unauthenticated},
		"alg none":                      {forge(claims{"alg": "none"}, good(nil), nil), unauthenticated},
		"alg None":                      {forge(claims{"alg": "None", "kid": "main"}, good(nil), nil), unauthenticated},
		"alg missing":                   {forge(claims{"kid": "main"}, good(nil), nil), unauthenticated},
		"alg a number":                  {forge(claims{"alg": 1}, good(nil), nil), unauthenticated},
		"key confusion, PEM as secret":  {forge(claims{"alg": "HS256", "kid": "main"}, good(nil), hs256(publicPEM(t, rsaKey()))), unauthenticated},
		"key confusion, DER as secret":  {forge(claims{"alg": "HS256"}, good(nil), hs256(x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey))), unauthenticated},
		"key confusion, N as secret":    {forge(claims{"alg": "HS256"}, good(nil), hs256(rsaKey().N.Bytes())), unauthenticated},
		"embedded jwk":                  {byAttacker(claims{}), unauthenticated},
		"embedded jwk with our kid":     {byAttacker(claims{"kid": "main"}), unauthenticated},
		"jku and x5u":                   {byAttacker(claims{"jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/", "x5c": []string{"AA"}}), unauthenticated},
		"kid traversal":                 {forge(claims{"alg": "HS256", "kid": "../../../dev/null"}, good(nil), hs256(nil)), unauthenticated},
		"kid SQL":                       {forge(claims{"alg": "HS256", "kid": "' UNION SELECT 'a"}, good(nil), hs256([]byte("a"))), unauthenticated},
		"kid a number":                  {forge(claims{"alg": "RS256", "kid": 1}, good(nil), nil), unauthenticated},
		"unknown kid":                   {forge(claims{"alg": "RS256", "kid": "other"}, good(nil), nil), unauthenticated},
		"crit":                          {forge(claims{"alg": "RS256", "kid": "main", "crit": []string{"b64"}, "b64": false}, good(nil), nil), unauthenticated},
		"padded":                        {rs(nil) + "==", unauthenticated},
		"encrypted (five parts)":        {"a.b.c.d.e", unauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := v.Verify(t.Context(), tt.token)
			if holdfast.CodeOf(err) != tt.code || tt.code == 0 && u.ID != "ann" {
				t.Fatalf("%v, %v; want %v", u, err, tt.code)
			}
			if err != nil {
				noLeak(t, tt.token, fmt.Sprintf("%v %+v %#v", err, err, err))
			}
		})
	}
}

// Headers that spoil a token although its signature is right.
func TestHeadersOfSignedTokens(t *testing.T) {
	v := verifier(t, auth.Options{Keys: auth.Keys(secret(t, "main"))})
	for name, tt := range map[string]struct {
		header claims
		code   holdfast.Code
	}{
		"good":            {claims{"alg": "HS256", "kid": "main"}, 0},
		"no kid":          {claims{"alg": "HS256"}, 0},
		"empty kid":       {claims{"alg": "HS256", "kid": ""}, 0},
		"unknown fields":  {claims{"alg": "HS256", "jku": "https://evil.example", "x": 1}, 0},
		"another kid":     {claims{"alg": "HS256", "kid": "other"}, holdfast.CodeUnauthenticated},
		"kid a number":    {claims{"alg": "HS256", "kid": 1}, holdfast.CodeUnauthenticated},
		"kid null":        {claims{"alg": "HS256", "kid": nil}, holdfast.CodeUnauthenticated},
		"crit":            {claims{"alg": "HS256", "crit": []string{"x"}, "x": 1}, holdfast.CodeUnauthenticated},
		"alg in capitals": {claims{"alg": "hs256"}, holdfast.CodeUnauthenticated},
	} {
		if _, err := v.Verify(t.Context(), forge(tt.header, good(nil), hs256(secretBytes))); holdfast.CodeOf(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A key that its set binds to one algorithm is good for no other of its kind.
func TestAlgorithmOfASet(t *testing.T) {
	own, _ := pair(t, "a", rsaKey())
	j := jwkOf(t, "a", rsaKey())
	j["alg"] = "RS256"
	keys, err := auth.ParseJWKS(setOf(j), auth.SecretsIgnored)
	if err != nil {
		t.Fatal(err)
	}
	v := verifier(t, auth.Options{Keys: auth.Keys(keys...)})
	for _, a := range own.Algorithms() {
		if _, err := v.Verify(t.Context(), sign(t, own, a, good(nil))); (err == nil) != (a == auth.RS256) {
			t.Errorf("%s: %v", a, err)
		}
	}
}

// The bits that a signature's last letter has to spare are no second way to write it.
func TestSpareBits(t *testing.T) {
	v := verifier(t, auth.Options{Keys: auth.Keys(secret(t, ""))})
	token := sign(t, secret(t, ""), auth.HS256, good(nil))
	taken := 0
	for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
		if _, err := v.Verify(t.Context(), token[:len(token)-1]+string(last)); err == nil {
			taken++
		}
	}
	if taken != 1 {
		t.Fatalf("%d tokens with the same signature are taken", taken)
	}
}

// noLeak fails if a text contains a part of a token.
func noLeak(t *testing.T, token, text string) {
	t.Helper()
	for part := range strings.SplitSeq(token, ".") {
		if len(part) > 8 && strings.Contains(text, part[:8]) {
			t.Errorf("%q has a part of the token", text)
		}
	}
}

// A token of which anything was changed is not taken, or is the same.
func TestChangedTokens(t *testing.T) {
	v := verifier(t, auth.Options{Keys: auth.Keys(secret(t, ""))})
	token := sign(t, secret(t, ""), auth.HS256, good(nil))
	rapid.Check(t, func(t *rapid.T) {
		b := []byte(token)
		at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
		b[at] = rapid.Byte().Draw(t, "byte")
		if _, err := v.Verify(context.Background(), string(b)); (err == nil) != (string(b) == token) {
			t.Fatalf("%q: %v", b, err)
		}
	})
}

func TestUser(t *testing.T) {
	token := sign(t, secret(t, ""), "", good(claims{"email": "ann@example.com", "roles": []string{"a"}}))
	u, err := verifier(t, auth.Options{Keys: auth.Keys(secret(t, "")), UserClaim: "email", Leeway: -1}).Verify(t.Context(), token)
	if err != nil || u.ID != "ann@example.com" || !u.Expires.Equal(noon.Add(time.Hour)) || fmt.Sprint(u.Claims["roles"]) != "[a]" {
		t.Fatalf("%+v, %v", u, err)
	}
	forever := sign(t, secret(t, ""), "", good(claims{"exp": nil}))
	if u, err = verifier(t, auth.Options{Keys: auth.Keys(secret(t, "")), Expiry: auth.ExpiryOptional}).Verify(t.Context(), forever); err != nil || !u.Expires.IsZero() {
		t.Fatalf("%+v, %v", u, err)
	}
}

func TestSources(t *testing.T) {
	r := &http.Request{URL: &url.URL{RawQuery: "token=q&access_token=a&t=own"}, Header: http.Header{
		"Authorization": {"bearer b"}, "Cookie": {"sid=c; x=y"}, "X-Token": {"h"}}}
	basic := &http.Request{URL: &url.URL{RawQuery: "access_token=a"}, Header: http.Header{"Authorization": {"Basic b"}}}
	for name, tt := range map[string]struct {
		c    auth.Credentials
		from []auth.Source
		want string
	}{
		"the message first":     {auth.Credentials{Token: "m", Request: r}, nil, "m"},
		"then the header":       {auth.Credentials{Request: r}, nil, "b"},
		"then the query":        {auth.Credentials{Request: basic}, nil, "a"},
		"no cookie by default":  {auth.Credentials{Request: &http.Request{URL: &url.URL{}, Header: http.Header{"Cookie": {"token=c"}}}}, nil, ""},
		"a cookie":              {auth.Credentials{Token: "m", Request: r}, []auth.Source{auth.FromCookie("sid")}, "c"},
		"a header":              {auth.Credentials{Request: r}, []auth.Source{auth.FromHeader("X-Token")}, "h"},
		"a parameter":           {auth.Credentials{Request: r}, []auth.Source{auth.FromQuery("t"), auth.FromBearer()}, "own"},
		"nowhere":               {auth.Credentials{Request: r}, []auth.Source{auth.FromCookie("none"), auth.FromMessage()}, ""},
		"no request":            {auth.Credentials{}, nil, ""},
		"a refresh: no request": {auth.Credentials{Request: r, Reason: auth.ReasonRefresh}, nil, ""},
	} {
		if got := auth.Token(tt.c, tt.from...); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// Keys that are too weak, or are not what they are said to be, are refused; those that are not are not printed.
func TestKeys(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for name, parse := range map[string]func() (auth.Key, error){
		"short secret":      func() (auth.Key, error) { return auth.NewSecret("", secretBytes[:31]) },
		"public key":        func() (auth.Key, error) { return auth.NewSecret("", publicPEM(t, rsaKey())) },
		"small RSA":         func() (auth.Key, error) { return auth.ParsePEM("", publicPEM(t, small)) },
		"P-224":             func() (auth.Key, error) { return auth.ParsePEM("", publicPEM(t, ecKey(t, elliptic.P224()))) },
		"no PEM":            func() (auth.Key, error) { return auth.ParsePEM("", []byte("hello")) },
		"PEM of other kind": func() (auth.Key, error) { return auth.ParsePEM("", pemOf(t, "DH PARAMETERS", nil, nil)) },
		"broken PEM":        func() (auth.Key, error) { return auth.ParsePEM("", pemOf(t, "PUBLIC KEY", []byte{1}, nil)) },
	} {
		if _, err := parse(); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	k := secret(t, "main")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(verb, k); got != `key "main" for HS256` {
			t.Errorf("%s prints %s", verb, got)
		}
	}
	_, public := pair(t, "", rsaKey())
	if _, err := auth.Sign(public, "", good(nil)); !errors.Is(err, holdfast.CodeBadArgument) {
		t.Errorf("signed with a public key: %v", err)
	}
	if _, err := auth.Sign(k, auth.RS256, good(nil)); !errors.Is(err, holdfast.CodeBadArgument) {
		t.Errorf("signed with a secret as RS256: %v", err)
	}
}

// Whatever comes as a token, it is refused in our words, without a part of it, and soon.
func FuzzVerify(f *testing.F) {
	k := secret(f, "main")
	v := verifier(f, auth.Options{Keys: auth.Keys(k)})
	whole := sign(f, k, auth.HS256, good(nil))
	for _, seed := range []string{"", "..", whole, forge(claims{"alg": "none"}, good(nil), nil), "eyJhbGciOiJIUzI1NiJ9.e30.", whole[:40]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		u, err := v.Verify(context.Background(), token)
		if err == nil && (u.ID != "ann" || token != whole) {
			t.Fatalf("%q is taken as %v", token, u)
		}
		if err == nil {
			return
		}
		if code := holdfast.CodeOf(err); code != holdfast.CodeUnauthenticated && code != holdfast.CodeTokenExpired {
			t.Fatalf("%q: %v", token, err)
		}
		if len(token) > 40 && strings.Contains(err.Error(), token) {
			t.Fatalf("%v has the token", err)
		}
	})
}
