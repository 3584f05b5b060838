package client

import (
	"fmt"
	"os"
	"reflect"
)

func Dump(s *Session, sub *Subscription, _ func(string, ...any)) {
	logf := func(f string, a ...any) { fmt.Fprintf(os.Stderr, f+"\n", a...) }
	logf("PUB %+v %+v", s.machine, s.Stats())
	logf("SUB machine %+v %+v", sub.s.machine, sub.s.Stats())
	logf("asked %v queue %d records %d bytes %d posting %v undone %d hand %d/%d", sub.s.asked, len(sub.queue), sub.records, sub.bytes, sub.posting, sub.undone, sub.next, len(sub.hand))
	logf("CSUB %+v", reflect.ValueOf(sub.s.machine).Elem().FieldByName("subs").Index(0).Elem())
	logf("owner: opened %v sock %v dialAt %v", sub.s.opened, sub.s.sock != nil, sub.s.dialAt)
}
