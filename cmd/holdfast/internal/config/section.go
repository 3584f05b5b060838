package config

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Section is a part of the file that has entries with names, each with options of its own. Neither variables nor flags set them.
type Section struct {
	// Key in the file.
	Key string
	// Help in one line.
	Help string
	// Options of an entry.
	Options []*Option
	// Check says what is wrong with an entry whose values are right by themselves. Default: nothing.
	Check func(Entry) error
}

// Entry is one of a section's.
type Entry struct {
	Name   string
	Source Source
	*Settings
}

// Entries of a section, in the order of the file.
func (s *Settings) Entries(section string) []Entry { return s.entries[section] }

// section reads a section of the file.
func (s *Settings) section(x *Section, n ast.Node, from Source) {
	first := map[string]int{}
	pairs, ok := pairsOf(n)
	if !ok {
		s.wrong(from, x.Key, "it must be a list of names, each with its options below it")
		return
	}
	for _, p := range pairs {
		at := Source{Layer: File, Name: from.Name, Line: p.Key.GetToken().Position.Line}
		name, ok := scalar(p.Key)
		path := x.Key + ": " + name
		switch {
		case !ok:
			s.wrong(at, x.Key, "a name is wanted; put it in quotes")
			continue
		case first[name] != 0:
			s.wrong(at, path, "it is there already, in line %d", first[name])
			continue
		}
		first[name] = at.Line
		s.entry(x, Entry{name, at, &Settings{options: x.Options, values: map[*Option]Setting{}}}, p.Value, path)
	}
}

func (s *Settings) entry(x *Section, e Entry, n ast.Node, path string) {
	for _, o := range x.Options {
		e.defaults(o)
	}
	pairs, ok := pairsOf(n)
	if !ok {
		s.wrong(e.Source, path, "it must be a list of options")
		return
	}
	first := map[string]int{}
	for _, p := range pairs {
		e.pair(p, Source{Layer: File, Name: e.Source.Name, Line: p.Key.GetToken().Position.Line}, first)
	}
	for _, m := range e.mistakes {
		m.Key = path + ": " + m.Key
		s.mistakes = append(s.mistakes, m)
	}
	if len(e.mistakes) == 0 && x.Check != nil {
		if err := x.Check(e); err != nil {
			s.wrong(e.Source, path, "%v", err)
		}
	}
	s.entries[x.Key] = append(s.entries[x.Key], e)
}

// pairsOf returns what a mapping has; nothing of a null.
func pairsOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, true
	case *ast.NullNode:
		return nil, true
	}
	return nil, false
}

func (s *Settings) sectionOf(key string) *Section {
	if i := slices.IndexFunc(s.sections, func(x Section) bool { return x.Key == key }); i >= 0 {
		return &s.sections[i]
	}
	return nil
}

// printSection writes the entries of a section, with what is set.
func (s *Settings) printSection(b *strings.Builder, x *Section) {
	entries := s.entries[x.Key]
	if len(entries) == 0 {
		fmt.Fprintf(b, "# %s is not set\n", x.Key)
		return
	}
	fmt.Fprintf(b, "%s:\n", x.Key)
	for _, e := range entries {
		fmt.Fprintf(b, "  %q:  # %s\n", e.Name, e.Source)
		for _, v := range e.All() {
			if v.Source.Layer != Default {
				fmt.Fprintf(b, "    %s: %s  # %s\n", v.Option.Name, v.yaml(), v.Source)
			}
		}
	}
}

// same reports whether a section says the same in both.
func (s *Settings) same(next *Settings, x *Section) bool {
	return slices.EqualFunc(s.entries[x.Key], next.entries[x.Key], func(a, b Entry) bool {
		return a.Name == b.Name && len(a.Changed(b.Settings)) == 0
	})
}

// json is what PrintJSON shows of a section: what is set.
func (s *Settings) json(x *Section) any {
	all := map[string]map[string]any{}
	for _, e := range s.entries[x.Key] {
		all[e.Name] = map[string]any{}
		for _, v := range e.All() {
			if v.Source.Layer != Default {
				all[e.Name][v.Option.Name] = v.json()
			}
		}
	}
	return all
}

// schema of a section.
func (x *Section) schema() map[string]any {
	properties := map[string]any{}
	for _, o := range x.Options {
		properties[o.Name] = o.schema()
	}
	return map[string]any{"description": x.Help, "type": []string{"object", "null"}, "additionalProperties": map[string]any{
		"type": []string{"object", "null"}, "additionalProperties": false, "properties": properties}}
}

// Markdown writes a table of the options of an entry.
func (x *Section) Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| option | value | default | what it does |\n| --- | --- | --- | --- |\n")
	for _, o := range x.Options {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", o.Name, o.values(), code(o.Default), cell(o.Help))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
