package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
	"github.com/holdfast-ws/holdfast/client"
)

// status is what is known of the socket, from its events.
type status struct {
	state   client.State
	rtt     time.Duration
	attempt int
	at      time.Time // of the next attempt
	last    error     // that an event has told
	closed  string    // why the last connection ended
}

// text is the status line, and its colour.
func (st *status) text(r *connection, now time.Time) (text, colour string) {
	wait := 0
	if r.edit != nil {
		wait = r.sock.Stats().QueueMessages
	}
	switch st.state {
	case client.StateOpen:
		text, colour = "open", green
		if st.rtt > 0 {
			text += " " + short(st.rtt)
		}
		wait = 0
	case client.StateBlocked:
		text, colour = "circuit open", red
		if b := r.sock.Breaker(); b != nil {
			if left := b.Until().Sub(now); left > 0 {
				text += ", " + seconds(left)
			}
		}
	case client.StateConnecting:
		text, colour = "connecting", yellow
		if left := st.at.Sub(now); left > 0 {
			text = fmt.Sprintf("attempt %d in %s", st.attempt, seconds(left))
		}
	default:
		text, colour = st.state.String(), yellow
	}
	if wait > 0 {
		text += fmt.Sprintf(", %d waiting", wait)
	}
	return text, colour
}

// short writes a round trip.
func short(d time.Duration) string {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(time.Millisecond).String()
}

// seconds writes a countdown, which ends at one.
func seconds(d time.Duration) string {
	return strconv.Itoa(int((d+time.Second-1)/time.Second)) + "s"
}

// happened takes an event.
func (r *connection) happened(ev client.SocketEvent) {
	if r.out.form == formJSON {
		if err := r.out.object(r.eventObject(ev)); err != nil {
			r.end(&holdfast.Error{Code: holdfast.CodeIO, Op: "write to standard output", Cause: err})
		}
	}
	st := &r.status
	switch ev.Kind {
	case client.SocketState:
		st.state = ev.State
	case client.SocketOpen, client.SocketReconnected:
		r.opened(ev)
	case client.SocketClosed:
		st.rtt, st.last, st.closed = 0, ev.Err, r.explain(ev)
		if ev.Err == nil {
			r.out.event("closed: " + st.closed)
		} else {
			r.out.event("connection lost: " + st.closed + hintOf(ev))
		}
	case client.SocketRetry:
		r.retry(ev)
	case client.SocketCircuit:
		r.circuit(ev)
	case client.SocketHeartbeat:
		if st.rtt = ev.RTT; ev.RTT == 0 {
			r.out.event(fmt.Sprintf("no answer to a ping, %d in a row", ev.Missed))
		}
	case client.SocketDiscarded:
		r.out.event(fmt.Sprintf("%d messages dropped (%s)", ev.N, ev.Code))
	case client.SocketWoke:
		r.out.event("this machine slept for " + seconds(ev.Delay) + "; asking whether the server is still there")
	case client.SocketMissed:
		r.out.event(fmt.Sprintf("%d events are not shown", ev.N))
	}
}

func (r *connection) opened(ev client.SocketEvent) {
	r.status.at, r.status.last = time.Time{}, nil
	text := "connected"
	if ev.Kind == client.SocketReconnected {
		text = "connected again"
	}
	if p := r.sock.Subprotocol(); p != "" {
		text += ", subprotocol " + p
	} else if len(r.c.Subprotocol) > 0 {
		text += "; the server chose no subprotocol"
	}
	r.out.event(text)
	if r.edit != nil && !r.ending {
		r.wg.Go(func() { r.sock.Ping() }) //nolint:errcheck // an event tells how long it took
	}
}

func (r *connection) retry(ev client.SocketEvent) {
	st := &r.status
	st.attempt, st.at = ev.Attempt, ev.Time.Add(ev.Delay)
	text := "attempt " + strconv.Itoa(ev.Attempt)
	if ev.Max > 0 {
		text += " of " + strconv.Itoa(ev.Max)
	}
	text += " in " + ev.Delay.Round(10*time.Millisecond).String()
	if ev.Err != nil && ev.Err != st.last {
		text = ev.Err.Error() + "; " + text
	}
	r.out.event(text)
}

func (r *connection) circuit(ev client.SocketEvent) {
	text := "circuit breaker: " + ev.Circuit.String()
	if b := r.sock.Breaker(); ev.Circuit == breaker.Open && b != nil {
		if left := time.Until(b.Until()); left > 0 {
			text += " for " + seconds(left)
		}
	}
	r.out.event(text)
}

// explain says why a connection ended: its code, what that means, and the server's reason.
func (r *connection) explain(ev client.SocketEvent) string {
	text := strconv.Itoa(int(ev.Code)) + " "
	if foreign := ev.Clean && ev.Code >= 4000 && !strings.HasPrefix(r.sock.Subprotocol(), "holdfast"); foreign {
		text += "of the application's own"
	} else {
		text += ev.Code.String()
		if what := ev.Code.What(); what != "" {
			text += ": " + what
		}
	}
	if ev.Reason != "" {
		text += ", " + strconv.QuoteToGraphic(ev.Reason)
	}
	return text
}

// hintOf is what to do about the end of a connection, behind a semicolon.
func hintOf(ev client.SocketEvent) string {
	why := ev.Err
	if ev.Code < 4000 {
		why = ev.Code // says more than what is behind it
	}
	if hint := client.Classify(why).Hint; hint != "" {
		return "; " + hint
	}
	return ""
}

// eventObject is an event for --format json.
func (r *connection) eventObject(ev client.SocketEvent) object {
	o := object{Event: ev.Kind.String(), Time: ev.Time.UTC(), Code: int(ev.Code), Reason: ev.Reason, Attempt: ev.Attempt, Max: ev.Max,
		DelayMs: ms(ev.Delay), RTTMs: ms(ev.RTT), Missed: ev.Missed, N: ev.N}
	switch ev.Kind {
	case client.SocketState:
		o.State, o.Before = ev.State.String(), ev.Before.String()
	case client.SocketClosed:
		o.Clean, o.What = &ev.Clean, r.explain(ev)
	case client.SocketCircuit:
		o.Circuit = ev.Circuit.String()
	}
	if ev.Class != client.ClassNone {
		o.Class = ev.Class.String()
	}
	if ev.Err != nil {
		o.Error = ev.Err.Error()
	}
	return o
}

func ms(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}
