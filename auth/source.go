package auth

import (
	"strings"
)

// Source is a place where a token may be.
type Source struct {
	place place
	name  string
}

type place uint8

const (
	inMessage place = iota
	inBearer
	inHeader
	inQuery
	inCookie
)

// FromMessage is the hello, or the refresh frame.
func FromMessage() Source { return Source{place: inMessage} }

// FromBearer is the header "Authorization: Bearer TOKEN" (RFC 6750, 2.1).
func FromBearer() Source { return Source{place: inBearer} }

// FromHeader is a header that has the token as its value.
func FromHeader(name string) Source { return Source{inHeader, name} }

// FromQuery is a parameter of the URL. Proxies log URLs, so such a token should not live long.
func FromQuery(name string) Source { return Source{inQuery, name} }

// FromCookie is a cookie. A browser sends it whichever page asks, so it is as safe as the server's check of Origin: do not use it
// where every origin is allowed.
func FromCookie(name string) Source { return Source{inCookie, name} }

// DefaultSources are the message, the Authorization header, and the query parameters token and access_token, in this order.
func DefaultSources() []Source {
	return []Source{FromMessage(), FromBearer(), FromQuery("token"), FromQuery("access_token")}
}

// Token returns the token in the first of the sources that has one, or "". The others are not looked at then, whatever becomes of
// it. A refresh has its token in the message alone. Without sources it looks into DefaultSources.
func Token(c Credentials, sources ...Source) string {
	if c.Reason == ReasonRefresh {
		return c.Token
	}
	if len(sources) == 0 {
		sources = DefaultSources()
	}
	for _, s := range sources {
		if t := s.find(&c); t != "" {
			return t
		}
	}
	return ""
}

func (s Source) find(c *Credentials) string {
	if s.place == inMessage {
		return c.Token
	}
	r := c.Request
	if r == nil {
		return ""
	}
	switch s.place {
	case inBearer:
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if strings.EqualFold(scheme, "Bearer") {
			return strings.TrimSpace(token)
		}
	case inHeader:
		return r.Header.Get(s.name)
	case inQuery:
		if r.URL != nil {
			return r.URL.Query().Get(s.name)
		}
	case inCookie:
		if k, err := r.Cookie(s.name); err == nil {
			return k.Value
		}
	}
	return ""
}
