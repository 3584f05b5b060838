package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/holdfast-ws/holdfast"
)

// MaxFile is how large a file may be that options or a secret are read from: 1 MiB.
const MaxFile = 1 << 20

// readFile reads a file of at most MaxFile bytes.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "read configuration", Cause: err, Hint: "check the path and its permissions"}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "read configuration", Cause: err, Hint: "check the path and its permissions"}
	}
	if len(b) > MaxFile {
		return nil, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "read configuration", Detail: path + ": the limit is 1 MiB"}
	}
	return b, nil
}

// file reads the settings of a YAML file into s, and notes its mistakes.
func (s *Settings) file(path string, text []byte) {
	tree, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		s.wrong(Source{Layer: File, Name: path, Line: lineOf(err)}, "", "it is not YAML: %s", messageOf(err))
		return
	}
	var bodies []ast.Node
	for _, d := range tree.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			bodies = append(bodies, d.Body)
		}
	}
	if len(bodies) == 0 {
		return
	}
	at := func(n ast.Node) Source { return Source{Layer: File, Name: path, Line: n.GetToken().Position.Line} }
	if len(bodies) > 1 {
		s.wrong(at(bodies[1]), "", "only one document is read")
	}
	var pairs []*ast.MappingValueNode
	switch m := bodies[0].(type) {
	case *ast.MappingNode:
		pairs = m.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{m}
	case *ast.NullNode:
		return
	default:
		s.wrong(at(m), "", "it must be a list of options, as in listen: 127.0.0.1:8080")
		return
	}
	first := map[string]int{}
	for _, p := range pairs {
		s.pair(p, at(p.Key), first)
	}
}

// pair reads one line of the file. first has the lines of the keys that came before.
func (s *Settings) pair(p *ast.MappingValueNode, from Source, first map[string]int) {
	key, ok := scalar(p.Key)
	o := s.option(key)
	switch {
	case !ok || o == nil:
		if !ok {
			key = p.Key.String()
		}
		s.wrong(from, key, "there is no such option%s", s.suggest(key))
		return
	case first[key] != 0:
		s.wrong(from, key, "it is there already, in line %d", first[key])
		return
	}
	first[key] = from.Line
	text, err := o.fromYAML(p.Value)
	if err != nil {
		s.wrong(from, key, "%v", err)
		return
	}
	s.set(o, text, from)
}

// fromYAML turns a value of the file into the text that the flag would have.
func (o *Option) fromYAML(n ast.Node) (string, error) {
	if t, ok := n.(*ast.TagNode); ok {
		return "", fmt.Errorf("the tag %s is not read", t.Start.Value)
	}
	if list, ok := n.(*ast.SequenceNode); ok && o.Kind == List {
		var texts []string
		for _, v := range list.Values {
			text, ok := scalar(v)
			if !ok || text == "" {
				return "", errors.New("it must be a list of texts that are not empty")
			}
			texts = append(texts, text)
		}
		return kong.JoinEscaped(texts, ','), nil
	}
	text, ok := scalar(n)
	if !ok {
		return "", fmt.Errorf("it is %s and must be %s", article(strings.ToLower(n.Type().String())), article(string(o.Kind)))
	}
	_, isText := n.(*ast.StringNode)
	_, isBlock := n.(*ast.LiteralNode)
	_, isSwitch := n.(*ast.BoolNode)
	switch {
	case o.Kind == Switch && !isSwitch:
		return "", fmt.Errorf("%s must be true or false", o.shown(text))
	case o.Kind != Switch && isSwitch, (o.Kind == Text || o.Kind == Address) && !isText && !isBlock:
		return "", fmt.Errorf("%s must be %s; put it in quotes if it is meant so", o.shown(text), article(string(o.Kind)))
	case o.Kind == List:
		return kong.JoinEscaped([]string{text}, ','), nil
	}
	return text, nil
}

func article(noun string) string {
	switch {
	case strings.HasPrefix(noun, "true"), strings.HasPrefix(noun, "one"):
		return noun
	case strings.ContainsRune("aeiou", rune(noun[0])):
		return "an " + noun
	}
	return "a " + noun
}

// scalar is the text of a node that has neither list nor map below it.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func lineOf(err error) int {
	var e *yaml.SyntaxError
	if errors.As(err, &e) && e.GetToken() != nil {
		return e.GetToken().Position.Line
	}
	return 0
}

func messageOf(err error) string {
	var e *yaml.SyntaxError
	if errors.As(err, &e) {
		return e.GetMessage()
	}
	return strings.ReplaceAll(err.Error(), "\n", " ")
}
