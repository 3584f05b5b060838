// Package holdfasttest is a Holdfast server for the tests of programs that use one: in memory, with a network in memory, and with
// everything that can go wrong on request.
//
//	func TestOrders(t *testing.T) {
//		srv := holdfasttest.New(t, holdfasttest.Options{})
//		session := srv.Session(client.SessionOptions{})
//		…
//		srv.Cut()     // all connections, now
//		srv.Restart() // the server, with what it has stored
//		…
//		for _, rec := range srv.Records("orders") {
//			…
//		}
//	}
//
// Server, network and clients wait on channels and timers alone, so a test may run in a bubble of testing/synctest, where a reconnect after 30
// seconds takes no time.
package holdfasttest
