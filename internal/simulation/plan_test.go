package simulation

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast/internal/simnet"
)

// plan is a whole run, drawn from its seed before anything happens.
type plan struct {
	Seed        uint64
	Disk        bool // the store; else it is one in memory
	Deflate     bool // offered by the server
	Length      time.Duration
	Channels    []channelPlan
	Publishers  []publisherPlan
	Subscribers []subscriberPlan
	Envelopes   []envelopePlan
	Link        simnet.Link
	CacheBytes  int
	InFlight    uint32
	Policy      policyPlan
	Steps       []step
}

// channelPlan is a channel and its retention.
type channelPlan struct {
	Name string
	Keep uint64 // records; 0: all
}

type publisherPlan struct {
	Name     string
	File     bool // the outbox; else it is one in memory
	JSON     bool
	Deflate  bool
	Records  int // that the outbox holds
	Drop     bool
	Hasty    bool // does not wait until the outbox has it durably
	Bursts   []burst
	Channels []string
}

// burst is some records published one after the other.
type burst struct {
	At      time.Duration
	Channel string
	Count   int
	Size    int
	TTL     time.Duration
}

type subscriberPlan struct {
	Name    string
	JSON    bool
	Deflate bool
	Channel string
	Start   bool // from the start; else from the head
	Cursor  string
	Window  int
	Slow    time.Duration // for each record
}

// step is something that is done to somebody.
type step struct {
	At   time.Duration
	Kind string
	Who  string        // a client, or "" for the server
	For  time.Duration // how long, where that means something
	Dir  simnet.Direction
	End  simnet.End
	N    int64
}

func (s step) String() string {
	t := fmt.Sprintf("%8s  %-16s %s", s.At.Round(time.Millisecond), s.Kind, cmp.Or(s.Who, "the server"))
	if s.Dir != 0 {
		t += " " + []string{"", "up", "down", "both ways"}[s.Dir]
	}
	if s.Kind == "half-open" {
		t += []string{", the client's end gone", ", the server's end gone"}[s.End]
	}
	if s.N != 0 {
		t += fmt.Sprint(" ", s.N)
	}
	if s.For != 0 {
		t += " for " + s.For.Round(time.Millisecond).String()
	}
	return t
}

// String is the story that is told of a run that failed.
func (p *plan) String() string {
	var b strings.Builder
	kind := map[bool]string{true: "disk", false: "memory"}
	fmt.Fprintf(&b, "seed %d: %s store, %v of faults, latency %v and up to %v, cache %d bytes, in flight %d, deflate %v\n",
		p.Seed, kind[p.Disk], p.Length.Round(time.Second), p.Link.Latency, p.Link.Latency+p.Link.Jitter, p.CacheBytes, p.InFlight, p.Deflate)
	b.WriteString(p.Policy.String())
	for _, c := range p.Channels {
		fmt.Fprintf(&b, "  %s keeps %d records (0: all)\n", c.Name, c.Keep)
	}
	for _, x := range p.Publishers {
		n := 0
		for _, u := range x.Bursts {
			n += u.Count
		}
		fmt.Fprintf(&b, "  %s publishes %d records to %s; file outbox %v, of %d records, drops %v, hasty %v, JSON %v, deflate %v\n",
			x.Name, n, strings.Join(x.Channels, " "), x.File, x.Records, x.Drop, x.Hasty, x.JSON, x.Deflate)
	}
	for _, x := range p.Subscribers {
		fmt.Fprintf(&b, "  %s reads %s; from the start %v, cursor %q, window %d, %v for each record, JSON %v, deflate %v\n",
			x.Name, x.Channel, x.Start, x.Cursor, x.Window, x.Slow, x.JSON, x.Deflate)
	}
	for _, x := range p.Envelopes {
		fmt.Fprintf(&b, "  %s publishes %d envelopes, one each %v, and reads them; ACKs %v, cuts %d in 1000\n", x.Name, x.Count, x.Every, x.Acks, x.Cut)
	}
	for _, s := range p.Steps {
		b.WriteString("  " + s.String() + "\n")
	}
	return b.String()
}

// dice is a plan's source of everything.
type dice struct{ rand *rand.Rand }

func (d dice) chance(percent int) bool { return d.rand.IntN(100) < percent }

// between returns a time that is short more often than long.
func (d dice) between(low, high time.Duration) time.Duration {
	f := d.rand.Float64()
	return low + time.Duration(f*f*float64(high-low))
}

func (d dice) pick(names []string) string { return names[d.rand.IntN(len(names))] }

// draw makes the plan of a seed.
func draw(seed uint64) *plan {
	d := dice{rand.New(rand.NewPCG(seed, 0x5eed))}
	p := &plan{Seed: seed, Disk: d.chance(60), Deflate: d.chance(50), Length: d.between(20*time.Second, 150*time.Second),
		Link:       simnet.Link{Latency: d.between(time.Millisecond, 150*time.Millisecond), Jitter: d.between(0, 100*time.Millisecond)},
		CacheBytes: []int{0, 16 << 10, 128 << 10}[d.rand.IntN(3)], InFlight: []uint32{0, 4, 64}[d.rand.IntN(3)]}
	for i := range 1 + d.rand.IntN(3) {
		c := channelPlan{Name: fmt.Sprintf("c:%d", i+1)}
		if d.chance(35) {
			c.Keep = 1 + d.rand.Uint64N(60)
		}
		p.Channels = append(p.Channels, c)
	}
	for i := range 1 + d.rand.IntN(3) {
		p.Publishers = append(p.Publishers, d.publisher(p, fmt.Sprintf("p%d", i+1)))
	}
	for i := range 1 + d.rand.IntN(4) {
		p.Subscribers = append(p.Subscribers, d.subscriber(p, fmt.Sprintf("s%d", i+1)))
	}
	for at := d.between(0, 5*time.Second); at < p.Length; at += d.between(50*time.Millisecond, 12*time.Second) {
		s := d.step(p)
		s.At = at
		p.Steps = append(p.Steps, s)
	}
	p.envelopes()
	drawPolicy(p)
	return p
}

func (d dice) publisher(p *plan, name string) publisherPlan {
	x := publisherPlan{Name: name, File: d.chance(50), JSON: d.chance(50), Deflate: d.chance(50),
		Records: []int{60, 5, 30}[d.rand.IntN(3)], Drop: d.chance(15), Hasty: d.chance(30)}
	for _, c := range p.Channels {
		if len(x.Channels) == 0 || d.chance(40) {
			x.Channels = append(x.Channels, c.Name)
		}
	}
	for at := d.between(0, 3*time.Second); at < p.Length; at += d.between(10*time.Millisecond, 8*time.Second) {
		b := burst{At: at, Channel: d.pick(x.Channels), Count: 1 + int(d.rand.ExpFloat64()*6), Size: int(d.rand.ExpFloat64() * 200)}
		if d.chance(3) {
			b.Count, b.Size = 70+d.rand.IntN(100), 20 // more than an outbox holds
		}
		if d.chance(3) {
			b.Count, b.Size = 1, 10_000+d.rand.IntN(150_000)
		}
		if d.chance(5) {
			b.TTL = d.between(100*time.Millisecond, 10*time.Second)
		}
		x.Bursts = append(x.Bursts, b)
	}
	return x
}

func (d dice) subscriber(p *plan, name string) subscriberPlan {
	x := subscriberPlan{Name: name, JSON: d.chance(50), Deflate: d.chance(50), Channel: p.Channels[d.rand.IntN(len(p.Channels))].Name,
		Start: d.chance(60), Window: []int{0, 1, 3, 20}[d.rand.IntN(4)]}
	if d.chance(35) {
		x.Cursor = []string{"left", "right"}[d.rand.IntN(2)]
	}
	if d.chance(25) {
		x.Slow = d.between(time.Millisecond, 300*time.Millisecond)
	}
	return x
}

// weights says how often each fault is drawn.
var weights = []struct {
	kind   string
	weight int
}{
	{"reset", 8}, {"cut", 12}, {"half-open", 6}, {"one-way loss", 6}, {"stall", 8}, {"partition", 6},
	{"dials refused", 3}, {"dials hang", 3}, {"slow link", 5}, {"closes delayed", 4},
	{"server killed", 5}, {"server power lost", 6}, {"server drained", 3}, {"server succeeded", 3},
	{"backup restored", 3},
	{"fsync fails", 2}, {"write fails", 2}, {"tables fail", 1}, {"disk full", 3}, {"clock jumps", 4},
	{"client killed", 6}, {"client power lost", 3}, {"outbox cloned", 1}, {"slow subscriber", 4},
}

func (d dice) step(p *plan) step {
	total := 0
	for _, w := range weights {
		total += w.weight
	}
	n, s := d.rand.IntN(total), step{}
	for _, w := range weights {
		if n -= w.weight; n < 0 {
			s.Kind = w.kind
			break
		}
	}
	var clients, files, readers []string
	for _, x := range p.Publishers {
		clients = append(clients, x.Name)
		if x.File {
			files = append(files, x.Name)
		}
	}
	for _, x := range p.Subscribers {
		readers = append(readers, x.Name)
	}
	clients = slices.Concat(clients, readers)
	who := d.pick(clients)
	switch s.Kind {
	case "reset":
		s.Who = who
	case "cut":
		s.Who, s.Dir, s.N = who, simnet.Direction(1+d.rand.IntN(3)), d.rand.Int64N(3000)
	case "half-open":
		s.Who, s.End = who, simnet.End(d.rand.IntN(2))
	case "one-way loss":
		s.Who, s.Dir = who, simnet.Direction(1+d.rand.IntN(2))
	case "stall":
		s.Who, s.Dir, s.For = who, simnet.Direction(1+d.rand.IntN(3)), d.between(100*time.Millisecond, 25*time.Second)
	case "partition", "dials refused", "dials hang":
		s.Who, s.For = who, d.between(time.Second, 40*time.Second)
	case "slow link":
		s.Who, s.N, s.For = who, 1000+d.rand.Int64N(50_000), d.between(time.Second, 30*time.Second)
	case "closes delayed":
		s.Who, s.For = who, d.between(time.Second, 30*time.Second)
	case "client killed", "client power lost":
		s.Who, s.For = who, d.between(10*time.Millisecond, 20*time.Second)
	case "outbox cloned":
		if len(files) == 0 {
			return d.step(p)
		}
		s.Who, s.For = d.pick(files), d.between(10*time.Millisecond, 10*time.Second)
	case "slow subscriber":
		s.Who, s.For = d.pick(readers), d.between(time.Second, 40*time.Second)
	case "clock jumps":
		s.For = d.between(-3*time.Hour, 3*time.Hour)
	case "server succeeded":
		if !p.Disk {
			return d.step(p)
		}
	case "backup restored", "fsync fails", "write fails", "tables fail", "disk full":
		if !p.Disk {
			return d.step(p)
		}
		s.For = d.between(10*time.Millisecond, 15*time.Second)
	default:
		s.For = d.between(10*time.Millisecond, 20*time.Second)
	}
	return s
}
