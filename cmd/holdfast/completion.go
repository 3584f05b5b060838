package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: bash, zsh or fish."`
}

func (c *completionCmd) Run(e *env, k *kong.Context) error {
	return shells[c.Shell](e.stdout, levelsOf(k.Model.Node, ""))
}

// shells write a script each.
var shells = map[string]func(io.Writer, []level) error{"bash": writeBash, "zsh": writeZsh, "fish": writeFish}

// level is a command, or the program itself, and what can stand behind it.
type level struct {
	path string // "" for the program, "store backup" for a command of a command
	subs []word
	// options with their values. Positional arguments are files, or one of some words.
	options []option
	words   []string
	files   bool
}

// word is a command with what it does.
type word struct{ name, help string }

// option is a flag.
type option struct {
	name, help string // name without dashes
	short      string // "" for none
	value      value
	words      []string
	many       bool // may be repeated
}

// value says what stands behind a flag.
type value uint8

const (
	valueNone  value = iota
	valueAny         // nothing to complete
	valueWords       // one of some words
	valueFile
)

// levelsOf returns a command and all below it that are not hidden.
func levelsOf(n *kong.Node, path string) []level {
	l := level{path: path}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			l.options = append(l.options, optionsOf(f)...)
		}
	}
	for _, p := range n.Positional {
		l.words = append(l.words, enumOf(p)...)
		l.files = l.files || isFile(p)
	}
	below := []level{}
	for _, sub := range n.Children {
		if sub.Hidden || sub.Type != kong.CommandNode {
			continue
		}
		for _, name := range append([]string{sub.Name}, sub.Aliases...) {
			l.subs = append(l.subs, word{name, sentence(sub.Help)})
			below = append(below, levelsOf(sub, strings.TrimSpace(path+" "+name))...)
		}
	}
	return append([]level{l}, below...)
}

func optionsOf(f *kong.Flag) []option {
	o := option{name: f.Name, help: sentence(kong.DefaultHelpValueFormatter(f.Value)), many: f.IsSlice() || f.IsCumulative(), words: enumOf(f.Value)}
	if f.Short != 0 {
		o.short = string(f.Short)
	}
	switch {
	case f.IsBool() || f.IsCounter():
	case len(o.words) > 0:
		o.value = valueWords
	case isFile(f.Value) || slices.Contains([]string{"FILE", "DIR", "FOLDER"}, strings.ToUpper(f.PlaceHolder)):
		o.value = valueFile
	default:
		o.value = valueAny
	}
	list := []option{o}
	if f.Tag.Negatable != "" {
		no := option{name: "no-" + f.Name, help: o.help}
		list = append(list, no)
	}
	return list
}

func enumOf(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	var list []string
	for _, w := range v.EnumSlice() {
		if w != "" {
			list = append(list, w)
		}
	}
	return list
}

func isFile(v *kong.Value) bool {
	return slices.Contains([]string{"path", "existingfile", "existingdir", "filecontent"}, v.Tag.Type)
}

// sentence is the first one of a help text, which is all that a menu has room for.
func sentence(help string) string {
	help, _, _ = strings.Cut(strings.ReplaceAll(help, "\n", " "), ". ")
	return strings.TrimSuffix(help, ".")
}

// quoted puts a text into single quotes, as bash and zsh read it.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// flags are a level's flags as they are typed.
func (l *level) flags() (list []string) {
	for _, o := range l.options {
		list = append(list, "--"+o.name)
		if o.short != "" {
			list = append(list, "-"+o.short)
		}
	}
	return list
}

// patterns writes for each kind of value the flags that take it, as a case of bash: " path:--flag".
func (o *option) patterns(l *level) string {
	text := quoted(l.path + ":--" + o.name)
	if o.short != "" {
		text += "|" + quoted(l.path+":-"+o.short)
	}
	return text
}

const bashBegin = `# Completions of holdfast in bash. Load them with:
#   source <(holdfast completion bash)
_holdfast() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" path="" value="" w i
  COMPREPLY=()
  # bash splits --flag=value at the sign
  if [[ $cur == = ]]; then
    cur=""
  elif [[ $prev == = ]]; then
    prev="${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    w="${COMP_WORDS[i]}"
    if [[ $value == wanted ]]; then
      [[ $w == = ]] || value=""
      continue
    fi
    if [[ $w == -* ]]; then
      case "$path:$w" in
`

const bashMiddle = `      esac
      continue
    fi
    case "${path:+$path }$w" in
`

func writeBash(w io.Writer, levels []level) error {
	var b, values, paths, words, cases strings.Builder
	for i := range levels {
		l := &levels[i]
		for j := range l.options {
			o := &l.options[j]
			if o.value == valueNone {
				continue
			}
			fmt.Fprintf(&values, "        %s) value=wanted ;;\n", o.patterns(l))
			switch o.value {
			case valueWords:
				fmt.Fprintf(&words, "    %s) COMPREPLY=($(compgen -W %s -- \"$cur\")); return ;;\n", o.patterns(l), quoted(strings.Join(o.words, " ")))
			case valueFile:
				fmt.Fprintf(&words, "    %s) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n", o.patterns(l))
			default:
				fmt.Fprintf(&words, "    %s) return ;;\n", o.patterns(l))
			}
		}
		if l.path != "" {
			fmt.Fprintf(&paths, "      %s) path=%s ;;\n", quoted(l.path), quoted(l.path))
		}
		var rest []string
		for _, s := range l.subs {
			rest = append(rest, s.name)
		}
		rest = append(rest, l.words...)
		fmt.Fprintf(&cases, "    %s)\n      if [[ $cur == -* ]]; then\n        COMPREPLY=($(compgen -W %s -- \"$cur\"))\n      else\n        COMPREPLY=($(compgen -W %s -- \"$cur\"))\n",
			quoted(l.path), quoted(strings.Join(l.flags(), " ")), quoted(strings.Join(rest, " ")))
		if l.files {
			cases.WriteString("        compopt -o filenames 2>/dev/null; mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$cur\")\n")
		}
		cases.WriteString("      fi ;;\n")
	}
	b.WriteString(bashBegin + values.String() + bashMiddle + paths.String() + "    esac\n  done\n  case \"$path:$prev\" in\n" + words.String() +
		"  esac\n  case \"$path\" in\n" + cases.String() + "  esac\n}\ncomplete -F _holdfast holdfast\n")
	_, err := io.WriteString(w, b.String())
	return err
}
