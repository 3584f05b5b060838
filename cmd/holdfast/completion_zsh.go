package main

import (
	"fmt"
	"io"
	"strings"
)

const zshBegin = `#compdef holdfast
# Completions of holdfast in zsh. Put this into a file called _holdfast in a folder of $fpath, or load it with:
#   source <(holdfast completion zsh)
`

const zshEnd = `if [[ "$funcstack[1]" == _holdfast ]]; then
  _holdfast "$@"
else
  compdef _holdfast holdfast
fi
`

// writeZsh writes a function for each level, in the terms of zsh's own _arguments.
func writeZsh(w io.Writer, levels []level) error {
	var b strings.Builder
	b.WriteString(zshBegin)
	for i := range levels {
		l := &levels[i]
		fmt.Fprintf(&b, "%s() {\n", zshName(l.path))
		if len(l.subs) > 0 {
			b.WriteString("  local context state line\n  typeset -A opt_args\n")
		}
		b.WriteString("  _arguments -S")
		if len(l.subs) > 0 {
			b.WriteString(" -C")
		}
		for j := range l.options {
			for _, spec := range l.options[j].zsh() {
				b.WriteString(" \\\n    " + quoted(spec))
			}
		}
		zshRest(&b, l)
		b.WriteString("}\n\n")
	}
	b.WriteString(zshEnd)
	_, err := io.WriteString(w, b.String())
	return err
}

// zshRest writes what a level's arguments are: commands, words, or files.
func zshRest(b *strings.Builder, l *level) {
	if len(l.subs) == 0 {
		switch {
		case len(l.words) > 0:
			b.WriteString(" \\\n    " + quoted("*:argument:("+strings.Join(l.words, " ")+")"))
		case l.files:
			b.WriteString(" \\\n    '*:file:_files'")
		default:
			b.WriteString(" \\\n    '*: :'")
		}
		b.WriteString("\n")
		return
	}
	b.WriteString(" \\\n    '1: :->command' \\\n    '*:: :->rest' && return\n  case $state in\n  command)\n    local -a commands=(\n")
	for _, s := range l.subs {
		fmt.Fprintf(b, "      %s\n", quoted(strings.ReplaceAll(s.name, ":", `\:`)+":"+s.help))
	}
	b.WriteString("    )\n    _describe command commands ;;\n  rest)\n    case $line[1] in\n")
	for _, s := range l.subs {
		fmt.Fprintf(b, "    %s) %s ;;\n", quoted(s.name), zshName(strings.TrimSpace(l.path+" "+s.name)))
	}
	b.WriteString("    esac ;;\n  esac\n")
}

// zshName is the function of a level.
func zshName(path string) string {
	if path == "" {
		return "_holdfast"
	}
	return "_holdfast_" + strings.ReplaceAll(path, " ", "_")
}

var zshEscape = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`)

// zsh writes a flag as _arguments wants it, once for each name.
func (o *option) zsh() (specs []string) {
	star, value := "", ""
	if o.many {
		star = "*"
	}
	switch o.value {
	case valueWords:
		value = ":value:(" + strings.Join(o.words, " ") + ")"
	case valueFile:
		value = ":file:_files"
	case valueAny:
		value = ":value: "
	}
	sign := ""
	if o.value != valueNone {
		sign = "="
	}
	specs = append(specs, star+"--"+o.name+sign+"["+zshEscape.Replace(o.help)+"]"+value)
	if o.short != "" {
		if sign != "" {
			sign = "+"
		}
		specs = append(specs, star+"-"+o.short+sign+"["+zshEscape.Replace(o.help)+"]"+value)
	}
	return specs
}
