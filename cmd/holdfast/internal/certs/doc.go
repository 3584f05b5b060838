// Package certs has the certificates that a server shows: from files that are read again when they change, or from an authority
// that speaks ACME (RFC 8555).
package certs
