package check

import (
	"cmp"
	"math"
	"slices"

	"github.com/holdfast-ws/holdfast"
)

// channel is one channel's part of a history. Terms are what makes it tractable: a term is drawn anew whenever a store is
// opened, so that (term, offset) names one record for ever, whatever else the log may become.
type channel struct {
	findings
	g      *world
	name   string
	events []*Event

	replaced []*Event // StoreReplaced and Deleted, in order
	trimmed  []*Event
	forgot   []*Event
	hidden   []*Event
	final    *Event

	messages map[string]*message
	order    []*message
	stands   map[string]uint64               // where a message stands in the final log
	seen     map[holdfast.Position]*sighting // every record that anybody saw, the auditor included
	born     map[holdfast.Term]int           // the latest replacement before which the term was not
	before   map[holdfast.Term]*crossing
	lives    map[string]*life
	lifeList []*life
	cursors  map[string]*Event // by name: the Done that is furthest, unless it was taken back
	kept     map[string]*Event // by name: the Done that is furthest of what nothing takes back
	held     map[string]*Event // by name: the first Began
	holders  map[string]int    // by name: how many have begun
}

// message is one publish.
type message struct {
	id       string
	invoked  *Event
	accepted *Event
	answers  []*Event
	author   author
	index    int // in the author's order
}

type author struct {
	client string
	life   int
}

// sighting is a record that was seen.
type sighting struct {
	Record
	event *Event
}

// crossing is the record before a term's first.
type crossing struct {
	pos   holdfast.Position
	event *Event
}

func newChannel(g *world, name string) *channel {
	return &channel{g: g, name: name, messages: map[string]*message{}, stands: map[string]uint64{}, seen: map[holdfast.Position]*sighting{},
		born: map[holdfast.Term]int{}, before: map[holdfast.Term]*crossing{}, lives: map[string]*life{}, cursors: map[string]*Event{}, kept: map[string]*Event{}, held: map[string]*Event{}, holders: map[string]int{}}
}

// fact takes in what the world did to the channel.
func (c *channel) fact(e *Event) {
	switch e.Kind {
	case StoreReplaced:
		c.replaced = append(c.replaced, e)
	case Deleted:
		c.replaced = append(c.replaced, e)
		c.forgot = append(c.forgot, e)
	case Forgot:
		c.forgot = append(c.forgot, e)
	case Trimmed:
		c.trimmed = append(c.trimmed, e)
	case Hidden:
		c.hidden = append(c.hidden, e)
	}
}

// judge looks at publishers first, then at what was seen, and then at subscribers, each of whom saw some of it.
func (c *channel) judge() {
	for _, e := range c.events {
		c.publisher(e)
	}
	for _, e := range c.events {
		c.sight(e)
	}
	c.learnTerms()
	c.judgeFinal()
	c.judgeSightings()
	c.judgeAnswers()
	c.judgeBarred()
	c.judgeLosses()
	for _, e := range c.events {
		c.subscriber(e)
	}
	c.judgeRest()
}

// publisher takes in what a publisher did and was told.
func (c *channel) publisher(e *Event) {
	switch e.Kind {
	case Invoked:
		if m := c.messages[e.Message]; m != nil {
			c.blame(0, on(m.invoked, e), "%s is published twice", e.Message)
			return
		}
		m := &message{id: e.Message, invoked: e, author: author{e.Client, c.g.life(e.Client, e.Seq)}, index: len(c.order)}
		c.messages[e.Message] = m
		c.order = append(c.order, m)
	case Accepted, Delivered, Refused, Dropped, Expired, Unknown:
		m := c.messages[e.Message]
		switch {
		case m == nil:
			c.blame(0, on(e), "%s is %s, and nobody published it to %s", e.Message, e.Kind, c.name)
		case e.Client != m.invoked.Client && c.g.client(e.Client).clones[m.invoked.Client] == nil:
			c.blame(0, on(m.invoked, e), "%s has an answer for %s, which is not its own", e.Client, e.Message)
		case e.Kind == Accepted:
			m.accepted = e
		default:
			m.answers = append(m.answers, e)
		}
	}
}

// sight notes a record that somebody saw.
func (c *channel) sight(e *Event) {
	switch e.Kind {
	case Received:
		c.saw(Record{Pos: e.Pos, Message: e.Message, Hash: e.Hash, Time: e.Time}, e)
	case Final:
		if c.final != nil {
			c.blame(0, on(c.final, e), "%s was read twice at the end", c.name)
			return
		}
		c.final = e
		for i := range e.Records {
			c.saw(e.Records[i], e)
		}
	}
}

func (c *channel) saw(r Record, e *Event) {
	m := c.messages[r.Message]
	switch {
	case m == nil:
		c.blame(1, on(e), "%s at %s of %s was published by nobody", r.Message, r.Pos, c.name)
	case m.invoked.Seq > e.Seq:
		c.blame(1, on(e, m.invoked), "%s was seen before it was published", r.Message)
	case m.invoked.Hash != r.Hash:
		c.blame(1, on(m.invoked, e), "%s at %s of %s has other content than was published", r.Message, r.Pos, c.name)
	}
	s := c.seen[r.Pos]
	switch {
	case s == nil:
		c.seen[r.Pos] = &sighting{r, e}
	case s.Message != r.Message:
		c.blame(3, on(s.event, e), "%s of %s is %s for one and %s for another", r.Pos, c.name, s.Message, r.Message)
	case s.Time != r.Time:
		c.blame(3, on(s.event, e), "%s of %s was stored at %d for one and at %d for another", r.Pos, c.name, s.Time, r.Time)
	}
}

// learnTerms finds out before which replacements of the store a term cannot have been: those that lie before the publishing
// of one of its records.
func (c *channel) learnTerms() {
	for pos, s := range c.seen {
		if m := c.messages[s.Message]; m != nil {
			c.born[pos.Term] = max(c.born[pos.Term], c.era(m.invoked.Seq))
		}
	}
}

// era returns the place of the last replacement before an event.
func (c *channel) era(seq int) int {
	i, _ := slices.BinarySearchFunc(c.replaced, seq, func(e *Event, seq int) int { return cmp.Compare(e.Seq, seq) })
	if i == 0 {
		return -1
	}
	return c.replaced[i-1].Seq
}

// birth is like born, of a term that may not be known.
func (c *channel) birth(t holdfast.Term) int {
	if b, ok := c.born[t]; ok && t != 0 {
		return b
	}
	return -1
}

// takenBack returns the fact that explains why a position, which was not there before since, is no longer there.
func (c *channel) takenBack(p holdfast.Position, since int) *Event {
	since = max(since, c.birth(p.Term))
	for _, e := range slices.Backward(c.replaced) {
		if e.Seq <= since {
			return nil
		}
		if e.To < p.Offset || e.Kind == Deleted {
			return e
		}
	}
	return nil
}

// trimmedTo returns the fact that explains why a position is trimmed.
func (c *channel) trimmedTo(p holdfast.Position, since int) *Event {
	since = max(c.era(since), c.birth(p.Term))
	for _, e := range slices.Backward(c.trimmed) {
		if e.Seq <= since {
			return nil
		}
		if e.To >= p.Offset {
			return e
		}
	}
	return nil
}

// at returns the record of the final log at an offset, or nil.
func (c *channel) at(offset uint64) *Record {
	if c.final == nil || offset <= c.final.To || offset-c.final.To > uint64(len(c.final.Records)) {
		return nil
	}
	return &c.final.Records[offset-c.final.To-1]
}

func (c *channel) head() uint64 { return c.final.To + uint64(len(c.final.Records)) }

// author's order: each record of a sequence must come later in it than the author's one before.
type queue map[author]*message

// push returns the message that should have come after m. One that was in an outbox when that was copied may come from the copy to a store
// which has lost what it had of the owner.
func (c *channel) push(q queue, m *message) *message {
	was := q[m.author]
	if was == nil || was.index < m.index {
		q[m.author] = m
		return nil
	}
	if copied := c.copied(m, noSeq); copied != nil && c.everTakenBack(copied.Seq) {
		return nil
	}
	q[m.author] = m
	return was
}

// judgeFinal looks at the log as it is in the end.
func (c *channel) judgeFinal() {
	f := c.final
	if f == nil {
		if c.g.quiesced != nil && len(c.order) > 0 {
			c.blame(0, on(c.g.quiesced), "nobody has read %s at the end", c.name)
		}
		return
	}
	if f.To > 0 && !slices.ContainsFunc(c.trimmed, func(e *Event) bool { return e.To >= f.To }) {
		c.blame(4, on(f), "%s begins behind %d, and retention did not remove so much", c.name, f.To)
	}
	q, ended := queue{}, map[holdfast.Term]bool{}
	for i := range f.Records {
		r := &f.Records[i]
		if want := f.To + uint64(i) + 1; r.Pos.Offset != want {
			c.blame(3, on(f), "%s has offset %d where %d belongs", c.name, r.Pos.Offset, want)
			break
		}
		if o, ok := c.stands[r.Message]; ok {
			c.blame(1, on(f), "%s is stored twice, at %d and at %d of %s", r.Message, o, r.Pos.Offset, c.name)
			continue
		}
		c.stands[r.Message] = r.Pos.Offset
		if i > 0 {
			was := &f.Records[i-1]
			if was.Time > r.Time {
				c.blame(3, on(f), "the time of %s in %s lies before that of its predecessor", r.Pos, c.name)
			}
			if was.Pos.Term != r.Pos.Term {
				if ended[was.Pos.Term] = true; ended[r.Pos.Term] {
					c.blame(4, on(f), "term %s of %s goes on after it has ended", r.Pos.Term, c.name)
				}
				c.before[r.Pos.Term] = &crossing{was.Pos, f}
			}
		}
		if m := c.messages[r.Message]; m != nil {
			if later := c.push(q, m); later != nil {
				c.blame(1, on(m.invoked, later.invoked, f), "%s stands behind %s in %s, and was published before it", m.id, later.id, c.name)
			}
		}
	}
}

// judgeSightings looks at what was seen of each term, whether it is in the final log or not.
func (c *channel) judgeSightings() {
	ps := make([]holdfast.Position, 0, len(c.seen))
	for p := range c.seen {
		ps = append(ps, p)
	}
	slices.SortFunc(ps, func(a, b holdfast.Position) int {
		return cmp.Or(cmp.Compare(a.Term, b.Term), cmp.Compare(a.Offset, b.Offset))
	})
	var q queue
	var was *sighting
	places := map[string]*sighting{}
	for _, p := range ps {
		s := c.seen[p]
		if was == nil || was.Pos.Term != p.Term {
			q, was = queue{}, nil
		}
		if twin := places[s.Message]; twin != nil && (s.event != c.final || twin.event != c.final) && c.both(twin, s) {
			c.blame(1, on(twin.event, s.event), "%s is stored twice, at %s and at %s of %s", s.Message, twin.Pos, p, c.name)
		}
		places[s.Message] = s
		audited := was != nil && was.event == c.final && s.event == c.final // judgeFinal has looked at those
		if was != nil && was.Time > s.Time && !audited {
			c.blame(3, on(was.event, s.event), "the time of %s in %s lies before that of %s", p, c.name, was.Pos)
		}
		if m := c.messages[s.Message]; m != nil {
			if later := c.push(q, m); later != nil && s.event != c.final {
				c.blame(1, on(m.invoked, later.invoked, s.event), "%s stands behind %s in %s, and was published before it", m.id, later.id, c.name)
			}
			c.lasting(s.event, p, m)
			c.risked(s, m)
		}
		was = s
	}
}

// both reports whether two sightings of one message cannot be explained by a store that was put back in between.
func (c *channel) both(a, b *sighting) bool {
	m := c.messages[a.Message]
	return m == nil || a.Pos.Term == b.Pos.Term || c.takenBack(a.Pos, m.invoked.Seq) == nil && c.takenBack(b.Pos, m.invoked.Seq) == nil
}

// risked reports that a message stands in the log though its publisher had it stored before the store forgot its lanes: nobody
// could know that it was not there already, so it was to be unknown.
func (c *channel) risked(s *sighting, m *message) {
	o, ok := c.stands[m.id]
	if !ok || s.event == c.final || c.at(o).Pos == s.Pos || len(c.g.client(m.invoked.Client).clones) > 0 {
		return // of two copies of an outbox one does not know what the other has sent
	}
	for _, x := range c.forgot {
		if c.era(noSeq) > x.Seq { // where a term was born is known from below only; a later store need not know of this
			continue
		}
		if x.Client == "" && x.Seq > s.event.Seq && c.takenBack(s.Pos, m.invoked.Seq) != nil && c.g.beforeAnything(x, c.born[c.at(o).Pos.Term]) {
			c.blame(5, on(m.invoked, s.event, x, c.final), "%s was at %s before the store forgot its lanes, and was stored again at %d of %s", m.id, s.Pos, o, c.name)
			return
		}
	}
}

// beforeAnything reports whether a fact about the store stands right behind the replacement at place era in the history,
// so that nothing was stored before it.
func (g *world) beforeAnything(fact *Event, era int) bool {
	if fact.Seq < era { // of a store that the replacement need not have known of
		return false
	}
	for i := era + 1; i < fact.Seq; i++ {
		if k := g.all[i].Kind; k != StoreReplaced && k != Forgot {
			return false
		}
	}
	return true
}

// lasting reports that a position was visible and is gone, unless something explains it. m is the message that was there, if
// that is known.
func (c *channel) lasting(e *Event, p holdfast.Position, m *message) {
	if c.final == nil || e == c.final || p.Offset == 0 {
		return
	}
	since := -1
	if m != nil {
		since = m.invoked.Seq
	}
	r := c.at(p.Offset)
	switch {
	case r != nil && (r.Pos.Term == p.Term || p.Term == 0 && m == nil) && (m == nil || r.Message == m.id):
		return
	case r != nil && r.Pos.Term == p.Term && m != nil:
		c.blame(3, on(e, c.final), "%s of %s was %s, and is %s in the end", p, c.name, m.id, r.Message)
		return
	case c.takenBack(p, since) != nil:
		return
	case p.Offset <= c.final.To && (m == nil || c.trimmedTo(p, since) != nil):
		return
	}
	c.blame(2, on(e, c.g.serverCrashed(since)), "%s of %s was visible, and is not in the log", p, c.name)
}

const noSeq = math.MaxInt
