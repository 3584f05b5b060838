// Package output writes a stream to a file so that a process killed at any moment can go on exactly where
// the durable part of the file ended.
//
// A cursor file beside the output says how long the durable part is and what position in the channel it
// corresponds to. The order is always: the output is synced, then the cursor file is replaced by a synced
// one, then the position is acknowledged. What an output has behind the length that its cursor names is cut
// off when it is opened anew.
package output

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cespare/xxhash/v2"
	"github.com/holdfast-ws/holdfast"
)

// Cursor is what the cursor file holds.
type Cursor struct {
	// Version of the file's form: 1.
	Version int    `json:"version"`
	Channel string `json:"channel"`
	// Output is the absolute path of the output.
	Output string `json:"output"`
	// Form in which records are written, such as "raw": an output is not begun in one and continued in another.
	Form string `json:"form"`
	// Checkpoint is where to go on, as the client writes it; empty if nothing has been received yet.
	Checkpoint string `json:"checkpoint,omitempty"`
	// Length of the durable part of the output, in bytes.
	Length int64 `json:"length"`
	// Count of records in it.
	Count uint64 `json:"count"`
	// EOF says that the mark at the end of the stream has been seen.
	EOF bool `json:"eof,omitempty"`
	// Tail is the xxhash64 of the last 4096 bytes of the durable part, or of all if it is shorter.
	Tail string `json:"tail"`
}

const (
	version   = 1
	tailBytes = 4096
	bufBytes  = 256 << 10
)

// Options configure a File. Path and Channel are required.
type Options struct {
	// Path of the output.
	Path string
	// CursorPath of the cursor file; empty: none is kept, and the output is emptied at the start.
	CursorPath string
	Channel    string
	Form       string
}

// File is an output. It is for one goroutine at a time.
type File struct {
	o      Options
	f      *os.File
	buf    []byte
	cursor Cursor
	length int64  // with what is in buf
	count  uint64 // with the records in buf
	cut    int64
}

// Open opens an output, and cuts off what is not durable of it. It returns CodeCursorFile if the cursor and the
// output do not belong together, or if another process uses them.
func Open(o Options) (*File, error) {
	abs, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, ioError("open output", err)
	}
	if _, _, err := readCursor(o, abs); err != nil {
		return nil, err // before anything is created
	}
	f, err := os.OpenFile(abs, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, ioError("open output", err)
	}
	out := &File{o: o, f: f}
	if err := out.begin(abs); err != nil {
		f.Close()
		return nil, err
	}
	return out, nil
}

func (f *File) begin(abs string) error {
	if err := lock(f.f); err != nil {
		return refuse("open output", "another process writes to "+abs, "end it, or use another output", err)
	}
	cur, known, err := readCursor(f.o, abs)
	if err != nil {
		return err
	}
	f.cursor = cur
	size, err := f.f.Seek(0, io.SeekEnd)
	if err != nil {
		return ioError("open output", err)
	}
	switch {
	case f.o.CursorPath == "":
	case !known && size > 0:
		return refuse("open output", fmt.Sprintf("%s has %d bytes, but there is no cursor file %s", f.cursor.Output, size, f.o.CursorPath),
			"remove the output, or use its cursor file", nil)
	case size < f.cursor.Length:
		return refuse("open output", fmt.Sprintf("%s has %d bytes, and its cursor says that %d are durable", f.cursor.Output, size, f.cursor.Length),
			"the output was changed; remove it and the cursor file to begin anew", nil)
	default:
		tail, err := f.tail()
		if err != nil {
			return err
		}
		if known && tail != f.cursor.Tail {
			return refuse("open output", f.cursor.Output+" has other bytes than the ones that its cursor was written for",
				"the output was changed; remove it and the cursor file to begin anew", nil)
		}
	}
	f.cut, f.length, f.count = size-f.cursor.Length, f.cursor.Length, f.cursor.Count
	if err := f.f.Truncate(f.length); err != nil {
		return ioError("truncate output", err)
	}
	if _, err := f.f.Seek(f.length, io.SeekStart); err != nil {
		return ioError("open output", err)
	}
	if known || f.o.CursorPath == "" {
		return nil
	}
	// From now on what is in the output is known to be ours, even if the first checkpoint never comes.
	return f.Checkpoint(f.cursor.Checkpoint, false)
}

// Cursor returns what was durable at the last checkpoint.
func (f *File) Cursor() Cursor { return f.cursor }

// CutOff returns how many bytes were cut off when it was opened.
func (f *File) CutOff() int64 { return f.cut }

// Length is how long the output is with all that was written.
func (f *File) Length() int64 { return f.length }

// Count is how many records the output has, with all that was written.
func (f *File) Count() uint64 { return f.count }

// Undone returns how many bytes were written since the last checkpoint.
func (f *File) Undone() int64 { return f.length - f.cursor.Length }

// Write adds bytes that belong to records more records. They reach the file at once or a little later.
func (f *File) Write(b []byte, records uint64) error {
	f.count += records
	f.length += int64(len(b))
	if len(f.buf)+len(b) > bufBytes {
		if err := f.Flush(); err != nil {
			return err
		}
		if len(b) > bufBytes {
			_, err := f.f.Write(b)
			return ioError("write output", err)
		}
	}
	f.buf = append(f.buf, b...)
	return nil
}

// Flush hands what was written to the operating system.
func (f *File) Flush() error {
	if len(f.buf) == 0 {
		return nil
	}
	_, err := f.f.Write(f.buf)
	f.buf = f.buf[:0]
	return ioError("write output", err)
}

// Checkpoint makes durable all that was written, with the checkpoint that belongs to it. Only when it has
// returned may that much be acknowledged.
func (f *File) Checkpoint(checkpoint string, eof bool) error {
	if err := f.Flush(); err != nil {
		return err
	}
	if f.o.CursorPath == "" {
		f.cursor.Length, f.cursor.Count, f.cursor.EOF = f.length, f.count, eof
		return nil
	}
	if err := f.f.Sync(); err != nil {
		return ioError("sync output", err)
	}
	f.cursor.Checkpoint, f.cursor.EOF = checkpoint, eof
	f.cursor.Length, f.cursor.Count = f.length, f.count
	tail, err := f.tail()
	if err != nil {
		return err
	}
	f.cursor.Tail = tail
	b, err := json.Marshal(f.cursor)
	if err != nil {
		return ioError("write cursor", err)
	}
	return replace(f.o.CursorPath, append(b, '\n'))
}

// tail sums the end of the durable part.
func (f *File) tail() (string, error) {
	n := min(f.cursor.Length, tailBytes)
	b := make([]byte, n)
	if _, err := f.f.ReadAt(b, f.cursor.Length-n); err != nil {
		return "", ioError("read output", err)
	}
	return fmt.Sprintf("%016x", xxhash.Sum64(b)), nil
}

// Close closes the output. What no checkpoint has made durable is still written.
func (f *File) Close() error {
	err := f.Flush()
	return errors.Join(err, f.f.Close())
}

// readCursor returns the cursor, or a new one if there is none.
func readCursor(o Options, abs string) (c Cursor, known bool, err error) {
	c = Cursor{Version: version, Channel: o.Channel, Output: abs, Form: o.Form}
	if o.CursorPath == "" {
		return c, false, nil
	}
	b, err := os.ReadFile(o.CursorPath)
	if errors.Is(err, fs.ErrNotExist) {
		return c, false, nil
	}
	if err != nil {
		return c, false, ioError("read cursor", err)
	}
	var got Cursor
	if err := json.Unmarshal(b, &got); err != nil {
		return c, false, refuse("read cursor", o.CursorPath+" is no cursor file", "", err)
	}
	differs := func(what, has, want string) error {
		return refuse("read cursor", fmt.Sprintf("%s belongs to %s %q, not %q", o.CursorPath, what, has, want), "use it with what it was begun with, or use another cursor file", nil)
	}
	switch {
	case got.Version > version:
		err = refuse("read cursor", fmt.Sprintf("%s was written by a newer version of holdfast", o.CursorPath), "use the newer version", nil)
	case got.Version < 1 || got.Length < 0 || got.Tail == "":
		err = refuse("read cursor", o.CursorPath+" is no cursor file", "", nil)
	case got.Channel != o.Channel:
		err = differs("channel", got.Channel, o.Channel)
	case got.Output != abs:
		err = differs("output", got.Output, abs)
	case got.Form != o.Form:
		err = differs("form", got.Form, o.Form)
	}
	return got, true, err
}

// replace replaces a file by one with other content, durably: after a crash it is the old one or the new one.
func replace(path string, content []byte) error {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return ioError("write cursor", err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	return ioError("write cursor", err)
}

func ioError(op string, err error) error {
	if err == nil {
		return nil
	}
	return &holdfast.Error{Code: holdfast.CodeIO, Op: op, Cause: err, Hint: "check the path, its rights and the room on its disk"}
}

func refuse(op, detail, hint string, cause error) error {
	return &holdfast.Error{Code: holdfast.CodeCursorFile, Op: op, Detail: detail, Hint: hint, Cause: cause}
}
