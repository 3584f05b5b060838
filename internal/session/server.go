package session

import (
	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// ServerLimits are shared by all connections of a server. Times are in milliseconds. The zero value is not
// useful; the server package has the defaults.
type ServerLimits struct {
	HelloTimeout     int64  // from the first byte to the hello
	Heartbeat        int64  // silence after which a ping is sent
	PongTimeout      int64  // further silence after which the peer is given up
	StallTimeout     int64  // a stalled peer that takes no byte for so long is given up
	IdleTimeout      int64  // a client that has no subscription and sends nothing for so long is closed; 0: never
	MaxMessage       uint32 // bytes of one record's data
	MaxInFlight      wire.Window
	DefaultWindow    wire.Window
	MaxWindow        wire.Window
	MaxSubscriptions uint32
	MaxHalted        int // lanes of one connection that may be halted at a time
	RetryAfter       int64
	RefreshWindow    int64 // before its credentials end a client is asked for new ones
	DedupeWindow     int64
	Memory           uint64
	Synced           bool   // what the store keeps is fsynced,
	Copies           uint32 // on so many machines
	Agent            string
}

// Server is one connection as the server sees it. It is a plain value: whoever holds it calls Step, one call
// at a time.
type Server struct {
	limits *ServerLimits

	state  serverState
	lanes  Lanes
	pinged bool
	drain  int64 // the client is to be told to come back after so long; -1: not
	opened int64 // when the connection began
	heard  int64 // when the peer was last heard
	took   int64 // when the peer last took bytes, while it is stalled; else 0

	unanswered int // publishes and skips

	codec    wire.Codec
	session  wire.SessionID
	producer holdfast.ProducerID

	one    subscription // the common case lives inline
	more   []subscription
	index  *subIndex // of more, if there are many
	nextID uint32
	halts  []halt

	expiry expiry
	used   int64 // when the client last did something, see idle
}

// Lanes says whether a connection's publishes belong to lanes.
type Lanes uint8

const (
	// LanesOfProducers is what sessions have: each publish has its place in a lane, so that none is stored twice.
	LanesOfProducers Lanes = iota
	// NoLanes is for clients that number nothing. A publish's Number only says which answer is its own; each is answered by
	// itself, and a refusal halts nothing.
	NoLanes
)

type serverState uint8

const (
	serverWaiting serverState = iota // for hello
	serverGreeting
	serverOpen
	serverClosed
)

// halt stops a lane until its number comes again.
type halt struct {
	lane   laneKey
	number uint64
}

// NewServer returns the machine of a connection that began at now (milliseconds, like all times of it, by a clock that is never set).
func NewServer(now int64, limits *ServerLimits, codec wire.Codec) Server {
	return Server{limits: limits, codec: codec, opened: now, heard: now, drain: -1}
}

// ServerEventKind says what happened.
type ServerEventKind uint8

const (
	// SvFrame: Type was decoded into Decoder.
	SvFrame ServerEventKind = iota
	// SvHeard: the peer was heard otherwise (a pong, part of a message).
	SvHeard
	// SvAuthenticated answers FxSvAuthenticate: Session is the one to use, and Lanes how it publishes; Code, if set, refuses it.
	// After is how long that holds; 0: for ever.
	SvAuthenticated
	// SvAnswered: what was submitted as Number of the lane (Channel, Producer) has its Answer; see there. Detail and After say more
	// of a refusal, and when to try again, where there is something to say.
	SvAnswered
	// SvOpened answers FxSvOpen: Sub is open at Position, or refused with Code, Detail, and After as the time until it may be tried again.
	SvOpened
	// SvFlushed: the records First to Last of Sub, Bytes long, were handed to the socket.
	SvFlushed
	// SvGap: Sub cannot go on: Fork and Trimmed say what is gone, Resume after what it goes on.
	SvGap
	// SvTaken: Sub was ended, with Code: its named cursor was taken by somebody else, say, or the right to it is gone.
	SvTaken
	// SvSweep: time passes, about once a second. Stalled, Taking and After tell how the socket is: for so many milliseconds the kernel has
	// sent the same again and again.
	SvSweep
	// SvDrain: the server shuts down; this client is to come back after After.
	SvDrain
	// SvRefreshed answers FxSvRefresh, as SvAuthenticated does.
	SvRefreshed
)

// Range of offsets, both ends included; empty if To < From or both are 0.
type Range struct{ From, To uint64 }

func (r Range) empty() bool { return r.To < r.From || r.To == 0 }

// Answer is what became of a publish or a skip.
type Answer uint8

const (
	// AnswerStored: appended now, at Offset.
	AnswerStored Answer = iota + 1
	// AnswerDuplicate: appended before, at Offset (0 if it is no longer known).
	AnswerDuplicate
	// AnswerSkipped: the number is resolved without a record.
	AnswerSkipped
	// AnswerRefused: refused for good with Code; the number is resolved.
	AnswerRefused
	// AnswerDeferred: refused for now with Code.
	AnswerDeferred
	// AnswerHole: the lane wants Expected first.
	AnswerHole
	// AnswerConflict: the number was used for something else.
	AnswerConflict
	// AnswerUnknown: it was sent before, and what became of it cannot be known; the lane wants Expected.
	AnswerUnknown
	// AnswerProducerUnknown: the lane is not known; it wants Expected.
	AnswerProducerUnknown
)

// ServerEvent is an event, flat; Kind says which fields mean something.
type ServerEvent struct {
	Kind       ServerEventKind
	Type       wire.Type
	Lanes      Lanes
	Stalled    bool // SvSweep: a write is under way and the socket takes no more
	Taking     bool // SvSweep: it took bytes since the last sweep
	Code       holdfast.Code
	Sub        uint32
	Bytes      int
	First      uint64
	Last       uint64
	Head       uint64
	Generation uint64
	After      int64
	Decoder    *wire.Decoder
	Answer     Answer
	Content    holdfast.ContentType
	Channel    string
	Producer   holdfast.ProducerID
	Number     uint64
	From       uint64 // of a skip; else 0
	Offset     uint64
	Expected   uint64
	Fork       Range // empty if the log did not fork
	Trimmed    Range // empty if nothing was trimmed
	Resume     holdfast.Position
	Position   holdfast.Position
	Session    wire.SessionID
	Detail     string
}

// ServerEffectKind says what to do.
type ServerEffectKind uint8

const (
	// FxSvAuthenticate: check the hello in the decoder, and settle which session it is. Answer with
	// SvAuthenticated; read no further frame before that.
	FxSvAuthenticate ServerEffectKind = iota
	// FxSvWelcome: send welcome for Session.
	FxSvWelcome
	// FxSvSubmit: submit the publish in the decoder, under Producer. A Code says that it is to be refused, unless
	// it is a duplicate.
	FxSvSubmit
	// FxSvSubmitSkip: submit the skip in the decoder, under Producer.
	FxSvSubmitSkip
	// FxSvOpen: open Subscribe as Sub.
	FxSvOpen
	// FxSvClose: close the subscription Sub.
	FxSvClose
	// FxSvWake: Sub may send again.
	FxSvWake
	// FxSvSaveCursor: Sub's named cursor is at Position.
	FxSvSaveCursor
	// FxSvStored: send stored: Channel, Producer, Number, Count, Offset, Flags.
	FxSvStored
	// FxSvRefused: send refused: Channel, Producer, Number, Code, After, Expected, Detail.
	FxSvRefused
	// FxSvSubscribed: send subscribed: ID, Channel, Position, First, Head, Generation, Code, Detail, After.
	FxSvSubscribed
	// FxSvUnsubscribed: send unsubscribed: ID, Channel, Code, Detail.
	FxSvUnsubscribed
	// FxSvGap: send gap: Channel, From (First) to (Last), Position, Reason.
	FxSvGap
	// FxSvPong: answer the ping with ID.
	FxSvPong
	// FxSvPing: send a WebSocket ping, which every client answers by itself.
	FxSvPing
	// FxSvReply: answer the call ID with Code.
	FxSvReply
	// FxSvReconnect: send reconnect with After and Code.
	FxSvReconnect
	// FxSvEnd: close the connection with Code and Detail.
	FxSvEnd
	// FxSvAskRefresh: send refresh, with After as what is left.
	FxSvAskRefresh
	// FxSvRefresh: check the refresh in the decoder. Answer with SvRefreshed, when it is known; go on meanwhile.
	FxSvRefresh
)

// ServerEffect is an effect, flat.
type ServerEffect struct {
	Kind       ServerEffectKind
	Reason     wire.GapReason
	Flags      wire.StoredFlags
	Code       holdfast.Code
	Sub        uint32
	Count      uint32
	ID         uint64
	Number     uint64
	Offset     uint64
	First      uint64
	Last       uint64
	Head       uint64
	Generation uint64
	Expected   uint64
	After      int64
	Channel    string
	Producer   holdfast.ProducerID
	Session    wire.SessionID
	Position   holdfast.Position
	Subscribe  *wire.Subscribe
	Detail     string
}

// Step takes an event and appends what is to be done to fx. Effects are to be carried out in order.
func (s *Server) Step(now int64, e *ServerEvent, fx []ServerEffect) []ServerEffect {
	if recorder != nil {
		return s.recorded(now, e, fx)
	}
	if e.Kind == SvHeard && s.state != serverClosed { // without the large frame that step has on the stack
		s.heard, s.pinged = now, false
		return fx
	}
	return s.step(now, e, fx)
}

func (s *Server) step(now int64, e *ServerEvent, fx []ServerEffect) []ServerEffect {
	if s.state == serverClosed {
		return fx
	}
	switch e.Kind {
	case SvFrame:
		s.heard, s.pinged = now, false
		s.uses(now, e.Type)
		return s.frame(now, e, fx)
	case SvHeard:
		s.heard, s.pinged = now, false
	case SvAuthenticated:
		return s.authenticated(now, e, fx)
	case SvRefreshed:
		return s.refreshed(now, e, fx)
	case SvAnswered:
		s.unanswered--
		return s.answered(e, fx)
	case SvOpened:
		return s.subOpened(e, fx)
	case SvFlushed:
		if x := s.sub(e.Sub); x != nil {
			x.flushed(e.First, e.Last, e.Bytes)
		}
	case SvGap:
		return s.gap(e, fx)
	case SvTaken:
		if x := s.sub(e.Sub); x != nil {
			channel := x.channel
			s.remove(e.Sub)
			return append(fx, ServerEffect{Kind: FxSvUnsubscribed, Channel: channel, Code: e.Code, Detail: e.Detail})
		}
	case SvSweep:
		return s.sweep(now, e, fx)
	case SvDrain:
		s.drain = max(0, e.After)
		if s.state == serverOpen {
			return append(fx, s.comeBack())
		}
	}
	return fx
}

func (s *Server) comeBack() ServerEffect {
	return ServerEffect{Kind: FxSvReconnect, After: s.drain, Code: holdfast.CodeDraining}
}

func (s *Server) end(code holdfast.Code, detail string, fx []ServerEffect) []ServerEffect {
	s.state = serverClosed
	return append(fx, ServerEffect{Kind: FxSvEnd, Code: code, Detail: detail})
}

func (s *Server) frame(now int64, e *ServerEvent, fx []ServerEffect) []ServerEffect {
	d := e.Decoder
	if s.state != serverOpen {
		switch {
		case s.state == serverWaiting && e.Type == wire.TypeHello:
			s.state = serverGreeting
			return append(fx, ServerEffect{Kind: FxSvAuthenticate})
		case e.Type == wire.TypePing:
			return append(fx, ServerEffect{Kind: FxSvPong, ID: d.Ping.ID})
		case e.Type == wire.TypePong, e.Type == wire.TypeBye:
			return fx
		}
		return s.end(holdfast.CodeUnexpectedFrame, e.Type.String()+" before hello", fx)
	}
	switch e.Type {
	case wire.TypePublish:
		return s.publish(&d.Publish, fx)
	case wire.TypeSkip:
		return s.skip(&d.Skip, fx)
	case wire.TypeAck:
		return s.ack(&d.Ack, fx)
	case wire.TypeSubscribe:
		return s.subscribe(&d.Subscribe, fx)
	case wire.TypeUnsubscribe:
		return s.unsubscribe(&d.Unsubscribe, fx)
	case wire.TypePing:
		return append(fx, ServerEffect{Kind: FxSvPong, ID: d.Ping.ID})
	case wire.TypeCall:
		return append(fx, ServerEffect{Kind: FxSvReply, ID: d.Call.ID, Code: holdfast.CodeNoSuchCall, Detail: "call: no call is named " + d.Call.Name})
	case wire.TypeRefresh:
		return s.refresh(fx)
	case wire.TypePong:
		return fx
	case wire.TypeBye:
		return s.end(holdfast.CodeNormal, "", fx)
	case wire.TypeHello:
		return s.end(holdfast.CodeUnexpectedFrame, "a second hello", fx)
	}
	return s.end(holdfast.CodeUnexpectedFrame, e.Type.String()+" is the server's to send", fx)
}

func (s *Server) authenticated(now int64, e *ServerEvent, fx []ServerEffect) []ServerEffect {
	if e.Code != 0 {
		return s.end(e.Code, e.Detail, fx)
	}
	s.state, s.session, s.used, s.lanes = serverOpen, e.Session, now, e.Lanes
	s.expiry.begin(now, e.After, s.limits.RefreshWindow)
	h := &e.Decoder.Hello
	s.producer = h.Producer
	fx = append(fx, ServerEffect{Kind: FxSvWelcome, Session: e.Session})
	if s.drain >= 0 { // it began while the client was on its way
		fx = append(fx, s.comeBack())
	}
	for i := range h.Subscriptions {
		fx = s.subscribe(&h.Subscriptions[i], fx)
	}
	return fx
}

// sweep is the server's half of the heartbeat. While a write is blocked, liveness is judged by whether the
// peer takes bytes, and whether anything of it still acknowledges what is sent.
func (s *Server) sweep(now int64, e *ServerEvent, fx []ServerEffect) []ServerEffect {
	l := s.limits
	if s.state == serverWaiting && now-s.opened > l.HelloTimeout {
		return s.end(holdfast.CodeHelloTimeout, "", fx)
	}
	if fx = s.expire(now, fx); s.state == serverClosed {
		return fx
	}
	if s.idle(now) {
		return s.end(holdfast.CodeIdle, "nothing was sent, and there is no subscription", fx)
	}
	if e.Stalled {
		if e.Taking || s.took == 0 {
			s.took = now
		}
		if now-s.took > l.StallTimeout {
			return s.end(holdfast.CodeWriteTimeout, "", fx)
		}
		if e.After > l.Heartbeat+l.PongTimeout { // its kernel is as silent as itself
			return s.end(holdfast.CodeHeartbeatTimeout, "", fx)
		}
		return fx
	}
	if s.took != 0 { // it had no chance to answer a ping while it was stalled
		s.took = 0
		s.heard, s.pinged = now, false
	}
	silent := now - s.heard
	if silent > l.Heartbeat+l.PongTimeout {
		return s.end(holdfast.CodeHeartbeatTimeout, "", fx)
	}
	if silent > l.Heartbeat && !s.pinged {
		s.pinged = true
		return append(fx, ServerEffect{Kind: FxSvPing})
	}
	return fx
}
