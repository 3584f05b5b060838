package policy

import (
	"strconv"
	"strings"
	"unique"

	"github.com/holdfast-ws/holdfast"
)

// Claim is the name of the claim that has a user's grants.
const Claim = "holdfast"

// maxPatterns bounds each list of a claim.
const maxPatterns = 256

// Grants are what a token allows: the claim "holdfast", with a list of patterns for each operation,
//
//	"holdfast": {"subscribe": ["chat:*", "news:today"], "publish": ["chat:lobby"], "history": ["chat:*"]}
//
// A pattern is a channel's name, or the beginning of one and a '*'. A token that has the claim is good for what it lists and for
// nothing else, within what the namespaces allow; without "history" its list is that of "subscribe". A token without the claim
// bounds nothing, and [Granted] does not include it.
//
// It is 8 bytes, and users with equal grants share what is behind them. The zero value is a token without the claim.
type Grants struct{ text unique.Handle[string] }

// ParseGrants reads them from a user's claims; CodeUnauthenticated if the claim is not as it should be.
func ParseGrants(claims map[string]any) (Grants, error) {
	claim, ok := claims[Claim]
	if !ok {
		return Grants{}, nil
	}
	m, ok := claim.(map[string]any)
	if !ok {
		return Grants{}, badClaim("an object is wanted")
	}
	var lists [3]string
	for name, v := range m {
		o := 0
		for o < len(operations) && operations[o] != name {
			o++
		}
		if o == len(operations) {
			return Grants{}, badClaim("subscribe, publish and history are known, and not " + strconv.Quote(name))
		}
		patterns, ok := v.([]any)
		if !ok || len(patterns) > maxPatterns {
			return Grants{}, badClaim(name + ": a list of at most " + strconv.Itoa(maxPatterns) + " patterns is wanted")
		}
		for _, p := range patterns {
			text, ok := p.(string)
			if !ok || text != "*" && holdfast.CheckChannel(strings.TrimSuffix(text, "*")) != nil {
				return Grants{}, badClaim(name + ": each pattern is a channel's name, or its beginning and a '*'")
			}
			lists[o] += text + " "
		}
	}
	if _, ok := m[operations[History]]; !ok {
		lists[History] = lists[Subscribe]
	}
	return Grants{unique.Make(strings.Join(lists[:], "\n"))}, nil
}

func badClaim(detail string) error {
	return &holdfast.Error{Code: holdfast.CodeUnauthenticated, Op: "authenticate", Detail: "claim " + Claim + ": " + detail}
}

// Any reports whether the token has the claim.
func (g Grants) Any() bool { return g != Grants{} }

// Has reports whether the token grants an operation in a channel. It allocates nothing.
func (g Grants) Has(o Operation, channel string) bool {
	if !g.Any() {
		return false
	}
	list := g.text.Value()
	for range o {
		_, list, _ = strings.Cut(list, "\n")
	}
	list, _, _ = strings.Cut(list, "\n")
	for list != "" {
		var pattern string
		pattern, list, _ = strings.Cut(list, " ")
		if start, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasPrefix(channel, start) || pattern == channel {
			return true
		}
	}
	return false
}
