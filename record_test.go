package holdfast_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast"
)

func TestCheckChannel(t *testing.T) {
	good := []string{
		"chat:lobby", "a", ":", "chat:", "a:b:c", "größe", "чат:лобби", "部屋", "x/y/z.0-_~!$&'()*+,;=@%", "🙂",
		strings.Repeat("n", holdfast.MaxChannelName),
	}
	for _, name := range good {
		if err := holdfast.CheckChannel(name); err != nil {
			t.Errorf("CheckChannel(%q): %v", name, err)
		}
	}
	bad := []struct{ name, detail string }{
		{"", "empty"},
		{strings.Repeat("n", holdfast.MaxChannelName+1), "256 bytes; the limit is 255"},
		{"chat lobby", "byte 4"},
		{"chat\tlobby", "byte 4"},
		{"chat\n", "byte 4"},
		{"\x00", "byte 0"},
		{"\x7f", "byte 0"},
		{`say"so"`, "byte 3"},
		{`c:\temp`, "byte 2"},
		{"caf\xe9", "UTF-8"},
		{"\xed\xa0\x80", "UTF-8"},
		{"zero\u200bwidth", "printable"},
		{"no\u00a0break", "printable"},
		{"private\ue000", "printable"},
	}
	for _, c := range bad {
		err := holdfast.CheckChannel(c.name)
		if !errors.Is(err, holdfast.CodeBadChannel) || !strings.Contains(err.Error(), c.detail) {
			t.Errorf("CheckChannel(%q): %v; want bad_channel with %q", c.name, err, c.detail)
		}
	}
}

func FuzzCheckChannel(f *testing.F) {
	for _, s := range []string{"chat:lobby", "", "\xff", "größe", `"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if holdfast.CheckChannel(name) != nil {
			return
		}
		if name == "" || len(name) > holdfast.MaxChannelName || !utf8.ValidString(name) || strings.ContainsAny(name, "\x00\t\n\r \"\\\x7f") {
			t.Fatalf("CheckChannel(%q) = nil", name)
		}
	})
}

func TestNamespace(t *testing.T) {
	for channel, want := range map[string]string{"chat:lobby": "chat", "a:b:c": "a", "lobby": "", ":x": "", "chat:": "chat", "": ""} {
		if got := holdfast.Namespace(channel); got != want {
			t.Errorf("Namespace(%q) = %q, want %q", channel, got, want)
		}
	}
}

func TestRecord(t *testing.T) {
	r := holdfast.Record{
		Channel: "chat:lobby", Term: 7, Offset: 3, Time: time.UnixMilli(1), Type: holdfast.Text, Data: []byte("hello"),
		Headers: []holdfast.Header{{Name: "lang", Value: "en"}, {Name: "tag", Value: "a"}, {Name: "tag", Value: "b"}},
	}
	if got := r.Position(); got != (holdfast.Position{Term: 7, Offset: 3}) {
		t.Errorf("Position() = %v", got)
	}
	if got := r.Header("tag"); got != "a" {
		t.Errorf("Header of a repeated name = %q; the first is wanted", got)
	}
	if got := r.Header("absent"); got != "" {
		t.Errorf("Header of an absent name = %q", got)
	}
	c := r.Clone()
	c.Data[0], c.Headers[0].Value = 'J', "de"
	if string(r.Data) != "hello" || r.Headers[0].Value != "en" {
		t.Errorf("a change of the clone changed the record: %q %v", r.Data, r.Headers)
	}
}

func TestContentTypeNames(t *testing.T) {
	for ct, want := range map[holdfast.ContentType]string{holdfast.Binary: "binary", holdfast.Text: "text", holdfast.JSON: "json", 9: "type 9"} {
		if got := ct.String(); got != want {
			t.Errorf("ContentType(%d) = %q, want %q", ct, got, want)
		}
	}
}
