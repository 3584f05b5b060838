package config

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Print writes settings as a file that can be read again, each with where it comes from. Secrets are not shown, and options that
// have no value, and hidden ones that nobody set, are left out or comments.
func (s *Settings) Print(w io.Writer) error {
	var b strings.Builder
	for _, v := range s.All() {
		switch {
		case v.unset() && v.Option.Hidden, v.Source.Layer == Default && v.Option.Hidden:
		case v.unset():
			fmt.Fprintf(&b, "# %s is not set\n", v.Option.Name)
		case v.Option.Secret:
			fmt.Fprintf(&b, "# %s: %s  # %s\n", v.Option.Name, redacted, v.Source)
		default:
			fmt.Fprintf(&b, "%s: %s  # %s\n", v.Option.Name, v.yaml(), v.Source)
		}
	}
	for i := range s.sections {
		s.printSection(&b, &s.sections[i])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// unset reports that there is neither a value nor a default.
func (v Setting) unset() bool {
	return v.Source.Layer == Default && !v.Option.flag.HasDefault && v.value.IsZero()
}

// yaml is the value in the file's syntax.
func (v Setting) yaml() string {
	if v.Option.Kind == List {
		var quoted []string
		for _, text := range texts(v.value) {
			quoted = append(quoted, strconv.Quote(text))
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	if v.Option.Kind == Text || v.Option.Kind == Address {
		return strconv.Quote(v.Text)
	}
	return v.Text
}

// PrintJSON writes a list of objects: name, value and source. Hidden options that nobody set are left out.
func (s *Settings) PrintJSON(w io.Writer) error {
	type one struct {
		Name   string `json:"name"`
		Value  any    `json:"value"`
		Source string `json:"source"`
	}
	list := []one{}
	for _, v := range s.All() {
		if v.Source.Layer == Default && v.Option.Hidden {
			continue
		}
		list = append(list, one{v.Option.Name, v.json(), v.Source.String()})
	}
	for i := range s.sections {
		if x := &s.sections[i]; len(s.entries[x.Key]) > 0 {
			list = append(list, one{x.Key, s.json(x), s.entries[x.Key][0].Source.String()})
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(list)
}

func (v Setting) json() any {
	switch {
	case v.unset():
		return nil
	case v.Option.Secret:
		return redacted
	case v.Option.Kind == Switch, v.Option.Kind == Integer, v.Option.Kind == Number:
		return v.value.Interface()
	case v.Option.Kind == List:
		return texts(v.value)
	}
	return v.Text
}
