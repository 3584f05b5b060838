package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// typed is what can be typed behind a slash.
var typed = []struct{ name, args, what string }{
	{"ping", "", "ask the server for a sign of life"},
	{"reconnect", "", "connect anew, now; closes the circuit breaker"},
	{"binary", "HEX|base64:DATA", "send a binary message"},
	{"stats", "", "show the counters"},
	{"errors", "", "show the last errors"},
	{"close", "[CODE] [REASON]", "close the connection and leave"},
	{"quit", "", "the same, with 1000"},
	{"help", "", "show this; a message that begins with a slash is typed with two"},
}

// command does what was typed behind a slash.
func (r *connection) command(line string) {
	name, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch name {
	case "ping":
		r.wg.Go(func() {
			rtt, err := r.sock.Ping()
			r.do(func() {
				if err != nil {
					r.out.event(err.Error())
				} else {
					r.out.event("the server answered after " + short(rtt))
				}
			})
		})
	case "reconnect":
		r.sock.Reconnect()
	case "binary":
		r.sendBinary(rest)
	case "stats":
		r.stats()
	case "errors":
		r.errors()
	case "close":
		r.leave(rest)
	case "quit":
		r.end(nil)
	case "help":
		for _, t := range typed {
			r.out.event(fmt.Sprintf("/%-26s %s", strings.TrimSpace(t.name+" "+t.args), t.what))
		}
	default:
		r.out.event("there is no command /" + name + "; /help lists them, and a message that begins with a slash is typed with two")
	}
}

// sendBinary sends what is given in hex, or in base64 behind "base64:".
func (r *connection) sendBinary(text string) {
	data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if encoded, ok := strings.CutPrefix(text, "base64:"); ok {
		data, err = base64.StdEncoding.DecodeString(encoded)
	}
	if err != nil || text == "" {
		r.out.event("not sent: write the bytes in hex, such as /binary 00ff, or as /binary base64:AP8=")
		return
	}
	r.wg.Go(func() { r.edit.send(r.ctx, r, client.Bytes(data)) })
}

// leave closes with a code and a reason.
func (r *connection) leave(text string) {
	code, reason, _ := strings.Cut(text, " ")
	f := farewell{holdfast.CodeNormal, strings.TrimSpace(reason)}
	if code != "" {
		n, err := strconv.ParseUint(code, 10, 16)
		if err != nil || n != 1000 && (n < 3000 || n > 4999) {
			r.out.event("/close: the code is 1000, or from 3000 to 4999")
			return
		}
		f.code = holdfast.Code(n)
	}
	if len(f.reason) > maxCloseReason {
		r.out.event(fmt.Sprintf("/close: the reason has %d bytes; a close frame takes %d", len(f.reason), maxCloseReason))
		return
	}
	r.farewell = f
	r.end(nil)
}

// maxCloseReason is what RFC 6455, 5.5 leaves of a control frame beside the code.
const maxCloseReason = 123

func (r *connection) stats() {
	s := r.sock.Stats()
	uptime := ""
	if s.Uptime > 0 {
		uptime = " for " + seconds(s.Uptime)
	}
	r.out.event("state    " + s.State.String() + uptime + ", circuit " + s.Circuit.String())
	r.out.event(fmt.Sprintf("connects %d, of %d attempts; %d failed", s.Connects, s.Attempts, s.Failures))
	r.out.event(fmt.Sprintf("sent     %d messages, %s; %d wait", s.MessagesOut, bytesText(int64(s.BytesOut)), s.QueueMessages))
	r.out.event(fmt.Sprintf("received %d messages, %s", s.MessagesIn, bytesText(int64(s.BytesIn))))
	if s.RTT.Last > 0 {
		r.out.event(fmt.Sprintf("rtt      last %s, min %s, median %s, 99%% %s, max %s", short(s.RTT.Last), short(s.RTT.Min), short(s.RTT.P50), short(s.RTT.P99), short(s.RTT.Max)))
	}
	for _, code := range slices.Sorted(maps.Keys(s.Closes)) {
		r.out.event(fmt.Sprintf("closed   %d times with %d", s.Closes[code], code))
	}
}

// shownErrors is how many errors are shown.
const shownErrors = 10

func (r *connection) errors() {
	list := r.sock.Errors()
	if len(list) == 0 {
		r.out.event("no errors")
	}
	for _, e := range list[max(0, len(list)-shownErrors):] {
		r.out.event(e.Time.Local().Format(time.TimeOnly) + " " + e.Class.String() + ": " + e.Err.Error())
	}
}
