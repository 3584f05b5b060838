package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// What is in the tree is what the tables give: run "make generate" when this fails.
func TestGeneratedFilesAreUpToDate(t *testing.T) {
	files, err := render(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(filepath.Join(root, f.path)); err != nil || !bytes.Equal(b, f.content) {
			t.Errorf("%s is not up to date: %v", f.path, err)
		}
	}
	if len(files) != 8 {
		t.Errorf("%d files", len(files))
	}
}

// A mistake in the table is found before anything is written.
func TestMistakesInTheTableAreFound(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "spec/classes.json"))
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*table){
		"class network: retry":                            func(t *table) { t.Classes[0].Retry = "" },
		"close 1000: class \"nothing\"":                   func(t *table) { t.Close[0].Class = "nothing" },
		"close 1000: class \"closed\", retry \"perhaps\"": func(t *table) { t.Close[0].Retry = "perhaps" },
		"close 5000":            func(t *table) { t.Close[len(t.Close)-1].To = 65536 },
		"close has a class for": func(t *table) { t.Close = t.Close[:len(t.Close)-1] },
		"lines above it":        func(t *table) { t.Status = append(t.Status, mapping{From: 404, Class: "policy"}) },
		"holdfast 3999":         func(t *table) { t.Holdfast[0].From = 3999 },
	} {
		var broken table
		if err := json.Unmarshal(b, &broken); err != nil {
			t.Fatal(err)
		}
		if err := broken.check(); err != nil {
			t.Fatal(err)
		}
		change(&broken)
		if _, err := renderClasses(&broken); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

// A field that is spelled wrong would count as one that was left out.
func TestUnknownFieldsAreRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "t.json"), []byte(`{"clases": []}`), 0o644); err != nil {
		t.Fatal(err)
	}
	var into table
	if err := read(dir, "t.json", &into); err == nil || !strings.Contains(err.Error(), "clases") {
		t.Errorf("%v", err)
	}
	if _, err := renderPage([]byte("no markers"), &into, nil); err == nil || !strings.Contains(err.Error(), "markers of classes") {
		t.Errorf("%v", err)
	}
	if _, err := renderCodes([]entry{{Code: 2}, {Code: 1}}); err == nil || !strings.Contains(err.Error(), "not sorted") {
		t.Errorf("%v", err)
	}
}
