// Package network holds tests alone: publishers, subscribers and a server on hosts of their own, each the real program,
// and between them what networks do: they go silent, forget, reset, lose, delay, reorder, and put proxies in between.
// At the end everything that was published has come exactly once and in order. The hosts are those of
// [github.com/holdfast-ws/holdfast/internal/netlab].
package network
