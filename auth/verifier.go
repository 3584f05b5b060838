package auth

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"github.com/holdfast-ws/holdfast"
)

// KeySource has the keys that tokens are verified with. It may be called concurrently.
type KeySource interface {
	// Keys returns those that a token with that kid, which may be empty, can have been signed with, and perhaps others. It may
	// block until ctx ends. An error says that it cannot be known now; its code is what the client is told.
	Keys(ctx context.Context, kid string) ([]Key, error)
}

// Expiry says whether tokens must end.
type Expiry uint8

const (
	// ExpiryRequired refuses tokens without exp.
	ExpiryRequired Expiry = iota
	// ExpiryOptional takes them, for ever.
	ExpiryOptional
)

// Options of a [Verifier]. Keys are needed; the rest has useful zero values.
type Options struct {
	// Keys that tokens are signed with: [Keys], a [JWKS], or your own.
	Keys KeySource
	// Issuer that iss must be. Default: any.
	Issuer string
	// Audience, one of which aud must name. Default: any. Set it where the issuer signs tokens for others, too.
	Audience []string
	// Algorithms that are taken, of those that a key is for. Default: all of them.
	Algorithms []Algorithm
	// Leeway for clocks that differ, on exp, nbf and iat. Default: 30 s; a negative value means none.
	Leeway time.Duration
	// Expiry says whether tokens must have exp. Default: ExpiryRequired.
	Expiry Expiry
	// UserClaim names the claim that is the user's ID. Default: "sub".
	UserClaim string
	// Sources of the token, of which the first that has one counts. Default: DefaultSources.
	Sources []Source
	// MaxToken is the most bytes of a token. In a message the protocol bounds it to 4,096. Default: 8 KiB.
	MaxToken int
	// Now is the clock. It may be called concurrently. Default: time.Now.
	Now func() time.Time
}

// Verifier verifies tokens. Its methods may be called concurrently. It needs no closing.
type Verifier struct {
	o      Options
	parser *jwt.Parser
}

// maxTries bounds how many keys are tried for one token that does not say which.
const maxTries = 8

// maxUser is the protocol's bound on a user.
const maxUser = 255

// NewVerifier checks the options.
func NewVerifier(o Options) (*Verifier, error) {
	if o.Keys == nil {
		return nil, badOption("Keys: there are none")
	}
	if len(o.Algorithms) == 0 {
		o.Algorithms = Algorithms()
	}
	var names []string
	for _, a := range o.Algorithms {
		if !slices.Contains(Algorithms(), a) {
			return nil, badOption("Algorithms: " + strconv.Quote(string(a)) + " is not known")
		}
		names = append(names, string(a))
	}
	if o.MaxToken < 0 {
		return nil, badOption("MaxToken: must not be negative, got " + strconv.Itoa(o.MaxToken))
	}
	o.Leeway = max(0, or(o.Leeway, 30*time.Second))
	o.UserClaim, o.MaxToken = or(o.UserClaim, "sub"), or(o.MaxToken, 8<<10)
	if o.Now == nil {
		o.Now = time.Now
	}
	p := []jwt.ParserOption{jwt.WithValidMethods(names), jwt.WithLeeway(o.Leeway), jwt.WithTimeFunc(o.Now),
		jwt.WithIssuedAt(), jwt.WithStrictDecoding()}
	if o.Expiry == ExpiryRequired {
		p = append(p, jwt.WithExpirationRequired())
	}
	if o.Issuer != "" {
		p = append(p, jwt.WithIssuer(o.Issuer))
	}
	if len(o.Audience) > 0 {
		p = append(p, jwt.WithAudience(o.Audience...))
	}
	return &Verifier{o: o, parser: jwt.NewParser(p...)}, nil
}

// Authenticate finds the token of a client and verifies it. It is server.Options' Authenticate.
func (v *Verifier) Authenticate(ctx context.Context, c Credentials) (User, error) {
	return v.Verify(ctx, Token(c, v.o.Sources...))
}

// Verify returns whose token it is. Its Expires is exp and the leeway. The error is an *holdfast.Error:
//   - CodeTokenExpired: it was good, and its time is over.
//   - CodeUnauthenticated: it is missing, or not good.
//   - another one, from the keys' source, which cannot say now.
func (v *Verifier) Verify(ctx context.Context, token string) (User, error) {
	if token == "" {
		return User{}, refuse(holdfast.CodeUnauthenticated, "token: there is none")
	}
	if len(token) > v.o.MaxToken {
		return User{}, refuse(holdfast.CodeUnauthenticated, "token: it has more than "+strconv.Itoa(v.o.MaxToken)+" bytes")
	}
	claims := jwt.MapClaims{}
	_, err := v.parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) { return v.candidates(ctx, t) })
	if err != nil {
		return User{}, translate(err)
	}
	u := User{Claims: claims}
	if u.ID, err = v.user(claims); err != nil {
		return User{}, err
	}
	if exp, err := claims.GetExpirationTime(); err == nil && exp != nil {
		u.Expires = exp.Add(v.o.Leeway)
	}
	return u, nil
}

// candidates returns the keys that may have signed a token, whose signature has not been looked at yet.
func (v *Verifier) candidates(ctx context.Context, t *jwt.Token) (any, error) {
	if _, ok := t.Header["crit"]; ok { // RFC 7515, 4.1.11
		return nil, refuse(holdfast.CodeUnauthenticated, "token: crit names extensions that are not known")
	}
	kid, ok := t.Header["kid"].(string)
	if _, has := t.Header["kid"]; has && !ok {
		return nil, refuse(holdfast.CodeUnauthenticated, "token: kid is not a string")
	}
	keys, err := v.o.Keys.Keys(ctx, kid)
	if err != nil && holdfast.CodeOf(err) == 0 {
		err = &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Op: opAuthenticate, Cause: err}
	}
	if err != nil {
		return nil, err
	}
	var set jwt.VerificationKeySet
	for i := range keys {
		if k := &keys[i]; k.named(kid) && slices.Contains(k.algorithms, Algorithm(t.Method.Alg())) && len(set.Keys) < maxTries {
			set.Keys = append(set.Keys, k.verify)
		}
	}
	if len(set.Keys) == 0 {
		return nil, refuse(holdfast.CodeUnauthenticated, "token: no key fits its kid and alg")
	}
	return set, nil
}

// translate says in our words what was wrong. The library's contain parts of the token.
func translate(err error) error {
	if e, ok := errors.AsType[*holdfast.Error](err); ok {
		return e
	}
	for _, t := range []struct {
		is     error
		detail string
	}{
		{jwt.ErrTokenMalformed, "token: it is not a JWT"},
		{jwt.ErrTokenSignatureInvalid, "token: its signature is wrong, or its alg is not allowed"},
		{jwt.ErrTokenUnverifiable, "token: it cannot be verified"},
		{jwt.ErrTokenRequiredClaimMissing, "token: a claim is missing: exp, iss or aud"},
		{jwt.ErrTokenInvalidIssuer, "token: iss is not the issuer that is wanted"},
		{jwt.ErrTokenInvalidAudience, "token: aud names no audience that is wanted"},
		{jwt.ErrTokenNotValidYet, "token: it is not valid yet (nbf)"},
		{jwt.ErrTokenUsedBeforeIssued, "token: it is of the future (iat)"},
	} {
		if errors.Is(err, t.is) {
			return refuse(holdfast.CodeUnauthenticated, t.detail)
		}
	}
	if errors.Is(err, jwt.ErrTokenExpired) {
		return refuse(holdfast.CodeTokenExpired, "token: its time is over (exp)")
	}
	return refuse(holdfast.CodeUnauthenticated, "token: its claims cannot be read")
}

func (v *Verifier) user(claims jwt.MapClaims) (string, error) {
	id, _ := claims[v.o.UserClaim].(string)
	if detail := checkUser(id); detail != "" {
		return "", refuse(holdfast.CodeUnauthenticated, "token: "+strconv.Quote(v.o.UserClaim)+" is to name the user, and "+detail)
	}
	return id, nil
}

// checkUser says what is wrong with a user's ID, or "".
func checkUser(id string) string {
	switch {
	case id == "":
		return "is no string, or empty"
	case len(id) > maxUser:
		return "has more than " + strconv.Itoa(maxUser) + " bytes"
	case !utf8.ValidString(id) || strings.ContainsFunc(id, unicode.IsControl):
		return "is not printable text"
	}
	return ""
}
