package main

import (
	"bytes"
	"cmp"
	"os"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
	"github.com/holdfast-ws/holdfast/server"
)

// authFlags say who may come in. Without any of the first four everybody of this machine may.
type authFlags struct {
	AuthJWTSecretFile     string        `name:"auth-jwt-secret-file" xor:"auth" placeholder:"FILE" help:"Take tokens that were signed with the secret in this file, of at least 32 bytes; white space around it does not count."`
	AuthJWTKeyFile        string        `name:"auth-jwt-key-file" xor:"auth" placeholder:"FILE" help:"Take tokens that were signed with the key whose public part or certificate is in this PEM file."`
	AuthJWKS              string        `name:"auth-jwks" xor:"auth" placeholder:"URL|FILE" help:"Take tokens that were signed with a key of this key set (JWKS), which is read again now and then."`
	AuthWebhook           string        `xor:"auth" placeholder:"URL" help:"Ask this webhook about every token."`
	AuthWebhookSecretFile string        `placeholder:"FILE" help:"Sign what the webhook is asked with the secret in this file."`
	AuthIssuer            string        `placeholder:"ISS" help:"What a token's iss must be."`
	AuthAudience          []string      `placeholder:"AUD" help:"What a token's aud must name; may be repeated, then one of them is enough."`
	AuthLeeway            time.Duration `default:"30s" placeholder:"DURATION" min:"0s" help:"How far clocks may differ (${default})."`
	AuthCookie            string        `placeholder:"NAME" help:"Look for the token also in this cookie."`
	AuthRefreshWindow     time.Duration `default:"1m" placeholder:"DURATION" min:"1s" help:"How long before its token ends a client is asked for the next (${default})."`
}

// configure sets the server's hook, if the flags want one. What is returned is to be called at the end.
func (f *authFlags) configure(e *env, o *server.Options) (end func(), err error) {
	if f.AuthWebhookSecretFile != "" && f.AuthWebhook == "" {
		return nil, usage("serve: --auth-webhook-secret-file needs --auth-webhook")
	}
	o.RefreshWindow = f.AuthRefreshWindow
	if f.AuthWebhook != "" {
		if f.AuthIssuer != "" || len(f.AuthAudience) > 0 {
			return nil, usage("serve: --auth-issuer and --auth-audience are for tokens that the server verifies itself; a webhook sees to it")
		}
		return func() {}, f.webhook(o)
	}
	keys, end, err := f.keys(e)
	if keys == nil || err != nil {
		if err == nil && (f.AuthIssuer != "" || len(f.AuthAudience) > 0 || f.AuthCookie != "") {
			err = usage("serve: --auth-issuer, --auth-audience and --auth-cookie need --auth-jwt-secret-file, --auth-jwt-key-file, --auth-jwks or --auth-webhook")
		}
		return end, err
	}
	v, err := auth.NewVerifier(auth.Options{Keys: keys, Issuer: f.AuthIssuer, Audience: f.AuthAudience, Leeway: cmp.Or(f.AuthLeeway, -1), Sources: f.sources()})
	if err != nil {
		end()
		return nil, err
	}
	o.Authenticate = v.Authenticate
	return end, nil
}

func (f *authFlags) webhook(o *server.Options) error {
	w := auth.WebhookOptions{URL: f.AuthWebhook, Sources: f.sources()}
	if f.AuthWebhookSecretFile != "" {
		secret, err := readSecret(f.AuthWebhookSecretFile)
		if err != nil {
			return err
		}
		w.Secret = secret
	}
	hook, err := auth.NewWebhook(w)
	if err != nil {
		return err
	}
	o.Authenticate = hook.Authenticate
	return nil
}

func (f *authFlags) sources() []auth.Source {
	list := auth.DefaultSources()
	if f.AuthCookie != "" {
		list = append(list, auth.FromCookie(f.AuthCookie))
	}
	return list
}

// keys returns where keys come from; nil if no flag says so.
func (f *authFlags) keys(e *env) (auth.KeySource, func(), error) {
	none := func() {}
	if f.AuthJWKS != "" {
		set, err := auth.NewJWKS(auth.JWKSOptions{Location: f.AuthJWKS})
		if err != nil {
			return nil, none, err
		}
		// A source that is down comes back; a server that does not start because of it does not.
		if err := set.Refresh(e.ctx); err != nil {
			e.say("nobody is let in until the key set can be read: %v", err)
		}
		return set, set.Close, nil
	}
	k, ok, err := readKey(f.AuthJWTSecretFile, f.AuthJWTKeyFile, "")
	if err != nil || !ok {
		return nil, none, err
	}
	return auth.Keys(k), none, nil
}

// readKey reads a key from whichever file is named; false if none is.
func readKey(secretFile, keyFile, id string) (k auth.Key, ok bool, err error) {
	switch {
	case secretFile != "":
		var secret []byte
		if secret, err = readSecret(secretFile); err == nil {
			k, err = auth.NewSecret(id, secret)
		}
	case keyFile != "":
		var text []byte
		if text, err = readFile(keyFile); err == nil {
			k, err = auth.ParsePEM(id, text)
		}
	default:
		return k, false, nil
	}
	return k, true, err
}

func readSecret(file string) ([]byte, error) {
	b, err := readFile(file)
	return bytes.TrimSpace(b), err
}

func readFile(file string) ([]byte, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "read key", Cause: err, Hint: "check the path and its permissions"}
	}
	return b, nil
}
