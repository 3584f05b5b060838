package config

import (
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// redacted stands for a secret.
const redacted = "(redacted)"

// format writes a value so that its flag reads it again.
func format(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return shortDuration(x)
	case slog.Level:
		return strings.ToLower(x.String())
	case sizer:
		return shortSize(x.Bytes())
	}
	if v.Kind() == reflect.Slice {
		return kong.JoinEscaped(texts(v), ',')
	}
	return fmt.Sprint(v.Interface())
}

// texts are the values of a list, each as its flag would read it.
func texts(list reflect.Value) []string {
	all := make([]string, 0, list.Len())
	for i := range list.Len() {
		all = append(all, fmt.Sprint(list.Index(i).Interface()))
	}
	return all
}

// shortDuration is 24h and not 24h0m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// shortSize is 64k and not 65536.
func shortSize(n int64) string {
	for _, u := range []struct {
		shift int
		name  string
	}{{30, "G"}, {20, "M"}, {10, "k"}} {
		if n != 0 && n%(1<<u.shift) == 0 {
			return strconv.FormatInt(n>>u.shift, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}
