package config

import (
	"cmp"
	"encoding"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Kind is the form that an option's value has.
type Kind string

const (
	Text     Kind = "text"
	Switch   Kind = "true or false"
	Integer  Kind = "integer"
	Number   Kind = "number"
	Duration Kind = "duration"
	Size     Kind = "size"
	Choice   Kind = "one of a list"
	Address  Kind = "address"
	List     Kind = "list"
)

// Option is one setting of a command. It does not change.
type Option struct {
	// Name is the key in the file, and the flag without its dashes.
	Name string
	// Env is the variable that sets it.
	Env string
	// Kind of its values.
	Kind Kind
	// Help in one line.
	Help string
	// Default as it would be written in a file; empty if there is none.
	Default string
	// Choices of a Choice.
	Choices []string
	// Min and Max of a number, a duration or a size; empty: no bound.
	Min, Max string
	// Secret values are never shown.
	Secret bool
	// Reload says that the value can be changed while the program runs.
	Reload bool
	// Hidden options are for tests, and not in the documentation.
	Hidden bool

	flag *kong.Flag
}

// Options of a command, in the order of its struct, without those named. prefix begins the names of their variables: HOLDFAST.
func Options(command *kong.Node, prefix string, without ...string) []*Option {
	var list []*Option
	for _, f := range command.Flags {
		if f.Name == "help" || slices.Contains(without, f.Name) {
			continue
		}
		o := &Option{Name: f.Name, Env: prefix + "_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_")), Help: f.Help, Default: f.Default,
			Min: f.Tag.Get("min"), Max: f.Tag.Get("max"), Secret: f.Tag.Has("secret"), Reload: f.Tag.Has("reload"), Hidden: f.Hidden, flag: f}
		o.Kind, o.Choices = kindOf(f)
		list = append(list, o)
	}
	return list
}

// sizer is what flags of numbers of bytes are.
type sizer interface{ Bytes() int64 }

func kindOf(f *kong.Flag) (Kind, []string) {
	t := f.Target.Type()
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return Duration, nil
	case t == reflect.TypeFor[slog.Level]():
		return Choice, []string{"debug", "info", "warn", "error"}
	case t.Implements(reflect.TypeFor[sizer]()):
		return Size, nil
	case f.Enum != "":
		return Choice, strings.Split(f.Enum, ",")
	case t.Kind() == reflect.Bool:
		return Switch, nil
	case t.Kind() == reflect.Slice:
		return List, nil
	case (f.Target.CanInt() || f.Target.CanUint()) && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return Integer, nil
	case f.Target.CanFloat():
		return Number, nil
	case f.PlaceHolder == "ADDR":
		return Address, nil
	}
	return Text, nil
}

// decode reads a value as its flag would. It is checked, too.
func (o *Option) decode(text string) (reflect.Value, error) {
	v := reflect.New(o.flag.Target.Type()).Elem()
	err := o.flag.Mapper.Decode(&kong.DecodeContext{Value: o.flag.Value, Scan: kong.Scan().PushTyped(text, kong.FlagValueToken)}, v)
	if err != nil && o.Kind == Choice {
		return v, fmt.Errorf("%s must be one of %s", o.shown(text), strings.Join(o.Choices, ", "))
	} else if err != nil && o.Kind == List {
		return v, fmt.Errorf("%s is no list of %s", o.shown(text), o.flag.PlaceHolder)
	} else if err != nil {
		return v, fmt.Errorf("%s is no %s; write it like %s", o.shown(text), o.Kind, o.like())
	}
	return v, o.check(v)
}

// shown is a value as it may be shown.
func (o *Option) shown(text string) string {
	if o.Secret {
		return redacted
	}
	return strconv.Quote(text)
}

func (o *Option) like() string {
	switch o.Kind {
	case Switch:
		return "true or false"
	case Integer:
		return "100"
	case Number:
		return "100 or 0.5"
	case Duration:
		return "30s, 5m or 24h"
	case Size:
		return "4096, 64k or 50M"
	case Choice:
		return strings.Join(o.Choices, " or ")
	case Address:
		return "127.0.0.1:8080 or :8080"
	}
	return o.flag.PlaceHolder
}

// check says what is wrong with a value that has the right type.
func (o *Option) check(v reflect.Value) error {
	text := format(v)
	switch o.Kind {
	case Choice:
		if !slices.Contains(o.Choices, text) {
			return fmt.Errorf("%s must be one of %s", o.shown(text), strings.Join(o.Choices, ", "))
		}
	case Address:
		if text == "" {
			return nil
		}
		_, port, err := net.SplitHostPort(text)
		if n, number := strconv.Atoi(port); err != nil || number == nil && (n < 0 || n > 65535) {
			return fmt.Errorf("%s is no address with a port; write it like %s", o.shown(text), o.like())
		}
	case List: // kong drops one at the end, so it would not mean the same everywhere
		if list, ok := v.Interface().([]string); ok && slices.Contains(list, "") {
			return errors.New("a text of the list is empty")
		}
	case Number:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("%s is no number that can be counted with", o.shown(text))
		}
		return o.bounds(v, text)
	case Integer, Duration, Size:
		return o.bounds(v, text)
	}
	return nil
}

func (o *Option) bounds(v reflect.Value, text string) error {
	for _, b := range []struct {
		text, words string
		outside     int
	}{{o.Min, "the least is", -1}, {o.Max, "the most is", 1}} {
		if b.text == "" {
			continue
		}
		bound := reflect.New(v.Type()).Elem()
		err := o.flag.Mapper.Decode(&kong.DecodeContext{Value: o.flag.Value, Scan: kong.Scan().PushTyped(b.text, kong.FlagValueToken)}, bound)
		if err != nil {
			panic("config: a bound of " + o.Name + " is no value of it: " + err.Error())
		}
		if compare(v, bound) == b.outside {
			return fmt.Errorf("%s is out of range; %s %s", o.shown(text), b.words, b.text)
		}
	}
	return nil
}

func compare(a, b reflect.Value) int {
	switch {
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	}
	return 0
}
