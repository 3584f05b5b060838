// Package foreign holds tests alone: a client.Socket and what it meets, which is not Holdfast's: servers of other libraries, servers that
// refuse, break off or say nothing, nginx, HTTP proxies, a NAT that forgets. What each test expects it reads from its row in
// docs/socket-servers.md, so that the page says what is so.
package foreign
