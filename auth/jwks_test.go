package auth_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
)

// jwkOf writes a public key as a provider does.
func jwkOf(t testing.TB, id string, private crypto.Signer) claims {
	t.Helper()
	enc := base64.RawURLEncoding.EncodeToString
	switch k := private.Public().(type) {
	case *rsa.PublicKey:
		return claims{"kty": "RSA", "kid": id, "use": "sig", "n": enc(k.N.Bytes()), "e": enc(big.NewInt(int64(k.E)).Bytes())}
	case *ecdsa.PublicKey:
		b, err := k.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		half := (len(b) - 1) / 2
		return claims{"kty": "EC", "kid": id, "crv": k.Curve.Params().Name, "x": enc(b[1 : 1+half]), "y": enc(b[1+half:])}
	case ed25519.PublicKey:
		return claims{"kty": "OKP", "kid": id, "crv": "Ed25519", "x": enc(k)}
	}
	t.Fatal("no such key")
	return nil
}

func setOf(keys ...claims) []byte {
	b, err := json.Marshal(claims{"keys": keys})
	if err != nil {
		panic(err)
	}
	return b
}

func TestKeySets(t *testing.T) {
	p256 := jwkOf(t, "p256", ecKey(t, elliptic.P256()))
	with := func(k claims, name string, value any) claims {
		c := good(k)
		c[name] = value
		return c
	}
	oct := claims{"kty": "oct", "kid": "s", "k": base64.RawURLEncoding.EncodeToString(secretBytes)}
	for name, tt := range map[string]struct {
		set     string
		secrets auth.Secrets
		want    string // IDs
	}{
		"all kinds":            {string(setOf(jwkOf(t, "rsa", rsaKey()), p256, jwkOf(t, "ed", edKey()))), 0, "rsa p256 ed"},
		"secret of a provider": {string(setOf(oct, p256)), auth.SecretsIgnored, "p256"},
		"secret of a file":     {string(setOf(oct)), auth.SecretsTaken, "s"},
		"for encryption":       {string(setOf(with(p256, "use", "enc"), p256)), 0, "p256"},
		"for wrapping":         {string(setOf(with(p256, "key_ops", []string{"wrapKey"}), p256)), 0, "p256"},
		"alg of another kind":  {string(setOf(with(p256, "alg", "HS256"), p256)), 0, "p256"},
		"unknown kind":         {string(setOf(claims{"kty": "AKP", "kid": "pq"}, p256)), 0, "p256"},
		"no point on a curve":  {string(setOf(with(p256, "y", p256["x"]), p256)), 0, "p256"},
		"point too short":      {string(setOf(with(p256, "x", "AA"), p256)), 0, "p256"},
		"e is 1":               {string(setOf(with(jwkOf(t, "r", rsaKey()), "e", "AQ"), p256)), 0, "p256"},
		"a number among keys":  {`{"keys":[1,` + string(setOf(p256))[len(`{"keys":[`):], 0, "p256"},
		"no key of use":        {string(setOf(oct)), auth.SecretsIgnored, ""},
		"empty":                {`{"keys":[]}`, 0, ""},
		"garbage":              {"<html>", 0, ""},
		"too many":             {`{"keys":[` + strings.Repeat("1,", 100) + `1]}`, 0, ""},
	} {
		keys, err := auth.ParseJWKS([]byte(tt.set), tt.secrets)
		var ids []string
		for _, k := range keys {
			ids = append(ids, k.ID())
		}
		if got := strings.Join(ids, " "); got != tt.want || (err == nil) != (tt.want != "") || err != nil && !errors.Is(err, holdfast.CodeAuthUnavailable) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, tt.want)
		}
	}
}

// provider answers for a key set in made-up time.
type provider struct {
	mu    sync.Mutex
	set   []byte
	err   error
	delay time.Duration
	asked atomic.Int32
}

func (p *provider) RoundTrip(r *http.Request) (*http.Response, error) {
	p.asked.Add(1)
	p.mu.Lock()
	set, err, delay := p.set, p.err, p.delay
	p.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(string(set))), Request: r}, nil
}

func (p *provider) change(set []byte, err error, delay time.Duration) {
	p.mu.Lock()
	p.set, p.err, p.delay = set, err, delay
	p.mu.Unlock()
}

// issuer is a provider with two keys, a server that knows it, and made-up time.
type issuer struct {
	provider
	t          *testing.T
	a, b       auth.Key
	setA, setB claims
	jwks       *auth.JWKS
	v          *auth.Verifier
}

func withIssuer(t *testing.T, o auth.JWKSOptions, f func(t *testing.T, p *issuer)) {
	synctest.Test(t, func(t *testing.T) {
		p := &issuer{t: t}
		ka, kb := edKey(), ecKey(t, elliptic.P256())
		p.a, _ = pair(t, "a", ka)
		p.b, _ = pair(t, "b", kb)
		p.setA, p.setB = jwkOf(t, "a", ka), jwkOf(t, "b", kb)
		p.change(setOf(p.setA), nil, 0)
		o.Location, o.Client = "https://id.example/keys?secret=hush", &http.Client{Transport: p}
		var err error
		if p.jwks, err = auth.NewJWKS(o); err != nil {
			t.Fatal(err)
		}
		defer p.jwks.Close()
		if p.v, err = auth.NewVerifier(auth.Options{Keys: p.jwks}); err != nil {
			t.Fatal(err)
		}
		f(t, p)
	})
}

// verify returns the code with which a fresh token of a key is refused, and how long that took.
func (p *issuer) verify(k auth.Key) (holdfast.Code, time.Duration) {
	p.t.Helper()
	begin := time.Now()
	token := sign(p.t, k, "", claims{"sub": "ann", "exp": begin.Add(time.Hour).Unix()})
	_, err := p.v.Verify(context.Background(), token)
	if err != nil && strings.Contains(err.Error(), "hush") {
		p.t.Errorf("%v has the URL's secret", err)
	}
	return holdfast.CodeOf(err), time.Since(begin)
}

func (p *issuer) want(k auth.Key, want holdfast.Code) {
	p.t.Helper()
	if got, _ := p.verify(k); got != want {
		p.t.Fatalf("%v: %v, want %v", k, got, want)
	}
}

const unavailable = holdfast.CodeAuthUnavailable

// Rotation under traffic: as many goroutines as there are verify tokens of the key that is published, while keys change. No token
// is refused whose key was published all the time; a key that was taken out is refused in the end.
func TestRotationUnderTraffic(t *testing.T) {
	withIssuer(t, auth.JWKSOptions{}, func(t *testing.T, p *issuer) {
		p.want(p.a, 0)
		var wg sync.WaitGroup
		var taken atomic.Int32
		for range 8 {
			wg.Go(func() {
				for range 100 {
					p.want(p.a, 0)
					taken.Add(1)
					time.Sleep(time.Second) // in made-up time
				}
			})
		}
		time.Sleep(50*time.Second + time.Millisecond)
		p.change(setOf(p.setA, p.setB), nil, 300*time.Millisecond)
		p.want(p.b, 0) // a kid that is new is asked for at once
		p.want(p.a, 0)
		wg.Wait()
		if taken.Load() != 800 {
			t.Fatalf("%d were taken", taken.Load())
		}
		p.change(setOf(p.setB), nil, 0)
		time.Sleep(5 * time.Minute)
		p.want(p.a, 0) // the set is old, and is read again behind this
		synctest.Wait()
		p.want(p.a, holdfast.CodeUnauthenticated)
		p.want(p.b, 0)
	})
}

// However many unknown kids come, the provider is asked now and then.
func TestUnknownKidsDoNotFloodTheProvider(t *testing.T) {
	withIssuer(t, auth.JWKSOptions{}, func(t *testing.T, p *issuer) {
		p.want(p.a, 0)
		for range 1000 { // 100 s
			p.want(p.b, holdfast.CodeUnauthenticated)
			time.Sleep(100 * time.Millisecond)
		}
		if n := p.asked.Load(); n < 9 || n > 11 {
			t.Fatalf("it was asked %d times in 100 s", n)
		}
	})
}

// The key set's source fails in every way. What was known stays good and is not held up; what is not known is told to come back.
func TestSourceFails(t *testing.T) {
	const mega = 1 << 20
	for name, fail := range map[string]func(p *issuer){
		"down":    func(p *issuer) { p.change(nil, errors.New("connection refused"), 0) },
		"slow":    func(p *issuer) { p.change(setOf(p.setA), nil, time.Hour) },
		"huge":    func(p *issuer) { p.change(append(setOf(p.setA), make([]byte, mega)...), nil, 0) },
		"garbage": func(p *issuer) { p.change([]byte("<html>sorry</html>"), nil, 0) },
		"empty":   func(p *issuer) { p.change([]byte(`{"keys":[]}`), nil, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Run("from the start", func(t *testing.T) {
				withIssuer(t, auth.JWKSOptions{}, func(t *testing.T, p *issuer) {
					fail(p)
					if code, took := p.verify(p.a); code != unavailable || took > 5*time.Second {
						t.Fatalf("%v after %v", code, took)
					}
					if code, took := p.verify(p.a); code != unavailable || took != 0 {
						t.Fatalf("again: %v after %v", code, took)
					}
					p.change(setOf(p.setA), nil, 0)
					time.Sleep(10 * time.Second)
					p.want(p.a, 0)
				})
			})
			t.Run("later", func(t *testing.T) {
				withIssuer(t, auth.JWKSOptions{}, func(t *testing.T, p *issuer) {
					p.want(p.a, 0)
					fail(p)
					var held time.Duration
					for range 12 * 23 { // 23 h
						time.Sleep(5 * time.Minute)
						code, took := p.verify(p.a)
						if held += took; code != 0 {
							t.Fatalf("%v", code)
						}
					}
					if held > 5*time.Second { // nobody waits but perhaps the first
						t.Fatalf("clients waited for %v", held)
					}
					p.want(p.b, unavailable)
					time.Sleep(2 * time.Hour)
					p.want(p.a, unavailable)
					if n := p.asked.Load(); n > 24*12+10 {
						t.Fatalf("it was asked %d times", n)
					}
					p.change(setOf(p.setB), nil, 0)
					time.Sleep(2 * time.Minute)
					p.verify(p.b) // a trial of the breaker
					synctest.Wait()
					time.Sleep(time.Minute)
					p.want(p.b, 0)
				})
			})
		})
	}
}

// A caller that gives up does not take the attempt with it, and Close does.
func TestCallersGiveUp(t *testing.T) {
	withIssuer(t, auth.JWKSOptions{}, func(t *testing.T, p *issuer) {
		p.change(setOf(p.setA), nil, 3*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := p.jwks.Keys(ctx, "a"); !errors.Is(err, unavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		begin := time.Now()
		p.want(p.a, 0)
		if took := time.Since(begin); took != 2*time.Second || p.asked.Load() != 1 {
			t.Fatalf("%v, asked %d times", took, p.asked.Load())
		}
		time.Sleep(time.Hour)
		p.change(nil, nil, time.Hour)
		go p.jwks.Refresh(context.Background()) //nolint:errcheck // it is closed
		synctest.Wait()
		begin = time.Now()
		p.jwks.Close()
		if time.Since(begin) != 0 {
			t.Fatal("Close waited")
		}
	})
}

// Real servers and files: a redirect is not followed, an endless body is cut off, and a file that was replaced is read again.
func TestRealSources(t *testing.T) {
	set := setOf(jwkOf(t, "a", edKey()))
	mux := http.NewServeMux()
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) { w.Write(set) })
	mux.Handle("/moved", http.RedirectHandler("/keys", http.StatusFound))
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, set, 0o600); err != nil {
		t.Fatal(err)
	}
	for location, good := range map[string]bool{srv.URL + "/keys": true, srv.URL + "/moved": false, srv.URL + "/endless": false, srv.URL + "/none": false,
		file: true, file + ".none": false} {
		j, err := auth.NewJWKS(auth.JWKSOptions{Location: location, Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Refresh(t.Context()); (err == nil) != good {
			t.Errorf("%s: %v", location, err)
		}
		j.Close()
	}
	for _, location := range []string{"", "http://id.example/keys", "https://", "http://10.0.0.1/keys"} {
		if _, err := auth.NewJWKS(auth.JWKSOptions{Location: location}); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("%q: %v", location, err)
		}
	}
}

func FuzzParseJWKS(f *testing.F) {
	f.Add(setOf(jwkOf(f, "a", rsaKey()), jwkOf(f, "b", ecKey(f, elliptic.P521())), jwkOf(f, "c", edKey())))
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"AA"},{"kty":"RSA","n":"","e":""},null]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := auth.ParseJWKS(text, auth.SecretsTaken)
		if (err == nil) != (len(keys) > 0) {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
		for _, k := range keys {
			if len(k.Algorithms()) == 0 || fmt.Sprint(k) == "no key" {
				t.Fatalf("%v is for nothing", k)
			}
		}
	})
}
