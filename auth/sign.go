package auth

import (
	"slices"

	"github.com/golang-jwt/jwt/v5"

	"github.com/holdfast-ws/holdfast"
)

// Sign makes a token with the claims, and the key's ID as kid if it has one. An empty algorithm means the key's first.
func Sign(k Key, a Algorithm, claims map[string]any) (string, error) {
	if !k.CanSign() {
		return "", badOption("key: it is public; a private key or a secret is needed to sign")
	}
	a = or(a, k.algorithms[0])
	if !slices.Contains(k.algorithms, a) {
		return "", badOption("algorithm: the key is not for " + string(a))
	}
	t := jwt.NewWithClaims(jwt.GetSigningMethod(string(a)), jwt.MapClaims(claims))
	if k.id != "" {
		t.Header["kid"] = k.id
	}
	token, err := t.SignedString(k.sign)
	if err != nil {
		return "", &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "sign a token", Cause: err}
	}
	return token, nil
}
