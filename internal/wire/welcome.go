package wire

// Welcome answers a hello. A server sends it, once, before anything else.
type Welcome struct {
	// Session as the server knows it.
	Session SessionID
	// User who was authenticated; empty without authentication.
	User string
	// Agent names the server's program and version, for people to read.
	Agent string
	// Heartbeat is after how long without traffic a ping is due, in milliseconds.
	Heartbeat int64
	// MaxMessage is the longest data of a record, in bytes.
	MaxMessage uint32
	// MaxInFlight is how many publishes, and bytes of them, may be unanswered.
	MaxInFlight Window
	// MaxWindow is the largest window of a subscription.
	MaxWindow Window
	// MaxSubscriptions of a connection.
	MaxSubscriptions uint32
	// DedupeWindow is how long lanes are remembered, in milliseconds.
	DedupeWindow int64
	// Memory names the server's memory of lanes.
	Memory uint64
	// Synced and Copies say how well records are kept once they are stored.
	Synced bool
	Copies uint32
	// Clock is the server's time in Unix milliseconds.
	Clock int64
	// Results of the hello's subscriptions, in their order.
	Results []Subscribed
}

// Append appends the frame.
func (f *Welcome) Append(b []byte, c Codec) []byte {
	w := begin(b, c, TypeWelcome, 0)
	w.hex128(fSession, (*[16]byte)(&f.Session))
	w.string(fUser, f.User)
	w.string(fAgent, f.Agent)
	w.millis(fHeartbeat, f.Heartbeat)
	w.number(fMaxMessage, uint64(f.MaxMessage))
	w.window(fMaxInFlight, f.MaxInFlight)
	w.window(fMaxWindow, f.MaxWindow)
	w.number(fMaxSubscriptions, uint64(f.MaxSubscriptions))
	w.millis(fDedupe, f.DedupeWindow)
	w.hex64(fMemory, f.Memory)
	w.flag(fSynced, f.Synced)
	w.number(fCopies, uint64(f.Copies))
	w.millis(fClock, f.Clock)
	for i := range f.Results {
		at := w.object(fResults, i)
		f.Results[i].append(&w)
		w.close(at, '}')
	}
	w.endList(len(f.Results))
	return w.end()
}

func (f *Welcome) parse(r *reader) {
	*f = Welcome{}
	for r.next() {
		switch r.field {
		case fSession:
			f.Session = r.hex128()
		case fUser:
			f.User = r.name()
		case fAgent:
			f.Agent = r.name()
		case fHeartbeat:
			f.Heartbeat = r.millis()
		case fMaxMessage:
			f.MaxMessage = r.number32()
		case fMaxInFlight:
			f.MaxInFlight = r.window()
		case fMaxWindow:
			f.MaxWindow = r.window()
		case fMaxSubscriptions:
			f.MaxSubscriptions = r.number32()
		case fDedupe:
			f.DedupeWindow = r.millis()
		case fMemory:
			f.Memory = r.hex64()
		case fSynced:
			f.Synced = r.flag()
		case fCopies:
			f.Copies = r.number32()
		case fClock:
			f.Clock = r.millis()
		case fResults:
			r.list(func() { f.addResult(r) })
		default:
			r.skip()
		}
	}
}

func (f *Welcome) addResult(r *reader) {
	if r.tooMany(len(f.Results)) {
		return
	}
	var s Subscribed
	r.object(s.parse)
	f.Results = append(f.Results, s)
}
