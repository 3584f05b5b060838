package config

import (
	"encoding/json"
	"io"
	"strconv"
)

// Patterns of values in the schema; [time.ParseDuration] and the program's sizes.
const (
	durationPattern = `^[+-]?(0|([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+$`
	sizePattern     = `^[0-9]+([kKmMgG]?[iI]?[bB]?)$`
)

// Schema writes a JSON schema (draft 2020-12) of files with these options. What it takes Load takes, except for bounds of
// durations and sizes, which it has no words for.
func Schema(w io.Writer, options []*Option) error {
	properties := map[string]any{}
	for _, o := range options {
		properties[o.Name] = o.schema()
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Configuration of holdfast serve",
		"type": "object", "additionalProperties": false, "properties": properties})
}

func (o *Option) schema() map[string]any {
	p := map[string]any{"description": o.Help}
	switch o.Kind {
	case Switch:
		p["type"] = "boolean"
	case Integer, Number:
		p["type"] = string(o.Kind)
		for name, bound := range map[string]string{"minimum": o.Min, "maximum": o.Max} {
			if n, err := strconv.ParseFloat(bound, 64); err == nil {
				p[name] = n
			}
		}
		if _, ok := p["minimum"]; !ok && o.flag.Target.CanUint() {
			p["minimum"] = 0
		}
	case Duration:
		p["type"], p["pattern"] = []string{"string", "integer"}, durationPattern
		p["minimum"], p["maximum"] = 0, 0 // only zero needs no unit
	case Size:
		p["type"], p["pattern"], p["minimum"] = []string{"string", "integer"}, sizePattern, 0
	case Choice:
		p["enum"] = o.Choices
	case List:
		p["type"], p["items"] = []string{"array", "string"}, map[string]any{"type": []string{"string", "number"}}
	default:
		p["type"] = "string"
	}
	if o.flag.HasDefault {
		p["default"] = o.defaultJSON()
	}
	if o.Secret {
		p["writeOnly"] = true
	}
	return p
}

func (o *Option) defaultJSON() any {
	v, err := o.decode(o.Default)
	if err == nil && (o.Kind == Switch || o.Kind == Integer || o.Kind == Number) {
		return v.Interface()
	}
	return o.Default
}
