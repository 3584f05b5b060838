package check_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check"
)

func pos(term holdfast.Term, offset uint64) holdfast.Position {
	return holdfast.Position{Term: term, Offset: offset}
}

func hash(message string) uint64 { return uint64(len(message))*1000 + uint64(message[len(message)-1]) }

// say makes one event of channel "c".
func say(k check.Kind, who string, change ...func(*check.Event)) check.Event {
	e := check.Event{Kind: k, Client: who, Channel: "c"}
	switch k {
	case check.StoreReplaced, check.Forgot, check.Quiesced, check.ServerCrashed, check.ClientCrashed, check.Stopped, check.Disconnected, check.Cloned:
		e.Channel = ""
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

func invoked(who, m string) check.Event {
	return say(check.Invoked, who, func(e *check.Event) { e.Message, e.Hash = m, hash(m) })
}

func told(k check.Kind, who, m string) check.Event {
	return say(k, who, func(e *check.Event) {
		if e.Message = m; k == check.Refused {
			e.Code = holdfast.CodeForbidden
		}
	})
}

func delivered(who, m string, offset uint64) check.Event {
	return say(check.Delivered, who, func(e *check.Event) { e.Message, e.Pos.Offset = m, offset })
}

func began(sub string, b check.Begin, p holdfast.Position) check.Event {
	return say(check.Began, "s", func(e *check.Event) { e.Sub, e.Begin, e.Pos = sub, b, p })
}

func received(sub, m string, p holdfast.Position) check.Event {
	return say(check.Received, "s", func(e *check.Event) { e.Sub, e.Message, e.Hash, e.Pos, e.Time = sub, m, hash(m), p, int64(p.Offset) })
}

func gap(sub string, r check.Reason, from, to uint64, after holdfast.Position) check.Event {
	return say(check.Gap, "s", func(e *check.Event) { e.Sub, e.Reason, e.From, e.To, e.Pos = sub, r, from, to, after })
}

func fact(k check.Kind, to uint64) check.Event {
	return say(k, "", func(e *check.Event) { e.To = to })
}

// final is the log behind a floor: "a1@1 b1@2" are messages and their terms.
func final(floor uint64, log string) check.Event {
	return say(check.Final, "", func(e *check.Event) {
		e.To = floor
		for i, x := range strings.Fields(log) {
			m, t, _ := strings.Cut(x, "@")
			var term holdfast.Term
			fmt.Sscan(t, (*uint64)(&term))
			o := floor + uint64(i) + 1
			e.Records = append(e.Records, check.Record{Pos: pos(term, o), Message: m, Hash: hash(m), Time: int64(o)})
		}
	})
}

var quiesced = say(check.Quiesced, "")

// plain: two publishers, a subscriber from the start, a server that dies in between, one refusal.
func plain() check.History {
	return check.History{
		/* 0 */ began("s1", check.AtStart, pos(0, 0)),
		/* 1 */ invoked("a", "a1"),
		/* 2 */ invoked("b", "b1"),
		/* 3 */ delivered("a", "a1", 1),
		/* 4 */ received("s1", "a1", pos(1, 1)),
		/* 5 */ delivered("b", "b1", 2),
		/* 6 */ invoked("a", "a2"),
		/* 7 */ say(check.ServerCrashed, ""),
		/* 8 */ received("s1", "b1", pos(1, 2)),
		/* 9 */ invoked("a", "a3"),
		/* 10 */ delivered("a", "a2", 3),
		/* 11 */ told(check.Refused, "a", "a3"),
		/* 12 */ received("s1", "a2", pos(2, 3)),
		/* 13 */ final(0, "a1@1 b1@1 a2@2"),
		/* 14 */ quiesced,
	}
}

// trimmed: a subscriber that is away while retention passes it; another that begins after a position.
func trimmed() check.History {
	return check.History{
		/* 0 */ began("s1", check.AtStart, pos(0, 0)),
		/* 1 */ invoked("a", "a1"), delivered("a", "a1", 1),
		/* 3 */ received("s1", "a1", pos(1, 1)),
		/* 4 */ invoked("a", "a2"), delivered("a", "a2", 2),
		/* 6 */ invoked("a", "a3"), delivered("a", "a3", 3),
		/* 8 */ invoked("a", "a4"), delivered("a", "a4", 4),
		/* 10 */ fact(check.Trimmed, 3),
		/* 11 */ gap("s1", check.Retention, 2, 3, pos(1, 3)),
		/* 12 */ received("s1", "a4", pos(1, 4)),
		/* 13 */ began("s2", check.After, pos(1, 3)),
		/* 14 */ received("s2", "a4", pos(1, 4)),
		/* 15 */ final(3, "a4@1"),
		/* 16 */ quiesced,
	}
}

// restored: a backup that has one of three records is put back.
func restored() check.History {
	return check.History{
		/* 0 */ began("s1", check.AtStart, pos(0, 0)),
		/* 1 */ invoked("a", "a1"), delivered("a", "a1", 1),
		/* 3 */ invoked("a", "a2"), delivered("a", "a2", 2),
		/* 5 */ invoked("b", "b1"), delivered("b", "b1", 3),
		/* 7 */ received("s1", "a1", pos(1, 1)), received("s1", "a2", pos(1, 2)),
		/* 9 */ fact(check.StoreReplaced, 1),
		/* 10 */ gap("s1", check.Fork, 2, 2, pos(1, 1)),
		/* 11 */ invoked("a", "a3"),
		/* 12 */ say(check.Lost, "a"),
		/* 13 */ delivered("a", "a3", 2),
		/* 14 */ received("s1", "a3", pos(2, 2)),
		/* 15 */ final(0, "a1@1 a3@2"),
		/* 16 */ quiesced,
	}
}

// forgotten: a memory store restarts while a publish is in doubt.
func forgotten() check.History {
	return check.History{
		/* 0 */ invoked("a", "a1"), delivered("a", "a1", 1),
		/* 2 */ invoked("a", "a2"),
		/* 3 */ fact(check.StoreReplaced, 0), say(check.Forgot, ""),
		/* 5 */ told(check.Unknown, "a", "a2"),
		/* 6 */ invoked("a", "a3"), delivered("a", "a3", 1),
		/* 8 */ final(0, "a3@2"),
		/* 9 */ quiesced,
	}
}

// copied: an outbox is copied while its owner still holds the connection to a store in memory that is gone. A refusal that the copy is told
// goes with the next store, too, and the owner's record is taken.
func copied() check.History {
	return check.History{
		/* 0 */ fact(check.StoreReplaced, 0),
		/* 1 */ invoked("a", "a1"), invoked("a", "a2"),
		/* 3 */ say(check.Forgot, "a"),
		/* 4 */ say(check.Cloned, "a", func(e *check.Event) { e.Detail = "z" }),
		/* 5 */ told(check.Unknown, "z", "a1"), told(check.Refused, "z", "a2"),
		/* 7 */ fact(check.StoreReplaced, 0), say(check.Forgot, ""),
		/* 9 */ delivered("a", "a2", 1), told(check.Unknown, "a", "a1"),
		/* 11 */ final(0, "a2@3"),
		/* 12 */ quiesced,
	}
}

// overtaken: the owner of an outbox goes on after a store is lost, and then comes the copy, with what the lost store had of the owner.
func overtaken() check.History {
	return check.History{
		/* 0 */ invoked("a", "a1"),
		/* 1 */ say(check.Cloned, "a", func(e *check.Event) { e.Detail = "z" }),
		/* 2 */ delivered("a", "a1", 1),
		/* 3 */ fact(check.StoreReplaced, 0), say(check.Forgot, ""),
		/* 5 */ invoked("a", "a2"), delivered("a", "a2", 1),
		/* 7 */ delivered("z", "a1", 2),
		/* 8 */ final(0, "a2@2 a1@2"),
		/* 9 */ quiesced,
	}
}

// killed: publishers that die, with an outbox on disk and without; a copy; a cursor that two lives share.
func killed() check.History {
	crash := func(who string, o check.Outbox) check.Event {
		return say(check.ClientCrashed, who, func(e *check.Event) { e.Outbox = o })
	}
	cursor := func(sub string) check.Event {
		return say(check.Began, "t", func(e *check.Event) { e.Sub, e.Begin, e.Cursor = sub, check.AtStart, "mine" })
	}
	return check.History{
		/* 0 */ cursor("t1"),
		/* 1 */ invoked("a", "a1"), told(check.Accepted, "a", "a1"),
		/* 3 */ invoked("a", "a2"),
		/* 4 */ crash("a", check.Durable),
		/* 5 */ invoked("b", "b1"),
		/* 6 */ crash("b", check.Volatile),
		/* 7 */ received("t1", "a1", pos(1, 1)), received("t1", "b1", pos(1, 2)),
		/* 9 */ say(check.Done, "t", func(e *check.Event) { e.Sub, e.Pos = "t1", pos(1, 1) }),
		/* 10 */ crash("t", check.Volatile),
		/* 11 */ cursor("t2"),
		/* 12 */ received("t2", "b1", pos(1, 2)),
		/* 13 */ say(check.Cloned, "a", func(e *check.Event) { e.Detail = "z" }),
		/* 14 */ invoked("z", "z1"),
		/* 15 */ say(check.Stopped, "z", func(e *check.Event) { e.Code = holdfast.CodeProducerConflict }),
		/* 16 */ invoked("a", "a3"), told(check.Dropped, "a", "a3"),
		/* 18 */ final(0, "a1@1 b1@1"),
		/* 19 */ quiesced,
	}
}

// late: a memory store is lost with its cursors, while a reader is still busy with what had come before.
func late() check.History {
	cursor := func(sub string, from check.Begin, at holdfast.Position) []check.Event {
		return []check.Event{
			say(check.Began, "t", func(e *check.Event) { e.Sub, e.Begin, e.Cursor = sub, from, "mine" }),
			say(check.Placed, "t", func(e *check.Event) { e.Sub, e.Pos = sub, at }),
		}
	}
	done := func(sub string, at holdfast.Position) check.Event {
		return say(check.Done, "t", func(e *check.Event) { e.Sub, e.Pos = sub, at })
	}
	return slices.Concat(check.History{
		/* 0 */ invoked("a", "a1"), delivered("a", "a1", 1), invoked("a", "a2"), delivered("a", "a2", 2),
	}, /* 4 */ cursor("t1", check.AtStart, pos(0, 0)), check.History{
		/* 6 */ received("t1", "a1", pos(1, 1)), received("t1", "a2", pos(1, 2)),
		/* 8 */ fact(check.StoreReplaced, 0), say(check.Forgot, ""),
		/* 10 */ done("t1", pos(1, 2)),
		/* 11 */ invoked("b", "b1"), delivered("b", "b1", 1), invoked("b", "b2"), delivered("b", "b2", 2), invoked("b", "b3"), delivered("b", "b3", 3),
		/* 17 */ say(check.Ended, "t", func(e *check.Event) { e.Sub = "t1" }),
	}, /* 18 */ cursor("t2", check.AtHead, pos(2, 3)), check.History{
		/* 20 */ final(0, "b1@2 b2@2 b3@2"),
		/* 21 */ quiesced,
	})
}

// putBack: a backup is put back, in which a cursor is further than the holder who comes with a history of his own.
func putBack() check.History {
	cursor := func(sub string, from check.Begin, at holdfast.Position) []check.Event {
		return []check.Event{
			say(check.Began, "t", func(e *check.Event) { e.Sub, e.Begin, e.Cursor, e.Pos = sub, from, "mine", at }),
			say(check.Placed, "t", func(e *check.Event) { e.Sub, e.Pos = sub, at }),
		}
	}
	return slices.Concat(check.History{
		/* 0 */ invoked("a", "a1"), delivered("a", "a1", 1), invoked("a", "a2"), delivered("a", "a2", 2),
	}, /* 4 */ cursor("t1", check.AtHead, pos(1, 2)), check.History{
		/* 6 */ invoked("a", "a3"), delivered("a", "a3", 3),
		/* 8 */ say(check.ServerCrashed, ""), invoked("b", "b1"), delivered("b", "b1", 4),
		/* 11 */ say(check.Ended, "t", func(e *check.Event) { e.Sub = "t1" }),
	}, /* 12 */ cursor("t2", check.After, pos(2, 4)), check.History{
		/* 14 */ fact(check.StoreReplaced, 3),
		/* 15 */ gap("t2", check.Fork, 1, 4, pos(0, 0)), received("t2", "a1", pos(1, 1)),
		/* 17 */ say(check.Done, "t", func(e *check.Event) { e.Sub, e.Pos = "t2", pos(1, 1) }), say(check.Ended, "t", func(e *check.Event) { e.Sub = "t2" }),
		/* 19 */ say(check.Lost, "b"),
	}, /* 20 */ cursor("t3", check.AtHead, pos(1, 2)), check.History{
		/* 22 */ received("t3", "a3", pos(1, 3)),
		/* 23 */ final(0, "a1@1 a2@1 a3@1"),
		/* 24 */ quiesced,
	})
}

// shared: two readers begin one cursor, one at the head and one at the start; whose turn came first decides for both.
func shared() check.History {
	cursor := func(sub string, from check.Begin) check.Event {
		return say(check.Began, "t", func(e *check.Event) { e.Sub, e.Begin, e.Cursor = sub, from, "mine" })
	}
	return check.History{
		/* 0 */ cursor("t1", check.AtHead), cursor("t2", check.AtStart),
		/* 2 */ invoked("a", "a1"), delivered("a", "a1", 1),
		/* 4 */ say(check.Placed, "t", func(e *check.Event) { e.Sub, e.Pos = "t2", pos(1, 1) }),
		/* 5 */ say(check.Ended, "t", func(e *check.Event) { e.Sub = "t1" }),
		/* 6 */ final(0, "a1@1"),
		/* 7 */ quiesced,
	}
}

// stray: while a holder is still busy with what a backup has taken back, another one has the cursor and gets on in the log that is
// there now. The first one then comes back with its own history, takes the cursor, and reads again what the other was done with.
func stray() check.History {
	cursor := func(sub string, at holdfast.Position) []check.Event {
		return []check.Event{
			say(check.Began, "t", func(e *check.Event) { e.Sub, e.Begin, e.Cursor = sub, check.AtStart, "mine" }),
			say(check.Placed, "t", func(e *check.Event) { e.Sub, e.Pos = sub, at }),
		}
	}
	done := func(sub string, at holdfast.Position) check.Event {
		return say(check.Done, "t", func(e *check.Event) { e.Sub, e.Pos = sub, at })
	}
	return slices.Concat(check.History{
		/* 0 */ invoked("a", "a1"), delivered("a", "a1", 1), invoked("a", "a2"), delivered("a", "a2", 2), invoked("a", "a3"), delivered("a", "a3", 3),
	}, /* 6 */ cursor("t1", pos(0, 0)), check.History{
		/* 8 */ received("t1", "a1", pos(1, 1)), done("t1", pos(1, 1)), received("t1", "a2", pos(1, 2)), received("t1", "a3", pos(1, 3)),
		/* 12 */ fact(check.StoreReplaced, 1), say(check.Lost, "a"),
		/* 14 */ invoked("b", "b1"), delivered("b", "b1", 2), invoked("b", "b2"), delivered("b", "b2", 3), invoked("b", "b3"), delivered("b", "b3", 4),
	}, /* 20 */ cursor("t2", pos(1, 1)), check.History{
		/* 22 */ received("t2", "b1", pos(2, 2)), received("t2", "b2", pos(2, 3)), done("t2", pos(2, 3)),
		/* 25 */ done("t1", pos(1, 3)), say(check.Ended, "t", func(e *check.Event) { e.Sub = "t2" }),
		/* 27 */ gap("t1", check.Fork, 2, 3, pos(1, 1)), received("t1", "b1", pos(2, 2)), done("t1", pos(2, 2)),
	}, /* 30 */ cursor("t3", pos(2, 3)), check.History{
		/* 32 */ say(check.Ended, "t", func(e *check.Event) { e.Sub = "t1" }), received("t3", "b3", pos(2, 4)),
		/* 34 */ final(0, "a1@1 b1@2 b2@2 b3@2"),
		/* 35 */ quiesced,
	})
}

// barred says that something may be refused from now on.
func barred(who, m string, code holdfast.Code) check.Event {
	return check.Event{Kind: check.Barred, Client: who, Message: m, Code: code}
}

func TestGoodHistories(t *testing.T) {
	for name, b := range map[string]check.Event{
		"everybody": barred("", "", holdfast.CodeForbidden), "a": barred("a", "", holdfast.CodeForbidden), "a3": barred("a", "a3", holdfast.CodeForbidden),
	} {
		for _, v := range check.Check(insert(0, b)(plain())) {
			t.Errorf("barred for %s: %v", name, v)
		}
	}
	for name, h := range map[string]check.History{
		"plain": plain(), "trimmed": trimmed(), "restored": restored(), "forgotten": forgotten(), "copied": copied(), "overtaken": overtaken(), "killed": killed(), "late": late(), "putBack": putBack(), "shared": shared(), "stray": stray(),
	} {
		for _, v := range check.Check(h) {
			t.Errorf("%s: %v", name, v)
		}
	}
}

func set(i int, f func(*check.Event)) func(check.History) check.History {
	return func(h check.History) check.History { f(&h[i]); return h }
}

func drop(is ...int) func(check.History) check.History {
	return func(h check.History) check.History {
		for _, i := range slices.Backward(is) {
			h = slices.Delete(h, i, i+1)
		}
		return h
	}
}

func insert(i int, es ...check.Event) func(check.History) check.History {
	return func(h check.History) check.History { return slices.Insert(h, i, es...) }
}

func swap(i, j int) func(check.History) check.History {
	return func(h check.History) check.History { h[i], h[j] = h[j], h[i]; return h }
}

func log(floor uint64, text string) func(check.History) check.History {
	return func(h check.History) check.History {
		i := slices.IndexFunc(h, func(e check.Event) bool { return e.Kind == check.Final })
		h[i] = final(floor, text)
		return h
	}
}

// Each history is good but for one thing, and that is found under the promise that it breaks.
func TestForgedHistories(t *testing.T) {
	type edit = func(check.History) check.History
	for _, c := range []struct {
		name    string
		of      func() check.History
		broken  edit
		promise int
		says    string
	}{
		{"acknowledged and never stored", trimmed, log(3, ""), 1, "was acknowledged, and is not in c"},
		{"acknowledged elsewhere", plain, set(5, func(e *check.Event) { e.Pos.Offset = 3 }), 1, "was acknowledged at 3, and stands at 2"},
		{"refused, and somebody else is barred", plain, insert(0, barred("b", "", holdfast.CodeForbidden)), 10, "a3 was refused with"},
		{"refused, and another message is barred", plain, insert(0, barred("a", "a2", holdfast.CodeForbidden)), 10, "nothing forbade it"},
		{"refused earlier, it is said, for no reason", plain, func(h check.History) check.History {
			h[11].Code = holdfast.CodeRefusedEarlier
			return insert(0, barred("b", "", holdfast.CodeForbidden))(h)
		}, 10, "nothing forbade it"},
		{"refused before it was barred", plain, insert(12, barred("a", "", holdfast.CodeForbidden)), 10, "nothing forbade it"},
		{"refused, and barred for another reason", plain, insert(0, barred("a", "", holdfast.CodeSchemaViolation)), 10, "nothing forbade it"},
		{"barred and stored", plain, insert(0, barred("a", "a1", holdfast.CodeForbidden), barred("", "", holdfast.CodeForbidden)), 10, "a1 breaks the rules, and stands"},
		{"barred and received", plain, insert(0, barred("a", "a2", holdfast.CodeForbidden), barred("", "", holdfast.CodeForbidden)), 10, "a2 breaks the rules, and was received"},
		{"two at one offset", trimmed, set(7, func(e *check.Event) { e.Pos.Offset = 2 }), 1, "both acknowledged at 2"},
		{"invented", plain, log(0, "a1@1 b1@1 a2@2 x1@2"), 1, "published by nobody"},
		{"received and invented", plain, insert(13, received("s1", "x1", pos(2, 4))), 1, "published by nobody"},
		{"seen before it was published", plain, swap(6, 12), 1, "before it was published"},
		{"altered in the log", plain, set(13, func(e *check.Event) { e.Records[1].Hash++ }), 1, "other content"},
		{"altered on the way", plain, set(8, func(e *check.Event) { e.Hash++ }), 1, "other content"},
		{"stored twice", plain, log(0, "a1@1 b1@1 a2@2 a2@2"), 1, "stored twice"},
		{"stored twice, seen before retention", trimmed, set(12, func(e *check.Event) { e.Message, e.Hash = "a1", hash("a1") }), 1, "stored twice"},
		{"out of order", plain, swap(1, 6), 1, "published before it"},
		{"refused and stored", plain, set(10, func(e *check.Event) { *e = told(check.Refused, "a", "a2") }), 1, "was refused, and stands at 3"},
		{"refused by the store in which it stands, to a copy", copied, drop(7), 1, "was refused, and stands at 1"},
		{"a copy overtaken in one store", overtaken, drop(3), 1, "published before it"},
		{"dropped and stored", plain, set(10, func(e *check.Event) { *e = told(check.Dropped, "a", "a2") }), 1, "was dropped, and stands at 3"},
		{"expired and received", trimmed, set(2, func(e *check.Event) { *e = told(check.Expired, "a", "a1") }), 1, "was expired, and was received"},
		{"a durable outbox that forgets", killed, insert(4, told(check.Accepted, "a", "a2")), 1, "neither answered nor in"},
		{"stopped as a copy of nobody", killed, drop(13), 1, "nobody has copied"},

		{"acknowledged, then power failed", plain, log(0, "a1@1"), 2, "acknowledged before the server died"},
		{"received, then power failed", killed, log(0, "a1@1"), 2, "was visible, and is not in the log"},
		{"told as a place, then gone", plain, insert(13, began("s2", check.AtHead, pos(0, 0)),
			say(check.Placed, "s", func(e *check.Event) { e.Sub, e.Pos = "s2", pos(2, 4) }), say(check.Ended, "s", func(e *check.Event) { e.Sub = "s2" })), 2, "was visible"},
		{"taken back without a cause", restored, drop(9), 2, "was visible"},

		{"a record missing", plain, drop(8), 3, "told nothing of what is between"},
		{"a record twice", plain, insert(9, received("s1", "b1", pos(1, 2))), 3, "twice"},
		{"two records swapped", plain, swap(8, 12), 3, "told nothing of what is between"},
		{"the last record missing", plain, drop(12), 3, "whose head is 3"},
		{"nothing came at all", plain, drop(4, 8, 12), 3, "has received nothing"},
		{"another record for another", plain, insert(13, began("s2", check.After, pos(1, 1)), received("s2", "a2", pos(1, 2)),
			say(check.Ended, "s", func(e *check.Event) { e.Sub = "s2" })), 3, "for one and"},
		{"time falls", plain, set(13, func(e *check.Event) { e.Records[2].Time = 1 }), 3, "lies before that of its predecessor"},
		{"a hole in the log", plain, set(13, func(e *check.Event) { e.Records[2].Pos.Offset = 4 }), 3, "offset 4 where 3 belongs"},
		{"a record after the end", plain, insert(12, say(check.Ended, "s", func(e *check.Event) { e.Sub = "s1" })), 3, "after its end"},
		{"gone on elsewhere", plain, insert(9, say(check.Placed, "s", func(e *check.Event) { e.Sub, e.Pos = "s1", pos(1, 1) })), 3, "is to go on after"},
		{"passed over", plain, set(8, func(e *check.Event) {
			*e = say(check.Passed, "s", func(e *check.Event) { e.Sub, e.Pos = "s1", pos(1, 2) })
		}), 3, "which is for it"},
		{"a cursor that runs ahead", killed, insert(18, say(check.Began, "t", func(e *check.Event) { e.Sub, e.Cursor = "t3", "mine" }),
			say(check.Placed, "t", func(e *check.Event) { e.Sub, e.Pos = "t3", pos(1, 2) })), 3, "its holder was done up to 1"},

		{"a cursor that runs ahead, and was lost before", late, insert(18, say(check.Began, "t", func(e *check.Event) { e.Sub, e.Begin, e.Cursor = "t3", check.AtStart, "mine" }),
			received("t3", "b1", pos(2, 1)), say(check.Done, "t", func(e *check.Event) { e.Sub, e.Pos = "t3", pos(2, 1) }),
			say(check.Ended, "t", func(e *check.Event) { e.Sub = "t3" })), 3, "its holder was done up to 1"},
		{"a cursor of one's own that skips the beginning", shared, drop(0, 5), 4, "passed over in silence"},
		{"a cursor that runs ahead of a backup", putBack, func(h check.History) check.History {
			h[21].Pos, h[22] = pos(1, 3), say(check.Ended, "t", func(e *check.Event) { e.Sub = "t3" })
			h[14].To = 2
			return log(0, "a1@1 a2@1 a3@1")(h)
		}, 3, "its holder was done up to 1"},
		{"a cursor that runs ahead of all that had it", stray, func(h check.History) check.History {
			h[31].Pos = pos(2, 4)
			return drop(33)(h)
		}, 3, "goes on after 4, and its holder was done up to 3"},
		{"a cursor that runs ahead to where another history was", stray, drop(24), 3, "goes on after 3, and its holder was done up to 2"},

		{"removed in silence", trimmed, drop(11), 4, "told nothing of what is between"},
		{"a gap too early", trimmed, set(11, func(e *check.Event) { e.From = 1 }), 4, "the gap begins at 1"},
		{"a gap too short", trimmed, set(11, func(e *check.Event) { e.To = 2 }), 4, "the gap ends at 2"},
		{"a gap too large", trimmed, set(10, func(e *check.Event) { e.To = 2 }), 4, "retention did not remove so much"},
		{"a gap over what is there", trimmed, log(1, "a2@1 a3@1 a4@1"), 4, "is gone, and it is in the log"},
		{"a start passed over", trimmed, insert(15, began("s3", check.AtStart, pos(0, 0)), say(check.Placed, "s", func(e *check.Event) { e.Sub, e.Pos = "s3", pos(1, 4) })), 4, "passed over in silence"},
		{"a floor without retention", plain, log(1, "b1@1 a2@2"), 4, "retention did not remove so much"},
		{"a fork in silence", restored, drop(10), 4, "without a gap between"},
		{"a fork in silence, overgrown", restored, func(h check.History) check.History {
			h[10] = invoked("b", "b2")
			h[14] = received("s1", "b2", pos(2, 3))
			return log(0, "a1@1 a3@2 b2@2")(slices.Insert(h, 15, delivered("b", "b2", 3)))
		}, 4, "the fork was not told"},
		{"a fork from too early", restored, set(10, func(e *check.Event) { e.From, e.Pos = 1, pos(0, 0) }), 4, "nothing took it back"},
		{"a fork that is none", plain, insert(12, gap("s1", check.Fork, 2, 2, pos(1, 1)), received("s1", "b1", pos(1, 2))), 4, "the store was never replaced"},

		{"unknown without a reason", forgotten, drop(4), 5, "has forgotten nothing"},
		{"unknown before the reason", forgotten, swap(4, 5), 5, "has forgotten nothing"},
		{"unknown, and only somebody else was cut off from what the store forgot", forgotten, set(4, func(e *check.Event) { e.Client = "b" }), 5, "has forgotten nothing"},
		{"stored again instead of unknown", forgotten, func(h check.History) check.History {
			h[5], h[7] = delivered("a", "a2", 1), delivered("a", "a3", 2)
			h = slices.Insert(h, 5, gap("s1", check.Fork, 1, 2, pos(0, 0)))
			h = slices.Insert(h, 3, began("s1", check.AtStart, pos(0, 0)), received("s1", "a1", pos(1, 1)), received("s1", "a2", pos(1, 2)))
			h = slices.Insert(h, 12, received("s1", "a2", pos(2, 1)), received("s1", "a3", pos(2, 2)))
			return log(0, "a2@2 a3@2")(h)
		}, 5, "was stored again"},
		{"never answered", plain, drop(10), 5, "never answered"},
		{"answered twice", plain, insert(11, delivered("a", "a2", 3)), 5, "ends twice"},
		{"lost in silence", restored, drop(12), 5, "without being told"},
		{"a loss that is none", plain, insert(12, say(check.Lost, "a")), 5, "has lost nothing"},
		{"a loss of what is there", restored, set(12, func(e *check.Event) { e.Message = "a1" }), 5, "and is in c"},

		{"refused without a reason", plain, set(11, func(e *check.Event) { e.Code = 0 }), 10, "the code says otherwise"},
		{"refused for good, to be tried again", plain, set(11, func(e *check.Event) { e.Code = holdfast.CodeOverloaded }), 10, "the code says otherwise"},
		{"stopped without a reason", killed, set(15, func(e *check.Event) { e.Code = 0 }), 10, "has no reason"},
		{"a gap without a reason", trimmed, set(11, func(e *check.Event) { e.Reason = 0 }), 10, "without a reason"},

		{"not published at all", plain, drop(6), 0, "nobody published it"},
		{"no end", plain, drop(13), 0, "nobody has read"},
		{"a subscription from nowhere", plain, drop(0), 0, "never began"},
	} {
		t.Run(c.name, func(t *testing.T) {
			vs := check.Check(c.broken(c.of()))
			if !slices.ContainsFunc(vs, func(v check.Violation) bool {
				return v.Promise == c.promise && strings.Contains(v.What, c.says) && len(v.Events) > 0
			}) {
				t.Errorf("promise %d (%q) is not found to be broken; found: %v", c.promise, c.says, vs)
			}
		})
	}
}

// A history survives being saved, and a recorder takes events from everywhere.
func TestRecorder(t *testing.T) {
	var r check.Recorder
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, e := range plain() {
				r.Note(e)
			}
		})
	}
	wg.Wait()
	h := r.History()
	b, err := json.Marshal(h)
	var back check.History
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	if err != nil || len(back) != 4*len(plain()) {
		t.Fatalf("%d events of %d: %v", len(back), len(h), err)
	}
	for i := range back {
		if back[i].Kind != h[i].Kind || back[i].String() != h[i].String() || !back[i].At.Equal(h[i].At) {
			t.Fatalf("%v became %v", h[i], back[i])
		}
	}
	if m := check.Merge(h[len(h)/2:], h[:len(h)/2]); m[0].Kind != h[0].Kind || len(m) != len(h) {
		t.Error("merged in another order")
	}
}
