package wire

import "github.com/holdfast-ws/holdfast"

func (w *writer) window(f field, v Window) {
	if v == (Window{}) {
		return
	}
	w.tag(f)
	at := w.open('[')
	w.rawNumber(uint64(v.Records))
	w.comma()
	w.rawNumber(uint64(v.Bytes))
	w.close(at, ']')
}

func (w *writer) headers(f field, list []holdfast.Header) {
	for i := range list {
		at := w.item(f, i)
		w.rawString(list[i].Name)
		w.comma()
		w.rawString(list[i].Value)
		w.close(at, ']')
	}
	w.endList(len(list))
}

func (w *writer) terms(f field, list []holdfast.TermEnd) {
	for i := range list {
		at := w.item(f, i)
		w.rawHex64(uint64(list[i].Term))
		w.comma()
		w.rawNumber(list[i].Last)
		w.close(at, ']')
	}
	w.endList(len(list))
}

// item opens the i-th pair of a list; the caller closes it.
func (w *writer) item(f field, i int) int {
	w.beginItem(f, i)
	return w.open('[')
}

// object opens the i-th object of a list; the caller closes it.
func (w *writer) object(f field, i int) int {
	w.beginItem(f, i)
	return w.open('{')
}

func (w *writer) beginItem(f field, i int) {
	switch {
	case w.codec == Binary || i == 0:
		w.tag(f)
		if w.codec == JSON {
			w.b = append(w.b, '[')
		}
	default:
		w.b = append(w.b, ',')
	}
}

func (w *writer) endList(n int) {
	if n > 0 && w.codec == JSON {
		w.b = append(w.b, ']')
	}
}

func (w *writer) comma() {
	if w.codec == JSON {
		w.b = append(w.b, ',')
	}
}

// open begins a value made of several: a bracket, or room for a length. It returns what close needs.
func (w *writer) open(bracket byte) int {
	if w.codec == Binary {
		w.b = append(w.b, 0)
	} else {
		w.b = append(w.b, bracket)
	}
	return len(w.b)
}

func (w *writer) close(at int, bracket byte) {
	if w.codec == Binary {
		w.b = closeLength(w.b, at, 1)
		return
	}
	w.b = append(w.b, bracket)
}
