package certs

import (
	"crypto/x509"

	"github.com/holdfast-ws/holdfast"
)

// Pool reads the certificates of authorities from a PEM file. flag names it in errors: CodeIO, CodeBadArgument.
func Pool(file, flag string) (*x509.CertPool, error) {
	b, err := readFile(file, "check "+flag)
	if err != nil {
		return nil, err
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(b) {
		return nil, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "read certificate", Detail: flag + ": " + file + " holds no certificate in PEM"}
	}
	return p, nil
}
