package check

// Check returns what is wrong with a history, in the order in which it is found; nothing if all promises have held.
func Check(h History) []Violation {
	var out []Violation
	for i := range h {
		if e := &h[i]; e.Kind == 0 || int(e.Kind) >= len(kinds) {
			out = append(out, Violation{What: "an event of no kind", Events: []Event{*e}})
		}
	}
	return out
}
