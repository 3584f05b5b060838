package store

import (
	"time"

	"github.com/holdfast-ws/holdfast"
)

// LaneLevels is how many chains run through a lane's records: chain 0 links each record with the one before
// it, chain k the first records of each 64^k numbers. An old record is so found in a few hundred steps.
const LaneLevels = 4

const laneLevelBits = 6

// Lane is what a backend keeps of one producer in one channel. The zero Lane is absent.
//
// It is a plain value without a clock or storage, for backends to copy: they decide on a copy, and keep the
// copy only once what it says is durable.
type Lane struct {
	// Exists is false for a lane that was never written, or forgotten.
	Exists bool
	// Sealed says that nothing is taken in it any more; Successor is the producer that goes on.
	Sealed    bool
	Successor holdfast.ProducerID
	// Last is the last number that is resolved: stored or skipped.
	Last uint64
	// Updated is when it was last written, in milliseconds since 1970.
	Updated int64
	// Number is the number of its latest record, and Links[k] the offset of the latest record of chain k;
	// 0 if there is none.
	Number uint64
	Links  [LaneLevels]uint64
}

// Node is what a backend keeps with each record of a lane, so that a duplicate of it can be answered.
type Node struct {
	Number, Hash uint64
	// Level says that the record is part of the chains 0 to Level, and Links[k] is the offset of its
	// predecessor in chain k, or 0.
	Level int
	Links [LaneLevels]uint64
}

// Nodes gives access to the nodes of one channel's records.
type Nodes interface {
	// Node returns the node of the record at offset; ok is false if the record is no longer retained.
	Node(offset uint64) (n Node, ok bool, err error)
}

// Room is how much a backend can still write.
type Room uint8

const (
	// RoomForAll is the normal case.
	RoomForAll Room = iota
	// RoomToResolve leaves room for skips and refusals only; new records are Deferred with CodeStoreFull.
	RoomToResolve
	// NoRoom defers whatever would have to be written.
	NoRoom
)

// Rules are what a decision depends on beside the draft and its lane.
type Rules struct {
	Now time.Time
	// Memory and DedupeWindow are those of the backend's Info.
	Memory       uint64
	DedupeWindow time.Duration
	// Deleted is when a channel was deleted last, lanes and all; zero if never.
	Deleted time.Time
	Room    Room
	// Lanes is how many lanes the channel has, and MaxLanes how many it may have.
	Lanes, MaxLanes int
}

// Stale reports whether nobody can tell any more if a draft that was first sent then has been stored.
func (r *Rules) Stale(s FirstSent) bool {
	return !s.IsZero() && (s.Memory != r.Memory || r.Now.Sub(s.At) > r.DedupeWindow)
}

// forgotten reports whether a lane that has no record may have been deleted after d was first sent.
func (r *Rules) forgotten(s FirstSent) bool {
	return !s.IsZero() && !r.Deleted.IsZero() && !s.At.After(r.Deleted)
}

// late reports whether a first attempt may have been sent before its lane was deleted.
func (r *Rules) late(d *Draft) bool {
	return d.Sent.IsZero() && !d.Since.IsZero() && !r.Deleted.IsZero() && !d.Since.After(r.Deleted)
}

// Decide says what becomes of a draft with a producer, given its lane with all that earlier drafts did to it,
// and changes the lane accordingly. If the outcome is Stored, the caller appends the record, sets Offset,
// Time and Term of the result, and calls [Lane.Link]. It reports whether the lane has changed. An error comes
// from nodes alone, and then nothing has changed.
func (l *Lane) Decide(d *Draft, r *Rules, nodes Nodes) (res Result, changed bool, err error) {
	if d.Kind == Skip {
		res, changed = l.skip(d, r)
		return res, changed, nil
	}
	switch n := d.Number; {
	case n == 0:
		return Result{Outcome: Conflict}, false, nil
	case n <= l.Last:
		res, err = l.duplicate(d, nodes)
		return res, false, err
	case l.Sealed:
		return Result{Outcome: Conflict}, false, nil
	case r.Stale(d.Sent), l.Number == 0 && r.forgotten(d.Sent): // its records, or a skip alone has made it anew
		return Result{Outcome: Unknown, Expected: l.Last + 1}, false, nil
	case !l.Exists && d.Sent.IsZero() && n > 1:
		return Result{Outcome: ProducerUnknown, Expected: 1}, false, nil
	case l.Number == 0 && r.late(d): // if it is not late, it comes again and says when it was sent
		return Result{Outcome: ProducerUnknown, Expected: l.Last + 1}, false, nil
	case n-l.Last > 1:
		return Result{Outcome: Hole, Expected: l.Last + 1}, false, nil
	}
	if d.Verdict == Defer {
		return Result{Outcome: Deferred, Code: d.Code}, false, nil
	}
	if d.Verdict == Admit && r.Room != RoomForAll {
		return Result{Outcome: Deferred, Code: holdfast.CodeStoreFull}, false, nil
	}
	if res, ok := l.mayWrite(d, r); !ok {
		return res, false, nil
	}
	l.move(d.Number, r)
	if d.Verdict == Refuse {
		return Result{Outcome: Refused, Code: d.Code}, true, nil
	}
	return Result{Outcome: Stored}, true, nil
}

// skip decides on a Skip.
func (l *Lane) skip(d *Draft, r *Rules) (Result, bool) {
	hole := d.From > l.Last && d.From-l.Last > 1
	seal := !d.Successor.IsZero()
	switch {
	case l.Sealed && seal && l.Successor == d.Successor:
		return Result{Outcome: Skipped}, false
	case l.Sealed && seal:
		return Result{Outcome: Conflict}, false
	case !seal && d.Number <= l.Last:
		return Result{Outcome: Skipped}, false
	case hole && !(seal && !l.Exists):
		return Result{Outcome: Hole, Expected: l.Last + 1}, false
	case l.Sealed:
		return Result{Outcome: Conflict}, false
	}
	if res, ok := l.mayWrite(d, r); !ok {
		return res, false
	}
	l.move(max(l.Last, d.Number), r)
	l.Sealed, l.Successor = seal, d.Successor
	return Result{Outcome: Skipped}, true
}

// mayWrite returns the refusal if the lane cannot be written. A refusal resolves a number, too, so it may need a lane; but whoever may
// not publish gets half of them at most, or he could keep out those who may.
func (l *Lane) mayWrite(d *Draft, r *Rules) (Result, bool) {
	if r.Room == NoRoom {
		return Result{Outcome: Deferred, Code: holdfast.CodeStoreFull}, false
	}
	most := r.MaxLanes
	if d.Verdict == Refuse {
		most = (most + 1) / 2
	}
	if !l.Exists && r.Lanes >= most {
		return Result{Outcome: Deferred, Code: holdfast.CodeTooManyLanes}, false
	}
	return Result{}, true
}

func (l *Lane) move(last uint64, r *Rules) {
	l.Exists = true
	l.Last = last
	l.Updated = max(l.Updated, r.Now.UnixMilli())
}

// duplicate answers a publish whose number is resolved.
func (l *Lane) duplicate(d *Draft, nodes Nodes) (Result, error) {
	offset, hash, found, err := l.Find(d.Number, nodes)
	switch {
	case err != nil:
		return Result{}, err
	case found == FoundSkipped:
		return Result{Outcome: Skipped}, nil
	case found == FoundRecord && hash == d.Hash:
		return Result{Outcome: Duplicate, Offset: offset}, nil
	case found == FoundGone && !d.Sent.IsZero():
		return Result{Outcome: Duplicate}, nil
	}
	return Result{Outcome: Conflict}, nil
}

// Link makes the record at offset the lane's latest, and returns the node to keep with it.
func (l *Lane) Link(number, offset, hash uint64) Node {
	n := Node{Number: number, Hash: hash}
	for n.Level+1 < LaneLevels {
		shift := laneLevelBits * (n.Level + 1)
		if l.Links[0] != 0 && number>>shift == l.Number>>shift {
			break
		}
		n.Level++
	}
	for k := range n.Level + 1 {
		n.Links[k] = l.Links[k]
		l.Links[k] = offset
	}
	l.Number = number
	return n
}

// Found is what became of a number that is resolved.
type Found uint8

const (
	// FoundRecord says that the number has a record, which is retained.
	FoundRecord Found = iota
	// FoundSkipped says that it was skipped.
	FoundSkipped
	// FoundGone says that it cannot be known, since what is needed to tell is no longer retained.
	FoundGone
)

// Find looks for the record under a number that is not above Last, and returns its offset and hash.
func (l *Lane) Find(number uint64, nodes Nodes) (offset, hash uint64, found Found, err error) {
	if number > l.Number {
		return 0, 0, FoundSkipped, nil
	}
	links, above := l.Links, l.Number // of the lowest record that was seen, at or above number
	for k := LaneLevels - 1; ; {
		// where both are of one group, the chain leads to its first record, which is old and seldom of use
		for k > 0 && above>>(laneLevelBits*k) == number>>(laneLevelBits*k) {
			k--
		}
		at := links[k]
		if at == 0 {
			if k == 0 {
				return 0, 0, FoundSkipped, nil
			}
			k--
			continue
		}
		n, ok, err := nodes.Node(at)
		switch {
		case err != nil:
			return 0, 0, FoundGone, err
		case ok && n.Number == number:
			return at, n.Hash, FoundRecord, nil
		case ok && n.Number > number:
			links, above, k = n.Links, n.Number, min(k, n.Level)
		case k > 0:
			k--
		case ok:
			return 0, 0, FoundSkipped, nil
		default:
			return 0, 0, FoundGone, nil
		}
	}
}
