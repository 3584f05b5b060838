// Package schema makes a JSON schema the Validator of a namespace.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/holdfast-ws/holdfast"
)

// Schema is a JSON schema: draft 2020-12, or what its $schema says, down to draft 4. It may be used concurrently.
type Schema struct{ s *jsonschema.Schema }

// where is a schema's address where it has none. Nothing is ever fetched from there.
const where = "holdfast:///schema"

// Parse reads a schema; CodeBadArgument says what is wrong with it. A $ref leads to a place within it, or to a meta-schema: nothing is
// read from files or from the network.
func Parse(doc []byte) (*Schema, error) {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return nil, bad(err)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(closed{})
	c.AssertFormat()
	if err := c.AddResource(where, v); err != nil {
		return nil, bad(err)
	}
	s, err := c.Compile(where)
	if err != nil {
		return nil, bad(err)
	}
	return &Schema{s}, nil
}

func bad(err error) error {
	return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "read schema", Cause: err}
}

// closed loads nothing.
type closed struct{}

func (closed) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s: a schema refers to nothing outside of it", url)
}

// Validate returns nil if data fits the schema, else an error of one line that names the first place where it does not.
func (s *Schema) Validate(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return errors.New("it is no JSON")
	}
	if err := plain(v); err != nil {
		return err
	}
	err := s.s.Validate(v)
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return errors.New("it cannot be checked")
	}
	for len(e.Causes) > 0 {
		e = e.Causes[0]
	}
	text, _, _ := strings.Cut(e.Error(), "\n")
	return errors.New(text)
}

// Numbers are compared exactly, so that one of a few bytes, such as 1e1000000000, would take all memory.
const (
	maxDigits   = 400
	maxExponent = 400
)

// plain refuses numbers that cost too much.
func plain(v any) error {
	switch v := v.(type) {
	case json.Number:
		_, exponent, _ := strings.Cut(strings.ToLower(v.String()), "e")
		n, err := strconv.Atoi(exponent)
		if len(v) > maxDigits || exponent != "" && (err != nil || n > maxExponent || n < -maxExponent) {
			return errors.New("a number is longer than " + strconv.Itoa(maxDigits) + " digits, or its exponent is beyond " + strconv.Itoa(maxExponent))
		}
	case []any:
		for _, x := range v {
			if err := plain(x); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, x := range v {
			if err := plain(x); err != nil {
				return err
			}
		}
	}
	return nil
}
