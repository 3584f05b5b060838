package ws

// Opcode says what a frame or message is. Its values are those of RFC 6455, section 5.2.
type Opcode byte

const (
	// OpText is a message of UTF-8 text.
	OpText Opcode = 0x1
	// OpBinary is a message of bytes.
	OpBinary Opcode = 0x2
	// OpClose ends the connection. Its payload is empty, or a code (two bytes, big endian) and a reason.
	OpClose Opcode = 0x8
	// OpPing asks for a pong with the same payload.
	OpPing Opcode = 0x9
	// OpPong answers a ping.
	OpPong Opcode = 0xa
)

// Compression says whether permessage-deflate is negotiated.
type Compression uint8

const (
	// CompressionOff never negotiates permessage-deflate.
	CompressionOff Compression = iota
	// CompressionOn negotiates permessage-deflate, without context takeover in either direction, with a
	// client that offers it. Each message can then be compressed, or not.
	CompressionOn
)

// Path chooses how a connection does its input and output.
type Path uint8

const (
	// PathAuto takes readiness reads and non-blocking writes where they are to be had: on Linux, for a
	// *net.TCPConn. It takes blocking reads and a writing goroutine elsewhere.
	PathAuto Path = iota
	// PathPortable always takes blocking reads and a writing goroutine.
	PathPortable
)

// DefaultMaxMessage is what Options.MaxMessage means when it is 0.
const DefaultMaxMessage = 4 << 20

// Options configures Upgrade. The zero value is useful.
type Options struct {
	// Subprotocols are what the server speaks, in its order of preference. Default: none.
	Subprotocols []string
	// MaxMessage is the largest message taken, in bytes, inflated. A larger one ends the connection with
	// close code 1009. Default: 4 MiB.
	MaxMessage int
	// Compression says whether to negotiate permessage-deflate. Default: CompressionOff.
	Compression Compression
	// Budget bounds the bytes that all connections sharing it hold in unfinished messages. Default: one for
	// the whole process, of 256 MiB.
	Budget *Budget
	// Poller waits for the stalled sockets of all connections sharing it. Default: none; each connection has
	// a goroutine for as long as it is stalled.
	Poller *Poller
	// Path chooses how input and output are done. Default: PathAuto.
	Path Path
	// Settle asks Serve to return once when the first input is handled. Default: SettleOff.
	Settle Settle
}

// Settle says whether Serve ends once with ErrSettled. Handling the first message makes the goroutine's stack grow, and a
// parked goroutine keeps what it has: called again on a fresh one, Serve waits with half the memory.
type Settle uint8

const (
	// SettleOff: Serve returns at the end of the connection only.
	SettleOff Settle = iota
	// SettleOn: Serve returns ErrSettled when it has handled the first input and nothing more is at hand. The
	// portable path does without it.
	SettleOn
)

// ConnOptions configures NewConn. The zero value is useful.
type ConnOptions struct {
	// Subprotocol is what was agreed on in the handshake. Default: none.
	Subprotocol string
	// MaxMessage is as in Options.
	MaxMessage int
	// Compression is CompressionOn where the handshake agreed on permessage-deflate without context takeover.
	Compression Compression
	// Budget is as in Options.
	Budget *Budget
	// Poller is as in Options.
	Poller *Poller
	// Path is as in Options.
	Path Path
	// Settle is as in Options.
	Settle Settle
}

// Handler takes what a connection receives. Serve calls its methods on its own goroutine, one at a time.
//
// None of them may block for anything but a non-blocking write: Message and Control run while a pooled buffer
// is borrowed, Ready and Dry inside the readiness callback. All of them may call Close.
type Handler interface {
	// Message gets one whole message: fragments joined, inflated, text checked to be UTF-8. p may be changed,
	// and is valid until Message returns. An error ends Serve, which returns it as it is.
	Message(op Opcode, p []byte) error
	// Control gets a ping, a pong or a valid close frame. The handler queues the pong (with the same payload)
	// or the echo of the close frame itself. p is valid until Control returns; it has at most 125 bytes. An
	// error ends Serve, which returns it as it is.
	Control(op Opcode, p []byte) error
	// Dry is called when no more input is at hand, and before reading pauses: the moment to write replies. It
	// is not called at the end of Serve; what is queued then is the owner's to write.
	Dry()
	// Ready is called before each read. False pauses reading until Resume; nothing but the bytes of an
	// unfinished message is held meanwhile.
	Ready() bool
}
