package foreign

import (
	"bufio"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
)

// library is an echo server of a library that is not ours. Told to by a text, it does what ends a connection: see ordered.
type library struct {
	name  string
	start func(t *testing.T, deflate bool) (url string)
}

var libraries = []library{
	{"ws", startWS},
	{"gorilla", func(t *testing.T, deflate bool) string { return serve(t, gorillaEcho(deflate)) }},
	{"coder", func(t *testing.T, deflate bool) string { return serve(t, coderEcho(deflate)) }},
}

// each runs a test with each library.
func each(t *testing.T, deflate bool, f func(t *testing.T, url string)) {
	t.Parallel()
	for _, l := range libraries {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			f(t, l.start(t, deflate))
		})
	}
}

// listen listens on this machine until the test ends.
func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

// serve serves on this machine.
func serve(t *testing.T, h http.Handler) (url string) {
	t.Helper()
	return serveOn(t, listen(t), h)
}

// serveOn serves until the test ends, and then waits for all that the handler has begun.
func serveOn(t *testing.T, ln net.Listener, h http.Handler) (url string) {
	ctx, cancel := context.WithCancel(context.Background())
	srv := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0), BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan struct{})
	go func() {
		defer close(done)
		srv.Serve(ln) //nolint:errcheck // it ends with the test
	}()
	t.Cleanup(func() {
		cancel()
		srv.Close()
		<-done
	})
	return "ws://" + ln.Addr().String()
}

// order is what a text has a server do.
type order uint8

const (
	orderEcho order = iota
	orderClose
	orderCut
)

// ordered reads a message.
func ordered(text bool, data []byte) (what order, code int, reason string) {
	if !text || len(data) > 200 {
		return orderEcho, 0, ""
	}
	word, rest, _ := strings.Cut(string(data), " ")
	switch word {
	case "cut":
		return orderCut, 0, ""
	case "close":
		number, reason, _ := strings.Cut(rest, " ")
		if n, err := strconv.Atoi(number); err == nil {
			return orderClose, n, reason
		}
		return orderClose, 1005, ""
	}
	return orderEcho, 0, ""
}

// gorillaEcho is the echo example of gorilla/websocket.
func gorillaEcho(deflate bool) http.Handler {
	up := gorilla.Upgrader{Subprotocols: []string{"echo"}, EnableCompression: deflate, CheckOrigin: func(*http.Request) bool { return true }}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		stop := context.AfterFunc(r.Context(), func() { c.Close() })
		defer stop()
		closing := false
		for {
			kind, data, err := c.ReadMessage()
			if err != nil {
				return
			}
			switch what, code, reason := ordered(kind == gorilla.TextMessage, data); {
			case closing: // it waits for the other side's close frame
			case what == orderCut:
				return
			case what == orderClose:
				closing = true
				err = c.WriteMessage(gorilla.CloseMessage, gorilla.FormatCloseMessage(code, reason))
			default:
				err = c.WriteMessage(kind, data)
			}
			if err != nil {
				return
			}
		}
	})
}

// coderEcho is the echo example of coder/websocket.
func coderEcho(deflate bool) http.Handler {
	o := &coder.AcceptOptions{Subprotocols: []string{"echo"}, InsecureSkipVerify: true}
	if deflate {
		o.CompressionMode = coder.CompressionContextTakeover
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := coder.Accept(w, r, o)
		if err != nil {
			return
		}
		defer c.CloseNow()
		c.SetReadLimit(1 << 20)
		for {
			kind, data, err := c.Read(r.Context())
			if err != nil {
				return
			}
			switch what, code, reason := ordered(kind == coder.MessageText, data); what {
			case orderCut:
				return
			case orderClose:
				c.Close(coder.StatusCode(code), reason)
				return
			default:
				if c.Write(r.Context(), kind, data) != nil {
					return
				}
			}
		}
	})
}

// wsPackage is where tools/install puts the ws package of npm.
const wsPackage = "../../../bench/peers/ws/node_modules"

// needWS skips the test where there is no Node.js or no ws package.
func needWS(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil || runtime.GOOS == "windows" {
		t.Skip("needs node, on a Unix: see tools/install")
	}
	if _, err := os.Stat(filepath.Join(wsPackage, "ws")); err != nil {
		t.Skip("needs the ws package: see tools/install")
	}
}

// wsCommand is the echo server of the ws package; behind it comes the address that it shall listen on. It prints its address when it does.
func wsCommand(t *testing.T) []string {
	t.Helper()
	needWS(t)
	modules, err := filepath.Abs(wsPackage)
	if err != nil {
		t.Fatal(err)
	}
	return []string{"env", "NODE_PATH=" + modules, "node", "testdata/echo.cjs"}
}

// startWS starts it on this machine.
func startWS(t *testing.T, deflate bool) (url string) {
	t.Helper()
	args := append(wsCommand(t), "127.0.0.1:0")
	if deflate {
		args = append(args, "deflate")
	}
	c := exec.Command(args[0], args[1:]...)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill() //nolint:errcheck // it may have ended
		c.Wait()         //nolint:errcheck // it was killed
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return "ws://" + strings.TrimSpace(line)
}
