package load

import (
	"bytes"
	"errors"
)

// natsOp is one operation of the server in the protocol of NATS, in place.
type natsOp struct {
	name    []byte   // MSG, HMSG, PING, PONG, +OK, -ERR, INFO
	args    [][]byte // of MSG and HMSG: subject, subscription, the reply's subject if there is one, lengths
	line    []byte   // all of the line
	header  []byte   // of HMSG
	payload []byte   // of MSG and HMSG
}

// subscription is the number under which the client has subscribed.
func (o *natsOp) subscription() uint64 {
	v, _ := digits(o.args[1])
	return v
}

// reply is the subject to answer to; nil: none.
func (o *natsOp) reply() []byte {
	lengths := 1
	if o.name[0] == 'H' {
		lengths = 2
	}
	if len(o.args) == 3+lengths {
		return o.args[2]
	}
	return nil
}

// maxNATSLine bounds what is looked through for the end of a line; INFO is the longest.
const maxNATSLine = 64 << 10

var errNATS = errors.New("not understood")

// natsParser reads operations from a stream.
type natsParser struct {
	in   stream
	op   natsOp // here so that it is not allocated
	args [5][]byte
}

// next reads the first operation of b into p.op, and returns its length; 0: it is not all there.
func (p *natsParser) next(b []byte) (int, error) {
	op := &p.op
	end := bytes.IndexByte(b, '\n')
	if end < 0 && len(b) < maxNATSLine {
		return 0, nil
	}
	if end < 1 || b[end-1] != '\r' {
		return 0, errNATS
	}
	*op = natsOp{line: b[:end-1]}
	end++
	if len(op.line) == 0 || op.line[0] != 'M' && op.line[0] != 'H' {
		op.name, _, _ = bytes.Cut(op.line, []byte{' '})
		return end, nil
	}
	words := p.args[:0]
	for rest := op.line; len(rest) > 0; {
		var w []byte
		if w, rest, _ = bytes.Cut(rest, []byte{' '}); len(w) == 0 {
			continue
		}
		if op.name == nil {
			op.name = w
		} else if len(words) < len(p.args) {
			words = append(words, w)
		}
	}
	op.args = words
	return p.body(b, end)
}

// body cuts off what follows the line of MSG or HMSG.
func (p *natsParser) body(b []byte, at int) (int, error) {
	op := &p.op
	lengths := 1
	if string(op.name) == "HMSG" {
		lengths = 2
	} else if string(op.name) != "MSG" {
		return 0, errNATS
	}
	if n := len(op.args); n != 2+lengths && n != 3+lengths {
		return 0, errNATS
	}
	size, n := digits(op.args[len(op.args)-1])
	var head uint64
	if lengths == 2 {
		head, _ = digits(op.args[len(op.args)-2])
	}
	if n == 0 || head > size || size > maxRest {
		return 0, errNATS
	}
	end := at + int(size)
	if len(b) < end+2 {
		return 0, nil
	}
	op.header, op.payload = b[at:at+int(head)], b[at+int(head):end]
	return end + 2, nil
}

// each calls take for each operation of the stream that m completes.
func (p *natsParser) each(m []byte, ev *Event, take func(*natsOp)) {
	b := p.in.next(m)
	for {
		n, err := p.next(b)
		if err != nil {
			ev.Err = "not understood: " + string(b[:min(len(b), 200)])
			return
		}
		if n == 0 {
			break
		}
		take(&p.op)
		b = b[n:]
	}
	if err := p.in.keep(b); err != nil {
		ev.Err = err.Error()
	}
}
