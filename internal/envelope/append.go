package envelope

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/holdfast-ws/holdfast"
)

// Writer appends what a server says, each message a JSON object. Its zero value is ready. It is used by one goroutine at a time.
type Writer struct {
	// Now is the timestamp of what is appended, in Unix milliseconds.
	Now  int64
	said uint64 // messages that got an id
}

func (w *Writer) begin(b []byte, typ string) []byte {
	w.said++
	b = append(b, `{"id":"s`...)
	b = strconv.AppendUint(b, w.said, 10)
	b = append(b, `","type":"`...)
	b = append(b, typ...)
	return append(b, `","data":{`...)
}

func (w *Writer) end(b []byte) []byte {
	b = append(b, `},"timestamp":`...)
	b = strconv.AppendInt(b, w.Now, 10)
	return append(b, '}')
}

// quoted appends a member that is a text.
func quoted(b []byte, name, value string) []byte {
	b = member(b, name)
	q, err := jsontext.AppendQuote(b, value)
	if err != nil { // it was no UTF-8, and is now
		return append(b, `""`...)
	}
	return q
}

func number(b []byte, name string, value int64) []byte {
	return strconv.AppendInt(member(b, name), value, 10)
}

// member appends a name, and a comma if it is not the first.
func member(b []byte, name string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, name...)
	return append(b, `":`...)
}

// messageID appends what a message is about, if it has an id.
func messageID(b, id []byte) []byte {
	if id == nil {
		return b
	}
	return append(member(b, "messageId"), id...)
}

// Ack appends the ACK of a message of the client's.
func (w *Writer) Ack(b, id []byte) []byte {
	return w.end(messageID(w.begin(b, "ACK"), id))
}

// Refusal is why something was not done.
type Refusal struct {
	Code    holdfast.Code
	Channel string        // if it is about one
	Detail  string        // empty: what the code means
	After   time.Duration // if it may be tried again after so long
}

// Error appends the ERROR that answers a message, whose id is nil where it has none.
func (w *Writer) Error(b, id []byte, r Refusal) []byte {
	b = messageID(w.begin(b, "ERROR"), id)
	b = number(b, "code", int64(r.Code))
	b = quoted(b, "name", r.Code.String())
	if r.Channel != "" {
		b = quoted(b, "channel", r.Channel)
	}
	if r.Detail == "" {
		r.Detail = r.Code.What()
	}
	b = quoted(b, "detail", r.Detail)
	if r.After > 0 {
		b = number(b, "retryAfter", r.After.Milliseconds())
	}
	return w.end(b)
}

// Reconnect appends that the client is to come back after so long.
func (w *Writer) Reconnect(b []byte, after time.Duration, code holdfast.Code) []byte {
	b = number(w.begin(b, "RECONNECT"), "after", after.Milliseconds())
	b = number(b, "code", int64(code))
	return w.end(quoted(b, "name", code.String()))
}

// Gap appends that records will not come: first to last, and why.
func (w *Writer) Gap(b []byte, channel string, first, last uint64, reason string) []byte {
	b = quoted(w.begin(b, "GAP"), "channel", channel)
	b = number(b, "from", int64(first))
	b = number(b, "to", int64(last))
	return w.end(quoted(b, "reason", reason))
}

// Refresh appends that the client's token ends after so long, and that another is to be sent before.
func (w *Writer) Refresh(b []byte, left time.Duration) []byte {
	return w.end(number(w.begin(b, "REFRESH"), "left", left.Milliseconds()))
}

// Authenticated appends the answer to an Auth.
func (w *Writer) Authenticated(b, id []byte, user string) []byte {
	return w.end(quoted(messageID(w.begin(b, "auth"), id), "user", user))
}

// Subscribed appends the answer to a Subscribe, or, with "unsubscribed" as what, to an Unsubscribe.
func (w *Writer) Subscribed(b []byte, what, channel string) []byte {
	return w.end(quoted(w.begin(b, what), "channel", channel))
}

// RecordID is the name of a record in this dialect: its position and its channel, in one text.
func RecordID(channel string, p holdfast.Position) string { return p.String() + "/" + channel }

// ParseRecordID reads what RecordID wrote.
func ParseRecordID(id string) (channel string, p holdfast.Position, ok bool) {
	at, channel, ok := strings.Cut(id, "/")
	if !ok || holdfast.CheckChannel(channel) != nil {
		return "", p, false
	}
	p, err := holdfast.ParsePosition(at)
	return channel, p, err == nil
}

// AppendRecord appends a record as it is delivered: an object of the application's own as that with "from" behind its members, and
// anything else in a DATA message.
func AppendRecord(b []byte, r *holdfast.Record) []byte {
	if r.Type == holdfast.JSON && r.Header(HeaderWhole) != "" && isObject(r.Data) {
		return appendWhole(b, r)
	}
	b = append(b, '{')
	b = quoted(b, "id", RecordID(r.Channel, r.Position()))
	b = append(b, `,"type":"DATA","data":`...)
	switch r.Type {
	case holdfast.JSON:
		b = append(b, r.Data...)
	case holdfast.Text:
		n := len(b)
		q, err := jsontext.AppendQuote(b, r.Data)
		if err != nil {
			q, _ = jsontext.AppendQuote(b[:n], bytes.ToValidUTF8(r.Data, []byte("\uFFFD")))
		}
		b = q
	default:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, r.Data)
		b = append(b, `","encoding":"base64"`...)
	}
	b = number(b, "timestamp", r.Time.UnixMilli())
	b = quoted(b, "channel", r.Channel)
	if r.Publisher != "" {
		b = quoted(b, "from", r.Publisher)
	}
	if id := []byte(r.Header(HeaderID)); len(id) <= MaxID && (only(id, '"', '0') != nil) && jsontext.Value(id).IsValid(options...) {
		b = append(member(b, "sourceId"), id...)
	}
	return append(b, '}')
}

// appendWhole appends an object and who published it. That stands last, so that it counts and not what the object says itself.
func appendWhole(b []byte, r *holdfast.Record) []byte {
	if r.Publisher == "" {
		return append(b, r.Data...)
	}
	b = append(b, r.Data[:len(r.Data)-1]...)
	for b[len(b)-1] == ' ' || b[len(b)-1] == '\t' {
		b = b[:len(b)-1]
	}
	return append(quoted(b, "from", r.Publisher), '}')
}

// isObject tells an object from other JSON values; records hold them without white space around them.
func isObject(data []byte) bool {
	return len(data) >= 2 && data[0] == '{' && data[len(data)-1] == '}'
}
