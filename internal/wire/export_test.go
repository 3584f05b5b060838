package wire

// Frame is what tests do with frames of any type.
type Frame = frame

// FrameOf returns the place of a frame in the decoder, or nil.
func (d *Decoder) FrameOf(t Type) Frame { return d.frame(t) }

// ReadTokens has the decoder read everything token by token.
func (d *Decoder) ReadTokens() { d.r.tokens = true }

// Tokens reports whether anything of the message was read token by token.
func (d *Decoder) Tokens() bool { return d.r.wrapped }

// Retained returns how many bytes the decoder holds for later messages.
func (d *Decoder) Retained() int { return cap(d.r.scratch) }

// FieldInfo is one line of the table of fields.
type FieldInfo struct {
	Number     int
	Key, Shape string
	Kind       int
}

var shapeNames = [...]string{
	shapeNumber: "number", shapeFlag: "flag", shapeWord: "word", shapeHex64: "hex64", shapeHex128: "hex128",
	shapeString: "string", shapePayload: "payload", shapeContent: "content", shapeHeaders: "headers",
	shapeWindow: "window", shapeTerms: "terms", shapeObjects: "objects",
}

// FieldTable returns the table of fields.
func FieldTable() (table []FieldInfo) {
	for f := fUnknown + 1; f < fieldCount; f++ {
		s := fields[f].shape
		table = append(table, FieldInfo{int(f), fields[f].key, shapeNames[s], int(s.kind())})
	}
	return table
}

// Types returns the frame types.
func Types() (list []Type) {
	for t := range typeNames {
		if Type(t).known() {
			list = append(list, Type(t))
		}
	}
	return list
}
