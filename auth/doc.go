// Package auth says who a client is: it verifies JSON Web Tokens (RFC 7519), or asks a webhook about tokens of any kind.
//
//	keys, err := auth.NewJWKS(auth.JWKSOptions{Location: "https://id.example.com/.well-known/jwks.json"})
//	…
//	defer keys.Close()
//	verifier, err := auth.NewVerifier(auth.Options{Keys: keys, Issuer: "https://id.example.com", Audience: []string{"chat"}})
//	…
//	srv, err := server.New(server.Options{Authenticate: verifier.Authenticate})
//
// What decides about a token is never in the token. A key is bound to the algorithms of its own kind, so that a public key is
// never taken for a shared secret, and "none" is no algorithm; keys that a token brings along (jwk, jku, x5c, x5u) are not looked
// at; kid only chooses among the keys that were configured. That follows RFC 8725, best practices for JSON Web Tokens.
//
// No error contains a token, a part of one, or a secret.
package auth
