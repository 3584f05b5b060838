package wire

import (
	"io"
	"math/bits"
)

// Decoder reads the frames of one message after another. Its zero value is ready for Reset. It is used by one
// goroutine at a time and must not be copied; it may be pooled, after Reset with a nil message.
//
// Next fills the field of the type that it returns. That field is good until the next call of Next or Reset:
// its Data aliases the message or memory of the decoder, and so do its Headers. Strings stay good.
type Decoder struct {
	// Limits of what is taken; they count from the next Reset.
	Limits Limits

	Frames

	r    reader
	used uint64 // bit set of the types that were read since the last release
}

// Frames has a place for each frame.
type Frames struct {
	Hello        Hello
	Publish      Publish
	Skip         Skip
	Subscribe    Subscribe
	Unsubscribe  Unsubscribe
	Ack          Ack
	Call         Call
	Refresh      Refresh
	Ping         Ping
	Pong         Pong
	Bye          Bye
	Welcome      Welcome
	Stored       Stored
	Refused      Refused
	Record       Record
	Pass         Pass
	Gap          Gap
	Subscribed   Subscribed
	Unsubscribed Unsubscribed
	Reply        Reply
	Join         Join
	Leave        Leave
	Receipt      Receipt
	Reconnect    Reconnect
}

// Reset begins a message. With a nil message it lets go of everything that earlier messages have left behind,
// except for 64 KB of memory and a few short names.
func (d *Decoder) Reset(c Codec, message []byte) {
	if message == nil {
		d.release()
		return
	}
	d.r.reset(c, message, d.Limits)
}

// release clears the frames that were filled, by reading nothing into them.
func (d *Decoder) release() {
	d.r.release()
	for used := d.used; used != 0; used &= used - 1 {
		d.frame(Type(bits.TrailingZeros64(used))).parse(&d.r)
	}
	d.used = 0
}

// Next reads the next frame and returns its type, passing over types that it does not know. The error is
// io.EOF at the end of the message, or an *Error, which every later call returns again.
func (d *Decoder) Next() (Type, error) {
	r := &d.r
	if r.codec == JSON && r.err == nil && !r.tokens && r.skimPublish(&d.Publish) {
		d.used |= 1 << TypePublish
		if r.checkFrame(r.pos - r.start); r.err != nil {
			return 0, r.err
		}
		return TypePublish, nil
	}
	for {
		t, err := d.begin()
		if err != nil {
			return 0, err
		}
		f := d.frame(t)
		if f != nil {
			d.used |= 1 << t
			f.parse(r)
		} else {
			r.skipFrame()
		}
		if r.codec == Binary {
			r.pos = r.end
		} else {
			r.checkFrame(r.offset() - r.start)
		}
		if r.err != nil {
			return 0, r.err
		}
		if f != nil {
			return t, nil
		}
	}
}

// begin reads what comes before the fields of a frame.
func (d *Decoder) begin() (t Type, err error) {
	r := &d.r
	if r.err != nil {
		return 0, r.err
	}
	r.frame, r.seen, r.nested = 0, 0, false
	r.scratch = r.scratch[:0]
	if r.codec == Binary {
		if r.pos == len(r.msg) {
			return 0, io.EOF
		}
		t, err = r.nextFrame(), r.failure()
	} else {
		t, err = r.nextLine()
	}
	r.frame = t
	return t, err
}

// Rest returns the part of the message that Next has not come to yet. It aliases the message.
func (d *Decoder) Rest() []byte {
	r := &d.r
	return r.msg[r.offset():]
}

// frame is what all frames can do: parse reads both codecs, overwriting what was there.
type frame interface {
	Append(b []byte, c Codec) []byte
	parse(r *reader)
}

// frame returns the place for a frame of that type, or nil if the type is not known.
func (d *Frames) frame(t Type) frame {
	switch t {
	case TypeHello:
		return &d.Hello
	case TypePublish:
		return &d.Publish
	case TypeSkip:
		return &d.Skip
	case TypeSubscribe:
		return &d.Subscribe
	case TypeUnsubscribe:
		return &d.Unsubscribe
	case TypeAck:
		return &d.Ack
	case TypeCall:
		return &d.Call
	case TypeRefresh:
		return &d.Refresh
	case TypePing:
		return &d.Ping
	case TypePong:
		return &d.Pong
	case TypeBye:
		return &d.Bye
	case TypeWelcome:
		return &d.Welcome
	case TypeStored:
		return &d.Stored
	case TypeRefused:
		return &d.Refused
	case TypeRecord:
		return &d.Record
	case TypePass:
		return &d.Pass
	case TypeGap:
		return &d.Gap
	case TypeSubscribed:
		return &d.Subscribed
	case TypeUnsubscribed:
		return &d.Unsubscribed
	case TypeReply:
		return &d.Reply
	case TypeJoin:
		return &d.Join
	case TypeLeave:
		return &d.Leave
	case TypeReceipt:
		return &d.Receipt
	case TypeReconnect:
		return &d.Reconnect
	}
	return nil
}
