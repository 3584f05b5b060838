package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strconv"

	"github.com/holdfast-ws/holdfast"
)

// maxKeys bounds a key set. Providers have a handful.
const maxKeys = 100

// jwk is a key as RFC 7517 and RFC 7518, 6 write it.
type jwk struct {
	Kty, Use, Alg, Kid string
	Crv, X, Y          string
	N, E               string
	K                  string
	Ops                []string `json:"key_ops"`
}

// Secrets says whether a key set may hold shared secrets.
type Secrets uint8

const (
	// SecretsIgnored passes over them: what is published is no secret.
	SecretsIgnored Secrets = iota
	// SecretsTaken takes them in, for a file that nobody else can read.
	SecretsTaken
)

// ParseJWKS reads a JSON Web Key Set (RFC 7517). Keys of other kinds, for other uses than signatures, or that are broken are passed
// over, since providers add kinds; it is an error if none is left, or if there are more than 100.
func ParseJWKS(text []byte, secrets Secrets) ([]Key, error) {
	bad := func(detail string) error {
		return &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Op: opKeys, Detail: "key set: " + detail}
	}
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, bad("it is not JSON of the form {\"keys\": […]}")
	}
	if len(set.Keys) > maxKeys {
		return nil, bad("it has " + strconv.Itoa(len(set.Keys)) + " keys; the limit is " + strconv.Itoa(maxKeys))
	}
	var keys []Key
	for _, raw := range set.Keys {
		var j jwk
		if json.Unmarshal(raw, &j) != nil || j.Kty == "oct" && secrets != SecretsTaken {
			continue
		}
		if k, ok := j.key(); ok {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, bad("none of its " + strconv.Itoa(len(set.Keys)) + " keys can verify a token")
	}
	return keys, nil
}

func (j *jwk) key() (Key, bool) {
	if j.Use != "" && j.Use != "sig" || len(j.Ops) > 0 && !slices.Contains(j.Ops, "verify") {
		return Key{}, false
	}
	k := Key{id: j.Kid}
	switch j.Kty {
	case "RSA":
		k.verify = j.rsa()
	case "EC":
		k.verify = j.ec()
	case "OKP":
		if x := decode(j.X); j.Crv == "Ed25519" && len(x) == ed25519.PublicKeySize {
			k.verify = ed25519.PublicKey(x)
		}
	case "oct":
		s, err := NewSecret(j.Kid, decode(j.K))
		if err != nil {
			return Key{}, false
		}
		k = s
	}
	if j.Kty != "oct" && (k.verify == nil || k.bind() != nil) {
		return Key{}, false
	}
	if a := Algorithm(j.Alg); a != "" { // "EdDSA" has a second name since RFC 9864
		if a == "Ed25519" {
			a = EdDSA
		}
		if !slices.Contains(k.algorithms, a) {
			return Key{}, false
		}
		k.algorithms = []Algorithm{a}
	}
	return k, true
}

// rsa returns nil, as any, if it is none.
func (j *jwk) rsa() any {
	n, e := decode(j.N), new(big.Int).SetBytes(decode(j.E))
	if len(n) > maxRSA/8+1 || !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 || e.Bit(0) == 0 {
		return nil
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(e.Int64())}
}

// ec returns nil, as any, if it is no point on its curve.
func (j *jwk) ec() any {
	curve, ok := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[j.Crv]
	x, y := decode(j.X), decode(j.Y)
	if !ok || len(x) != (curve.Params().BitSize+7)/8 || len(y) != len(x) {
		return nil
	}
	k, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil
	}
	return k
}

// decode returns nil for what is not base64url without padding.
func decode(s string) []byte {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}
