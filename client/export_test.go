package client

func Dump(s *Session, sub *Subscription, logf func(string, ...any)) {
	logf("%+v", s.machine)
	logf("sub machine %+v", sub.s.machine)
	logf("asked %v queue %d records %d bytes %d posting %v undone %d hand %d/%d", sub.s.asked, len(sub.queue), sub.records, sub.bytes, sub.posting, sub.undone, sub.next, len(sub.hand))
	logf("owner: opened %v sock %v dialAt %v", sub.s.opened, sub.s.sock != nil, sub.s.dialAt)
}
