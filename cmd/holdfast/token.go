package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
)

type tokenCmd struct {
	New   tokenNewCmd   `cmd:"" help:"Make a token, and print it."`
	Check tokenCheckCmd `cmd:"" help:"Verify a token as a server would, and print whose it is."`
}

// maxTokenInput bounds what check reads.
const maxTokenInput = 64 << 10

type tokenNewCmd struct {
	SecretFile string            `xor:"key" required:"" placeholder:"FILE" help:"Sign with the secret in this file, of at least 32 bytes; white space around it does not count."`
	KeyFile    string            `xor:"key" required:"" placeholder:"FILE" help:"Sign with the private key in this PEM file: RSA, ECDSA or Ed25519."`
	User       string            `short:"u" required:"" placeholder:"USER" help:"Whose token it is (sub)."`
	Expires    time.Duration     `default:"1h" placeholder:"DURATION" help:"How long it is good for (${default})."`
	NotBefore  time.Duration     `default:"0s" placeholder:"DURATION" help:"After how long it becomes good (${default})."`
	Issuer     string            `placeholder:"ISS" help:"Who says so (iss)."`
	Audience   []string          `placeholder:"AUD" help:"For whom it is (aud); may be repeated."`
	Claim      map[string]string `short:"c" placeholder:"NAME=VALUE" mapsep:"none" help:"Another claim; may be repeated. A value that is JSON is taken as that, everything else as a string."`
	Kid        string            `placeholder:"ID" help:"Which key it is, where the server has several (kid)."`
	Algorithm  string            `placeholder:"ALG" help:"How it is signed, such as HS512, PS256 or EdDSA (the first that the key is for)."`
}

// reserved are the claims that have flags of their own.
var reserved = map[string]string{"sub": "--user", "exp": "--expires", "nbf": "--not-before", "iss": "--issuer", "aud": "--audience"}

func (c *tokenNewCmd) Run(e *env) error {
	if c.Expires <= 0 {
		return usage("token new: --expires must be more than 0")
	}
	k, _, err := readKey(c.SecretFile, c.KeyFile, c.Kid)
	if err != nil {
		return err
	}
	now := time.Now()
	claims := map[string]any{"sub": c.User, "iat": now.Unix(), "exp": now.Add(c.Expires).Unix()}
	if c.NotBefore != 0 {
		claims["nbf"] = now.Add(c.NotBefore).Unix()
	}
	if c.Issuer != "" {
		claims["iss"] = c.Issuer
	}
	if len(c.Audience) > 0 {
		claims["aud"] = c.Audience
	}
	for name, text := range c.Claim {
		if flag, ok := reserved[name]; ok {
			return usage("token new: --claim %s: use %s", name, flag)
		}
		var value any
		if json.Unmarshal([]byte(text), &value) != nil {
			value = text
		}
		claims[name] = value
	}
	token, err := auth.Sign(k, auth.Algorithm(c.Algorithm), claims)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, token)
	return nil
}

type tokenCheckCmd struct {
	File       string        `arg:"" optional:"" placeholder:"FILE" help:"File with the token; standard input without it. It is no argument itself, since other users of this machine could see it."`
	SecretFile string        `xor:"key" required:"" placeholder:"FILE" help:"Verify with the secret in this file."`
	KeyFile    string        `xor:"key" required:"" placeholder:"FILE" help:"Verify with the public key, certificate or private key in this PEM file."`
	JWKS       string        `name:"jwks" xor:"key" required:"" placeholder:"URL|FILE" help:"Verify with this key set."`
	Issuer     string        `placeholder:"ISS" help:"What iss must be."`
	Audience   []string      `placeholder:"AUD" help:"What aud must name; may be repeated, then one of them is enough."`
	Leeway     time.Duration `default:"30s" placeholder:"DURATION" help:"How far clocks may differ (${default})."`
}

func (c *tokenCheckCmd) Run(e *env) error {
	keys, end, err := (&authFlags{AuthJWTSecretFile: c.SecretFile, AuthJWTKeyFile: c.KeyFile, AuthJWKS: c.JWKS}).keys(e)
	if err != nil {
		return err
	}
	defer end()
	v, err := auth.NewVerifier(auth.Options{Keys: keys, Issuer: c.Issuer, Audience: c.Audience, Leeway: cmp.Or(c.Leeway, -1)})
	if err != nil {
		return err
	}
	token, err := c.read(e)
	if err != nil {
		return err
	}
	u, err := v.Verify(e.ctx, token)
	if err != nil {
		return err
	}
	claims, err := json.MarshalIndent(u.Claims, "", "  ")
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "user %s\nexpires %s\n%s\n", u.ID, expiresWhen(u.Claims), claims)
	return nil
}

// expiresWhen says when a token ends by itself, without leeway.
func expiresWhen(claims map[string]any) string {
	exp, _ := claims["exp"].(float64)
	return time.Unix(int64(exp), 0).UTC().Format(time.RFC3339)
}

func (c *tokenCheckCmd) read(e *env) (string, error) {
	if c.File != "" {
		return readToken(c.File)
	}
	b, err := io.ReadAll(io.LimitReader(e.stdin, maxTokenInput))
	if err != nil {
		return "", &holdfast.Error{Code: holdfast.CodeIO, Op: "read token", Cause: err}
	}
	return strings.TrimSpace(string(b)), nil
}
