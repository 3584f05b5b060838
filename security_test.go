package holdfast_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	attackRow  = regexp.MustCompile(`(?m)^\| (.+?) \| (\[.+?) \|(.*)\|$`)
	attackTest = regexp.MustCompile("\\]\\((.+?)\\) `(Test\\w+)`")
	attackCase = regexp.MustCompile("`(.+)`")
)

// Every attack that SECURITY.md names has the test, and in it the case, that the table says.
func TestAttacksHaveTests(t *testing.T) {
	b, err := os.ReadFile("SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(b), "## Attacks by name")
	table, _, _ = strings.Cut(table, "\n## ")
	rows := attackRow.FindAllStringSubmatch(table, -1)
	if len(rows) < 17 {
		t.Errorf("only %d attacks were found", len(rows))
	}
	for _, row := range rows {
		tests := attackTest.FindAllStringSubmatch(row[2], -1)
		if len(tests) == 0 {
			t.Errorf("%s: no test", row[1])
		}
		for i, m := range tests {
			source := sourceOf(t, m[1], m[2])
			if source == "" {
				t.Errorf("%s: %s has no %s", row[1], m[1], m[2])
			}
			if c := attackCase.FindStringSubmatch(row[3]); c != nil && i == 0 && !strings.Contains(source, `"`+c[1]+`"`) {
				t.Errorf("%s: %s has no case %q", row[1], m[2], c[1])
			}
		}
	}
}

// sourceOf returns the file in a folder that has a test, or "".
func sourceOf(t *testing.T, folder, test string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "\nfunc "+test+"(") {
			return string(b)
		}
	}
	return ""
}
