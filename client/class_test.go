package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

func readJSON[T any](t testing.TB, path string) T {
	t.Helper()
	var v T
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

// strategyText is a strategy as spec/classes.json and the vectors write it.
type strategyText struct {
	Retry   string
	Retries int
	BaseMS  int `json:"base_ms"`
	Factor  float64
}

func (s strategyText) strategy() client.Strategy {
	mode := map[string]client.RetryMode{"retry": client.RetryAlways, "stop": client.RetryNever}[s.Retry]
	return client.Strategy{Retry: mode, MaxRetries: s.Retries, BaseDelay: time.Duration(s.BaseMS) * time.Millisecond, Multiplier: s.Factor}
}

type specClass struct {
	Name, Const, What, Hint string
	strategyText
}

func specClasses(t testing.TB) []specClass {
	return readJSON[struct{ Classes []specClass }](t, "../spec/classes.json").Classes
}

// The classes of the program are those of the spec, one by one, and there are no others.
func TestClassesAreThoseOfTheSpec(t *testing.T) {
	list := specClasses(t)
	if len(list) == 0 {
		t.Fatal("there are none")
	}
	for i, want := range list {
		k := client.Class(i + 1)
		if k.String() != want.Name || k.What() != want.What || k.Hint() != want.Hint || k.Strategy() != want.strategy() {
			t.Errorf("the program has %v %q %q %+v, spec/classes.json %+v", k, k.What(), k.Hint(), k.Strategy(), want)
		}
		if want.What == "" || want.Hint == "" || strings.HasSuffix(want.What, ".") || strings.HasSuffix(want.Hint, ".") {
			t.Errorf("%s: what happened and what to do are wanted, without full stops", want.Name)
		}
	}
	for n := len(list) + 1; n <= math.MaxUint8; n++ {
		if k := client.Class(n); k.String() != "class "+strconv.Itoa(n) || k.What() != "" || k.Hint() != "" || k.Strategy() != (client.Strategy{}) {
			t.Errorf("class %d: %v %q %q %+v", n, k, k.What(), k.Hint(), k.Strategy())
		}
	}
	if client.ClassNone.String() != "none" || client.ClassNone.Strategy() != (client.Strategy{}) {
		t.Errorf("no class: %v %+v", client.ClassNone, client.ClassNone.Strategy())
	}
}

// The numbers that the feature list fixes.
func TestStrategiesOfTheClasses(t *testing.T) {
	for k, want := range map[client.Class]client.Strategy{
		client.ClassNetwork:        {Retry: client.RetryAlways, MaxRetries: 5, BaseDelay: time.Second, Multiplier: 2},
		client.ClassTimeout:        {Retry: client.RetryAlways, MaxRetries: 5, BaseDelay: time.Second, Multiplier: 2},
		client.ClassAuthentication: {Retry: client.RetryAlways, MaxRetries: 3, BaseDelay: 2 * time.Second, Multiplier: 1.5},
		client.ClassRateLimit:      {Retry: client.RetryAlways, MaxRetries: 10, BaseDelay: 5 * time.Second, Multiplier: 1.5},
		client.ClassServer:         {Retry: client.RetryAlways},
		client.ClassTLS:            {Retry: client.RetryNever},
		client.ClassClosed:         {Retry: client.RetryNever},
	} {
		if got := k.Strategy(); got != want {
			t.Errorf("%v: %+v, want %+v", k, got, want)
		}
	}
}

type vector struct {
	Kind    string
	Code    int
	Options struct {
		Codes      map[string]string
		Strategies map[string]strategyText
	}
	Class     string
	Retryable bool
	Strategy  *strategyText // the class's default
	Override  *strategyText // what the options say of the class
}

func (v vector) err() error {
	if v.Kind == "close" {
		return websocket.CloseError{Code: websocket.StatusCode(v.Code)}
	}
	return &holdfast.Error{Code: holdfast.Code(v.Code), Op: "connect"}
}

// options turns names into classes; those that the table does not have are the application's own.
func (v vector) options(t *testing.T, known map[string]client.Class) *client.Classes {
	c := &client.Classes{Codes: map[holdfast.Code]client.Class{}, Strategies: map[client.Class]client.Strategy{}, Names: map[client.Class]string{}}
	class := func(name string) client.Class {
		if known[name] == client.ClassNone {
			k := client.ClassOwn + client.Class(len(c.Names))
			known[name], c.Names[k] = k, name
		}
		return known[name]
	}
	for code, name := range v.Options.Codes {
		n, err := strconv.ParseUint(code, 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		c.Codes[holdfast.Code(n)] = class(name)
	}
	for name, s := range v.Options.Strategies {
		c.Strategies[class(name)] = s.strategy()
	}
	if err := c.Validate(); err != nil {
		t.Errorf("%s %d: %v", v.Kind, v.Code, err)
	}
	return c
}

// The vectors are for every implementation: TypeScript reads the same.
func TestClassVectors(t *testing.T) {
	names := map[string]client.Class{}
	for i, k := range specClasses(t) {
		names[k.Name] = client.Class(i + 1)
	}
	list := readJSON[[]vector](t, "../spec/vectors/classes.json")
	seen := map[string]bool{}
	for _, v := range list {
		seen[v.Class] = true
		c := v.options(t, maps.Clone(names))
		got := c.Classify(v.err())
		if c.Name(got.Class) != v.Class || got.Retryable != v.Retryable || got.Code != holdfast.Code(v.Code) || got.Hint == "" && got.Class < client.ClassOwn {
			t.Errorf("%s %d %+v: %s %+v; want %s, retryable %v", v.Kind, v.Code, v.Options, c.Name(got.Class), got, v.Class, v.Retryable)
		}
		if (got.Status == v.Code) != (v.Kind == "status" || v.Code == 0) {
			t.Errorf("%s %d: status %d", v.Kind, v.Code, got.Status)
		}
		if v.Strategy != nil && got.Class.Strategy() != v.Strategy.strategy() {
			t.Errorf("%s %d: %+v, want %+v", v.Kind, v.Code, got.Class.Strategy(), *v.Strategy)
		}
		if v.Override != nil && client.Override(c, got.Class) != v.Override.strategy() {
			t.Errorf("%s %d: changed to %+v, want %+v", v.Kind, v.Code, client.Override(c, got.Class), *v.Override)
		}
	}
	for name := range names {
		if !seen[name] {
			t.Errorf("no vector has the class %s", name)
		}
	}
	for _, e := range readJSON[[]struct {
		Code int
		Kind string
	}](t, "../spec/codes.json") {
		// Holdfast's own may go by their hundred.
		kind := map[string]string{"http": "status", "websocket": "close"}[e.Kind]
		if kind != "" && !slices.ContainsFunc(list, func(v vector) bool { return v.Kind == kind && v.Code == e.Code }) {
			t.Errorf("no vector has %d", e.Code)
		}
	}
}

// Whatever number comes, there is a class, an answer and something to say.
func TestEveryCodeHasAClass(t *testing.T) {
	for n := range 1 << 16 {
		for _, err := range []error{websocket.CloseError{Code: websocket.StatusCode(n)}, holdfast.Code(n), &holdfast.Error{Code: holdfast.Code(n)}} {
			v := client.Classify(err)
			if v.Class == client.ClassNone || v.Class.What() == "" || v.Hint == "" || v.Code != holdfast.Code(n) || v.RetryAfter != 0 {
				t.Fatalf("%T %d: %+v", err, n, v)
			}
			if again := client.Classify(fmt.Errorf("somewhere: %w", err)); again != v {
				t.Fatalf("%T %d: %+v, and wrapped %+v", err, n, v, again)
			}
		}
	}
}

// What the table does about a code is what the code asks for.
func TestClassesDoWhatTheCodesAsk(t *testing.T) {
	others := map[holdfast.Code]string{
		holdfast.CodeIO: "an attempt's I/O, such as reading a file with a token, is worth another attempt; the code is also a disk's",
	}
	for _, e := range readJSON[[]struct{ Code holdfast.Code }](t, "../spec/codes.json") {
		v := client.Classify(e.Code)
		if same := v.Retryable == (e.Code.Action() != holdfast.ActionStop); same == (others[e.Code] != "") {
			t.Errorf("%d %v: action %v, and the class %v is retryable: %v", e.Code, e.Code, e.Code.Action(), v.Class, v.Retryable)
		}
		if e.Code.Action() == holdfast.ActionAuthenticate && v.Class != client.ClassAuthentication {
			t.Errorf("%d %v is %v", e.Code, e.Code, v.Class)
		}
	}
}

// An application has the last word, except on what is over for this end.
func TestApplicationsChangeClasses(t *testing.T) {
	errMaintenance := errors.New("down for maintenance")
	const maintenance, night = client.ClassOwn, client.ClassOwn + 1
	c := &client.Classes{
		Names:      map[client.Class]string{maintenance: "maintenance"},
		Strategies: map[client.Class]client.Strategy{client.ClassClosed: {Retry: client.RetryAlways}, night: {Retry: client.RetryNever}},
		Codes:      map[holdfast.Code]client.Class{1008: client.ClassAuthentication, 502: night},
		Match: func(err error, v client.Verdict) client.Class {
			switch {
			case errors.Is(err, errMaintenance), v.Class == client.ClassApplication && v.Code >= 4500 && v.Code < 4600:
				return maintenance
			case errors.Is(err, holdfast.CodeClosed):
				return client.ClassServer
			}
			return client.ClassNone
		},
	}
	for name, tt := range map[string]struct {
		err   error
		class client.Class
		retry bool
	}{
		"an error of its own":             {fmt.Errorf("token: %w", errMaintenance), maintenance, true},
		"a range of codes":                {websocket.CloseError{Code: 4567}, maintenance, true},
		"a code outside of it":            {websocket.CloseError{Code: 4600}, client.ClassApplication, true},
		"a close code":                    {websocket.CloseError{Code: 1008}, client.ClassAuthentication, true},
		"a close code behind another":     {&holdfast.Error{Code: holdfast.CodeDisconnected, Cause: websocket.CloseError{Code: 1008}}, client.ClassAuthentication, true},
		"a status":                        {&holdfast.Error{Code: 502}, night, false},
		"a normal close":                  {websocket.CloseError{Code: 1000}, client.ClassClosed, true},
		"its own close, whatever it says": {&holdfast.Error{Code: holdfast.CodeClosed}, client.ClassServer, false},
	} {
		if v := c.Classify(tt.err); v.Class != tt.class || v.Retryable != tt.retry {
			t.Errorf("%s: %s %+v; want %s, retryable %v", name, c.Name(v.Class), v, c.Name(tt.class), tt.retry)
		}
	}
	if c.Name(maintenance) != "maintenance" || c.Name(night) != "class 129" || c.Name(client.ClassTLS) != "tls" || (*client.Classes)(nil).Name(night) != "class 129" {
		t.Errorf("names: %q %q %q", c.Name(maintenance), c.Name(night), c.Name(client.ClassTLS))
	}
	if s := client.Override(nil, client.ClassTLS); s != (client.Strategy{}) {
		t.Errorf("nobody has changed %+v", s)
	}
	for _, zero := range []*client.Classes{nil, {}} {
		if v := zero.Classify(websocket.CloseError{Code: 1008}); v.Class != client.ClassPolicy || v.Retryable || zero.Validate() != nil {
			t.Errorf("the zero value: %+v", v)
		}
	}
}

func TestClassesAreValidated(t *testing.T) {
	for field, c := range map[string]client.Classes{
		"Classes.Codes: 4999 as class 99":                 {Codes: map[holdfast.Code]client.Class{4999: 99}},
		"Classes.Codes: 4999 as none":                     {Codes: map[holdfast.Code]client.Class{4999: client.ClassNone}},
		"Classes.Codes: 5000 as tls":                      {Codes: map[holdfast.Code]client.Class{5000: client.ClassTLS}},
		"Classes.Codes: 600 as tls":                       {Codes: map[holdfast.Code]client.Class{600: client.ClassTLS}},
		"Classes.Strategies: class 99: ":                  {Strategies: map[client.Class]client.Strategy{99: {}}},
		"Classes.Strategies: tls: Retry: mode 3":          {Strategies: map[client.Class]client.Strategy{client.ClassTLS: {Retry: 3}}},
		"Classes.Strategies: tls: BaseDelay: -1s":         {Strategies: map[client.Class]client.Strategy{client.ClassTLS: {BaseDelay: -time.Second}}},
		"Classes.Strategies: tls: Multiplier: 0.5":        {Strategies: map[client.Class]client.Strategy{client.ClassTLS: {Multiplier: 0.5}}},
		"Classes.Strategies: tls: Multiplier: NaN":        {Strategies: map[client.Class]client.Strategy{client.ClassTLS: {Multiplier: math.NaN()}}},
		"Classes.Strategies: class 128: Multiplier: +Inf": {Strategies: map[client.Class]client.Strategy{client.ClassOwn: {Multiplier: math.Inf(1)}}},
		"Classes.Names: tls has its name":                 {Names: map[client.Class]string{client.ClassTLS: "mine"}},
	} {
		err := c.Validate()
		if e, ok := errors.AsType[*holdfast.Error](err); !ok || e.Code != holdfast.CodeBadArgument || !strings.HasPrefix(e.Detail, field) {
			t.Errorf("%v; want %s", err, field)
		}
	}
}
