package main

import (
	"fmt"
	"io"
	"strings"
)

// fishBegin finds out at which level the line is: the words that are commands, one below the other.
const fishBegin = `# Completions of holdfast in fish. Put them where fish finds them:
#   holdfast completion fish >~/.config/fish/completions/holdfast.fish
function __holdfast_at
    set -l path
    set -l skip no
    for word in (commandline -opc)[2..]
        if test $skip = yes
            set skip no
            continue
        end
        if string match -q -- '-*' $word
            contains -- "$path:$word" $__holdfast_valued; and set skip yes
        else if contains -- (string join ' ' -- $path $word) $__holdfast_levels
            set path $path $word
        end
    end
    test "$path" = "$argv[1]"
end
complete -c holdfast -f
`

func writeFish(w io.Writer, levels []level) error {
	var b strings.Builder
	b.WriteString(fishBegin)
	valued, paths := []string{}, []string{}
	for i := range levels {
		l := &levels[i]
		if l.path != "" {
			paths = append(paths, fishQuoted(l.path))
		}
		when := fishQuoted("__holdfast_at " + fishQuoted(l.path))
		for _, s := range l.subs {
			fmt.Fprintf(&b, "complete -c holdfast -n %s -a %s -d %s\n", when, fishQuoted(s.name), fishQuoted(s.help))
		}
		if len(l.words) > 0 {
			fmt.Fprintf(&b, "complete -c holdfast -n %s -a %s\n", when, fishQuoted(strings.Join(l.words, " ")))
		}
		if l.files {
			fmt.Fprintf(&b, "complete -c holdfast -n %s -F\n", when)
		}
		for j := range l.options {
			o := &l.options[j]
			if o.value != valueNone {
				valued = append(valued, fishQuoted(l.path+":--"+o.name))
				if o.short != "" {
					valued = append(valued, fishQuoted(l.path+":-"+o.short))
				}
			}
			fmt.Fprintf(&b, "complete -c holdfast -n %s%s\n", when, o.fish())
		}
	}
	fmt.Fprintf(&b, "set -g __holdfast_levels %s\nset -g __holdfast_valued %s\n", strings.Join(paths, " "), strings.Join(valued, " "))
	_, err := io.WriteString(w, b.String())
	return err
}

// fish writes a flag as arguments of complete.
func (o *option) fish() string {
	text := " -l " + o.name
	if o.short != "" {
		text += " -s " + o.short
	}
	switch o.value {
	case valueWords:
		text += " -x -a " + fishQuoted(strings.Join(o.words, " "))
	case valueFile:
		text += " -r -F"
	case valueAny:
		text += " -x"
	}
	return text + " -d " + fishQuoted(o.help)
}

// fishQuoted puts a text into single quotes, in which fish knows two escapes.
func fishQuoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
