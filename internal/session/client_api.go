package session

import (
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// ClientOptions configure a Client. The zero value is useful.
type ClientOptions struct {
	// Session to go on with; zero draws a new one.
	Session wire.SessionID
	// Process names this process: of two hellos of one process the one with the higher counter wins.
	Process uint64
	// Producer under which new records are published; must be fresh each time an outbox is opened.
	Producer holdfast.ProducerID
	// User expected by the application; the server refuses a token of another one. Optional.
	User string
	// Agent names the program to the server. Optional.
	Agent string
	// AckTimeout without any answer to a publish leads to a probe, and three of them to a reconnect. Default 5 s.
	AckTimeout time.Duration
	// PongTimeout without any traffic after a ping leads to a reconnect. Default 10 s.
	PongTimeout time.Duration
	// Window asked for by subscriptions that do not name their own. Default 512 records, 1 MiB.
	Window wire.Window
	// AckDelay is how long the application's progress is gathered before it is told. Default 100 ms.
	AckDelay time.Duration
	// Durable says that the outbox is written to disk: records wait for EvPersisted before they are sent.
	Durable Durability
}

// Durability of an outbox.
type Durability uint8

const (
	// Volatile outboxes live in memory; nothing waits for EvPersisted or EvMarked.
	Volatile Durability = iota
	// Durable outboxes answer FxPersist with EvPersisted, FxMark with EvMarked and FxSeal with EvPersisted.
	Durable
)

// EntryID names an entry of the outbox: counted up from 1 by the machine, or loaded.
type EntryID uint64

// Entry is what the machine knows of a record in the outbox. The outbox itself keeps the content.
type Entry struct {
	ID       EntryID
	Channel  string
	Producer holdfast.ProducerID
	Number   uint64
	// Size of its data in bytes.
	Size int
	// Sent is when, in server time, and under which memory of lanes it was first sent, or may have been.
	// Zero: it certainly never was.
	Sent wire.Sent
	// Expires is when it is dropped if it was never sent; zero: never.
	Expires time.Time
}

// Lane is what an outbox remembers of a lane between two openings.
type Lane struct {
	Channel  string
	Producer holdfast.ProducerID
	// Next is the next number; it survives an empty outbox.
	Next uint64
	// Resolved is the last number known to have its answer, all below it having theirs.
	Resolved uint64
	// Acked is the last number that was answered as stored, by the server with this Memory of lanes, at AckedAt in its
	// time (Unix ms). A server that expects a lower one later has lost records.
	Acked   uint64
	Memory  uint64
	AckedAt int64
	// Forgotten: of the numbers up to it the server knows nothing any more, without having lost them: the lane was idle for too long.
	Forgotten uint64
	// Successor, if set, was chosen to go on after this lane; see FxSeal.
	Successor holdfast.ProducerID
	// Sealed, in FxResolved: the successor has taken over for good; the lane may be forgotten.
	Sealed bool
}

// ClientEventKind says what happened.
type ClientEventKind uint8

const (
	// EvTick: time passes. At least every 100 ms while something is under way, else when Client.Wake says.
	EvTick ClientEventKind = iota
	// EvConnected: a socket is open; Token is what to say hello with.
	EvConnected
	// EvDisconnected: the socket is gone (it ended, or an FxDisconnect was carried out). Code says why.
	EvDisconnected
	// EvFrame: Type was decoded into Decoder.
	EvFrame
	// EvPublish: the application wants Entry (Channel, Size, Expires) published. Answered at once by FxPersist, which
	// carries the entry with its ID and number.
	EvPublish
	// EvPersisted: every FxPersist and FxSeal up to Entry.ID and Seal count is durable.
	EvPersisted
	// EvMarked: the FxMark with this Sent is durable.
	EvMarked
	// EvDrop: Entry.ID is to be dropped if it was never sent (queue limits, or canceled).
	EvDrop
	// EvSubscribe: Subscribe (Channel, From, …, Window) under Sub, which the driver chose. Checkpoint, if
	// its position is not zero, is gone on from.
	EvSubscribe
	// EvUnsubscribe: Sub.
	EvUnsubscribe
	// EvDone: the application is done with Sub up to Position.
	EvDone
	// EvBye: the application closes the session: say bye.
	EvBye
	// EvMoved: a message is on its way that takes long. At is when a part of it came, or when the peer took a part.
	EvMoved
)

// Checkpoint is all that a subscriber must remember to go on.
type Checkpoint struct {
	Position holdfast.Position
	// Earlier terms of the history that led there, oldest first; at most holdfast.MaxTerms-1.
	Earlier []holdfast.TermEnd
}

// ClientEvent is an event, flat; Kind says which fields mean something.
type ClientEvent struct {
	Kind       ClientEventKind
	Type       wire.Type
	Decoder    *wire.Decoder
	Entry      Entry
	Sent       wire.Sent
	Sub        uint64
	Position   holdfast.Position
	Subscribe  wire.Subscribe
	Checkpoint Checkpoint
	Token      string
	Code       holdfast.Code
	At         time.Time
}

// ClientEffectKind says what to do.
type ClientEffectKind uint8

const (
	// FxHello … FxBye: send that frame. Hello, Subscribe, … hold it.
	FxHello   ClientEffectKind = iota
	FxPublish                  // Entry: fetch the content from the outbox; Sent is set if it is a resend
	FxSkip
	FxSubscribe
	FxUnsubscribe
	FxAck
	FxPing
	FxPong
	FxBye
	// FxPersist: Entry is to be written to the outbox, with its content.
	FxPersist
	// FxMark: note durably that all entries up to Entry.ID that were never sent are first sent now (Sent).
	// Answer with EvMarked.
	FxMark
	// FxSeal: note durably that Lane goes on as Lane.Successor. Answer with EvPersisted (same Entry.ID order).
	FxSeal
	// FxOutcome: Entry has ended as Outcome, with Offset, Code, Detail and Synced/Copies. Forget it.
	FxOutcome
	// FxResolved: the lane (Lane.Channel, Lane.Producer) is resolved up to Lane.Resolved. The outbox may
	// note it lazily.
	FxResolved
	// FxHeld: Entry's lane is halted with Code until the time At.
	FxHeld
	// FxLost: the server has lost records of Lane that it had acknowledged: the numbers From to To.
	FxLost
	// FxRecord: the record in the decoder is the next of Sub; Position is its position.
	FxRecord
	// FxGap: Gap happened on Sub, in order with its records.
	FxGap
	// FxSubscribed: Sub is open (again); Subscribed holds the server's answer.
	FxSubscribed
	// FxEnded: Sub has ended for good, with Code and Detail; Code 0 after EvUnsubscribe.
	FxEnded
	// FxWelcome: the session is open; Welcome holds what the server said.
	FxWelcome
	// FxDisconnect: close the socket with Code and Detail, and reconnect, not before At.
	FxDisconnect
	// FxFail: the session is over: close the socket with Code; Detail says why.
	FxFail
	// FxAuthenticate: get a new token, then reconnect.
	FxAuthenticate
	// FxRefresh: get a new token, and send it in a refresh.
	FxRefresh
)

// Outcome is how a published entry ends.
type Outcome uint8

const (
	// Delivered: stored, exactly once, at Offset (0 if the server no longer knows where).
	Delivered Outcome = iota + 1
	// Failed: refused for good, or dropped before it was ever sent. It is not in the channel.
	Failed
	// Unknown: whether it is in the channel can no longer be known.
	Unknown
)

// ClientEffect is an effect, flat.
type ClientEffect struct {
	Kind       ClientEffectKind
	Entry      Entry
	Lane       Lane
	From, To   uint64
	Outcome    Outcome
	Duplicate  bool // FxOutcome: the server had it already
	Resend     bool // FxPublish: sent before
	Synced     bool
	Copies     uint32
	Offset     uint64
	Position   holdfast.Position
	Sub        uint64
	Code       holdfast.Code
	Detail     string
	At         time.Time
	Sent       wire.Sent
	Hello      *wire.Hello
	Subscribe  *wire.Subscribe
	Unsub      wire.Unsubscribe
	Skip       wire.Skip
	Ack        wire.Ack
	Ping       uint64
	Gap        *wire.Gap
	Subscribed *wire.Subscribed
	Welcome    *wire.Welcome
}
