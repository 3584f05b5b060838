package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/pieces"
)

// append writes a record in the form that was asked for.
func (c *subscribeCmd) append(b []byte, r *holdfast.Record) []byte {
	switch {
	case c.Raw:
		return pieces.AppendRaw(b, r)
	case c.JSON:
		return appendJSON(b, r)
	}
	return appendLine(b, r)
}

// recordJSON is a record as --json writes it. Of data, text and base64 one is there, by the record's type.
type recordJSON struct {
	Channel   string          `json:"channel"`
	Offset    uint64          `json:"offset"`
	Position  string          `json:"position"`
	Time      time.Time       `json:"time"`
	Publisher string          `json:"publisher,omitempty"`
	Type      string          `json:"type"`
	Headers   [][2]string     `json:"headers,omitempty"`
	Data      json.RawMessage `json:"data,omitempty"`
	Text      *string         `json:"text,omitempty"`
	Base64    *[]byte         `json:"base64,omitempty"`
}

func appendJSON(b []byte, r *holdfast.Record) []byte {
	j := recordJSON{Channel: r.Channel, Offset: r.Offset, Position: r.Position().String(), Time: r.Time.UTC(), Publisher: r.Publisher, Type: r.Type.String()}
	for _, h := range r.Headers {
		j.Headers = append(j.Headers, [2]string{h.Name, h.Value})
	}
	switch text := string(r.Data); {
	case r.Type == holdfast.JSON && json.Valid(r.Data):
		j.Data = r.Data
	case r.Type == holdfast.Text:
		j.Text = &text
	default:
		j.Base64 = &r.Data
	}
	line, err := json.Marshal(j)
	if err != nil {
		return fmt.Appendf(b, "{\"offset\":%d}\n", r.Offset)
	}
	return append(append(b, line...), '\n')
}

// appendLine writes a record for people, on one line whatever is in it.
func appendLine(b []byte, r *holdfast.Record) []byte {
	b = fmt.Appendf(b, "%d %s ", r.Offset, r.Time.Local().Format("15:04:05.000"))
	if r.Publisher != "" {
		b = fmt.Appendf(b, "%s: ", printable([]byte(r.Publisher)))
	}
	if r.Type == holdfast.Binary && !isPrintable(r.Data) {
		const most = 24
		b = fmt.Appendf(b, "%d bytes: %x", len(r.Data), r.Data[:min(most, len(r.Data))])
		if len(r.Data) > most {
			b = append(b, "…"...)
		}
		return append(b, '\n')
	}
	return append(append(b, printable(r.Data)...), '\n')
}
