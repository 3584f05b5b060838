package load

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

// inflater turns compressed messages back, each by itself.
type inflater struct {
	in  bytes.Reader
	end bytes.Reader
	r   io.ReadCloser
	out bytes.Buffer
}

// flateEnd is what permessage-deflate leaves away, and an empty last block.
var flateEnd = []byte{0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff}

var inflaters = sync.Pool{New: func() any { return &inflater{r: flate.NewReader(nil)} }}

// inflate returns what is good until the next call.
func (i *inflater) inflate(p []byte) ([]byte, error) {
	i.in.Reset(p)
	i.end.Reset(flateEnd)
	if err := i.r.(flate.Resetter).Reset(io.MultiReader(&i.in, &i.end), nil); err != nil {
		return nil, err
	}
	i.out.Reset()
	n, err := io.Copy(&i.out, io.LimitReader(i.r, maxMessage+1))
	if n > maxMessage {
		return nil, errors.New("a message that inflates without end")
	}
	return i.out.Bytes(), err
}
