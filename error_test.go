package holdfast_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast"
)

func ExampleError() {
	err := fmt.Errorf("serve: %w", &holdfast.Error{
		Code: holdfast.CodeStoreLocked, Op: "open store", Detail: "./holdfast-data is locked",
	})
	fmt.Println(err)
	if errors.Is(err, holdfast.CodeStoreLocked) {
		fmt.Println("asks to", holdfast.CodeOf(err).Action())
	}
	// Output:
	// serve: open store: ./holdfast-data is locked (store_locked); end that server, or use another folder
	// asks to stop
}

func TestErrorIsOneLineThatSaysWhatWhyAndWhatToDo(t *testing.T) {
	cases := []struct {
		err  holdfast.Error
		want string
	}{
		{holdfast.Error{Code: holdfast.CodeClosed}, "it is closed (closed); open a new one"},
		{holdfast.Error{Code: holdfast.CodeClosed, Op: "publish"}, "publish: it is closed (closed); open a new one"},
		{holdfast.Error{Code: holdfast.CodeIO, Op: "read", Cause: fs.ErrNotExist}, "read: reading or writing failed: file does not exist (io); check the disk, the path and its permissions"},
		{holdfast.Error{Code: holdfast.CodeBadArgument, Detail: "--rate: a number is wanted"}, "--rate: a number is wanted (bad_argument)"},
		{holdfast.Error{Code: holdfast.CodeClosed, Hint: "start it again"}, "it is closed (closed); start it again"},
		{holdfast.Error{Code: 4399, Op: "connect"}, "connect: unknown code (code 4399)"},
	}
	for _, c := range cases {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		if strings.Contains(c.err.Error(), "\n") {
			t.Errorf("more than one line: %q", c.err.Error())
		}
	}
}

func TestErrorsAreFoundByCodeAndByCause(t *testing.T) {
	e := &holdfast.Error{Code: holdfast.CodeIO, Op: "read", Detail: "block 7", Cause: fs.ErrNotExist}
	err := fmt.Errorf("deeper: %w", errors.Join(errors.New("other"), e))
	for _, target := range []error{holdfast.CodeIO, &holdfast.Error{Code: holdfast.CodeIO}, fs.ErrNotExist, e} {
		if !errors.Is(err, target) {
			t.Errorf("errors.Is(err, %v) is false", target)
		}
	}
	for _, target := range []error{holdfast.CodeClosed, &holdfast.Error{Code: holdfast.CodeClosed}, &holdfast.Error{Code: holdfast.CodeIO, Op: "write"}, fs.ErrExist} {
		if errors.Is(err, target) {
			t.Errorf("errors.Is(err, %v) is true", target)
		}
	}
	if got, ok := errors.AsType[*holdfast.Error](err); !ok || got != e {
		t.Errorf("errors.AsType found %v", got)
	}
}

func TestCodeOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		want holdfast.Code
	}{
		{nil, 0},
		{fs.ErrExist, 0},
		{holdfast.CodeGap, holdfast.CodeGap},
		{fmt.Errorf("x: %w", holdfast.CodeGap), holdfast.CodeGap},
		{&holdfast.Error{Code: holdfast.CodeIO, Cause: holdfast.CodeGap}, holdfast.CodeIO},
		{fmt.Errorf("x: %w", &holdfast.Error{Code: holdfast.CodeLost}), holdfast.CodeLost},
	} {
		if got := holdfast.CodeOf(c.err); got != c.want {
			t.Errorf("CodeOf(%v) = %v, want %v", c.err, got, c.want)
		}
	}
}
