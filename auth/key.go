package auth

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/holdfast-ws/holdfast"
)

// Algorithm is a way to sign a token, by its name in RFC 7518 and RFC 8037.
type Algorithm string

// The algorithms: HMAC with a shared secret, RSA (PKCS #1 v1.5 and PSS), ECDSA on P-256, P-384 and P-521, and Ed25519.
const (
	HS256 Algorithm = "HS256"
	HS384 Algorithm = "HS384"
	HS512 Algorithm = "HS512"
	RS256 Algorithm = "RS256"
	RS384 Algorithm = "RS384"
	RS512 Algorithm = "RS512"
	PS256 Algorithm = "PS256"
	PS384 Algorithm = "PS384"
	PS512 Algorithm = "PS512"
	ES256 Algorithm = "ES256"
	ES384 Algorithm = "ES384"
	ES512 Algorithm = "ES512"
	EdDSA Algorithm = "EdDSA"
)

// Algorithms returns all that are known.
func Algorithms() []Algorithm {
	return []Algorithm{HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA}
}

// Bounds on keys: RFC 7518, 3.2 wants a secret as long as the hash, and 3.3 wants 2,048 bits of RSA; larger ones than maxRSA would
// let a key set cost much time.
const (
	minSecret = 32
	minRSA    = 2048
	maxRSA    = 8192
)

// Key verifies tokens, and signs them if it is a secret or a private key. It is made by [NewSecret], [ParsePEM] or [ParseJWKS], and
// may be used concurrently. However it is printed, what is secret in it is not.
type Key struct {
	id         string
	algorithms []Algorithm
	verify     crypto.PublicKey // or a secret's []byte
	sign       crypto.PrivateKey
}

// ID is the kid that chooses this key; a key without one is tried for every kid.
func (k Key) ID() string { return k.id }

// Algorithms that this key may be used with.
func (k Key) Algorithms() []Algorithm { return slices.Clone(k.algorithms) }

// CanSign tells whether it is a secret or a private key.
func (k Key) CanSign() bool { return k.sign != nil }

// Format prints what kind of key it is, for every verb.
func (k Key) Format(f fmt.State, _ rune) {
	name := "no key"
	if len(k.algorithms) > 0 {
		name = "key " + strconv.Quote(k.id) + " for " + string(k.algorithms[0])
	}
	io.WriteString(f, name) //nolint:errcheck // fmt's own
}

// Keys makes keys a [KeySource] that always has the same.
func Keys(keys ...Key) KeySource { return static(keys) }

type static []Key

func (s static) Keys(context.Context, string) ([]Key, error) { return s, nil }

// NewSecret returns a shared secret, of at least 32 bytes; HS384 and HS512 want 48 and 64. The bytes are copied. What looks like a
// public key is refused, since everybody may know it.
func NewSecret(id string, secret []byte) (Key, error) {
	if len(secret) < minSecret {
		return Key{}, badOption("secret: it has " + strconv.Itoa(len(secret)) + " bytes; the least is " + strconv.Itoa(minSecret))
	}
	if bytes.Contains(secret, []byte("-----BEGIN ")) {
		return Key{}, badOption("secret: it is PEM, which is for keys of a pair")
	}
	secret = bytes.Clone(secret)
	k := Key{id: id, verify: secret, sign: secret, algorithms: []Algorithm{HS256}}
	if len(secret) >= 48 {
		k.algorithms = append(k.algorithms, HS384)
	}
	if len(secret) >= 64 {
		k.algorithms = append(k.algorithms, HS512)
	}
	return k, nil
}

// ParsePEM reads the first block of a PEM file: a public key, a certificate (of which only the key counts, not its dates or its
// issuer), or a private key, with which tokens can also be signed.
func ParsePEM(id string, text []byte) (Key, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return Key{}, badOption("key: there is no PEM block")
	}
	material, err := parseBlock(block)
	if err != nil {
		return Key{}, badOption("key: the PEM block " + strconv.Quote(block.Type) + " cannot be read")
	}
	k := Key{id: id, verify: material}
	if private, ok := material.(interface{ Public() crypto.PublicKey }); ok {
		k.sign, k.verify = material, private.Public()
	}
	return k, k.bind()
}

func parseBlock(b *pem.Block) (any, error) {
	switch b.Type {
	case "PUBLIC KEY":
		return x509.ParsePKIXPublicKey(b.Bytes)
	case "RSA PUBLIC KEY":
		return x509.ParsePKCS1PublicKey(b.Bytes)
	case "CERTIFICATE":
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, err
		}
		return c.PublicKey, nil
	case "PRIVATE KEY":
		return x509.ParsePKCS8PrivateKey(b.Bytes)
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(b.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(b.Bytes)
	}
	return nil, holdfast.CodeBadArgument
}

// bind decides which algorithms the key is for, by what it is.
func (k *Key) bind() error {
	switch v := k.verify.(type) {
	case *rsa.PublicKey:
		if n := v.N.BitLen(); n < minRSA || n > maxRSA {
			return badOption("key: RSA with " + strconv.Itoa(n) + " bits; it must have " + strconv.Itoa(minRSA) + " to " + strconv.Itoa(maxRSA))
		}
		k.algorithms = []Algorithm{RS256, RS384, RS512, PS256, PS384, PS512}
	case *ecdsa.PublicKey:
		a, ok := map[string]Algorithm{"P-256": ES256, "P-384": ES384, "P-521": ES512}[v.Curve.Params().Name]
		if !ok {
			return badOption("key: the curve " + v.Curve.Params().Name + " is not P-256, P-384 or P-521")
		}
		k.algorithms = []Algorithm{a}
	case ed25519.PublicKey:
		k.algorithms = []Algorithm{EdDSA}
	default:
		return badOption("key: it is not RSA, ECDSA or Ed25519")
	}
	return nil
}

// named tells whether a token with that kid may be this key's.
func (k *Key) named(kid string) bool { return kid == "" || k.id == "" || k.id == kid }
