package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Layer is where a value comes from. A later one counts before an earlier one.
type Layer uint8

const (
	// Default is what holds if nobody says anything.
	Default Layer = iota
	// File is the YAML file.
	File
	// Environment is the process's variables.
	Environment
	// Flag is the command line.
	Flag
)

// Source says where a value stands.
type Source struct {
	Layer Layer
	// Name of the file, the variable or the flag.
	Name string
	// Line in the file; 0 if there is none.
	Line int
}

// String is like "holdfast.yaml:3", "HOLDFAST_LISTEN", "--listen" or "default".
func (s Source) String() string {
	switch {
	case s.Layer == Default:
		return "default"
	case s.Line > 0:
		return fmt.Sprintf("%s:%d", s.Name, s.Line)
	}
	return s.Name
}

// Mistake is something that is wrong with the configuration.
type Mistake struct {
	Source Source
	// Key that is meant, if the source does not say so.
	Key string
	// Text says what is wrong, and what would be right.
	Text string
}

// String is one line.
func (m Mistake) String() string {
	if m.Source.Layer == File && m.Key != "" {
		return fmt.Sprintf("%s: %s: %s", m.Source, m.Key, m.Text)
	}
	return fmt.Sprintf("%s: %s", m.Source, m.Text)
}

// Mistakes are all that are wrong with a configuration.
type Mistakes []Mistake

// Error has a line for each, and is one line if there is one mistake.
func (m Mistakes) Error() string {
	var b strings.Builder
	if len(m) == 1 {
		return "a mistake in the configuration: " + m[0].String()
	}
	fmt.Fprintf(&b, "%d mistakes in the configuration:", len(m))
	for _, one := range m {
		b.WriteString("\n  " + one.String())
	}
	return b.String()
}

// Setting is an option with its value.
type Setting struct {
	Option *Option
	// Text is the value as its flag would have it.
	Text string
	// Source of the value.
	Source Source

	value reflect.Value
}

// Settings are a configuration that has been put together. They do not change once they are loaded.
type Settings struct {
	options  []*Option
	values   map[*Option]Setting
	mistakes Mistakes
}

// Input is what a configuration is put together from. The zero value gives the defaults of no options.
type Input struct {
	// Options that there are.
	Options []*Option
	// File to read. Default: none.
	File string
	// Lookup finds a variable. Default: there are none.
	Lookup func(name string) (value string, ok bool)
	// Flags that were given, by name, as they were decoded. Default: none.
	Flags map[string]reflect.Value
}

// Load puts a configuration together. It fails with Mistakes, all that there are, or with an *holdfast.Error if the file
// cannot be read.
func Load(in Input) (*Settings, error) {
	s := &Settings{options: in.Options, values: map[*Option]Setting{}}
	for _, o := range s.options {
		s.defaults(o)
	}
	if in.File != "" {
		text, err := readFile(in.File)
		if err != nil {
			return nil, err
		}
		s.file(in.File, text)
	}
	for _, o := range s.options {
		if in.Lookup != nil {
			s.environment(o, in.Lookup)
		}
		if v, ok := in.Flags[o.Name]; ok {
			s.put(o, v, Source{Layer: Flag, Name: "--" + o.Name})
		}
	}
	s.together()
	if len(s.mistakes) > 0 {
		return nil, s.mistakes
	}
	return s, nil
}

func (s *Settings) defaults(o *Option) {
	v := reflect.New(o.flag.Target.Type()).Elem()
	if o.flag.HasDefault {
		var err error
		if v, err = o.decode(o.Default); err != nil {
			panic("config: the default of " + o.Name + ": " + err.Error())
		}
	}
	s.values[o] = Setting{Option: o, Text: format(v), value: v}
}

// environment takes a variable. One that is empty counts as not there, as compose files leave them.
func (s *Settings) environment(o *Option, lookup func(string) (string, bool)) {
	text, _ := lookup(o.Env)
	from := Source{Layer: Environment, Name: o.Env}
	if path, _ := lookup(o.Env + "_FILE"); o.Secret && path != "" {
		file := Source{Layer: Environment, Name: o.Env + "_FILE"}
		if text != "" {
			s.wrong(file, o.Name, "%s is set, too; keep one of them", o.Env)
			return
		}
		b, err := readFile(path)
		if err != nil {
			s.wrong(file, o.Name, "%v", err)
			return
		}
		if text, from = strings.TrimSpace(string(b)), file; text == "" {
			s.wrong(file, o.Name, "%s is empty", path)
		}
	}
	if text != "" {
		s.set(o, text, from)
	}
}

func (s *Settings) set(o *Option, text string, from Source) {
	v, err := o.decode(text)
	if err != nil {
		s.wrong(from, o.Name, "%v", err)
		return
	}
	s.values[o] = Setting{Option: o, Text: format(v), Source: from, value: v}
}

func (s *Settings) put(o *Option, v reflect.Value, from Source) {
	if err := o.check(v); err != nil {
		s.wrong(from, o.Name, "%v", err)
		return
	}
	s.values[o] = Setting{Option: o, Text: format(v), Source: from, value: v}
}

// together checks what options say of each other: kong's xor groups.
func (s *Settings) together() {
	groups := map[string]Setting{}
	for _, o := range s.options {
		v := s.values[o]
		if v.Source.Layer == Default {
			continue
		}
		for _, g := range o.flag.Xor {
			if other, ok := groups[g]; ok {
				s.wrong(v.Source, o.Name, "it excludes %s, which %s sets", other.Option.Name, other.Source)
				continue
			}
			groups[g] = v
		}
	}
}

func (s *Settings) wrong(from Source, key, text string, args ...any) {
	s.mistakes = append(s.mistakes, Mistake{Source: from, Key: key, Text: fmt.Sprintf(text, args...)})
}

func (s *Settings) option(name string) *Option {
	if i := slices.IndexFunc(s.options, func(o *Option) bool { return o.Name == name }); i >= 0 {
		return s.options[i]
	}
	return nil
}

// All settings, in the order of the options.
func (s *Settings) All() []Setting {
	list := make([]Setting, 0, len(s.options))
	for _, o := range s.options {
		list = append(list, s.values[o])
	}
	return list
}

// Text of an option as its flag would have it, and where it comes from; false if it is the default or there is no such option.
func (s *Settings) Text(name string) (text string, from Source, ok bool) {
	o := s.option(name)
	if o == nil {
		return "", Source{}, false
	}
	v := s.values[o]
	return v.Text, v.Source, v.Source.Layer != Default
}

// Value of an option. The type must be that of the option's field; it panics otherwise.
func Value[T any](s *Settings, name string) T {
	return s.values[s.option(name)].value.Interface().(T)
}

// Changed lists what is different in next, in the order of the options.
func (s *Settings) Changed(next *Settings) []Setting {
	var list []Setting
	for _, o := range s.options {
		if s.values[o].Text != next.values[o].Text {
			list = append(list, next.values[o])
		}
	}
	return list
}

// With returns the settings with those named taken from next.
func (s *Settings) With(next *Settings, names []string) *Settings {
	out := &Settings{options: s.options, values: map[*Option]Setting{}}
	for o, v := range s.values {
		if slices.Contains(names, o.Name) {
			v = next.values[o]
		}
		out.values[o] = v
	}
	return out
}
