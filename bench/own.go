package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"

	"github.com/holdfast-ws/holdfast/internal/tidy"
	"github.com/holdfast-ws/holdfast/server"
)

// ownCommand serves what "holdfast serve" has no flags for: TLS with a certificate made on the spot, and permessage-deflate. Whoever embeds
// the server has both.
func ownCommand(ctx context.Context, args []string) error {
	s := flag.NewFlagSet("own", flag.ExitOnError)
	addr := s.String("addr", "127.0.0.1:0", "address to listen on")
	withTLS := s.Bool("tls", false, "speak TLS, with a certificate made on the spot")
	deflate := s.Bool("deflate", false, "accept permessage-deflate")
	s.Parse(args)
	o := server.Options{Workers: runtime.GOMAXPROCS(0)} // all as "holdfast serve" does
	if os.Getenv("GOMAXPROCS") == "" && o.Workers <= 4 {
		runtime.GOMAXPROCS(o.Workers + 1)
	}
	go tidy.Run(ctx, 2*time.Second)
	if *deflate {
		o.Compression = server.CompressionOn
	}
	if *withTLS {
		cert, err := certificate()
		if err != nil {
			return err
		}
		o.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	}
	o.DrainPeriod = time.Millisecond
	srv, err := server.New(o)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	srv.Shutdown(last)
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// certificate is one for this machine that nobody but the load trusts.
func certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
