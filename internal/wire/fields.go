package wire

import "strconv"

// field is the number of a field, which its binary tag carries. A field means the same in every frame that
// has it. Numbers are never used again for something else; those below 32 have a tag of one byte.
type field uint8

const (
	fUnknown field = iota
	fChannel
	fNumber
	fOffset
	fData
	fContent
	fHeaders
	fProducer
	fTerm
	fTime
	fPublisher
	fID
	fCode
	fDetail
	fRetry
	fCount
	fSynced
	fDuplicate
	fSkipped
	fCopies
	fSent
	fMemory
	fFrom
	fTo
	fAt
	fAfter
	fGeneration
	fExpected
	fCursor
	fUser
	fSession
	fReason
	fToken
	fProcess
	fCounter
	fAgent
	fSubscriptions
	fResults
	fEarlier
	fLast
	fSince
	fWindow
	fMaxInFlight
	fMaxWindow
	fHeartbeat
	fMaxMessage
	fMaxSubscriptions
	fDedupe
	fClock
	fName
	fKey
	fSuccessor
	fFirst
	fHead
	fVersion
	fURL
	fDelay
	fPending
	fieldCount
)

// A reader remembers the fields it has seen in 64 bits.
const _ = uint(64 - fieldCount)

// shape is what a field's value looks like in both codecs.
type shape uint8

const (
	// JSON number, uvarint; below 2^53.
	shapeNumber shape = iota
	// true; uvarint 1.
	shapeFlag
	// One of a list of words; uvarint, its place in the list.
	shapeWord
	// String of 16 hexadecimal digits; eight bytes, big-endian.
	shapeHex64
	// String of 32 hexadecimal digits; sixteen bytes.
	shapeHex128
	// String; UTF-8 bytes.
	shapeString
	// Payload: JSON has it under "data", "text" or "b64"; bytes.
	shapePayload
	// How the payload is to be read. Binary only: in JSON the payload's key says it.
	shapeContent
	// Array of pairs [name, value]; one field for each, two strings with their lengths.
	shapeHeaders
	// Pair [records, bytes]; two uvarints.
	shapeWindow
	// Array of pairs [term, last]; one field for each, eight bytes and a uvarint.
	shapeTerms
	// Array of objects; one field for each, which holds fields.
	shapeObjects
)

// kind is the low two bits of a binary tag: what a reader must know to skip a field.
type kind uint8

const (
	kindUvarint kind = iota
	kindFixed64
	kindBytes
	kindFixed128
)

func (s shape) kind() kind {
	switch s {
	case shapeHex64:
		return kindFixed64
	case shapeHex128:
		return kindFixed128
	case shapeString, shapePayload, shapeHeaders, shapeWindow, shapeTerms, shapeObjects:
		return kindBytes
	case shapeNumber, shapeFlag, shapeWord, shapeContent:
	}
	return kindUvarint
}

// repeated reports whether binary frames carry such a field more than once.
func (s shape) repeated() bool {
	return s == shapeHeaders || s == shapeTerms || s == shapeObjects
}

// fields is the one table: what each field is called in JSON, and its shape. Its index is the number in the
// binary tag.
var fields = [fieldCount]struct {
	key   string
	shape shape
}{
	fChannel:          {"ch", shapeString},
	fNumber:           {"n", shapeNumber},
	fOffset:           {"o", shapeNumber},
	fData:             {"data", shapePayload},
	fContent:          {"", shapeContent},
	fHeaders:          {"h", shapeHeaders},
	fProducer:         {"p", shapeHex128},
	fTerm:             {"term", shapeHex64},
	fTime:             {"ts", shapeNumber},
	fPublisher:        {"by", shapeString},
	fID:               {"id", shapeNumber},
	fCode:             {"code", shapeNumber},
	fDetail:           {"detail", shapeString},
	fRetry:            {"retry", shapeNumber},
	fCount:            {"count", shapeNumber},
	fSynced:           {"synced", shapeFlag},
	fDuplicate:        {"dup", shapeFlag},
	fSkipped:          {"skipped", shapeFlag},
	fCopies:           {"copies", shapeNumber},
	fSent:             {"sent", shapeNumber},
	fMemory:           {"mem", shapeHex64},
	fFrom:             {"from", shapeNumber},
	fTo:               {"to", shapeNumber},
	fAt:               {"at", shapeWord},
	fAfter:            {"after", shapeNumber},
	fGeneration:       {"gen", shapeNumber},
	fExpected:         {"want", shapeNumber},
	fCursor:           {"cursor", shapeString},
	fUser:             {"user", shapeString},
	fSession:          {"session", shapeHex128},
	fReason:           {"why", shapeWord},
	fToken:            {"token", shapeString},
	fProcess:          {"process", shapeHex64},
	fCounter:          {"counter", shapeNumber},
	fAgent:            {"agent", shapeString},
	fSubscriptions:    {"subs", shapeObjects},
	fResults:          {"results", shapeObjects},
	fEarlier:          {"earlier", shapeTerms},
	fLast:             {"last", shapeNumber},
	fSince:            {"since", shapeNumber},
	fWindow:           {"window", shapeWindow},
	fMaxInFlight:      {"max_in_flight", shapeWindow},
	fMaxWindow:        {"max_window", shapeWindow},
	fHeartbeat:        {"heartbeat", shapeNumber},
	fMaxMessage:       {"max_message", shapeNumber},
	fMaxSubscriptions: {"max_subs", shapeNumber},
	fDedupe:           {"dedupe", shapeNumber},
	fClock:            {"clock", shapeNumber},
	fName:             {"name", shapeString},
	fKey:              {"key", shapeString},
	fSuccessor:        {"successor", shapeHex128},
	fFirst:            {"first", shapeNumber},
	fHead:             {"head", shapeNumber},
	fVersion:          {"version", shapeNumber},
	fURL:              {"url", shapeString},
	fDelay:            {"delay", shapeNumber},
	fPending:          {"pending", shapeNumber},
}

// keyType is the key of a JSON frame's type; a payload that is not JSON has a key of its own.
const (
	keyType   = "t"
	keyText   = "text"
	keyBase64 = "b64"
)

// String returns the field's JSON key, or "content type" for the one that JSON does not carry.
func (f field) String() string {
	switch {
	case f == fContent:
		return "content type"
	case f > fUnknown && f < fieldCount:
		return fields[f].key
	}
	return "field " + strconv.Itoa(int(f))
}

// tag returns what stands before the field's value in binary.
func (f field) tag() uint64 { return uint64(f)<<2 | uint64(fields[f].shape.kind()) }

// jsonName is one key that a JSON frame may have.
type jsonName struct {
	key   string
	field field
	form  form
}

// form says how a JSON frame carries a payload.
type form uint8

const (
	formJSON form = iota
	formText
	formBase64
	formType // not a payload at all: the frame's type
)

// jsonNames finds the field of a JSON key: a hash table with open addressing, since a map costs twice as much
// and the keys are looked up for every field of every frame.
var jsonNames = func() (table [256]jsonName) {
	put := func(n jsonName) {
		i := hashKey([]byte(n.key))
		for table[i].key != "" {
			i++
		}
		table[i] = n
	}
	for f := fUnknown + 1; f < fieldCount; f++ {
		if fields[f].key != "" {
			put(jsonName{fields[f].key, f, formJSON})
		}
	}
	put(jsonName{keyText, fData, formText})
	put(jsonName{keyBase64, fData, formBase64})
	put(jsonName{keyType, fUnknown, formType})
	return table
}()

func hashKey(key []byte) uint8 {
	n := len(key)
	if n == 0 {
		return 0
	}
	return key[0]*37 + key[n-1]*11 + key[n/2]*101 + uint8(n)*3
}

func lookupKey(key []byte) *jsonName {
	for i := hashKey(key); ; i++ {
		switch n := &jsonNames[i]; {
		case n.key == "":
			return nil
		case n.key == string(key):
			return n
		}
	}
}
