// Package netlab is a laboratory of network namespaces for tests: hosts and routers, links between them that can be
// taken down, links whose packets are delayed, lost, doubled, reordered, slowed and cut while they run, firewalls,
// connection tracking, sockets that are destroyed. It needs Linux, root and iproute2.
//
// Namespaces have no names and no files: they are held by file descriptors of the test and by its processes alone.
// When the test ends, or is killed, the kernel takes them away with every link, rule and address in them.
package netlab
