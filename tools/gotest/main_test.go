package main

import (
	"strings"
	"testing"
	"time"
)

const stream = `
{"Action":"output","Package":"p","Output":"-test.shuffle 17\n"}
{"Action":"run","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"    a_test.go:3: a remark\n"}
{"Action":"pass","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestCost","Output":"    a_test.go:9: under the race detector it allocates\n"}
{"Action":"skip","Package":"p","Test":"TestCost"}
{"Action":"output","Package":"p","Test":"TestHour","Output":"    a_test.go:12: set HOLDFAST_LONG=1\n"}
{"Action":"skip","Package":"p","Test":"TestHour"}
{"Action":"output","Package":"p","Test":"TestRoot","Output":"    a_test.go:15: needs root\n"}
{"Action":"skip","Package":"p","Test":"TestRoot"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"--- FAIL: TestBad\n    a_test.go:20: 1 is not 2\n"}
{"Action":"fail","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Test":"TestStuck","Output":"panic: test timed out\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
{"Action":"skip","Package":"empty"}
not json
`

func TestRead(t *testing.T) {
	a := account{packages: map[string]bool{}}
	var out strings.Builder
	a.read(strings.NewReader(strings.TrimSpace(stream)), &out)
	for _, want := range []string{"1 is not 2", "FAIL\tp\t0.1s", "not json", "did not end: p TestStuck\npanic: test timed out"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, out.String())
		}
	}
	for _, unwanted := range []string{"a remark", "shuffle"} {
		if strings.Contains(out.String(), unwanted) {
			t.Errorf("the output has %q", unwanted)
		}
	}
	if a.passed != 1 || a.failed != 1 || len(a.packages) != 1 || len(a.skips) != 3 {
		t.Errorf("counted %+v", a)
	}
	if !a.skips[0].race() || !a.skips[1].long() || a.skips[2].race() || a.skips[2].long() {
		t.Errorf("skips %+v", a.skips)
	}
}

func TestReadKnowsWhatBrokeDown(t *testing.T) {
	a := account{packages: map[string]bool{}}
	a.read(strings.NewReader(`{"Action":"output","Package":"p","Test":"TestCrowd","Output":"ThreadSanitizer: CHECK failed: tsan_rtl.cpp:346\n"}
{"Action":"fail","Package":"p"}
{"Action":"fail","Package":"q"}`), &strings.Builder{})
	if p, ok := a.bad["p"]; !p || !ok {
		t.Errorf("%v", a.bad)
	}
	if q, ok := a.bad["q"]; q || !ok {
		t.Errorf("%v", a.bad)
	}
}

func TestBrokeDown(t *testing.T) {
	for name, c := range map[string]struct {
		a    account
		want bool
	}{
		"nothing failed":        {account{}, false},
		"something else failed": {account{bad: map[string]bool{"fmt": true, "q": false}}, false},
		"a test failed":         {account{bad: map[string]bool{"fmt": true}, failed: 1}, false},
		"it alone":              {account{bad: map[string]bool{"github.com/holdfast-ws/holdfast/tools/unchanged": true}}, false}, // no such package: it was run
	} {
		c.a.packages = map[string]bool{}
		if got := brokeDown(t.Context(), []string{"-run=^$"}, &c.a); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !brokeDown(t.Context(), []string{"-run=^$", "./..."}, &account{packages: map[string]bool{}, bad: map[string]bool{".": true}}) {
		t.Error("it does not run again what broke down")
	}
}

func TestReport(t *testing.T) {
	root, long := skip{"p", "TestRoot", "needs root"}, skip{"p", "TestHour", "set HOLDFAST_LONG=1"}
	for _, c := range []struct {
		a    account
		ci   bool
		want bool
		says string
	}{
		{account{passed: 3, packages: map[string]bool{"p": true}}, true, true, "3 tests passed, 0 failed, in 1 packages; left out 0 (1s)"},
		{account{passed: 3, skips: []skip{long}}, true, true, "1 long ones"},
		{account{passed: 3, skips: []skip{root}}, false, true, "left out: p TestRoot: needs root"},
		{account{passed: 3, skips: []skip{root}}, true, false, "nothing may be left out"},
		{account{}, false, false, "no test ran"},
	} {
		var out strings.Builder
		if got := c.a.report(&out, time.Second, c.ci); got != c.want || !strings.Contains(out.String(), c.says) {
			t.Errorf("%+v, CI %v: %v, %q", c.a, c.ci, got, out.String())
		}
	}
}

func TestFlagsOf(t *testing.T) {
	got := strings.Join(flagsOf([]string{"-race", "-shuffle=on", "./a", "./b/...", "-timeout=5m"}), " ")
	if got != "-shuffle=on -timeout=5m" {
		t.Errorf("flags %q", got)
	}
}
