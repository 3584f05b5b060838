package main

import (
	"context"
	"crypto/tls"
	"os"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/certs"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/pieces"
)

// size is a flag that takes a number of bytes, such as 64k.
type size int64

func (s *size) UnmarshalText(b []byte) error {
	n, err := pieces.ParseSize(string(b))
	*s = size(n)
	return err
}

// Bytes is how the package config knows a size.
func (s size) Bytes() int64 { return int64(s) }

// split is a flag that takes line or a size.
type split struct{ pieces.Split }

func (s *split) UnmarshalText(b []byte) (err error) {
	s.Split, err = pieces.ParseSplit(string(b))
	return err
}

// modes is a flag that takes what chaos may do.
type modes struct{ list []chaos.Mode }

func (m *modes) UnmarshalText(b []byte) (err error) {
	m.list, err = chaos.ParseModes(string(b))
	return err
}

// retryFlags say how a session comes back after its connection was lost.
type retryFlags struct {
	RetryDelay time.Duration `default:"1s" placeholder:"DURATION" help:"Wait about so long before connecting again, then twice as long each time (${default})."`
	RetryMax   time.Duration `default:"30s" placeholder:"DURATION" help:"Longest such wait (${default})."`
	CA         string        `name:"ca" placeholder:"FILE" help:"Trust the server's certificate by these roots (PEM), and not by the system's."`
	TokenFile  string        `placeholder:"FILE" help:"Show the server the token in this file, which is read again for every attempt, and when the token ends soon."`

	ConnectTimeout time.Duration `default:"10s" hidden:"" help:"How long an attempt to connect may take."`
	AckTimeout     time.Duration `default:"5s" hidden:"" help:"How long an answer may take before the server is pinged."`
	PongTimeout    time.Duration `default:"10s" hidden:"" help:"How long a pinged server may be silent."`
}

func (r *retryFlags) backoff() backoff.Options {
	return backoff.Options{BaseDelay: r.RetryDelay, MaxDelay: r.RetryMax}
}

// session returns the options that all sessions of a command have.
func (r *retryFlags) session(codec string) (client.SessionOptions, error) {
	o := client.SessionOptions{Codec: codecOf(codec), Agent: agent(), Backoff: r.backoff(),
		ConnectTimeout: r.ConnectTimeout, AckTimeout: r.AckTimeout, PongTimeout: r.PongTimeout}
	if r.TokenFile != "" {
		o.Token = func(context.Context) (string, error) { return readToken(r.TokenFile) }
	}
	var err error
	o.TLS, err = trusting(r.CA)
	return o, err
}

// trusting is what a client trusts by --ca; nil is the default.
func trusting(file string) (*tls.Config, error) {
	if file == "" {
		return nil, nil
	}
	pool, err := certs.Pool(file, "--ca")
	if err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: pool}, nil
}

// readToken reads a file that holds a token.
func readToken(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", &holdfast.Error{Code: holdfast.CodeIO, Op: "read token", Cause: err, Hint: "check --token-file"}
	}
	return strings.TrimSpace(string(b)), nil
}
